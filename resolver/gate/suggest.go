package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// maxSuggestions bounds how many other changes are judged for the sake of a
// suggestion.
const maxSuggestions = 24

// widener is what a range can do that can say how little it must change to admit
// a version.
type widener interface {
	Widen(constraints.Version) (constraints.Range, bool)
}

// fittingRequirer returns the version of the package that makes the demand,
// nearest to the one pinned and rather newer than older, that accepts what is
// there. A package that the question changes is not moved again.
func fittingRequirer(q *Question, c *resolver.Clash) (constraints.Version, bool) {
	from := c.Demand.From
	if from.Pin == nil || changes(q, from.Name) {
		return constraints.Version{}, false
	}
	return nearest(q, from.Name, from.Version, func(r *resolver.Release) bool {
		for i := range r.Requirements {
			demand := &r.Requirements[i]
			if demand.Name == c.Target.Name && !demand.Range.Contains(c.Target.Version) && appliesSomewhere(q, *demand) {
				return false
			}
		}
		return true
	})
}

// fittingTarget returns the version of the package demanded, nearest to the one
// pinned, that is in the range.
func fittingTarget(q *Question, c *resolver.Clash) (constraints.Version, bool) {
	if changes(q, c.Target.Name) {
		return constraints.Version{}, false
	}
	return nearest(q, c.Target.Name, c.Target.Version, func(r *resolver.Release) bool {
		return c.Demand.Requirement.Range.Contains(r.Version)
	})
}

// nearest returns the final, unyanked version of a package that passes the test:
// the lowest above the one given, else, where the policy lets pins be lowered,
// the highest below.
func nearest(q *Question, name constraints.Name, from constraints.Version, test func(*resolver.Release) bool) (constraints.Version, bool) {
	versions, err := q.Source.Versions(name)
	if err != nil {
		return constraints.Version{}, false
	}
	at, _ := slices.BinarySearchFunc(versions, from, constraints.Version.Compare)
	order := slices.Clone(versions[at:])
	if q.Policy.Downgrade {
		for _, v := range slices.Backward(versions[:at]) {
			order = append(order, v)
		}
	}
	for _, v := range order {
		if v.IsPrerelease() || v.Equal(from) {
			continue
		}
		release, err := q.Source.Release(name, v)
		if err == nil && release != nil && !release.Yanked && !release.Unknown && installableEverywhere(q, release) && test(release) {
			return v, true
		}
	}
	return constraints.Version{}, false
}

func installableEverywhere(q *Question, r *resolver.Release) bool {
	return !slices.ContainsFunc(q.Environments, func(env *constraints.Environment) bool {
		return !r.Installable(env) || r.RequiresRuntime != nil && !r.RequiresRuntime.Contains(env.Runtime())
	})
}

func appliesSomewhere(q *Question, r constraints.Requirement) bool {
	return slices.ContainsFunc(q.Environments, func(env *constraints.Environment) bool { return r.Applies(env, "") })
}

// changes reports whether the question changes the pin of a name.
func changes(q *Question, name constraints.Name) bool {
	versions := func(lines []Line) (all []string) {
		for _, l := range lines {
			if l.Requirement.Name == name {
				all = append(all, l.Version.Key())
			}
		}
		return all
	}
	return !slices.Equal(versions(q.Before), versions(q.After))
}

// adviser looks for changes near a rejected one that would be admitted, and
// judges each before it is named.
type adviser struct {
	question *Question
	today    []*baseline
	clashes  []*resolver.Clash // that reject
}

// suggest adds to a report what would lift its findings, and what would be
// admitted in place of the change. clashes are those that the findings rest on.
func (a *adviser) suggest(report *Report, clashes []*resolver.Clash) {
	a.explain(report, clashes)
	if len(report.Candidates) == 1 && len(report.Candidates[0].To) == 1 {
		report.Instead = a.instead(report.Candidates[0].name)
	}
	report.Together = a.together(report)
}

