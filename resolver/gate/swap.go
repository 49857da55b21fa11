package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// swap is the step from one world to another, whose pins of some names differ. Most
// jobs that were taken through the one need not be taken through the other.
type swap struct {
	versions map[constraints.Name]constraints.Version // of the other world
	unclear  map[constraints.Name]bool                // the rest, which bring something that clashes, is open or must be chosen
}

// newSwap returns the step to a world from one whose pins of the given names differ.
func newSwap(to *resolver.World, names []constraints.Name) swap {
	s := swap{make(map[constraints.Name]constraints.Version, len(names)), make(map[constraints.Name]bool)}
	for _, name := range names {
		if installsAlone(to, name) {
			s.versions[name] = to.Release(name).Version
		} else {
			s.unclear[name] = true
		}
	}
	return s
}

// installsAlone reports whether a pin, and all that it brings with it, fits together
// without anything being chosen or left open.
func installsAlone(world *resolver.World, name constraints.Name) bool {
	if world.Pin(name) == nil {
		return false
	}
	outcome := world.Verify(jobOf(name))
	return len(outcome.Clashes) == 0 && len(outcome.Notes()) == 0 &&
		!outcome.Needs(func(n constraints.Name) bool { return world.Pin(n) == nil })
}

// fits reports whether it is clear that a job fits in the other world, but for what
// could not be looked at in the one either: nothing clashed there but demands on the
// pins that differ, the other's meet all that is demanded of them, and what could not
// be looked at has nothing to do with them.
func (s swap) fits(r *record) bool {
	lasting := func(c resolver.Clash) bool { return c.Kind != resolver.OutOfRange || !s.differs(c.Target.Name) }
	if r.outcome.Needs(func(name constraints.Name) bool { return s.unclear[name] }) || slices.ContainsFunc(r.fare.clashes, lasting) {
		return false
	}
	concerns := func(c *resolver.Chosen) bool { return c.Pin == nil || s.differs(c.Name) }
	for i := range r.fare.notes {
		n := &r.fare.notes[i]
		if concerns(&n.Target) || slices.ContainsFunc(n.Path, func(d resolver.Demand) bool { return d.From != nil && concerns(d.From) }) {
			return false
		}
	}
	return r.outcome.WouldFit(s.versions)
}

func (s swap) differs(name constraints.Name) bool {
	_, ok := s.versions[name]
	return ok
}
