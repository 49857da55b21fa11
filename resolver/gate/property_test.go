package gate_test

import (
	"fmt"
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
		Environments: environments(t, "py311"), Before: lines(t, d.before), After: lines(t, d.after),
		Consumers: consumers(t, d.jobs), Source: d.source, Policy: gate.Policy{Downgrade: true},
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
	rapid.Check(t, func(rt *rapid.T) {
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
	})
	if suggested == 0 {
		t.Error("nothing was suggested")
	}
}
