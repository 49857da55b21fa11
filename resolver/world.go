package resolver

import (
	"slices"

	"sluice/constraints"
)

// Pin is the version that the constraints fix for a name in one environment.
type Pin struct {
	Name     constraints.Name
	Spelling string // of the name, as the line has it; "" where nobody cares
	Version  constraints.Version
	Range    constraints.Range // what the line says, such as ===1.4; it may be textual
	URL      string            // of a local or remote source that stands for the release, else ""
	Place    constraints.Place

	// Release is what the source at URL is, where that is known. It is held to what is
	// required of its version then, and its own requirements count.
	Release *Release
}

// isOpaque reports whether the pin is to a source of which nothing is known, which meets
// everything.
func (p *Pin) isOpaque() bool { return p.URL != "" && p.Release == nil }

// World is what one environment offers under one set of pins: a graph of
// releases and of the requirements between them, built as far as it is walked.
// It remembers what it built, so many questions may be asked of one World, but
// not at the same time.
type World struct {
	env        *constraints.Environment
	source     Source
	given      []Pin // that it is of
	pins       map[constraints.Name]*Pin
	limits     map[constraints.Name][]Root
	overrides  map[constraints.Name][]*constraints.Requirement // which stand for all requirements on their packages
	nodes      map[constraints.Name]*node
	dependents map[constraints.Name][]constraints.Name // see Dependents

	epoch uint32 // of the current walk; what bears another is stale
	walk  walk   // the current one
}

// NewWorld returns the world of env under the given pins, and limits: constraints
// that fix no version and narrow the choice where the package is needed. Of
// several pins of one name the first counts.
func NewWorld(env *constraints.Environment, pins []Pin, limits []Root, source Source) *World {
	w := &World{
		env:    env,
		source: source,
		given:  pins,
		pins:   make(map[constraints.Name]*Pin, len(pins)),
		limits: make(map[constraints.Name][]Root),
		nodes:  make(map[constraints.Name]*node, len(pins)),
	}
	for i := range pins {
		if _, twice := w.pins[pins[i].Name]; !twice {
			w.pins[pins[i].Name] = &pins[i]
		}
	}
	for _, limit := range limits {
		name := limit.Requirement.Name
		w.limits[name] = append(w.limits[name], limit)
	}
	return w
}

// Environment returns the environment that w is the world of.
func (w *World) Environment() *constraints.Environment { return w.env }

// Pin returns the pin of a name, nil when nothing pins it.
func (w *World) Pin(name constraints.Name) *Pin { return w.pins[name] }

// Release returns the release that the pin of a name stands for; nil when nothing
// pins it, or what it is pinned to is not published or not known.
func (w *World) Release(name constraints.Name) *Release {
	if w.pins[name] == nil {
		return nil
	}
	return w.node(name).pinned.release
}

// node is a package in the world: one candidate where it is pinned, any number
// where it is not.
type node struct {
	name   constraints.Name
	pinned *candidate // nil when nothing pins the package

	// Of a package that nothing pins:
	listed     bool // the source was asked
	versions   []constraints.Version
	candidates []*candidate // of the versions, each built on first use
	members    map[*constraints.Requirement]*membership
	err        error // of the source, when it could not list the versions

	// Of the current walk, valid while epoch is the world's:
	epoch    uint32
	provided bool              // by a direct reference, or given up: nothing is to be chosen
	asked    constraints.Range // by a demand that was in conflict: for a pre-release, or one version exactly
	decided  *candidate
	level    int
	depth    int
	order    int
	demands  []demand
	exacts   int // how many of them want one version only
}

// isSource reports whether the package is pinned to a source of which it is known what it
// is.
func (n *node) isSource() bool { return n.pinned != nil && n.pinned.pin.Release != nil }

// candidate is a version of a package that could be installed in the world.
type candidate struct {
	node    *node
	version constraints.Version
	pin     *Pin     // nil when chosen by the search
	release *Release // nil when it is not published
	defect  Kind     // what keeps the environment from installing it, or 0
	yanked  bool     // of one that the search may choose
	err     error    // of the source

	base   *slot
	extras map[constraints.Name]*slot

	// blocker is a requirement of its own that no choice could meet, because a pin
	// does not; it is known once judged.
	blocker *edge
	judged  bool
}

// slot is the part of a candidate that is installed on demand as one: its
// requirements without extras, or those that one extra adds.
type slot struct {
	candidate *candidate
	extra     constraints.Name
	compiled  bool
	edges     []edge

	seen  uint32 // the epoch of the walk that visited it last
	via   origin // how that walk came here first
	depth int
}

// edge is a requirement of a slot on another package.
type edge struct {
	requirement *constraints.Requirement
	to          *node
	fits        bool // the pin of to is in the range; meaningless when nothing pins it
}

// node returns the node of a package, built on first use.
func (w *World) node(name constraints.Name) *node {
	n := w.unlisted(name)
	if n.pinned == nil && !n.listed {
		n.listed = true
		n.versions, n.err = w.source.Versions(name)
		n.candidates = make([]*candidate, len(n.versions))
	}
	return n
}

// unlisted is node where it is not known yet that a version is to be chosen: of what a
// direct reference provides no index is asked, which may not be meant to know the name.
func (w *World) unlisted(name constraints.Name) *node {
	n, ok := w.nodes[name]
	if !ok {
		n = &node{name: name}
		w.nodes[name] = n
		if pin := w.pins[name]; pin != nil {
			n.pinned = w.pinnedCandidate(n, pin)
		}
	}
	return n
}

