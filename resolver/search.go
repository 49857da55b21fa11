package resolver

import (
	"cmp"
	"iter"
	"slices"

	"sluice/constraints"
)

// maxSteps bounds the versions that one search may try. The largest searches of
// real consumers tried a few hundred; beyond the bound the answer is "gave up",
// which is undecided.
const maxSteps = 50_000

// search chooses a version for each package that was demanded and that nothing
// pins: the newest that fits, in the order in which pip would choose, going back
// to the last choice that had a part in a conflict.
func (k *walk) search() {
	if len(k.open) == 0 {
		return
	}
	s := &search{walk: k}
	if solved, _ := s.extend(1); solved {
		return
	}
	k.clashes = append(k.clashes, s.failure())
}

type search struct {
	*walk
	first *deadEnd // the first package that ran out of versions
}

// deadEnd is a package of which no version could be chosen.
type deadEnd struct {
	kind      Kind
	node      *node
	demands   []Demand
	obstacles []Obstacle
	path      []Demand
	err       error
}

// extend chooses for the packages still open, the first as decision number
// level. When it cannot, it returns the earlier decisions that are to blame, by
// level: if none of them changes, no choice exists. A search that ends early
// blames nobody.
func (s *search) extend(level int) (solved bool, blame []int) {
	n := s.pick()
	if n == nil {
		return true, nil
	}
	var obstacles []Obstacle
	for i := range s.fitting(n) {
		if s.steps++; s.steps > maxSteps {
			s.fail(GaveUp, n, nil)
			return false, nil
		}
		mark := s.mark()
		if c := s.decide(n, i, level); c != nil {
			if c.kind == UnknownFacts { // it may well be the one; an older version would be a guess
				s.fail(UnknownFacts, n, c.target.err)
				return false, nil
			}
			blame = append(blame, c.level)
			obstacles = append(obstacles, s.obstacle(n.versions[i], c))
			s.undo(mark)
			continue
		}
		solved, deeper := s.extend(level + 1)
		if solved || deeper == nil {
			return solved, nil
		}
		s.undo(mark)
		if !slices.Contains(deeper, level) {
			return false, deeper
		}
		blame = append(blame, deeper...)
	}
	for _, d := range n.demands {
		blame = append(blame, d.level)
	}
	s.fail(s.kindOf(n), n, n.err, obstacles...)
	slices.Sort(blame)
	blame = slices.Compact(blame)
	return false, slices.DeleteFunc(blame, func(l int) bool { return l == level })
}

// pick returns the package to choose for next, nil when none is open: one that
// is demanded exactly comes first, then the one nearest to a root, then the one
// whose root stands first.
func (s *search) pick() *node {
	var best *node
	for _, n := range s.open {
		if n.decided == nil && !n.provided && (best == nil || n.before(best)) {
			best = n
		}
	}
	return best
}

func (n *node) before(m *node) bool {
	if exact := n.exacts > 0; exact != (m.exacts > 0) {
		return exact
	}
	return cmp.Or(cmp.Compare(n.depth, m.depth), cmp.Compare(n.order, m.order)) < 0
}

// isExact reports whether a range admits one version only, as far as the
// ecosystem can say.
func isExact(r constraints.Range) bool {
	e, ok := r.(interface{ Exact() (string, bool) })
	if !ok {
		return false
	}
	_, exact := e.Exact()
	return exact
}

// fitting returns the versions of a package that meet its demands, in the order
// to try them: from the newest down. Pre-releases are among them only where a
// demand mentions one, or alone where no final release will do (PEP 440,
// "Handling of pre-releases").
func (s *search) fitting(n *node) iter.Seq[int] {
	ranges := s.ranges(n)
	mentioned := slices.ContainsFunc(ranges, constraints.Range.MentionsPrerelease)
	exact := slices.ContainsFunc(ranges, isExact)
	return func(yield func(int) bool) {
		found := false
		pass := func(asked func(constraints.Version) bool) bool {
			for i, v := range slices.Backward(n.versions) {
				if !asked(v) || !containedInAll(ranges, v) || s.withdrawn(n, i, exact) {
					continue
				}
				found = true
				if !yield(i) {
					return false
				}
			}
			return true
		}
		if pass(func(v constraints.Version) bool { return mentioned || !v.IsPrerelease() }) && !found {
			pass(constraints.Version.IsPrerelease)
		}
	}
}

