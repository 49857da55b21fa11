package resolver

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// universe is a world as the search sees it: packages, versions and requirements are
// numbers (ALGORITHM 8).
type universe struct {
	world     *World
	job       Job
	plan      Plan
	overrides map[constraints.Name][]*constraints.Requirement
	named     map[constraints.Name]named // what is said of packages from the start

	packages []entry
	numbers  map[packageKey]pubgrub.Package
	demands  []pubgrub.Demand
	meanings []meaning // of the requirement of each number
	known    map[meaningKey]pubgrub.Requirement
	made     map[madeKey][]pubgrub.Requirement
	apart    map[constraints.Name]bool
	whole    map[int]bool                        // the groups that count with all that shared packages require
	met      map[metKey]*constraints.Requirement // what stands for demands that the plan takes as met
}

// metKey is a demand that counts as met: that of a root by its place, that of a release by
// its name.
type metKey struct {
	from, on constraints.Name
	place    constraints.Place
}

func (d *Demand) key() metKey {
	if d.From != nil {
		return metKey{from: d.From.Name, on: d.Requirement.Name}
	}
	return metKey{on: d.Requirement.Name, place: d.Place}
}

// madeKey is what requires something: a slot, of a package that groups have apart.
type madeKey struct {
	slot  *slot
	group int
	own   bool
}

// entry is a package, or what comes along with one: an extra, or that a whole group has
// the package, which the groups share.
type entry struct {
	node   *node
	extra  constraints.Name
	group  int         // whose it is, of a package that groups have apart
	own    bool        // it is a group's own
	along  bool        // with the version that the package has
	finals pubgrub.Set // the versions that are no pre-releases; nil until asked for
}

type packageKey struct {
	node  *node
	extra constraints.Name
	group int
	own   bool
}

// named is what roots, constraints and pins say of a package by themselves.
type named struct {
	providers  []int // the groups of which a root is a direct reference
	prerelease bool  // one names a pre-release
	exact      []constraints.Range
}

// meaning is what a requirement of the search stands for.
type meaning struct {
	kind        meaningKind
	requirement *constraints.Requirement
	root        *Root      // of a root or constraint
	exclusion   *Exclusion // of an excluded
	defect      Kind       // of a defective
}

type meaningKind uint8

const (
	meansDemand     meaningKind = iota // a requirement of a version, or of a root
	meansExtra                         // that an extra be there
	meansMember                        // that a group have a package which it shares
	meansConstraint                    // a constraint that fixes no version
	meansExclusion                     // an exclusion of the plan
	meansFinal                         // that a version be no pre-release
	meansDefect                        // that a version can be installed
	meansYanked                        // that a version be not yanked
)

// meaningKey is what makes two requirements one.
type meaningKey struct {
	kind   meaningKind
	on     pubgrub.Package
	text   string // of the range
	root   *Root
	number int
}

func newUniverse(w *World, job Job, plan Plan) *universe {
	u := &universe{
		world: w, job: job, plan: plan,
		named: make(map[constraints.Name]named), overrides: make(map[constraints.Name][]*constraints.Requirement),
		numbers: make(map[packageKey]pubgrub.Package), known: make(map[meaningKey]pubgrub.Requirement),
		made: make(map[madeKey][]pubgrub.Requirement), apart: make(map[constraints.Name]bool), whole: make(map[int]bool),
		met: make(map[metKey]*constraints.Requirement),
	}
	for i := range plan.met {
		any := plan.met[i].Requirement
		any.Range, any.URL = constraints.Everything(), ""
		u.met[plan.met[i].key()] = &any
	}
	for i := range plan.Overrides {
		r := &plan.Overrides[i].Requirement
		if !r.Applies(w.env, "") {
			continue
		}
		u.overrides[r.Name] = append(u.overrides[r.Name], r)
	}
	for _, name := range plan.leftOut { // nothing stands for what is required of them
		u.overrides[name] = nil
	}
	for _, name := range plan.Apart {
		u.apart[name] = true
	}
	for _, group := range plan.Whole {
		u.whole[group] = true
	}
	return u
}

