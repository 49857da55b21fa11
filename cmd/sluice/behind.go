package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// report says what goes up and what stays behind.
func (c *climb) report(ctx context.Context, in *inputs) error {
	demands := c.most.Solution.Demands()
	for _, p := range c.pins {
		if p.URL != "" || !c.upgrade.climbs(p.Name) {
			continue
		}
		at, fits := c.versions[p.Name]
		if !fits {
			c.unfit = append(c.unfit, pinUnfit{Name: p.Spelling, Environment: c.env.Name(), At: p.Version.String()})
			continue
		}
		if at.Compare(p.Version) > 0 {
			c.raised = append(c.raised, pinMove{p.Spelling, c.env.Name(), p.Version.String(), at.String()})
		}
		newest, err := c.newest(in, p.Name)
		if err != nil {
			return err
		}
		if newest.IsZero() || newest.Compare(at) <= 0 {
			continue
		}
		behind := pinBehind{Name: p.Spelling, Environment: c.env.Name(), At: at.String(), Newest: newest.String()}
		if never := c.never(p); never != nil {
			behind.Stuck, behind.Open = c.isProven(never), !c.isProven(never)
			behind.Because = c.reasonsOf(ctx, in, never.Why)
		} else if behind.Because, err = c.obstacles(ctx, in, p, newest, demands[p.Name]); err != nil {
			return err
		}
		if len(behind.Because) == 0 {
			behind.Because = []gate.Fact{{Text: "nothing was found that fits with it and keeps all others where they are", Source: theSearch.File}}
		}
		c.behind = append(c.behind, behind)
	}
	c.addExclusive(ctx, in)
	for _, v := range c.most.Solution.Chosen {
		if _, pinned := c.today[v.Name]; !pinned {
			c.raised = append(c.raised, pinMove{Name: string(v.Name), Environment: c.env.Name(), To: v.Version.String()})
		}
	}
	return nil
}

// never returns the proof that a pin cannot go up at all, as far as is known; nil where it
// could.
func (c *climb) never(p resolver.Pin) *resolver.Conflict {
	for i := range c.most.Conflicts {
		if x := &c.most.Conflicts[i]; len(x.Wishes) == 1 && c.raises[x.Wishes[0]].Name == p.Name {
			return x
		}
	}
	return nil
}

// addExclusive adds the pins that could go up, but not all of them.
func (c *climb) addExclusive(ctx context.Context, in *inputs) {
	stuck := func(w int) bool { return c.never(c.raises[w]) != nil }
	for _, x := range c.most.Conflicts {
		if slices.ContainsFunc(x.Wishes, stuck) {
			continue
		}
		e := pinsExclusive{Environment: c.env.Name(), Because: c.reasonsOf(ctx, in, x.Why)}
		for _, w := range x.Wishes {
			e.Names = append(e.Names, c.raises[w].Spelling)
		}
		c.exclusive = append(c.exclusive, e)
	}
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
func (c *climb) exclusions(name constraints.Name, version constraints.Version) (facts []gate.Fact) {
	for _, x := range c.plan.Excluded {
		if x.Name == name && x.Range.Contains(version) {
			text := cmp.Or(x.Reason, fmt.Sprintf("%s%s is excluded", x.Name, x.Range))
			facts = append(facts, gate.Fact{Text: text, Source: x.Place.String()})
		}
	}
	return facts
}

// excluders returns the demands that a version does not meet.
func (c *climb) excluders(demands []resolver.Demand, version constraints.Version) (facts []gate.Fact) {
	for _, d := range demands {
		if d.Requirement.URL != "" || d.Requirement.Range.Contains(version) {
			continue
		}
		f := gate.Fact{Text: d.Requirement.String() + " is required", Source: d.Place.String()}
		if d.From != nil {
			f = gate.Fact{
				Text:   fmt.Sprintf("%s %s requires %s", d.From.Name, d.From.Version, d.Requirement),
				Source: fmt.Sprintf("metadata of %s %s", d.From.Name, d.From.Version),
			}
		}
		if !slices.Contains(facts, f) {
			facts = append(facts, f)
		}
	}
	return facts
}

// obstacles returns what is in the way of a version: that it is not to be chosen, or demands
// on its package; else why nothing fits with it, or what another solution would cost.
func (c *climb) obstacles(ctx context.Context, in *inputs, p resolver.Pin, version constraints.Version, demands []resolver.Demand) ([]gate.Fact, error) {
	if plain := append(c.exclusions(p.Name, version), c.excluders(demands, version)...); len(plain) > 0 {
		return plain, nil
	}
	job := c.joint.Job
	job.Roots = append(slices.Clone(job.Roots), supposed(p, constraints.Exactly(version)))
	other, err := c.world.Solve(ctx, job, c.plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		return c.reasonsOf(ctx, in, unsolved), nil
	case err == nil:
		return c.sacrifices(other), nil
	case unclear(err):
		return []gate.Fact{{Text: err.Error(), Source: "the index"}}, nil
	}
	return nil, err
}

// reasonsOf returns what a proof rests on.
func (c *climb) reasonsOf(ctx context.Context, in *inputs, unsolved *resolver.Unsolved) (facts []gate.Fact) {
	var why resolutionAnswer
	why.explain(ctx, in, unsolved)
	for _, step := range why.Because {
		for _, f := range step.Facts {
			if f, ok := c.retell(f); ok && !slices.Contains(facts, f) {
				facts = append(facts, f)
			}
		}
	}
	return facts
}

// retell tells a fact of a proof as one of an upgrade: that a pin does not go down is no
// constraint that anybody wrote, and a reason says all of an exclusion. What is supposed, and
// that a pin is to fit in though nobody requires it, is false: not to be told.
func (c *climb) retell(f gate.Fact) (gate.Fact, bool) {
	if f.Source == nowhere.File || f.Source == "" {
		return f, false
	}
	for _, p := range c.pins {
		if f.Text == "only "+floorOf(p).String()+" is allowed" && f.Source == p.Place.String() {
			f.Text = p.Spelling + " does not go below " + p.Version.String()
		}
	}
	if _, reason, ok := strings.Cut(f.Text, " is excluded: "); ok {
		f.Text = reason
	}
	return f, true
}

// sacrifices returns which packages another solution has in older versions.
func (c *climb) sacrifices(other *resolver.Solution) (facts []gate.Fact) {
	for _, v := range other.Chosen {
		if at, ok := c.versions[v.Name]; ok && v.Version.Compare(at) < 0 {
			facts = append(facts, gate.Fact{Text: fmt.Sprintf("%s would be %s instead of %s", v.Name, v.Version, at), Source: "another solution"})
		}
	}
	return facts
}
