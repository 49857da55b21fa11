package gate

import (
	"sluice/constraints"
	"sluice/resolver"
)

// baseline is how things stand in one environment under today's pins. What it has
// found out it remembers, so that several changes can be held against it.
type baseline struct {
	env    *constraints.Environment
	pins   []resolver.Pin
	world  *resolver.World
	second *resolver.World // the same, for a second walker
	trials []*trial

	// walked are the pins of the first edited world that the trials were taken
	// through; they keep what came out.
	walked []resolver.Pin
}

// trial is one job of a consumer, and how it fares today once that was asked.
type trial struct {
	consumer int // its number
	job      Job
	judged   bool
	before   fare
	record   *record // of the walk under the pins that the baseline's walked says; nil for none
}

// record is what came out of taking a job through a world.
type record struct {
	outcome *resolver.Outcome
	fare    fare
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
		world := func() *resolver.World { return resolver.NewWorld(env, pins, limits, q.Source) }
		b := &baseline{env: env, pins: pins, world: world(), second: world()}
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

// today returns how the job fares in a world of today's pins.
func (t *trial) today(world *resolver.World) fare {
	if !t.judged {
		t.judged, t.before = true, fareOf(world.Verify(t.job.Job))
	}
	return t.before
}

// jobOf returns the job of installing one package, in whatever version.
func jobOf(name constraints.Name) resolver.Job {
	return resolver.Job{Roots: []resolver.Root{{
		Requirement: constraints.Requirement{Name: name, Spelling: string(name), Range: constraints.Everything()},
	}}}
}
