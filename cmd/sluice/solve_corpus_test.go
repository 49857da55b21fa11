package main

import (
	"errors"
	"testing"

	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// What Solve chooses for the consumers of the corpus under its constraints is what the
// walk chooses, which is held against real pip elsewhere.
func TestSolveChoosesForTheCorpusWhatTheWalkDoes(t *testing.T) {
	in := loadCorpus(t)
	world, other := worldOf(in.question(in.lines), in.lines), worldOf(in.question(in.lines), in.lines)
	same, unsolved := 0, 0
	for _, c := range in.consumers {
		for _, job := range c.judged.Jobs {
			outcome := world.Verify(job.Job)
			want := resolvertest.Installed(outcome)
			got, err := other.Solve(t.Context(), job.Job, resolver.Plan{})
			var not *resolver.Unsolved
			switch {
			case errors.As(err, &not) && len(outcome.Clashes) > 0:
				unsolved++
			case err != nil:
				t.Errorf("%s %s: %v, and the walk found %s", c.name, job.Name, err, want)
			case len(outcome.Clashes) > 0:
				t.Errorf("%s %s: a solution, and the walk found %s", c.name, job.Name, resolvertest.Clashes(outcome))
			case resolvertest.Installed(got.Outcome) != want:
				t.Errorf("%s %s: %s\nwant %s", c.name, job.Name, resolvertest.Installed(got.Outcome), want)
			default:
				same++
			}
		}
	}
	t.Logf("%d sets are the same, %d jobs have no solution", same, unsolved)
}
