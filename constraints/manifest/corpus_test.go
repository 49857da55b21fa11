package manifest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

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

// loadProjects reads all projects of the corpus.
func loadProjects(tb testing.TB, fsys fs.FS) []*manifest.Consumer {
	tb.Helper()
	dirs, err := fs.ReadDir(fsys, "projects")
	if err != nil {
		tb.Fatal(err)
	}
	var consumers []*manifest.Consumer
	for _, dir := range dirs {
		if dir.IsDir() {
			c, _ := manifest.Load(fsys, "projects/"+dir.Name(), manifest.Options{})
			consumers = append(consumers, c)
		}
	}
	return consumers
}

func TestEveryProjectOfTheCorpusIsReadWithoutAProblem(t *testing.T) {
	consumers := loadProjects(t, corpus(t))
	count := map[manifest.GroupKind]int{}
	var files, unread, notes, python, named, extras int
	for _, c := range consumers {
		for _, p := range c.Problems {
			t.Error(p)
		}
		files += len(c.Files)
		unread += len(c.Unread)
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
		for _, p := range slices.Concat(c.Unread, c.Notes) {
			t.Log(p)
		}
	}
	t.Logf("%d projects, %d named, %d with Requires-Python; %d files; requirements: %d runtime, %d extra (%d extras), %d file, %d build; %d unread, %d notes",
		len(consumers), named, python, files, count[manifest.Runtime], count[manifest.Extra], extras, count[manifest.File], count[manifest.Build], unread, notes)
	got := []int{len(consumers), named, python, files, count[manifest.Runtime], count[manifest.Extra], extras, count[manifest.File], unread}
	// Counted from the same files with Python's configparser and a line filter. What
	// is unread is the -r of a URL.
	if want := []int{178, 178, 164, 716, 2605, 145, 89, 2769, 1}; !slices.Equal(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
}

func BenchmarkLoad(b *testing.B) {
	fsys := corpus(b)
	b.ReportAllocs()
	for b.Loop() {
		if consumers := loadProjects(b, fsys); len(consumers) != 178 {
			b.Fatal(len(consumers))
		}
	}
}
