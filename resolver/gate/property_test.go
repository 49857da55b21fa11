package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/resolver"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// drawn is a random question with the text that it was made from.
type drawn struct {
	universe, before, after, jobs string
	source                        resolvertest.Universe
	question                      *gate.Question
}

func drawQuestion(t *testing.T, rt *rapid.T) drawn {
	names := []string{"a", "b", "c", "d", "e"}
	draw := func(max int, label string) int { return rapid.IntRange(0, max).Draw(rt, label) }
	requirement := func() string {
		return names[draw(4, "name")] + []string{"", "[x]", "", "", ""}[draw(4, "extra")] + []string{"", ">=2", "<2", "!=2", "==1", "==3"}[draw(5, "range")]
	}
	var universe, before, after strings.Builder
	for _, name := range names {
		for v := 1; v <= 3; v++ {
			fmt.Fprintf(&universe, "%s %d {extras x}", name, v)
			if n := draw(2, "requirements"); n > 0 {
				universe.WriteString(": " + strings.Repeat(requirement()+" | ", n-1) + requirement())
			}
			universe.WriteString("\n")
		}
		if draw(3, "pinned") > 0 {
			was, is := 1+draw(2, "was"), 1+draw(2, "is")
			if draw(1, "changes") == 0 {
				is = was
			}
			fmt.Fprintf(&before, "%s===%d ", name, was)
			fmt.Fprintf(&after, "%s===%d ", name, is)
		}
	}
	d := drawn{universe: universe.String(), before: before.String(), after: after.String()}
	d.jobs = "one: " + requirement() + "\ntwo: " + requirement() + " | " + requirement()
	d.source = resolvertest.Parse(t, d.universe)
	d.question = &gate.Question{
		Environments: resolvertest.Environments(t, "py311"), Before: lines(t, d.before), After: lines(t, d.after),
		Consumers: consumers(t, d.jobs), Source: d.source, Law: gate.Law{Policy: gate.Policy{Downgrade: true}},
	}
	return d
}

func (d drawn) String() string {
	return fmt.Sprintf("%s\nbefore %s\nafter %s\n%s\n", d.universe, d.before, d.after, d.jobs)
}

// TestStatesAreWhatTheTwoWorldsSay judges random changes and holds the state of
// each job against walks through both worlds.
func TestStatesAreWhatTheTwoWorldsSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := drawQuestion(t, rt)
		fits := func(pins string, job resolver.Job) bool { return len(d.source.World(t, pins).Verify(job).Clashes) == 0 }
		for i, r := range gate.Judge(d.question).Results {
			job := d.question.Consumers[i].Jobs[0].Job
			was, is := fits(d.before, job), fits(d.after, job)
			ok := false
			switch r.State {
			case gate.Untouched:
				ok = was == is
			case gate.Fits:
				ok = was && is
			case gate.Mended:
				ok = !was && is
			case gate.Fails, gate.Failing:
				ok = !is
			}
			if !ok {
				rt.Fatalf("%s%s is %s, but fitted %v and fits %v", d, r.Consumer, r.State, was, is)
			}
		}
	})
}

// TestSuggestionsWouldBeAdmitted judges what was suggested for random changes anew,
// with nothing known from the question before.
func TestSuggestionsWouldBeAdmitted(t *testing.T) {
	suggested := 0
	property := func(rt *rapid.T) {
		d := drawQuestion(t, rt)
		report := gate.Judge(d.question)
		check := func(pins map[string]string) {
			suggested++
			other := *d.question
			other.After = nil
			for _, l := range d.question.After {
				text := l.Requirement.Spelling + "===" + l.Version.String()
				if v, ok := pins[l.Requirement.Spelling]; ok {
					text = l.Requirement.Spelling + "===" + v
				}
				other.After = append(other.After, lines(t, text)...)
			}
			if verdict := gate.Judge(&other).Verdict; verdict != gate.Admit {
				rt.Fatalf("%ssuggested %v, which is %v", d, pins, verdict)
			}
		}
		for _, v := range report.Instead {
			check(map[string]string{report.Candidates[0].Name: v})
		}
		together := make(map[string]string)
		for _, pin := range report.Together {
			name, version, _ := strings.Cut(pin, "==")
			together[name] = version
		}
		if len(together) > 0 {
			check(together)
		}
	}
	for round := 0; suggested == 0 && round < 20; round++ { // about one change in twenty has any
		rapid.Check(t, property)
	}
	if suggested == 0 {
		t.Error("nothing was suggested")
	}
}

