package main

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sluice/resolver/resolvertest"
)

func TestPartition(t *testing.T) {
	for _, test := range []struct {
		environments []string
		versions     []string
		want         []part
	}{
		{[]string{"py39", "py310", "py311"}, []string{"1", "1", "1"}, []part{{"", "1"}}},
		{[]string{"py39", "py310", "py311"}, []string{"1", "", "1"}, []part{{"", "1"}}},
		{[]string{"py39", "py310", "py311"}, []string{"1", "2", "2"}, []part{{"python_version<'3.10'", "1"}, {"python_version>='3.10'", "2"}}},
		{[]string{"py39", "py310", "py311"}, []string{"1", "2", "3"}, []part{{"python_version<'3.10'", "1"}, {"python_version=='3.10'", "2"}, {"python_version>='3.11'", "3"}}},
		{[]string{"py38", "py39", "py311"}, []string{"1", "2", "3"}, []part{{"python_version<'3.9'", "1"}, {"python_version>='3.9' and python_version<'3.11'", "2"}, {"python_version>='3.11'", "3"}}},
		{[]string{"py39-linux-x86_64", "py39-windows-amd64", "py310-linux-x86_64", "py310-windows-amd64"}, []string{"1", "2", "1", "2"},
			[]part{{"sys_platform=='linux'", "1"}, {"sys_platform!='linux'", "2"}}},
		{[]string{"py39-linux-x86_64", "py39-windows-amd64", "py310-linux-x86_64", "py310-windows-amd64"}, []string{"1", "2", "3", "3"},
			[]part{{"python_version<'3.10' and sys_platform=='linux'", "1"}, {"python_version<'3.10' and sys_platform!='linux'", "2"}, {"python_version>='3.10'", "3"}}},
		{[]string{"py38-linux-x86_64", "py38-windows-amd64", "py39"}, []string{"1", "2", ""}, []part{{"sys_platform=='linux'", "1"}, {"sys_platform!='linux'", "2"}}},
		{[]string{"py38", "py310-linux-x86_64", "py310-windows-amd64", "py311"}, []string{"3", "1", "2", ""},
			[]part{{"python_version<'3.10'", "3"}, {"python_version>='3.10' and sys_platform=='linux'", "1"}, {"python_version>='3.10' and sys_platform!='linux'", "2"}}},
		{[]string{"py39", "pypy39"}, []string{"1", "2"}, []part{{"implementation_name=='cpython'", "1"}, {"implementation_name!='cpython'", "2"}}},
	} {
		var cells []cell
		for i, env := range resolvertest.Environments(t, test.environments...) {
			cells = append(cells, cell{env, test.versions[i]})
		}
		got, err := partition(cells)
		if err != nil {
			t.Errorf("%v: %v", test.versions, err)
			continue
		}
		if len(got) != len(test.want) {
			t.Errorf("%v: %v, want %v", test.versions, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%v: %v, want %v", test.versions, got, test.want)
				break
			}
		}
	}
}

func TestEnvironmentsThatAreAlikeCannotBeToldApart(t *testing.T) {
	same := resolvertest.Environments(t, "py39", "py39")
	if parts, err := partition([]cell{{same[0], "1"}, {same[1], "2"}}); err == nil {
		t.Errorf("%v", parts)
	}
}

// Whatever the versions: checkParts, which partition ends with, finds nothing wrong.
func TestPartitionIsExact(t *testing.T) {
	environments := resolvertest.Environments(t, "py38", "py39", "py311", "py312", "py39-windows-amd64", "py311-windows-amd64", "py311-macos-arm64", "py311-linux-aarch64", "pypy39")
	rapid.Check(t, func(rt *rapid.T) {
		cells := []cell{{environments[0], "1"}}
		for _, env := range environments[1:] {
			cells = append(cells, cell{env, rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(rt, "version")})
		}
		parts, err := partition(cells)
		if err != nil {
			rt.Fatal(err)
		}
		if slices.ContainsFunc(parts, func(p part) bool { return p.version == "" }) {
			rt.Fatalf("a line of no version: %v", parts)
		}
		if version, same := agreed(cells); same && (len(parts) != 1 || parts[0] != part{"", version}) {
			rt.Fatalf("all agree on %q: %v", version, parts)
		}
	})
}
