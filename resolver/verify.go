package resolver

import (
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
)

// Job is what is installed together in one environment: the requirements of a
// consumer, and the constraints of its own besides the world's.
type Job struct {
	Roots  []Root
	Limits []Root
}

// Outcome is the answer to one job.
type Outcome struct {
	// Clashes is all that does not fit, in the order found. Empty: it fits.
	Clashes []Clash

	walk *walk
}

// Note is something about a demand that was passed over.
type Note struct {
	Kind   NoteKind
	Demand Demand
	Path   []Demand         // from a root to Demand, which is its last
	Extra  constraints.Name // of an UnknownExtra
	Target Chosen
}

// NoteKind says what a Note is about.
type NoteKind uint8

const (
	DirectReference NoteKind = iota + 1 // a URL or a local source: what it requires is not known
	UnknownExtra                        // the release does not have the extra that is asked for
	IncompleteFacts                     // the release is known to require more than is known
)

// Verify follows the roots of a job through the world and returns all that does
// not fit, in one pass over the requirements that the job reaches. Packages that
// nothing pins are chosen by search; when none fits, that is a clash too.
//
// The Outcome is valid until the next call.
func (w *World) Verify(job Job) *Outcome {
	k := w.newWalk(job)
	for i := range job.Roots {
		root := &job.Roots[i]
		if root.Requirement.Applies(w.env, "") {
			k.start(root)
		}
	}
	k.drain(0)
	k.fixed = k.mark()
	k.search()
	return &Outcome{Clashes: k.clashes, walk: k}
}

// newWalk begins a walk, in the memory of the one before.
func (w *World) newWalk(job Job) *walk {
	w.epoch++
	w.walk = walk{
		world: w, job: job,
		visited: w.walk.visited[:0], open: w.walk.open[:0], trail: w.walk.trail[:0], touched: w.walk.touched[:0],
	}
	return &w.walk
}

