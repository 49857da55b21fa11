package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// climb is the solution of one environment.
type climb struct {
	upgrade  *upgrade
	env      *constraints.Environment
	pins     []resolver.Pin                           // today's
	today    map[constraints.Name]constraints.Version // ... by name
	joint    *gate.Joint
	world    *resolver.World // in which pins may go up
	plan     resolver.Plan
	raises   []resolver.Pin // the pins that might go up: a raise of each is a wish
	most     *resolver.Most
	versions map[constraints.Name]constraints.Version // what was chosen

	// What there is to say of it:
	raised    []pinMove
	behind    []pinBehind
	exclusive []pinsExclusive
	unfit     []string
}

func (u *upgrade) climb(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion) (*climb, error) {
	c := &climb{upgrade: u, env: env, today: make(map[constraints.Name]constraints.Version)}
	pins, limits := gate.Active(in.lines, env)
	if err := contradiction(pins, env); err != nil {
		return nil, err
	}
	today := resolver.NewWorld(env, pins, limits, in.facts)
	c.pins = slices.Clone(pins)
	for i, p := range pins {
		if r := today.Release(p.Name); r != nil && !r.Version.Equal(p.Version) { // ==1.0 that stands for 1.0+cpu
			c.pins[i].Version = r.Version
		}
		c.today[p.Name] = c.pins[i].Version
	}
	c.joint = gate.JoinFitting(in.question(in.lines).Consumers, pins, today, env)
	wanted := cmp.Or(in.settings.Policy.Prereleases, "deny") // as the gate has it
	c.plan = resolver.Plan{Prereleases: prereleases[wanted], Excluded: slices.Clone(excluded), Apart: c.joint.Apart, Standing: c.today}
	var fixed []resolver.Pin
	for _, p := range c.pins {
		if p.URL != "" || !u.climbs(p.Name) {
			fixed = append(fixed, p)
			continue
		}
		limits = append(limits, resolver.Root{Requirement: floorOf(p), Place: p.Place})
		older, err := renumbered(in.facts, p)
		if err != nil {
			return nil, err
		}
		c.plan.Excluded = append(c.plan.Excluded, older...)
		versions, err := in.facts.Versions(p.Name)
		if err != nil {
			return nil, err
		}
		newer := len(versions) > 0 && versions[len(versions)-1].Compare(p.Version) > 0
		if newer && !slices.Contains(c.joint.Unfit, p.Name) {
			c.raises = append(c.raises, p)
		}
	}
	c.world = resolver.NewWorld(env, fixed, limits, in.facts)
	if err := c.ascend(ctx, in); err != nil {
		return nil, err
	}
	c.versions = versionsByName(c.most.Solution.Chosen)
	return c, c.report(ctx, in)
}

func versionsByName(chosen []resolver.Chosen) map[constraints.Name]constraints.Version {
	versions := make(map[constraints.Name]constraints.Version)
	for _, v := range chosen {
		versions[v.Name] = v.Version
	}
	return versions
}

// ascend takes the newest versions in the order of choice, and then the largest set of
// raises, where that is larger.
func (c *climb) ascend(ctx context.Context, in *inputs) error {
	newest, err := c.solve(ctx, in, nil)
	if err != nil {
		return err
	}
	at := versionsByName(newest.Chosen)
	var wishes []resolver.Root
	doubtful := make(map[constraints.Name]bool)
	for _, p := range c.raises {
		wishes = append(wishes, supposed(p, constraints.Above(p.Version)))
		doubtful[p.Name] = at[p.Name].Compare(p.Version) <= 0
	}
	c.most, err = resolver.SolveMost(ctx, newest, wishes, func(wishes []resolver.Root) (*resolver.Solution, error) {
		for _, w := range wishes {
			name := w.Requirement.Name
			if doubtful[name] {
				if err := c.hopeless(ctx, w); err != nil {
					return nil, err
				}
				delete(doubtful, name)
			}
		}
		return c.solve(ctx, in, wishes)
	})
	return err
}

// hopeless returns the proof that nothing meets a wish and what is required of its package
// by itself: most raises that cannot be are found so, at little cost.
func (c *climb) hopeless(ctx context.Context, wish resolver.Root) error {
	job := c.joint.Job
	job.Roots = append(slices.Clone(job.Roots), wish)
	_, err := c.world.SolvePart(ctx, job, c.plan, func(r resolver.Root) bool { return r.Requirement.Name == wish.Requirement.Name })
	if errors.As(err, new(*resolver.Unsolved)) {
		return err
	}
	return nil
}

