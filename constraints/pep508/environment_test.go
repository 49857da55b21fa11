package pep508

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
)

func TestPresetsGiveEveryVariable(t *testing.T) {
	linux := map[string]string{
		"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64",
		"platform_release": "", "platform_version": "",
		"implementation_name": "cpython", "platform_python_implementation": "CPython",
		"python_version": "3.11", "python_full_version": "3.11.14", "implementation_version": "3.11.14",
	}
	with := func(changes ...string) map[string]string {
		vars := maps.Clone(linux)
		for i := 0; i < len(changes); i += 2 {
			vars[changes[i]] = changes[i+1]
		}
		return vars
	}
	for preset, want := range map[string]map[string]string{
		"py311":                       linux,
		"py311-linux-x86_64":          linux,
		"py3.11.14-linux":             linux,
		"CP311-x86_64-manylinux_2_28": linux,
		"py311t-linux":                nil,
		"py311-linux-arm64":           with("platform_machine", "aarch64"),
		"py312-macos-arm64": with("sys_platform", "darwin", "platform_system", "Darwin", "platform_machine", "arm64", "platform_release", "23.0.0",
			"python_version", "3.12", "python_full_version", "3.12.12", "implementation_version", "3.12.12"),
		"py39-windows-amd64": with("os_name", "nt", "sys_platform", "win32", "platform_system", "Windows", "platform_machine", "AMD64", "platform_release", "10",
			"python_version", "3.9", "python_full_version", "3.9.25", "implementation_version", "3.9.25"),
		"pypy310-linux-x86_64": with("implementation_name", "pypy", "platform_python_implementation", "PyPy",
			"python_version", "3.10", "python_full_version", "3.10.16", "implementation_version", "7.3.19"),
		"py36":        with("python_version", "3.6", "python_full_version", "3.6.15", "implementation_version", "3.6.15"),
		"py3.14.0rc1": with("python_version", "3.14", "python_full_version", "3.14.0rc1", "implementation_version", "3.14.0rc1"),
	} {
		env, err := ParseEnvironment(preset)
		if want == nil {
			if err == nil {
				t.Errorf("%s is accepted", preset)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", preset, err)
			continue
		}
		for name, text := range want {
			value, ok := env.Var(name)
			if !ok || value.Text != text || isVersionVariable(name) && text != "" && value.Version.IsZero() {
				t.Errorf("%s: %s is %q, want %q", preset, name, value.Text, text)
			}
		}
		if env.Name() != preset || env.Runtime().String() != want["python_full_version"] {
			t.Errorf("%s is named %s and runs %s", preset, env.Name(), env.Runtime())
		}
		if _, ok := env.TagRank("py3-none-any"); !ok {
			t.Errorf("%s does not install py3-none-any", preset)
		}
	}
}

func TestUnknownPresetsSayWhatIsValid(t *testing.T) {
	for preset, hint := range map[string]string{
		"":                             "PYTHON-SYSTEM-ARCH",
		"python":                       "PYTHON-SYSTEM-ARCH",
		"py":                           "PYTHON-SYSTEM-ARCH",
		"3.11":                         "did you mean py311?",
		"3.11.7":                       "did you mean py311?",
		"py311-":                       "PYTHON-SYSTEM-ARCH",
		"py311-linus-x86_64":           "did you mean py311-linux-x86_64?",
		"py311-macos-arm65":            "did you mean py311-macos-arm64?",
		"py311-solaris-sparc":          "PYTHON-SYSTEM-ARCH",
		"py311-windows-s390x":          "windows-arm64",
		"py311-macos_9_x86_64":         "macos-x86_64",
		"py311-macos_10_15_arm64":      "macos-arm64",
		"py311-manylinux_3_1-x86_64":   "manylinux_2_28",
		"py311-manylinux_2-x86_64":     "manylinux_2_28",
		"py311-manylinux_2_999-x86_64": "manylinux_2_28",
		"py3999":                       "py36 to py314",
		"py99":                         "did you mean py39?",
		"py3.x":                        "py36 to py314",
		"pypy313t":                     "pypy36 to pypy311",
		"py27":                         "py36 to py314",
		"py31":                         "py36 to py314",
		"py301":                        "py36 to py314",
		"py315":                        "py36 to py314",
		"py35":                         "py36 to py314",
		"py399":                        "did you mean py39?",
		"py3.8.21":                     "py36 to py314",
		"py3.12.1.1":                   "py36 to py314",
		"py3.11.post1":                 "py36 to py314",
		"pypy312":                      "did you mean pypy311?",
	} {
		_, err := ParseEnvironment(preset)
		checkSyntaxError(t, preset, err)
		var syntax *constraints.SyntaxError
		if hint == "" {
			continue
		}
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Hint, hint) {
			t.Errorf("%q: %#v, want the hint %q", preset, err, hint)
		}
	}
}

