package resolver

import (
	"maps"
	"slices"

	"sluice/constraints"
)

// Dependents returns the pinned packages whose release requires a package, under
// whatever marker or extra, sorted.
func (w *World) Dependents(name constraints.Name) []constraints.Name {
	if w.dependents == nil {
		w.dependents = w.findDependents()
	}
	return w.dependents[name]
}

// findDependents turns the requirements of the pinned releases around.
func (w *World) findDependents() map[constraints.Name][]constraints.Name {
	dependents := make(map[constraints.Name][]constraints.Name, len(w.pins))
	for _, name := range w.pinNames() {
		c := w.node(name).pinned
		if c.release == nil {
			continue
		}
		for i := range c.release.Requirements {
			to := c.release.Requirements[i].Name
			if known := dependents[to]; len(known) == 0 || known[len(known)-1] != name {
				dependents[to] = append(known, name)
			}
		}
	}
	return dependents
}

// Reaching returns whether a chain of requirements may lead from a package to one
// of the targets: a job none of whose roots leads there cannot be affected by
// them. It may say yes too often, never no: markers and extras are not looked at,
// and a package that nothing pins may lead anywhere.
func (w *World) Reaching(targets []constraints.Name) func(constraints.Name) bool {
	reached := make(map[constraints.Name]bool)
	queue := slices.Clone(targets)
	w.Dependents("") // so that they are known
	for name := range w.dependents {
		if w.pins[name] == nil {
			queue = append(queue, name)
		}
	}
	for len(queue) > 0 {
		name := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !reached[name] {
			reached[name] = true
			queue = append(queue, w.dependents[name]...)
		}
	}
	return func(name constraints.Name) bool { return reached[name] || w.pins[name] == nil }
}

// PinClashes returns what the named pins, all of them when none is named, require
// of other pins and do not get, and their own defects, without following anything
// further: one clash for each, in the order of names. Extras count only as far as
// a job asks for them, so they do not count here.
func (w *World) PinClashes(names ...constraints.Name) []Clash {
	if len(names) == 0 {
		names = w.pinNames()
	}
	k := w.newWalk(Job{})
	for _, name := range names {
		if w.pins[name] != nil {
			k.inspect(w.node(name).pinned)
		}
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
	for _, by := range w.Dependents(name) {
		c := w.node(by).pinned
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
