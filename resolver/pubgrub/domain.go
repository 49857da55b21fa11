package pubgrub

import (
	"math/bits"
	"slices"
)

// state is what is known of a package at the moment.
type state struct {
	size, words int32
	dom         int32 // where its domain is in doms
	last        int32 // the assignment that made it so; none for the one of the beginning
	watches     int32 // the first of its terms that are watched; none
	made        int32 // the first clause of a requirement that its versions make; none
	makers      int32 // which versions make them, in makers; none
	expanded    int32 // where the set of versions is whose requirements are clauses; none
	owner       Package
	sibling     Package // the next extra of the same owner that is asked for; none
	extras      Package // of an owner, the first such; none
	found       int32   // when it was needed first; none
	weight      int32   // the versions that conflicts have ruled out of it
	slot        int32   // its place in the queue of packages to decide; none
	key         uint64  // by which that is ordered
	premise     int32   // its place in what is being learned, from 1; 0 where it has none
	changed     bool    // its clauses are to be looked at
}

const none = -1

// assignment narrows the domain of a package.
type assignment struct {
	pkg    Package
	cause  int32 // the clause that follows from; none for a decision
	level  int32 // how many decisions there were
	before int32 // the assignment of the package before; none
	was    int32 // where the domain before is in saved
}

// know makes room for the packages up to p, and adds what is required of each from the
// start.
func (s *search) know(p Package) {
	first := Package(len(s.pkgs))
	if p < first {
		return
	}
	s.pkgs = slices.Grow(s.pkgs, int(p-first)+1)
	for q := first; q <= p; q++ {
		n := s.universe.Size(q)
		st := state{
			size: int32(n), words: int32(words(n)), dom: int32(len(s.doms)), last: none,
			watches: none, made: none, makers: none, expanded: none,
			owner: none, sibling: none, extras: none, found: none, slot: none,
		}
		if owner, ok := s.universe.Owner(q); ok {
			st.owner = owner
		}
		s.doms = extend(s.doms, st.words)
		s.pkgs = append(s.pkgs, st)
		s.domain(q).fill(n)
	}
	for q := first; q <= p; q++ {
		for _, r := range s.universe.Facts(q) {
			id := s.addFact(r)
			s.examine(id) // leaves absence, so that there is no conflict
			s.review(id)
		}
	}
}

// newSet returns where there is a new empty set of versions of p.
func (s *search) newSet(p Package) int32 {
	at := len(s.sets)
	s.sets = extend(s.sets, s.pkgs[p].words)
	return int32(at)
}

// extend adds so many empty words.
func extend(list []uint64, words int32) []uint64 {
	for range words {
		list = append(list, 0)
	}
	return list
}

// set returns the set of versions of p that is at a place.
func (s *search) set(p Package, at int32) Set {
	end := at + s.pkgs[p].words
	return Set(s.sets[at:end:end])
}

// domain returns the versions that are left of p.
func (s *search) domain(p Package) Set {
	st := &s.pkgs[p]
	return s.doms[st.dom : st.dom+st.words]
}

// needed reports whether p is there in every solution that is left.
func (s *search) needed(p Package) bool { return !s.domain(p).Has(int(s.pkgs[p].size)) }

// chosen returns the only version of p that is left, none if p is not needed or has
// several.
func (s *search) chosen(p Package) int {
	d := s.domain(p)
	if d.Has(int(s.pkgs[p].size)) || !d.single() {
		return none
	}
	return d.Highest()
}

// restrict takes a set, at a place, from the domain of p.
func (s *search) restrict(p Package, excluded, cause int32) {
	s.assign(p, cause)
	domain, set := s.domain(p), s.set(p, excluded)
	gone := 0
	for i, w := range domain {
		gone += bits.OnesCount64(w & set[i])
		domain[i] = w &^ set[i]
	}
	if c := &s.clauses[cause]; c.requirement == none || c.from != none && c.from == p {
		s.weigh(p, int32(gone))
	}
	s.narrowed(p)
}

// choose decides (ALGORITHM 4) for a version of p, unless what that requires says more at
// once: that the version is ruled out, with all that make the same requirement, or what is
// needed whichever is taken. This holds without the decision, and so do all conclusions
// from it: they are drawn first, and p is looked at again.
func (s *search) choose(p Package) (conflict int32, err error) {
	v := s.universe.Choose(p, s.domain(p))
	conflict, err = s.expandAhead(p, v)
	switch {
	case conflict != none || err != nil:
		s.await(p)
	case !s.domain(p).Has(v) && s.goFirst(p):
		conflict = s.again()
	case len(s.changed) > 0:
		s.await(p)
	default:
		s.decide(p, v)
	}
	return conflict, err
}

// decide leaves one version of p.
func (s *search) decide(p Package, v int) {
	s.level++
	s.assign(p, none)
	domain := s.domain(p)
	clear(domain)
	domain.Add(v)
	s.narrowed(p)
}

// assign notes that the domain of p narrows now, and what it was.
func (s *search) assign(p Package, cause int32) {
	st := &s.pkgs[p]
	s.trail = append(s.trail, assignment{p, cause, s.level, st.last, int32(len(s.saved))})
	s.saved = append(s.saved, s.domain(p)...)
	st.last = int32(len(s.trail) - 1)
}

// narrowed has the clauses of p looked at, and p decided, if it is needed now.
func (s *search) narrowed(p Package) {
	st := &s.pkgs[p]
	if !st.changed {
		st.changed = true
		s.changed = append(s.changed, p)
	}
	if !s.needed(p) {
		return
	}
	if st.found == none {
		st.found = s.found
		s.found++
	}
	s.await(p)
}

// back takes back all assignments beyond a level.
func (s *search) back(level int32) {
	end := len(s.trail)
	for end > 0 && s.trail[end-1].level > level {
		end--
		a := &s.trail[end]
		copy(s.domain(a.pkg), s.saved[a.was:])
		s.saved = s.saved[:a.was]
		s.pkgs[a.pkg].last = a.before
		s.await(a.pkg)
	}
	s.trail = s.trail[:end]
	s.level = level
}

// levelOf returns the level of an assignment; that of the beginning is 0.
func (s *search) levelOf(assignment int32) int32 {
	if assignment == none {
		return 0
	}
	return s.trail[assignment].level
}

// neededAt returns the level from which on p has been needed, as it is now.
func (s *search) neededAt(p Package) int32 {
	st := &s.pkgs[p]
	a := st.last
	for a != none && !s.before(a).Has(int(st.size)) {
		a = s.trail[a].before
	}
	return s.levelOf(a)
}

// since returns the first assignment after which the domain of p is within a set, none
// if it was from the beginning. It must be so after the one to begin with, none for now.
func (s *search) since(p Package, at, begin int32) int32 {
	set := s.set(p, at)
	a := begin
	for a != none && s.before(a).subset(set) {
		a = s.trail[a].before
	}
	return a
}

// before returns the domain of the package of an assignment before it.
func (s *search) before(assignment int32) Set {
	a := &s.trail[assignment]
	return Set(s.saved[a.was : a.was+s.pkgs[a.pkg].words])
}
