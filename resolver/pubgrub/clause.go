package pubgrub

// term says that a package is within a set.
type term struct {
	pkg  Package
	set  int32 // where it is in sets
	size int32 // how many are in it
}

// clause is terms that are not all true (an "incompatibility"). The terms of a dependency
// are all watched, of others the first two: as long as two are not true, a clause says
// nothing, and when one of these becomes true another takes its place (ALGORITHM 2, 3).
type clause struct {
	first, count int32       // its terms
	from         Package     // whose versions make the requirement; none for a fact or a learned one
	requirement  Requirement // none for a learned one
	own          int32       // where the set of versions is that make it
	ownWatch     int32       // the item by which it is watched for these; none
	wide         bool        // these are all that do
	parents      int32       // of a learned one, the first in parents; their number is the first item there
}

// watch is an item of a list of clauses to look at when a package narrows.
type watch struct {
	clause, next int32
	size         int32 // of the set of the package's term: with more left, it cannot be true
}

// made is an item of the list of requirements that versions of a package make.
type made struct {
	requirement Requirement
	clause      int32
	next        int32
}

// add adds a clause, whose watched terms come first.
func (s *search) add(c clause, terms []term) int32 {
	id := int32(len(s.clauses))
	c.first, c.count, c.ownWatch = int32(len(s.terms)), int32(len(terms)), none
	s.terms = append(s.terms, terms...)
	s.clauses = append(s.clauses, c)
	watched := terms
	switch {
	case len(terms) == 1: // it has said at once what it says
		watched = nil
	case c.from == none:
		watched = terms[:2]
	}
	for _, t := range watched {
		at := int32(len(s.watches))
		s.watches = append(s.watches, watch{id, s.pkgs[t.pkg].watches, t.size})
		s.pkgs[t.pkg].watches = at
		if c.from != none && t.set == c.own {
			s.clauses[id].ownWatch = at
		}
	}
	return id
}

// term returns the term that p is within the set at a place.
func (s *search) term(p Package, at int32) term {
	return term{p, at, int32(s.set(p, at).Count())}
}

func (s *search) termsOf(id int32) []term {
	c := &s.clauses[id]
	return s.terms[c.first : c.first+c.count]
}

func (s *search) isTrue(t term) bool { return s.domain(t.pkg).subset(s.set(t.pkg, t.set)) }

func (s *search) isFalse(t term) bool { return s.domain(t.pkg).disjoint(s.set(t.pkg, t.set)) }

// examine draws the conclusion from a clause, if there is one: of terms of which all but
// one are true, that one is not. It reports false if all are.
func (s *search) examine(id int32) bool {
	open := none
	terms := s.termsOf(id)
	for i, t := range terms {
		if s.isTrue(t) {
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
	if t := terms[open]; !s.isFalse(t) {
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
			s.changed = s.changed[head+1:]
			s.forget()
			return conflict, err
		}
	}
	s.changed = s.changed[:0]
	return none, nil
}

// forget leaves the rest of what has changed: it will be taken back.
func (s *search) forget() {
	for _, p := range s.changed {
		s.pkgs[p].changed = false
	}
	s.changed = s.changed[:0]
}

// visit draws the conclusions from the clauses that watch p. It returns the first whose
// terms are all true.
func (s *search) visit(p Package) int32 {
	left := int32(s.domain(p).Count())
	link := &s.pkgs[p].watches
	for *link != none {
		w := &s.watches[*link]
		if left > w.size {
			link = &w.next
			continue
		}
		terms := s.termsOf(w.clause)
		if len(terms) > 2 && s.clauses[w.clause].from != none {
			if !s.examine(w.clause) {
				return w.clause
			}
			link = &w.next
			continue
		}
		mine := 0
		if terms[0].pkg != p {
			mine = 1
		}
		if !s.isTrue(terms[mine]) {
			link = &w.next
			continue
		}
		other := terms[1-mine]
		if s.isFalse(other) {
			link = &w.next
			continue
		}
		if s.watchAnother(link, terms, mine) {
			continue
		}
		if s.isTrue(other) {
			return w.clause
		}
		s.restrict(other.pkg, other.set, w.clause)
		link = &w.next
	}
	return none
}

// watchAnother moves an item of a list to that of another term that is not true, in place
// of the one given.
func (s *search) watchAnother(link *int32, terms []term, mine int) bool {
	for k := 2; k < len(terms); k++ {
		if s.isTrue(terms[k]) {
			continue
		}
		terms[mine], terms[k] = terms[k], terms[mine]
		at, list := *link, &s.pkgs[terms[mine].pkg].watches
		*link = s.watches[at].next
		s.watches[at].next, s.watches[at].size = *list, terms[mine].size
		*list = at
		return true
	}
	return false
}