// pinnedCandidate returns the candidate that a pin stands for.
func (w *World) pinnedCandidate(n *node, pin *Pin) *candidate {
	c := &candidate{node: n, version: pin.Version, pin: pin}
	c.base = &slot{candidate: c}
	switch {
	case pin.isOpaque():
		return c
	case pin.URL != "":
		c.release = pin.Release
	default:
		c.release, c.err = w.pinnedRelease(pin)
	}
	switch {
	case c.err != nil:
		c.defect = UnknownFacts
	case c.release == nil || !pin.Range.Contains(c.release.Version):
		// A textual pin (===1.0) does not match a release spelled 1.0.0.
		c.release, c.defect = nil, Unpublished
	default:
		c.version = c.release.Version
		c.defect = w.defect(c.release)
	}
	return c
}

// pinnedRelease returns the release that a pin stands for, nil for none: of its
// version, or of one with a local label that it admits too, as ==1.0 does 1.0+cpu
// (PEP 440, "Version matching"). Installers take the highest that will do.
func (w *World) pinnedRelease(pin *Pin) (*Release, error) {
	plain, err := w.source.Release(pin.Name, pin.Version)
	if err != nil || isTextual(pin.Range) {
		return plain, err
	}
	versions, err := w.source.Versions(pin.Name)
	if err != nil {
		return nil, err
	}
	best := plain
	from, _ := slices.BinarySearchFunc(versions, pin.Version, constraints.Version.Compare)
	for _, v := range versions[from:] {
		if !pin.Range.Contains(v) {
			break
		}
		r, err := w.source.Release(pin.Name, v)
		if err != nil {
			return nil, err
		}
		if r != nil && (best == nil || !isYanked(r, w.env) && w.defect(r) == 0) {
			best = r
		}
	}
	return best, nil
}

// isTextual reports whether a range matches the spelling of a version, so that it
// can admit no other.
func isTextual(r constraints.Range) bool {
	t, ok := r.(interface{ Textual() bool })
	return ok && t.Textual()
}

// candidate returns the i-th version of a package that nothing pins.
func (w *World) candidate(n *node, i int) *candidate {
	if c := n.candidates[i]; c != nil {
		return c
	}
	c := &candidate{node: n, version: n.versions[i]}
	c.base = &slot{candidate: c}
	c.release, c.err = w.source.Release(n.name, c.version)
	switch {
	case c.err != nil:
		c.defect = UnknownFacts
	case c.release == nil:
		c.defect = Unpublished
	default:
		c.defect, c.yanked = w.defect(c.release), isYanked(c.release, w.env)
	}
	n.candidates[i] = c
	return c
}

func isYanked(r *Release, env *constraints.Environment) bool {
	yanked, _ := r.YankedIn(env)
	return yanked
}

// defect returns what keeps the environment from installing a release, or 0.
func (w *World) defect(r *Release) Kind {
	switch {
	case r.RequiresRuntime != nil && !r.RequiresRuntime.Contains(w.env.Runtime()):
		return WrongRuntime
	case !r.Installable(w.env):
		return NoFile
	case r.Unknown:
		return UnknownFacts
	case r.Malformed != "":
		return BadMetadata
	}
	return 0
}

// slot returns the part of a candidate that an extra adds, the base for "".
func (c *candidate) slot(extra constraints.Name) *slot {
	if extra == "" {
		return c.base
	}
	s, ok := c.extras[extra]
	if !ok {
		s = &slot{candidate: c, extra: extra}
		if c.extras == nil {
			c.extras = make(map[constraints.Name]*slot)
		}
		c.extras[extra] = s
	}
	return s
}

// edges returns the requirements of a slot that apply in the environment.
func (w *World) edges(s *slot) []edge {
	if s.compiled || s.candidate.release == nil {
		return s.edges
	}
	s.compiled = true
	requirements := s.candidate.release.Requirements
	if s.extra == "" {
		s.edges = make([]edge, 0, len(requirements))
	}
	for i := range requirements {
		r := &requirements[i]
		if !r.Applies(w.env, s.extra) || s.extra != "" && r.Applies(w.env, "") {
			continue
		}
		overrides, ok := w.overrides[r.Name]
		if !ok {
			s.edges = append(s.edges, w.edge(r))
		}
		for _, o := range overrides {
			s.edges = append(s.edges, w.edge(o))
		}
	}
	return s.edges
}

// blocker returns a requirement of a candidate, extras aside, that a pin does not
// meet, so that no choice of others could make the candidate fit; nil for none.
func (w *World) blocker(c *candidate) *edge {
	if c.judged {
		return c.blocker
	}
	c.judged = true
	edges := w.edges(c.base)
	for i := range edges {
		if e := &edges[i]; e.to.pinned != nil && !e.fits && e.requirement.URL == "" {
			c.blocker = e
			break
		}
	}
	return c.blocker
}

// edge returns a requirement as an edge of the world's graph.
func (w *World) edge(r *constraints.Requirement) edge {
	to := w.unlisted(r.Name)
	return edge{requirement: r, to: to, fits: to.pinned != nil && to.pinned.admits(r)}
}

// admits reports whether the candidate is what a requirement asks for. A direct
// reference asks for its own URL; a source that stands for the release, and of which
// nothing is known, is taken to have the version that is wanted.
func (c *candidate) admits(r *constraints.Requirement) bool {
	switch {
	case c.pin != nil && c.pin.isOpaque():
		return true
	case r.URL != "":
		return c.pin == nil || c.pin.Release == nil || c.pin.URL == r.URL
	}
	return r.Range.Contains(c.version)
}
