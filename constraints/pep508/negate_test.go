package pep508

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustMarker(t interface{ Fatal(...any) }, text string) Marker {
	m, err := ParseMarker(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNegationIsWhatAnAuthorWouldWrite(t *testing.T) {
	for text, want := range map[string]string{
		`python_version >= "3.12"`:                                    `python_version < "3.12"`,
		`python_version < "3.12"`:                                     `python_version >= "3.12"`,
		`python_version > "3.12"`:                                     `python_version <= "3.12"`,
		`python_version <= "3.12"`:                                    `python_version > "3.12"`,
		`python_version == "3.12"`:                                    `python_version != "3.12"`,
		`python_version != "3.*"`:                                     `python_version == "3.*"`,
		`"3.12" <= python_version`:                                    `"3.12" > python_version`,
		`python_full_version >= "3.11.4"`:                             `python_full_version <= "3.11.4" and python_full_version != "3.11.4"`,
		`python_full_version < "3.11.4"`:                              `python_full_version >= "3.11.4.dev0"`,
		`python_full_version < "3.14.0rc1"`:                           `python_full_version >= "3.14.0rc1"`,
		`python_full_version <= "3.11.4"`:                             `python_full_version > "3.11.4"`,
		`python_full_version > "3.11.4"`:                              `python_full_version <= "3.11.4"`,
		`sys_platform == 'win32'`:                                     `sys_platform != "win32"`,
		`sys_platform in "linux darwin"`:                              `sys_platform not in "linux darwin"`,
		`"arm" not in platform_machine`:                               `"arm" in platform_machine`,
		`python_version < "3.9" and os_name == "nt"`:                  `python_version >= "3.9" or os_name != "nt"`,
		`python_version < "3.9" or os_name == "nt"`:                   `python_version >= "3.9" and os_name != "nt"`,
		`os_name == "a" or os_name == "b" and extra > "c"`:            "",
		`os_name == "a" or os_name == "b" and python_version > "3"`:   `os_name != "a" and (os_name != "b" or python_version <= "3")`,
		`(os_name == "a" or os_name == "b") and python_version > "3"`: `(os_name != "a" and os_name != "b") or python_version <= "3"`,
		`python_full_version >= "3.8.1" or os_name == "nt"`:           `python_full_version <= "3.8.1" and python_full_version != "3.8.1" and os_name != "nt"`,
	} {
		m := mustMarker(t, text)
		n, err := m.Negate()
		if want == "" {
			if err == nil {
				t.Errorf("%s becomes %s", text, n)
			}
			continue
		}
		if err != nil || n.String() != want {
			t.Errorf("%s becomes %s (%v), want %s", text, n, err, want)
			continue
		}
		if again := mustMarker(t, n.String()); !everywhere(m, again, func(m, n bool) bool { return m != n }) {
			t.Errorf("%s and %s do not complement each other", text, again)
		}
	}
}

func TestWhatHasNoExactOppositeIsRefused(t *testing.T) {
	for text, reason := range map[string]string{
		`python_version ~= "3.9"`:                           "~= has no opposite",
		`os_name == "nt" and python_full_version === "3.9"`: "=== has no opposite",
		`sys_platform < "linux"`:                            "texts have no order",
		`platform_release >= "6"`:                           "may be no version",
		`platform_release == "6"`:                           "may be no version",
		`"docs" in dependency_groups`:                       "may not have dependency_groups",
		`os_name == sys_platform`:                           "does not compare a variable with a text",
		`"a" == "b"`:                                        "does not compare a variable with a text",
		`python_version >= "new"`:                           "no version",
		`"3.9" <= python_full_version`:                      "on the right",
		`python_full_version > "3.14.0rc1"`:                 "final release",
		`python_full_version < "3.9.post1"`:                 "final release",
	} {
		n, err := mustMarker(t, text).Negate()
		var refused *NegationError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s becomes %s (%v), want %q", text, n, err, reason)
		}
	}
	if _, err := (Marker{}).Negate(); err == nil {
		t.Error("the marker that is met everywhere is negated")
	}
}

func TestNegationComplements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawNegatable(t, 2)
		m := mustMarker(t, text)
		n, err := m.Negate()
		if err != nil {
			t.Skip()
		}
		n = mustMarker(t, n.String())
		if size := len(spread(m, n)); size > 3 {
			t.Skip()
		}
		if !everywhere(m, n, func(m, n bool) bool { return m != n }) {
			t.Fatalf("%s and %s do not complement each other", m, n)
		}
	})
}

