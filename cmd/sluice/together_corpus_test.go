package main

import (
	"slices"
	"strings"
	"testing"

	"sluice/resolver/gate"
)

// What is said to be admitted together is, and none of the pins that move along can stay.
func TestPinsMoveAlongForTheCorpus(t *testing.T) {
	in := loadCorpus(t)
	judge := func(pins []string) *gate.Report {
		candidates, err := parseCandidates(pins)
		if err != nil {
			t.Fatal(err)
		}
		file, err := apply(in.file, candidates, in.environments)
		if err != nil {
			t.Fatal(err)
		}
		return gate.Judge(in.question(linesOf(file)))
	}
	for _, test := range []struct {
		candidate string
		want      int // pins, with the candidate
	}{
		{"boto3==1.28.42", 2},
		{"opentelemetry-sdk==1.20.0", 7},
		{"virtualenv==20.24.4", 4},
		{"sqlalchemy==2.0.20", 0}, // a consumer excludes it, whatever moves
	} {
		together := judge([]string{test.candidate}).Together
		if len(together) != test.want {
			t.Errorf("%s: admitted together are %q, want %d", test.candidate, together, test.want)
		}
		if len(together) == 0 {
			continue
		}
		if got := judge(together).Verdict; got != gate.Admit {
			t.Errorf("%q: %s", together, got)
		}
		for i, pin := range together {
			if strings.EqualFold(pin, test.candidate) {
				continue
			}
			if fewer := slices.Delete(slices.Clone(together), i, i+1); judge(fewer).Verdict == gate.Admit {
				t.Errorf("%s: admitted without %s too", test.candidate, pin)
			}
		}
	}
}
