package resolver

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"sluice/constraints"
)

// maxSteps bounds the versions that one search may try, which takes it milliseconds. Of
// the real consumers at hand most try a dozen. Beyond the bound Solve is asked, which
// learns from conflicts.
const maxSteps = 5_000

// solveSteps bounds what Solve then tries, which takes it a second or two. Beyond it the
// answer is "gave up", which is undecided.
const solveSteps = 20_000

// search chooses a version for each package that was demanded and that nothing
// pins: the newest that fits, in the order in which pip would choose, going back
// to the last choice that had a part in a conflict. When that fails, the package
// that could not be chosen is a clash, and the search goes on as if it were there,
// so that it does not hide what else fails.
func (k *walk) search() {
	s := &search{walk: k}
	for len(k.open) > 0 {
		s.first = nil
		solved, _ := s.extend(1)
		if solved {
			return
		}
		if s.force != nil && !s.first.kind.Undecided() {
			s.first.kind = GaveUp // only one choice was tried
		} else if s.first.kind == GaveUp && s.solve() {
			continue
		}
		k.clashes = append(k.clashes, s.failure())
		if s.first.kind == GaveUp {
			return
		}
		s.first.node.provided = true
		k.undo(k.fixed)
	}
}

type search struct {
	*walk
	first *deadEnd                                 // the first package that ran out of versions
	force map[constraints.Name]constraints.Version // what Solve chose; nil where it was not asked
}

// solve asks Solve for what this search did not find in time, and reports whether the
// search is to be done again: with what Solve chose. That there is no solution makes what
// was found first the clash, unless one could be with a yanked version: whose choice is
// not Solve's.
func (s *search) solve() (again bool) {
	if s.force != nil {
		return false
	}
	solution, err := s.world.Solve(context.Background(), s.job, s.besides(""))
	s.steps = 0
	var unsolved *Unsolved
	switch {
	case errors.As(err, &unsolved) && !unsolved.forYanked():
		s.first.kind = Unsolvable
		return false
	case err != nil:
		return false
	}
	s.force = make(map[constraints.Name]constraints.Version)
	for _, c := range solution.Installed() {
		s.force[c.Name] = c.Version
	}
	s.undo(s.fixed)
	return true
}

// besides returns the plan to choose for all about which something is left to find out: not
// for what is provided or was given up, except for one package. Requirements that a pin
// does not meet are clashes already, and the pin stays.
func (k *walk) besides(except constraints.Name) Plan {
	plan := Plan{MaxSteps: solveSteps}
	for i := range k.clashes {
		c := &k.clashes[i]
		switch {
		case c.Kind == OutOfRange:
			plan.met = append(plan.met, c.Demand)
		case c.Target.Name != except:
			plan.leftOut = append(plan.leftOut, c.Target.Name)
		}
	}
	for _, name := range k.touched {
		if name != except && k.world.nodes[name].provided {
			plan.leftOut = append(plan.leftOut, name)
		}
	}
	return plan
}

