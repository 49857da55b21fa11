package pubgrub

import "slices"

// expandFrom turns the requirements of what is chosen now that p changed into clauses:
// those of p itself, and, where p is an extra or has extras, those that they add. It
// returns the first clause whose terms are all true.
func (s *search) expandFrom(p Package) (conflict int32, err error) {
	owner := s.pkgs[p].owner
	if owner == none {
		return s.expandOwner(p)
	}
	if s.chosen(p) == none {
		return none, nil
	}
	s.enlist(p, owner)
	v := s.chosen(owner)
	if v == none {
		return none, nil
	}
	return s.expand(p, owner, v)
}

func (s *search) expandOwner(p Package) (conflict int32, err error) {
	v := s.chosen(p)
	if v == none {
		return none, nil
	}
	if conflict, err = s.expand(p, p, v); conflict != none || err != nil {
		return conflict, err
	}
	for extra := s.pkgs[p].extras; extra != none; extra = s.pkgs[extra].sibling {
		if s.chosen(extra) == none {
			continue
		}
		if conflict, err = s.expand(extra, p, v); conflict != none || err != nil {
			return conflict, err
		}
	}
	return none, nil
}

// enlist adds an extra to those of its owner, once.
func (s *search) enlist(extra, owner Package) {
	for e := s.pkgs[owner].extras; e != none; e = s.pkgs[e].sibling {
		if e == extra {
			return
		}
	}
	s.pkgs[extra].sibling, s.pkgs[owner].extras = s.pkgs[owner].extras, extra
}

// expandAhead adds the clauses of what a version of p requires that may be chosen, and
// draws the conclusions for p. It returns the first whose terms are all true.
func (s *search) expandAhead(p Package, v int) (conflict int32, err error) {
	conflict, err = s.expand(p, p, v)
	for extra := s.pkgs[p].extras; extra != none && err == nil && conflict == none; extra = s.pkgs[extra].sibling {
		if s.chosen(extra) != none {
			conflict, err = s.expand(extra, p, v)
		}
	}
	return conflict, err
}

// expand adds the clauses of what p requires in a version of its owner, which is p itself
// but for an extra. It returns the first whose terms are all true.
func (s *search) expand(p, owner Package, v int) (conflict int32, err error) {
	if s.isExpanded(p, owner, v) {
		return none, nil
	}
	requirements, err := s.universe.Requirements(p, v)
	if err != nil {
		return none, &UnknownError{Package: p, Version: v, Err: err}
	}
	s.know(Package(s.universe.Packages() - 1))
	conflict = none
	for _, r := range requirements {
		if s.isMet(owner, r) {
			s.met = append(s.met, met{p, r, int32(v), s.level})
		} else if id := s.enter(p, owner, v, r); conflict == none {
			conflict = id
		}
	}
	s.set(owner, s.pkgs[p].expanded).Add(v)
	return conflict, nil
}

// met is a requirement of a version of a package that was met, by what was left of another
// at a level: it says nothing as long as that stands, and is not entered until it is gone.
type met struct {
	from        Package
	requirement Requirement
	version     int32
	level       int32
}

// isMet reports whether a requirement of versions of owner is met by what is left of
// another package.
func (s *search) isMet(owner Package, r Requirement) bool {
	d := s.universe.Demand(r)
	s.know(d.Package)
	return d.Package != owner && s.domain(d.Package).disjoint(d.Excluded)
}

// enter adds the clause of a requirement that a version makes, and draws its conclusion. It
// returns the clause if its terms are all true.
func (s *search) enter(p, owner Package, v int, r Requirement) int32 {
	id, said := s.clauseOf(p, owner, v, r)
	if said {
		return none
	}
	if s.allButOwner(id, owner) {
		s.widen(id)
	}
	if s.examine(id) {
		return none
	}
	return id
}

// allButOwner reports whether all terms of a clause are true, that of the owner aside.
func (s *search) allButOwner(id int32, owner Package) bool {
	terms := s.termsOf(id)
	for i := range terms {
		if t := &terms[i]; t.pkg != owner && !s.isTrue(t) {
			return false
		}
	}
	return true
}

func (s *search) isExpanded(p, owner Package, v int) bool {
	if s.pkgs[p].expanded == none {
		s.pkgs[p].expanded = s.newSet(owner)
	}
	return s.set(owner, s.pkgs[p].expanded).Has(v)
}

// clauseOf returns the clause of a requirement that a version makes. It is said already
// if it speaks for that version.
func (s *search) clauseOf(p, owner Package, v int, r Requirement) (id int32, said bool) {
	for id = s.pkgs[p].made; id != none; id = s.clauses[id].next {
		c := &s.clauses[id]
		if c.requirement != r {
			continue
		}
		if s.set(owner, c.own).Has(v) {
			return id, true
		}
		s.widen(id)
		s.include(id, owner, v)
		s.review(id) // where v was chosen it is said now, and must be again where it may be chosen anew
		return id, false
	}
	return s.addDependency(p, owner, v, r), false
}

