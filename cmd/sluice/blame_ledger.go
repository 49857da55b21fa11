package main

import (
	"slices"

	"sluice/constraints"
	"sluice/constraints/ledger"
)

// rememberAll takes up what the ledger said of the package in the course of its history.
// States that cannot be read change nothing.
func (b *blamer) rememberAll(h *gitHistory) error {
	for state, err := range h.states {
		if err != nil {
			return err
		}
		if f, err := ledger.Parse(h.path, state.data); err == nil {
			b.remember(f.Ledger(), state.commit)
		}
	}
	return nil
}

// remember takes up what a ledger says of the package from a commit on, nil for what it
// said when the history began: what is new was added by it, what is gone was lifted.
func (b *blamer) remember(book ledger.Ledger, by *commit) {
	var now []blamedEntry
	for _, e := range book.Entries {
		if concerns(e, b.name) {
			now = append(now, blamedEntryOf(e))
		}
	}
	for i := range b.answer.Records {
		if r := &b.answer.Records[i]; r.Lifted == nil && r.fromLedger {
			if at := slices.IndexFunc(now, r.isLike); at >= 0 {
				now = slices.Delete(now, at, at+1)
			} else {
				r.Lifted = by
			}
		}
	}
	for _, r := range now {
		r.Added = by
		b.answer.Records = append(b.answer.Records, r)
	}
}

// isLike reports whether two records say the same.
func (r *blamedEntry) isLike(other blamedEntry) bool {
	return r.Kind == other.Kind && r.What == other.What && r.Reason == other.Reason && r.Owner == other.Owner && r.Issue == other.Issue &&
		r.Evidence == other.Evidence && slices.Equal(r.Rules, other.Rules)
}

// concerns reports whether an entry of a ledger is about a package.
func concerns(e ledger.Entry, name constraints.Name) bool {
	switch e := e.(type) {
	case *ledger.Hold:
		return e.Package == name
	case *ledger.Rejection:
		return e.Name == name || slices.ContainsFunc(e.With, func(p ledger.Pin) bool { return p.Name == name })
	case *ledger.Waiver:
		return e.Package == name
	case *ledger.ExpectedFailure:
		return e.Package == name
	case *ledger.Freeze:
		return constraints.MatchesAny(e.Packages, name)
	case *ledger.Approval:
		return e.Name == name
	}
	return false
}

// blamedEntryOf returns an entry of a ledger in words.
func blamedEntryOf(e ledger.Entry) blamedEntry {
	record := e.Common()
	b := blamedEntry{Kind: string(e.Kind()), Reason: record.Reason, Owner: record.Owner, Issue: record.Issue, fromLedger: true}
	if r, ok := e.(*ledger.Rejection); ok {
		b.Rules, b.Evidence = r.Rules, r.Evidence
	}
	b.What = subjectOf(e)
	if !record.Expires.IsZero() {
		b.What += " through " + ledger.Through(record.Expires)
	}
	return b
}
