package resolver

import (
	"context"
	"errors"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// Core is a part of a question that has no solution by itself, and of which nothing can be
// left out: without any one of its members there is one (ALGORITHM 10).
type Core struct {
	Roots      []Root
	Limits     []Root // constraints that fix no version
	Pins       []Pin
	Exclusions []Exclusion

	// Minimal says that this was proven of every member. It is not where a search gave
	// up or facts were missing.
	Minimal bool
}

// Core returns the smallest part that it can find of what was asked that has no solution,
// and the proof of that part. It leaves out one member after the other, as long as there
// is still none: first what stands last, so that what stands first stays.
func (e *Unsolved) Core(ctx context.Context) (*Core, *Unsolved) {
	q := e.asked()
	minimal := true
	for _, part := range []int{partPins, partLimits, partExclusions, partRoots} {
		for needed := 0; needed < q.size(part); {
			_, err := q.without(part, q.size(part)-needed-1).solve(ctx)
			var smaller *Unsolved
			if errors.As(err, &smaller) {
				q, e = smaller.asked(), smaller // all that is needed is part of it
				continue
			}
			minimal = minimal && err == nil
			needed++
		}
	}
	return &Core{q.roots, q.limits, q.pins, q.plan.Excluded, minimal}, e
}

// inquiry is a question of which parts can be left out. What is left out still names what
// it names, and sources stay: else a smaller question could fail for a reason that the
// whole one does not have.
type inquiry struct {
	world  *World
	plan   Plan
	named  map[constraints.Name]named
	roots  []Root // overrides in place
	limits []Root
	pins   []Pin

	// Sources meet everything, and so are no part of a conflict. What is known of one is a pin
	// beside it.
	rootSources []Root
	pinSources  []Pin
}

const (
	partRoots = iota
	partLimits
	partPins
	partExclusions
)

func (q *inquiry) size(part int) int {
	return [...]int{len(q.roots), len(q.limits), len(q.pins), len(q.plan.Excluded)}[part]
}

// without returns the question without a member.
func (q *inquiry) without(part, i int) *inquiry {
	rest := *q
	switch part {
	case partRoots:
		rest.roots = slices.Delete(slices.Clone(q.roots), i, i+1)
	case partLimits:
		rest.limits = slices.Delete(slices.Clone(q.limits), i, i+1)
	case partPins:
		rest.pins = slices.Delete(slices.Clone(q.pins), i, i+1)
	case partExclusions:
		rest.plan.Excluded = slices.Delete(slices.Clone(q.plan.Excluded), i, i+1)
	}
	return &rest
}

// solve asks the question.
func (q *inquiry) solve(ctx context.Context) (*Solution, error) {
	w := NewWorld(q.world.env, slices.Concat(q.pins, q.pinSources), q.limits, q.world.source)
	u := newUniverse(w, Job{Roots: slices.Concat(q.roots, q.rootSources)}, q.plan)
	u.named = q.named
	return u.solve(ctx)
}

// asked returns the question of which the proof speaks: of all that was asked only what
// it rests on.
func (e *Unsolved) asked() *inquiry {
	u := e.universe
	q := &inquiry{world: u.world, plan: u.plan, named: u.named}
	q.plan.Excluded, q.plan.MaxSteps = nil, coreSteps
	roots, limits := make(map[*Root]bool), make(map[*Root]bool)
	exclusions := make(map[*Exclusion]bool)
	for _, r := range e.proof.Facts() {
		switch m := &u.meanings[r]; m.kind {
		case meansDemand, meansExtra, meansMember:
			roots[m.root] = true
		case meansConstraint:
			limits[m.root] = true
		case meansExclusion:
			exclusions[m.exclusion] = true
		}
	}
	for i := range u.job.Roots {
		switch r := &u.job.Roots[i]; {
		case r.Requirement.URL != "":
			q.rootSources = append(q.rootSources, *r)
		case roots[r]:
			q.roots = append(q.roots, *r)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.world.limits)) {
		q.limits = append(q.limits, marked(u.world.limits[name], limits)...)
	}
	q.limits = append(q.limits, marked(u.job.Limits, limits)...)
	for i := range u.plan.Excluded {
		if exclusions[&u.plan.Excluded[i]] {
			q.plan.Excluded = append(q.plan.Excluded, u.plan.Excluded[i])
		}
	}
	pins := make(map[constraints.Name]bool)
	visit(e.proof.Derivation(), func(d *pubgrub.Derivation) {
		for _, t := range d.Terms {
			if n := u.packages[t.Package].node; n.pinned != nil {
				pins[n.name] = true
			}
		}
	})
	for _, name := range u.world.pinNames() {
		switch pin := u.world.pins[name]; {
		case pin.isOpaque():
			q.pinSources = append(q.pinSources, *pin)
		case pins[name]:
			q.pins = append(q.pins, *pin)
		}
	}
	return q
}

// Environment returns where nothing fits.
func (e *Unsolved) Environment() *constraints.Environment { return e.universe.world.env }

// Packages returns what the proof is about, from what is required by itself on.
func (e *Unsolved) Packages() []constraints.Name {
	var names []constraints.Name
	visit(e.proof.Derivation(), func(d *pubgrub.Derivation) {
		for _, t := range d.Terms {
			if name := e.universe.packages[t.Package].node.name; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	return names
}

// marked returns those of some roots that are meant.
func marked(all []Root, meant map[*Root]bool) (some []Root) {
	for i := range all {
		if meant[&all[i]] {
			some = append(some, all[i])
		}
	}
	return some
}

// visit goes through a derivation, each step once, what it rests on first.
func visit(d *pubgrub.Derivation, do func(*pubgrub.Derivation)) {
	seen := make(map[*pubgrub.Derivation]bool)
	var follow func(d *pubgrub.Derivation)
	follow = func(d *pubgrub.Derivation) {
		if seen[d] {
			return
		}
		seen[d] = true
		for _, p := range d.Parents {
			follow(p)
		}
		do(d)
	}
	follow(d)
}
