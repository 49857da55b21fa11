package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// survey is the question asked in one environment: what clashes where, under
// today's pins and under the edited ones.
type survey struct {
	question      *Question
	env           *constraints.Environment
	before, after *resolver.World
	changed       []constraints.Name // pins that differ in this environment, sorted

	sightings []sighting
	results   []Result
	reached   map[int]bool // consumers, by their number
}

// sighting is one clash, seen from one place.
type sighting struct {
	clash    resolver.Clash
	status   Status
	env      *constraints.Environment
	consumer int    // its number; -1 for the constraints themselves
	job      string // of the consumer
}

// constraintsThemselves is the number of the consumer that is none: pins are
// judged against each other whether or not anybody installs them.
const constraintsThemselves = -1

// newSurvey readies the question for an environment.
func newSurvey(q *Question, env *constraints.Environment) *survey {
	beforePins, beforeLimits := active(q.Before, env)
	afterPins, afterLimits := active(q.After, env)
	return &survey{
		question: q,
		env:      env,
		before:   resolver.NewWorld(env, beforePins, beforeLimits, q.Source),
		after:    resolver.NewWorld(env, afterPins, afterLimits, q.Source),
		changed:  changedNames(beforePins, afterPins),
		reached:  make(map[int]bool),
	}
}

// changedNames returns the names whose pin is not the same in both.
func changedNames(before, after []resolver.Pin) []constraints.Name {
	old := make(map[constraints.Name]resolver.Pin, len(before))
	for _, pin := range before {
		old[pin.Name] = pin
	}
	var names []constraints.Name
	for _, pin := range after {
		if was, ok := old[pin.Name]; !ok || !was.Version.Equal(pin.Version) || was.URL != pin.URL {
			names = append(names, pin.Name)
		}
		delete(old, pin.Name)
	}
	for name := range old {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// judge compares the two worlds: the pins among themselves, what each candidate
// needs, and every job that a candidate can reach.
func (s *survey) judge() {
	if len(s.changed) == 0 {
		s.skipAll()
		return
	}
	s.judgePins()
	for _, name := range s.changed {
		s.judgeCandidate(name)
	}
	mayReach := s.before.Reaching(s.changed)
	for i := range s.question.Consumers {
		s.judgeConsumer(i, mayReach)
	}
}

// skipAll records that nothing changes here for anybody.
func (s *survey) skipAll() {
	for i := range s.question.Consumers {
		c := &s.question.Consumers[i]
		for _, job := range c.Jobs {
			s.result(c, job, Untouched)
		}
	}
}

// judgePins compares what the changed pins require of others and others of them.
func (s *survey) judgePins() {
	concerns := func(c resolver.Clash) bool {
		return s.isChanged(c.Target.Name) || c.Demand.From != nil && s.isChanged(c.Demand.From.Name)
	}
	before := slices.DeleteFunc(s.before.PinClashes(), func(c resolver.Clash) bool { return !concerns(c) })
	after := slices.DeleteFunc(s.after.PinClashes(), func(c resolver.Clash) bool { return !concerns(c) })
	s.compare(before, after, constraintsThemselves, "")
}

// judgeCandidate compares what it takes to install a candidate alone.
func (s *survey) judgeCandidate(name constraints.Name) {
	job := resolver.Job{Roots: []resolver.Root{{
		Requirement: constraints.Requirement{Name: name, Spelling: string(name), Range: constraints.Everything()},
	}}}
	if pin := s.after.Pin(name); pin != nil {
		job.Roots[0].Place = pin.Place
		s.compare(s.before.Verify(job).Clashes, s.after.Verify(job).Clashes, constraintsThemselves, "")
	}
}

// judgeConsumer compares how the jobs of a consumer fare.
func (s *survey) judgeConsumer(i int, mayReach func(constraints.Name) bool) {
	c := &s.question.Consumers[i]
	if !c.supports(s.env) {
		return
	}
	for _, job := range c.Jobs {
		if !slices.ContainsFunc(job.Roots, func(r resolver.Root) bool { return mayReach(r.Requirement.Name) }) {
			s.result(c, job, Untouched)
			continue
		}
		before := s.before.Verify(job.Job)
		if !slices.ContainsFunc(s.changed, before.Visited) {
			s.result(c, job, Untouched)
			continue
		}
		s.reached[i] = true
		after := s.after.Verify(job.Job)
		s.result(c, job, s.compare(before.Clashes, after.Clashes, i, job.Name))
	}
}

// supports reports whether the consumer means to run in the environment.
func (c *Consumer) supports(env *constraints.Environment) bool {
	return c.Runtime == nil || c.Runtime.Contains(env.Runtime())
}

// compare records the clashes of both worlds, each with its status, and returns
// how whoever is concerned fares.
func (s *survey) compare(before, after []resolver.Clash, consumer int, job string) State {
	standing := make(map[resolver.Key]bool, len(before))
	for i := range before {
		standing[before[i].Key()] = true
	}
	fails, open := false, false
	remaining := make(map[resolver.Key]bool, len(after))
	for i := range after {
		key := after[i].Key()
		remaining[key] = true
		status := New
		switch {
		case after[i].Kind.Undecided():
			status, open = Open, true
		case standing[key]:
			status = Standing
		default:
			fails = true
		}
		s.sightings = append(s.sightings, sighting{after[i], status, s.env, consumer, job})
	}
	for i := range before {
		if !remaining[before[i].Key()] && !before[i].Kind.Undecided() {
			s.sightings = append(s.sightings, sighting{before[i], Lifted, s.env, consumer, job})
		}
	}
	switch {
	case fails:
		return Fails
	case open:
		return Unjudged
	case len(after) > 0:
		return Failing
	case len(before) > 0:
		return Mended
	}
	return Fits
}

// result records how a job fares.
func (s *survey) result(c *Consumer, job Job, state State) {
	s.results = append(s.results, Result{Consumer: c.Name, Job: job.Name, Environment: s.env.Name(), State: state})
}

// isChanged reports whether the pin of a name differs between the two worlds.
func (s *survey) isChanged(name constraints.Name) bool {
	_, found := slices.BinarySearch(s.changed, name)
	return found
}
