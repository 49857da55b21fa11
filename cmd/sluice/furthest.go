package main

import (
	"context"
	"errors"
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// goFurther has each pin go as far up as it can without another going less far: the order of
// choice may have put the newest version of what a job has for itself before that of a pin.
func (c *climb) goFurther(ctx context.Context, in *inputs) error {
	for _, p := range c.pins {
		for {
			at, ok := versionsByName(c.most.Solution.Chosen)[p.Name]
			if !ok || p.URL != "" || !c.upgrade.climbs(p.Name) || c.never(p) != nil {
				break
			}
			newest, err := c.newest(in, p.Name)
			if err != nil {
				return err
			}
			if newest.IsZero() || newest.Compare(at) <= 0 {
				break
			}
			further, err := c.further(ctx, in, p, at)
			if err != nil {
				return err
			}
			if further == nil {
				break
			}
			c.most.Solution = further
			c.most.Unmet = slices.DeleteFunc(c.most.Unmet, func(w int) bool { return c.raises[w].Name == p.Name })
		}
	}
	return nil
}

// further returns a solution with a pin above a version and no other lower than now, nil where
// none is found.
func (c *climb) further(ctx context.Context, in *inputs, p resolver.Pin, at constraints.Version) (*resolver.Solution, error) {
	up := supposed(p, constraints.Above(at))
	if c.hopeless(ctx, up) != nil {
		return nil, nil
	}
	wishes := []resolver.Root{up}
	for _, v := range c.most.Solution.Chosen {
		if _, pinned := c.today[v.Name]; pinned && v.Pin == nil && v.Name != p.Name {
			wishes = append(wishes, supposed(resolver.Pin{Name: v.Name, Spelling: string(v.Name)}, constraints.AtLeast(v.Version)))
		}
	}
	excluded := slices.Clip(c.plan.Excluded)
	solution, err := c.solve(ctx, in, wishes)
	switch {
	case err == nil:
		return solution, nil
	case errors.As(err, new(*resolver.Unsolved)), unclear(err):
		c.plan.Excluded = excluded // they served this question
		return nil, ctx.Err()
	}
	return nil, err
}
