package gate

import (
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Joint is all that fits in one environment under today's pins, as one job. What is pinned
// and no consumer needs is a part of it: pins are to fit in with each other.
type Joint struct {
	resolver.Job // in which the roots of each part are a group

	Parts []Part
	Aside []string           // jobs of consumers that do not fit today
	Apart []constraints.Name // what jobs have today that nothing pins, which may be another version for each
}

// Part is one job that fits today.
type Part struct {
	Name string // of the consumer and the job, or of the pinned package
	Job  resolver.Job
}

// NewJoint takes the consumers' jobs and the pins through a world of today's pins.
func NewJoint(consumers []Consumer, pins []resolver.Pin, today *resolver.World, env *constraints.Environment) *Joint {
	j := new(Joint)
	apart := make(map[constraints.Name]bool)
	for i := range consumers {
		c := &consumers[i]
		if !c.supports(env) {
			continue
		}
		for _, job := range c.Jobs {
			name := strings.TrimSuffix(c.Name+" ("+job.Name+")", " ()")
			if !j.include(today, Part{name, job.Job}, apart) {
				j.Aside = append(j.Aside, name)
			}
		}
	}
	for _, p := range pins {
		if p.URL == "" {
			j.include(today, Part{p.Spelling, jobOf(p.Name)}, apart)
		}
	}
	j.Apart = slices.Sorted(maps.Keys(apart))
	return j
}

// include adds a part if it fits.
func (j *Joint) include(today *resolver.World, part Part, apart map[constraints.Name]bool) bool {
	outcome := today.Verify(part.Job)
	if len(outcome.Clashes) > 0 {
		return false
	}
	for _, v := range outcome.Installed() {
		if v.Pin == nil {
			apart[v.Name] = true
		}
	}
	j.Parts = append(j.Parts, part)
	for _, root := range part.Job.Roots {
		root.Group = len(j.Parts)
		j.Roots = append(j.Roots, root)
	}
	j.Limits = append(j.Limits, part.Job.Limits...)
	return true
}
