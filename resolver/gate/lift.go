package gate

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// maxWidened bounds how many lines of consumers a move may ask to be widened: a move
// that asks more is no small change.
const maxWidened = 3

// widener is what a range can do that can say how little it must change to admit
// a version.
type widener interface {
	Widen(constraints.Version) (constraints.Range, bool)
}

// lifts returns the smallest changes that would lift a clash. Each leaves the pins
// fitting together and brings nothing upon a consumer but what it says.
func (a *adviser) lifts(c *resolver.Clash) []string {
	var lifts []string
	from := c.Demand.From
	switch {
	case c.Target.Pin == nil:
		return nil
	case c.Kind == resolver.OutOfRange && from == nil:
		if wider, ok := widened(c); ok {
			lifts = append(lifts, "widen to "+wider)
		}
	case c.Kind == resolver.OutOfRange:
		if v, ok := fittingRequirer(a.question, c); ok {
			lifts = append(lifts, a.move(c, from.Name, v)...)
		}
	}
	if v, ok := fittingTarget(a.question, c); ok {
		lifts = append(lifts, a.move(c, c.Target.Name, v)...)
	}
	return lifts
}

// widened returns how little a consumer's requirement must change to admit what is
// there.
func widened(c *resolver.Clash) (string, bool) {
	r := c.Demand.Requirement
	w, ok := r.Range.(widener)
	if !ok {
		return "", false
	}
	r.Range, ok = w.Widen(c.Target.Version)
	if !ok {
		return "", false
	}
	return r.String(), true
}

// move returns in words what it takes to lift a clash by moving a pin, nothing when that
// comes to no end: "move A to 2 and B to 3 along and widen FILE:LINE to C<5".
func (a *adviser) move(c *resolver.Clash, name constraints.Name, v constraints.Version) []string {
	moves, surveys := a.complete(name, v)
	if len(moves) == 0 {
		return nil
	}
	widens, ok := a.burden(c, moves, surveys)
	if !ok || len(widens) > maxWidened {
		return nil
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(moves)) {
		parts = append(parts, fmt.Sprintf("%s to %s", spellingOf(a.question.After, name), moves[name]))
	}
	text := "move " + strings.Join(parts, " and ")
	if a.along {
		text += " along"
	}
	if len(widens) > 0 {
		text += " and widen " + strings.Join(widens, " and ")
	}
	return []string{text}
}

// complete returns a pin's move with the moves of others that it makes necessary, and
// the surveys of the question with all of them; nil when they come to no end or to none.
func (a *adviser) complete(name constraints.Name, v constraints.Version) (map[constraints.Name]constraints.Version, []*survey) {
	const maxRounds = 8
	moves := map[constraints.Name]constraints.Version{name: v}
	for range maxRounds {
		var open []*resolver.Clash
		var surveys []*survey
		q := a.with(moves)
		for _, b := range a.today {
			s := newSurvey(q, b)
			surveys = append(surveys, s)
			s.judgePins()
			for _, c := range s.rejecting() {
				_, target := moves[c.Target.Name]
				from := false
				if c.Demand.From != nil {
					_, from = moves[c.Demand.From.Name]
				}
				if target || from {
					open = append(open, c)
				}
			}
		}
		if len(open) == 0 {
			return moves, surveys
		}
		more := a.moves(open, moves)
		if len(more) == 0 {
			return nil, nil
		}
		maps.Copy(moves, more)
	}
	return nil, nil
}

// burden returns which lines of consumers would have to be widened for pins to move
// beside those of the question, "PLACE to REQUIREMENT", and false where the moves bring
// anything else upon a consumer, or leave it the clash that they ought to lift. The
// surveys are of the question with the moves.
func (a *adviser) burden(c *resolver.Clash, moves map[constraints.Name]constraints.Version, surveys []*survey) (widens []string, ok bool) {
	for _, s := range surveys {
		s.today.ready(a.question)
		for c := range s.brought(c.Key()) {
			_, moved := moves[c.Target.Name]
			if !moved || c.Kind != resolver.OutOfRange || c.Demand.From != nil {
				return nil, false
			}
			wider, ok := widened(c)
			if !ok {
				return nil, false
			}
			widens = appendNew(widens, c.Demand.Place.String()+" to "+wider)
		}
	}
	return widens, true
}

// brought yields the clashes that the edited world brings upon consumers beside those of
// the world whose records the baseline has, and one that ought to be gone. A search that
// fails in both, but here for what differs, counts: what was in its way before may be
// about to go.
func (s *survey) brought(gone resolver.Key) iter.Seq[*resolver.Clash] {
	return func(yield func(*resolver.Clash) bool) {
		step := newSwap(s.today.edited, s.after, changedNames(s.today.walked, s.pins))
		mayReach := s.today.world.Reaching(s.changed)
		for _, t := range s.today.trials {
			if !t.leadsTo(mayReach) {
				continue
			}
			known := t.recorded(s.today.edited)
			if step.spares(known) {
				continue
			}
			there := keysOf(known.fare.clashes)
			delete(there, gone)
			after := t.take(s.after).fare.clashes
			for i := range after {
				c := &after[i]
				if (!there[c.Key()] || slices.ContainsFunc(c.Obstacles, step.concerns)) && !yield(c) {
					return
				}
			}
		}
	}
}
