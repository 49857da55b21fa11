package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// maxSuggestions bounds how many other changes are judged for the sake of a
// suggestion.
const maxSuggestions = 24

// adviser looks for changes near a rejected one that would be admitted, and
// judges each before it is named.
type adviser struct {
	question *Question
	today    []*baseline
	clashes  []*resolver.Clash // that reject
	along    bool              // the question changes something that others may move with
}

// suggest adds to a report what would lift its findings, and what would be
// admitted in place of the change. clashes are those that the findings rest on.
func (a *adviser) suggest(report *Report, clashes []*resolver.Clash) {
	a.explain(report, clashes)
	if len(report.Candidates) == 1 && len(report.Candidates[0].To) == 1 {
		report.Instead = a.instead(report.Candidates[0].name)
	}
	if report.Together = a.together(); report.Together == nil {
		switch found := a.withEdits(report, clashes); {
		case found == nil:
		case len(found.Requirements) == 0:
			report.Together = found.Together
		default:
			report.WithEdits = found
		}
	}
}

// explain adds to the findings that reject what would lift them, and why nothing fits.
func (a *adviser) explain(report *Report, clashes []*resolver.Clash) {
	a.clashes = rejecting(report, clashes)
	lifted := 0
	for i, c := range clashes {
		if c != nil && report.Findings[i].Status == New && lifted < maxSuggestions {
			report.Findings[i].Lifts = a.lifts(c)
			lifted++
		}
	}
	a.prove(report, clashes)
}

// rejecting returns the clashes that the findings which reject rest on.
func rejecting(report *Report, clashes []*resolver.Clash) []*resolver.Clash {
	var all []*resolver.Clash
	for i, c := range clashes {
		if c != nil && report.Findings[i].Status == New {
			all = append(all, c)
		}
	}
	return all
}

// instead returns the versions next to the rejected one that would be admitted: the
// highest below it that is above today's pin, and, where it cannot be had at all, the
// lowest above it.
func (a *adviser) instead(name constraints.Name) []string {
	was, wanted := pinned(a.question.Before, name), pinned(a.question.After, name)
	versions, err := a.question.Source.Versions(name)
	if err != nil || wanted.IsZero() {
		return nil
	}
	var below, above []constraints.Version
	for _, v := range versions {
		switch c := v.Compare(wanted); {
		case c < 0 && v.Compare(was) > 0:
			below = append(below, v)
		case c > 0:
			above = append(above, v)
		}
	}
	slices.Reverse(below)
	instead := a.firstAdmitted(name, below)
	if r, err := a.question.Source.Release(name, wanted); err == nil && (r == nil || yankedAnywhere(a.question, r)) {
		instead = append(instead, a.firstAdmitted(name, above)...)
	}
	return instead
}

// firstAdmitted returns the first of some versions of a package that would be admitted,
// as far as it is worth looking.
func (a *adviser) firstAdmitted(name constraints.Name, versions []constraints.Version) []string {
	trials := 0
	for _, v := range versions {
		if v.IsPrerelease() || a.excludes(name, v) {
			continue
		}
		if trials++; trials > maxSuggestions {
			break
		}
		if a.admits(map[constraints.Name]constraints.Version{name: v}) {
			return []string{v.String()}
		}
	}
	return nil
}

// excludes reports whether a range that rejects the candidate excludes another
// version of it too, so that it need not be judged.
func (a *adviser) excludes(name constraints.Name, v constraints.Version) bool {
	return slices.ContainsFunc(a.clashes, func(c *resolver.Clash) bool {
		return c.Kind == resolver.OutOfRange && c.Target.Name == name && !c.Demand.Requirement.Range.Contains(v)
	})
}

// with returns the question with some pins at other versions. The candidates are in the
// question.
func (a *adviser) with(pins map[constraints.Name]constraints.Version) *Question {
	other := *a.question
	other.After = moved(a.question.After, pins)
	return &other
}

// judge returns the verdict on the question with other pins, as far as consumers could
// be read, and the clashes that reject it.
func (a *adviser) judge(pins map[constraints.Name]constraints.Version) (Verdict, []*resolver.Clash) {
	report, clashes := compareWorlds(a.with(pins), a.today)
	return verdictOf(report.Findings), rejecting(report, clashes)
}

// admits reports whether the pins would be admitted instead of the question's.
func (a *adviser) admits(pins map[constraints.Name]constraints.Version) bool {
	verdict, _ := a.judge(pins)
	return verdict == Admit
}

// moved returns the lines with the pins of some names at other versions.
func moved(lines []Line, pins map[constraints.Name]constraints.Version) []Line {
	edited := slices.Clone(lines)
	for i, l := range edited {
		if v, ok := pins[l.Requirement.Name]; ok && l.IsPin() {
			edited[i] = l.at(v)
		}
	}
	return edited
}

// pinned returns the version of the first pin of a name, zero when there is
// none.
func pinned(lines []Line, name constraints.Name) constraints.Version {
	for _, l := range lines {
		if l.Requirement.Name == name && l.IsPin() {
			return l.Version
		}
	}
	return constraints.Version{}
}

// pinList returns the candidates of a question and other pins as "NAME==VERSION", with
// the marker where a candidate is for some environments only, sorted, in the spelling of
// the file.
func pinList(q *Question, moves map[constraints.Name]constraints.Version) []string {
	var list []string
	for i := range q.After {
		l := &q.After[i]
		v, moved := moves[l.Requirement.Name]
		switch {
		case !l.IsPin():
		case moved:
			list = appendNew(list, l.Requirement.Spelling+"=="+v.String())
		case changes(q, l.Requirement.Name) && !isPinnedTo(q.Before, l.Requirement.Name, l.Version):
			text := l.Requirement.Spelling + "==" + l.Version.String()
			if l.Requirement.Marker != nil && isSplit(q.After, l.Requirement.Name) {
				text += "; " + l.Requirement.Marker.String()
			}
			list = appendNew(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// isPinnedTo reports whether a line pins a name to a version.
func isPinnedTo(lines []Line, name constraints.Name, v constraints.Version) bool {
	return slices.ContainsFunc(lines, func(l Line) bool { return l.Requirement.Name == name && l.Version.Equal(v) })
}
