package main

import (
	"strings"
	"testing"

	"sluice/resolver/gate"
)

// What fits today fits when all pins of the corpus went up, as check has it, and each pin
// that stays behind is told why.
func TestUpgradeOfTheCorpusBreaksNothing(t *testing.T) {
	in := loadCorpus(t)
	answer, file, err := (&upgrade{}).raise(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Raised) < 100 || len(answer.Broken) > 0 {
		t.Errorf("%d pins go up, and %q break", len(answer.Raised), answer.Broken)
	}
	if !answer.LargestKnown || len(answer.Exclusive) == 0 {
		t.Errorf("the largest set of what is known: %v, of pins that exclude each other: %v", answer.LargestKnown, answer.Exclusive)
	}
	var text strings.Builder
	if err := answer.write(&text, false, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"can go up, which takes new ones   py311\n", "trio                         (new) -> "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("not told: %q", want)
		}
	}
	if !strings.Contains(string(file.Bytes()), "\ntrio===") {
		t.Error("what a raised pin requires anew is not pinned")
	}
	for _, b := range answer.Behind {
		if len(b.Because) == 0 {
			t.Errorf("%s stays at %s, and nothing holds it", b.Name, b.At)
		}
	}
	failing := func(lines []gate.Line) map[string]bool {
		names := make(map[string]bool)
		for _, r := range gate.Check(in.question(lines)).Results {
			if r.State == gate.Fails || r.State == gate.Unjudged {
				names[r.Consumer] = true
			}
		}
		return names
	}
	before := failing(in.lines)
	for name := range failing(linesOf(file)) {
		if !before[name] {
			t.Errorf("%s fits today, and not any more", name)
		}
	}
	t.Logf("%d pins go up, %d stay behind", len(answer.Raised), len(answer.Behind))
}
