package indextest

import (
	"fmt"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/index"
)

// Facts returns packages that, between them, use everything a release can say.
func Facts(t testing.TB) []*index.Package {
	t.Helper()
	noon := time.Date(2022, 7, 1, 12, 0, 0, 654321000, time.UTC)
	return []*index.Package{
		Package(t, "quill",
			index.Release{Version: Version(t, "2.0.post1"), Requirements: []string{"inkwell>=2"}},
			index.Release{Version: Version(t, "1.0"), Extras: []string{"gold_leaf", "Silver"}, RequiresPython: ">=3.8", License: "MIT OR Apache-2.0"},
			index.Release{Version: Version(t, "2.0rc1"), Yanked: true},
			index.Release{Version: Version(t, "2.0"), Yanked: true, YankedReason: "nib breaks\non “cold” days <\x1b>"},
			index.Release{Version: Version(t, "1!0.1"), Uploaded: noon},
			index.Release{Version: Version(t, "0.9.dev3"), Uploaded: time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)},
		),
		Package(t, "inkwell",
			index.Release{Version: Version(t, "1.0"), Incomplete: true},
			index.Release{Version: Version(t, "2.0"), MetadataMissing: true},
			index.Release{Version: Version(t, "2.1.0"), Requirements: []string{"carbon-black (>=0.3", "", "a", "a"}},
			index.Release{Version: Version(t, "2.1.1"), Requirements: []string{"a", "carbon-black (>=0.3"}, RequiresPython: ">=3.6.*"},
		),
		Package(t, "carbon-black",
			index.Release{Version: Version(t, "1"), Files: []index.File{}},
			index.Release{Version: Version(t, "2"), Files: []index.File{
				{Name: "carbon_black-2.tar.gz", Size: 1 << 40, Yanked: true, YankedReason: "soot"},
				{Name: "carbon_black-2-py3-none-any.whl", Uploaded: noon, RequiresPython: "<4", Hashes: []index.Hash{
					{Algorithm: "sha256", Hex: "00ff"}, {Algorithm: "md5", Hex: "ab"},
				}},
			}},
			index.Release{Version: Version(t, "3")},
		),
		Package(t, "empty"),
		many(t),
	}
}

// Published returns packages that use everything which a package index can say of
// files and metadata documents. Where the index states no sizes and times, as in HTML
// (PEP 503), undated leaves them out.
func Published(t testing.TB, undated bool) []*index.Package {
	t.Helper()
	noon := time.Date(2022, 7, 1, 12, 0, 0, 654321000, time.UTC)
	file := func(name string, hours int) index.File {
		f := index.File{Name: name, Hashes: []index.Hash{{Algorithm: "sha256", Hex: fmt.Sprintf("%064x", len(name))}}}
		if !undated {
			f.Size, f.Uploaded = int64(1000+hours), noon.Add(time.Duration(hours)*time.Hour)
		}
		return f
	}
	release := func(version string, files ...index.File) index.Release {
		return index.Release{Version: Version(t, version), Files: files, Uploaded: earliest(files)}
	}
	full := release("2.0", file("quill-2.0-py3-none-any.whl", 5), file("quill-2.0.tar.gz", 6))
	full.Requirements = []string{"inkwell>=2", "carbon-black (>=0.3)", `gold; extra == "leaf"`, "a,b"}
	full.Extras, full.RequiresPython, full.License = []string{"leaf", "Silver"}, ">=3.8", "MIT OR Apache-2.0"
	for i := range full.Files {
		full.Files[i].RequiresPython = ">=3.8"
	}
	yanked := release("1.0rc1", file("quill-1.0rc1-py3-none-any.whl", 1))
	yanked.Yanked, yanked.YankedReason = true, "nib breaks “<b>” & more"
	yanked.Files[0].Yanked, yanked.Files[0].YankedReason = true, yanked.YankedReason
	half := release("1.0", file("quill-1.0-cp39-cp39-win_amd64.whl", 2), file("quill-1.0-py3-none-any.whl", 3))
	half.Files[0].Yanked = true
	unknown := release("3.0", file("quill-3.0-py3-none-any.whl", 7))
	unknown.MetadataMissing = true
	return []*index.Package{
		Package(t, "quill", full, yanked, half, unknown, release("1!0.1", file("quill-1!0.1-py3-none-any.whl", 9))),
		Package(t, "inkwell", release("1.0", file("inkwell-1.0-py3-none-any.whl", 0)), release("1.0.post1", file("inkwell-1.0.post1-py3-none-any.whl", 0))),
	}
}

func earliest(files []index.File) time.Time {
	var first time.Time
	for _, f := range files {
		if !f.Uploaded.IsZero() && (first.IsZero() || f.Uploaded.Before(first)) {
			first = f.Uploaded
		}
	}
	return first
}

// many returns a package with many releases that say nearly the same.
func many(t testing.TB) *index.Package {
	releases := make([]index.Release, 300)
	for i := range releases {
		releases[i] = index.Release{
			Version:        Version(t, fmt.Sprintf("%d.%d", i/10, i%10)),
			Requirements:   []string{"quill", fmt.Sprintf("inkwell>=%d", i/50), fmt.Sprintf("carbon-black==%d", i)},
			RequiresPython: ">=3.8",
		}
	}
	return Package(t, "many", releases...)
}

// Package returns a package, which must be possible.
func Package(t testing.TB, name constraints.Name, releases ...index.Release) *index.Package {
	t.Helper()
	p, err := index.NewPackage(name, releases)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Version returns the version that text spells.
func Version(t testing.TB, text string) constraints.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