// deadEnd is a package of which no version could be chosen.
type deadEnd struct {
	kind      Kind
	node      *node
	target    Chosen // what it is about, where the search can say more than the node
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
	var over []passed
	n = s.world.node(n.name) // now it matters which versions there are
	choices := s.choices(n)
	for {
		i, ok := choices.next()
		if !ok {
			break
		}
		if s.steps++; s.steps > maxSteps {
			s.fail(GaveUp, n, nil)
			return false, nil
		}
		if e := s.world.blocker(s.world.candidate(n, i)); e != nil { // no need to go there
			s.touch(e.to) // but it was asked about: another pin there could matter
			over = append(over, passed{version: i})
			continue
		}
		mark := s.mark()
		if c := s.decide(n, i, level); c != nil {
			if c.kind == UnknownFacts { // it may well be the one; an older version would be a guess
				s.leaveOpen(n, c)
				return false, nil
			}
			blame = append(s.blame(blame, c.via), c.target.node.level)
			over = append(over, passed{i, c})
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
		blame = s.blame(blame, d.via)
	}
	n.asked = nil
	s.fail(s.kindOf(n), n, n.err, over...)
	slices.Sort(blame)
	blame = slices.DeleteFunc(slices.Compact(blame), func(l int) bool { return l == level })
	return false, append(blame, 0) // level 0, what is wanted from the start, is always part of it
}

// blame adds the decisions that led to a demand: those on the chain from a root
// to it.
func (s *search) blame(levels []int, via origin) []int {
	for ; via.from != nil; via = via.from.via {
		if n := via.from.candidate.node; n.pinned == nil {
			levels = append(levels, n.level)
		}
	}
	return levels
}

// passed is a version that was passed over: for a conflict, or, without one, for
// its blocker.
type passed struct {
	version int
	*conflict
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

// choices are the versions of a package that meet its demands, in the order to
// try them, from the newest down. Two kinds come last and only where they are
// called for: pre-releases that no demand mentions, where there is no final release
// within the ranges (PEP 440, "Handling of pre-releases"), and yanked versions,
// where nothing else is within them and somebody asks for exactly one (PEP 592).
// Both are called for too where a demand that was in conflict with the choice before
// asked for them.
type choices struct {
	search      *search
	node        *node
	ranges      []*membership // all that a version must be within
	exact       bool          // somebody asks for one version only
	prereleases bool          // they are mentioned
	last        bool          // what comes last is being tried
	found       bool          // a version within the ranges, yanked or not
	usable      bool          // one that was not yanked
	at          int           // one above the version to look at next
}

// choices returns the choices for a package.
func (s *search) choices(n *node) choices {
	c := choices{search: s, node: n, at: len(n.versions)}
	c.ranges = make([]*membership, 0, len(n.demands)+2)
	for i := range n.demands {
		c.ranges = append(c.ranges, n.membership(n.demands[i].requirement))
	}
	for _, l := range s.limits(n.name) {
		c.ranges = append(c.ranges, newMembership(l.Requirement.Range, n.versions))
	}
	for _, m := range c.ranges {
		c.prereleases = c.prereleases || m.prereleases
		c.exact = c.exact || m.exact
	}
	return c
}

// next returns the number of the next version to try, false when there is none
// left.
func (c *choices) next() (int, bool) {
	for c.at > 0 {
		c.at--
		if c.try(c.at) {
			return c.at, true
		}
	}
	if c.last {
		return 0, false
	}
	c.last, c.at = true, len(c.node.versions)
	return c.next()
}

// try reports whether a version is to be tried now.
func (c *choices) try(i int) bool {
	v := c.node.versions[i]
	asked := c.last && c.node.asked != nil && c.node.asked.Contains(v)
	if forced, ok := c.search.force[c.node.name]; ok && !forced.Equal(v) {
		return false
	}
	late := v.IsPrerelease() && !c.prereleases
	if late && (!c.last || c.found && !asked) || !c.within(i) {
		return false
	}
	candidate := c.search.world.candidate(c.node, i)
	if candidate.defect != 0 && candidate.defect != UnknownFacts {
		return false
	}
	yanked := candidate.yanked
	if c.last {
		return yanked && (asked || !c.usable && c.exact) || late && !yanked
	}
	c.found = true
	c.usable = c.usable || !yanked
	return !yanked
}

// within reports whether the i-th version is in all ranges.
func (c *choices) within(i int) bool {
	for _, m := range c.ranges {
		if !m.has(i) {
			return false
		}
	}
	return true
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
	d := demand{requirement: r, via: via, exact: isExact(r.Range)}
	if d.exact {
		n.exacts++
	}
	n.demands = append(n.demands, d)
	k.trail = append(k.trail, n)
	if n.decided == nil {
		return nil
	}
	if !n.decided.admits(r) {
		if r.Range.MentionsPrerelease() || d.exact {
			n.asked = r.Range
		}
		return &conflict{kind: OutOfRange, via: via, target: n.decided}
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
	for _, missed := range k.missing[m.missing:] {
		missed.slot.seen = 0
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
func (s *search) fail(kind Kind, n *node, err error, over ...passed) {
	if s.first != nil && !kind.Undecided() {
		return
	}
	end := &deadEnd{kind: kind, node: n, target: Chosen{Name: n.name}, path: s.path(n.demands[0].via), err: err}
	for _, p := range over {
		end.obstacles = append(end.obstacles, s.obstacle(n, p))
	}
	for _, d := range n.demands {
		end.demands = append(end.demands, s.demandOf(d.via))
	}
	for _, l := range s.limits(n.name) {
		end.demands = append(end.demands, Demand{Requirement: l.Requirement, Place: l.Place})
	}
	s.first = end
}

// leaveOpen remembers that nobody knows what a choice for a package leads to.
func (s *search) leaveOpen(n *node, c *conflict) {
	s.fail(UnknownFacts, n, c.target.err)
	s.first.target, s.first.path = c.target.chosen(), s.path(c.via)
}

// obstacle says why a version was passed over.
func (s *search) obstacle(n *node, p passed) Obstacle {
	if p.conflict == nil {
		c := s.world.candidate(n, p.version)
		e := s.world.blocker(c)
		p.conflict = &conflict{kind: OutOfRange, via: origin{from: c.base, edge: e}, target: e.to.pinned}
	}
	return Obstacle{Version: n.versions[p.version], Kind: p.kind, Demand: s.demandOf(p.via), Target: p.target.chosen()}
}

// failure returns the failed search as a clash.
func (s *search) failure() Clash {
	end := s.first
	return Clash{
		Kind:      end.kind,
		Demand:    end.path[len(end.path)-1],
		Target:    end.target,
		Path:      end.path,
		Demands:   end.demands,
		Obstacles: end.obstacles,
		Err:       end.err,
	}
}
