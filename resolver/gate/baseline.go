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
	second *resolver.World // the same, for a second walker
	trials []*trial

	// edited is the first edited world that the trials were taken through, walked are
	// its pins; they keep what came out.
	edited *resolver.World
	walked []resolver.Pin

	// ahead is the edited world where there is one already, with its pins.
	ahead     *resolver.World
	pinsAhead []resolver.Pin
}

// trial is one job of a consumer, and how it fares today once that was asked.
type trial struct {
	consumer int // its number
	job      Job
	judged   bool
	before   fare
	record   *record // of the walk through the baseline's edited world; nil for none
}

// record is what came out of taking a job through a world.
type record struct {
	outcome *resolver.Outcome
	fare    fare
	limited bool // the job has constraints of its own
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
		pins, limits := Active(q.Before, env)
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

// withConsumers returns the baseline of a question of which some consumers, by their
// number, require something else. What is known of the others stays known.
func (b *baseline) withConsumers(q *Question, edited map[int]bool) *baseline {
	other := *b
	other.trials = nil
	for i, t := range b.trials {
		if edited[t.consumer] {
			first := i
			for first > 0 && b.trials[first-1].consumer == t.consumer {
				first--
			}
			t = &trial{consumer: t.consumer, job: q.Consumers[t.consumer].Jobs[i-first]}
		}
		other.trials = append(other.trials, t)
	}
	return &other
}

// ready makes the edited world of a question the one whose records count, where there
// is none yet.
func (b *baseline) ready(q *Question) {
	if b.edited == nil {
		pins, limits := Active(q.After, b.env)
		b.edited, b.walked = resolver.NewWorld(b.env, pins, limits, q.Source), pins
	}
}

// recorded returns what comes out of taking the job through the baseline's edited
// world.
func (t *trial) recorded(edited *resolver.World) *record {
	if t.record == nil {
		t.record = t.take(edited)
		t.record.outcome = t.record.outcome.Keep()
	}
	return t.record
}

// take takes the job through a world. The outcome is valid until the next walk there.
func (t *trial) take(world *resolver.World) *record {
	outcome := world.Verify(t.job.Job)
	return &record{outcome: outcome, fare: fareOf(outcome), limited: len(t.job.Limits) > 0}
}

// leadsTo reports whether one of the job's requirements is on a package that is meant.
func (t *trial) leadsTo(meant func(constraints.Name) bool) bool {
	return slices.ContainsFunc(t.job.Roots, func(r resolver.Root) bool { return meant(r.Requirement.Name) })
}

// today returns how the job fares in a world of today's pins.
func (t *trial) today(world *resolver.World) fare {
	if !t.judged {
		t.judged, t.before = true, fareOf(world.Verify(t.job.Job))
	}
	return t.before
}

// JobOf returns the job of installing one package, in whatever version.
func JobOf(name constraints.Name) resolver.Job {
	return resolver.Job{Roots: []resolver.Root{{
		Requirement: constraints.Requirement{Name: name, Spelling: string(name), Range: constraints.Everything()},
	}}}
}