// overridden returns the roots that apply, overrides in place of those on their packages.
func (u *universe) overridden() []Root {
	var roots []Root
	taken := make(map[constraints.Name]bool)
	for _, root := range u.job.Roots {
		name := root.Requirement.Name
		_, overridden := u.overrides[name]
		switch {
		case !root.Requirement.Applies(u.world.env, "") || taken[name]:
		case !overridden:
			roots = append(roots, root)
		default:
			taken[name] = true
			for _, o := range u.plan.Overrides {
				if o.Requirement.Name == name && o.Requirement.Applies(u.world.env, "") {
					roots = append(roots, o)
				}
			}
		}
	}
	return roots
}

// nameAll notes what roots, constraints and pins say of their packages. A pin says it where
// it is left out of a question, so that this is not answered by what was no matter before.
func (u *universe) nameAll() {
	for i := range u.job.Roots {
		if r := &u.job.Roots[i].Requirement; r.URL != "" {
			n := u.named[r.Name]
			n.providers = append(n.providers, u.job.Roots[i].Group)
			u.named[r.Name] = n
		}
	}
	for _, roots := range [][]Root{u.job.Roots, u.job.Limits, u.plan.Overrides} {
		for i := range roots {
			if r := &roots[i].Requirement; r.Applies(u.world.env, "") {
				u.name(r.Name, r.Range)
			}
		}
	}
	for name, limits := range u.world.limits {
		for i := range limits {
			u.name(name, limits[i].Requirement.Range)
		}
	}
	for name, pin := range u.world.pins {
		if !pin.isOpaque() {
			u.name(name, pin.Range)
		}
	}
	for name, version := range u.plan.Standing {
		u.name(name, constraints.Exactly(version))
	}
}

// name notes what a range says of its package.
func (u *universe) name(name constraints.Name, r constraints.Range) {
	n := u.named[name]
	n.prerelease = n.prerelease || r.MentionsPrerelease()
	if isExact(r) {
		n.exact = append(n.exact, r)
	}
	u.named[name] = n
}

// start returns the facts of the question: the roots.
func (u *universe) start() ([]pubgrub.Requirement, error) {
	var facts []pubgrub.Requirement
	for i := range u.job.Roots {
		root := &u.job.Roots[i]
		r := &root.Requirement
		if any, ok := u.met[metKey{on: r.Name, place: root.Place}]; ok {
			r = any
		}
		asked, err := u.requirements(r, root, &entry{group: root.Group})
		if err != nil {
			return nil, err
		}
		facts = append(facts, asked...)
	}
	return facts, nil
}

// comesFree reports whether what an entry requires is free as well: what is a group's own may be
// anything, and nothing stands for what that requires.
func (u *universe) comesFree(n *node, by *entry) bool {
	_, stands := u.plan.Standing[n.name]
	return u.isFree(by) && by.group != 0 && n.pinned == nil && !stands && !u.apart[n.name]
}

// isProvided reports whether a direct reference stands for a package: of the group itself for
// what groups have apart, and never for what stands, which is held to what is required of it.
func (u *universe) isProvided(name constraints.Name, group int) bool {
	providers := u.named[name].providers
	if _, stands := u.plan.Standing[name]; stands {
		return false
	}
	if u.apart[name] {
		return slices.Contains(providers, group)
	}
	return len(providers) > 0
}

// number returns the number of a package or extra, a group's own or shared.
func (u *universe) number(n *node, extra constraints.Name, group int, own bool) pubgrub.Package {
	if !own {
		group = 0
	}
	return u.entry(packageKey{n, extra, group, own}, extra != "")
}

// entry returns the number of an entry, new ones after all others.
func (u *universe) entry(key packageKey, along bool) pubgrub.Package {
	p, ok := u.numbers[key]
	if !ok {
		p = pubgrub.Package(len(u.packages))
		u.packages = append(u.packages, entry{node: key.node, extra: key.extra, group: key.group, own: key.own, along: along})
		u.numbers[key] = p
	}
	return p
}

