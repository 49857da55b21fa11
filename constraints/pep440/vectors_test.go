package pep440

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/fixtures/vectors"
)

func mustSet(t testing.TB, text string) SpecifierSet {
	t.Helper()
	s, err := ParseSpecifierSet(text)
	if err != nil {
		t.Fatalf("ParseSpecifierSet(%q): %v", text, err)
	}
	return s
}

func mustParse(t testing.TB, text string) constraints.Version {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

type versionVector struct {
	In, Norm, Canonical string
	Epoch               json.Number
	Release             []json.Number
	Pre                 []any
	Post, Dev           json.Number
	Local               string
	Public, Base        string
	IsPre               bool `json:"is_pre"`
	IsPost              bool `json:"is_post"`
	IsDev               bool `json:"is_dev"`
}

func TestVectorsVersions(t *testing.T) {
	var file struct {
		Valid     []versionVector
		Invalid   []struct{ In string }
		Order     [][]string
		FuzzOrder [][]string `json:"fuzz_order"`
	}
	vectors.Read(t, "pep440_versions.json.gz", &file)
	for _, c := range file.Valid {
		checkVersion(t, c)
	}
	for _, c := range file.Invalid {
		if v, err := Parse(c.In); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", c.In, v)
		}
	}
	pairs := checkOrder(t, file.Order) + checkOrder(t, file.FuzzOrder)
	t.Logf("%d valid, %d invalid, %d ordered pairs", len(file.Valid), len(file.Invalid), pairs)
}

func checkVersion(t *testing.T, c versionVector) {
	v, err := Parse(c.In)
	if err != nil {
		t.Error(err)
		return
	}
	f := FieldsOf(v)
	var release []string
	for _, n := range c.Release {
		release = append(release, n.String())
	}
	var pre string
	if c.Pre != nil {
		text, _ := json.Marshal(c.Pre[1])
		pre = c.Pre[0].(string) + string(text)
	}
	shorter := f
	for len(shorter.Release) > 1 && shorter.Release[len(shorter.Release)-1] == "0" {
		shorter.Release = shorter.Release[:len(shorter.Release)-1]
	}
	for _, x := range []struct{ what, got, want string }{
		{"String", v.String(), c.Norm},
		{"Fields.String", f.String(), c.Norm},
		{"without trailing zeros", shorter.String(), c.Canonical},
		{"Epoch", f.Epoch, c.Epoch.String()},
		{"Release", strings.Join(f.Release, "."), strings.Join(release, ".")},
		{"Pre", f.Pre + f.PreNumber, pre},
		{"Post", f.Post, c.Post.String()},
		{"Dev", f.Dev, c.Dev.String()},
		{"Local", f.Local, c.Local},
		{"Public", f.Public().String(), c.Public},
		{"Base", f.Base().String(), c.Base},
	} {
		if x.got != x.want {
			t.Errorf("%q: %s = %q, want %q", c.In, x.what, x.got, x.want)
		}
	}
	if v.IsPrerelease() != c.IsPre || (f.Post != "") != c.IsPost || (f.Dev != "") != c.IsDev {
		t.Errorf("%q: pre %v, post %q, dev %q", c.In, v.IsPrerelease(), f.Post, f.Dev)
	}
}

// checkOrder compares all pairs of texts of ascending classes of equal versions.
func checkOrder(t *testing.T, classes [][]string) (pairs int) {
	type member struct {
		v     constraints.Version
		class int
	}
	var all []member
	for i, class := range classes {
		for _, text := range class {
			all = append(all, member{mustParse(t, text), i})
		}
	}
	for _, a := range all {
		for _, b := range all {
			want := min(max(a.class-b.class, -1), 1)
			if got := a.v.Compare(b.v); got != want || a.v.Equal(b.v) != (want == 0) {
				t.Errorf("Compare(%v, %v) = %d, want %d", a.v, b.v, got, want)
			}
			pairs++
		}
	}
	return pairs
}

func TestVectorsSpecifiers(t *testing.T) {
	var file struct {
		SpecifierValid []struct {
			In, Op, Version, Str string
			Prereleases          *bool
		} `json:"specifier_valid"`
		SpecifierInvalid []struct{ In string } `json:"specifier_invalid"`
		SetValid         []struct {
			In, Str       string
			N             int
			Specs         []string
			Prereleases   *bool
			Unsatisfiable bool
		} `json:"set_valid"`
		SetInvalid []struct{ In string } `json:"set_invalid"`
	}
	vectors.Read(t, "pep440_specifiers.json.gz", &file)
	for _, c := range file.SpecifierValid {
		s, err := ParseSpecifier(c.In)
		if err != nil || s.Op != c.Op || s.Version != c.Version || s.String() != c.Str {
			t.Errorf("ParseSpecifier(%q) = %q %q, %v; want %q %q", c.In, s.Op, s.Version, err, c.Op, c.Version)
		}
		if strings.Contains(c.In, ",") {
			continue // no set can be written with it
		}
		if got, want := mustSet(t, c.In).MentionsPrerelease(), c.Prereleases != nil && *c.Prereleases; got != want {
			t.Errorf("%q mentions a pre-release: %v, want %v", c.In, got, want)
		}
	}
	for _, c := range file.SpecifierInvalid {
		if s, err := ParseSpecifier(c.In); err == nil {
			t.Errorf("ParseSpecifier(%q) = %v, want an error", c.In, s)
		}
	}
	for _, c := range file.SetValid {
		s := mustSet(t, c.In)
		if got := s.String(); got != c.Str {
			t.Errorf("%q: String = %q, want %q", c.In, got, c.Str)
		}
		if got := mustSet(t, s.String()).Specifiers(); len(got) != c.N || c.N != len(c.Specs) {
			t.Errorf("%q: %v, want %v", c.In, got, c.Specs)
		}
		if got, want := s.MentionsPrerelease(), c.Prereleases != nil && *c.Prereleases; got != want {
			t.Errorf("%q mentions a pre-release: %v, want %v", c.In, got, want)
		}
		if got := s.IsEmpty(); got != c.Unsatisfiable {
			t.Errorf("%q: IsEmpty = %v, want %v", c.In, got, c.Unsatisfiable)
		}
	}
	for _, c := range file.SetInvalid {
		if s, err := ParseSpecifierSet(c.In); err == nil {
			t.Errorf("ParseSpecifierSet(%q) = %v, want an error", c.In, s)
		}
	}
	t.Logf("specifiers: %d valid, %d invalid; sets: %d valid, %d invalid",
		len(file.SpecifierValid), len(file.SpecifierInvalid), len(file.SetValid), len(file.SetInvalid))
}

