package main

import (
	"context"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// How a climb makes sure of what it chose. The question that is solved leaves out what
// packages that all share require of what each job has for itself: to count it for every
// job would make it many times as large, and nearly never matters. So each job is walked
// through what was chosen, and where one does not fit the question is asked again with all
// that this one requires.

// confirm reports whether all that fits today fits beside a solution. Where not, it makes
// the question say why.
func (c *climb) confirm(ctx context.Context, in *inputs, solution *resolver.Solution) (fits bool, err error) {
	world := c.worldOf(in, solution)
	seen := make(map[resolver.Key]bool)
	fits = true
	for i, p := range c.joint.Parts {
		outcome := world.Verify(p.Job)
		if len(outcome.Clashes) == 0 {
			continue
		}
		fits = false
		key := outcome.Clashes[0].Key()
		if seen[key] { // what is said of one may do for this one too
			continue
		}
		seen[key] = true
		switch group, whole := i+1, slices.Contains(c.plan.Whole, i+1); {
		case !whole && !c.tooMany && (group > c.asked || c.canTell(ctx, group)):
			c.plan.Whole = append(slices.Clip(c.plan.Whole), group)
		case group > c.asked: // it need not fit
			return false, resolver.ErrGaveUp
		default:
			if err := c.hold(p, outcome.Visited(), solution); err != nil {
				return false, err
			}
		}
	}
	return fits, nil
}

// worldOf returns the world in which pins have moved as a solution has them.
func (c *climb) worldOf(in *inputs, solution *resolver.Solution) *resolver.World {
	chosen := versionsByName(solution.Chosen)
	pins := slices.Clone(c.pins)
	for i, p := range pins {
		if v, ok := chosen[p.Name]; ok && p.URL == "" && !v.Equal(p.Version) {
			pins[i].Version, pins[i].Range = v, constraints.Exactly(v)
		}
	}
	for _, v := range solution.Chosen {
		if _, pinned := c.today[v.Name]; !pinned {
			pins = append(pins, resolver.Pin{Name: v.Name, Spelling: string(v.Name), Version: v.Version, Range: constraints.Exactly(v.Version)})
		}
	}
	return resolver.NewWorld(c.env, pins, c.limits, in.facts)
}

// canTell reports whether the search takes a job for what it is: that it fits today. It does
// not where installers go ways of their own.
func (c *climb) canTell(ctx context.Context, group int) bool {
	plan := c.plan
	plan.Whole, plan.Excluded = []int{group}, slices.DeleteFunc(slices.Clone(plan.Excluded), isWanted)
	_, err := c.before.Solve(ctx, c.joint.Of(group), plan)
	return err == nil
}

// setAside takes the jobs out of the question that fit today, though the search that found
// nothing cannot tell that; confirm looks after them. It reports whether there were any.
func (c *climb) setAside(ctx context.Context, unsolved *resolver.Unsolved) (any bool) {
	core, _ := unsolved.Core(ctx)
	if slices.ContainsFunc(core.Exclusions, isWanted) {
		return false
	}
	for _, r := range core.Roots {
		if 0 < r.Group && r.Group <= c.asked && !c.canTell(ctx, r.Group) {
			c.joint, any = c.joint.Without(r.Group), true
		}
	}
	return any
}

// isWanted reports whether somebody wants an exclusion, as opposed to what a climb excludes.
func isWanted(x resolver.Exclusion) bool { return x.Place != theIndex && x.Place != theSearch }

// theSearch is the place of what was not found out.
var theSearch = constraints.Place{File: "the search"}

// hold keeps the pins where they are today that took a job to where it does not fit, for
// reasons that the search cannot tell.
func (c *climb) hold(part gate.Part, visited []constraints.Name, solution *resolver.Solution) error {
	chosen := versionsByName(solution.Chosen)
	var raised []resolver.Pin
	for _, p := range c.pins {
		if v, ok := chosen[p.Name]; ok && p.URL == "" && v.Compare(p.Version) > 0 {
			raised = append(raised, p)
		}
	}
	if len(raised) == 0 {
		return fmt.Errorf("an error in this program: %s fits today, and not under the same pins", part.Name)
	}
	held := slices.DeleteFunc(slices.Clone(raised), func(p resolver.Pin) bool { return !slices.Contains(visited, p.Name) })
	if len(held) == 0 {
		held = raised
	}
	for _, p := range held {
		c.plan.Excluded = append(c.plan.Excluded, resolver.Exclusion{
			Name: p.Name, Range: constraints.Above(p.Version), Place: theSearch,
			Reason: fmt.Sprintf("%s did not fit beside what was chosen with %s above %s", part.Name, p.Spelling, p.Version),
		})
	}
	return nil
}

// isKnown reports whether a conflict would be one whatever it is that versions require of
// which that is not known.
func (c *climb) isKnown(x *resolver.Conflict) bool {
	return !slices.ContainsFunc(x.Core.Exclusions, func(e resolver.Exclusion) bool { return c.unknown[e.Reason] })
}

// isFound reports whether a conflict rests on nothing that was not found out.
func (c *climb) isFound(x *resolver.Conflict) bool {
	return !slices.ContainsFunc(x.Core.Exclusions, func(e resolver.Exclusion) bool { return e.Place == theSearch })
}

// isProven reports whether a conflict is one.
func (c *climb) isProven(x *resolver.Conflict) bool { return c.isKnown(x) && c.isFound(x) }
