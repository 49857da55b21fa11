package resolver

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// Explanation is why nothing fits, in a few steps of which each follows from facts and
// from steps before it. The last one is that nothing fits (ALGORITHM 11).
type Explanation struct {
	Steps []Step
}

// Step is a conclusion and what it follows from.
type Step struct {
	Facts      []Fact
	Uses       []int  // earlier steps, by their number from 0
	Conclusion string // "" of the last: nothing fits
}

// Fact is something that is so, with where that is said.
type Fact struct {
	Text   string
	Source string            // in words; "" where Place tells
	Place  constraints.Place // zero where Source tells
}

// Explain tells the proof as steps. A step that is used once and rests on little is told
// where it is used.
func (e *Unsolved) Explain() *Explanation {
	x := &explainer{universe: e.universe, told: make(map[*pubgrub.Derivation]int), users: make(map[*pubgrub.Derivation]int)}
	proof := e.proof.Derivation()
	visit(proof, func(d *pubgrub.Derivation) {
		for _, p := range d.Parents {
			x.users[p]++
		}
	})
	x.tell(proof)
	return &Explanation{x.steps}
}

type explainer struct {
	*universe
	steps []Step
	told  map[*pubgrub.Derivation]int // the numbers of the steps that tell them
	users map[*pubgrub.Derivation]int // how many rest on them
}

// maxFacts is how many facts a step may have before what it rests on becomes steps of
// their own.
const maxFacts = 7

// tell adds the step that tells a derived clause, after those that it uses, and returns
// its number.
func (x *explainer) tell(d *pubgrub.Derivation) int {
	if n, ok := x.told[d]; ok {
		return n
	}
	var leaves []*pubgrub.Derivation
	var uses []int
	x.gather(d, &leaves, &uses)
	slices.Sort(uses)
	step := Step{Facts: x.facts(leaves), Uses: slices.Compact(uses)}
	if len(d.Terms) > 0 {
		step.Conclusion = x.conclusion(d.Terms)
	}
	x.told[d] = len(x.steps)
	x.steps = append(x.steps, step)
	return x.told[d]
}

// gather collects what a derived clause rests on: leaves, and steps that are told by
// themselves.
func (x *explainer) gather(d *pubgrub.Derivation, leaves *[]*pubgrub.Derivation, uses *[]int) {
	for _, p := range d.Parents {
		switch {
		case len(p.Parents) == 0:
			if !slices.Contains(*leaves, p) {
				*leaves = append(*leaves, p)
			}
		case x.users[p] == 1 && x.weight(p) <= maxFacts:
			x.gather(p, leaves, uses)
		default:
			*uses = append(*uses, x.tell(p))
		}
	}
}

// weight is how many leaves a derived clause rests on, those counted twice that are used
// twice.
func (x *explainer) weight(d *pubgrub.Derivation) int {
	if len(d.Parents) == 0 {
		return 1
	}
	n := 0
	for _, p := range d.Parents {
		if n += x.weight(p); n > maxFacts {
			break
		}
	}
	return n
}

// facts tells leaves in the order in which a reader would follow them: from the roots on,
// each package when somebody has asked for it.
func (x *explainer) facts(leaves []*pubgrub.Derivation) []Fact {
	var ordered []*pubgrub.Derivation
	known := make(map[constraints.Name]bool)
	rest := slices.Clone(leaves)
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(d *pubgrub.Derivation) bool { return x.follows(d, known) })
		next = max(next, 0)
		d := rest[next]
		rest = slices.Delete(rest, next, next+1)
		ordered = append(ordered, d)
		known[x.packages[x.demands[d.Requirement].Package].node.name] = true
	}
	var facts []Fact
	add := func(f Fact) {
		if !slices.Contains(facts, f) {
			facts = append(facts, f)
		}
	}
	for _, d := range ordered {
		add(x.fact(d))
		if f, ok := x.besides(d); ok {
			add(f)
		}
	}
	return facts
}

// besides tells what makes a requirement one that cannot be met: that its package is
// pinned to something else, or not published, or in no version that is asked for.
func (x *explainer) besides(d *pubgrub.Derivation) (Fact, bool) {
	m, demand := &x.meanings[d.Requirement], &x.demands[d.Requirement]
	if m.kind != meansDemand && m.kind != meansConstraint || constraints.IsUnreadable(m.requirement.Range) {
		return Fact{}, false
	}
	n := x.packages[demand.Package].node
	size := x.Size(demand.Package)
	switch {
	case n.pinned != nil && demand.Excluded.Has(0):
		if n.isSource() {
			return Fact{Text: string(n.name) + " " + n.pinned.version.String() + " is at " + constraints.Redact(n.pinned.pin.URL), Place: n.pinned.pin.Place}, true
		}
		return Fact{Text: string(n.name) + " is pinned to " + n.pinned.version.String(), Place: n.pinned.pin.Place}, true
	case n.pinned != nil || demand.Excluded.Not(size).Lowest() >= 0 && demand.Excluded.Not(size).Lowest() < size:
		return Fact{}, false
	case size == 0:
		return Fact{Text: "there is no package " + string(n.name), Source: "the index"}, true
	}
	return Fact{Text: "there is none: the newest " + string(n.name) + " is " + n.versions[size-1].String(), Source: "the index"}, true
}

// follows reports whether a leaf speaks of what a reader knows: a root, or a package that
// somebody asked for.
func (x *explainer) follows(d *pubgrub.Derivation, known map[constraints.Name]bool) bool {
	if d.From < 0 {
		m := &x.meanings[d.Requirement]
		return m.root != nil && m.kind != meansConstraint || known[x.packages[x.demands[d.Requirement].Package].node.name]
	}
	return known[x.packages[d.From].node.name]
}
