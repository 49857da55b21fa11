package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
)

// recall is what one learns of versions while a history is walked, as a ledger would have
// had it: a version that was taken out on purpose is rejected until that is taken back, and
// what a list of requirements forbids is held.
type recall struct {
	routine []constraints.Pattern // of the subjects and authors of commits that nobody wrote by hand
	taken   []rejected
	listed  map[constraints.Name]listing
}

// rejected is a version that was taken out, and by which commit.
type rejected struct {
	*ledger.Rejection
	by commit
}

func newRecall(routine []constraints.Pattern) *recall {
	return &recall{routine: routine, listed: make(map[constraints.Name]listing)}
}

// learn takes up what a commit says, with what it does to pins: the record that a person
// would have had to write for it to pass. What is lowered in routine is lowered by
// accident, and no record speaks for it.
func (k *recall) learn(r *revision, moves []move, matrix []*constraints.Environment) {
	k.forget(r)
	for _, l := range r.Listed {
		k.list(l)
	}
	if k.isRoutine(r.commit) {
		return
	}
	takesBack := isRevert(r)
	for _, m := range moves {
		if d := m.direction(); d == lowered || d == removed && takesBack && !m.from.IsZero() {
			k.taken = append(k.taken, rejected{rejectionOf(m, r.commit), r.commit})
		}
	}
}

// rejectionOf returns the record of a version that a commit takes out.
func rejectionOf(m move, by commit) *ledger.Rejection {
	r := &ledger.Rejection{
		Record: ledger.Record{
			Reason: "taken out on " + by.day() + " by " + by.short() + ", " + by.Subject,
			Owner:  cmp.Or(by.Author, "history"),
			Place:  constraints.Place{File: "commit " + by.short()}, Elsewhere: true,
		},
		Pin:      ledger.Pin{Name: m.name, Spelling: m.spelling, Version: m.from},
		Rejected: by.Date,
	}
	if !m.everywhere {
		r.Environments = m.environments
	}
	return r
}

// forget lifts the rejections that a commit takes back.
func (k *recall) forget(r *revision) {
	k.taken = slices.DeleteFunc(k.taken, func(t rejected) bool {
		return r.purpose() == `Revert "`+t.by.purpose()+`"` ||
			slices.ContainsFunc(r.Reverts, func(id string) bool { return len(id) >= minAbbreviation && strings.HasPrefix(t.by.ID, id) })
	})
}

// list takes up what a list of requirements says of a package. What it forbade and forbids
// no longer is no longer rejected either.
func (k *recall) list(l listing) {
	was := k.listed[l.Name]
	k.listed[l.Name] = l
	k.taken = slices.DeleteFunc(k.taken, func(t rejected) bool {
		return t.Name == l.Name && !was.admits(t.Version) && l.admits(t.Version)
	})
}

// admits reports whether a version is within what is listed, wherever that applies.
func (l listing) admits(v constraints.Version) bool {
	return !slices.ContainsFunc(l.Requirements, func(r constraints.Requirement) bool { return !r.Range.Contains(v) })
}

// isRoutine reports whether a program made a commit, or a person as one.
func (k *recall) isRoutine(c commit) bool {
	return constraints.MatchesAny(k.routine, constraints.Name(c.purpose())) || constraints.MatchesAny(k.routine, constraints.Name(c.Author))
}

// isRevert reports whether a commit says that it takes another one back.
func isRevert(r *revision) bool {
	return len(r.Reverts) > 0 || strings.HasPrefix(r.purpose(), "Revert ")
}

// ledger returns what is known, as it counts in a matrix.
func (k *recall) ledger(matrix []*constraints.Environment) ledger.Ledger {
	var all ledger.Ledger
	for _, name := range slices.Sorted(maps.Keys(k.listed)) {
		for _, h := range k.listed[name].holds(matrix) {
			all.Entries = append(all.Entries, h)
		}
	}
	for _, t := range k.taken {
		all.Entries = append(all.Entries, t.Rejection)
	}
	return all
}

// holds returns what is listed of a package as holds.
func (l listing) holds(matrix []*constraints.Environment) []*ledger.Hold {
	var all []*ledger.Hold
	for _, r := range l.Requirements {
		scope := ledger.Scope{}
		for _, env := range matrix {
			if r.Applies(env, "") {
				scope = append(scope, env.Name())
			}
		}
		if len(scope) == 0 || r.Range.String() == "" {
			continue
		}
		all = append(all, &ledger.Hold{
			Record: ledger.Record{
				Reason: "the list of requirements says so (" + cmp.Or(l.short(), "from the beginning") + ", " + l.Subject + ")",
				Owner:  cmp.Or(l.Author, "history"),
				Place:  constraints.Place{File: "commit " + cmp.Or(l.short(), "0")}, Elsewhere: true,
			},
			Package: l.Name, Spelling: r.Spelling, Range: r.Range, Environments: scope,
		})
	}
	return all
}