// explain adds to the findings that reject what would lift them.
func (a *adviser) explain(report *Report, clashes []*resolver.Clash) {
	a.clashes = rejecting(report, clashes)
	lifted := 0
	for i, c := range clashes {
		if c != nil && report.Findings[i].Status == New && lifted < maxSuggestions {
			report.Findings[i].Lifts = a.lifts(c)
			lifted++
		}
	}
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

// lifts returns the smallest changes that would lift a clash, each of which leaves
// the pins fitting together.
func (a *adviser) lifts(c *resolver.Clash) []string {
	if c.Kind != resolver.OutOfRange {
		return nil
	}
	if c.Demand.From == nil {
		return widening(c)
	}
	var lifts []string
	if v, ok := fittingRequirer(a.question, c); ok {
		lifts = appendMoves(lifts, a.complete(c.Demand.From.Name, v))
	}
	if v, ok := fittingTarget(a.question, c); ok {
		lifts = appendMoves(lifts, a.complete(c.Target.Name, v))
	}
	return lifts
}

// widening returns how little a consumer's range must change to admit what is
// there.
func widening(c *resolver.Clash) []string {
	w, ok := c.Demand.Requirement.Range.(widener)
	if !ok {
		return nil
	}
	wider, ok := w.Widen(c.Target.Version)
	if !ok {
		return nil
	}
	r := c.Demand.Requirement
	r.Range = wider
	return []string{"widen to " + r.String()}
}

// appendMoves adds moves in words: "move A to 2 along", with what must move with
// it. There may be none.
func appendMoves(lifts []string, moves map[constraints.Name]constraints.Version) []string {
	if len(moves) == 0 {
		return lifts
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(moves)) {
		parts = append(parts, fmt.Sprintf("%s to %s", name, moves[name]))
	}
	return append(lifts, "move "+strings.Join(parts, " and ")+" along")
}

// complete returns a pin's move with the moves of others that it makes necessary,
// nil when they come to no end or to none.
func (a *adviser) complete(name constraints.Name, v constraints.Version) map[constraints.Name]constraints.Version {
	const maxRounds = 8
	moves := map[constraints.Name]constraints.Version{name: v}
	for range maxRounds {
		var open []*resolver.Clash
		q := a.with(moves)
		for _, b := range a.today {
			s := newSurvey(q, b)
			s.judgePins()
			for _, c := range s.rejecting() {
				_, target := moves[c.Target.Name]
				from := false
				if c.Demand.From != nil {
					_, from = moves[c.Demand.From.Name]
				}
				if target || from {
					open = append(open, c)
				}
			}
		}
		if len(open) == 0 {
			return moves
		}
		more := a.moves(open, moves)
		if len(more) == 0 {
			return nil
		}
		maps.Copy(moves, more)
	}
	return nil
}

// instead returns the highest version between today's pin and the rejected one
// that would be admitted.
func (a *adviser) instead(name constraints.Name) []string {
	was, wanted := pinned(a.question.Before, name), pinned(a.question.After, name)
	versions, err := a.question.Source.Versions(name)
	if err != nil || was.IsZero() || wanted.IsZero() {
		return nil
	}
	trials := 0
	for _, v := range slices.Backward(versions) {
		if v.IsPrerelease() || v.Compare(was) <= 0 || v.Compare(wanted) >= 0 || a.excludes(name, v) {
			continue
		}
		if trials++; trials > maxSuggestions {
			return nil
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

// together returns the candidates with the pins that must move along with them,
// when all of them would be admitted as one.
func (a *adviser) together(report *Report) []string {
	want := make(map[constraints.Name]constraints.Version)
	for _, c := range report.Candidates {
		want[c.name] = pinned(a.question.After, c.name)
	}
	const maxRounds = 6
	clashes := a.clashes
	for range maxRounds {
		moves := a.moves(clashes, want)
		if len(moves) == 0 {
			return nil
		}
		maps.Copy(want, moves)
		var verdict Verdict
		if verdict, clashes = a.judge(want); verdict == Admit {
			return pinList(a.question, want)
		}
	}
	return nil
}

// moves returns the pins that would have to move for clashes to go, none when no
// move lifts one of them.
func (a *adviser) moves(clashes []*resolver.Clash, wanted map[constraints.Name]constraints.Version) map[constraints.Name]constraints.Version {
	q := a.with(wanted)
	moves := make(map[constraints.Name]constraints.Version)
	for _, c := range clashes {
		if c.Kind != resolver.OutOfRange {
			continue // it may go with the others
		}
		if c.Demand.From == nil {
			return nil
		}
		if v, ok := fittingRequirer(q, c); ok {
			moves[c.Demand.From.Name] = v
		} else if v, ok := fittingTarget(q, c); ok {
			moves[c.Target.Name] = v
		} else {
			return nil
		}
	}
	return moves
}

// with returns the question with other pins.
func (a *adviser) with(pins map[constraints.Name]constraints.Version) *Question {
	other := *a.question
	other.After = moved(a.question.After, pins)
	return &other
}

// judge returns the verdict on the question with other pins, and the clashes that
// reject it.
func (a *adviser) judge(pins map[constraints.Name]constraints.Version) (Verdict, []*resolver.Clash) {
	report, clashes := compareWorlds(a.with(pins), a.today)
	return report.Verdict, rejecting(report, clashes)
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

// pinList returns pins as "NAME==VERSION", sorted, in the spelling of the file.
func pinList(q *Question, pins map[constraints.Name]constraints.Version) []string {
	var list []string
	for _, l := range q.Before {
		if v, ok := pins[l.Requirement.Name]; ok && l.IsPin() {
			list = appendNew(list, l.Requirement.Spelling+"=="+v.String())
		}
	}
	slices.Sort(list)
	return list
}
