package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// Changes that follow one another are judged in a sequence as each is by itself.
func TestSequencesJudgeLikeJudge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := drawQuestion(t, rt)
		environments := resolvertest.Environments(t, "py38", "py311")
		var sequence gate.Sequence
		before := lines(t, d.before)
		for range rapid.IntRange(1, 5).Draw(rt, "changes") {
			after := lines(t, drawPins(rt))
			if rapid.IntRange(0, 4).Draw(rt, "apart") == 0 {
				before = lines(t, drawPins(rt))
			}
			q := &gate.Question{Environments: environments[rapid.IntRange(0, 1).Draw(rt, "environments"):], Before: before, After: after, Source: d.source, Now: now}
			got, want := sequence.Compare(q), gate.Judge(q)
			if diff := cmp.Diff(want.Findings, got.Findings, cmpopts.IgnoreUnexported(gate.Finding{}), cmpopts.IgnoreFields(gate.Finding{}, "Lifts", "Because", "Conflict", "Details")); diff != "" || got.Verdict != want.Verdict {
				rt.Fatalf("%sthen %v\n%s: not as by itself (-want +got):\n%s", d, after, got.Verdict, diff)
			}
			before = after
		}
	})
}

// drawPins draws the pins of some packages, also of versions that there are not.
func drawPins(rt *rapid.T) string {
	var pins strings.Builder
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if v := rapid.IntRange(0, 4).Draw(rt, name); v > 0 {
			fmt.Fprintf(&pins, "%s===%d ", name, v)
		}
	}
	return pins.String()
}
