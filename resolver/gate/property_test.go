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

// TestStatesAreWhatTheTwoWorldsSay judges random changes and holds the state of
// each job against walks through both worlds.
func TestStatesAreWhatTheTwoWorldsSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
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
		jobs := "one: " + requirement() + "\ntwo: " + requirement() + " | " + requirement()
		u := resolvertest.Parse(t, universe.String())
		q := &gate.Question{
			Environments: environments(t, "py311"), Before: lines(t, before.String()), After: lines(t, after.String()),
			Consumers: consumers(t, jobs), Source: u, Policy: gate.Policy{Downgrade: true},
		}
		fits := func(pins string, job resolver.Job) bool { return len(u.World(t, pins).Verify(job).Clashes) == 0 }
		for i, r := range gate.Judge(q).Results {
			job := q.Consumers[i].Jobs[0].Job
			was, is := fits(before.String(), job), fits(after.String(), job)
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
				rt.Fatalf("%s\nbefore %s\nafter %s\n%s\n%s is %s, but fitted %v and fits %v", universe.String(), before.String(), after.String(), jobs, r.Consumer, r.State, was, is)
			}
		}
	})
}
