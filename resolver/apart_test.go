package resolver_test

import (
	"errors"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// Groups of roots that want different versions of a package fit together if it is chosen
// apart, but no further: what their versions require is shared.
func TestPackagesThatAreChosenApart(t *testing.T) {
	const universe = "lint 1: shared<2\nlint 2: shared>=1\nshared 1\nshared 2\nshared 3\nmine 1: lint<0"
	for _, test := range []struct{ apart, first, second, want string }{
		{"", "lint==1", "lint==2", "nothing fits"},
		{"lint", "lint==1", "lint==2", "shared 1"},
		{"lint", "lint==2", "lint==2", "shared 3"},
		{"lint", "lint==1", "lint==2 | shared>=2", "nothing fits"},
		{"lint", "lint==1 | lint==2", "shared", "nothing fits"},
		{"lint", "lint==2", "mine", "mine 1, shared 3"}, // whose lint mine requires nobody knows
	} {
		var job resolver.Job
		for group, roots := range []string{test.first, test.second} {
			for _, root := range resolvertest.Job(t, roots).Roots {
				root.Group = group + 1
				job.Roots = append(job.Roots, root)
			}
		}
		var plan resolver.Plan
		for name := range strings.FieldsSeq(test.apart) {
			plan.Apart = append(plan.Apart, constraints.Name(name))
		}
		solution, err := resolvertest.Parse(t, universe).World(t, "").Solve(t.Context(), job, plan)
		var unsolved *resolver.Unsolved
		got := "nothing fits"
		switch {
		case err == nil:
			var all []string
			for _, c := range solution.Chosen {
				all = append(all, string(c.Name)+" "+c.Version.String())
			}
			got = strings.Join(all, ", ")
		case !errors.As(err, &unsolved):
			t.Fatal(err)
		}
		if got != test.want {
			t.Errorf("%q apart, %s and %s: %s, want %s", test.apart, test.first, test.second, got, test.want)
		}
	}
}
