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
// apart, but no further: what their versions require is shared. What shared versions require
// of them counts for the groups that are whole and have them.
func TestPackagesThatAreChosenApart(t *testing.T) {
	const wide = "\nwide 1\nwide 2 {extras x}: lint<0; extra == \"x\""
	const universe = wide + "\nlint 1: shared<2\nlint 2: shared>=1\nshared 1\nshared 2\nshared 3\nmine 1: lint<0\nours 1\nours 2: lint<2\nthrough 1: ours"
	for _, test := range []struct {
		apart         string
		whole         []int
		first, second string
		want          string
	}{
		{"", nil, "lint==1", "lint==2", "nothing fits"},
		{"lint", nil, "lint==1", "lint==2", "shared 1"},
		{"lint", nil, "lint==2", "lint==2", "shared 3"},
		{"lint", nil, "lint==1", "lint==2 | shared>=2", "nothing fits"},
		{"lint", nil, "lint==1 | lint==2", "shared", "nothing fits"},
		{"lint", nil, "lint==2", "mine", "mine 1, shared 3"}, // whose lint mine requires nobody knows
		{"lint", []int{1}, "lint==2", "mine", "mine 1, shared 3"},
		{"lint", []int{2}, "lint==2", "mine", "nothing fits"},
		{"lint", []int{1}, "lint==2 | through", "ours", "ours 1, shared 3, through 1"},
		{"lint", []int{2}, "lint==2 | through", "ours", "ours 2, shared 1, through 1"},
		{"lint", []int{1, 2}, "lint==1 | through", "ours", "ours 2, shared 1, through 1"},
		{"lint", []int{1}, "wide", "lint==2 | wide[x]", "shared 3, wide 2"},
		{"lint", []int{2}, "wide", "lint==2 | wide[x]", "shared 3, wide 1"}, // which has no x
	} {
		var job resolver.Job
		for group, roots := range []string{test.first, test.second} {
			for _, root := range resolvertest.Job(t, roots).Roots {
				root.Group = group + 1
				job.Roots = append(job.Roots, root)
			}
		}
		plan := resolver.Plan{Whole: test.whole}
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
			t.Errorf("%q apart, %v whole, %s and %s: %s, want %s", test.apart, test.whole, test.first, test.second, got, test.want)
		}
	}
}

// What groups have apart may be a pre-release and yanked where the plan leaves that to Verify,
// and of what is shared only what stands, whatever roots name.
func TestVersionsThatInstallersTakeInSomeCases(t *testing.T) {
	const universe = "lint 1 {yanked}\nlint 2b1\nshared 1\nshared 2 {yanked}\nshared 3b1\nshared 4b1"
	standing := map[constraints.Name]constraints.Version{"shared": resolvertest.Version(t, "3b1")}
	for _, test := range []struct {
		plan  resolver.Plan
		roots string
		fits  bool
	}{
		{resolver.Plan{}, "lint<2", false},
		{resolver.Plan{ApartFreely: true}, "lint<2", true},
		{resolver.Plan{}, "lint>1", false},
		{resolver.Plan{ApartFreely: true}, "lint>1", true},
		{resolver.Plan{ApartFreely: true}, "shared==2", true},
		{resolver.Plan{StandingOnly: true}, "shared==2", false},
		{resolver.Plan{}, "shared==4b1", true},
		{resolver.Plan{StandingOnly: true}, "shared==4b1", false},
		{resolver.Plan{StandingOnly: true, Standing: standing}, "shared==4b1", true},
	} {
		test.plan.Apart, test.plan.Prereleases = []constraints.Name{"lint"}, resolver.DenyPrereleases
		job := resolvertest.Job(t, test.roots)
		for i := range job.Roots {
			job.Roots[i].Group = 1
		}
		_, err := resolvertest.Parse(t, universe).World(t, "").Solve(t.Context(), job, test.plan)
		if fits := err == nil; fits != test.fits {
			t.Errorf("%s with %+v: %v", test.roots, test.plan, err)
		}
	}
}
