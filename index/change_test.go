package index_test

import (
	"testing"
	"time"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/indextest"
)

// What is known of releases does not change what is known of their files, and
// learning and forgetting are each other's inverse.
func TestMetadataIsLearntAndForgotten(t *testing.T) {
	for _, p := range indextest.Facts(t) {
		all := make(map[int]index.Release)
		for i := range p.Len() {
			if r := p.Release(i); !r.MetadataMissing {
				all[i] = r
			}
		}
		nothing, err := p.Knowing(nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range nothing.Len() {
			r := nothing.Release(i)
			if !r.MetadataMissing || r.Requirements != nil || r.RequiresPython != "" || r.Yanked != p.Release(i).Yanked {
				t.Errorf("%s: %+v is still known", p.Name(), r)
			}
		}
		again, err := nothing.With(all)
		if err != nil {
			t.Fatal(err)
		}
		indextest.Equal(t, again, p)
	}
}

func TestOnlyWhatIsKnownCountsInTheDigest(t *testing.T) {
	more := indextest.Package(t, "a",
		index.Release{Version: indextest.Version(t, "1"), Requirements: []string{"b"}},
		index.Release{Version: indextest.Version(t, "2"), Requirements: []string{"c"}})
	less := indextest.Package(t, "a",
		index.Release{Version: indextest.Version(t, "1"), Requirements: []string{"b"}},
		index.Release{Version: indextest.Version(t, "2"), MetadataMissing: true})
	got, err := more.Knowing(map[int]bool{0: true})
	if err != nil {
		t.Fatal(err)
	}
	indextest.Equal(t, got, less)
}

func TestImpossibleMetadataIsNotLearnt(t *testing.T) {
	p := indextest.Package(t, "a", index.Release{Version: indextest.Version(t, "1"), MetadataMissing: true})
	if _, err := p.With(map[int]index.Release{0: {Requirements: []string{"\xff"}}}); err == nil {
		t.Error("text that is not UTF-8 was taken")
	}
}

func TestBeforeHidesWhatCameLater(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	file := func(name string, uploaded time.Time) index.File { return index.File{Name: name, Uploaded: uploaded} }
	p := indextest.Package(t, "a",
		index.Release{Version: indextest.Version(t, "1"), Uploaded: day(1), Files: []index.File{file("a-1.tar.gz", day(1)), file("a-1-py3-none-any.whl", day(5))}},
		index.Release{Version: indextest.Version(t, "2"), Uploaded: day(3), Files: []index.File{file("a-2.tar.gz", day(3))}},
		index.Release{Version: indextest.Version(t, "3"), Uploaded: day(2)},
		index.Release{Version: indextest.Version(t, "4"), Uploaded: day(4)},
		index.Release{Version: indextest.Version(t, "5"), Files: []index.File{file("a-5.tar.gz", time.Time{})}},
		index.Release{Version: indextest.Version(t, "6"), Files: []index.File{}},
		index.Release{Version: indextest.Version(t, "7")},
	)
	before, undated, err := p.Before(day(3))
	if err != nil {
		t.Fatal(err)
	}
	var versions []string
	for _, v := range before.Versions() {
		versions = append(versions, v.String())
	}
	if got := len(versions); got != 5 || versions[0] != "1" || versions[1] != "3" || undated != 3 {
		t.Errorf("%v, %d undated", versions, undated)
	}
	if files, err := before.Files(0); err != nil || len(files) != 1 || files[0].Name != "a-1.tar.gz" {
		t.Errorf("%v, %v", files, err)
	}
	again, _, err := before.Before(day(3))
	if err != nil || again.Digest() != before.Digest() {
		t.Errorf("hiding twice is not the same: %v", err)
	}
}

func TestDigestOfPackagesIsThatOfTheirSnapshot(t *testing.T) {
	packages := indextest.Facts(t)
	s, err := index.NewSnapshot(packages...)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[constraints.Name]*index.Package{"nobody": nil}
	names := []constraints.Name{"nobody"}
	for _, p := range packages {
		byName[p.Name()] = p
		names = append(names, p.Name())
	}
	if got, want := index.DigestOf(byName), s.DigestOf(names); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
