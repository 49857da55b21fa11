package gate

import (
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Judge answers a question: may the pins that differ between Before and After be
// changed so?
func Judge(q *Question) *Report {
	today := newBaselines(q)
	report, clashes := compareWorlds(q, today)
	if report.Verdict == Reject {
		a := &adviser{question: q, today: today, along: true}
		a.suggest(report, clashes)
	}
	return report
}

// compareWorlds surveys every environment and gathers what was found. Suggestions
// are not looked for. Beside the report it returns the clash that each finding
// rests on, nil where it rests on none.
func compareWorlds(q *Question, today []*baseline) (*Report, []*resolver.Clash) {
	book := newBook(q)
	changes := make(map[constraints.Name]*Change)
	reached := make(map[int]bool)
	report := &Report{SchemaVersion: SchemaVersion, Command: "gate", Results: []Result{}}
	for _, b := range today {
		s := newSurvey(q, b)
		s.judge()
		book.enter(s)
		for _, name := range s.changed {
			note(changes, name, s)
		}
		for i := range s.reached {
			reached[i] = true
		}
		report.Results = append(report.Results, s.results...)
		report.Environments = append(report.Environments, b.env.Name())
	}
	report.Candidates = sortedChanges(changes)
	findings, clashes := book.findings()
	report.Findings = findings
	report.Consumers = countConsumers(q, reached)
	report.Verdict = verdict(report)
	sortResults(report.Results)
	return report, clashes
}

// verdict is the answer that a report amounts to.
func verdict(r *Report) Verdict {
	v := verdictOf(r.Findings)
	changesNothing := r.Command == "gate" && len(r.Candidates) == 0
	if v == Admit && r.Consumers.open() && !changesNothing {
		return Undecided
	}
	return v
}

// verdictOf is the answer as far as consumers could be read.
func verdictOf(findings []Finding) Verdict {
	v := Admit
	for _, f := range findings {
		switch f.Status {
		case New:
			return Reject
		case Open:
			v = Undecided
		}
	}
	return v
}

// note adds what an environment says of a changed pin.
func note(changes map[constraints.Name]*Change, name constraints.Name, s *survey) {
	c, ok := changes[name]
	if !ok {
		c = &Change{From: []string{}, To: []string{}, name: name}
		changes[name] = c
	}
	c.Environments = append(c.Environments, s.env.Name())
	if pin := s.after.Pin(name); pin != nil {
		c.To = appendNew(c.To, pin.Version.String())
		c.Name = spelling(pin)
	}
	if pin := s.today.world.Pin(name); pin != nil {
		c.From = appendNew(c.From, pin.Version.String())
		c.Place = placeOf(pin.Place)
		c.Name = spelling(pin)
	}
}

func sortedChanges(changes map[constraints.Name]*Change) []Change {
	var sorted []Change
	for _, c := range changes {
		sorted = append(sorted, *c)
	}
	slices.SortFunc(sorted, func(a, b Change) int { return strings.Compare(string(a.name), string(b.name)) })
	return sorted
}

// appendNew appends a string that is not among the others.
func appendNew(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

func sortResults(results []Result) {
	slices.SortStableFunc(results, func(a, b Result) int {
		if c := strings.Compare(a.Consumer, b.Consumer); c != 0 {
			return c
		}
		return strings.Compare(a.Job, b.Job)
	})
}
