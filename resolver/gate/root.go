package gate

import (
	"sluice/constraints"
	"sluice/resolver"
)

// root is what a clash comes down to among the pins: one that cannot be installed, or
// one that requires of another what it is not. Many a search ends at the same root.
type root struct {
	status       Status
	kind         resolver.Kind
	from, target constraints.Name
	requirement  string
}

// rootOf returns the root of what does not fit, false where it is none of the pins'.
func rootOf(status Status, kind resolver.Kind, d resolver.Demand, target resolver.Chosen) (root, bool) {
	r := root{status: status, kind: kind, target: target.Name}
	switch {
	case target.Pin == nil:
		return root{}, false
	case kind == resolver.OutOfRange && d.From != nil && d.From.Pin != nil:
		r.from, r.requirement = d.From.Name, short(d.Requirement)
		return r, true
	case kind == resolver.Unpublished, kind == resolver.NoFile, kind == resolver.WrongRuntime, kind == resolver.BadMetadata:
		return r, true
	}
	return root{}, false
}

// roots are the entries of one environment that say what is wrong with the pins.
type roots map[root]*entry

// add remembers an entry by the root of what was seen.
func (all roots) add(seen *sighting, e *entry) {
	if c := seen.clash; c != nil {
		if r, ok := rootOf(seen.status, c.Kind, c.Demand, c.Target); ok {
			all[r] = e
		}
	}
}

// of returns the entry that a search without a result comes down to, and the obstacle
// that does: each version that the change keeps from being chosen is kept from it by
// one of these. It returns nil where there is another reason, which nobody has told.
func (all roots) of(s *survey, seen *sighting) (*entry, resolver.Obstacle) {
	var first *entry
	var by resolver.Obstacle
	for _, o := range seen.clash.Obstacles {
		r, ok := rootOf(seen.status, o.Kind, o.Demand, o.Target)
		e := all[r]
		switch {
		case ok && e != nil && first == nil:
			first, by = e, o
		case ok && e != nil, !s.concerns(o):
		default:
			return nil, by
		}
	}
	return first, by
}

// concerns reports whether the change has a part in an obstacle.
func (s *survey) concerns(o resolver.Obstacle) bool {
	return s.isChanged(o.Target.Name) || o.Demand.From != nil && s.isChanged(o.Demand.From.Name)
}
