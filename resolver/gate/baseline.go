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

// fare returns how a job fares today.
func (b *baseline) fare(t *trial) fare {
	if !t.judged {
		t.judged, t.before = true, fareOf(b.world.Verify(t.job.Job))
	}
	return t.before
}

// installsAlone reports whether today's pin of a name, and all that it brings
// with it, fits together without anything being chosen.
func (b *baseline) installsAlone(name constraints.Name) bool {
	if b.world.Pin(name) == nil {
		return false
	}
	outcome := b.world.Verify(jobOf(name))
	return len(outcome.Clashes) == 0 && !slices.ContainsFunc(outcome.Visited(), func(n constraints.Name) bool { return b.world.Pin(n) == nil })
}

// jobOf returns the job of installing one package, in whatever version.
func jobOf(name constraints.Name) resolver.Job {
	return resolver.Job{Roots: []resolver.Root{{
		Requirement: constraints.Requirement{Name: name, Spelling: string(name), Range: constraints.Everything()},
	}}}
}
