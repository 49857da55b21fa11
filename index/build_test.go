package index

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNewPackageRejectsWhatIsNoFact(t *testing.T) {
	one := version(t, "1")
	for want, releases := range map[string][]Release{
		"1 and 1.0 are the same version": {{Version: one}, {Version: version(t, "2")}, {Version: version(t, "1.0")}},
		"a release has no version":       {{}},
		"not yanked":                     {{Version: one, YankedReason: "x"}},
		"the year 10000":                 {{Version: one, Uploaded: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}},
		"not UTF-8":                      {{Version: one, Requirements: []string{"\xff"}}},
		"more than 1048576 bytes":        {{Version: one, RequiresPython: strings.Repeat("x", maxText+1)}},
		"more than 100000 items":         {{Version: one, Extras: make([]string, maxItems+1)}},
		"not the name of a file":         {{Version: one, Files: []File{{Name: `a\b`}}}},
		"the size is negative":           {{Version: one, Files: []File{{Name: "a", Size: -1}}}},
	} {
		if _, err := NewPackage("quill", releases); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := NewPackage("Not_Normalised", nil); err == nil {
		t.Error("a name that is not normalised was accepted")
	}
	var duplicate *DuplicateVersionError
	_, err := NewPackage("quill", []Release{{Version: one}, {Version: one}})
	if !errors.As(err, &duplicate) {
		t.Errorf("%v is no DuplicateVersionError", err)
	}
}

func TestNewPackageCopiesWhatItIsGiven(t *testing.T) {
	releases := []Release{
		{Version: version(t, "2"), Files: []File{{Name: "b"}, {Name: "a", Hashes: []Hash{{"sha256", "FF"}, {"md5", "00"}}}}},
		{Version: version(t, "1"), Requirements: []string{"x"}},
	}
	p, err := NewPackage("quill", releases)
	if err != nil {
		t.Fatal(err)
	}
	if releases[0].Files[0].Name != "b" || releases[0].Version.String() != "2" || releases[0].Files[1].Hashes[0].Hex != "FF" {
		t.Error("the argument was changed")
	}
	releases[1].Requirements[0] = "changed"
	if got := p.Release(0).Requirements[0]; got != "x" {
		t.Errorf("the package changed with its argument: %s", got)
	}
	files, err := p.Files(1)
	if err != nil || files[0].Name != "a" || files[0].Hashes[1] != (Hash{"sha256", "ff"}) {
		t.Errorf("files %v, %v", files, err)
	}
}

func TestManySmallFilesFit(t *testing.T) {
	files := make([]File, 26)
	for i := range files {
		files[i].Name = string(rune('a' + i))
	}
	p, err := NewPackage("quill", []Release{{Version: version(t, "1"), Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Files(0); err != nil || len(got) != len(files) {
		t.Errorf("%d files, want %d: %v", len(got), len(files), err)
	}
}

// drawReleases returns releases with different versions and a little of
// everything.
func drawReleases(t *rapid.T) []Release {
	text := rapid.SampledFrom([]string{"", "a", "b>=1", "é", "c; x == \"y\""})
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "unknown") {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(minMicros+1, maxMicros).Draw(t, "micros")).UTC()
	})
	file := rapid.Custom(func(t *rapid.T) File {
		return File{
			Name:           rapid.StringMatching(`[a-c]{1,3}\.whl`).Draw(t, "name"),
			Size:           rapid.Int64Min(0).Draw(t, "size"),
			Uploaded:       when.Draw(t, "uploaded"),
			RequiresPython: text.Draw(t, "python"),
			Yanked:         rapid.Bool().Draw(t, "yanked"),
		}
	})
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 0, 12, rapid.ID[int]).Draw(t, "versions")
	var releases []Release
	for _, n := range numbers {
		v, err := parseVersion(fmt.Sprintf("%d.%d", n/7, n%7))
		if err != nil {
			t.Fatal(err)
		}
		r := Release{
			Version:         v,
			Requirements:    rapid.SliceOfN(text, 0, 4).Draw(t, "requirements"),
			Extras:          rapid.SliceOfN(text, 0, 2).Draw(t, "extras"),
			RequiresPython:  text.Draw(t, "python"),
			Yanked:          rapid.Bool().Draw(t, "yanked"),
			Uploaded:        when.Draw(t, "uploaded"),
			Incomplete:      rapid.Bool().Draw(t, "incomplete"),
			MetadataMissing: rapid.Bool().Draw(t, "missing"),
		}
		if r.Yanked {
			r.YankedReason = text.Draw(t, "reason")
		}
		if rapid.Bool().Draw(t, "files known") {
			r.Files = rapid.SliceOfNDistinct(file, 0, 3, func(f File) string { return f.Name }).Draw(t, "files")
		}
		releases = append(releases, r)
	}
	return releases
}

func TestAPackageHasTheFactsItWasMadeFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		releases := drawReleases(t)
		p, err := NewPackage("quill", releases)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range releases {
			i, ok := p.Find(want.Version)
			if !ok {
				t.Fatalf("%s is not found", want.Version)
			}
			got := p.Release(i)
			got.Files, err = p.Files(i)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(want.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
			if (got.Files == nil) != (want.Files == nil) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("got  %+v\nwant %+v", got, want)
			}
		}
	})
}

func TestTheOrderOfReleasesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		releases := drawReleases(t)
		p, err := NewPackage("quill", releases)
		if err != nil {
			t.Fatal(err)
		}
		again, err := NewPackage("quill", rapid.Permutation(releases).Draw(t, "permutation"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Digest() != again.Digest() {
			t.Fatal("another order, another digest")
		}
	})
}

func TestEveryFormCarriesEveryFact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPackage("quill", drawReleases(t))
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSnapshot(p)
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		if err := s.WriteLines(&lines); err != nil {
			t.Fatal(err)
		}
		text := lines.String()
		again, err := Read("f", &lines)
		if err != nil {
			t.Fatal(err)
		}
		if again.Digest() != s.Digest() {
			t.Fatalf("other facts after %s", text)
		}
	})
}
