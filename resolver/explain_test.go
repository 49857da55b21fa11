package resolver_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// told writes an explanation: a line for each fact with its source, and the conclusions.
func told(e *resolver.Unsolved) string {
	var lines []string
	for i, s := range e.Explain().Steps {
		for _, f := range s.Facts {
			source := f.Source
			if source == "" {
				source = f.Place.String()
			}
			lines = append(lines, f.Text+" | "+source)
		}
		for _, n := range s.Uses {
			lines = append(lines, fmt.Sprintf("by step %d", n+1))
		}
		if s.Conclusion != "" {
			lines = append(lines, fmt.Sprintf("step %d: %s", i+1, s.Conclusion))
		}
	}
	return strings.Join(lines, "\n")
}

func TestExplanations(t *testing.T) {
	for _, test := range []struct{ what, universe, pins, roots, want string }{
		{"through two packages", "a 1: b<2\na 2: b<2 | c\nb 1\nb 2\nb 3\nc 1\nd 1: b>=2\nd 2: b>=3", "", "a | d | c", `
d is required | roots:2
d 1 requires b>=2 | metadata of d 1
d 2 requires b>=3 | metadata of d 2
a is required | roots:1
every version of a requires b<2 | metadata of a 2`},
		{"a pin", "a 1: b<2\nb 1\nb 2", "b===2", "a", `
a is required | roots:1
every version of a requires b<2 | metadata of a 1
b is pinned to 2 | pins:1`},
		{"a constraint", "k 5: v>=5\nv 4\nv 5", "v<5", "k", `
k is required | roots:1
every version of k requires v>=5 | metadata of k 5
only v<5 is allowed | pins:1`},
		{"versions that cannot be installed", "a 1 {python >=3.12}\na 2 {python >=3.13}\na 3 {yanked}", "", "a", `
a is required | roots:1
a 1 requires Python >=3.12, and py311 has 3.11.14 | metadata of a 1
a 2 requires Python >=3.13, and py311 has 3.11.14 | metadata of a 2
a 3 was yanked | the index, of a 3`},
		{"nothing of that name", "a 1", "", "a | nosuch", `
nosuch is required | roots:2
there is no package nosuch | the index`},
		{"nothing in that range", "a 1\na 2", "", "a>2", `
a>2 is required | roots:1
there is none: the newest a is 2 | the index`},
		{"an extra", "a 1 {extras x}: b; extra == 'x'\nb 1: c>1\nc 1", "", "a[x]", `
a[x] is required | roots:1
every version of a[x] requires b | metadata of a 1
every version of b requires c>1 | metadata of b 1
there is none: the newest c is 1 | the index`},
	} {
		t.Run(test.what, func(t *testing.T) {
			_, err := resolvertest.Parse(t, test.universe).World(t, test.pins).Solve(t.Context(), resolvertest.Job(t, test.roots), resolver.Plan{})
			var unsolved *resolver.Unsolved
			if !errors.As(err, &unsolved) {
				t.Fatal(err)
			}
			_, smaller := unsolved.Core(t.Context())
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), told(smaller)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What is told of several versions is true of each of them, and its source says it.
func TestExplanationsTellWhatIsSo(t *testing.T) {
	for _, test := range []struct {
		name, universe, pins, roots, override string
		facts                                 []string
	}{
		{
			name:     "versions that require an extra in different ranges",
			universe: "a 1: b[x]>=2\n a 2: b[x]>=1\n b 1 {extras x}: c; extra=='x'\n b 2 {extras x}: c; extra=='x'\n c 1", pins: "c<1", roots: "a",
			facts: []string{
				"a is required (roots:1)",
				"every version of a requires b[x] (metadata of a 2)",
				"every version of b[x] requires c (metadata of b 2)",
				"a 1 requires b>=2 (metadata of a 1)",
				"only c<1 is allowed (pins:1)",
				"there is none: the newest c is 1 (the index)",
				"a 2 requires b>=1 (metadata of a 2)",
			},
		},
		{
			name:     "under markers of their own",
			universe: "a 1: b>=2\n a 2: b>=2; python_version>='3.8'\n b 1", roots: "a",
			facts: []string{
				"a is required (roots:1)",
				"every version of a requires b>=2 (metadata of a 2)",
				"there is none: the newest b is 1 (the index)",
			},
		},
		{
			name:     "an override",
			universe: "a 1: b<2\n b 1", roots: "a", override: "b>=2",
			facts: []string{
				"a is required (roots:1)",
				"every version of a requires b>=2, by an override (roots:1)",
				"there is none: the newest b is 1 (the index)",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var plan resolver.Plan
			if test.override != "" {
				plan.Overrides = resolvertest.Job(t, test.override).Roots
			}
			_, err := resolvertest.Parse(t, test.universe).World(t, test.pins).Solve(t.Context(), resolvertest.Job(t, test.roots), plan)
			var unsolved *resolver.Unsolved
			if !errors.As(err, &unsolved) {
				t.Fatalf("%v, want that there is no solution", err)
			}
			_, unsolved = unsolved.Core(t.Context())
			var facts []string
			for _, step := range unsolved.Explain().Steps {
				for _, f := range step.Facts {
					source := f.Source
					if source == "" {
						source = f.Place.String()
					}
					facts = append(facts, f.Text+" ("+source+")")
				}
			}
			if diff := cmp.Diff(test.facts, facts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHints(t *testing.T) {
	const universe = "a 1 {yanked}\nb 1 {python >=3.13}\nc 1\nc 2a1\nd 1"
	for roots, want := range map[string]string{
		"a": "1 a 1", "b": "2 b 1", "c>1": "3 c 2a1", "nosuch": "4 nosuch ", "d": "5 d ", "a | b": "1 a 1",
	} {
		plan := resolver.Plan{Prereleases: resolver.DenyPrereleases, Excluded: []resolver.Exclusion{{Name: "d", Range: resolvertest.Requirement(t, "d>0").Range}}}
		_, err := resolvertest.Parse(t, universe).World(t, "").Solve(t.Context(), resolvertest.Job(t, roots), plan)
		var unsolved *resolver.Unsolved
		if !errors.As(err, &unsolved) {
			t.Fatal(roots, err)
		}
		_, smaller := unsolved.Core(t.Context())
		var got []string
		for _, h := range smaller.Hints() {
			got = append(got, fmt.Sprintf("%d %s %s", h.Kind, h.Name, h.Version))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", roots, got, want)
		}
	}
}
