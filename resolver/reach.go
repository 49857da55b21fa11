package resolver

import (
	"maps"
	"slices"

	"sluice/constraints"
)

// Reaching returns the packages from which a chain of requirements may lead to
// one of the targets: a job none of whose roots is among them cannot be affected
// by the targets. It may name too many, never too few: markers and extras are not
// looked at, and a package that nothing pins may lead anywhere.
func (w *World) Reaching(targets []constraints.Name) func(constraints.Name) bool {
	requirers := make(map[constraints.Name][]constraints.Name)
	reached := make(map[constraints.Name]bool)
	queue := append([]constraints.Name(nil), targets...)
	for name := range w.pins {
		c := w.node(name).pinned
		if c.release == nil {
			continue
		}
		for i := range c.release.Requirements {
			to := c.release.Requirements[i].Name
			if requirers[to] == nil && w.pins[to] == nil {
				queue = append(queue, to)
			}
			requirers[to] = append(requirers[to], name)
		}
	}
	for len(queue) > 0 {
		name := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !reached[name] {
			reached[name] = true
			queue = append(queue, requirers[name]...)
		}
	}
	return func(name constraints.Name) bool { return reached[name] || w.pins[name] == nil }
}

// PinClashes returns what the pins require of each other and do not get, without
// following anything further: one clash for each requirement, in the order of
// names, and the defects of the pins themselves. Extras count only as far as a
// job asks for them, so they do not count here.
func (w *World) PinClashes() []Clash {
	k := w.newWalk(Job{})
	for _, name := range w.pinNames() {
		c := w.node(name).pinned
		k.inspect(c)
	}
	return k.clashes
}

// inspect records what is wrong with one pin and with its own requirements.
func (k *walk) inspect(c *candidate) {
	if c.defect != 0 {
		k.clashes = append(k.clashes, Clash{Kind: c.defect, Target: c.chosen(), Err: c.err})
	}
	edges := k.world.edges(c.base)
	for i := range edges {
		e := &edges[i]
		if to := e.to.pinned; to != nil && !e.fits {
			d := k.demandOf(origin{from: c.base, edge: e})
			k.clashes = append(k.clashes, Clash{Kind: OutOfRange, Demand: d, Target: to.chosen(), Path: []Demand{d}})
		}
	}
}

// pinNames returns the names that are pinned, sorted.
func (w *World) pinNames() []constraints.Name {
	return slices.Sorted(maps.Keys(w.pins))
}

// Requirers returns the requirements that pinned releases have on a package in
// the environment, by name of the release; those of extras too.
func (w *World) Requirers(name constraints.Name) []Demand {
	var demands []Demand
	for _, by := range w.pinNames() {
		c := w.node(by).pinned
		if c.release == nil {
			continue
		}
		for _, r := range c.release.Requirements {
			if r.Name == name && w.appliesToAny(r, c.release.Extras) {
				from := c.chosen()
				demands = append(demands, Demand{From: &from, Requirement: r, Place: c.pin.Place})
			}
		}
	}
	return demands
}

// appliesToAny reports whether a requirement applies in the environment, without
// extras or with one of these.
func (w *World) appliesToAny(r constraints.Requirement, extras []constraints.Name) bool {
	return r.Applies(w.env, "") || slices.ContainsFunc(extras, func(extra constraints.Name) bool { return r.Applies(w.env, extra) })
}