// ranges returns all that the choice of a version must be within.
func (s *search) ranges(n *node) []constraints.Range {
	var ranges []constraints.Range
	for _, d := range n.demands {
		ranges = append(ranges, d.requirement.Range)
	}
	for _, l := range s.limits(n.name) {
		ranges = append(ranges, l.Requirement.Range)
	}
	return ranges
}

func containedInAll(ranges []constraints.Range, v constraints.Version) bool {
	return !slices.ContainsFunc(ranges, func(r constraints.Range) bool { return !r.Contains(v) })
}

// withdrawn reports whether a version must not be chosen although it is within
// the ranges: the environment cannot install it, or it was yanked and nobody
// asked for exactly one version (PEP 592).
func (s *search) withdrawn(n *node, i int, exact bool) bool {
	c := s.world.candidate(n, i)
	if c.release != nil && c.release.Yanked && !exact {
		return true
	}
	return c.defect != 0 && c.defect != UnknownFacts
}

// decide chooses a version and follows all that it requires.
func (s *search) decide(n *node, i, level int) *conflict {
	c := s.world.candidate(n, i)
	n.decided, n.level = c, level
	for _, d := range n.demands {
		if conflict := s.enter(c, d.requirement.Extras, d.via, level); conflict != nil {
			return conflict
		}
	}
	return s.drain(level)
}

// demand records a requirement on a package that nothing pins. It is in conflict
// with a choice that was made already and does not meet it.
func (k *walk) demand(n *node, r *constraints.Requirement, via origin, level int) *conflict {
	if len(n.demands) == 0 {
		n.depth, n.order = via.depth()+1, len(k.open)
		k.open = append(k.open, n)
	}
	d := demand{requirement: r, via: via, level: level, exact: isExact(r.Range)}
	if d.exact {
		n.exacts++
	}
	n.demands = append(n.demands, d)
	k.trail = append(k.trail, n)
	if n.decided == nil {
		return nil
	}
	if !n.decided.admits(r) {
		return &conflict{kind: OutOfRange, via: via, target: n.decided, level: n.level}
	}
	return k.enter(n.decided, r.Extras, via, level)
}

// mark is a point of the walk to go back to.
type mark struct{ visited, open, trail, skipped, missing int }

func (k *walk) mark() mark {
	return mark{len(k.visited), len(k.open), len(k.trail), len(k.skipped), len(k.missing)}
}

// undo takes back all that was reached, demanded and decided since the mark.
func (k *walk) undo(m mark) {
	for _, s := range k.visited[m.visited:] {
		s.seen = 0
		if n := s.candidate.node; n.decided == s.candidate && s.extra == "" {
			n.decided, n.level = nil, 0
		}
	}
	for _, n := range k.trail[m.trail:] {
		last := len(n.demands) - 1
		if n.demands[last].exact {
			n.exacts--
		}
		n.demands = n.demands[:last]
	}
	k.visited, k.open, k.trail = k.visited[:m.visited], k.open[:m.open], k.trail[:m.trail]
	k.skipped, k.missing = k.skipped[:m.skipped], k.missing[:m.missing]
	k.next = m.visited
}

// kindOf says what it means that no version of a package could be chosen.
func (s *search) kindOf(n *node) Kind {
	switch {
	case n.err != nil:
		return UnknownFacts
	case len(n.versions) == 0:
		return UnknownPackage
	}
	return Unsolvable
}

// fail remembers the first package that ran out of versions: with the newest
// choice everywhere else, it is what a person would look at first. What leaves
// the question open goes before.
func (s *search) fail(kind Kind, n *node, err error, obstacles ...Obstacle) {
	if s.first != nil && !kind.Undecided() {
		return
	}
	end := &deadEnd{kind: kind, node: n, obstacles: obstacles, path: s.path(n.demands[0].via), err: err}
	for _, d := range n.demands {
		end.demands = append(end.demands, s.demandOf(d.via))
	}
	for _, l := range s.limits(n.name) {
		end.demands = append(end.demands, Demand{Requirement: l.Requirement, Place: l.Place})
	}
	s.first = end
}

// obstacle returns a conflict as the reason why a version was passed over.
func (s *search) obstacle(v constraints.Version, c *conflict) Obstacle {
	return Obstacle{Version: v, Kind: c.kind, Demand: s.demandOf(c.via), Target: c.target.chosen()}
}

// failure returns the failed search as a clash.
func (s *search) failure() Clash {
	end := s.first
	return Clash{
		Kind:      end.kind,
		Demand:    end.path[len(end.path)-1],
		Target:    Chosen{Name: end.node.name},
		Path:      end.path,
		Demands:   end.demands,
		Obstacles: end.obstacles,
		Err:       end.err,
	}
}
