package manifest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sluice/constraints"
	"sluice/constraints/manifest"
)

// corpus returns the folder of the shared corpus, "projects" in it, or skips.
func corpus(tb testing.TB) fs.FS {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			tb.Skip("no go.mod above: cannot tell where the shared corpus is")
		}
	}
	data := filepath.Join(dir, "..", "shared", "corpus", "openstack-2023-09")
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		tb.Skip("the shared corpus is not beside the checkout")
	}
	return os.DirFS(data)
}

func TestEveryProjectOfTheCorpusIsReadWithoutAProblem(t *testing.T) {
	consumers, err := manifest.LoadAll(corpus(t), manifest.Source{Path: "projects/*"})
	var problems constraints.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			t.Error(p)
		}
	}
	count := map[manifest.GroupKind]int{}
	var files, notes, python, named, extras int
	for _, c := range consumers {
		files += len(c.Files)
		notes += len(c.Notes)
		extras += len(c.Extras)
		if c.RequiresPython != nil {
			python++
		}
		if c.Dist != "" {
			named++
		}
		for _, d := range c.Requirements {
			count[d.Group.Kind]++
		}
		for _, n := range c.Notes {
			t.Log("note: ", n)
		}
	}
	t.Logf("%d projects, %d named, %d with Requires-Python; %d files; requirements: %d runtime, %d extra (%d extras), %d file, %d build; %d notes",
		len(consumers), named, python, files, count[manifest.Runtime], count[manifest.Extra], extras, count[manifest.File], count[manifest.Build], notes)
	got := []int{len(consumers), named, python, files, count[manifest.Runtime], count[manifest.Extra], extras, count[manifest.File]}
	// Counted from the same files with Python's configparser and a line filter.
	if want := []int{178, 178, 164, 716, 2605, 145, 89, 2769}; !slices.Equal(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
}

func BenchmarkLoadAll(b *testing.B) {
	fsys := corpus(b)
	b.ReportAllocs()
	for b.Loop() {
		if consumers, _ := manifest.LoadAll(fsys, manifest.Source{Path: "projects/*"}); len(consumers) != 178 {
			b.Fatal(len(consumers))
		}
	}
}
