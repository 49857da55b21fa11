package gate

import (
	"slices"
	"sync"

	"sluice/constraints"
	"sluice/resolver"
)

// survey is the question asked in one environment: what clashes where, under
// today's pins and under the edited ones.
type survey struct {
	question *Question
	env      *constraints.Environment
	today    *baseline
	pins     []resolver.Pin  // of the edited constraints
	limits   []resolver.Root // likewise
	after    *resolver.World
	changed  []constraints.Name // pins that differ in this environment, sorted

	sightings []sighting
	results   []Result
	reached   map[int]bool // consumers, by their number
}

// sighting is one clash or note, seen from one place.
type sighting struct {
	clash    *resolver.Clash
	note     *resolver.Note
	status   Status
	env      *constraints.Environment
	consumer int    // its number; -1 for the constraints themselves
	job      string // of the consumer
}

// constraintsThemselves is the number of the consumer that is none: pins are
// judged against each other whether or not anybody installs them.
const constraintsThemselves = -1

// newSurvey readies the question for an environment.
func newSurvey(q *Question, today *baseline) *survey {
	s := &survey{question: q, env: today.env, today: today, reached: make(map[int]bool)}
	if s.after = today.ahead; s.after == nil {
		s.pins, s.limits = Active(q.After, today.env)
		s.after = s.newAfter()
	} else {
		s.pins = today.pinsAhead
	}
	s.changed = changedNames(today.pins, s.pins)
	return s
}

// newAfter returns the edited world; each one may be walked by one goroutine.
func (s *survey) newAfter() *resolver.World {
	return resolver.NewWorld(s.env, s.pins, s.limits, s.question.Source)
}

