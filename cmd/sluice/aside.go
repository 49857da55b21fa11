package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// maxAsides bounds how many asides of one kind are listed.
const maxAsides = 5

// aside is what a report says of today as well, so that it does not count: one line
// for all the consumers of which it is true.
type aside struct {
	message   string
	places    []constraints.Place // of consumers' own lines
	consumers []string
}

// isAside reports whether a finding does not count against the change, since it, or
// nothing else, is there today.
func isAside(f *gate.Finding) bool { return f.Status == gate.Standing || f.Status == gate.Lifted }

// asides writes what does not count, each kind with the reason once.
func (p *printer) asides(r *gate.Report) {
	for _, kind := range []struct {
		label, reason string
		status        gate.Status
		unknown       bool
	}{
		{"not known", "same as today, so it does not leave the verdict open; whether it concerns this change, nobody can tell", gate.Standing, true},
		{"standing", "fails today as well, so it is not held against this change", gate.Standing, false},
		{"lifted", "fails today and no longer with this change", gate.Lifted, false},
	} {
		p.listAsides(kind.label, kind.reason, asidesOf(r, func(f *gate.Finding) bool {
			return f.Status == kind.status && f.Unknown == kind.unknown
		}))
	}
}

// listAsides writes the asides of one kind, as many as one reads.
func (p *printer) listAsides(label, reason string, all []*aside) {
	if len(all) == 0 {
		return
	}
	p.row(label, reason)
	for i, a := range all {
		if i == maxAsides && !p.full {
			p.sub("", fmt.Sprintf("and %d more: sluice check lists them", len(all)-maxAsides))
			return
		}
		p.sub("", a.String())
	}
}

// asidesOf gathers findings that say the same, in the order of the report.
func asidesOf(r *gate.Report, meant func(*gate.Finding) bool) []*aside {
	var all []*aside
	byMessage := make(map[string]*aside)
	for i := range r.Findings {
		f := &r.Findings[i]
		if !meant(f) {
			continue
		}
		a, ok := byMessage[f.Message]
		if !ok {
			a = &aside{message: f.Message}
			byMessage[f.Message] = a
			all = append(all, a)
		}
		if f.Place != nil && f.Package == "" {
			a.places = append(a.places, *f.Place)
		}
		for _, reach := range f.Reaches {
			if !slices.Contains(a.consumers, reach.Consumer) {
				a.consumers = append(a.consumers, reach.Consumer)
			}
		}
	}
	return all
}

// String returns the aside as one line: with the place where there is one only, else
// with those concerned.
func (a *aside) String() string {
	const named = 3
	switch n := len(a.consumers); {
	case len(a.places) == 1:
		return a.places[0].String() + "  " + a.message
	case n == 0:
		return a.message
	case n <= named:
		return a.message + " (" + strings.Join(a.consumers, ", ") + ")"
	default:
		return a.message + " (" + count(n, "consumer") + ")"
	}
}
