package resolver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// Solution is what Solve found.
type Solution struct {
	// Outcome is what Verify says of it: nothing clashes. It has what is installed, and
	// through what.
	*Outcome

	// Chosen is what is there, by name: what is installed, and what only packages need that
	// the plan chooses apart.
	Chosen []Chosen

	// Decided is what was left to choose, in the order in which it was chosen. In this
	// order each package has the version that its plan prefers among those with which, after
	// what was chosen before it, there is a solution.
	Decided []constraints.Name

	Steps int // of the search
}

// ErrGaveUp says that a search ended at its bound: whether there is a solution is not
// known.
var ErrGaveUp = errors.New("the search ended at its bound")

// FactsError is the error that it cannot be told what a release requires that would be
// chosen.
type FactsError struct {
	Name    constraints.Name
	Version constraints.Version // zero: it cannot be told which there are
	Err     error               // of the source, nil where it simply does not know
}

func (e *FactsError) Error() string {
	what := string(e.Name)
	if !e.Version.IsZero() {
		what += " " + e.Version.String()
	}
	if e.Err == nil {
		return "what " + what + " requires is not known"
	}
	return fmt.Sprintf("what %s requires is not known: %v", what, e.Err)
}

func (e *FactsError) Unwrap() error { return e.Err }

// Solve chooses versions for all that a job needs and the world does not pin, so that
// everything fits, or proves that no choice does (ALGORITHM.md). What it chooses is held
// against Verify before it is returned.
//
// The error is an *Unsolved, a *FactsError, ErrGaveUp or that of ctx.
func (w *World) Solve(ctx context.Context, job Job, plan Plan) (*Solution, error) {
	return w.SolvePart(ctx, job, plan, func(Root) bool { return true })
}

// SolvePart solves with some roots of a job, as a part of the whole question: what the
// others name stays named, and sources stay. Where it has no solution the whole has none.
func (w *World) SolvePart(ctx context.Context, job Job, plan Plan, part func(Root) bool) (*Solution, error) {
	u := newUniverse(w, job, plan)
	u.job.Roots = u.overridden()
	u.nameAll()
	u.job.Roots = slices.DeleteFunc(u.job.Roots, func(r Root) bool { return r.Requirement.URL == "" && !part(r) })
	return u.solve(ctx)
}

// solve chooses, once it is known what is asked.
func (u *universe) solve(ctx context.Context) (*Solution, error) {
	facts, err := u.start()
	if err != nil {
		return nil, err
	}
	steps := u.plan.MaxSteps
	if steps == 0 {
		steps = defaultSteps
	}
	found, err := pubgrub.Solve(ctx, u, facts, steps)
	if err != nil {
		return nil, u.explain(err)
	}
	outcome := u.verify(found)
	outcome.Clashes = slices.DeleteFunc(outcome.Clashes, func(c Clash) bool { _, ok := u.met[c.Demand.key()]; return ok })
	if len(outcome.Clashes) > 0 {
		c := outcome.Clashes[0]
		return nil, fmt.Errorf("an error in this program: what was chosen does not fit: %s of %s %s", c.Kind, c.Target.Name, c.Target.Version)
	}
	for _, c := range outcome.Installed() {
		if c.Pin == nil {
			return nil, fmt.Errorf("an error in this program: %s is needed, and nothing was chosen of it", c.Name)
		}
	}
	s := &Solution{Outcome: outcome, Chosen: u.chosen(found), Steps: found.Steps}
	for _, p := range found.Decided {
		if e := &u.packages[p]; !e.own {
			s.Decided = append(s.Decided, e.node.name)
		}
	}
	return s, nil
}

// explain returns an error of the search in terms of the world.
func (u *universe) explain(err error) error {
	var unknown *pubgrub.UnknownError
	var none *pubgrub.Unsatisfiable
	switch {
	case errors.As(err, &unknown):
		return unknown.Err
	case errors.As(err, &none):
		return &Unsolved{universe: u, proof: none}
	case errors.Is(err, pubgrub.ErrGaveUp):
		return ErrGaveUp
	}
	return err
}

// Unsolved is the error that no choice fits.
type Unsolved struct {
	universe *universe
	proof    *pubgrub.Unsatisfiable
}

func (e *Unsolved) Error() string { return "no choice of versions fits" }

// chosen returns what was found, by name, but for what is chosen apart.
func (u *universe) chosen(found *pubgrub.Solution) (all []Chosen) {
	for p, v := range found.Versions {
		e := &u.packages[p]
		switch {
		case v < 0, e.along, e.own:
		case e.node.pinned != nil:
			all = append(all, e.node.pinned.chosen())
		default:
			all = append(all, Chosen{Name: e.node.name, Version: e.node.versions[v]})
		}
	}
	slices.SortFunc(all, func(a, b Chosen) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return all
}

// forYanked reports whether the proof rests on that a yanked version is not chosen.
func (e *Unsolved) forYanked() (yes bool) {
	visit(e.proof.Derivation(), func(d *pubgrub.Derivation) {
		yes = yes || d.Requirement >= 0 && e.universe.meanings[d.Requirement].kind == meansYanked
	})
	return yes
}

// verify takes the job through the world in which what was found is pinned.
func (u *universe) verify(found *pubgrub.Solution) *Outcome {
	w := u.world
	var pins []Pin
	for _, c := range u.chosen(found) {
		if c.Pin == nil {
			pins = append(pins, Pin{Name: c.Name, Version: c.Version, Range: only{c.Version}})
		}
	}
	fixed := NewWorld(w.env, pins, nil, w.source)
	for name, pin := range w.pins {
		fixed.pins[name] = pin
	}
	fixed.limits, fixed.overrides = w.limits, maps.Clone(u.overrides)
	job := u.job
	for name := range u.apart { // nothing stands for what is required of it
		fixed.overrides[name] = nil
	}
	job.Roots = slices.DeleteFunc(slices.Clone(job.Roots), func(r Root) bool { return u.apart[r.Requirement.Name] })
	return fixed.Verify(job)
}

// only is the range of one version in one spelling.
type only struct{ version constraints.Version }

func (o only) Contains(v constraints.Version) bool {
	return v.Equal(o.version) && v.String() == o.version.String()
}
func (o only) MentionsPrerelease() bool { return true }
func (o only) String() string           { return "===" + o.version.String() }
func (o only) Textual() bool            { return true }
func (o only) Exact() (string, bool)    { return o.version.String(), true }
