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
	before   *resolver.World                          // of today's pins
	limits   []resolver.Root                          // of the constraints, that fix no version
	joint    *gate.Joint
	asked    int             // how many parts of the joint fit today
	world    *resolver.World // in which pins may go up
	plan     resolver.Plan
	unknown  map[string]bool // reasons of exclusions: it is not known what a version requires
	tooMany  bool            // jobs to ask for whole: what they do not fit beside is held
	raises   []resolver.Pin  // the pins that might go up: a raise of each is a wish
	most     *resolver.Most
	versions map[constraints.Name]constraints.Version // what was chosen

	// What there is to say of it:
	raised    []pinMove
	behind    []pinBehind
	exclusive []pinsExclusive
	unfit     []pinUnfit
	mended    []string
}

func (u *upgrade) climb(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion) (*climb, error) {
	c := &climb{upgrade: u, env: env, today: make(map[constraints.Name]constraints.Version), unknown: make(map[string]bool)}
	pins, limits := gate.Active(in.lines, env)
	if err := contradiction(pins, env); err != nil {
		return nil, err
	}
	c.before, c.limits = resolver.NewWorld(env, pins, limits, in.facts), slices.Clip(limits)
	c.pins = slices.Clone(pins)
	for i, p := range pins {
		if r := c.before.Release(p.Name); r != nil && !r.Version.Equal(p.Version) { // ==1.0 that stands for 1.0+cpu
			c.pins[i].Version = r.Version
		}
		c.today[p.Name] = c.pins[i].Version
	}
	c.joint = gate.JoinFitting(in.question(in.lines).Consumers, pins, c.before, env)
	c.asked = len(c.joint.Parts)
	wanted := cmp.Or(in.settings.Policy.Prereleases, "deny") // as the gate has it
	c.plan = resolver.Plan{Prereleases: prereleases[wanted], StandingOnly: true, Apart: c.joint.Apart, ApartFreely: true, Standing: c.today}
	for _, x := range excluded {
		if !slices.Contains(c.joint.Apart, x.Name) { // what each job has for itself is not chosen here
			c.plan.Excluded = append(c.plan.Excluded, x)
		}
	}
	unfit := func(name constraints.Name) bool {
		return slices.ContainsFunc(c.joint.Unfit, func(p gate.Part) bool { return p.Job.Roots[0].Requirement.Name == name })
	}
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
		barred, err := in.barred(p, env)
		if err != nil {
			return nil, err
		}
		c.plan.Excluded = append(append(c.plan.Excluded, older...), barred...)
		versions, err := in.facts.Versions(p.Name)
		if err != nil {
			return nil, err
		}
		newer := len(versions) > 0 && versions[len(versions)-1].Compare(p.Version) > 0
		if newer && !unfit(p.Name) {
			c.raises = append(c.raises, p)
		}
	}
	c.world = resolver.NewWorld(env, fixed, limits, in.facts)
	if err := errors.Join(c.ascend(ctx, in), ctx.Err()); err != nil {
		return nil, err
	}
	if err := errors.Join(c.mend(ctx, in), c.goFurther(ctx, in)); err != nil {
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
		wishes = append(wishes, supposed(p, above(p)))
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

// above returns the versions that a pin goes up to.
func above(p resolver.Pin) constraints.Range { return constraints.Above(p.Version) }

// supposed returns the requirement that a pin move, which nobody makes.
func supposed(p resolver.Pin, to constraints.Range) resolver.Root {
	return resolver.Root{Requirement: constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: to}, Place: nowhere}
}

// nowhere is the place of what is supposed.
var nowhere = constraints.Place{File: "supposed"}

// broken returns which jobs fit today and not under these lines.
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
// what they require, or not all, where the gate would leave them undecided, and what a job
// does not fit beside.
func (c *climb) solve(ctx context.Context, in *inputs, wishes []resolver.Root) (*resolver.Solution, error) {
	steps := 0
	if len(wishes) > 0 {
		steps = wishSteps
	}
	for range maxPassedOver {
		job, plan := c.joint.Job, c.plan
		job.Roots, plan.MaxSteps = slices.Concat(job.Roots, wishes), steps
		solution, err := c.world.Solve(ctx, job, plan)
		var unknown *resolver.FactsError
		var unsolved *resolver.Unsolved
		fits := false
		switch {
		case err == nil:
			if fits, err = c.incomplete(in, solution); fits && err == nil {
				fits, err = c.confirm(ctx, in, solution)
			}
		case errors.As(err, &unknown) && !unknown.Version.IsZero() && unknown.Err == nil:
			err = c.passOver(in, unknown.Name, unknown.Version)
		case errors.As(err, &unsolved) && len(wishes) == 0 && c.setAside(ctx, unsolved):
			err = nil
		case errors.Is(err, resolver.ErrGaveUp) && len(wishes) == 0 && len(c.plan.Whole) > 0:
			c.plan.Whole, c.tooMany, err = nil, true, nil
		}
		if fits || err != nil {
			return solution, err
		}
	}
	return nil, resolver.ErrGaveUp
}

// incomplete passes over what a solution has beyond today of which not all that it requires
// is known. It reports whether there was none.
func (c *climb) incomplete(in *inputs, solution *resolver.Solution) (none bool, err error) {
	none = true
	for _, v := range solution.Chosen {
		if at, pinned := c.today[v.Name]; v.Pin != nil || pinned && v.Version.Compare(at) == 0 {
			continue
		}
		release, err := in.facts.Release(v.Name, v.Version)
		if err != nil {
			return false, err
		}
		if release == nil || !release.Incomplete || c.isVague(v.Name) {
			continue
		}
		if none, err = false, c.passOver(in, v.Name, v.Version); err != nil {
			return false, err
		}
	}
	return none, nil
}

// isVague reports whether it is not known today either what all a pin requires: that is no
// worse then with another version.
func (c *climb) isVague(name constraints.Name) bool {
	release := c.before.Release(name)
	return release != nil && release.Incomplete
}

// passOver excludes a version of which it is not known what it requires, or not all, and
// those below it of which the same is so, down to today's: they would be the next to be
// chosen, each at the price of a search.
func (c *climb) passOver(in *inputs, name constraints.Name, version constraints.Version) error {
	versions, err := in.facts.Versions(name)
	if err != nil {
		return err
	}
	at, pinned := c.today[name]
	for _, v := range slices.Backward(versions) {
		first := v.Equal(version)
		switch {
		case v.Compare(version) > 0, v.IsPrerelease() && !first:
			continue
		case pinned && v.Compare(at) <= 0 && !first:
			return nil
		}
		release, err := in.facts.Release(name, v)
		if err != nil {
			return err
		}
		reason := fmt.Sprintf("%s %s requires more than the index says", name, v)
		switch {
		case release != nil && release.Unknown:
			reason = (&resolver.FactsError{Name: name, Version: v}).Error()
		case release == nil || !release.Incomplete || c.isVague(name):
			return nil
		}
		c.unknown[reason] = true
		c.plan.Excluded = append(c.plan.Excluded, resolver.Exclusion{Name: name, Range: constraints.Exactly(v), Reason: reason, Place: theIndex})
	}
	return nil
}

func (u *upgrade) climbs(name constraints.Name) bool { return len(u.named) == 0 || u.named[name] }
