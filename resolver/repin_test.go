package resolver_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// A world that is given other pins, again and again, answers as a new one does.
func TestRepinnedWorldsAnswerLikeNewOnes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := drawQuestion(rt)
		universe := resolvertest.Parse(t, q.universe)
		job := resolvertest.Job(t, q.roots)
		world := universe.World(t, q.pins)
		var names []string
		for range rapid.IntRange(1, 5).Draw(rt, "times") {
			if rapid.Bool().Draw(rt, "other packages") {
				names = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 5).Draw(rt, "pinned")
			}
			if rapid.Bool().Draw(rt, "asked before") {
				answersOf(world, job)
			}
			pins := drawPins(rt, names)
			fixed, limits := resolvertest.Pins(t, pins)
			world.Repin(fixed, limits)
			if got, want := answersOf(world, job), answersOf(universe.World(t, pins), job); got != want {
				rt.Fatalf("pins %q, then %q\n%s\ngot\n%s\nwant\n%s", q.pins, pins, q.universe, got, want)
			}
		}
	})
}

// drawPins draws pins of packages, which may be pinned twice.
func drawPins(t *rapid.T, names []string) string {
	var pins []string
	for _, name := range names {
		pins = append(pins, name+rapid.SampledFrom([]string{"===1", "===2", "==2", "===3", "===9", "<3", "@file:///x"}).Draw(t, "pin of "+name))
	}
	return strings.Join(pins, " ")
}

// answersOf asks a world all that one can be asked.
func answersOf(w *resolver.World, job resolver.Job) string {
	var b strings.Builder
	o := w.Verify(job)
	fmt.Fprintf(&b, "%s\n%s\n", resolvertest.Installed(o), resolvertest.Clashes(o))
	for _, n := range o.Notes() {
		fmt.Fprintf(&b, "%v %s %s\n", n.Kind, n.Target.Name, n.Target.Version)
	}
	for _, c := range w.PinClashes() {
		fmt.Fprintf(&b, "pins: %v %v %s\n", c.Key(), c.Target.Pin.Place, c.Demand.Requirement)
	}
	for _, name := range []constraints.Name{"a", "b", "c", "d"} {
		fmt.Fprintf(&b, "%s: %v %t\n", name, w.Dependents(name), w.Reaching([]constraints.Name{name})("a"))
		for _, d := range w.Requirers(name) {
			fmt.Fprintf(&b, "%s %s %s %s\n", d.From.Name, d.From.Version, d.Requirement, d.Place)
		}
	}
	return b.String()
}
