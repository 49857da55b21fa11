package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// baseline is how things stand in one environment under today's pins. What it has
// found out it remembers, so that several changes can be held against it.
type baseline struct {
	env    *constraints.Environment
	pins   []resolver.Pin
	world  *resolver.World
	trials []*trial
}

// trial is one job of a consumer, and how it fares today once that was asked.
type trial struct {
	consumer int // its number
	job      Job
	judged   bool
	before   fare
	visited  []constraints.Name
}

// fare is how a job fares in a world.
type fare struct {
	clashes []resolver.Clash
	notes   []resolver.Note
}

func fareOf(o *resolver.Outcome) fare { return fare{o.Clashes, o.Notes()} }

// newBaselines returns today's state in each environment of a question.
func newBaselines(q *Question) []*baseline {
	var all []*baseline
	for _, env := range q.Environments {
		pins, limits := active(q.Before, env)
		b := &baseline{env: env, pins: pins, world: resolver.NewWorld(env, pins, limits, q.Source)}
		for i := range q.Consumers {
			if c := &q.Consumers[i]; c.supports(env) {
				for _, job := range c.Jobs {
					b.trials = append(b.trials, &trial{consumer: i, job: job})
				}
			}
		}
		all = append(all, b)
	}
	return all
}

// reaches reports whether a changed pin takes part in a job today. If none does,
// the job goes through both worlds in the same way.
func (b *baseline) reaches(i int, changed []constraints.Name, mayReach func(constraints.Name) bool) bool {
	t := b.trials[i]
	if !slices.ContainsFunc(t.job.Roots, func(r resolver.Root) bool { return mayReach(r.Requirement.Name) }) {
		return false
	}
	if !t.judged {
		outcome := b.world.Verify(t.job.Job)
		t.judged, t.before, t.visited = true, fareOf(outcome), outcome.Visited()
	}
	return slices.ContainsFunc(changed, func(name constraints.Name) bool { return slices.Contains(t.visited, name) })
}
