package resolver_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// drawn is a small question: what is published, pins and constraints, roots.
type drawn struct {
	universe, pins, roots string
}

func drawQuestion(t *rapid.T) drawn {
	names := []string{"a", "b", "c", "d"}
	requirement := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom(names).Draw(t, "on")
		extra := rapid.SampledFrom([]string{"", "", "", "[x]"}).Draw(t, "extra")
		span := rapid.SampledFrom([]string{"", "", "<2", ">=2", "==2", "!=2", "<3", ">1", ">=2a1"}).Draw(t, "range")
		return name + extra + span
	})
	list := func(least, most int, label string) []string {
		return rapid.SliceOfN(requirement, least, most).Draw(t, label)
	}
	var lines []string
	for _, name := range names {
		for _, version := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "2a1", "2", "3"}), rapid.ID).Draw(t, "versions") {
			line := name + " " + version
			line += rapid.SampledFrom([]string{"", "", "", "", " {yanked}", " {python >=3.12}"}).Draw(t, "defect")
			requirements := list(0, 2, "requires")
			if rapid.Bool().Draw(t, "has x") {
				line += " {extras x}"
				for _, r := range list(0, 1, "x requires") {
					requirements = append(requirements, r+"; extra == 'x'")
				}
			}
			if len(requirements) > 0 {
				line += ": " + strings.Join(requirements, " | ")
			}
			lines = append(lines, line)
		}
	}
	var pins []string
	for _, name := range names {
		if rapid.IntRange(0, 3).Draw(t, "pinned") == 0 {
			pins = append(pins, name+rapid.SampledFrom([]string{"===1", "===2", "<3", "!=2"}).Draw(t, "pin"))
		}
	}
	return drawn{strings.Join(lines, "\n"), strings.Join(pins, " "), strings.Join(list(1, 3, "roots"), " | ")}
}

// solvable tries all versions of all packages that nothing pins, yanked ones where they
// are named.
func solvable(t *testing.T, u resolvertest.Universe, pins string, job resolver.Job, named map[string]bool) bool {
	var fixed []string // a choice for each package, as pins
	var names []constraints.Name
	for name := range u {
		if !strings.Contains(pins, string(name)+"===") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(names) {
			outcome := u.World(t, pins+" "+strings.Join(fixed, " ")).Verify(job)
			return len(outcome.Clashes) == 0 && !slices.ContainsFunc(outcome.Installed(), func(c resolver.Chosen) bool {
				return slices.Contains(names, c.Name) && isYanked(u, c) && !named[string(c.Name)+" "+c.Version.String()]
			})
		}
		for _, r := range u[names[i]] {
			fixed = append(fixed, string(names[i])+"==="+r.Version.String())
			if try(i + 1) {
				return true
			}
			fixed = fixed[:len(fixed)-1]
		}
		// a package of which there is nothing, or that is not needed
		return len(u[names[i]]) == 0 && try(i+1)
	}
	return try(0)
}

func isYanked(u resolvertest.Universe, c resolver.Chosen) bool {
	return slices.ContainsFunc(u[c.Name], func(r *resolver.Release) bool { return r.Yanked && r.Version.Equal(c.Version) })
}

// namedIn returns the versions that a root or a pin asks for exactly.
func namedIn(job resolver.Job, pins string) map[string]bool {
	named := make(map[string]bool)
	for word := range strings.FieldsSeq(pins) {
		named[strings.Replace(word, "===", " ", 1)] = true
	}
	for _, r := range job.Roots {
		if version, exact := r.Requirement.Range.(interface{ Exact() (string, bool) }).Exact(); exact {
			named[string(r.Requirement.Name)+" "+version] = true
		}
	}
	return named
}

// Against trying everything: there is a solution where one is found, none where none is,
// and a core is one of which nothing can be left out.
func TestSolveIsCompleteAndSound(t *testing.T) {
	solved, proven := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		q := drawQuestion(rt)
		u, job := resolvertest.Parse(t, q.universe), resolvertest.Job(t, q.roots)
		_, err := u.World(t, q.pins).Solve(t.Context(), job, resolver.Plan{})
		var unsolved *resolver.Unsolved
		switch {
		case err == nil:
			solved++
			if !solvable(t, u, q.pins, job, namedIn(job, q.pins)) {
				rt.Fatalf("a solution was found of\n%s\npins %s\nroots %s", q.universe, q.pins, q.roots)
			}
		case errors.As(err, &unsolved):
			proven++
			if solvable(t, u, q.pins, job, namedIn(job, q.pins)) {
				rt.Fatalf("no solution was found of\n%s\npins %s\nroots %s", q.universe, q.pins, q.roots)
			}
			checkCore(t, rt, q, u, unsolved, namedIn(job, q.pins))
		default:
			rt.Fatal(err)
		}
	})
	t.Logf("%d solutions, %d proofs", solved, proven)
}

// checkCore holds a core against trying everything: with all its members there is no
// solution, without any one there is. What is named in the whole question still is.
func checkCore(t *testing.T, rt *rapid.T, q drawn, u resolvertest.Universe, e *resolver.Unsolved, named map[string]bool) {
	core, smaller := e.Core(t.Context())
	if !core.Minimal {
		rt.Fatal("the core is not minimal")
	}
	if steps := smaller.Explain().Steps; len(steps) == 0 || steps[len(steps)-1].Conclusion != "" {
		rt.Fatalf("an explanation that does not end: %v", steps)
	}
	var members []string
	for _, r := range core.Roots {
		members = append(members, "root "+r.Requirement.String())
	}
	for _, l := range core.Limits {
		members = append(members, "pin "+l.Requirement.String())
	}
	for _, p := range core.Pins {
		members = append(members, fmt.Sprintf("pin %s===%s", p.Name, p.Version))
	}
	ask := func(members []string) bool {
		var pins, roots []string
		for _, m := range members {
			if kind, text, _ := strings.Cut(m, " "); kind == "pin" {
				pins = append(pins, text)
			} else {
				roots = append(roots, text)
			}
		}
		if len(roots) == 0 {
			return true
		}
		return solvable(t, u, strings.Join(pins, " "), resolvertest.Job(t, strings.Join(roots, " | ")), named)
	}
	if ask(members) {
		rt.Fatalf("the core %q has a solution in\n%s\npins %s\nroots %s", members, q.universe, q.pins, q.roots)
	}
	for i := range members {
		if rest := slices.Delete(slices.Clone(members), i, i+1); !ask(rest) {
			rt.Fatalf("of the core %q, %s can be left out in\n%s\npins %s\nroots %s", members, members[i], q.universe, q.pins, q.roots)
		}
	}
}
