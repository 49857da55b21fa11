package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
)

// checkHold finds a candidate outside of the range that the ledger holds its package to. That
// today's pin is outside, too, does not make another one better.
func checkHold(s *survey, name constraints.Name) []Finding {
	pin := s.after.Pin(name)
	if pin == nil || pin.Version.IsZero() {
		return nil
	}
	var found []Finding
	for _, h := range ledger.Of[*ledger.Hold](s.question.Ledger) {
		if !h.Forbids(name, pin.Version, s.env.Name()) {
			continue
		}
		f := s.remembered(h, pin, fmt.Sprintf("is held to %s: %s", h.Range, h.Reason))
		f.Line = "hold " + h.Spelling + h.Range.String()
		found = append(found, f)
	}
	return found
}

// checkRejected finds a candidate that was rejected before, by itself or beside pins that
// are there now.
func checkRejected(s *survey, name constraints.Name) []Finding {
	var found []Finding
	for _, r := range ledger.Of[*ledger.Rejection](s.question.Ledger) {
		concerned := r.Name == name || slices.ContainsFunc(r.With, func(p ledger.Pin) bool { return p.Name == name })
		if !concerned || !r.Environments.Contains(s.env.Name()) || !isRejected(r, s.after) || isRejected(r, s.today.world) {
			continue
		}
		pin := s.after.Pin(r.Name)
		f := s.remembered(r, pin, "was rejected before"+beside(r.With)+": "+r.Reason)
		f.Line = "rejection " + r.Spelling + "==" + r.Version.String()
		if r.Evidence != "" {
			f.Details = append(f.Details, "evidence "+r.Evidence)
		}
		found = append(found, f)
	}
	return found
}

// isRejected reports whether a world has all that a rejection is about.
func isRejected(r *ledger.Rejection, world *resolver.World) bool {
	return r.Matches(func(name constraints.Name) (v constraints.Version) {
		if pin := world.Pin(name); pin != nil {
			v = pin.Version
		}
		return v
	})
}

// beside says beside which pins a version was rejected.
func beside(pins []ledger.Pin) string {
	if len(pins) == 0 {
		return ""
	}
	words := make([]string, len(pins))
	for i, p := range pins {
		words[i] = p.Spelling + " " + p.Version.String()
	}
	return " beside " + strings.Join(words, " and ")
}

// remembered begins a finding about a pin that rests on an entry of the ledger. One that
// has expired is told of and does not count.
func (s *survey) remembered(e ledger.Entry, pin *resolver.Pin, message string) Finding {
	f := s.finding(New, pin, message)
	record := e.Common()
	f.Place = placeOf(record.Place)
	f.Details = append(f.Details, credit(record))
	if record.ExpiredAt(s.question.Now) {
		f.Status = Warning
		f.Message += " (expired, so it does not count)"
		return f
	}
	if !record.Elsewhere {
		f.Lifts = []string{fmt.Sprintf("sluice ledger retest %d tells whether its cause is gone", record.Place.Line)}
	}
	f.Lifts = append(f.Lifts, lifting(record))
	return f
}

// lifting returns the command that takes an entry out, or where else it is to be changed.
func lifting(r *ledger.Record) string {
	if r.Elsewhere {
		return "what " + r.Place.String() + " says"
	}
	return fmt.Sprintf("sluice ledger lift %d", r.Place.Line)
}

// credit says who stands for an entry and for how long.
func credit(r *ledger.Record) string {
	text := "owner " + r.Owner
	if r.Issue != "" {
		text += ", " + r.Issue
	}
	if !r.Expires.IsZero() {
		text += ", until " + moment(r.Expires)
	}
	return text
}

// moment puts a time into words: the day, where it is the beginning of one.
func moment(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// checkFreeze finds a candidate at a time in which the ledger has its package stay.
func checkFreeze(s *survey, name constraints.Name) []Finding {
	var found []Finding
	for _, z := range ledger.Of[*ledger.Freeze](s.question.Ledger) {
		if !z.Covers(name, s.question.Now) {
			continue
		}
		f, ok := s.change(name, fmt.Sprintf("is frozen until %s: %s", moment(z.To), z.Reason))
		if !ok {
			continue
		}
		f.Place = placeOf(z.Place)
		f.Details = append(f.Details, credit(&z.Record))
		if z.ExpiredAt(s.question.Now) {
			f.Status = Warning
			f.Message += " (expired, so it does not count)"
		}
		found = append(found, f)
	}
	return found
}

// change begins a finding about the change of a pin, be it set or removed; false where
// nothing is pinned before and after.
func (s *survey) change(name constraints.Name, message string) (Finding, bool) {
	if pin := s.after.Pin(name); pin != nil {
		return s.finding(New, pin, message), true
	}
	was := s.today.world.Pin(name)
	if was == nil {
		return Finding{}, false
	}
	return Finding{Status: New, Message: spelling(was) + " " + message, Package: spelling(was), Place: placeOf(was.Place)}, true
}

// checkApprovals finds a candidate that fewer people approve of than the policy asks.
func checkApprovals(s *survey, name constraints.Name) []Finding {
	pin, wanted := s.after.Pin(name), s.question.of(name).Approvals
	if wanted == 0 || pin == nil || pin.Version.IsZero() {
		return nil
	}
	owners := s.question.ApprovedBy(name, pin.Version, s.question.Now)
	if len(owners) >= wanted {
		return nil
	}
	f := s.finding(New, pin, fmt.Sprintf("has %d of the %s that the policy asks for", len(owners), count(wanted, "approval")))
	if len(owners) > 0 {
		f.Details = append(f.Details, "approved by "+strings.Join(owners, ", "))
	}
	f.Lifts = []string{fmt.Sprintf("sluice ledger add approval %s==%s owner=YOU reason=WHY", spelling(pin), pin.Version)}
	return []Finding{f}
}
