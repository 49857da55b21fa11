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

// newSwap returns the step from one world to another, whose pins of the given names
// differ.
func newSwap(from, to *resolver.World, names []constraints.Name) swap {
	s := swap{make(map[constraints.Name]constraints.Version, len(names)), make(map[constraints.Name]bool)}
	for _, name := range names {
		if installsAlone(to, name) || asksNoMore(from, to, name) {
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
	outcome := world.Verify(JobOf(name))
	return len(outcome.Clashes) == 0 && len(outcome.Notes()) == 0 &&
		!outcome.Needs(func(n constraints.Name) bool { return world.Pin(n) == nil })
}

// asksNoMore reports whether a pin, in the one world, requires only what it does in the
// other too, or what fits there by itself: whatever has been chosen still will do.
func asksNoMore(from, to *resolver.World, name constraints.Name) bool {
	was, is := from.Release(name), to.Release(name)
	if was == nil || is == nil || is.Incomplete || !isSound(is, to.Environment()) {
		return false
	}
	return !slices.ContainsFunc(is.Requirements, func(r constraints.Requirement) bool {
		return r.Applies(to.Environment(), "") && !isAsked(was, r, to) && !(len(r.Extras) == 0 && fitsPin(to, r) && installsAlone(to, r.Name))
	})
}

// isSound reports whether an environment can install a release of which all is known.
func isSound(r *resolver.Release, env *constraints.Environment) bool {
	return !r.Unknown && r.Malformed == "" && r.Installable(env) && (r.RequiresRuntime == nil || r.RequiresRuntime.Contains(env.Runtime()))
}

// isAsked reports whether a release makes a requirement too, or one on the same pin that
// brings the same with it.
func isAsked(release *resolver.Release, r constraints.Requirement, world *resolver.World) bool {
	return slices.ContainsFunc(release.Requirements, func(w constraints.Requirement) bool {
		same := w.Name == r.Name && w.URL == r.URL && slices.Equal(w.Extras, r.Extras) && w.Applies(world.Environment(), "")
		if world.Pin(r.Name) != nil {
			return same && fitsPin(world, r)
		}
		return same && w.Range.String() == r.Range.String()
	})
}

// fitsPin reports whether a requirement is met by the pin of what it requires.
func fitsPin(world *resolver.World, r constraints.Requirement) bool {
	release := world.Release(r.Name)
	return release != nil && r.URL == "" && r.Range.Contains(release.Version)
}

// fits reports whether it is clear that a job fits in the other world, but for what
// could not be looked at in the one either: nothing clashed there but demands on the
// pins that differ, the other's meet all that is demanded of them, and what could not
// be looked at has nothing to do with them.
func (s swap) fits(r *record) bool {
	if r.limited { // they may stand against what the pins bring with them
		return false
	}
	lasting := func(c resolver.Clash) bool { return c.Kind != resolver.OutOfRange || !s.differs(c.Target.Name) }
	if r.outcome.Needs(s.isUnclear) || slices.ContainsFunc(r.fare.clashes, lasting) {
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

// spares reports whether it is clear that a job brings no clash in the other world that
// it does not bring in the one: it has nothing to do with the pins that differ, or these
// meet all that is demanded of them and what was chosen for the job will still do.
func (s swap) spares(r *record) bool {
	switch {
	case !r.outcome.Needs(s.touches):
		return true
	case r.limited, r.outcome.Needs(s.isUnclear):
		return false
	}
	return !slices.ContainsFunc(r.fare.clashes, func(c resolver.Clash) bool { return s.misleads(r, c) }) && r.outcome.WouldFit(s.versions)
}

// misleads reports whether with a clash in the one world the search might fare otherwise
// in the other: it failed, or it may lead to what clashes by itself where the pins that
// differ brought that along.
func (s swap) misleads(r *record, c resolver.Clash) bool {
	switch {
	case c.Target.Pin == nil, c.Kind.Undecided():
		return true
	case c.Kind == resolver.OutOfRange && (s.touches(c.Target.Name) || len(c.Path) == 1 || c.Demand.From != nil && s.touches(c.Demand.From.Name)):
		return false
	}
	return r.outcome.Chooses()
}

// concerns reports whether pins that differ have a part in an obstacle.
func (s swap) concerns(o resolver.Obstacle) bool {
	return s.touches(o.Target.Name) || o.Demand.From != nil && s.touches(o.Demand.From.Name)
}

// touches reports whether the pin of a name differs.
func (s swap) touches(name constraints.Name) bool { return s.differs(name) || s.isUnclear(name) }

func (s swap) isUnclear(name constraints.Name) bool { return s.unclear[name] }

// differs reports whether the pin of a name differs and is clear.
func (s swap) differs(name constraints.Name) bool {
	_, ok := s.versions[name]
	return ok
}