func TestPlatformsAreKnownByAllTheirNames(t *testing.T) {
	for text, want := range map[string]platform{
		"":                       {glibc, "x86_64", 2, 36},
		"linux":                  {glibc, "x86_64", 2, 36},
		"linux-x86_64":           {glibc, "x86_64", 2, 36},
		"linux_aarch64":          {glibc, "aarch64", 2, 36},
		"x86_64-manylinux_2_28":  {glibc, "x86_64", 2, 28},
		"manylinux_2_28_x86_64":  {glibc, "x86_64", 2, 28},
		"manylinux_2.28-AARCH64": {glibc, "aarch64", 2, 28},
		"manylinux2014_ppc64le":  {glibc, "ppc64le", 2, 17},
		"manylinux2010-x64":      {glibc, "x86_64", 2, 12},
		"i686-manylinux1":        {glibc, "i686", 2, 5},
		"x86_64-musllinux_1_1":   {musl, "x86_64", 1, 1},
		"musllinux-arm64":        {musl, "aarch64", 1, 2},
		"macos":                  {macOS, "arm64", 14, 0},
		"macos_14_arm64":         {macOS, "arm64", 14, 0},
		"macosx_11_0_x86_64":     {macOS, "x86_64", 11, 0},
		"macosx-10.15-x86_64":    {macOS, "x86_64", 10, 15},
		"windows":                {windows, "amd64", 0, 0},
		"win_amd64":              {windows, "amd64", 0, 0},
		"windows-arm64":          {windows, "arm64", 0, 0},
		"win32":                  {windows, "x86", 0, 0},
		"x86_64-windows":         {windows, "amd64", 0, 0},
	} {
		got, err := parsePlatform(text)
		if err != nil || got != want {
			t.Errorf("%q is %+v (%v), want %+v", text, got, err, want)
		}
	}
}

func TestAnyVariableCanBeOverridden(t *testing.T) {
	env, err := NewEnvironment(EnvironmentSpec{Python: "3.12", Overrides: map[string]string{
		"platform_release": "6.1.0-generic", "platform_version": "#1", "extras": "Foo_Bar, baz",
		"python_full_version": "3.12.1+",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`platform_release >= "5"`:             false, // no version, so no order
		`platform_release == "6.1.0-generic"`: true,
		`platform_version == "#1"`:            true,
		`"foo.bar" in extras`:                 true,
		`"foo" in extras`:                     false,
		`"foo" != extras`:                     true,
		`python_version == "3.12"`:            true,
		`python_full_version == "3.12.1"`:     true, // the local part is not asked for
		`python_full_version > "3.12.0"`:      true,
		`implementation_version >= "3.12"`:    true,
		`os_name == "posix"`:                  true,
	} {
		m, err := ParseMarker(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Evaluate(env, ""); got != want || err != nil {
			t.Errorf("%s: %t (%v), want %t", text, got, err, want)
		}
	}
	if env.Runtime().String() != "3.12.1+local" || !slices.Contains(env.Tags(), "cp312-cp312-linux_x86_64") {
		t.Errorf("the runtime is %s", env.Runtime())
	}
	_, err = NewEnvironment(EnvironmentSpec{Python: "3.11", Overrides: map[string]string{"os_nam": "x"}})
	var syntax *constraints.SyntaxError
	if !errors.As(err, &syntax) || syntax.Hint != "did you mean os_name?" {
		t.Error(err)
	}
}

func TestVariablesOfPythonMustAgreeWithIt(t *testing.T) {
	for _, c := range []struct {
		python, variable, value, msg string
	}{
		{"3.11", "python_version", "3.11", ""},
		{"3.11.4", "python_version", "3.11", ""},
		{"3.11", "python_version", "2.7", `"2.7" contradicts Python 3.11`},
		{"3.11", "python_version", "3.11.4", `"3.11.4" contradicts Python 3.11`},
		{"3.11", "python_full_version", "3.11.4", ""},
		{"3.11.4", "python_full_version", "3.11.4", ""},
		{"3.11.4", "python_full_version", "3.11.5", `"3.11.5" contradicts Python 3.11.4`},
		{"3.11", "python_full_version", "3.12.1", `"3.12.1" contradicts Python 3.11`},
		{"3.11", "python_full_version", "new", `"new" contradicts Python 3.11`},
	} {
		_, err := NewEnvironment(EnvironmentSpec{Python: c.python, Overrides: map[string]string{c.variable: c.value}})
		var syntax *constraints.SyntaxError
		switch {
		case c.msg == "" && err != nil:
			t.Errorf("%+v: %v", c, err)
		case c.msg != "" && (!errors.As(err, &syntax) || syntax.Msg != c.msg || syntax.Input != c.variable || syntax.Hint == ""):
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestUndefinedComparisonsAreErrorsAndDoNotHold(t *testing.T) {
	env, err := ParseEnvironment("py311")
	if err != nil {
		t.Fatal(err)
	}
	for text, reason := range map[string]string{
		`os_name ~= "1.0"`:                      "os_name is none",
		`python_version ~= "any"`:               "the right side is none",
		`"a" == "b"`:                            "no variable without quotes",
		`"a" in extras`:                         "no extras",
		`os_name == "posix" or os_name === "x"`: "os_name is none",
		`"a" not in dependency_groups`:          "no dependency_groups",
	} {
		m, err := ParseMarker(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Evaluate(env, "")
		var undefined *UndefinedError
		if !errors.As(err, &undefined) || !strings.Contains(undefined.Reason, reason) {
			t.Errorf("%s: %v, want %q", text, err, reason)
		}
		if m.Holds(env, "") != strings.Contains(text, " or ") {
			t.Errorf("%s holds: %t", text, m.Holds(env, ""))
		}
	}
}

func TestMentionsExtraLooksEverywhere(t *testing.T) {
	for text, want := range map[string]bool{
		`extra == "a"`: true, `os_name == "a" and (os_name == "b" or "x" == extra)`: true,
		`os_name == "extra"`: false, `"a" in extras`: false,
	} {
		if m, err := ParseMarker(text); err != nil || m.MentionsExtra() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if (Marker{}).MentionsExtra() || !(Marker{}).Holds(nil, "") || (Marker{}).String() != "" {
		t.Error("the zero marker is not met everywhere")
	}
}
