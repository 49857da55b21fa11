package gate

import (
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Check asks whether the constraints After are sound as they stand: each pin is
// published and can be installed, the pins fit together, and every consumer's
// jobs fit under them. Everything that does not is New, so it rejects. Before is
// not looked at.
func Check(q *Question) *Report {
	sound := *q
	sound.Before = nil
	book := newBook(&sound)
	usage := newUsage()
	report := &Report{SchemaVersion: SchemaVersion, Command: "check", Results: []Result{}}
	for _, nothing := range newBaselines(&sound) {
		s := newSurvey(&sound, nothing)
		s.changed = pinnedNames(q.After)
		s.checkPins(usage)
		book.enter(s)
		report.Results = append(report.Results, s.results...)
		report.Environments = append(report.Environments, s.env.Name())
	}
	findings, clashes := book.findings()
	unexpected := book.unexpected()
	report.Findings = slices.Concat(unexpected, findings)
	clashes = slices.Concat(make([]*resolver.Clash, len(unexpected)), clashes)
	report.Consumers = countConsumers(q, usage.consumers)
	report.Unneeded, report.Inactive = usage.idle(q)
	report.Unpinned = usage.unpinned(q.Consumers)
	report.Verdict = verdict(report)
	if report.Verdict == Reject {
		asItStands := *q
		asItStands.Before = q.After
		a := &adviser{question: &asItStands, today: newBaselines(&asItStands)}
		a.explain(report, clashes)
	}
	sortResults(report.Results)
	return report
}

// checkPins judges the pins among themselves and every job of every consumer.
func (s *survey) checkPins(u *usage) {
	s.compare(fare{}, fare{clashes: s.after.PinClashes()}, constraintsThemselves, "")
	for _, t := range s.today.trials {
		outcome := s.after.Verify(t.job.Job)
		s.result(&s.question.Consumers[t.consumer], t.job, s.compare(fare{}, fareOf(outcome), t.consumer, t.job.Name))
		u.add(t.consumer, outcome.Installed())
	}
}

// pinnedNames returns the names that lines pin in any environment, sorted.
func pinnedNames(lines []Line) []constraints.Name {
	var names []constraints.Name
	for _, l := range lines {
		if l.IsPin() {
			names = append(names, l.Requirement.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// usage is which packages the consumers install.
type usage struct {
	consumers map[int]bool
	needed    map[constraints.Name]bool
	chosen    map[constraints.Name]*choice // of packages that nothing pins
}

type choice struct {
	versions  map[string]constraints.Version // by key
	consumers map[int]bool
}

func newUsage() *usage {
	return &usage{consumers: make(map[int]bool), needed: make(map[constraints.Name]bool), chosen: make(map[constraints.Name]*choice)}
}

// add records what a job of a consumer installs.
func (u *usage) add(consumer int, installed []resolver.Chosen) {
	u.consumers[consumer] = true
	for _, c := range installed {
		u.needed[c.Name] = true
		if c.Pin != nil {
			continue
		}
		ch, ok := u.chosen[c.Name]
		if !ok {
			ch = &choice{versions: make(map[string]constraints.Version), consumers: make(map[int]bool)}
			u.chosen[c.Name] = ch
		}
		ch.versions[c.Version.Key()] = c.Version
		ch.consumers[consumer] = true
	}
}

// idle returns the pins that no consumer installs, and those that are active in no
// environment, in file order.
func (u *usage) idle(q *Question) (unneeded, inactive []PinLine) {
	for _, l := range q.After {
		if !l.IsPin() {
			continue
		}
		pin := PinLine{Name: l.Requirement.Spelling, Place: l.Place}
		if l.Requirement.Marker != nil {
			pin.Marker = l.Requirement.Marker.String()
		}
		switch {
		case !appliesSomewhere(q, l.Requirement):
			inactive = append(inactive, pin)
		case !u.needed[l.Requirement.Name]:
			unneeded = append(unneeded, pin)
		}
	}
	return unneeded, inactive
}

// unpinned returns the packages that consumers install and nothing pins, by
// name.
func (u *usage) unpinned(consumers []Consumer) []Unpinned {
	var list []Unpinned
	for _, name := range slices.Sorted(maps.Keys(u.chosen)) {
		ch := u.chosen[name]
		entry := Unpinned{Name: string(name)}
		for _, key := range slices.Backward(slices.Sorted(maps.Keys(ch.versions))) {
			entry.Versions = append(entry.Versions, ch.versions[key].String())
		}
		for i := range ch.consumers {
			entry.Consumers = append(entry.Consumers, consumers[i].Name)
		}
		slices.SortFunc(entry.Consumers, strings.Compare)
		list = append(list, entry)
	}
	return list
}
