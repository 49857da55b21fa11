package gate

import (
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Joint is jobs of an environment as one, in which the roots of each part are a group.
type Joint struct {
	resolver.Job
	Parts []Part

	// Of what fits today: the jobs of consumers and the pins that do not, and what the
	// others have that nothing pins, which may be another version for each.
	Aside []string
	Unfit []constraints.Name
	Apart []constraints.Name
}

// Part is one job of a Joint.
type Part struct {
	Name string // of the consumer and the job, or of the pinned package
	Job  resolver.Job
}

// Join returns all jobs of the consumers that support an environment.
func Join(consumers []Consumer, env *constraints.Environment) *Joint {
	j := new(Joint)
	for i := range consumers {
		c := &consumers[i]
		if !c.supports(env) {
			continue
		}
		for _, job := range c.Jobs {
			j.add(Part{strings.TrimSuffix(c.Name+" ("+job.Name+")", " ()"), job.Job})
		}
	}
	return j
}

// add adds a part.
func (j *Joint) add(part Part) {
	j.Parts = append(j.Parts, part)
	for _, root := range part.Job.Roots {
		root.Group = len(j.Parts)
		j.Roots = append(j.Roots, root)
	}
	j.Limits = append(j.Limits, part.Job.Limits...)
}

// JoinFitting returns what fits in a world of today's pins. What is pinned and no consumer
// needs is a part of it: pins are to fit in with each other.
func JoinFitting(consumers []Consumer, pins []resolver.Pin, today *resolver.World, env *constraints.Environment) *Joint {
	j := new(Joint)
	apart := make(map[constraints.Name]bool)
	for _, part := range Join(consumers, env).Parts {
		if !j.addFitting(part, today, apart) {
			j.Aside = append(j.Aside, part.Name)
		}
	}
	for _, p := range pins {
		if p.URL == "" && !j.addFitting(Part{p.Spelling, JobOf(p.Name)}, today, apart) {
			j.Unfit = append(j.Unfit, p.Name)
		}
	}
	j.Apart = slices.Sorted(maps.Keys(apart))
	return j
}

// addFitting adds a part if it fits.
func (j *Joint) addFitting(part Part, today *resolver.World, apart map[constraints.Name]bool) bool {
	outcome := today.Verify(part.Job)
	if len(outcome.Clashes) > 0 {
		return false
	}
	for _, v := range outcome.Installed() {
		if v.Pin == nil {
			apart[v.Name] = true
		}
	}
	j.add(part)
	return true
}