// policy returns what the reference's switches amount to: the argument of the
// call before the configuration of the set.
func policy(configured, arg *bool) Prereleases {
	if arg == nil {
		arg = configured
	}
	switch {
	case arg == nil:
		return Default
	case *arg:
		return Allow
	}
	return Deny
}

func TestVectorsContains(t *testing.T) {
	var file struct{ Upstream, Fuzz [][7]json.RawMessage }
	vectors.Read(t, "pep440_contains.json.gz", &file)
	cases := slices.Concat(file.Upstream, file.Fuzz)
	failed := 0
	for _, c := range cases {
		var spec, text string
		var configured, arg, installed *bool
		var want bool
		for i, into := range []any{&spec, &configured, &arg, &installed, &text, &want} {
			if err := json.Unmarshal(c[i+1], into); err != nil {
				t.Fatal(err)
			}
		}
		pre := policy(configured, arg)
		v := Literal(text)
		if installed != nil && *installed && v.IsPrerelease() {
			pre = Allow // it was chosen before
		}
		if got := len(mustSet(t, spec).Filter([]constraints.Version{v}, pre)) == 1; got != want {
			failed++
			t.Errorf("%s: got %v", c, got)
		}
	}
	t.Logf("%d cases, %d failed", len(cases), failed)
}

func TestVectorsFilter(t *testing.T) {
	type vector struct {
		Spec            string
		Arg, Cfg        *bool
		Items, Expected []string
	}
	var file struct{ Upstream, Fuzz []vector }
	vectors.Read(t, "pep440_filter.json.gz", &file)
	cases := slices.Concat(file.Upstream, file.Fuzz)
	for _, c := range cases {
		var items []constraints.Version
		for _, text := range c.Items {
			items = append(items, Literal(text))
		}
		got := []string{}
		for _, v := range mustSet(t, c.Spec).Filter(items, policy(c.Cfg, c.Arg)) {
			got = append(got, v.String())
		}
		if !slices.Equal(got, c.Expected) {
			t.Errorf("%q filters %q to %q, want %q", c.Spec, c.Items, got, c.Expected)
		}
	}
	t.Logf("%d cases", len(cases))
}

func TestVectorsMatrix(t *testing.T) {
	var file struct {
		Versions []string
		Rows     map[string]string
	}
	vectors.Read(t, "pep440_matrix.json.gz", &file)
	for spec, row := range file.Rows {
		set := mustSet(t, spec)
		for i, text := range file.Versions {
			want := bit(row, i)
			if got := set.Contains(Literal(text)); got != want {
				t.Errorf("%q contains %q: %v, want %v", spec, text, got, want)
			}
		}
	}
	t.Logf("%d rows of %d versions", len(file.Rows), len(file.Versions))
}

// bit returns bit i of a hexadecimal number, bit 0 being the least.
func bit(hex string, i int) bool {
	digit := len(hex) - 1 - i/4
	if digit < 0 {
		return false
	}
	return strings.IndexByte("0123456789abcdef", hex[digit])>>(i%4)&1 == 1
}

func TestVectorsSetRelations(t *testing.T) {
	var file struct {
		Upstream []struct {
			A, B, Op string
			Expected bool
		}
		Unsatisfiable []struct {
			A        string
			Ap       *bool
			Expected bool
		}
		Oracle [][6]any
	}
	vectors.Read(t, "pep440_setrel.json.gz", &file)
	for _, c := range file.Upstream {
		a, b := mustSet(t, c.A), mustSet(t, c.B)
		got := map[string]bool{"is_subset": a.IsSubset(b), "is_superset": b.IsSubset(a), "is_disjoint": a.IsDisjoint(b)}[c.Op]
		if got != c.Expected {
			t.Errorf("%q %s %q = %v", c.A, c.Op, c.B, got)
		}
	}
	for _, c := range file.Unsatisfiable {
		got := mustSet(t, c.A).IsEmpty()
		if c.Ap != nil && !*c.Ap {
			got = !hasFinal(mustSet(t, c.A))
		}
		if got != c.Expected {
			t.Errorf("%q unsatisfiable: %v, want %v", c.A, got, c.Expected)
		}
	}
	for _, c := range file.Oracle {
		a, b := mustSet(t, c[0].(string)), mustSet(t, c[1].(string))
		got := [4]any{a.IsSubset(b), b.IsSubset(a), a.IsDisjoint(b), a.Intersect(b).IsEmpty()}
		if got != [4]any(c[2:]) {
			t.Errorf("%q, %q: %v, want %v", c[0], c[1], got, c[2:])
		}
	}
	t.Logf("%d relations, %d satisfiable or not, %d pairs", len(file.Upstream), len(file.Unsatisfiable), len(file.Oracle))
}
