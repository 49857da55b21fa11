package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"sluice/constraints"
	"sluice/index"
	"sluice/resolver"
)

// facts is what is published, as the resolver's Source. It remembers what it was
// asked, so that a report can name the facts it rests on and they can be recorded.
type facts struct {
	ctx    context.Context
	origin origin
	before time.Time // what was uploaded then or later is hidden; zero for nothing

	mu      sync.Mutex
	asked   map[constraints.Name]*inquiry
	undated map[constraints.Name]int // releases without an upload time, where that matters
}

// inquiry is all that was asked about one name.
type inquiry struct {
	mu       sync.Mutex
	known    bool
	pkg      *index.Package // nil: there is none
	err      error
	releases map[string]*answer // by the key of the version
}

// answer is what is known of one version; release is nil when it is not published.
type answer struct {
	release *resolver.Release
	err     error
}

func newFacts(ctx context.Context, from origin, before time.Time) *facts {
	return &facts{ctx: ctx, origin: from, before: before, asked: make(map[constraints.Name]*inquiry), undated: make(map[constraints.Name]int)}
}

// Versions implements resolver.Source.
func (f *facts) Versions(name constraints.Name) ([]constraints.Version, error) {
	q := f.inquiry(name)
	q.mu.Lock()
	defer q.mu.Unlock()
	if f.find(q, name); q.pkg == nil {
		return nil, q.err
	}
	return q.pkg.Versions(), nil
}

// pkg returns what is published under a name, nil for nothing.
func (f *facts) pkg(name constraints.Name) (*index.Package, error) {
	q := f.inquiry(name)
	q.mu.Lock()
	defer q.mu.Unlock()
	f.find(q, name)
	return q.pkg, q.err
}

// Release implements resolver.Source.
func (f *facts) Release(name constraints.Name, version constraints.Version) (*resolver.Release, error) {
	q := f.inquiry(name)
	q.mu.Lock()
	defer q.mu.Unlock()
	a, ok := q.releases[version.Key()]
	if !ok {
		a = &answer{}
		a.release, a.err = f.release(q, name, version)
		if q.releases == nil {
			q.releases = make(map[string]*answer)
		}
		q.releases[version.Key()] = a
	}
	return a.release, a.err
}

// inquiry returns what was asked about a name.
func (f *facts) inquiry(name constraints.Name) *inquiry {
	f.mu.Lock()
	defer f.mu.Unlock()
	q, ok := f.asked[name]
	if !ok {
		q = &inquiry{}
		f.asked[name] = q
	}
	return q
}

// find asks for the package of an inquiry, once.
func (f *facts) find(q *inquiry, name constraints.Name) {
	if q.known {
		return
	}
	q.known = true
	q.pkg, q.err = f.origin.Package(f.ctx, name)
	if errors.Is(q.err, index.ErrNotFound) {
		q.pkg, q.err = nil, nil
	}
	f.hide(q, name)
}

// hide takes what was uploaded too late from the package of an inquiry.
func (f *facts) hide(q *inquiry, name constraints.Name) {
	if f.before.IsZero() || q.pkg == nil {
		return
	}
	earlier, undated, err := q.pkg.Before(f.before)
	q.pkg, q.err = earlier, err
	if err == nil && earlier.Len() == 0 {
		q.pkg = nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.undated[name] = undated
}

// release asks for one version.
func (f *facts) release(q *inquiry, name constraints.Name, version constraints.Version) (*resolver.Release, error) {
	if f.find(q, name); q.pkg == nil {
		return nil, q.err
	}
	i, ok := q.pkg.Find(version)
	if !ok {
		return nil, nil
	}
	r, err := release(q.pkg, i)
	if err != nil || !r.Unknown {
		return r, err
	}
	described, err := f.origin.Describe(f.ctx, name, version)
	if err != nil {
		return nil, err
	}
	q.pkg = described
	if f.hide(q, name); q.err != nil {
		return nil, q.err
	}
	return release(q.pkg, i)
}

// prefetch asks for many versions at once, so that who asks for them one by one
// afterwards need not wait for each. The error is the first when none could be had.
func (f *facts) prefetch(versions map[constraints.Name][]constraints.Version) error {
	names := make(chan constraints.Name, len(versions)) // all at once: who need not wait takes many
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		names <- name
	}
	close(names)
	var mu sync.Mutex
	var failed error
	had := len(versions) == 0
	var wait sync.WaitGroup
	for range min(f.origin.Parallel(), len(versions)) {
		wait.Go(func() {
			for name := range names {
				err := f.ask(name, versions[name])
				mu.Lock()
				if had = had || err == nil; failed == nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if err := f.interrupted(); err != nil || had {
		return err
	}
	return failed
}

// ask asks for a package and some of its versions.
func (f *facts) ask(name constraints.Name, versions []constraints.Version) error {
	_, err := f.pkg(name)
	for _, v := range versions {
		if err == nil {
			_, err = f.Release(name, v)
		}
	}
	return err
}

// settle says that all was asked. The error is why it could not be, or why what was
// answered cannot be believed.
func (f *facts) settle() error {
	there, absent := f.count()
	return cmp.Or(f.interrupted(), f.origin.Settle(there, absent))
}

// count returns how many of the packages that were asked for are there, and how many are
// not. Those that could not be asked for are neither.
func (f *facts) count() (there, absent int) {
	f.mu.Lock()
	asked := slices.Collect(maps.Values(f.asked))
	f.mu.Unlock()
	for _, q := range asked {
		q.mu.Lock()
		switch {
		case q.pkg != nil:
			there++
		case q.err == nil:
			absent++
		}
		q.mu.Unlock()
	}
	return there, absent
}

// interrupted returns why nothing more can be asked, nil when it can.
func (f *facts) interrupted() error {
	if f.ctx.Err() == nil {
		return nil
	}
	return context.Cause(f.ctx)
}

// packages returns the facts that were asked for so far, by name; nil for a name that
// nobody has. It fails for a name that could not be asked for.
func (f *facts) packages() (map[constraints.Name]*index.Package, error) {
	f.mu.Lock()
	asked := maps.Clone(f.asked)
	f.mu.Unlock()
	all := make(map[constraints.Name]*index.Package, len(asked))
	var errs []error
	for name, q := range asked {
		q.mu.Lock()
		used := make(map[string]bool, len(q.releases))
		p, err := q.pkg, q.err
		for key, a := range q.releases {
			used[key] = true
			err = cmp.Or(err, a.err)
		}
		q.mu.Unlock()
		if p != nil && err == nil {
			p, err = f.origin.Used(p, used)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all[name] = p
	}
	return all, joinSorted(errs)
}

// digest names the facts that were asked for so far. What could not be had counts as
// not there: the verdict that rests on it is undecided.
func (f *facts) digest() string {
	all, _ := f.packages()
	return index.DigestOf(all)
}

// suggest returns names of the index that a misspelt one may mean.
func (f *facts) suggest(name constraints.Name) []constraints.Name {
	_, err := f.origin.Package(f.ctx, name)
	var notFound *index.NotFoundError
	if errors.As(err, &notFound) {
		return notFound.Suggestions()
	}
	return nil
}

func (f *facts) close() error { return f.origin.Close() }