// requirements returns what a requirement asks for, by which entry it is, or of which group's
// root: its package in its range, and each of its extras. A direct reference asks for nothing
// that could be chosen. The error is that it cannot be told which versions there are.
func (u *universe) requirements(r *constraints.Requirement, root *Root, by *entry) ([]pubgrub.Requirement, error) {
	if r.URL != "" && !u.world.unlisted(r.Name).isSource() {
		return nil, nil
	}
	if u.world.unlisted(r.Name).pinned == nil && u.isProvided(r.Name, by.group) {
		return nil, nil // and no index is asked
	}
	n := u.world.node(r.Name)
	if n.err != nil {
		return nil, &FactsError{Name: n.name, Err: n.err}
	}
	free := u.comesFree(n, by)
	if free && !u.whole[by.group] { // to be the group's own, if that matters
		return nil, nil
	}
	own := free || u.apart[n.name]
	all := []pubgrub.Requirement{u.inRange(u.number(n, "", by.group, own), r, root)}
	for _, extra := range r.Extras {
		all = append(all, u.along(u.number(n, extra, by.group, own), r, root))
	}
	if u.whole[by.group] && !own {
		for _, extra := range append([]constraints.Name{""}, r.Extras...) {
			all = append(all, u.along(u.entry(packageKey{n, extra, by.group, false}, true), r, root))
		}
	}
	return all, nil
}

// along returns the requirement that what comes along with a package be there.
func (u *universe) along(p pubgrub.Package, r *constraints.Requirement, root *Root) pubgrub.Requirement {
	kind := meansExtra
	if u.packages[p].extra == "" {
		kind = meansMember
	}
	return u.intern(meaningKey{kind: kind, on: p, root: root}, meaning{kind: kind, requirement: r, root: root}, func() pubgrub.Set {
		return u.absence(p)
	})
}

// inRange returns the requirement that a package be there, in the range of r.
func (u *universe) inRange(on pubgrub.Package, r *constraints.Requirement, root *Root) pubgrub.Requirement {
	key := meaningKey{kind: meansDemand, on: on, text: r.Range.String() + r.URL, root: root}
	return u.intern(key, meaning{kind: meansDemand, requirement: r, root: root}, func() pubgrub.Set {
		excluded := u.absence(on)
		u.exclude(on, excluded, r)
		return excluded
	})
}

// exclude adds the versions that a requirement rules out.
func (u *universe) exclude(on pubgrub.Package, excluded pubgrub.Set, r *constraints.Requirement) {
	n := u.packages[on].node
	if n.pinned != nil {
		if !n.pinned.admits(r) {
			excluded.Add(0)
		}
		return
	}
	m := n.membership(r)
	for v := range n.versions {
		if !m.has(v) {
			excluded.Add(v)
		}
	}
}

// absence returns the set that holds nothing but that a package is absent.
func (u *universe) absence(p pubgrub.Package) pubgrub.Set {
	n := u.Size(p)
	s := pubgrub.NewSet(n)
	s.Add(n)
	return s
}

// intern returns the number of a requirement, the same for the same.
func (u *universe) intern(key meaningKey, m meaning, excluded func() pubgrub.Set) pubgrub.Requirement {
	r, ok := u.known[key]
	if !ok {
		r = pubgrub.Requirement(len(u.demands))
		u.demands = append(u.demands, pubgrub.Demand{Package: key.on, Excluded: excluded()})
		u.meanings = append(u.meanings, m)
		u.known[key] = r
	}
	return r
}

// Packages implements pubgrub.Universe.
func (u *universe) Packages() int { return len(u.packages) }

// Size implements pubgrub.Universe.
func (u *universe) Size(p pubgrub.Package) int {
	e := &u.packages[p]
	if e.along || e.node.pinned != nil {
		return 1
	}
	return len(e.node.versions)
}