// changedNames returns the names whose pin is not the same in both. Of several
// active pins of a name the first counts, as it does in a world.
func changedNames(before, after []resolver.Pin) []constraints.Name {
	if names, ok := changedInPlace(before, after); ok {
		return names
	}
	old := make(map[constraints.Name]resolver.Pin, len(before))
	for _, pin := range before {
		if _, twice := old[pin.Name]; !twice {
			old[pin.Name] = pin
		}
	}
	var names []constraints.Name
	seen := make(map[constraints.Name]bool, len(after))
	for _, pin := range after {
		was, there := old[pin.Name]
		if !seen[pin.Name] && (!there || !samePin(was, pin)) {
			names = append(names, pin.Name)
		}
		seen[pin.Name] = true
	}
	for name := range old {
		if !seen[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// changedInPlace is changedNames for pins of the same names in the same order, as
// they are where only versions change; false for others.
func changedInPlace(before, after []resolver.Pin) (names []constraints.Name, ok bool) {
	if len(before) != len(after) {
		return nil, false
	}
	for i := range after {
		if before[i].Name != after[i].Name {
			return nil, false
		}
		if samePin(before[i], after[i]) {
			continue
		}
		name := after[i].Name
		if slices.ContainsFunc(after[:i], func(p resolver.Pin) bool { return p.Name == name }) {
			continue // the first counts
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, true
}

// samePin reports whether two pins fix the same. The spelling of the version
// counts, since === is textual.
func samePin(a, b resolver.Pin) bool {
	return a.Version.Equal(b.Version) && a.Version.String() == b.Version.String() && a.URL == b.URL
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
	s.judgeConsumers()
}

// skipAll records that nothing changes here for anybody.
func (s *survey) skipAll() {
	for _, t := range s.today.trials {
		s.result(&s.question.Consumers[t.consumer], t.job, Untouched)
	}
}

// judgePins compares what the changed pins require of others and others of them.
func (s *survey) judgePins() {
	concerned := slices.Clone(s.changed)
	for _, name := range s.changed {
		concerned = append(concerned, s.today.world.Dependents(name)...)
	}
	slices.Sort(concerned)
	concerned = slices.Compact(concerned)
	between := func(c resolver.Clash) bool { // pins that are the same in both
		return !s.isChanged(c.Target.Name) && (c.Demand.From == nil || !s.isChanged(c.Demand.From.Name))
	}
	before := slices.DeleteFunc(s.today.world.PinClashes(concerned...), between)
	after := slices.DeleteFunc(s.after.PinClashes(concerned...), between)
	s.compare(fare{clashes: before}, fare{clashes: after}, constraintsThemselves, "")
}

// judgeCandidate compares what it takes to install a candidate alone.
func (s *survey) judgeCandidate(name constraints.Name) {
	job := JobOf(name)
	pin := s.after.Pin(name)
	if pin == nil {
		return
	}
	job.Roots[0].Place = pin.Place
	var before fare // nothing, for a name that nothing pins today
	if s.today.world.Pin(name) != nil {
		before = fareOf(s.today.world.Verify(job))
	}
	s.compare(before, fareOf(s.after.Verify(job)), constraintsThemselves, "")
}

// passage is how a job fares without and with the change.
type passage struct {
	reached       bool // a changed pin takes part; the rest is for those only
	before, after fare
}

// judgeConsumers compares how the jobs of the consumers fare. A job that no changed
// pin takes part in goes through both worlds in the same way.
func (s *survey) judgeConsumers() {
	trials := s.today.trials
	if len(trials) == 0 {
		return
	}
	passages := make([]passage, len(trials))
	mayReach := s.today.world.Reaching(s.changed)
	first := s.today.edited == nil
	if first {
		s.today.edited, s.today.walked = s.after, s.pins
	}
	today := newSwap(s.after, s.today.world, s.changed)
	again := newSwap(s.today.edited, s.after, changedNames(s.today.walked, s.pins))
	walkers := []walker{
		{s, s.today.world, s.after, first, today, again},
		{s, s.today.second, s.newAfter(), first, today, again},
	}
	var wait sync.WaitGroup
	for start, w := range walkers {
		wait.Go(func() {
			for i := start; i < len(trials); i += len(walkers) {
				if trials[i].leadsTo(mayReach) {
					passages[i] = w.passage(trials[i])
				}
			}
		})
	}
	wait.Wait()
	for i, t := range trials {
		state := Untouched
		if p := &passages[i]; p.reached {
			s.reached[t.consumer] = true
			state = s.compare(p.before, p.after, t.consumer, t.job.Name)
		}
		s.result(&s.question.Consumers[t.consumer], t.job, state)
	}
}

// walker takes jobs through both worlds, which one goroutine at a time may walk.
type walker struct {
	*survey
	before, after *resolver.World
	first         bool // records are made, not used
	today         swap // from the edited world to today's
	again         swap // from the world of the records to the edited one
}

// passage returns how a job fares, by taking it through the edited world and
// today's, unless what is known of it speaks for them.
func (w walker) passage(t *trial) passage {
	var p passage
	known := t.record
	switch {
	case !w.first && known != nil && w.again.fits(known):
		p.reached = known.outcome.Needs(w.isChanged)
		p.after.notes = known.fare.notes
	default:
		known = t.take(w.after)
		p.reached = known.outcome.Needs(w.isChanged)
		p.after = known.fare
		if w.first {
			known.outcome = known.outcome.Keep()
			t.record = known
		}
	}
	switch {
	case !p.reached:
	case t.judged || !w.today.fits(known):
		p.before = t.today(w.before)
	default:
		p.before.notes = p.after.notes
	}
	return p
}

// supports reports whether the consumer means to run in the environment.
func (c *Consumer) supports(env *constraints.Environment) bool {
	return c.Runtime == nil || c.Runtime.Contains(env.Runtime())
}

// compare records the clashes of both worlds, each with its status, and returns
// how whoever is concerned fares.
func (s *survey) compare(before, after fare, consumer int, job string) State {
	see := func(c *resolver.Clash, status Status) {
		s.sightings = append(s.sightings, sighting{clash: c, status: status, env: s.env, consumer: consumer, job: job})
	}
	today, remaining := keysOf(before.clashes), keysOf(after.clashes)
	fails, open := false, s.compareNotes(before.notes, after.notes, consumer, job)
	for i := range after.clashes {
		c := &after.clashes[i]
		status := statusOf(c, today)
		fails = fails || status == New
		open = open || c.Kind.Undecided()
		see(c, status)
	}
	ahead := horizonOf(after.clashes)
	for i := range before.clashes {
		c := &before.clashes[i]
		if !remaining[c.Key()] && !c.Kind.Undecided() && !ahead.hides(c) {
			see(c, Lifted)
		}
	}
	switch {
	case fails:
		return Fails
	case open:
		return Unjudged
	case len(after.clashes) > 0:
		return Failing
	case len(before.clashes) > 0:
		return Mended
	}
	return Fits
}

// keysOf returns what clashes are about.
func keysOf(clashes []resolver.Clash) map[resolver.Key]bool {
	if len(clashes) == 0 {
		return nil
	}
	keys := make(map[resolver.Key]bool, len(clashes))
	for i := range clashes {
		keys[clashes[i].Key()] = true
	}
	return keys
}

// statusOf says how a clash counts beside those of today. What a release requires of
// which nothing is known may concern the change, also where nobody knew it before; a
// source that fails, and a search that ended early, leave open what they would tell.
func statusOf(c *resolver.Clash, today map[resolver.Key]bool) Status {
	switch {
	case c.Kind.Undecided():
		return Open
	case today[c.Key()]:
		return Standing
	}
	return New
}

// compareNotes records what cannot be looked at with the change, and reports whether
// that leaves open how the job fares. Requirements that are not all known leave the
// verdict open, and the job as far as is known.
func (s *survey) compareNotes(before, after []resolver.Note, consumer int, job string) (open bool) {
	known := make(map[noteKey]bool, 2*len(before))
	for i := range before {
		key := keyOf(&before[i])
		known[key] = true
		key.version = ""
		known[key] = true
	}
	for i := range after {
		n := &after[i]
		status := s.statusOfNote(n, known)
		open = open || status == Open && n.Kind != resolver.IncompleteFacts
		if status != "" {
			s.sightings = append(s.sightings, sighting{note: n, status: status, env: s.env, consumer: consumer, job: job})
		}
	}
	return open
}

// statusOfNote says how a note counts beside those of today, "" for not at all. What
// could not be looked at today either is standing; that a release lacks an extra is
// no ignorance, and a check says it. In a check everything is only worth knowing, as
// is that a package whose version changes still does not tell all.
func (s *survey) statusOfNote(n *resolver.Note, today map[noteKey]bool) Status {
	key := keyOf(n)
	same := today[key]
	key.version = ""
	switch {
	case same && n.Kind == resolver.UnknownExtra:
		return ""
	case same:
		return Standing
	case n.Kind == resolver.UnknownExtra, s.question.Before == nil, n.Kind == resolver.IncompleteFacts && today[key]:
		return Warning
	}
	return Open
}

// noteKey is what makes two notes the same.
type noteKey struct {
	kind    resolver.NoteKind
	target  constraints.Name
	version string
	extra   constraints.Name
}

func keyOf(n *resolver.Note) noteKey {
	return noteKey{n.Kind, n.Target.Name, n.Target.Version.Key(), n.Extra}
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

// rejecting returns the clashes that nothing has today, each once.
func (s *survey) rejecting() []*resolver.Clash {
	var all []*resolver.Clash
	seen := make(map[resolver.Key]bool)
	for i := range s.sightings {
		if c := s.sightings[i].clash; c != nil && s.sightings[i].status == New && !seen[c.Key()] {
			seen[c.Key()] = true
			all = append(all, c)
		}
	}
	return all
}
