package resolver_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

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
