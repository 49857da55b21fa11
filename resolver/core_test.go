package resolver_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// A part of a question fails only for a reason that the whole one has: what is left out of
// it still names what it names, and stands for what it stands for.
func TestCoreFailsForTheReasonOfTheWhole(t *testing.T) {
	const conflict = "c 1\n c 2\n foo 1\n "
	root := func(text string) resolver.Root { return resolvertest.Job(t, text).Roots[0] }
	for _, test := range []struct {
		name, universe, pins, roots string
		plan                        resolver.Plan
		core                        string
	}{
		{
			name:     "a root that is a direct reference provides its package",
			universe: conflict + "b 1: foo>=99 | c==2", roots: "foo @ https://example.org/foo.whl | b | c==1",
			core: "root b, root c==1",
		},
		{
			name:     "a pin to a source meets every range",
			universe: conflict + "b 1: foo>=99 | c==2", pins: "foo@https://example.org/foo.whl", roots: "b | c==1",
			core: "root b, root c==1",
		},
		{
			name:     "a root names a pre-release",
			universe: conflict + "a 1\n a 2b1: c==1\n b 1: a>=2b1", roots: "a>=1b1 | b | c==2",
			plan: resolver.Plan{Prereleases: resolver.DenyPrereleases},
			core: "root b, root c==2",
		},
		{
			name:     "a pin names a yanked version",
			universe: conflict + "a 1\n a 2 {yanked}: c==1\n b 1: a>=2", pins: "a===2", roots: "b | c==2",
			core: "root b, root c==2",
		},
		{
			name:     "one of two overrides can be left out",
			universe: "a 1\n a 2", roots: "a",
			plan: resolver.Plan{Overrides: []resolver.Root{root("a>=2"), root("a<2")}},
			core: "root a>=2, root a<2",
		},
		{
			name:     "a pin counts beside a root that is a direct reference to its package",
			universe: conflict + "b 1: foo>=2", pins: "foo===1", roots: "foo @ https://example.org/foo.whl | b",
			core: "root b, pin foo 1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := resolvertest.Parse(t, test.universe).World(t, test.pins)
			_, err := w.Solve(t.Context(), resolvertest.Job(t, test.roots), test.plan)
			var unsolved *resolver.Unsolved
			if !errors.As(err, &unsolved) {
				t.Fatalf("%v, want that there is no solution", err)
			}
			core, _ := unsolved.Core(t.Context())
			if got := members(core); got != test.core || !core.Minimal {
				t.Errorf("%s (minimal: %t), want %s", got, core.Minimal, test.core)
			}
		})
	}
}

func members(c *resolver.Core) string {
	var all []string
	for _, r := range c.Roots {
		all = append(all, "root "+r.Requirement.String())
	}
	for _, p := range c.Pins {
		all = append(all, fmt.Sprintf("pin %s %s", p.Name, p.Version))
	}
	return strings.Join(all, ", ")
}

// A constraint that is a direct reference provides nothing, be it asked of Verify or Solve.
func TestConstraintThatIsADirectReferenceProvidesNothing(t *testing.T) {
	job := resolvertest.Job(t, "a")
	job.Limits = []resolver.Root{{Requirement: resolvertest.Requirement(t, "foo @ https://example.org/foo.whl"), Place: constraints.Place{File: "limits"}}}
	w := resolvertest.Parse(t, "a 1: foo>=5\n foo 1").World(t, "")
	if o := w.Verify(job); len(o.Clashes) == 0 {
		t.Error("it fits")
	}
	_, err := w.Solve(t.Context(), job, resolver.Plan{})
	if unsolved := (*resolver.Unsolved)(nil); !errors.As(err, &unsolved) {
		t.Errorf("%v, want that there is no solution", err)
	}
}
