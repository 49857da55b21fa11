package pep508

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func TestWheelNamesAreReadOrRejectedAtTheWrongByte(t *testing.T) {
	for _, c := range []struct{ name, want, msg string }{
		{"a-1-py3-none-any.whl", "a 1  py3-none-any", ""},
		{"A_B.c-1.0.0-py3-none-any.whl", "a-b-c 1.0.0  py3-none-any", ""},
		{"a-1.0+cu118-2b-CP311-CP311-Linux_x86_64.whl", "a 1.0+cu118 2b cp311-cp311-linux_x86_64", ""},
		{"é-1-py3-none-any.whl", "é 1  py3-none-any", ""},
		{"a-1-py3-none-any.py3.whl", "a 1  py3-none-any py3-none-py3", ""},
		{"a-1-py3.py3-none-any.whl", "a 1  py3-none-any", ""},
		{"a-1-py3-none-any.WHL^", "", "does not end in .whl"},
		{"a-1-py3-none^.whl", "", "five or six parts"},
		{"a-1-2-py3-none-any-b^.whl", "", "five or six parts"},
		{"^-1-py3-none-any.whl", "", "no name"},
		{"a^__b-1-py3-none-any.whl", "", "no name"},
		{"a^ b-1-py3-none-any.whl", "", "no name"},
		{"a-^x-py3-none-any.whl", "", "its version"},
		{"a-1-^b2-py3-none-any.whl", "", "build tag"},
		{"a-1-^-py3-none-any.whl", "", "build tag"},
		{"a-1-^3py-none-any.whl", "", "no tag"},
		{"a-1-py2.^-none-any.whl", "", "no tag"},
		{"a-1-py3-none-^.whl", "", "no tag"},
	} {
		at, name := len(c.name), c.name
		if strings.Contains(name, "^") {
			at, name = splitAt(name)
		}
		wheel, err := ParseWheelFilename(name)
		checkSyntaxError(t, name, err)
		var syntax *constraints.SyntaxError
		switch got := strings.Join([]string{string(wheel.Name), wheel.Version.String(), wheel.Build, strings.Join(wheel.Tags, " ")}, " "); {
		case errors.As(err, &syntax) && (c.msg == "" || !strings.Contains(syntax.Msg, c.msg) || syntax.Offset != at):
			t.Errorf("%s: byte %d: %s, want byte %d: %s", name, syntax.Offset, syntax.Msg, at, c.msg)
		case err == nil && got != c.want:
			t.Errorf("%s is read as %q, want %q", name, got, c.want)
		}
	}
}

func TestSdistNamesEndAtTheLastDash(t *testing.T) {
	for name, want := range map[string]string{
		"a-1.0.tar.gz": "a 1.0", "A.b-c-1.0rc1.zip": "a-b-c 1.0rc1", "a-1.tar.bz2": "", "a.tar.gz": "", "-1.zip": "", "a-.zip": "", "": "",
	} {
		sdist, err := ParseSdistFilename(name)
		checkSyntaxError(t, name, err)
		if got := strings.TrimSpace(string(sdist.Name) + " " + sdist.Version.String()); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestCompressedTagsAreMultipliedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(pattern string) []string {
			return rapid.SliceOfN(rapid.StringMatching(pattern), 1, 4).Draw(t, pattern)
		}
		pythons, abis, platforms := draw(`(py|cp)3[0-9]?`), draw(`none|abi3|cp31[0-9]`), draw(`any|win_amd64|linux_[a-z]`)
		name := "a-1-" + strings.Join(pythons, ".") + "-" + strings.Join(abis, ".") + "-" + strings.Join(platforms, ".") + ".whl"
		wheel, err := ParseWheelFilename(name)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, python := range pythons {
			for _, abi := range abis {
				for _, platform := range platforms {
					if tag := python + "-" + abi + "-" + platform; !slices.Contains(want, tag) {
						want = append(want, tag)
					}
				}
			}
		}
		if !slices.Equal(wheel.Tags, want) {
			t.Fatalf("%s has the tags %q, want %q", name, wheel.Tags, want)
		}
	})
}