// addDependency adds the clause of a requirement, for one version only: most never have
// a part in a conflict, and to look who else makes it takes longer than all the rest.
func (s *search) addDependency(p, owner Package, v int, r Requirement) int32 {
	d := s.universe.Demand(r)
	c := clause{from: p, requirement: r, own: s.newSet(owner), next: s.pkgs[p].made, parents: none}
	terms := make([]term, 0, 3)
	if d.Package != owner {
		excluded := s.newSet(d.Package)
		copy(s.set(d.Package, excluded), d.Excluded)
		terms = append(terms, s.term(d.Package, excluded))
	}
	terms = append(terms, s.term(owner, c.own))
	if p != owner {
		asked := s.newSet(p)
		s.set(p, asked).Add(0)
		terms = append(terms, s.term(p, asked))
	}
	id := s.add(c, terms)
	s.pkgs[p].made = id
	s.include(id, owner, v)
	if len(terms) == 1 {
		s.review(id)
	}
	return id
}

// include makes the clause of a requirement speak for a version that makes it, unless it
// is one on its own package that this version meets.
func (s *search) include(id int32, owner Package, v int) {
	c := &s.clauses[id]
	if d := s.universe.Demand(c.requirement); d.Package != owner || d.Excluded.Has(v) {
		s.set(owner, c.own).Add(v)
	}
	s.measure(id, owner)
}

// measure notes how many versions a clause speaks for now.
func (s *search) measure(id int32, owner Package) {
	c := &s.clauses[id]
	size := int32(s.set(owner, c.own).Count())
	terms := s.termsOf(id)
	for i := range terms {
		if terms[i].set == c.own {
			terms[i].size = size
		}
	}
}

// widen makes the clause of a requirement speak for all versions that make it, as far as
// is known. It is for a clause that has a part in a conflict: what is learned then rules
// all of them out at once (ALGORITHM 3).
func (s *search) widen(id int32) {
	c := &s.clauses[id]
	if c.wide || c.from == none {
		return
	}
	c.wide = true
	owner := s.ownerOf(c.from)
	own, d := s.set(owner, c.own), s.universe.Demand(c.requirement)
	more := false
	for i, w := range s.makersOf(c.from, owner, c.requirement) {
		if d.Package == owner { // not those that meet it
			w &= d.Excluded[i]
		}
		more = more || w&^own[i] != 0
		own[i] |= w
	}
	if more {
		s.measure(id, owner)
		s.review(id)
	}
}

// makers are the versions that make each of some requirements.
type makers struct {
	requirements []Requirement
	versions     []uint64 // a set for each
}

// makersOf returns which versions make a requirement of p, as far as is known.
func (s *search) makersOf(p, owner Package, r Requirement) Set {
	if s.pkgs[p].makers == none {
		s.pkgs[p].makers = int32(len(s.makers))
		s.makers = append(s.makers, s.allMakers(p, owner))
	}
	m := &s.makers[s.pkgs[p].makers]
	i, words := slices.Index(m.requirements, r), int(s.pkgs[owner].words)
	if i < 0 {
		return nil
	}
	return m.versions[i*words:][:words]
}

// allMakers returns which versions make the requirements of p, as far as is known.
func (s *search) allMakers(p, owner Package) makers {
	s.numbered = s.numbered[:0]
	s.eachKnown(p, owner, func(_ int, r Requirement) {
		if missing := int(r) + 1 - len(s.numbers); missing > 0 {
			s.numbers = append(s.numbers, make([]int32, missing)...)
		}
		if s.numbers[r] == 0 {
			s.numbered = append(s.numbered, r)
			s.numbers[r] = int32(len(s.numbered))
		}
	})
	words := int(s.pkgs[owner].words)
	m := makers{slices.Clone(s.numbered), make([]uint64, len(s.numbered)*words)}
	s.eachKnown(p, owner, func(v int, r Requirement) { Set(m.versions[int(s.numbers[r]-1)*words:]).Add(v) })
	for _, r := range m.requirements {
		s.numbers[r] = 0
	}
	return m
}

// eachKnown goes through what versions of p require, as far as is known.
func (s *search) eachKnown(p, owner Package, do func(v int, r Requirement)) {
	for v := range int(s.pkgs[owner].size) {
		if !s.universe.Known(p, v) {
			continue
		}
		requirements, err := s.universe.Requirements(p, v)
		if err != nil {
			continue
		}
		for _, r := range requirements {
			do(v, r)
		}
	}
}

// ownerOf returns the package whose versions p is there in: p itself but for an extra.
func (s *search) ownerOf(p Package) Package {
	if owner := s.pkgs[p].owner; owner != none {
		return owner
	}
	return p
}
