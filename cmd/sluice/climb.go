package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// fittingJob is a job that fits today.
type fittingJob struct {
	name string
	job  resolver.Job
}

// climb is the solution of one environment.
type climb struct {
	upgrade  *upgrade
	env      *constraints.Environment
	pins     []resolver.Pin
	world    *resolver.World
	job      resolver.Job              // all jobs that fit today
	unpinned map[constraints.Name]bool // what they have today that nothing pins
	plan     resolver.Plan
	fitting  []fittingJob // ... one by one
	aside    []string
	solution *resolver.Solution
	versions map[constraints.Name]constraints.Version // of the pins
}

func (u *upgrade) climb(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion) (*climb, error) {
	c := &climb{upgrade: u, env: env, unpinned: make(map[constraints.Name]bool), versions: make(map[constraints.Name]constraints.Version)}
	var limits []resolver.Root
	c.pins, limits = gate.Active(in.lines, env)
	c.gather(in, limits)
	var fixed []resolver.Pin
	for _, p := range c.pins {
		if p.URL != "" || p.Version.IsZero() || !u.climbs(p.Name) {
			fixed = append(fixed, p)
			continue
		}
		floor, err := pep440.ParseSpecifierSet(">=" + p.Version.String())
		if err != nil { // no version as PEP 440 has them cannot go up
			fixed = append(fixed, p)
			continue
		}
		limits = append(limits, resolver.Root{
			Requirement: constraints.Requirement{Name: p.Name, Spelling: string(p.Name), Range: floor}, Place: p.Place,
		})
	}
	c.plan = resolver.Plan{Prereleases: prereleases[in.settings.Policy.Prereleases], Excluded: excluded}
	c.plan.Apart = slices.Sorted(maps.Keys(c.unpinned))
	c.world = resolver.NewWorld(env, fixed, limits, in.facts)
	if err := c.solve(ctx, in); err != nil {
		return nil, err
	}
	for _, v := range c.solution.Chosen {
		c.versions[v.Name] = v.Version
	}
	return c, nil
}

