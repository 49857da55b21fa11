package index

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/constraints"
)

// parsedOf returns the metadata of the only release of a package.
func parsedOf(tb testing.TB, r Release) *Metadata {
	tb.Helper()
	r.Version = version(tb, "1")
	p, err := NewPackage("quill", []Release{r})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := p.Parsed(0)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// complete reports whether everything could be read, if need be leniently.
func complete(m *Metadata) bool {
	return !slices.ContainsFunc(m.Remarks, func(r Remark) bool { return r.Leniency == "" })
}

func TestMetadataIsParsed(t *testing.T) {
	m := parsedOf(t, Release{
		Requirements:   []string{"Ink_Well>=2", "parchment"},
		RequiresPython: ">=3.8",
		Extras:         []string{"Gold_Leaf", "async", "gold-leaf"},
	})
	if len(m.Requirements) != 2 || m.Requirements[0].Name != "ink-well" || m.Requirements[1].Name != "parchment" {
		t.Errorf("requirements %v", m.Requirements)
	}
	if m.RequiresPython == nil || m.RequiresPython.String() != ">=3.8" {
		t.Errorf("Requires-Python %v", m.RequiresPython)
	}
	if !slices.Equal(m.Extras, []constraints.Name{"async", "gold-leaf"}) {
		t.Errorf("extras %v", m.Extras)
	}
	if !complete(m) || len(m.Remarks) != 0 {
		t.Errorf("remarks %v", m.Remarks)
	}
}

func TestAnUnreadableRequirementIsRemarkedAndNotDropped(t *testing.T) {
	m := parsedOf(t, Release{Requirements: []string{"good", "!bad!"}, RequiresPython: "whatever"})
	if len(m.Requirements) != 1 || m.RequiresPython != nil || complete(m) || len(m.Remarks) != 2 {
		t.Fatalf("%+v", m)
	}
	if r := m.Remarks[0]; r.Field != "Requires-Dist" || r.Text != "!bad!" || r.Leniency != "" || r.Err == nil {
		t.Errorf("%+v", r)
	}
	if r := m.Remarks[1]; r.Field != "Requires-Python" || r.Text != "whatever" {
		t.Errorf("%+v", r)
	}
}

func TestMissingMetadataIsAnErrorAndNotNoRequirements(t *testing.T) {
	p := pkg(t, sample(t), "inkwell")
	i, _ := p.Find(version(t, "3.0"))
	if _, err := p.Parsed(i); !errors.Is(err, ErrMetadataMissing) || !strings.Contains(err.Error(), "inkwell 3.0") {
		t.Errorf("%v", err)
	}
}

func TestLenienciesAreNamed(t *testing.T) {
	for _, c := range []struct{ python, want, leniency string }{
		{">=3.6", ">=3.6", ""},
		{">=3.6.*", ">=3.6", "ordered-wildcard"},
		{">=2.7, !=3.0*, !=3.1*", ">=2.7,!=3.0.*,!=3.1.*", "missing-dot"},
		{">='3.6'", ">=3.6", "stray-quotes"},
		{"\">=3.6\"", ">=3.6", "stray-quotes"},
		{">=2.7 !=3.0.*", ">=2.7,!=3.0.*", "missing-comma"},
		{">=3.6.*<4", ">=3.6,<4", "missing-comma, ordered-wildcard"},
	} {
		m := parsedOf(t, Release{RequiresPython: c.python})
		want, err := parseRuntimeRange(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if m.RequiresPython == nil || m.RequiresPython.String() != want.String() {
			t.Errorf("%s is read as %v, want %s", c.python, m.RequiresPython, c.want)
			continue
		}
		leniency := ""
		for _, r := range m.Remarks {
			leniency += r.Leniency
		}
		if leniency != c.leniency || !complete(m) {
			t.Errorf("%s: leniency %q, want %q", c.python, leniency, c.leniency)
		}
	}
}

func TestRequirementsAreReadLenientlyButForTheirMarkersAndURLs(t *testing.T) {
	for text, want := range map[string]string{
		`a>=1.*; python_version<"3"`:          `a>=1; python_version<"3"`,
		`a>=1 <2; extra == 'x y'`:             `a>=1,<2; extra == 'x y'`,
		`a[x] (>='1.0')`:                      `a[x]>=1.0`,
		`a,,>=1`:                              "",
		`a>=1,,<2`:                            `a>=1,<2`,
		`b @ file:///b 'x' y`:                 "",
		`c; python_version>=`:                 "",
		`python_version<"3.12"; extra == 'x'`: "",
		`c; python_version>="3" "4"`:          "",
	} {
		m := parsedOf(t, Release{Requirements: []string{text}})
		if len(m.Remarks) != 1 || m.Remarks[0].Text != text {
			t.Errorf("%s: remarks %v", text, m.Remarks)
			continue
		}
		if want == "" {
			if complete(m) || len(m.Requirements) != 0 {
				t.Errorf("%s is read as %v", text, m.Requirements)
			}
			continue
		}
		strict, err := parseRequirement(want)
		if err != nil {
			t.Fatal(err)
		}
		if !complete(m) || fmt.Sprint(m.Requirements) != fmt.Sprint([]constraints.Requirement{strict}) {
			t.Errorf("%s is read as %v, want %v", text, m.Requirements, strict)
		}
	}
}

func TestAnUnreadableRequirementCountsOnlyWhereItsMarkerHolds(t *testing.T) {
	env := constraints.NewEnvironment("none", constraints.Version{}, nil, nil)
	m := parsedOf(t, Release{Requirements: []string{`a>="x"; extra == "tests"`, `b>="x"`, `c>="x"; nonsense`}})
	if len(m.Remarks) != 3 {
		t.Fatalf("remarks %v", m.Remarks)
	}
	for i, want := range []struct{ bare, tests bool }{{false, true}, {true, true}, {true, true}} {
		r := m.Remarks[i]
		if r.Applies(env, "") != want.bare || r.Applies(env, "tests") != want.tests {
			t.Errorf("%s applies: %t, with the extra %t", r.Text, r.Applies(env, ""), r.Applies(env, "tests"))
		}
	}
}

func TestReleasesThatSayTheSameShareTheirMetadata(t *testing.T) {
	p := pkg(t, sample(t), "quill")
	a, _ := p.Find(version(t, "1.0"))
	b, _ := p.Find(version(t, "1.1rc1"))
	first, err := p.Parsed(a)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if again, err := p.Parsed(b); err != nil || again != first {
				t.Error("parsed again", err)
			}
		})
	}
	wg.Wait()
}

