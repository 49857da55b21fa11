package resolvertest

import (
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// Environments returns the environments that presets name, as pep508.ParseEnvironment
// takes them.
func Environments(t testing.TB, presets ...string) []*constraints.Environment {
	t.Helper()
	var all []*constraints.Environment
	for _, preset := range presets {
		env, err := pep508.ParseEnvironment(preset)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, env)
	}
	return all
}