// Installed returns what the job installs, sorted by name.
func (o *Outcome) Installed() []Chosen {
	var all []Chosen
	for _, s := range o.walk.visited {
		if s.extra == "" {
			all = append(all, s.candidate.chosen())
		}
	}
	slices.SortFunc(all, func(a, b Chosen) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return all
}

// Visited returns the packages that the job needs or asked about on the way, in
// the order met.
func (o *Outcome) Visited() []constraints.Name { return slices.Clone(o.walk.touched) }

// Keep returns the outcome for longer than until the next call: for Needs, Chooses
// and WouldFit.
func (o *Outcome) Keep() *Outcome {
	k := *o.walk
	k.visited, k.touched = slices.Clone(k.visited), slices.Clone(k.touched)
	return &Outcome{Clashes: o.Clashes, walk: &k}
}

// Needs reports whether any of the packages that the job needs or asked about on
// the way is one that is meant.
func (o *Outcome) Needs(meant func(constraints.Name) bool) bool {
	return slices.ContainsFunc(o.walk.touched, meant)
}

// Chooses reports whether the job needs packages that nothing pins.
func (o *Outcome) Chooses() bool { return len(o.walk.open) > 0 }

// WouldFit reports whether all that the job demands of some packages would be met if
// they had these versions instead. Demands of extras never are, and what these
// packages demand themselves is not looked at.
func (o *Outcome) WouldFit(versions map[constraints.Name]constraints.Version) bool {
	names := slices.Collect(maps.Keys(versions)) // few: to compare with each is faster than to look up
	meets := func(r *constraints.Requirement) bool {
		return !slices.Contains(names, r.Name) || r.URL == "" && len(r.Extras) == 0 && r.Range.Contains(versions[r.Name])
	}
	for i := range o.walk.job.Roots {
		if r := &o.walk.job.Roots[i].Requirement; !meets(r) && r.Applies(o.walk.world.env, "") {
			return false
		}
	}
	for _, name := range names {
		for _, l := range o.walk.limits(name) {
			if !meets(&l.Requirement) {
				return false
			}
		}
	}
	for _, s := range o.walk.visited {
		if slices.Contains(names, s.candidate.node.name) {
			continue // it is replaced
		}
		for i := range s.edges {
			if !meets(s.edges[i].requirement) {
				return false
			}
		}
	}
	return true
}

// Demands returns all that the job demands of each package, what its roots demand first.
func (o *Outcome) Demands() map[constraints.Name][]Demand {
	k := o.walk
	demands := make(map[constraints.Name][]Demand)
	for i := range k.job.Roots {
		if root := &k.job.Roots[i]; root.Requirement.Applies(k.world.env, "") {
			demands[root.Requirement.Name] = append(demands[root.Requirement.Name], Demand{Requirement: root.Requirement, Place: root.Place})
		}
	}
	for _, s := range k.visited {
		for i := range s.edges {
			e := &s.edges[i]
			demands[e.to.name] = append(demands[e.to.name], k.demandOf(origin{from: s, edge: e}))
		}
	}
	return demands
}

// PathTo returns the shortest chain of demands from a root to a package that the
// job installs, be it from a direct reference; nil when it does not install it.
func (o *Outcome) PathTo(name constraints.Name) []Demand {
	for _, s := range o.walk.visited {
		if s.candidate.node.name == name {
			return o.walk.path(s.via)
		}
	}
	for _, via := range o.walk.skipped {
		if via.edge.to.name == name {
			return o.walk.path(via)
		}
	}
	return nil
}

// DemandsOfChosen returns what versions that the search chose for the job demand of a
// package.
func (o *Outcome) DemandsOfChosen(name constraints.Name) []Demand {
	var demands []Demand
	for _, s := range o.walk.visited {
		if s.candidate.pin != nil {
			continue
		}
		for i := range s.edges {
			if e := &s.edges[i]; e.to.name == name {
				demands = append(demands, o.walk.demandOf(origin{from: s, edge: e}))
			}
		}
	}
	return demands
}

// Chosen returns the version of a package that the search chose for the job, false
// where it did not.
func (o *Outcome) Chosen(name constraints.Name) (constraints.Version, bool) {
	for _, s := range o.walk.visited {
		if c := s.candidate; c.node.name == name && c.pin == nil {
			return c.version, true
		}
	}
	return constraints.Version{}, false
}

// walk is one job on its way through a world.
type walk struct {
	world   *World
	job     Job
	visited []*slot // in the order reached
	touched []constraints.Name
	next    int       // of visited: the first whose edges were not followed
	open    []*node   // packages that nothing pins, in the order met
	trail   []*node   // that were demanded of, once for each demand
	fixed   mark      // where choice begins
	steps   int       // of the search, so far
	clashes []Clash   // that no choice of the search could have avoided
	skipped []origin  // direct references
	missing []missing // extras
}

// missing is an extra that was asked for and that the release does not have.
type missing struct {
	via  origin
	slot *slot
	at   *candidate
}

// origin is where a walk came from: an edge of a slot, or a root.
type origin struct {
	from *slot
	edge *edge
	root *Root // where from is nil

	limit *Root // the constraint that is meant, where it is not the edge
}

// demand is a requirement on a package that nothing pins.
type demand struct {
	requirement *constraints.Requirement
	via         origin
	exact       bool
}

// conflict is a demand that the search could have avoided by choosing otherwise.
type conflict struct {
	kind   Kind
	via    origin
	target *candidate
}

// start follows a root. A conflict there is nobody's choice: it is a clash.
func (k *walk) start(root *Root) {
	e := k.world.edge(&root.Requirement)
	k.follow(&e, origin{edge: &e, root: root}, 0)
}

// drain follows the edges of all slots reached, and of those that they reach. It
// stops at the first conflict above level 0.
func (k *walk) drain(level int) *conflict {
	for k.next < len(k.visited) {
		s := k.visited[k.next]
		k.next++
		edges := k.world.edges(s)
		for i := range edges {
			if c := k.follow(&edges[i], origin{from: s, edge: &edges[i]}, level); c != nil {
				return c
			}
		}
	}
	return nil
}

// follow goes along one requirement. What does not fit is a clash at level 0 and
// a conflict above.
func (k *walk) follow(e *edge, via origin, level int) *conflict {
	n := e.to
	k.touch(n)
	if e.requirement.URL != "" && !n.isSource() {
		k.skipped = append(k.skipped, via)
		n.provided = n.provided || level == 0
		return nil
	}
	if n.pinned == nil {
		return k.demand(n, e.requirement, via, level)
	}
	if !e.fits {
		if c := k.refuse(OutOfRange, via, n.pinned, level); c != nil {
			return c
		}
	}
	return k.enter(n.pinned, e.requirement.Extras, via, level)
}

// touch readies a node for the walk when it is met first.
func (k *walk) touch(n *node) {
	if n.epoch != k.world.epoch {
		n.epoch = k.world.epoch
		k.touched = append(k.touched, n.name)
		n.provided, n.asked, n.decided, n.level, n.depth, n.order, n.exacts = false, nil, nil, 0, 0, 0, 0
		n.demands = n.demands[:0]
	}
}

// enter marks a candidate and the extras asked of it as reached. Its edges are
// followed by drain.
func (k *walk) enter(c *candidate, extras []constraints.Name, via origin, level int) *conflict {
	if c.base.seen != k.world.epoch {
		k.visit(c.base, via)
		if c.defect != 0 {
			if conflict := k.refuse(c.defect, via, c, level); conflict != nil {
				return conflict
			}
		}
		if conflict := k.limit(c, via, level); conflict != nil {
			return conflict
		}
	}
	for _, extra := range extras {
		s := c.slot(extra)
		if s.seen == k.world.epoch {
			continue
		}
		if c.release != nil && !slices.Contains(c.release.Extras, extra) {
			s.seen = k.world.epoch // installers warn, and take the release without it
			k.missing = append(k.missing, missing{via, s, c})
			continue
		}
		k.visit(s, via)
	}
	return nil
}

// limit holds a candidate against the constraints that fix no version, the
// world's and the job's own.
func (k *walk) limit(c *candidate, via origin, level int) *conflict {
	if c.pin != nil && c.pin.isOpaque() {
		return nil
	}
	for _, l := range k.limits(c.node.name) {
		if l.Requirement.Range.Contains(c.version) {
			continue
		}
		limit := via
		limit.limit = &l
		if conflict := k.refuse(OutOfRange, limit, c, level); conflict != nil {
			return conflict
		}
	}
	return nil
}

// limits returns the constraints on a package that fix no version.
func (k *walk) limits(name constraints.Name) []Root {
	if len(k.world.limits) == 0 && len(k.job.Limits) == 0 {
		return nil
	}
	limits := k.world.limits[name]
	for _, l := range k.job.Limits {
		if l.Requirement.Name == name && l.Requirement.Applies(k.world.env, "") {
			limits = append(slices.Clip(limits), l)
		}
	}
	return limits
}

// visit marks a slot as reached.
func (k *walk) visit(s *slot, via origin) {
	s.seen, s.via, s.depth = k.world.epoch, via, via.depth()+1
	k.visited = append(k.visited, s)
}

// depth returns how many requirements away from a root the origin is.
func (o origin) depth() int {
	if o.from == nil {
		return 0
	}
	return o.from.depth
}

// refuse records at level 0 that a demand is not met, and returns it as a
// conflict above.
func (k *walk) refuse(kind Kind, via origin, target *candidate, level int) *conflict {
	if level > 0 {
		return &conflict{kind: kind, via: via, target: target}
	}
	k.clashes = append(k.clashes, Clash{
		Kind:   kind,
		Demand: k.demandOf(via),
		Target: target.chosen(),
		Path:   k.path(via),
		Err:    target.err,
	})
	return nil
}

// path returns the chain of demands from a root to the one given, which is last.
func (k *walk) path(via origin) []Demand {
	var path []Demand
	for via.limit = nil; ; {
		path = append(path, k.demandOf(via))
		if via.from == nil {
			break
		}
		via = via.from.via
	}
	slices.Reverse(path)
	return path
}

// demandOf returns the requirement that an origin stands for, with who makes it.
func (k *walk) demandOf(via origin) Demand {
	if via.limit != nil {
		return Demand{Requirement: via.limit.Requirement, Place: via.limit.Place}
	}
	d := Demand{Requirement: *via.edge.requirement}
	if via.from == nil {
		d.Place = via.root.Place
		return d
	}
	from := via.from.candidate.chosen()
	d.From = &from
	if from.Pin != nil {
		d.Place = from.Pin.Place
	}
	return d
}

// chosen returns the candidate as part of an answer.
func (c *candidate) chosen() Chosen {
	return Chosen{Name: c.node.name, Version: c.version, Pin: c.pin}
}

// Notes returns what could not be looked at and does not speak against the job:
// direct references, extras that a release does not have, requirements that are
// not all known.
func (o *Outcome) Notes() []Note {
	k := o.walk
	var notes []Note
	add := func(kind NoteKind, via origin, target Chosen, extra constraints.Name) {
		notes = append(notes, Note{Kind: kind, Demand: k.demandOf(via), Path: k.path(via), Target: target, Extra: extra})
	}
	for _, via := range k.skipped {
		target := Chosen{Name: via.edge.to.name}
		if pinned := via.edge.to.pinned; pinned != nil {
			target = pinned.chosen() // which the reference may contradict
		}
		add(DirectReference, via, target, "")
	}
	for _, m := range k.missing {
		add(UnknownExtra, m.via, m.at.chosen(), m.slot.extra)
	}
	for _, s := range k.visited {
		switch c := s.candidate; {
		case s.extra != "":
		case c.release != nil && c.release.Incomplete:
			add(IncompleteFacts, s.via, c.chosen(), "")
		case c.pin != nil && c.pin.isOpaque():
			add(DirectReference, s.via, c.chosen(), "")
		}
	}
	return notes
}
