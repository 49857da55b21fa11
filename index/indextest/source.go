// Package indextest is the conformance suite for sources of facts about
// packages: whatever answers questions about what is published, from a file, from
// memory or over a network, must pass it.
//
// An implementation runs it in a test of its own, here one that answers from a
// folder:
//
//	func TestFolderIsASource(t *testing.T) {
//		indextest.TestSource(t, func(t *testing.T, facts []*index.Package) indextest.Source {
//			dir := t.TempDir()
//			if err := folder.Write(dir, facts); err != nil {
//				t.Fatal(err)
//			}
//			return folder.Open(dir)
//		})
//	}
//
// A function that answers is a Source by SourceFunc.
package indextest

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"

	"sluice/constraints"
	"sluice/index"
)

// Source answers what is published under a name.
//
// Package returns the package, or an error that is index.ErrNotFound when there
// is none of that name; any other error means that the question could not be
// answered. The answer does not change while the source lives. A source is safe
// for concurrent use.
type Source interface {
	Package(ctx context.Context, name constraints.Name) (*index.Package, error)
}

// SourceFunc is a function that is a Source.
type SourceFunc func(ctx context.Context, name constraints.Name) (*index.Package, error)

// Package calls f.
func (f SourceFunc) Package(ctx context.Context, name constraints.Name) (*index.Package, error) {
	return f(ctx, name)
}

// TestSource runs the suite on everything that a release can say. open returns a
// source of exactly the given facts; it is called once for each set of facts and
// cleans up with t.Cleanup.
func TestSource(t *testing.T, open func(t *testing.T, facts []*index.Package) Source) {
	TestSourceOf(t, Facts(t), open)
}

// TestSourceOf runs the suite on the given facts, for sources that cannot hold all.
func TestSourceOf(t *testing.T, facts []*index.Package, open func(t *testing.T, facts []*index.Package) Source) {
	source := open(t, facts)
	t.Run("EveryFactComesBack", func(t *testing.T) {
		for _, want := range facts {
			Equal(t, ask(t, source, want.Name()), want)
		}
	})
	t.Run("VersionsAscendAndAreFoundByMeaning", func(t *testing.T) {
		for _, want := range facts {
			testVersions(t, ask(t, source, want.Name()), want)
			testOutlines(t, ask(t, source, want.Name()), want)
		}
	})
	t.Run("UnknownNamesAreNotFound", func(t *testing.T) { testNotFound(t, source) })
	t.Run("TheSameAnswerEveryTime", func(t *testing.T) {
		for _, want := range facts {
			for range 3 {
				if got := ask(t, source, want.Name()).Digest(); got != want.Digest() {
					t.Errorf("%s: digest %s, want %s", want.Name(), got, want.Digest())
				}
			}
		}
	})
	t.Run("ConcurrentQuestions", func(t *testing.T) { testConcurrent(t, source, facts) })
	t.Run("NoFactsAtAll", func(t *testing.T) { testNotFound(t, open(t, nil)) })
}

// ask returns the package, which the source must have.
func ask(t *testing.T, source Source, name constraints.Name) *index.Package {
	t.Helper()
	p, err := source.Package(t.Context(), name)
	if err != nil {
		t.Fatalf("Package(%s): %v", name, err)
	}
	return p
}

// Equal fails the test unless got has the facts of want, all of them.
func Equal(t *testing.T, got, want *index.Package) {
	t.Helper()
	if got.Name() != want.Name() || got.Len() != want.Len() {
		t.Fatalf("%s with %d versions, want %s with %d", got.Name(), got.Len(), want.Name(), want.Len())
	}
	for i := range want.Len() {
		g, w := release(t, got, i), release(t, want, i)
		if !g.Version.Equal(w.Version) || g.Version.String() != w.Version.String() {
			t.Errorf("%s: version %d is %s, want %s", want.Name(), i, g.Version, w.Version)
		}
		if !reflect.DeepEqual(g, w) {
			t.Errorf("%s %s:\n got %+v\nwant %+v", want.Name(), w.Version, g, w)
		}
	}
	if got.Digest() != want.Digest() {
		t.Errorf("%s: digest %s, want %s", want.Name(), got.Digest(), want.Digest())
	}
}

// release returns all facts of a version.
func release(t *testing.T, p *index.Package, i int) index.Release {
	t.Helper()
	files, err := p.Files(i)
	if err != nil {
		t.Fatal(err)
	}
	r := p.Release(i)
	r.Files = files
	return r
}

func testVersions(t *testing.T, got, want *index.Package) {
	versions := got.Versions()
	if !slices.IsSortedFunc(versions, constraints.Version.Compare) {
		t.Errorf("%s: versions %v do not ascend", want.Name(), versions)
	}
	for i := range want.Len() {
		place, ok := got.Find(want.Version(i))
		if !ok || place != i || !got.Version(i).Equal(versions[i]) {
			t.Errorf("%s: Find(%s) = %d, %t, want %d", want.Name(), want.Version(i), place, ok, i)
		}
	}
	if i, ok := got.Find(constraints.Version{}); ok {
		t.Errorf("%s: the zero Version was found at %d", want.Name(), i)
	}
}

// testOutlines holds that an outline has what is promised of the facts, and no more.
func testOutlines(t *testing.T, got, want *index.Package) {
	for i := range want.Len() {
		w := release(t, want, i)
		w.Requirements, w.RequiresPython, w.Extras, w.License = nil, "", nil, ""
		for j := range w.Files {
			w.Files[j].Hashes = nil
		}
		if g, err := got.Outline(i); err != nil || !reflect.DeepEqual(g, w) {
			t.Errorf("%s %s: the outline is\n     %+v, %v,\nwant %+v", want.Name(), w.Version, g, err, w)
		}
	}
}

func testNotFound(t *testing.T, source Source) {
	for _, name := range []constraints.Name{"no-such-package", "q", "quills", "zzz"} {
		p, err := source.Package(t.Context(), name)
		var notFound *index.NotFoundError
		if p != nil || !errors.Is(err, index.ErrNotFound) || !errors.As(err, &notFound) {
			t.Errorf("Package(%s) = %v, %v, want a NotFoundError", name, p, err)
			continue
		}
		if notFound.Name != name {
			t.Errorf("the error names %s, want %s", notFound.Name, name)
		}
	}
}

// testConcurrent asks everything from several goroutines at once; the race
// detector does the rest.
func testConcurrent(t *testing.T, source Source, facts []*index.Package) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, want := range facts {
				p, err := source.Package(t.Context(), want.Name())
				if err != nil {
					t.Errorf("Package(%s): %v", want.Name(), err)
					return
				}
				useAll(t, p)
			}
		})
	}
	wg.Wait()
}

func useAll(t *testing.T, p *index.Package) {
	for i := range p.Len() {
		_, missing := p.Parsed(i)
		_, broken := p.Files(i)
		if missing != nil && !errors.Is(missing, index.ErrMetadataMissing) || broken != nil {
			t.Errorf("%s %s: %v", p.Name(), p.Version(i), cmp.Or(missing, broken))
		}
		if j, ok := p.Find(p.Release(i).Version); !ok || i != j {
			t.Errorf("%s: Find(%s) = %d, %t, want %d", p.Name(), p.Version(i), j, ok, i)
		}
	}
	p.Versions()
}
