package pubgrub

// premise is a term of what is being learned, with the assignment that made it true.
type premise struct {
	term
	since int32
}

// reviewed is a clause that may say more at a lower level than the assignments tell that
// it is watched for, and the level at which it was looked at last.
type reviewed struct{ clause, level int32 }

// review has a clause looked at again whenever levels are gone.
func (s *search) review(id int32) {
	s.reviewed = append(s.reviewed, reviewed{id, s.level + 1})
}

// learn finds out why the terms of a clause are all true, goes back to where that is
// avoided, and adds what was learned as a clause. It reports false if it is avoided
// nowhere: there is no solution, and s.proof is why.
//
// The terms are resolved with the cause of the assignment that made the last of them
// true, again and again, until that one alone is of its level (ALGORITHM 5).
func (s *search) learn(conflict int32) bool {
	mark := len(s.sets)
	s.premises, s.steps = s.premises[:0], append(s.steps[:0], conflict)
	s.widen(conflict)
	for _, t := range s.termsOf(conflict) {
		s.blame(t, s.pkgs[t.pkg].last)
	}
	for {
		last, second := s.latest()
		if last == none {
			s.proof = append([]int32(nil), s.steps...)
			return false
		}
		cause, level := none, int32(0)
		if at := s.premises[last].since; at != none {
			cause, level = int(s.trail[at].cause), s.trail[at].level
		}
		before := int32(0)
		if second != none {
			before = s.levelOf(s.premises[second].since)
		}
		if level > 0 && (cause == none || before < level) {
			s.conclude(conflict, last, second, before, mark)
			return true
		}
		s.resolve(last, int32(cause))
	}
}

// blame adds a term to the premises, for both of two terms of one package their
// intersection. One that is always true is none.
//
// It was true after the assignment to begin with already.
func (s *search) blame(t term, begin int32) {
	i := s.pkgs[t.pkg].premise - 1
	if i < 0 {
		if s.isAlwaysTrue(t) {
			return
		}
		s.premises = append(s.premises, premise{t, s.since(t.pkg, t.set, begin)})
		s.pkgs[t.pkg].premise = int32(len(s.premises))
		return
	}
	both := s.newSet(t.pkg)
	set, x, y := s.set(t.pkg, both), s.set(t.pkg, s.premises[i].set), s.set(t.pkg, t.set)
	for j := range set {
		set[j] = x[j] & y[j]
	}
	s.premises[i] = premise{s.term(t.pkg, both), s.since(t.pkg, both, s.pkgs[t.pkg].last)}
}

func (s *search) isAlwaysTrue(t term) bool {
	return t.size > s.pkgs[t.pkg].size
}

// latest returns the premise that became true last and the one before.
func (s *search) latest() (last, second int) {
	last, second = none, none
	for i := range s.premises {
		switch since := s.premises[i].since; {
		case last == none || since > s.premises[last].since:
			last, second = i, last
		case second == none || since > s.premises[second].since:
			second = i
		}
	}
	return last, second
}

// resolve replaces a premise by what made it true.
func (s *search) resolve(last int, cause int32) {
	s.steps = append(s.steps, cause)
	s.widen(cause)
	old := s.premises[last]
	end := len(s.premises) - 1
	s.premises[last] = s.premises[end]
	s.pkgs[s.premises[last].pkg].premise = int32(last + 1)
	s.premises, s.pkgs[old.pkg].premise = s.premises[:end], 0
	either := s.newSet(old.pkg)
	for _, t := range s.termsOf(cause) {
		if t.pkg != old.pkg {
			s.blame(t, s.pkgs[t.pkg].last)
			continue
		}
		set, x, y := s.set(t.pkg, either), s.set(t.pkg, old.set), s.set(t.pkg, t.set)
		for j := range set {
			set[j] = x[j] | y[j]
		}
	}
	s.blame(s.term(old.pkg, either), s.trail[old.since].before)
}

// conclude goes back to a level at which all premises but the last are true, and adds
// them as a clause, unless they are those of the conflict.
func (s *search) conclude(conflict int32, last, second int, level int32, mark int) {
	s.back(level)
	for i := range s.premises {
		s.pkgs[s.premises[i].pkg].premise = 0
	}
	if len(s.steps) == 1 {
		s.examine(conflict)
		return
	}
	s.premises[0], s.premises[last] = s.premises[last], s.premises[0]
	if second == 0 {
		second = last
	}
	if second > 0 {
		s.premises[1], s.premises[second] = s.premises[second], s.premises[1]
	}
	s.keep(mark)
	terms := s.newTerms[:0]
	for _, p := range s.premises {
		terms = append(terms, p.term)
	}
	c := clause{from: none, requirement: none, parents: int32(len(s.parents))}
	s.parents = append(append(s.parents, int32(len(s.steps))), s.steps...)
	s.newTerms = terms
	s.examine(s.add(c, terms))
}

// keep moves the sets of the premises down to a mark, over those that were in between.
func (s *search) keep(mark int) {
	s.kept = s.kept[:0]
	for _, p := range s.premises {
		s.kept = append(s.kept, s.set(p.pkg, p.set)...)
	}
	at := int32(mark)
	for i := range s.premises {
		s.premises[i].set = at
		at += s.pkgs[s.premises[i].pkg].words
	}
	s.sets = append(s.sets[:mark], s.kept...)
}

// again looks at the clauses to review, where that was last done at a level that is gone.
// It returns the first whose terms are all true.
func (s *search) again() int32 {
	first := len(s.reviewed)
	for ; first > 0 && s.reviewed[first-1].level > s.level; first-- {
		if id := s.reviewed[first-1].clause; !s.examine(id) {
			s.forget()
			return id
		}
	}
	if s.level == 0 { // what they say is said for good
		s.reviewed = s.reviewed[:0]
	}
	for i := first; i < len(s.reviewed); i++ {
		s.reviewed[i].level = s.level
	}
	return s.enterUnmet()
}

// enterUnmet enters the requirements that are no longer met by what is left. It returns
// the first clause whose terms are all true.
func (s *search) enterUnmet() (conflict int32) {
	conflict = none
	first := len(s.met)
	for first > 0 && s.met[first-1].level > s.level {
		first--
	}
	gone := s.met[first:]
	s.met = s.met[:first]
	for _, m := range gone {
		owner := s.ownerOf(m.from)
		if s.isMet(owner, m.requirement) {
			m.level = s.level
			s.met = append(s.met, m)
		} else if id := s.enter(m.from, owner, int(m.version), m.requirement); conflict == none {
			conflict = id
		}
	}
	if conflict != none {
		s.forget()
	}
	return conflict
}
