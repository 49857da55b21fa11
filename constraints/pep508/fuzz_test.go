package pep508

import (
	"testing"

	"sluice/constraints"
)

func FuzzParseRequirement(f *testing.F) {
	for _, seed := range []string{
		"name", "A.b_c[x,Y]>=1.0,!=2.*;python_version<'3'", "n (~=1.0) ; extra == 'a' or \"b\" in os_name",
		"n @ https://example.com/x;y#z ; os.name != 'nt'", "n===weird", "n>=1,", "n;((os_name=='\\x41'))",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRequirement(text)
		checkSyntaxError(t, text, err)
		if err == nil {
			checkStable(t, r)
		}
	})
}

func FuzzParseMarker(f *testing.F) {
	for _, seed := range []string{
		"python_version < '3.8'", "'3' <= python_full_version and (extra == 'a' or os_name not in \"x y\")",
		"platform_release >= '20' or 'a' in dependency_groups", "'a'=='b'", `os_name == '\'' or os_name == "\n"`,
	} {
		f.Add(seed)
	}
	env, err := ParseEnvironment("py311")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMarker(text)
		checkSyntaxError(t, text, err)
		if err != nil {
			return
		}
		again, err := ParseMarker(m.String())
		if err != nil || again.String() != m.String() {
			t.Fatalf("%q is written %q and read again as %q (%v)", text, m.String(), again.String(), err)
		}
		for _, extra := range []constraints.Name{"", "a"} {
			holds, err := m.Evaluate(env, extra)
			if err == nil && holds != m.Holds(env, extra) || again.Holds(env, extra) != m.Holds(env, extra) {
				t.Fatalf("%q has two answers", text)
			}
		}
	})
}

func FuzzParseWheelFilename(f *testing.F) {
	for _, seed := range []string{
		"a-1-py3-none-any.whl", "A_b.c-1.0+l-1x-py2.py3-none-manylinux_2_5_x86_64.manylinux1_x86_64.whl", "a-1.tar.gz", "a-b-1.0.zip",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		wheel, err := ParseWheelFilename(name)
		checkSyntaxError(t, name, err)
		if err == nil && (len(wheel.Tags) == 0 || len(wheel.Tags) > maxTags || wheel.Version.IsZero() || wheel.Name == "") {
			t.Fatalf("%q is read as %+v", name, wheel)
		}
		sdist, err := ParseSdistFilename(name)
		checkSyntaxError(t, name, err)
		if err == nil && (sdist.Version.IsZero() || sdist.Name == "") {
			t.Fatalf("%q is read as %+v", name, sdist)
		}
	})
}

func FuzzParseEnvironment(f *testing.F) {
	for _, seed := range []string{
		"py311", "py312-macos-arm64", "pypy310-linux-x86_64", "py313t-x86_64-musllinux_1_2", "py3.11.7-win32", "cp27-manylinux2010_i686",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, preset string) {
		env, err := ParseEnvironment(preset)
		checkSyntaxError(t, preset, err)
		if err != nil {
			return
		}
		for _, name := range variableNames() {
			if _, ok := env.Var(name); !ok && name != "extra" && !isSetVariable(name) {
				t.Fatalf("%q has no %s", preset, name)
			}
		}
		if env.Name() != preset || env.Runtime().IsZero() || len(env.Tags()) < 5 {
			t.Fatalf("%q is %s with %d tags", preset, env.Runtime(), len(env.Tags()))
		}
	})
}
