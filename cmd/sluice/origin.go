package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// origin is where facts come from: a file in which they are recorded, or indexes that
// are asked over the network.
type origin interface {
	// Package returns the versions of a package and their files; the error is
	// index.ErrNotFound where there is none. Metadata may be missing.
	Package(ctx context.Context, name constraints.Name) (*index.Package, error)

	// Describe returns the package with the metadata of a version, if it can be had.
	Describe(ctx context.Context, name constraints.Name, version constraints.Version) (*index.Package, error)

	// Earlier returns the place of the release before the one at a place, final and as near
	// as can be, that is to be asked under what terms it is: false where none is, since it
	// would cost too much or none says.
	Earlier(ctx context.Context, p *index.Package, at int) (before int, ok bool)

	// Used returns of a package the facts that answered questions about the versions
	// with these keys.
	Used(p *index.Package, keys map[string]bool) (*index.Package, error)

	// Remarks returns what was odd about what is known of a package.
	Remarks(name constraints.Name) []string

	// Parallel is how many questions are worth asking at once.
	Parallel() int

	// Cold reports whether questions had to be asked over a network, so that further
	// ones will take long, too.
	Cold() bool

	// Stage says that all questions of a stage of the work were asked.
	Stage(name string)

	// Settle says that all questions were asked, and how many of the packages are there
	// and how many are not. The error is that these answers cannot be believed.
	Settle(there, absent int) error

	Close() error
}

// recorded is a snapshot as an origin.
type recorded struct{ *index.Snapshot }

// Package implements origin.
func (r recorded) Package(_ context.Context, name constraints.Name) (*index.Package, error) {
	return r.Snapshot.Package(name)
}

// Describe implements origin: a snapshot has no more than what it has.
func (r recorded) Describe(_ context.Context, name constraints.Name, _ constraints.Version) (*index.Package, error) {
	return r.Snapshot.Package(name)
}

// Used implements origin: all that is recorded of a package is one fact.
func (r recorded) Used(p *index.Package, _ map[string]bool) (*index.Package, error) { return p, nil }

// Remarks implements origin.
func (r recorded) Remarks(constraints.Name) []string { return nil }

// Parallel implements origin.
func (r recorded) Parallel() int { return runtime.GOMAXPROCS(0) }

// Cold implements origin.
func (r recorded) Cold() bool { return false }

// Stage implements origin.
func (r recorded) Stage(string) {}

// Settle implements origin.
func (r recorded) Settle(int, int) error { return nil }

// live is the indexes that are asked over the network.
type live struct {
	*pypi.Client
	fetch *fetch.Client
	jobs  int
	watch *watch
	end   func()
}

// Describe implements origin.
func (l live) Describe(ctx context.Context, name constraints.Name, version constraints.Version) (*index.Package, error) {
	return l.Client.Describe(ctx, name, version)
}

// Used implements origin: the metadata of other versions, which an earlier run may
// have left in the cache, is no part of the facts.
func (l live) Used(p *index.Package, keys map[string]bool) (*index.Package, error) {
	known := make(map[int]bool, len(keys))
	for i := range p.Len() {
		if v := p.Version(i); keys[v.Key()] {
			known[i] = true
		}
	}
	return p.Knowing(known)
}

// Parallel implements origin. Twice the requests in flight, since some answers are in
// the cache.
func (l live) Parallel() int { return 2 * l.jobs }

// Cold implements origin.
func (l live) Cold() bool { return l.fetch.Counts().Requests > 0 }

// Stage implements origin.
func (l live) Stage(name string) { l.watch.stage(name) }

// Settle implements origin. Indexes that lack more than they have are the wrong ones, or
// show nothing to who asks: what they deny would count as not published, today as well,
// and so stand against nothing.
func (l live) Settle(there, absent int) error {
	l.watch.close()
	if absent < manyAbsent || absent <= there {
		return nil
	}
	return usageError{
		msg:  fmt.Sprintf("the indexes have %d of the %d packages that were asked for, so nothing can be judged by them", there, there+absent),
		hint: "is it another URL, a further one (--extra-index-url), or does it want other credentials?",
	}
}

// manyAbsent is how many packages indexes may lack, and be believed, though they are most
// of all.
const manyAbsent = 3

// Close implements origin.
func (l live) Close() error {
	l.watch.close()
	l.Client.Close()
	l.fetch.Close()
	l.end()
	return nil
}

// joinSorted joins errors in an order that does not depend on that of the questions.
func joinSorted(errs []error) error {
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}