func TestThePythonsOfAFileAreThoseThatAnInstallerSees(t *testing.T) {
	p, err := NewPackage("a", []Release{{Version: version(t, "1"), Files: []File{}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"": "all", ">=3.8": "3.11 and not 3.7", ">=3.8.*": "all", "three": "all"} {
		got := "all"
		if r := p.Runtimes(File{RequiresPython: text}); r != nil {
			got = "others"
			if r.Contains(version(t, "3.11")) && !r.Contains(version(t, "3.7")) {
				got = "3.11 and not 3.7"
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestTagsAreThoseOfTheFileName(t *testing.T) {
	for name, want := range map[string]struct {
		tags   int
		source bool
	}{
		"quill-1.1-py3-none-any.whl":     {1, false},
		"quill-1.1-py2.py3-none-any.whl": {2, false},
		"quill-1.1.tar.gz":               {0, true},
		"quill-1.1.zip":                  {0, true},
		"quill-1.1-py3.11.egg":           {0, false},
		"quill-1.1.win-amd64-py3.11.exe": {0, false},
		"misnamed.whl":                   {0, false},
		"quill-1.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": {2, false},
	} {
		f := File{Name: name}
		if len(f.Tags()) != want.tags || f.IsSource() != want.source {
			t.Errorf("%s: tags %v, source %t", name, f.Tags(), f.IsSource())
		}
	}
}
