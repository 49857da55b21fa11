package gate_test

import (
	"fmt"
	"testing"

	"sluice/constraints/pep508"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

func ExampleJudge() {
	t := new(testing.T)
	env, _ := pep508.ParseEnvironment("py312")
	q := &gate.Question{
		Before:    lines(t, "boat===1 sail===1"),
		After:     lines(t, "boat===1 sail===2"),
		Consumers: consumers(t, "regatta: boat\nharbour: sail>=1"),
		Source:    resolvertest.Parse(t, "boat 1: sail<2\n boat 2: sail>=2\n sail 1\n sail 2"),
	}
	q.Environments = append(q.Environments, env)

	report := gate.Judge(q)
	fmt.Println(report.Verdict)
	for _, f := range report.Findings {
		fmt.Printf("%s: %s, which reaches %s\n", f.Rule, f.Message, f.Reaches[0].Consumer)
		fmt.Println(f.Lifts[0])
	}
	// Output:
	// reject
	// dependent: boat 1 requires sail<2, against 2, which reaches regatta
	// move boat to 2 along
}
