package resolver_test

import (
	"fmt"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/resolver"
)

// shelf is an index that holds two releases.
type shelf []*resolver.Release

func (s shelf) Versions(name constraints.Name) ([]constraints.Version, error) {
	r, err := s.Release(name, constraints.Version{})
	if r == nil || err != nil {
		return nil, err
	}
	return []constraints.Version{r.Version}, nil
}

func (s shelf) Release(name constraints.Name, _ constraints.Version) (*resolver.Release, error) {
	return map[constraints.Name]*resolver.Release{"boat": s[0], "sail": s[1]}[name], nil
}

func ExampleWorld_Verify() {
	version, _ := pep440.Parse("1.0")
	needsSail, _ := pep508.ParseRequirement("sail>=2")
	index := shelf{{Version: version, Requirements: []constraints.Requirement{needsSail}}, {Version: version}}

	env, _ := pep508.ParseEnvironment("py312")
	var pins []resolver.Pin
	for _, name := range []constraints.Name{"boat", "sail"} {
		pins = append(pins, resolver.Pin{Name: name, Version: version, Range: constraints.Exactly(version)})
	}
	world := resolver.NewWorld(env, pins, nil, index)

	wanted, _ := pep508.ParseRequirement("boat")
	outcome := world.Verify(resolver.Job{Roots: []resolver.Root{{Requirement: wanted}}})
	for _, clash := range outcome.Clashes {
		fmt.Printf("%s: %s %s wants %s, %s is pinned\n",
			clash.Kind, clash.Demand.From.Name, clash.Demand.From.Version, clash.Demand.Requirement, clash.Target.Version)
	}
	// Output:
	// out of range: boat 1.0 wants sail>=2, 1.0 is pinned
}