// TestEditsAreWhatItTakes writes the requirements of consumers as suggested for random
// changes, some of them for one environment of two: what was rejected is admitted then, and
// not without any one of them.
func TestEditsAreWhatItTakes(t *testing.T) {
	several, moving, unpinned, split := 0, 0, 0, 0
	property := func(rt *rapid.T) {
		d := drawQuestion(t, rt)
		if rapid.Bool().Draw(rt, "split") {
			d.question.Environments = resolvertest.Environments(t, "py311", "py312")
			d.question.After = d.split(t)
		}
		report := gate.Judge(d.question)
		if len(report.Together) > 0 {
			if v := d.verdict(t, report.Together, nil); v != gate.Admit {
				rt.Fatalf("%stogether with %v it is %v", d, report.Together, v)
			}
		}
		found := report.WithEdits
		if found == nil {
			return
		}
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&several, len(found.Requirements) > 1)
		count(&moving, len(found.Together) > 0)
		count(&split, len(d.question.Environments) > 1)
		if v := d.verdict(t, found.Together, found.Requirements); v != gate.Admit {
			rt.Fatalf("%swith %+v it is %v", d, found, v)
		}
		for i, e := range found.Requirements {
			count(&unpinned, !strings.Contains(d.after, string(resolvertest.Requirement(t, e.From).Name)+"==="))
			if v := d.verdict(t, found.Together, slices.Delete(slices.Clone(found.Requirements), i, i+1)); v == gate.Admit {
				rt.Fatalf("%sof %+v, number %d is not needed", d, found, i)
			}
		}
		for i, pin := range found.Together {
			if name, _, _ := strings.Cut(pin, "=="); d.changes(name) {
				continue
			}
			if v := d.verdict(t, slices.Delete(slices.Clone(found.Together), i, i+1), found.Requirements); v == gate.Admit {
				rt.Fatalf("%sof %+v, %s need not move", d, found, pin)
			}
		}
	}
	for round := 0; (several == 0 || moving == 0 || unpinned == 0 || split == 0) && round < 50; round++ {
		rapid.Check(t, property)
	}
	if several == 0 || moving == 0 || unpinned == 0 || split == 0 {
		t.Errorf("suggestions: %d of several edits, %d with pins that move, %d edits of what nothing pins, %d for one environment of two: want some of each", several, moving, unpinned, split)
	}
}

// split returns the lines After with each change for one environment of two only.
func (d drawn) split(t *testing.T) (after []gate.Line) {
	before := strings.Fields(d.before)
	for _, word := range strings.Fields(d.after) {
		if slices.Contains(before, word) {
			after = append(after, lines(t, word)...)
			continue
		}
		name, _, _ := strings.Cut(word, "===")
		was := before[slices.IndexFunc(before, func(w string) bool { return strings.HasPrefix(w, name+"===") })]
		after = append(after, lines(t, was+";python_version<'3.12'")...)
		after = append(after, lines(t, word+";python_version>='3.12'")...)
	}
	return after
}

// changes reports whether the question changes the pin of a name.
func (d drawn) changes(name string) bool {
	at := func(pins string) string {
		_, after, _ := strings.Cut(" "+pins, " "+name+"===")
		version, _, _ := strings.Cut(after, " ")
		return version
	}
	return at(d.before) != at(d.after)
}

