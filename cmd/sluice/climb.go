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
	limits   []resolver.Root                          // lines that fix no version
	joint    *gate.Joint
	world    *resolver.World // in which pins may go up
	plan     resolver.Plan
	solution *resolver.Solution
	versions map[constraints.Name]constraints.Version // what was chosen
}

func (u *upgrade) climb(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion) (*climb, error) {
	c := &climb{upgrade: u, env: env, today: make(map[constraints.Name]constraints.Version), versions: make(map[constraints.Name]constraints.Version)}
	c.pins, c.limits = gate.Active(in.lines, env)
	if err := contradiction(c.pins, env); err != nil {
		return nil, err
	}
	for _, p := range c.pins {
		c.today[p.Name] = p.Version
	}
	today := resolver.NewWorld(env, c.pins, c.limits, in.facts)
	c.joint = gate.JoinFitting(in.question(in.lines).Consumers, c.pins, today, env)
	wanted := cmp.Or(in.settings.Policy.Prereleases, "deny") // as the gate has it
	c.plan = resolver.Plan{Prereleases: prereleases[wanted], Excluded: excluded, Apart: c.joint.Apart}
	err := c.solve(ctx, in, func(resolver.Pin) bool { return false })
	if errors.As(err, new(*resolver.Unsolved)) { // a yanked version stays only where it is pinned
		err = c.solve(ctx, in, func(p resolver.Pin) bool {
			release, err := in.facts.Release(p.Name, p.Version)
			return err == nil && release != nil && release.Yanked
		})
	}
	if err != nil {
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
	for _, p := range c.joint.Parts {
		if len(world.Verify(p.Job).Clashes) > 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

// maxPassedOver bounds how often a solution is passed over in an environment.
const maxPassedOver = 1000

// solve passes over the releases of which it is not known what they require, or not
// all: the gate would leave them undecided.
func (c *climb) solve(ctx context.Context, in *inputs, hold func(resolver.Pin) bool) (err error) {
	limits := slices.Clone(c.limits)
	var fixed []resolver.Pin
	for _, p := range c.pins {
		if p.URL != "" || !c.upgrade.climbs(p.Name) || hold(p) {
			fixed = append(fixed, p)
			continue
		}
		floor := constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: constraints.AtLeast(p.Version)}
		limits = append(limits, resolver.Root{Requirement: floor, Place: p.Place})
	}
	c.world = resolver.NewWorld(c.env, fixed, limits, in.facts)
	for range maxPassedOver {
		var more []resolver.Exclusion
		var unknown *resolver.FactsError
		c.solution, err = c.world.Solve(ctx, c.joint.Job, c.plan)
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
	for _, v := range c.solution.Chosen {
		if at, pinned := c.today[v.Name]; pinned && v.Version.Compare(at) == 0 {
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

// report adds what goes up and what stays behind.
func (c *climb) report(ctx context.Context, in *inputs, answer *upgradeAnswer) error {
	demands := c.solution.Demands()
	for _, p := range c.pins {
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
		if _, pinned := c.today[v.Name]; !pinned {
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
	job := c.joint.Job
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
