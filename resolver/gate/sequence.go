package gate

import (
	"sluice/constraints"
	"sluice/resolver"
)

// Sequence judges changes that follow one another, as the history of a constraints file
// has them, each much faster than Judge: what is known of pins that stay is kept from one
// to the next. Questions have to have one Source, whose answers stay the same. A Sequence
// is not safe for concurrent use.
type Sequence struct {
	worlds map[*constraints.Environment]*course
}

// course is an environment on its way through a sequence.
type course struct {
	lines        []Line // that the pins are of
	pins         []resolver.Pin
	today, ahead *resolver.World
}

// Compare is Judge without what would be admitted in place of a change that is rejected,
// which takes longer to find than the verdict.
func (s *Sequence) Compare(q *Question) *Report {
	if len(q.Consumers) > 0 {
		report, _ := compareWorlds(q, newBaselines(q))
		return report
	}
	if s.worlds == nil {
		s.worlds = make(map[*constraints.Environment]*course)
	}
	var all []*baseline
	for _, env := range q.Environments {
		c, ok := s.worlds[env]
		if !ok {
			c = &course{today: resolver.NewWorld(env, nil, nil, q.Source), ahead: resolver.NewWorld(env, nil, nil, q.Source)}
			s.worlds[env] = c
		}
		all = append(all, c.move(q, env))
	}
	report, _ := compareWorlds(q, all)
	return report
}

// move returns the baseline of a question, with the edited world. Where the question
// begins with what the one before it led to, that world is today's.
func (c *course) move(q *Question, env *constraints.Environment) *baseline {
	if isSame(c.lines, q.Before) {
		c.today, c.ahead = c.ahead, c.today
	} else {
		pins, limits := Active(q.Before, env)
		c.pins = pins
		c.today.Repin(pins, limits)
	}
	b := &baseline{env: env, pins: c.pins, world: c.today, second: c.today, ahead: c.ahead}
	pins, limits := Active(q.After, env)
	c.ahead.Repin(pins, limits)
	c.lines, c.pins, b.pinsAhead = q.After, pins, pins
	return b
}

// isSame reports whether two slices are one and the same.
func isSame(a, b []Line) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}
