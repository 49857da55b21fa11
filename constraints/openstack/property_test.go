package openstack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// few are versions that the ranges below tell apart.
func few() []constraints.Version {
	var all []constraints.Version
	for major := range 4 {
		for minor := range 4 {
			for _, tail := range []string{"", ".1", "rc1", ".post1"} {
				all = append(all, mustParse(fmt.Sprintf("%d.%d%s", major, minor, tail)))
			}
		}
	}
	return all
}

func drawRange(t *rapid.T, label string, operators []string) pep440.SpecifierSet {
	var clauses []string
	for range rapid.IntRange(0, 3).Draw(t, label) {
		op := rapid.SampledFrom(operators).Draw(t, "operator")
		version := rapid.SampledFrom([]string{"1.0", "1.2", "2.0", "2.1", "3.0"}).Draw(t, "version")
		if (op == "==" || op == "!=") && rapid.Bool().Draw(t, "prefix") {
			version += ".*"
		}
		clauses = append(clauses, op+version)
	}
	set, err := pep440.ParseSpecifierSet(strings.Join(clauses, ","))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestExclusionsAgainstBruteForce compares with each of a few versions that the global list
// admits and that is not below the project's minimum.
func TestExclusionsAgainstBruteForce(t *testing.T) {
	versions := few()
	named := 0
	rapid.Check(t, func(t *rapid.T) {
		project := drawRange(t, "project", []string{"!=", "<", "<=", ">=", ">", "~=", "=="})
		global := drawRange(t, "global", []string{"!=", "<", "<="})
		counterexample, more := excludesMore(project, global)
		should := allowed(project, global)
		excluded := slices.ContainsFunc(versions, func(v constraints.Version) bool { return should.Contains(v) && !project.Contains(v) })
		switch {
		case excluded && !more:
			t.Fatalf("%q excludes more than %q, and that is not found", project, global)
		case counterexample.IsZero():
		case !more || !global.Contains(counterexample) || project.Contains(counterexample):
			t.Fatalf("%q and %q: %s is no counterexample", project, global, counterexample)
		default:
			named++
		}
		if more && excluded && counterexample.IsZero() {
			t.Fatalf("%q excludes more than %q, and no version is named", project, global)
		}
	})
	if named == 0 {
		t.Error("no counterexample was named")
	}
}

// A version below the minimum is nobody's exclusion.
func TestAllowedIsAboveTheMinimum(t *testing.T) {
	versions := few()
	rapid.Check(t, func(t *rapid.T) {
		minimum := rapid.SampledFrom([]string{"1.0", "1.2", "2.1"}).Draw(t, "minimum")
		op := rapid.SampledFrom([]string{">=", "~=", "=="}).Draw(t, "operator")
		project, err := pep440.ParseSpecifierSet(op + minimum)
		if err != nil {
			t.Fatal(err)
		}
		should := allowed(project, pep440.SpecifierSet{})
		for _, v := range versions {
			if got, want := should.Contains(v), v.Compare(mustParse(minimum)) >= 0; got != want {
				t.Fatalf("%s: %s is to be admitted: %v", project, v, got)
			}
		}
	})
}

// FuzzRead reads lists and applies all rules.
func FuzzRead(f *testing.F) {
	f.Add("rope!=1 # MIT\n", "rope===1\n", "knot\n", "openstack/nova\n", "rope==1;knot\n")
	f.Add("-e x\nrope;python_version<'3'", "rope @ https://x/y\n", "\xff", "# \n/\n", ";\n==\n")
	f.Add("Rope[x]>=1,~=2;extra=='y'", "rope===x.y\nrope==1.*", "", "", "rope===1;a,,b\n")
	var matrix []*constraints.Environment
	for _, name := range []string{"py310", "py311"} {
		env, err := pep508.ParseEnvironment(name)
		if err != nil {
			f.Fatal(err)
		}
		matrix = append(matrix, env)
	}
	f.Fuzz(func(t *testing.T, global, pins, deny, projects, xfails string) {
		lists := map[string]string{globalFile: global, pinsFile: pins, denyFile: deny, projectsFile: projects, xfailsFile: xfails}
		tree, err := Read(func(list string) ([]byte, error) { return []byte(lists[list]), nil }, "")
		if err != nil {
			return
		}
		var all []Stated
		for _, l := range append(tree.Global, tree.Pins...) {
			all = append(all, Stated{l, globalFile})
		}
		for _, finding := range append(tree.CheckLists(matrix), tree.CheckProject("p", all, matrix)...) {
			if finding.Message == "" || finding.Place.Line == 0 {
				t.Fatalf("%+v", finding)
			}
		}
	})
}
