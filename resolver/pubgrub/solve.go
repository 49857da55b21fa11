package pubgrub

import (
	"context"
	"errors"
	"fmt"
)

// Solution is a choice of versions that meets all that is required.
type Solution struct {
	Versions []int     // by package: the number of the version, -1 for a package that is not needed
	Decided  []Package // what was left to choose, in the order in which it was chosen
	Steps    int       // how many decisions and conflicts it took
}

// Unsatisfiable is the error that there is no solution.
type Unsatisfiable struct {
	search *search
	Steps  int
}

func (e *Unsatisfiable) Error() string { return "no choice of versions meets all that is required" }

// UnknownError is the error that it cannot be told what a version requires.
type UnknownError struct {
	Package Package
	Version int
	Err     error
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("what version %d of package %d requires is not known: %v", e.Version, e.Package, e.Err)
}

func (e *UnknownError) Unwrap() error { return e.Err }

// ErrGaveUp says that the bound of steps was reached.
var ErrGaveUp = errors.New("the bound of steps was reached")

// Solve chooses versions that meet the facts and all that is required by what is chosen.
// It takes at most so many steps. The error is an *Unsatisfiable, an *UnknownError,
// ErrGaveUp or that of ctx.
func Solve(ctx context.Context, u Universe, facts []Requirement, maxSteps int) (*Solution, error) {
	s := newSearch(u)
	conflict := s.assume(facts)
	for steps := 0; ; steps++ {
		if err := bounded(ctx, steps, maxSteps); err != nil {
			return nil, err
		}
		var err error
		if conflict == none {
			conflict, err = s.propagate()
		}
		if err != nil {
			return nil, err
		}
		if conflict != none {
			if !s.learn(conflict) {
				return nil, &Unsatisfiable{s, steps}
			}
			conflict = s.again()
			continue
		}
		p := s.next()
		if p == none {
			return s.solution(steps), nil
		}
		if conflict, err = s.choose(p); err != nil {
			return nil, err
		}
	}
}

// bounded returns why no further step is to be taken, nil if one is.
func bounded(ctx context.Context, steps, maxSteps int) error {
	if steps%1024 == 0 && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if steps > maxSteps {
		return ErrGaveUp
	}
	return nil
}

// search is the state of Solve. All that grows is in a few lists without pointers, so
// that making and going back cost little.
type search struct {
	universe Universe
	pkgs     []state
	clauses  []clause
	terms    []term
	sets     []uint64 // of terms
	doms     []uint64 // the domains, package after package
	saved    []uint64 // the domains before assignments
	trail    []assignment
	level    int32      // how many decisions there are
	changed  []Package  // whose clauses are to be looked at
	makers   []makers   // of the packages of which that was asked
	found    int32      // how many packages were needed at some time
	queue    []Package  // to be decided, a heap
	reviewed []reviewed // in the order of their levels
	met      []met      // in the order of their levels
	parents  []int32    // of learned clauses: the number, and the clauses, the first of which was the conflict
	proof    []int32    // that there is no solution: the same

	// For learn:
	premises []premise
	steps    []int32 // the clauses that were resolved
	kept     []uint64
	newTerms []term

	// For makersOf:
	numbers  []int32 // by requirement, from 1; 0 for others
	numbered []Requirement
}

// newSearch makes room for what most searches need: to grow would take longer than the
// rest of a short one.
func newSearch(u Universe) *search {
	n := u.Packages()
	s := &search{
		universe: u,
		clauses:  make([]clause, 0, 2*n),
		terms:    make([]term, 0, 4*n),
		sets:     make([]uint64, 0, 6*n),
		doms:     make([]uint64, 0, 2*n),
		saved:    make([]uint64, 0, 3*n),
		trail:    make([]assignment, 0, 3*n),
		met:      make([]met, 0, 2*n),
	}
	s.know(Package(n - 1))
	return s
}

// assume adds the facts of the question. It returns the first that contradicts those
// before.
func (s *search) assume(facts []Requirement) int32 {
	for _, r := range facts {
		s.know(s.universe.Demand(r).Package)
		if id := s.addFact(r); !s.examine(id) {
			return id
		}
	}
	return none
}

func (s *search) addFact(r Requirement) int32 {
	d := s.universe.Demand(r)
	set := s.newSet(d.Package)
	copy(s.set(d.Package, set), d.Excluded)
	return s.add(clause{from: none, requirement: r, parents: none}, []term{s.term(d.Package, set)})
}

// solution returns the versions that are left.
func (s *search) solution(steps int) *Solution {
	versions := make([]int, len(s.pkgs))
	for i := range versions {
		versions[i] = s.chosen(Package(i))
	}
	var decided []Package
	for _, a := range s.trail {
		if a.cause == none {
			decided = append(decided, a.pkg)
		}
	}
	return &Solution{versions, decided, steps}
}
