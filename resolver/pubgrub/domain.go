package pubgrub

import "math/bits"

// state is what is known of a package at the moment.
type state struct {
	size, words int32
	dom         int32 // where its domain is: in doms, or, below 0, ^dom in sets
	last        int32 // the assignment that made it so; none for the one of the beginning
	watches     int32 // the first of the clauses that watch it; none
	made        int32 // the first of the requirements that its versions make; none
	expanded    int32 // where the set of versions is whose requirements are clauses; none
	owner       Package
	sibling     Package // the next extra of the same owner that is asked for; none
	extras      Package // of an owner, the first such; none
	found       int32   // when it was needed first; none
	weight      int32   // the versions that conflicts have ruled out of it
	slot        int32   // its place in the queue of packages to decide; none
	key         uint64  // by which that is ordered
	changed     bool    // its clauses are to be looked at
}

const none = -1

// assignment narrows the domain of a package.
type assignment struct {
	pkg    Package
	cause  int32 // the clause that follows from; none for a decision
	level  int32 // how many decisions there were
	before int32 // the assignment of the package before; none
	dom    int32 // the domain before, as in state
}

// know makes room for the packages up to p, and adds what is required of each from the
// start.
func (s *search) know(p Package) {
	first := Package(len(s.pkgs))
	for q := first; q <= p; q++ {
		n := s.universe.Size(q)
		st := state{
			size: int32(n), words: int32(words(n)), last: none, watches: none, made: none, expanded: none,
			owner: none, sibling: none, extras: none, found: none, slot: none,
		}
		if owner, ok := s.universe.Owner(q); ok {
			st.owner = owner
		}
		at := s.newSet(st.words)
		Set(s.sets[at : at+st.words]).fill(n)
		st.dom = ^at
		s.pkgs = append(s.pkgs, st)
		s.place = append(s.place, 0)
	}
	for q := first; q <= p; q++ {
		for _, r := range s.universe.Facts(q) {
			id := s.addFact(r)
			s.examine(id) // leaves absence, so that there is no conflict
			s.review(id)
		}
	}
}

// newSet returns where there are so many words for a set, of whatever content.
func (s *search) newSet(words int32) int32 {
	at := len(s.sets)
	for range words {
		s.sets = append(s.sets, 0)
	}
	return int32(at)
}

// set returns the set of versions of p that is at a place.
func (s *search) set(p Package, at int32) Set {
	end := at + s.pkgs[p].words
	return Set(s.sets[at:end:end])
}

// domain returns the versions that are left of p.
func (s *search) domain(p Package) Set {
	st := &s.pkgs[p]
	return s.domainAt(st, st.dom)
}

func (s *search) domainAt(st *state, at int32) Set {
	if at < 0 {
		return Set(s.sets[^at : ^at+st.words])
	}
	return Set(s.doms[at : at+st.words])
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
	st := &s.pkgs[p]
	old := s.domainAt(st, st.dom)
	at := int32(len(s.doms))
	gone := 0
	for i, w := range old {
		x := s.sets[int(excluded)+i]
		gone += bits.OnesCount64(w & x)
		s.doms = append(s.doms, w&^x)
	}
	if c := &s.clauses[cause]; c.requirement == none || c.from != none && c.from == p {
		s.weigh(p, int32(gone))
	}
	s.assign(p, at, cause)
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
	st := &s.pkgs[p]
	at := int32(len(s.doms))
	for range st.words {
		s.doms = append(s.doms, 0)
	}
	Set(s.doms[at:]).Add(v)
	s.level++
	s.assign(p, at, none)
}

// assign makes what is at a place in doms the domain of p.
func (s *search) assign(p Package, at, cause int32) {
	st := &s.pkgs[p]
	s.trail = append(s.trail, assignment{p, cause, s.level, st.last, st.dom})
	st.last, st.dom = int32(len(s.trail)-1), at
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
		st := &s.pkgs[a.pkg]
		s.doms = s.doms[:st.dom]
		st.last, st.dom = a.before, a.dom
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
	for a != none && !s.domainAt(st, s.trail[a].dom).Has(int(st.size)) {
		a = s.trail[a].before
	}
	return s.levelOf(a)
}

// since returns the first assignment after which the domain of p is within a set, none
// if it was from the beginning. It must be so after the one to begin with, none for now.
func (s *search) since(p Package, at, begin int32) int32 {
	st := &s.pkgs[p]
	set := s.set(p, at)
	a := begin
	for a != none && s.domainAt(st, s.trail[a].dom).subset(set) {
		a = s.trail[a].before
	}
	return a
}
