package osv

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// timeline is a range: what happened to a package at which versions, in ascending order.
type timeline struct {
	events []event
	limits []constraints.Version // the range ends before the highest; without limits never
}

// event is that something begins or ends at a version. The zero Version precedes all.
type event struct {
	kind eventKind
	at   constraints.Version
}

type eventKind int

const (
	isIntroduced   eventKind = iota // affected from that version on
	isFixed                         // and not any more
	isLastAffected                  // not any more after that version
)

// eventJSON is an event as it is written: one of its keys is there.
type eventJSON struct {
	Introduced   *string `json:"introduced"`
	Fixed        *string `json:"fixed"`
	LastAffected *string `json:"last_affected"`
	Limit        *string `json:"limit"`
}

// readTimeline reads the events of a range, in whatever order they are. Of those at one
// version the first that is written counts first, but what was affected last ends after
// all of them, since it is affected still.
func readTimeline(events []eventJSON) (t timeline, err error) {
	unlimited, introduced := false, false
	for _, e := range events {
		kind, text, err := e.only()
		if err != nil {
			return t, err
		}
		if e.Limit != nil && text == "*" {
			unlimited = true
			continue
		}
		var at constraints.Version
		if e.Introduced == nil || text != "0" {
			if at, err = pep440.Parse(text); err != nil {
				return t, err
			}
		}
		if e.Limit != nil {
			t.limits = append(t.limits, at)
			continue
		}
		introduced = introduced || kind == isIntroduced
		t.events = append(t.events, event{kind, at})
	}
	if !introduced {
		return t, errors.New("it does not say where it begins")
	}
	if unlimited {
		t.limits = nil
	}
	slices.SortStableFunc(t.events, func(a, b event) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.late(), b.late()))
	})
	return t, nil
}

// only returns what an event says: one thing.
func (e eventJSON) only() (kind eventKind, text string, err error) {
	said := 0
	for k, value := range []*string{isIntroduced: e.Introduced, isFixed: e.Fixed, isLastAffected: e.LastAffected, 3: e.Limit} {
		if value != nil {
			kind, text = eventKind(k), *value
			said++
		}
	}
	if said != 1 {
		return kind, text, fmt.Errorf("an event says %d of introduced, fixed, last_affected and limit, not one", said)
	}
	return kind, text, nil
}

// late is 1 for what happens behind a version, 0 for what happens at it.
func (e event) late() int {
	if e.kind == isLastAffected {
		return 1
	}
	return 0
}

// contains reports whether a version is in the range.
func (t timeline) contains(v constraints.Version) bool {
	if len(t.limits) > 0 && !slices.ContainsFunc(t.limits, func(limit constraints.Version) bool { return v.Compare(limit) < 0 }) {
		return false
	}
	affected := false
	for _, e := range t.events {
		if order := v.Compare(e.at); order < 0 || order == 0 && e.kind == isLastAffected {
			break // the rest happened later
		}
		affected = e.kind == isIntroduced
	}
	return affected
}