// Owner implements pubgrub.Universe.
func (u *universe) Owner(p pubgrub.Package) (pubgrub.Package, bool) {
	e := &u.packages[p]
	if !e.along {
		return 0, false
	}
	return u.number(e.node, "", e.group, e.own), true
}

// Demand implements pubgrub.Universe.
func (u *universe) Demand(r pubgrub.Requirement) pubgrub.Demand { return u.demands[r] }

// Facts implements pubgrub.Universe: constraints, exclusions, and pre-releases that are
// not wanted.
func (u *universe) Facts(p pubgrub.Package) []pubgrub.Requirement {
	e := &u.packages[p]
	if e.along || e.node.pinned != nil && e.node.pinned.pin.isOpaque() {
		return nil
	}
	var facts []pubgrub.Requirement
	for _, limits := range [][]Root{u.world.limits[e.node.name], u.job.Limits} {
		for i := range limits {
			l := &limits[i]
			_, isMet := u.met[metKey{on: e.node.name, place: l.Place}]
			if isMet || l.Requirement.Name != e.node.name || l.Group != e.group && l.Group*e.group != 0 || !l.Requirement.Applies(u.world.env, "") {
				continue
			}
			facts = append(facts, u.intern(meaningKey{kind: meansConstraint, on: p, root: l}, meaning{kind: meansConstraint, requirement: &l.Requirement, root: l}, func() pubgrub.Set {
				excluded := pubgrub.NewSet(u.Size(p))
				u.exclude(p, excluded, &l.Requirement)
				return excluded
			}))
		}
	}
	for i := range u.plan.Excluded {
		if x := &u.plan.Excluded[i]; x.Name == e.node.name {
			facts = append(facts, u.intern(meaningKey{kind: meansExclusion, on: p, number: i}, meaning{kind: meansExclusion, exclusion: x}, func() pubgrub.Set {
				return u.where(e.node, x.Range.Contains)
			}))
		}
	}
	if e.node.pinned != nil {
		return facts
	}
	if u.plan.Prereleases == DenyPrereleases && !u.namesPrerelease(e.node.name) && !u.isFree(e) {
		facts = append(facts, u.intern(meaningKey{kind: meansFinal, on: p}, meaning{kind: meansFinal}, func() pubgrub.Set {
			return u.where(e.node, constraints.Version.IsPrerelease)
		}))
	}
	return facts
}

// namesPrerelease reports whether a root, constraint or pin names a pre-release of a package.
func (u *universe) namesPrerelease(name constraints.Name) bool {
	if u.plan.StandingOnly {
		return u.plan.Standing[name].IsPrerelease()
	}
	return u.named[name].prerelease
}

// where returns the versions of a package for which something holds.
func (u *universe) where(n *node, holds func(constraints.Version) bool) pubgrub.Set {
	if n.pinned != nil {
		s := pubgrub.NewSet(1)
		if holds(n.pinned.version) {
			s.Add(0)
		}
		return s
	}
	s := pubgrub.NewSet(len(n.versions))
	for i, v := range n.versions {
		if holds(v) {
			s.Add(i)
		}
	}
	return s
}

// Requirements implements pubgrub.Universe.
func (u *universe) Requirements(p pubgrub.Package, v int) ([]pubgrub.Requirement, error) {
	e := u.packages[p]
	c := e.node.pinned
	if c == nil {
		c = u.world.candidate(e.node, v)
	}
	if e.extra != "" {
		if c.release == nil || !slices.Contains(c.release.Extras, e.extra) { // installers warn, and take it without
			return nil, nil
		}
		return u.requirementsOf(c.slot(e.extra), &e)
	}
	if e.along {
		return u.requirementsOf(c.base, &e)
	}
	switch {
	case c.err != nil, c.defect == UnknownFacts:
		return nil, &FactsError{Name: e.node.name, Version: c.version, Err: c.err}
	case c.defect == WrongRuntime:
		return []pubgrub.Requirement{u.never(p, meaning{kind: meansDefect, defect: c.defect}, c.release.RequiresRuntime.String())}, nil
	case c.defect != 0:
		return []pubgrub.Requirement{u.never(p, meaning{kind: meansDefect, defect: c.defect}, "")}, nil
	case c.yanked && !u.isNamed(c) && !u.isFree(&e):
		return []pubgrub.Requirement{u.never(p, meaning{kind: meansYanked}, "")}, nil
	}
	return u.requirementsOf(c.base, &e)
}

