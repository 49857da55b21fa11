package pubgrub

import (
	"maps"
	"slices"
)

// Derivation is why not all of some terms are true. It is shared where it is used more
// than once.
type Derivation struct {
	Terms []Term

	// Requirement says it of itself: a fact, or what versions of From require. It is
	// below 0 for what was derived.
	Requirement Requirement
	From        Package // below 0 for a fact and for what was derived

	// Parents are what it was derived from: the first two were resolved with each other,
	// what came of it with the third, and so on.
	Parents []*Derivation
}

// Term says that a package is in one of some versions, or absent.
type Term struct {
	Package Package
	Set     Set
}

// Derivation returns the proof that there is no solution (ALGORITHM 7). It has no terms:
// it is not so that nothing is true.
func (e *Unsatisfiable) Derivation() *Derivation {
	known := make(map[int32]*Derivation)
	return &Derivation{Requirement: none, From: none, Parents: e.search.derivations(e.search.proof, known)}
}

func (s *search) derivations(ids []int32, known map[int32]*Derivation) []*Derivation {
	all := make([]*Derivation, len(ids))
	for i, id := range ids {
		all[i] = s.derivation(id, known)
	}
	return all
}

// derivation returns why the terms of a clause are not all true. A learned clause rests
// on earlier ones only.
func (s *search) derivation(id int32, known map[int32]*Derivation) *Derivation {
	if d, ok := known[id]; ok {
		return d
	}
	c := &s.clauses[id]
	d := &Derivation{Requirement: c.requirement, From: c.from}
	for _, t := range s.termsOf(id) {
		d.Terms = append(d.Terms, Term{t.pkg, append(Set(nil), s.set(t.pkg, t.set)...)})
	}
	if c.parents != none {
		n := s.parents[c.parents]
		d.Parents = s.derivations(s.parents[c.parents+1:][:n], known)
	}
	known[id] = d
	return d
}

// Facts returns the facts that the proof rests on, each once, in the order of their
// numbers. Without any other there is no solution either.
func (e *Unsatisfiable) Facts() []Requirement {
	s := e.search
	seen := make(map[int32]bool)
	facts := make(map[Requirement]bool)
	var follow func(ids []int32)
	follow = func(ids []int32) {
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			switch c := &s.clauses[id]; {
			case c.parents != none:
				follow(s.parents[c.parents+1:][:s.parents[c.parents]])
			case c.from == none:
				facts[c.requirement] = true
			}
		}
	}
	follow(s.proof)
	return slices.Sorted(maps.Keys(facts))
}