// verdict returns that on the question with some pins at other versions and some
// requirements of consumers written anew.
func (d drawn) verdict(t *testing.T, moves []string, edits []gate.Edit) gate.Verdict {
	other := *d.question
	other.After, other.Consumers = nil, d.edited(t, edits)
	for _, l := range d.question.After {
		for _, move := range moves {
			if name, version, _ := strings.Cut(move, "=="); name == string(l.Requirement.Name) && !strings.Contains(version, ";") {
				l = lines(t, name+"==="+version)[0]
			}
		}
		other.After = append(other.After, l)
	}
	return gate.Judge(&other).Verdict
}

// edited returns the consumers with some of their requirements written anew.
func (d drawn) edited(t *testing.T, edits []gate.Edit) []gate.Consumer {
	all := consumers(t, d.jobs)
	for _, c := range all {
		for _, job := range c.Jobs {
			for i := range job.Roots {
				for _, e := range edits {
					if r := &job.Roots[i]; r.Place == e.Place {
						r.Requirement = resolvertest.Requirement(t, e.To)
					}
				}
			}
		}
	}
	return all
}

// TestLiftsLiftAndBringNothingElse carries out what is said to lift a finding, of
// changes and of constraints as they stand.
func TestLiftsLiftAndBringNothingElse(t *testing.T) {
	carried := 0
	rapid.Check(t, func(rt *rapid.T) {
		d := drawQuestion(t, rt)
		for _, r := range []*gate.Report{gate.Judge(d.question), gate.Check(d.question)} {
			for _, f := range r.Findings {
				for _, text := range f.Lifts {
					d.carryOut(t, rt, f, text)
					carried++
				}
			}
		}
	})
	if carried == 0 {
		t.Error("nothing was carried out")
	}
}

// carryOut does what would lift a finding and holds each consumer's job against how it
// fared before.
func (d drawn) carryOut(t *testing.T, rt *rapid.T, f gate.Finding, text string) {
	pins, wider := d.carriedOut(f, text)
	before, after := d.source.World(t, d.after), d.source.World(t, pins)
	for _, c := range d.question.Consumers {
		job := c.Jobs[0].Job
		there := make(map[resolver.Key]bool)
		for _, clash := range before.Verify(job).Clashes {
			there[clash.Key()] = true
		}
		roots := slices.Clone(job.Roots)
		for i := range roots {
			if r, ok := wider[roots[i].Place.String()]; ok {
				roots[i].Requirement = resolvertest.Requirement(t, r)
			}
		}
		for _, clash := range after.Verify(resolver.Job{Roots: roots}).Clashes {
			from := ""
			if clash.Demand.From != nil {
				from = string(clash.Demand.From.Name)
			}
			same := clash.Kind == resolver.OutOfRange && from == f.Package && string(clash.Target.Name) == f.Target
			stays := same && (from != "" || clash.Demand.Place == *f.Place)
			if !there[clash.Key()] || stays {
				rt.Fatalf("%s%q for %q leaves %s with %v of %s", d, text, f.Message, c.Name, clash.Kind, clash.Target.Name)
			}
		}
	}
}

// carriedOut returns the pins, and the requirements by their place, that a lift asks for.
func (d drawn) carriedOut(f gate.Finding, text string) (pins string, wider map[string]string) {
	pins, wider = d.after, make(map[string]string)
	if r, ok := strings.CutPrefix(text, "widen to "); ok {
		wider[f.Place.String()] = r
		return pins, wider
	}
	moves, widens, _ := strings.Cut(strings.TrimPrefix(text, "move "), " and widen ")
	for move := range strings.SplitSeq(strings.TrimSuffix(moves, " along"), " and ") {
		name, version, _ := strings.Cut(move, " to ")
		at := strings.Index(" "+pins, " "+name+"===")
		pins = pins[:at+len(name)+3] + version + pins[at+len(name)+4:]
	}
	for widen := range strings.SplitSeq(widens, " and ") {
		place, r, _ := strings.Cut(widen, " to ")
		wider[place] = r
	}
	return pins, wider
}
