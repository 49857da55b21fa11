package resolver

import (
	"context"
	"errors"
)

// Why returns the proof of a clash of the outcome which says that no version fits; false
// where there is none: the search for it ended early, or the clash is of another kind. What
// else clashes counts as met. The outcome must still be valid.
func (o *Outcome) Why(ctx context.Context, c *Clash) (*Unsolved, bool) {
	if c.Kind != Unsolvable {
		return nil, false
	}
	_, err := o.walk.world.Solve(ctx, o.walk.job, o.walk.besides(c.Target.Name))
	var unsolved *Unsolved
	// An installer would have taken the yanked version: that there is none is not why.
	return unsolved, errors.As(err, &unsolved) && !unsolved.forYanked()
}