// floorOf returns the constraint that a pin does not go down.
func floorOf(p resolver.Pin) constraints.Requirement {
	return constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: constraints.AtLeast(p.Version)}
}

// supposed returns the requirement that a pin move, which nobody makes.
func supposed(p resolver.Pin, to constraints.Range) resolver.Root {
	return resolver.Root{Requirement: constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: to}, Place: nowhere}
}

// nowhere is the place of what is supposed.
var nowhere = constraints.Place{File: "supposed"}

// broken returns which jobs fit today and not under these lines. What packages that all
// share require of what each job has for itself counts only here.
func (c *climb) broken(in *inputs, lines []gate.Line) (names []string) {
	pins, limits := gate.Active(lines, c.env)
	world := resolver.NewWorld(c.env, pins, limits, in.facts)
	for _, p := range c.joint.Parts {
		if len(world.Verify(p.Job).Clashes) > 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

const (
	maxPassedOver = 1000   // bounds how often a solution is passed over in an environment
	wishSteps     = 10_000 // bounds each search for more than there is an answer with
)

// solve chooses with some wishes. It passes over the releases of which it is not known
// what they require, or not all: the gate would leave them undecided.
func (c *climb) solve(ctx context.Context, in *inputs, wishes []resolver.Root) (*resolver.Solution, error) {
	job, steps := c.joint.Job, 0
	if len(wishes) > 0 {
		job.Roots, steps = slices.Concat(job.Roots, wishes), wishSteps
	}
	for range maxPassedOver {
		var more []resolver.Exclusion
		var unknown *resolver.FactsError
		plan := c.plan
		plan.MaxSteps = steps
		solution, err := c.world.Solve(ctx, job, plan)
		switch {
		case err == nil:
			if more, err = c.incomplete(in, solution); err != nil || len(more) == 0 {
				return solution, err
			}
		case errors.As(err, &unknown) && !unknown.Version.IsZero() && unknown.Err == nil:
			more, err = c.passOver(in, unknown.Name, unknown.Version)
		}
		if err != nil {
			return nil, err
		}
		c.plan.Excluded = append(c.plan.Excluded, more...)
	}
	return nil, resolver.ErrGaveUp
}

// incomplete returns what a solution has beyond today of which not all that it requires
// is known.
func (c *climb) incomplete(in *inputs, solution *resolver.Solution) (all []resolver.Exclusion, err error) {
	for _, v := range solution.Chosen {
		if at, pinned := c.today[v.Name]; pinned && v.Version.Compare(at) == 0 {
			continue
		}
		release, err := in.facts.Release(v.Name, v.Version)
		if err != nil {
			return nil, err
		}
		if release != nil && release.Incomplete {
			more, err := c.passOver(in, v.Name, v.Version)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
	}
	return all, nil
}

// passOver excludes a version of which it is not known what it requires, or not all, and
// those below it of which the same is so, down to today's: they would be the next to be
// chosen, each at the price of a search.
func (c *climb) passOver(in *inputs, name constraints.Name, version constraints.Version) (all []resolver.Exclusion, err error) {
	versions, err := in.facts.Versions(name)
	if err != nil {
		return nil, err
	}
	at, pinned := c.today[name]
	for _, v := range slices.Backward(versions) {
		first := v.Equal(version)
		switch {
		case v.Compare(version) > 0, v.IsPrerelease() && !first:
			continue
		case pinned && v.Compare(at) <= 0 && !first:
			return all, nil
		}
		release, err := in.facts.Release(name, v)
		if err != nil {
			return nil, err
		}
		reason := fmt.Sprintf("%s %s requires more than the index says", name, v)
		switch {
		case release != nil && release.Unknown:
			reason = (&resolver.FactsError{Name: name, Version: v}).Error()
		case release == nil || !release.Incomplete:
			return all, nil
		}
		all = append(all, resolver.Exclusion{Name: name, Range: constraints.Exactly(v), Reason: reason, Place: theIndex})
	}
	return all, nil
}

func (u *upgrade) climbs(name constraints.Name) bool { return len(u.named) == 0 || u.named[name] }