func TestSetsOfTooManyTagsAreRejected(t *testing.T) {
	set := strings.TrimSuffix(strings.Repeat("py3.", 100), ".")
	if _, err := ParseWheelFilename("a-1-" + set + "-" + set + "-" + set + ".whl"); err == nil {
		t.Error("a million tags are accepted")
	}
}

func TestNamesAreNormalized(t *testing.T) {
	for _, c := range []struct {
		text, normal string
		valid        bool
	}{
		{"a", "a", true}, {"A", "a", true}, {"Foo.Bar", "foo-bar", true}, {"a-_.b", "a-b", true}, {"1", "1", true}, {"a--b", "a-b", true},
		{"", "", false}, {"-a", "-a", false}, {"a_", "a-", false}, {"a b", "a b", false}, {"é", "é", false}, {"É.x", "é-x", false}, {"a\n", "a\n", false},
	} {
		if got := NormalizeName(c.text); string(got) != c.normal || ValidName(c.text) != c.valid {
			t.Errorf("%q becomes %q, valid %t", c.text, got, ValidName(c.text))
		}
	}
}

func TestTagsAreInTheOrderOfPipsLibrary(t *testing.T) {
	for _, c := range []struct {
		spec EnvironmentSpec
		want string
	}{
		{EnvironmentSpec{Python: "3.6", Platform: "win32"}, `cp36-cp36m-win32 cp36-abi3-win32 cp36-none-win32 cp35-abi3-win32 cp34-abi3-win32 cp33-abi3-win32
			cp32-abi3-win32 py36-none-win32 py3-none-win32 py35-none-win32 py34-none-win32 py33-none-win32 py32-none-win32
			py31-none-win32 py30-none-win32 cp36-none-any py36-none-any py3-none-any py35-none-any py34-none-any
			py33-none-any py32-none-any py31-none-any py30-none-any`},
		{EnvironmentSpec{Python: "3.6", Platform: "aarch64-manylinux_2_17", Implementation: "PyPy"},
			`pp36-pypy36_pp73-manylinux_2_17_aarch64 pp36-pypy36_pp73-manylinux2014_aarch64 pp36-pypy36_pp73-linux_aarch64
			pp36-none-manylinux_2_17_aarch64 pp36-none-manylinux2014_aarch64 pp36-none-linux_aarch64
			py36-none-manylinux_2_17_aarch64 py36-none-manylinux2014_aarch64 py36-none-linux_aarch64
			py3-none-manylinux_2_17_aarch64 py3-none-manylinux2014_aarch64 py3-none-linux_aarch64
			py35-none-manylinux_2_17_aarch64 py35-none-manylinux2014_aarch64 py35-none-linux_aarch64
			py34-none-manylinux_2_17_aarch64 py34-none-manylinux2014_aarch64 py34-none-linux_aarch64
			py33-none-manylinux_2_17_aarch64 py33-none-manylinux2014_aarch64 py33-none-linux_aarch64
			py32-none-manylinux_2_17_aarch64 py32-none-manylinux2014_aarch64 py32-none-linux_aarch64
			py31-none-manylinux_2_17_aarch64 py31-none-manylinux2014_aarch64 py31-none-linux_aarch64
			py30-none-manylinux_2_17_aarch64 py30-none-manylinux2014_aarch64 py30-none-linux_aarch64 pp3-none-any
			py36-none-any py3-none-any py35-none-any py34-none-any py33-none-any py32-none-any py31-none-any py30-none-any`},
	} {
		env, err := NewEnvironment(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Fields(c.want); !slices.Equal(env.Tags(), want) {
			t.Errorf("%s: %q, want %q", env.Name(), env.Tags(), want)
		}
	}
	threaded, err := ParseEnvironment("py314t-linux")
	if err != nil {
		t.Fatal(err)
	}
	for tag, ok := range map[string]bool{
		"cp314-cp314t-linux_x86_64": true, "cp314-abi3t-linux_x86_64": true, "cp310-abi3t-linux_x86_64": true,
		"cp314-cp314-linux_x86_64": false, "cp314-abi3-linux_x86_64": false, "py3-none-any": true,
	} {
		if _, got := threaded.TagRank(tag); got != ok {
			t.Errorf("a build without the global lock installs %s: %t", tag, got)
		}
	}
}
