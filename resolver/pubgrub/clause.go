package pubgrub

// term says that a package is within a set. One that is watched is in the list of clauses
// to look at when its package narrows.
type term struct {
	pkg    Package
	set    int32 // where it is in sets
	size   int32 // how many are in it: with more left, it cannot be true
	clause int32 // whose it is, if it is watched
	next   int32 // in the list; none
}

// clause is terms that are not all true (an "incompatibility"). The terms of a dependency
// are all watched, of others the first two: as long as two are not true, a clause says
// nothing, and when one of these becomes true another takes its place (ALGORITHM 2, 3).
type clause struct {
	first, count int32       // its terms
	from         Package     // whose versions make the requirement; none for a fact or a learned one
	requirement  Requirement // none for a learned one
	own          int32       // where the set of versions is that make it
	next         int32       // another of a requirement that versions of from make; none
	wide         bool        // these are all that do
	parents      int32       // of a learned one, the first in parents; their number is the first item there
}

// add adds a clause, whose watched terms come first.
func (s *search) add(c clause, terms []term) int32 {
	id := int32(len(s.clauses))
	c.first, c.count = int32(len(s.terms)), int32(len(terms))
	s.terms = append(s.terms, terms...)
	s.clauses = append(s.clauses, c)
	watched := s.termsOf(id)
	switch {
	case len(terms) == 1: // it has said at once what it says
		watched = nil
	case c.from == none:
		watched = watched[:2]
	}
	for i := range watched {
		t := &watched[i]
		list := &s.pkgs[t.pkg].watches
		t.clause, t.next, *list = id, *list, c.first+int32(i)
	}
	return id
}

// term returns the term that p is within the set at a place.
func (s *search) term(p Package, at int32) term {
	return term{pkg: p, set: at, size: int32(s.set(p, at).Count())}
}

func (s *search) termsOf(id int32) []term {
	c := &s.clauses[id]
	return s.terms[c.first : c.first+c.count]
}

// isTrue and isFalse are what the search does most, and therefore go without a Set.
func (s *search) isTrue(t *term) bool {
	st := &s.pkgs[t.pkg]
	for i := range st.words {
		if s.doms[st.dom+i]&^s.sets[t.set+i] != 0 {
			return false
		}
	}
	return true
}

func (s *search) isFalse(t *term) bool {
	st := &s.pkgs[t.pkg]
	for i := range st.words {
		if s.doms[st.dom+i]&s.sets[t.set+i] != 0 {
			return false
		}
	}
	return true
}

// examine draws the conclusion from a clause, if there is one: of terms of which all but
// one are true, that one is not. It reports false if all are.
func (s *search) examine(id int32) bool {
	open := none
	terms := s.termsOf(id)
	for i := range terms {
		if s.isTrue(&terms[i]) {
			continue
		}
		if open != none {
			return true
		}
		open = i
	}
	if open == none {
		return false
	}
	if t := &terms[open]; !s.isFalse(t) {
		s.restrict(t.pkg, t.set, id)
	}
	return true
}

// propagate draws all conclusions that there are. It returns a clause whose terms are all
// true, none if there is none.
func (s *search) propagate() (conflict int32, err error) {
	conflict = none
	for head := 0; head < len(s.changed) && conflict == none && err == nil; head++ {
		p := s.changed[head]
		s.pkgs[p].changed = false
		if conflict = s.visit(p); conflict == none {
			conflict, err = s.expandFrom(p)
		}
		if conflict != none || err != nil {
			s.forget()
			return conflict, err
		}
	}
	s.changed = s.changed[:0]
	return none, nil
}

// forget leaves what has changed: it will be taken back.
func (s *search) forget() {
	for _, p := range s.changed {
		s.pkgs[p].changed = false
	}
	s.changed = s.changed[:0]
}

// visit draws the conclusions from the clauses that watch p. It returns the first whose
// terms are all true.
func (s *search) visit(p Package) int32 {
	domain := s.domain(p)
	left := int32(domain.Count())
	highest := domain.Highest()
	link := &s.pkgs[p].watches
	for *link != none {
		t := &s.terms[*link]
		if left > t.size {
			link = &t.next
			continue
		}
		if set := s.set(p, t.set); !set.Has(highest) || left > 1 && !domain.subset(set) {
			link = &t.next
			continue
		}
		c := &s.clauses[t.clause]
		if c.count > 2 && c.from != none {
			if !s.examine(t.clause) {
				return t.clause
			}
			link = &t.next
			continue
		}
		mine := *link - c.first
		other := &s.terms[c.first+1-mine]
		if s.isFalse(other) {
			link = &t.next
			continue
		}
		if c.count > 2 && s.watchAnother(link, s.termsOf(t.clause), mine) {
			continue
		}
		if s.isTrue(other) {
			return t.clause
		}
		s.restrict(other.pkg, other.set, t.clause)
		link = &t.next
	}
	return none
}

// watchAnother watches another term that is not true, in place of the one given, which is
// taken out of its list.
func (s *search) watchAnother(link *int32, terms []term, mine int32) bool {
	for k := 2; k < len(terms); k++ {
		if s.isTrue(&terms[k]) {
			continue
		}
		at := *link
		*link = terms[mine].next
		terms[mine], terms[k] = terms[k], terms[mine]
		t := &terms[mine]
		list := &s.pkgs[t.pkg].watches
		t.clause, t.next, *list = terms[k].clause, *list, at
		return true
	}
	return false
}