// broken returns which jobs fit today and not under these lines. What packages that all
// share require of what each job has for itself counts only here.
func (c *climb) broken(in *inputs, lines []gate.Line) (names []string) {
	pins, limits := gate.Active(lines, c.env)
	world := resolver.NewWorld(c.env, pins, limits, in.facts)
	for _, f := range c.fitting {
		if len(world.Verify(f.job).Clashes) > 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// maxPassedOver bounds how often a solution is passed over in an environment.
const maxPassedOver = 1000

// solve passes over the releases of which it is not known what they require, or not
// all: the gate would leave them undecided.
func (c *climb) solve(ctx context.Context, in *inputs) (err error) {
	for range maxPassedOver {
		var more []resolver.Exclusion
		var unknown *resolver.FactsError
		c.solution, err = c.world.Solve(ctx, c.job, c.plan)
		switch {
		case err == nil:
			if more, err = c.incomplete(in); err != nil || len(more) == 0 {
				return err
			}
		case errors.As(err, &unknown) && !unknown.Version.IsZero() && unknown.Err == nil:
			more = []resolver.Exclusion{{Name: unknown.Name, Range: constraints.Exactly(unknown.Version), Reason: unknown.Error()}}
		default:
			return err
		}
		c.plan.Excluded = append(c.plan.Excluded, more...)
	}
	return resolver.ErrGaveUp
}

// incomplete returns what the solution has beyond today of which not all that it requires
// is known.
func (c *climb) incomplete(in *inputs) (all []resolver.Exclusion, err error) {
	today := make(map[constraints.Name]constraints.Version)
	for _, p := range c.pins {
		today[p.Name] = p.Version
	}
	for _, v := range c.solution.Chosen {
		if at, pinned := today[v.Name]; pinned && v.Version.Compare(at) == 0 {
			continue
		}
		release, err := in.facts.Release(v.Name, v.Version)
		if err != nil {
			return nil, err
		}
		if release != nil && release.Incomplete {
			reason := fmt.Sprintf("%s %s requires more than the index says", v.Name, v.Version)
			all = append(all, resolver.Exclusion{Name: v.Name, Range: constraints.Exactly(v.Version), Reason: reason})
		}
	}
	return all, nil
}

func (u *upgrade) climbs(name constraints.Name) bool { return len(u.named) == 0 || u.named[name] }

// gather collects the jobs that fit under today's pins, each a group of its own. What is
// pinned and no consumer needs is a job too: the pins are to fit in with each other.
func (c *climb) gather(in *inputs, limits []resolver.Root) {
	today := resolver.NewWorld(c.env, c.pins, limits, in.facts)
	for _, consumer := range in.consumers {
		if r := consumer.judged.Runtime; r != nil && !r.Contains(c.env.Runtime()) {
			continue
		}
		for _, job := range consumer.judged.Jobs {
			name := strings.TrimSuffix(consumer.name+" ("+job.Name+")", " ()")
			if !c.include(today, name, job.Job) {
				c.aside = append(c.aside, name)
			}
		}
	}
	for _, p := range c.pins {
		if p.URL == "" {
			self := constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: constraints.Everything()}
			c.include(today, p.Spelling, resolver.Job{Roots: []resolver.Root{{Requirement: self, Place: p.Place}}})
		}
	}
}

// include adds a job if it fits.
func (c *climb) include(today *resolver.World, name string, job resolver.Job) bool {
	outcome := today.Verify(job)
	if len(outcome.Clashes) > 0 {
		return false
	}
	for _, v := range outcome.Installed() {
		if v.Pin == nil {
			c.unpinned[v.Name] = true
		}
	}
	c.fitting = append(c.fitting, fittingJob{name, job})
	for _, root := range job.Roots {
		root.Group = len(c.fitting)
		c.job.Roots = append(c.job.Roots, root)
	}
	c.job.Limits = append(c.job.Limits, job.Limits...)
	return true
}

// report adds what goes up and what stays behind.
func (c *climb) report(ctx context.Context, in *inputs, answer *upgradeAnswer) error {
	demands := c.solution.Demands()
	pinned := make(map[constraints.Name]bool)
	for _, p := range c.pins {
		pinned[p.Name] = true
		if p.URL != "" || !c.upgrade.climbs(p.Name) {
			continue
		}
		at, fits := c.versions[p.Name]
		if !fits {
			answer.Unfit = append(answer.Unfit, p.Spelling)
			continue
		}
		if at.Compare(p.Version) > 0 {
			answer.Raised = append(answer.Raised, pinMove{p.Spelling, c.env.Name(), p.Version.String(), at.String()})
		}
		newest, err := c.newest(in, p.Name)
		if err != nil {
			return err
		}
		if newest.IsZero() || newest.Compare(at) <= 0 {
			continue
		}
		behind := pinBehind{Name: p.Spelling, Environment: c.env.Name(), At: at.String(), Newest: newest.String()}
		if behind.Because = append(c.exclusions(p.Name, newest), c.excluders(demands[p.Name], newest)...); len(behind.Because) == 0 {
			if behind.Because, err = c.obstacles(ctx, in, p, newest); err != nil {
				return err
			}
		}
		answer.Behind = append(answer.Behind, behind)
	}
	for _, v := range c.solution.Chosen {
		if !pinned[v.Name] {
			answer.Raised = append(answer.Raised, pinMove{Name: string(v.Name), Environment: c.env.Name(), To: v.Version.String()})
		}
	}
	return nil
}

// newest returns the newest final version of a package that is not yanked, zero for none.
func (c *climb) newest(in *inputs, name constraints.Name) (newest constraints.Version, err error) {
	versions, err := in.facts.Versions(name)
	if err != nil {
		return newest, err
	}
	for _, v := range slices.Backward(versions) {
		if v.IsPrerelease() {
			continue
		}
		release, err := in.facts.Release(name, v)
		if err != nil {
			return newest, err
		}
		if release == nil || !release.Yanked {
			return v, nil
		}
	}
	return newest, nil
}

// exclusions returns why a version is not to be chosen at all.
func (c *climb) exclusions(name constraints.Name, version constraints.Version) (facts []resolvedFact) {
	for _, x := range c.plan.Excluded {
		if x.Name == name && x.Range.Contains(version) {
			fact := resolvedFact{x.Reason, "the index"}
			if x.Place.File != "" {
				fact = resolvedFact{fmt.Sprintf("%s%s is excluded", x.Name, x.Range), x.Place.String()}
			}
			facts = append(facts, fact)
		}
	}
	return facts
}

// excluders returns the demands that a version does not meet.
func (c *climb) excluders(demands []resolver.Demand, version constraints.Version) (facts []resolvedFact) {
	for _, d := range demands {
		if d.Requirement.URL != "" || d.Requirement.Range.Contains(version) {
			continue
		}
		f := resolvedFact{d.Requirement.String() + " is required", d.Place.String()}
		if d.From != nil {
			f = resolvedFact{fmt.Sprintf("%s %s requires %s", d.From.Name, d.From.Version, d.Requirement), fmt.Sprintf("metadata of %s %s", d.From.Name, d.From.Version)}
		}
		if !slices.Contains(facts, f) {
			facts = append(facts, f)
		}
	}
	return facts
}

// obstacles returns what is in the way of a version that every demand on its package
// admits.
func (c *climb) obstacles(ctx context.Context, in *inputs, p resolver.Pin, version constraints.Version) ([]resolvedFact, error) {
	job := c.job
	supposed := resolver.Root{
		Requirement: constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: constraints.Exactly(version)},
		Place:       constraints.Place{File: "supposed"},
	}
	job.Roots = append(slices.Clone(job.Roots), supposed)
	other, err := c.world.Solve(ctx, job, c.plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		var why resolutionAnswer
		why.explain(ctx, in, unsolved)
		var facts []resolvedFact
		for _, step := range why.Because {
			for _, f := range step.Facts {
				if f.Source != supposed.Place.File && !slices.Contains(facts, f) {
					facts = append(facts, f)
				}
			}
		}
		return facts, nil
	case err == nil:
		return c.sacrifices(other), nil
	case errors.Is(err, resolver.ErrGaveUp) || errors.As(err, new(*resolver.FactsError)):
		return []resolvedFact{{err.Error(), "the index"}}, nil
	}
	return nil, err
}

// sacrifices returns which packages another solution has in older versions.
func (c *climb) sacrifices(other *resolver.Solution) (facts []resolvedFact) {
	for _, v := range other.Chosen {
		if at, ok := c.versions[v.Name]; ok && v.Version.Compare(at) < 0 {
			facts = append(facts, resolvedFact{fmt.Sprintf("%s would be %s instead of %s", v.Name, v.Version, at), "another solution"})
		}
	}
	return facts
}
