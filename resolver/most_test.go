package resolver_test

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// drawWishes draws wishes for a question.
func drawWishes(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a>1", "b>1", "c>1", "d>1", "a<2", "b<3", "c==2", "d>2"}), 1, 6, rapid.ID[string]).Draw(t, "wishes")
}

// Against trying every set of wishes: none that has a solution is larger than what is said
// to be the largest, and wishes in conflict have none. What is not met is in a conflict.
func TestMostWishesComeTrue(t *testing.T) {
	moved, several := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		q := drawQuestion(rt)
		u, job := resolvertest.Parse(t, q.universe), resolvertest.Job(t, q.roots)
		var wishes []resolver.Root
		for _, text := range drawWishes(rt) {
			wishes = append(wishes, resolver.Root{Requirement: resolvertest.Requirement(t, text)})
		}
		world := u.World(t, q.pins)
		ask := func(more []resolver.Root) (*resolver.Solution, error) {
			return world.Solve(t.Context(), resolver.Job{Roots: slices.Concat(job.Roots, more)}, resolver.Plan{})
		}
		first, err := ask(nil)
		if err != nil {
			return
		}
		most, err := resolver.SolveMost(t.Context(), first, wishes, ask)
		if err != nil {
			rt.Fatal(err)
		}
		if !most.Largest {
			rt.Fatal("not proven")
		}
		fits := func(met func(int) bool) bool {
			var some []resolver.Root
			for i, w := range wishes {
				if met(i) {
					some = append(some, w)
				}
			}
			_, err := ask(some)
			if err != nil && !errors.As(err, new(*resolver.Unsolved)) {
				rt.Fatal(err)
			}
			return err == nil
		}
		story := func() string {
			return fmt.Sprintf("%s\npins %s\nroots %s\nwishes %v, not met %v", q.universe, q.pins, q.roots, wishes, most.Unmet)
		}
		largest := 0
		for set := range uint(1) << len(wishes) {
			if n := bits.OnesCount(set); n > largest && fits(func(i int) bool { return set>>i&1 == 1 }) {
				largest = n
			}
		}
		if got := len(wishes) - len(most.Unmet); got != largest {
			rt.Fatalf("%d come true, and %d can: %s", got, largest, story())
		}
		if !fits(func(i int) bool { return !slices.Contains(most.Unmet, i) }) {
			rt.Fatalf("what is said to come true does not: %s", story())
		}
		for _, c := range most.Conflicts {
			if fits(func(i int) bool { return slices.Contains(c.Wishes, i) }) {
				rt.Fatalf("%v are no conflict: %s", c.Wishes, story())
			}
			if len(c.Wishes) > 1 {
				several++
			}
		}
		for _, w := range most.Unmet {
			if !slices.ContainsFunc(most.Conflicts, func(c resolver.Conflict) bool { return slices.Contains(c.Wishes, w) }) {
				rt.Fatalf("%d is in no conflict: %s", w, story())
			}
		}
		if len(most.Unmet) > 0 && most.Solution != first {
			moved++
		}
	})
	t.Logf("%d conflicts of several wishes, %d solutions better than the first", several, moved)
}

// Packages of which some cannot be raised beside others: as many are as there can be, which
// is the largest set of them with no two in each other's way.
func TestMostOfWhatExcludesEachOther(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const n = 7
		var apart [n][n]bool
		var universe, roots strings.Builder
		var wishes []resolver.Root
		for i := range n {
			fmt.Fprintf(&universe, "p%d 1\np%d 2: q", i, i)
			for j := range i {
				if rapid.IntRange(0, 2).Draw(rt, "apart") == 0 {
					apart[i][j] = true
					fmt.Fprintf(&universe, " | p%d<2", j)
				}
			}
			fmt.Fprintf(&universe, "\n")
			fmt.Fprintf(&roots, " | p%d", i)
			wishes = append(wishes, resolver.Root{Requirement: resolvertest.Requirement(t, fmt.Sprintf("p%d>1", i))})
		}
		world := resolvertest.Parse(t, universe.String()+"q 1").World(t, "")
		job := resolvertest.Job(t, strings.TrimPrefix(roots.String(), " | "))
		ask := func(more []resolver.Root) (*resolver.Solution, error) {
			return world.Solve(t.Context(), resolver.Job{Roots: slices.Concat(job.Roots, more)}, resolver.Plan{})
		}
		first, err := ask(nil)
		if err != nil {
			rt.Fatal(err)
		}
		most, err := resolver.SolveMost(t.Context(), first, wishes, ask)
		if err != nil || !most.Largest {
			rt.Fatal("not proven", err)
		}
		largest := 0
		for set := range uint(1) << n {
			fits := true
			for i := range n {
				for j := range i {
					fits = fits && !(apart[i][j] && set>>i&1 == 1 && set>>j&1 == 1)
				}
			}
			if fits {
				largest = max(largest, bits.OnesCount(set))
			}
		}
		if got := n - len(most.Unmet); got != largest {
			rt.Fatalf("%d are raised, and %d can be, of\n%s", got, largest, universe.String())
		}
	})
}

// Where a search gives up, nothing is said to be the largest.
func TestMostClaimsNothingUnproven(t *testing.T) {
	world := resolvertest.Parse(t, "a 1\na 2: b<2\nb 1\nb 2").World(t, "")
	job := resolvertest.Job(t, "a<2 | b")
	first, err := world.Solve(t.Context(), job, resolver.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	wishes := []resolver.Root{{Requirement: resolvertest.Requirement(t, "a>1")}, {Requirement: resolvertest.Requirement(t, "b>1")}}
	for _, reason := range []error{resolver.ErrGaveUp, &resolver.FactsError{Name: "a"}} {
		most, err := resolver.SolveMost(t.Context(), first, wishes, func([]resolver.Root) (*resolver.Solution, error) { return nil, reason })
		if err != nil || most.Largest || most.Solution != first || !slices.Equal(most.Unmet, []int{0}) {
			t.Errorf("%v: %+v, %v", reason, most, err)
		}
	}
}
