package pinfile

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

func marker(t *testing.T, text string) pep508.Marker {
	t.Helper()
	m, err := pep508.ParseMarker(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSplitNarrowsALineAndAddsAnother(t *testing.T) {
	for _, c := range []struct{ name, in, marker, want string }{
		{"a line without marker", "a===1\n", `python_version >= "3.12"`,
			"a===1;python_version < \"3.12\"\na===2;python_version >= \"3.12\"\n"},
		{"neighbours, comment and CRLF stay", "# x\r\nz===9\r\nA_b === 1  # why\r\nc===3\r\n", `python_version >= "3.12"`,
			"# x\r\nz===9\r\nA_b === 1;python_version < \"3.12\"  # why\r\nA_b === 2;python_version >= \"3.12\"\r\nc===3\r\n"},
		{"the last newline stays missing", "a==1", `os_name == "nt"`,
			"a==1;os_name != \"nt\"\na==2;os_name == \"nt\""},
		{"the file's manner around the semicolon", "m===1 ; os_name == 'nt'\na===1\n", `os_name == "nt"`,
			"m===1 ; os_name == 'nt'\na===1 ; os_name != \"nt\"\na===2 ; os_name == \"nt\"\n"},
		{"the line's own marker, as it is written", "a===1;python_version>='3.10'  # c\n", `sys_platform == "linux"`,
			"a===1;python_version>='3.10' and sys_platform != \"linux\"  # c\na===2;python_version>='3.10' and sys_platform == \"linux\"\n"},
		{"a marker within the line's own", "a===1; python_version>='3.10'\n", `python_version >= "3.12"`,
			"a===1; python_version>='3.10' and python_version < \"3.12\"\na===2; python_version >= \"3.12\"\n"},
		{"alternatives in parentheses", "a===1;os_name=='nt' or python_version<'3.9'\n", `python_version < "3.8" or sys_platform == "darwin"`,
			"a===1;(os_name=='nt' or python_version<'3.9') and python_version >= \"3.8\" and sys_platform != \"darwin\"\n" +
				"a===2;(os_name=='nt' or python_version<'3.9') and (python_version < \"3.8\" or sys_platform == \"darwin\")\n"},
		{"alternatives in the complement", "a===1;os_name=='nt'\n", `python_version >= "3.8" and python_version < "3.10"`,
			"a===1;os_name=='nt' and (python_version < \"3.8\" or python_version >= \"3.10\")\n" +
				"a===2;os_name=='nt' and python_version >= \"3.8\" and python_version < \"3.10\"\n"},
		{"an empty marker", "a===1;\n", `os_name == "nt"`, "a===1;os_name != \"nt\"\na===2;os_name == \"nt\"\n"},
		{"parentheses around the version", "a (==1)\n", `os_name == "nt"`, "a (==1);os_name != \"nt\"\na (==2);os_name == \"nt\"\n"},
		{"a continued line", "a==\\\n1 \\\n  # c\nb==3\n", `os_name == "nt"`, "a==\\\n1;os_name != \"nt\" \\\n  # c\na==2;os_name == \"nt\"\nb==3\n"},
		{"a byte order mark", "\ufeffa===1\n", `os_name == "nt"`, "\ufeffa===1;os_name != \"nt\"\na===2;os_name == \"nt\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse("f", []byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			name := constraints.Name("a")
			if strings.Contains(c.in, "A_b") {
				name = "a-b"
			}
			got, err := f.Split(name, "2", marker(t, c.marker), nil)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Bytes()) != c.want {
				t.Errorf("got  %q\nwant %q", got.Bytes(), c.want)
			}
			if string(f.Bytes()) != c.in {
				t.Error("the file itself has changed")
			}
		})
	}
}

func TestSplitKeepsOtherEncodings(t *testing.T) {
	utf16 := func(text string) []byte {
		out := []byte{0xff, 0xfe}
		for _, b := range []byte(text) {
			out = append(out, b, 0)
		}
		return out
	}
	f, err := Parse("f", utf16("a===1\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Split("a", "2", marker(t, `os_name == "nt"`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := utf16("a===1;os_name != \"nt\"\r\na===2;os_name == \"nt\"\r\n"); string(got.Bytes()) != string(want) {
		t.Errorf("got %q", got.Bytes())
	}
}

func TestSplitRefusesWhatItCannotHalve(t *testing.T) {
	for _, c := range []struct{ in, version, marker, msg string }{
		{"a==1\n", "2", `python_version ~= "3.8"`, `cannot be split: marker python_version ~= "3.8" cannot be negated: ~= has no opposite`},
		{"a>=1\n", "2", `os_name == "nt"`, "not pinned here"},
		{"a @ https://h/a.zip\n", "2", `os_name == "nt"`, "not pinned here"},
		{"a==1 --hash=sha256:00\n", "2", `os_name == "nt"`, "hashes"},
		{"a==1\n", "two", `os_name == "nt"`, "not a version"},
		{"b==1\n", "2", `os_name == "nt"`, "no such line"},
	} {
		f, err := Parse("f", []byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Split("a", c.version, marker(t, c.marker), nil)
		var problems constraints.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.msg) {
			t.Errorf("%q: %v, want %q", c.in, err, c.msg)
		}
	}
}

func TestSplitPartsWhereTheLineHeld(t *testing.T) {
	f, err := Parse("f", []byte("a===1;python_version<'3.12' or sys_platform=='win32'\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`python_version >= "3.10" and sys_platform != "darwin"`, `python_version < "3.9" or "linux" in sys_platform`, `python_full_version >= "3.11.4"`} {
		got, err := f.Split("a", "2", marker(t, text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, preset := range []string{"py38", "py310-macos-arm64", "py311", "py3.11.3", "py312-windows-amd64", "py312", "py3.11.4rc1"} {
			env, err := pep508.ParseEnvironment(preset)
			if err != nil {
				t.Fatal(err)
			}
			old := f.Entries()[0].Requirement.Applies(env, "")
			rest, now := got.Entries()[0].Requirement.Applies(env, ""), got.Entries()[1].Requirement.Applies(env, "")
			if rest && now || old != (rest || now) {
				t.Errorf("%s in %s: the line held %t, the halves hold %t and %t", text, preset, old, rest, now)
			}
		}
	}
}

func TestEditsRememberWhereLinesStood(t *testing.T) {
	f, err := Parse("f", []byte("a===1\nb===1\nc===1\n"))
	if err != nil {
		t.Fatal(err)
	}
	edited, err := f.Split("a", "2", marker(t, `os_name == "nt"`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if edited, err = edited.Add("bb", "1", ""); err != nil {
		t.Fatal(err)
	}
	if edited, err = edited.Set("c", "2", nil); err != nil {
		t.Fatal(err)
	}
	if edited, err = edited.Remove("b", nil); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, e := range edited.Entries() {
		got = append(got, e.Origin.Line)
	}
	if want := []int{1, 0, 0, 3}; !slices.Equal(got, want) {
		t.Errorf("the lines stood at %v, want %v\n%s", got, want, edited.Bytes())
	}
}
