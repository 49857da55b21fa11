package index_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/indextest"
)

// forms are the ways in which a snapshot can be kept, each as a function that
// stores s and opens what it stored.
var forms = map[string]func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error){
	"memory": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) { return s, nil },
	"lines": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) {
		return index.Open(store(t, s.WriteLines))
	},
	"gzip": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) {
		return index.Open(store(t, zipped(s.WriteLines)))
	},
	"compact": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) {
		return index.Open(store(t, s.WriteCompact))
	},
	"cached": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) {
		path, dir := store(t, zipped(s.WriteLines)), t.TempDir()
		first, err := index.OpenCached(path, dir)
		if err != nil {
			return nil, err
		}
		first.Close()
		return index.OpenCached(path, dir)
	},
	"cached compact": func(t *testing.T, s *index.Snapshot) (*index.Snapshot, error) {
		return index.OpenCached(store(t, s.WriteCompact), t.TempDir())
	},
}

// store writes to a new file and returns its path.
func store(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "snapshot")
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(write func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		zip := gzip.NewWriter(w)
		if err := write(zip); err != nil {
			return err
		}
		return zip.Close()
	}
}

func snapshotOf(t *testing.T, facts []*index.Package) *index.Snapshot {
	t.Helper()
	s, err := index.NewSnapshot(facts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryFormIsASource(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			indextest.TestSource(t, func(t *testing.T, facts []*index.Package) indextest.Source {
				s, err := form(t, snapshotOf(t, facts))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return indextest.SourceFunc(func(_ context.Context, name constraints.Name) (*index.Package, error) {
					return s.Package(name)
				})
			})
		})
	}
}

func TestTheDigestDoesNotDependOnTheForm(t *testing.T) {
	want := snapshotOf(t, indextest.Facts(t))
	for name, form := range forms {
		s, err := form(t, want)
		if err != nil {
			t.Fatal(err)
		}
		if s.Digest() != want.Digest() {
			t.Errorf("%s: digest %s, want %s", name, s.Digest(), want.Digest())
		}
		s.Close()
	}
}
