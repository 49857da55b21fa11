package pep508_test

import (
	"errors"
	"fmt"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

func ExampleParseRequirement() {
	r, err := pep508.ParseRequirement("Requests [socks, Security] >=2.8.1 ; python_version < '3.12'")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Name, r.Extras, r.Range)
	fmt.Println(pep508.FormatRequirement(r))
	// Output:
	// requests [security socks] >=2.8.1
	// Requests[security,socks]>=2.8.1; python_version < "3.12"
}

func ExampleParseRequirement_error() {
	_, err := pep508.ParseRequirement("requests; pyton_version < '3'")
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Printf("byte %d: %s\n%s\n", syntax.Offset, syntax.Msg, syntax.Hint)
	}
	// Output:
	// byte 10: expected a marker variable or a quoted text, found "pyton_version"
	// did you mean python_version?
}

func ExampleMarker_Holds() {
	m, err := pep508.ParseMarker(`python_version < "3.11" or extra == "compat"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, preset := range []string{"py310", "py311-macos-arm64"} {
		env, err := pep508.ParseEnvironment(preset)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(preset, m.Holds(env, ""), m.Holds(env, "compat"))
	}
	// Output:
	// py310 true true
	// py311-macos-arm64 false true
}

func ExampleNewEnvironment() {
	env, err := pep508.NewEnvironment(pep508.EnvironmentSpec{
		Name:      "ci",
		Python:    "3.11.7",
		Platform:  "aarch64-manylinux_2_28",
		Overrides: map[string]string{"platform_release": "6.1.0"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(env.Name(), env.Runtime(), env.Tags()[0])
	// Output: ci 3.11.7 cp311-cp311-manylinux_2_28_aarch64
}

func ExampleParseWheelFilename() {
	wheel, err := pep508.ParseWheelFilename("Foo.Bar-1.0-2-py2.py3-none-any.whl")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(wheel.Name, wheel.Version, wheel.Build, wheel.Tags)
	// Output: foo-bar 1.0 2 [py2-none-any py3-none-any]
}

func ExampleNormalizeName() {
	fmt.Println(pep508.NormalizeName("Oslo.__Config"))
	// Output: oslo-config
}
