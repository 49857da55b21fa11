package pubgrub

// Packages are decided in this order: first those of which conflicts have ruled out many
// versions, the most first; then in the order in which they were found to be needed
// (ALGORITHM 4).

const (
	weightUnit  = 4 // versions
	leastWeight = 8 // units; below, they do not count
)

// orderOf returns by what packages are ordered, the lowest first.
func (s *search) orderOf(p Package) uint64 {
	st := &s.pkgs[p]
	weight := uint32(st.weight) / weightUnit
	if weight < leastWeight {
		weight = 0
	}
	return uint64(^weight)<<32 | uint64(uint32(st.found))
}

// weigh notes that so many versions of p were ruled out.
func (s *search) weigh(p Package, n int32) {
	st := &s.pkgs[p]
	st.weight += n
	if st.slot != none {
		st.key = s.orderOf(p)
		s.up(st.slot)
	}
}

// goFirst goes back to before the decision that has just ruled out versions of p, so that
// p goes first: once for each package, if it was needed there already and has lost several
// (ALGORITHM 4). It reports whether it did.
func (s *search) goFirst(p Package) bool {
	const full = weightUnit * leastWeight // puts p before all that weigh nothing
	st := &s.pkgs[p]
	if st.weight < weightUnit || st.weight >= full {
		return false
	}
	level := int32(0) // of that decision
	for _, t := range s.termsOf(s.trail[st.last].cause) {
		if t.pkg != p {
			level = max(level, s.levelOf(s.since(t.pkg, t.set, s.pkgs[t.pkg].last)))
		}
	}
	if s.neededAt(p) >= level {
		return false
	}
	s.forget()
	s.back(level - 1)
	s.await(p)
	s.weigh(p, full)
	return true
}

// await puts p into the queue, if it is to be decided.
func (s *search) await(p Package) {
	st := &s.pkgs[p]
	if st.slot != none {
		return
	}
	if d := s.domain(p); d.Has(int(st.size)) || d.single() {
		return
	}
	st.key, st.slot = s.orderOf(p), int32(len(s.queue))
	s.queue = append(s.queue, p)
	s.up(st.slot)
}

// next takes the next package to decide from the queue, none if there is none.
func (s *search) next() Package {
	for len(s.queue) > 0 {
		p, end := s.queue[0], len(s.queue)-1
		s.queue[0] = s.queue[end]
		s.queue, s.pkgs[p].slot = s.queue[:end], none
		if end > 0 {
			s.down(0)
		}
		if d := s.domain(p); !d.Has(int(s.pkgs[p].size)) && !d.single() {
			return p
		}
	}
	return none
}

func (s *search) up(i int32) {
	p := s.queue[i]
	key := s.pkgs[p].key
	for i > 0 {
		parent := (i - 1) / 2
		q := s.queue[parent]
		if s.pkgs[q].key <= key {
			break
		}
		s.queue[i], s.pkgs[q].slot = q, i
		i = parent
	}
	s.queue[i], s.pkgs[p].slot = p, i
}

func (s *search) down(i int32) {
	p, n := s.queue[i], int32(len(s.queue))
	key := s.pkgs[p].key
	for {
		child := 2*i + 1
		if child+1 < n && s.pkgs[s.queue[child+1]].key < s.pkgs[s.queue[child]].key {
			child++
		}
		if child >= n || key <= s.pkgs[s.queue[child]].key {
			break
		}
		q := s.queue[child]
		s.queue[i], s.pkgs[q].slot = q, i
		i = child
	}
	s.queue[i], s.pkgs[p].slot = p, i
}