// isFree reports whether a package is chosen apart, in whatever version can be installed.
func (u *universe) isFree(e *entry) bool { return u.plan.ApartFreely && e.own }

// isNamed reports whether a root or constraint asks for exactly that version.
func (u *universe) isNamed(c *candidate) bool {
	if at, stands := u.plan.Standing[c.node.name]; u.plan.StandingOnly {
		return stands && at.Equal(c.version)
	}
	return slices.ContainsFunc(u.named[c.node.name].exact, func(r constraints.Range) bool { return r.Contains(c.version) })
}

// never returns the requirement of a version that cannot be chosen, the same for those of
// one kind and reason.
func (u *universe) never(p pubgrub.Package, m meaning, reason string) pubgrub.Requirement {
	return u.intern(meaningKey{kind: m.kind, on: p, number: int(m.defect), text: reason}, m, func() pubgrub.Set {
		n := u.Size(p)
		all := pubgrub.Everything(n)
		all.Remove(n)
		return all
	})
}

// requirementsOf returns what a slot requires, of an entry that is a group's own or shared.
func (u *universe) requirementsOf(s *slot, by *entry) ([]pubgrub.Requirement, error) {
	key := madeKey{s, by.group, by.own}
	all, ok := u.made[key]
	if ok {
		return all, nil
	}
	edges := u.world.edges(s)
	for i := range edges {
		for _, r := range u.instead(edges[i].requirement) {
			if !by.own && u.apart[r.Name] && !u.whole[by.group] {
				continue // of which group?
			}
			if any, ok := u.met[metKey{from: s.candidate.node.name, on: r.Name}]; ok {
				r = any
			}
			asked, err := u.requirements(r, nil, by)
			if err != nil {
				return nil, err
			}
			all = append(all, asked...)
		}
	}
	u.made[key] = all
	return all, nil
}

// instead returns what stands for a requirement: itself, or the overrides of its package.
func (u *universe) instead(r *constraints.Requirement) []*constraints.Requirement {
	overrides, ok := u.overrides[r.Name]
	if !ok {
		return []*constraints.Requirement{r}
	}
	return overrides
}

// Known implements pubgrub.Universe.
func (u *universe) Known(p pubgrub.Package, v int) bool {
	n := u.packages[p].node
	return n.pinned != nil || n.candidates[v] != nil
}

// Choose implements pubgrub.Universe.
func (u *universe) Choose(p pubgrub.Package, among pubgrub.Set) int {
	e := &u.packages[p]
	if e.along || e.node.pinned != nil {
		return among.Highest()
	}
	if keep, ok := u.plan.Keep[e.node.name]; ok {
		if i, found := slices.BinarySearchFunc(e.node.versions, keep, constraints.Version.Compare); found && among.Has(i) {
			return i
		}
	}
	lowest := u.plan.Order == Lowest || u.plan.Order == LowestDirect && u.isDirect(e.node.name)
	if u.plan.Prereleases != AllowPrereleases && (u.plan.Prereleases == FinalsFirst || !u.named[e.node.name].prerelease) {
		if e.finals == nil {
			e.finals = u.where(e.node, func(v constraints.Version) bool { return !v.IsPrerelease() })
		}
		if v := first(among.And(e.finals), lowest); v >= 0 {
			return v
		}
	}
	return first(among, lowest)
}

func first(among pubgrub.Set, lowest bool) int {
	if lowest {
		return among.Lowest()
	}
	return among.Highest()
}

// isDirect reports whether a root names a package.
func (u *universe) isDirect(name constraints.Name) bool {
	return slices.ContainsFunc(u.job.Roots, func(r Root) bool { return r.Requirement.Name == name })
}
