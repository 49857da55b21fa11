package resolver

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// Hint is something that a person might do about a question without a solution.
type Hint struct {
	Kind    HintKind
	Name    constraints.Name
	Version constraints.Version // of which it speaks; zero for none
	Range   constraints.Range   // of NeedsRuntime: the runtimes that the version is for
}

// HintKind says what a Hint is about.
type HintKind uint8

const (
	WasYanked     HintKind = iota + 1 // a version was yanked, and may be asked for exactly
	NeedsRuntime                      // a version is for other runtimes
	IsPrerelease                      // a pre-release is in the range, and the plan wants none
	IsNotThere                        // there is no package of the name: it may be misspelt
	IsExcludedNow                     // the plan excludes a version that is in the range
)

// Hints returns what might be done, each once, in the order of the proof.
func (e *Unsolved) Hints() (hints []Hint) {
	u := e.universe
	add := func(h Hint) {
		known := func(o Hint) bool { return o.Kind == h.Kind && o.Name == h.Name }
		if !slices.ContainsFunc(hints, known) {
			hints = append(hints, h)
		}
	}
	visit(e.proof.Derivation(), func(d *pubgrub.Derivation) {
		if len(d.Parents) > 0 {
			return
		}
		m := &u.meanings[d.Requirement]
		on := u.demands[d.Requirement].Package
		n := u.packages[on].node
		switch m.kind {
		case meansYanked, meansDefect:
			x := explainer{universe: u}
			c := x.someCandidate(&u.packages[d.From], d)
			if m.kind == meansYanked {
				add(Hint{Kind: WasYanked, Name: n.name, Version: c.version})
			} else if m.defect == WrongRuntime {
				add(Hint{Kind: NeedsRuntime, Name: n.name, Version: c.version, Range: c.release.RequiresRuntime})
			}
		case meansFinal:
			add(Hint{Kind: IsPrerelease, Name: n.name, Version: n.versions[u.demands[d.Requirement].Excluded.Highest()]})
		case meansExclusion:
			add(Hint{Kind: IsExcludedNow, Name: n.name})
		case meansDemand:
			if n.pinned == nil && len(n.versions) == 0 {
				add(Hint{Kind: IsNotThere, Name: n.name})
			}
		}
	})
	return hints
}