// drawNegatable draws a marker over few variables, nested up to depth.
func drawNegatable(t *rapid.T, depth int) string {
	if depth > 0 && rapid.Bool().Draw(t, "nested") {
		word := rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "word")
		left, right := drawNegatable(t, depth-1), drawNegatable(t, depth-1)
		if rapid.Bool().Draw(t, "grouped") {
			left = "(" + left + ")"
		}
		return left + word + right
	}
	op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">=", "in", "not in"}).Draw(t, "op")
	variable := rapid.SampledFrom([]string{"python_version", "python_full_version", "sys_platform"}).Draw(t, "variable")
	value := rapid.SampledFrom([]string{"3.9", "3.10.4", "3.11.0rc1", "3.9.0.post1", "3.8 3.9", "3.*", "linux"}).Draw(t, "value")
	if rapid.IntRange(0, 5).Draw(t, "reversed") == 0 {
		return `"` + value + `" ` + op + " " + variable
	}
	return variable + " " + op + ` "` + value + `"`
}

func TestEquivalentMarkersMayBeWrittenInManyWays(t *testing.T) {
	const (
		many      = `python_version < "3.9" and sys_platform == "a" and platform_machine == "b" and implementation_name == "c" and platform_release == "d" and platform_version == "e"`
		reordered = `(platform_version == "e" and platform_release == "d") and implementation_name == "c" and platform_machine == "b" and (sys_platform == "a" and python_version < "3.9")`
	)
	for _, c := range []struct {
		a, b             string
		same, aToB, bToA bool
	}{
		{`python_version < "3.9"`, `python_version <= "3.8"`, true, true, true},
		{`python_version < "3.9"`, `'3.9' > python_version`, true, true, true},
		{`python_version < "3.7"`, `python_version < "3.6"`, false, false, true},
		{`python_version < "3.9" and sys_platform == "linux"`, `sys_platform == "linux" and python_version < "3.9"`, true, true, true},
		{`sys_platform == "win32"`, `os_name == "nt"`, true, true, true},
		{`sys_platform == "win32"`, `platform_system == "Windows"`, true, true, true},
		{`sys_platform == "linux"`, `sys_platform == "win32"`, false, false, false},
		{`sys_platform == "linux"`, `os_name == "posix"`, false, true, false},
		{`implementation_name == "pypy"`, `platform_python_implementation == "PyPy"`, true, true, true},
		{`implementation_name == "pypy"`, `implementation_name == "jython"`, false, false, false},
		{`platform_machine == "ppc64le"`, `platform_machine == "s390x"`, false, false, false},
		{`python_full_version < "3.8.1"`, `python_full_version < "3.8.2"`, false, true, false},
		{`python_version >= "3.12"`, `python_version >= "3.11"`, false, true, false},
		{`python_version > "3.8" and python_version < "3.11"`, `python_version in "3.9 3.10"`, true, true, true},
		{`platform_machine == "x86_64" or platform_machine == "arm64"`, `platform_machine in "x86_64,arm64"`, true, true, true},
		{many, reordered, true, true, true},
		{`python_version in "3.8 3.9"`, `python_version == "3.8" or python_version == "3.9"`, true, true, true},
		{`extra == "a"`, `extra == "b"`, false, false, false},
		{`platform_release >= "6"`, `platform_release > "5"`, false, true, false},
	} {
		a, b := mustMarker(t, c.a), mustMarker(t, c.b)
		if got := Equivalent(a, b); got != c.same {
			t.Errorf("%s is %s: %t", c.a, c.b, got)
		}
		if got := Implies(a, b); got != c.aToB {
			t.Errorf("%s implies %s: %t", c.a, c.b, got)
		}
		if got := Implies(b, a); got != c.bToA {
			t.Errorf("%s implies %s: %t", c.b, c.a, got)
		}
	}
	if m := mustMarker(t, `os_name == "nt"`); !Implies(m, Marker{}) || Implies(Marker{}, m) || Equivalent(m, Marker{}) {
		t.Error("the marker that is met everywhere is implied by others and implies none")
	}
}

func TestAnyIsMetWhereOneOfTheMarkersIs(t *testing.T) {
	nt, old, both := mustMarker(t, `os_name == "nt"`), mustMarker(t, `python_version < "3.9"`), mustMarker(t, `os_name == "nt" and python_version < "3.9"`)
	if got := Any(nt, old, both).String(); got != `os_name == "nt" or python_version < "3.9" or (os_name == "nt" and python_version < "3.9")` {
		t.Error(got)
	}
	if !Equivalent(Any(nt, old, both), Any(old, nt)) || Any(nt).String() != nt.String() || Any(nt, Marker{}).String() != "" {
		t.Error("alternatives are not what one of them is met by")
	}
}
