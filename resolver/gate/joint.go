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
	Aside []Part
	Unfit []Part
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
	for _, roots := range []struct{ to, from *[]resolver.Root }{{&j.Roots, &part.Job.Roots}, {&j.Limits, &part.Job.Limits}} {
		for _, root := range *roots.from {
			root.Group = len(j.Parts)
			*roots.to = append(*roots.to, root)
		}
	}
}

// With returns the jobs with some more as parts.
func (j *Joint) With(parts ...Part) *Joint {
	all := *j
	all.Parts, all.Roots, all.Limits = slices.Clip(j.Parts), slices.Clip(j.Roots), slices.Clip(j.Limits)
	for _, part := range parts {
		all.add(part)
	}
	return &all
}

// Without returns the jobs in which a part, by its group, is not asked for.
func (j *Joint) Without(group int) *Joint {
	of := func(r resolver.Root) bool { return r.Group == group }
	rest := *j
	rest.Roots = slices.DeleteFunc(slices.Clone(j.Roots), of)
	rest.Limits = slices.DeleteFunc(slices.Clone(j.Limits), of)
	return &rest
}

// Of returns a part of the jobs by its group, as a job.
func (j *Joint) Of(group int) resolver.Job {
	return new(Joint).With(make([]Part, group-1)...).With(j.Parts[group-1]).Job
}

// JoinFitting returns what fits in a world of today's pins. What is pinned and no consumer
// needs is a part of it: pins are to fit in with each other.
func JoinFitting(consumers []Consumer, pins []resolver.Pin, today *resolver.World, env *constraints.Environment) *Joint {
	j := new(Joint)
	apart := make(map[constraints.Name]bool)
	for _, part := range Join(consumers, env).Parts {
		if !j.addFitting(part, today, apart) {
			j.Aside = append(j.Aside, part)
		}
	}
	for _, p := range pins {
		if part := (Part{p.Spelling, JobOf(p.Name)}); p.URL == "" && !j.addFitting(part, today, apart) {
			j.Unfit = append(j.Unfit, part)
		}
	}
	j.Apart = slices.Sorted(maps.Keys(apart))
	return j
}

// addFitting adds a part if it fits. What nothing pins of one that does not is apart too: it
// may come to fit.
func (j *Joint) addFitting(part Part, today *resolver.World, apart map[constraints.Name]bool) bool {
	outcome := today.Verify(part.Job)
	var touched []constraints.Name
	if len(outcome.Clashes) > 0 {
		touched = outcome.Visited()
	} else {
		for _, v := range outcome.Installed() {
			touched = append(touched, v.Name)
		}
	}
	for _, name := range touched {
		if today.Pin(name) == nil {
			apart[name] = true
		}
	}
	if len(outcome.Clashes) > 0 {
		return false
	}
	j.add(part)
	// A constraint of its own on what it does not install is nothing to the others.
	j.Limits = slices.DeleteFunc(j.Limits, func(l resolver.Root) bool {
		return l.Group == len(j.Parts) && !slices.Contains(touched, l.Requirement.Name)
	})
	return true
}
