package gate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// lifts writes what would lift the findings of a report, one a line.
func lifts(r *gate.Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Lifts...)
	}
	return strings.Join(all, "\n")
}

// Each case is a change from sail 1 to sail 2, and what would lift what it breaks. But
// for what the case says, boat 1 wants sail<2, and boat 2 does not.
func TestLifts(t *testing.T) {
	const universe = "sail 1\n sail 2\n boat 1: sail<2\n boat 2\n"
	for _, test := range []struct{ name, universe, pins, consumers, lifts string }{
		{
			name:      "what moves along is named",
			consumers: "c: boat",
			lifts:     "move boat to 2 along",
		},
		{
			name:      "a consumer that forbids the move is named with what it needs",
			consumers: "c: sail\nd/test: sail | boat<2",
			lifts:     "move boat to 2 along and widen d/test:2:1 to boat<3",
		},
		{
			name:      "a consumer need not be reached by the change to forbid the move",
			universe:  "boat 1\n sail 2: oar>=2\n oar 1\n oar 2",
			pins:      "oar===1",
			consumers: "c: sail\nd: oar<2",
			lifts:     "move oar to 2 along and widen d:1:1 to oar<3",
		},
		{
			name:      "a move that too many forbid is none",
			consumers: "c: boat<2\nd: boat<2\ne: boat<2\nf: boat<2",
		},
		{
			name:      "a move that what an extra requires forbids is none",
			universe:  "kit 1 {extras x}: boat<2; extra == 'x'",
			pins:      "kit===1",
			consumers: "c: kit[x]",
		},
		{
			name:      "an extra that nobody asks for forbids nothing",
			universe:  "kit 1 {extras x}: boat<2; extra == 'x'",
			pins:      "kit===1",
			consumers: "c: kit | boat",
			lifts:     "move boat to 2 along",
		},
		{
			name:      "what an extra requires is lifted by a version whose extra does not",
			universe:  "boat 1 {extras x}: sail<2; extra == 'x'\n boat 2 {extras x}: sail<2; extra == 'x'\n boat 3 {extras x}",
			consumers: "c: boat[x]",
			lifts:     "move boat to 3 along",
		},
		{
			name:      "a move that nothing else could be chosen with is none",
			universe:  "lint 1: boat<2",
			consumers: "c: boat\nd: lint",
		},
		{
			name:      "a move that something else can be chosen with is one",
			universe:  "lint 1\n lint 2: boat<2",
			consumers: "c: boat\nd: lint",
			lifts:     "move boat to 2 along",
		},
		{
			name:      "a move that brings to a consumer what does not fit there is none",
			universe:  "boat 2: kit\n kit 1: oar<1\n oar 1",
			pins:      "kit===1 oar===1",
			consumers: "c: boat",
		},
		{
			name:      "a move that brings to a consumer what it has already is one",
			universe:  "boat 2: kit\n kit 1: oar<1\n oar 1",
			pins:      "kit===1 oar===1",
			consumers: "c: boat | kit",
			lifts:     "move boat to 2 along",
		},
		{
			name:      "a move that brings to a consumer what nobody publishes is none",
			universe:  "boat 2: oar",
			consumers: "c: boat",
		},
		{
			name:      "a move that asks of what nothing pins what is asked today is one",
			universe:  "boat 1: sail<2 | oar>=1\n boat 2: oar>=1\n oar 1",
			consumers: "c: boat",
			lifts:     "move boat to 2 along",
		},
		{
			name:      "a move that asks more of what nothing pins than there is is none",
			universe:  "boat 1: sail<2 | oar>=1\n boat 2: oar>=2\n oar 1",
			consumers: "c: boat",
		},
		{
			name:      "a move to a version whose requirements are not all known is none",
			universe:  "boat 2 {incomplete}",
			consumers: "c: boat",
		},
		{
			name:      "names are those of the file",
			universe:  "boat-y 1: sail<2\n boat-y 2\n boat 1",
			pins:      "Boat.Y===1",
			consumers: "c: boat-y",
			lifts:     "move Boat.Y to 2 along",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := gate.Judge(&gate.Question{
				Environments: resolvertest.Environments(t, "py311"),
				Before:       lines(t, "sail===1 boat===1 "+test.pins),
				After:        lines(t, "sail===2 boat===1 "+test.pins),
				Consumers:    consumers(t, test.consumers),
				Source:       over(resolvertest.Parse(t, universe), resolvertest.Parse(t, test.universe)),
			})
			if diff := cmp.Diff(test.lifts, lifts(r)); diff != "" {
				t.Errorf("lifts (-want +got):\n%s\n%s", diff, found(r))
			}
		})
	}
}

// over returns a universe with the releases of another in place of its own.
func over(base, other resolvertest.Universe) resolvertest.Universe {
	for name, releases := range other {
		for _, r := range releases {
			base[name] = slices.DeleteFunc(base[name], func(b *resolver.Release) bool { return b.Version.Equal(r.Version) })
		}
		base[name] = append(base[name], releases...)
		slices.SortFunc(base[name], func(a, b *resolver.Release) int { return a.Version.Compare(b.Version) })
	}
	return base
}

func TestCheckSaysWhatLifts(t *testing.T) {
	for _, test := range []struct{ name, universe, pins, consumers, lifts string }{
		{"a range that can be widened, or a pin moved", "a 1\n a 2", "a===1", "c: a>=2", "widen to a>=1\nmove a to 2"},
		{"not a pin that another consumer holds", "a 1\n a 2", "a===1", "c: a>=2\nd: a<2", "widen to a>=1\nmove a to 2 and widen d:1:1 to a<3"},
		{"nor one that a pin holds", "a 1\n a 2\n b 1: a<2", "a===1 b===1", "c: a>=2", "widen to a>=1"},
		{"pins that do not fit each other", "a 1: b>1\n a 2\n b 1\n b 2", "a===1 b===1", "c: a", "move a to 2\nmove b to 2"},
		{"a pin that is not published", "a 2", "a===1", "c: a", "move a to 2"},
		{
			// lint finds b there with e 1, though it does not fit; with e 2 it would have to choose it
			"not a pin that a search builds upon", "a 1\n b 1: a>1\n e 1: b\n e 2\n lint 1: b", "a===1 b===1 e===1", "c: e>=2 | lint",
			"widen to e>=1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := check(t, test.universe, test.pins, test.consumers)
			if diff := cmp.Diff(test.lifts, lifts(r)); diff != "" {
				t.Errorf("lifts (-want +got):\n%s\n%s", diff, found(r))
			}
		})
	}
}

// TestSuggestionsHoldAgainstConstraintsOfAConsumer has a consumer that keeps oar below
// 2 for itself, and only sail 2 brings oar along.
func TestSuggestionsHoldAgainstConstraintsOfAConsumer(t *testing.T) {
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "sail===1 oar===2"),
		After:        lines(t, "sail===3 oar===2"),
		Consumers:    consumers(t, "c: sail<3"),
		Source:       resolvertest.Parse(t, "sail 1\n sail 2: oar\n sail 3\n oar 2"),
	}
	q.Consumers[0].Jobs[0].Limits = []resolver.Root{{
		Requirement: resolvertest.Requirement(t, "oar<2"), Place: constraints.Place{File: "caps", Line: 1},
	}}
	if r := gate.Judge(q); r.Verdict != gate.Reject || len(r.Instead) > 0 {
		t.Errorf("verdict %s, admitted instead %v, want none", r.Verdict, r.Instead)
	}
}
