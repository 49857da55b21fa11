package gate

import (
	"context"
	"slices"

	"sluice/resolver"
)

// maxProofs bounds how many findings are proven: each takes some milliseconds, and nobody
// reads more.
const maxProofs = 8

// prove adds to the findings that no version fits of something why that is so.
func (a *adviser) prove(report *Report, clashes []*resolver.Clash) {
	proven := 0
	for i, c := range clashes {
		f := &report.Findings[i]
		if c == nil || c.Kind != resolver.Unsolvable || f.Status != New || proven == maxProofs {
			continue
		}
		proven++
		for _, b := range a.today {
			if !slices.Contains(f.Environments, b.env.Name()) {
				continue
			}
			unsolved, ok := a.unsolved(b, a.jobOf(f, c), c)
			if !ok {
				continue
			}
			core, _ := unsolved.Core(context.Background())
			// Told is the proof of the whole, which speaks of the pins: without those that the
			// least part does without, it would be about all versions that there could be.
			f.Because, f.Conflict = Deductions(unsolved.Explain()), ConflictOf(core)
			f.Details = f.Details[f.own:] // the proof says as much
			break
		}
	}
}

// unsolved returns the proof that a job has no solution for what the clash is about; false
// where none is found.
func (a *adviser) unsolved(b *baseline, job resolver.Job, c *resolver.Clash) (*resolver.Unsolved, bool) {
	outcome := newSurvey(a.question, b).after.Verify(job)
	i := slices.IndexFunc(outcome.Clashes, func(other resolver.Clash) bool { return other.Key() == c.Key() })
	if i < 0 {
		return nil, false
	}
	return outcome.Why(context.Background(), &outcome.Clashes[i])
}

// jobOf returns the job in which a clash was seen: the nearest consumer's, else that of
// the candidate alone.
func (a *adviser) jobOf(f *Finding, c *resolver.Clash) resolver.Job {
	if len(f.Reaches) == 0 {
		return JobOf(c.Path[0].Requirement.Name)
	}
	r := f.Reaches[0]
	for _, consumer := range a.question.Consumers {
		if consumer.Name != r.Consumer {
			continue
		}
		for _, job := range consumer.Jobs {
			if job.Name == r.Jobs[0] {
				return job.Job
			}
		}
	}
	return resolver.Job{}
}
