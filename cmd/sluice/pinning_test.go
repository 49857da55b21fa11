package main

import (
	"slices"
	"strings"
	"testing"

	"sluice/constraints/pep508"
	"sluice/resolver/resolvertest"
)

// TestPinningPartsTheEnvironmentsOfALine pins a candidate with each marker in each
// file: in every environment as many lines are active as before, of its version where
// its marker holds and as they were elsewhere.
func TestPinningPartsTheEnvironmentsOfALine(t *testing.T) {
	environments := resolvertest.Environments(t, "py36", "py38", "py310", "py310-windows-amd64", "py312", "py312-macos-arm64", "pypy310", "py3.14.0rc1", "py314")
	markers := []string{
		`python_version >= "3.10"`, `python_version < "3.10" or sys_platform == "darwin"`, `sys_platform == "win32"`, `os_name != "nt" and python_version > "3.8"`,
		`implementation_name == "pypy"`, `python_version == "3.10" and (sys_platform == "win32" or implementation_name == "pypy")`,
		`python_full_version >= "3.14"`, `python_full_version < "3.14"`, `python_version in "3.6 3.8"`,
	}
	for _, text := range []string{
		"a===1\n",
		"a===1;python_version<'3.10'\na===2;python_version>='3.10'\n",
		"a===1;sys_platform=='linux' and python_version!='3.8'\na===2;sys_platform!='linux' or python_version=='3.8'\n",
		"a===1;python_version<'3.8' or sys_platform=='darwin'\n",
	} {
		file, err := parseConstraints("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, marker := range markers {
			candidates, err := parseCandidates([]string{"a==9; " + marker})
			if err != nil {
				t.Fatal(err)
			}
			edited, err := apply(file, candidates, environments)
			if err != nil {
				t.Errorf("%q with %s: %v", text, marker, err)
				continue
			}
			for _, env := range environments {
				before, after := activePins(file, "a", env), activePins(edited, "a", env)
				switch holds := candidates[0].marker.Holds(env, ""); {
				case !holds && !slices.Equal(before, after),
					holds && len(before) > 0 && !slices.Equal(after, []string{"9"}),
					holds && len(before) == 0 && len(after) > 1:
					t.Errorf("%q with %s in %s: %v becomes %v\n%s", text, marker, env.Name(), before, after, edited.Bytes())
				}
			}
		}
	}
}

// TestPinningRefusesWhatDoesNotPart has a marker that is undefined in an environment,
// and so is its opposite.
func TestPinningRefusesWhatDoesNotPart(t *testing.T) {
	odd, err := pep508.NewEnvironment(pep508.EnvironmentSpec{Name: "odd", Python: "3.11", Overrides: map[string]string{"implementation_version": "custom"}})
	if err != nil {
		t.Fatal(err)
	}
	file, err := parseConstraints("f", []byte("a===1\n"))
	if err != nil {
		t.Fatal(err)
	}
	candidates, err := parseCandidates([]string{`a==9; implementation_version >= "3.12"`})
	if err != nil {
		t.Fatal(err)
	}
	_, err = apply(file, candidates, append(resolvertest.Environments(t, "py312"), odd))
	if err == nil || !strings.Contains(err.Error(), "do not tell odd apart") {
		t.Errorf("the edit is made: %v", err)
	}
}
