package main

import (
	"fmt"
	"slices"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// ledgerEntry is what an entry of the ledger says beside what it is about.
type ledgerEntry struct {
	Kind    ledger.Kind       `json:"kind"`
	Place   constraints.Place `json:"place"`
	Reason  string            `json:"reason"`
	Owner   string            `json:"owner"`
	Issue   string            `json:"issue,omitempty"`
	Expires *time.Time        `json:"expires,omitempty"`
}

func entryOf(e ledger.Entry) *ledgerEntry {
	r := e.Common()
	entry := &ledgerEntry{Kind: e.Kind(), Place: r.Place, Reason: r.Reason, Owner: r.Owner, Issue: r.Issue}
	if !r.Expires.IsZero() {
		entry.Expires = &r.Expires
	}
	return entry
}

// waive makes a finding a warning that the ledger has a waiver for. One for a single consumer
// is for none of an audit, which has no consumers.
func (a *audit) waive(f *auditFinding, p *audited) {
	for _, w := range ledger.Of[*ledger.Waiver](a.ledger.At(a.now)) {
		if w.Rule == f.Rule && w.Consumer == "" && w.Covers(p.line.Requirement.Name, p.version(), p.env.Name()) {
			f.Severity, f.WaivedBy = gate.Caution, entryOf(w)
			return
		}
	}
}

func checkHeld(a *audit, p *audited) []auditFinding {
	var all []auditFinding
	for _, h := range ledger.Of[*ledger.Hold](a.ledger.At(a.now)) {
		if h.Forbids(p.line.Requirement.Name, p.version(), p.env.Name()) {
			all = append(all, auditFinding{Message: fmt.Sprintf("%s is held to %s", p.name(), h.Range), Entry: entryOf(h), Lifts: a.instead(p)})
		}
	}
	return all
}

func checkRejected(a *audit, p *audited) []auditFinding {
	var all []auditFinding
	for _, r := range ledger.Of[*ledger.Rejection](a.ledger.At(a.now)) {
		if rejects(r, p.line.Requirement.Name, p.version(), p.env, p.beside) {
			f := auditFinding{Message: p.name() + " was rejected", Entry: entryOf(r), Lifts: a.instead(p)}
			for _, with := range r.With {
				f.Details = append(f.Details, fmt.Sprintf("beside %s %s", with.Spelling, with.Version))
			}
			all = append(all, f)
		}
	}
	return all
}

// rejects reports whether a rejection is of a version in an environment, beside pins.
func rejects(r *ledger.Rejection, name constraints.Name, v constraints.Version, env *constraints.Environment, beside []resolver.Pin) bool {
	return r.Name == name && r.Environments.Contains(env.Name()) && r.Matches(func(other constraints.Name) (pinned constraints.Version) {
		if other == name {
			return v
		}
		if at := slices.IndexFunc(beside, func(p resolver.Pin) bool { return p.Name == other }); at >= 0 {
			pinned = beside[at].Version
		}
		return pinned
	})
}

// remembers reports whether the ledger speaks against a version in place of a pin.
func (a *audit) remembers(p *audited, v constraints.Version, env *constraints.Environment) bool {
	current, name := a.ledger.At(a.now), p.line.Requirement.Name
	return slices.ContainsFunc(ledger.Of[*ledger.Hold](current), func(h *ledger.Hold) bool {
		return h.Forbids(name, v, env.Name())
	}) || slices.ContainsFunc(ledger.Of[*ledger.Rejection](current), func(r *ledger.Rejection) bool {
		return rejects(r, name, v, env, p.beside)
	})
}

func checkExpired(a *audit, p *audited) []auditFinding {
	var all []auditFinding
	for _, e := range a.ledger.Expired(a.now) {
		if what := concern(e, p); what != "" {
			all = append(all, auditFinding{
				Message: fmt.Sprintf("%s of %s has expired, and counts no more", what, p.line.Requirement.Spelling), Entry: entryOf(e),
			})
		}
	}
	return all
}

// concern returns what an entry of the ledger is to a pin, "" for nothing.
func concern(e ledger.Entry, p *audited) string {
	name, v, env := p.line.Requirement.Name, p.version(), p.env.Name()
	switch e := e.(type) {
	case *ledger.Hold:
		if e.Package == name && e.Environments.Contains(env) {
			return "a hold to " + e.Range.String()
		}
	case *ledger.Rejection:
		if rejects(e, name, v, p.env, p.beside) {
			return "a rejection"
		}
	case *ledger.Waiver:
		if e.Package == name && e.Range.Contains(v) && e.Environments.Contains(env) {
			return "a waiver for " + e.Rule
		}
	case *ledger.ExpectedFailure:
		if e.Package == name && e.Range.Contains(v) && e.Environments.Contains(env) {
			return "a failure of " + e.Consumer + " that was expected because"
		}
	case *ledger.Approval:
		if e.Name == name && e.Version.Equal(v) {
			return "an approval"
		}
	}
	return ""
}
