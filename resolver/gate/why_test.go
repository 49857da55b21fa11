package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// explained writes what can be said of a package under a question's pins, in short.
func explained(t *testing.T, q *gate.Question, name constraints.Name) string {
	t.Helper()
	why, err := gate.Explain(q, name)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range why.RequiredBy {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s: %s %s", r.By, r.Requirement, strings.Join(r.ChosenFor, ","))))
	}
	for _, r := range why.InstalledBy {
		all = append(all, "<- "+r.Consumer)
	}
	return strings.Join(append(all, "admissible "+why.Admissible, "chosen "+strings.Join(why.Chosen, ",")), "; ")
}

func TestExplain(t *testing.T) {
	for _, test := range []struct{ name, universe, pins, consumers, of, want string }{
		{
			"pinned releases require, installed or not", "a 1\n a 2\n b 1: a<2", "a===1 b===1", "c: a", "a",
			"b 1: a<2; c: a; <- c; admissible ; chosen ",
		},
		{
			"chosen releases require, for whom they are chosen", "a 1\n lint 1: a | b\n b 1\n b 2", "a===1", "c: lint\nd: lint", "b",
			"lint 1: b c,d; <- c; <- d; admissible ; chosen 2",
		},
		{
			"what is not to be had is required all the same", "a 1\n lint 1: gone>1", "a===1", "c: lint", "gone",
			"lint 1: gone>1 c; admissible ; chosen ",
		},
		{
			"a direct reference installs", "a 1", "a===1", "c: a | far @ https://example.org/far.zip", "far",
			"c: far @ https://example.org/far.zip; <- c; admissible ; chosen ",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := explained(t, &gate.Question{
				Environments: resolvertest.Environments(t, "py311"),
				Before:       lines(t, test.pins),
				Consumers:    consumers(t, test.consumers),
				Source:       resolvertest.Parse(t, test.universe),
			}, constraints.Name(test.of))
			if got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}

func TestExplainJudgesWithoutWhatCouldNotBeRead(t *testing.T) {
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "a===1"),
		Consumers:    consumers(t, "c: a<3\nd: a"),
		Source:       resolvertest.Parse(t, "a 1\n a 2\n a 3"),
	}
	q.Consumers[1].Problems = []constraints.Problem{{Msg: "no requirement"}}
	q.Consumers = append(q.Consumers, gate.Consumer{Name: "e", Problems: q.Consumers[1].Problems})
	why, err := gate.Explain(q, "a")
	if err != nil {
		t.Fatal(err)
	}
	if why.Admissible != "2" || len(why.ReadInPart) != 1 || len(why.NotJudged) != 1 {
		t.Errorf("admissible %q, read in part %v, not judged %v", why.Admissible, why.ReadInPart, why.NotJudged)
	}
}
