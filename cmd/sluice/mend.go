package main

import (
	"context"
	"errors"
	"slices"

	"sluice/resolver"
	"sluice/resolver/gate"
)

// mend has pins and jobs fit that do not today, as far as that keeps no pin from going up
// that does: a pin that is not published any more, or is none for a new Python.
func (c *climb) mend(ctx context.Context, in *inputs) error {
	var met []resolver.Root
	for i, p := range c.raises {
		if !slices.Contains(c.most.Unmet, i) {
			met = append(met, supposed(p, above(p)))
		}
	}
	var parts []gate.Part
	for _, p := range slices.Concat(c.joint.Unfit, c.joint.Aside) {
		plan := c.plan
		plan.MaxSteps = wishSteps
		_, err := c.world.Solve(ctx, new(gate.Joint).With(p).Job, plan)
		if !errors.As(err, new(*resolver.Unsolved)) {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return ctx.Err()
	}
	if mended, err := c.mendWith(ctx, in, met, parts...); mended || err != nil || len(parts) == 1 {
		return err
	}
	for _, p := range parts {
		if _, err := c.mendWith(ctx, in, met, p); err != nil {
			return err
		}
	}
	return nil
}

// mendWith has some parts fit, if they can.
func (c *climb) mendWith(ctx context.Context, in *inputs, met []resolver.Root, parts ...gate.Part) (mended bool, err error) {
	joint, plan := c.joint, c.plan
	c.joint = joint.With(parts...)
	c.plan.Excluded = slices.Clip(plan.Excluded)
	solution, err := c.solve(ctx, in, met)
	switch {
	case errors.As(err, new(*resolver.Unsolved)) || unclear(err):
		c.joint, c.plan = joint, plan
		return false, ctx.Err()
	case err != nil:
		return false, err
	}
	c.most.Solution = solution
	for _, p := range parts {
		c.mended = append(c.mended, p.Name)
	}
	return true, nil
}
