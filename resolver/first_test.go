package resolver_test

import (
	"testing"

	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// What was found first goes first, unless that costs another package that was to be
// chosen as well several versions: then that one does.
func TestWhatWouldLoseSeveralVersionsGoesFirst(t *testing.T) {
	const universe = `
		direct 1: shared
		deep 1: costly | shared
		late 1: between | shared
		between 1: costly
		between 2: costly
		shared 1
		shared 2
		costly 1
		costly 2
		costly 3: shared<2
		costly 4: shared<2
		costly 5: shared<2`
	const one = universe + `
		costly 6: shared<2`
	for _, test := range []struct{ name, universe, roots, want string }{
		{"three versions are few", universe, "direct | deep", "costly 2, deep 1, direct 1, shared 2"},
		{"four are several", one, "direct | deep", "costly 6, deep 1, direct 1, shared 1"},
		{"it is not needed before", one, "direct | late", "between 2, costly 2, direct 1, late 1, shared 2"},
		{"what is asked for stays", one, "direct | deep | shared>1", "costly 2, deep 1, direct 1, shared 2"},
	} {
		solution, err := resolvertest.Parse(t, test.universe).World(t, "").Solve(t.Context(), resolvertest.Job(t, test.roots), resolver.Plan{})
		if err != nil {
			t.Fatal(test.name, err)
		}
		if got := resolvertest.Installed(solution.Outcome); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
