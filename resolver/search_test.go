package resolver_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// drawUniverse draws a small universe as text: packages a to e with up to three
// versions, each with up to two requirements and an extra x that may bring
// another, and pins of some.
func drawUniverse(t *rapid.T) (text, pins, roots string) {
	names := []string{"a", "b", "c", "d", "e"}
	requirement := func() string {
		name := rapid.SampledFrom(names).Draw(t, "name")
		if rapid.IntRange(0, 3).Draw(t, "extra") == 0 {
			name += "[x]"
		}
		return name + rapid.SampledFrom([]string{"", ">=2", "<2", "!=2", "==1", "==3", "<1"}).Draw(t, "range")
	}
	var u, p strings.Builder
	for _, name := range names {
		versions := rapid.IntRange(1, 3).Draw(t, "versions")
		for v := 1; v <= versions; v++ {
			var requirements []string
			for range rapid.IntRange(0, 2).Draw(t, "requirements") {
				requirements = append(requirements, requirement())
			}
			if rapid.Bool().Draw(t, "brings") {
				requirements = append(requirements, requirement()+`; extra == "x"`)
			}
			fmt.Fprintf(&u, "%s %d {extras x}", name, v)
			if len(requirements) > 0 {
				u.WriteString(": " + strings.Join(requirements, " | "))
			}
			u.WriteString("\n")
		}
		if rapid.IntRange(0, 2).Draw(t, "pinned") == 0 {
			fmt.Fprintf(&p, "%s===%d ", name, rapid.IntRange(1, versions).Draw(t, "pin"))
		}
	}
	var wanted []string
	for range rapid.IntRange(1, 3).Draw(t, "roots") {
		wanted = append(wanted, requirement())
	}
	return u.String(), p.String(), strings.Join(wanted, " | ")
}

// fits reports whether an answer meets all that is wanted and all that its
// releases require, with the extras that are asked of them.
func fits(t *testing.T, u resolvertest.Universe, w *resolver.World, wanted []constraints.Requirement, answer map[constraints.Name]constraints.Version) bool {
	extras := make(map[constraints.Name]bool)
	queue := slices.Clone(wanted)
	add := func(name constraints.Name, extra constraints.Name) {
		r, err := u.Release(name, answer[name])
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range r.Requirements {
			if q.Applies(w.Environment(), extra) && (extra == "" || !q.Applies(w.Environment(), "")) {
				queue = append(queue, q)
			}
		}
	}
	for name, v := range answer {
		if pin := w.Pin(name); pin != nil && !pin.Version.Equal(v) {
			return false
		}
		add(name, "")
	}
	for len(queue) > 0 {
		q := queue[0]
		queue = queue[1:]
		v, ok := answer[q.Name]
		if !ok || !q.Range.Contains(v) {
			return false
		}
		if len(q.Extras) > 0 && !extras[q.Name] {
			extras[q.Name] = true
			add(q.Name, "x")
		}
	}
	return true
}

// anyFits tries every choice of a version, or none, for every package.
func anyFits(t *testing.T, u resolvertest.Universe, w *resolver.World, wanted []constraints.Requirement, names []constraints.Name, answer map[constraints.Name]constraints.Version) bool {
	if len(names) == 0 {
		return fits(t, u, w, wanted, answer)
	}
	name := names[0]
	if anyFits(t, u, w, wanted, names[1:], answer) {
		return true
	}
	for _, r := range u[name] {
		answer[name] = r.Version
		if anyFits(t, u, w, wanted, names[1:], answer) {
			return true
		}
	}
	delete(answer, name)
	return false
}

// TestVerifyAgreesWithBruteForce holds both directions: what Verify calls fitting
// fits, and where it finds a clash no choice would have done.
func TestVerifyAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text, pins, roots := drawUniverse(rt)
		u := resolvertest.Parse(t, text)
		w := u.World(t, pins)
		j := resolvertest.Job(t, roots)
		var wanted []constraints.Requirement
		for _, root := range j.Roots {
			wanted = append(wanted, root.Requirement)
		}
		o := w.Verify(j)
		possible := anyFits(t, u, w, wanted, []constraints.Name{"a", "b", "c", "d", "e"}, make(map[constraints.Name]constraints.Version))
		if possible != (len(o.Clashes) == 0) {
			rt.Fatalf("%s\npins %s\nroots %s\nclashes %q, but an answer exists: %v", text, pins, roots, resolvertest.Clashes(o), possible)
		}
		if !possible {
			return
		}
		answer := make(map[constraints.Name]constraints.Version)
		for _, c := range o.Installed() {
			answer[c.Name] = c.Version
		}
		if !fits(t, u, w, wanted, answer) {
			rt.Fatalf("%s\npins %s\nroots %s\nanswer %s does not fit", text, pins, roots, resolvertest.Installed(o))
		}
	})
}

// TestReachingNamesEveryRootThatLeadsThere holds Reaching against the walk: a job
// that visits a target has a root from which it is said to be reachable.
func TestReachingNamesEveryRootThatLeadsThere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text, pins, roots := drawUniverse(rt)
		w := resolvertest.Parse(t, text).World(t, pins)
		target := constraints.Name(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "target"))
		mayReach := w.Reaching([]constraints.Name{target})
		j := resolvertest.Job(t, roots)
		if !slices.Contains(w.Verify(j).Visited(), target) {
			return
		}
		for _, root := range j.Roots {
			if mayReach(root.Requirement.Name) {
				return
			}
		}
		rt.Fatalf("%s\npins %s\nroots %s visit %s, which no root is said to reach", text, pins, roots, target)
	})
}

// TestAskingForAPreReleaseDoesNotOpenThemAll is a search that a demand for one
// version, again and again in conflict with the choice, must not blow up.
func TestAskingForAPreReleaseDoesNotOpenThemAll(t *testing.T) {
	var text strings.Builder
	const versions = 30
	for i := range versions {
		for _, suffix := range []string{"a1", ""} {
			v := fmt.Sprintf("1.%d%s", i, suffix)
			fmt.Fprintf(&text, "a %s: b | c==1.%d\nb %s: a | c>=1.0a1\nc %s\n", v, i, v, v)
		}
	}
	text.WriteString("d 1: c>2\n")
	o := resolvertest.Parse(t, text.String()).World(t, "d===1").Verify(resolvertest.Job(t, "a | b | d"))
	if len(o.Clashes) == 0 || o.Clashes[0].Kind != resolver.Unsolvable {
		t.Errorf("clashes: %s, want one that is unsolvable", resolvertest.Clashes(o))
	}
}
