package main

import (
	"context"
	"errors"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// floorMinimum is what there is to say of one requirement.
type floorMinimum struct {
	Requirement string           `json:"requirement"`
	Source      string           `json:"source"`
	Declared    string           `json:"declared,omitempty"` // the lowest published version that it admits; none if it declares no minimum
	Lowest      string           `json:"lowest"`             // the lowest that is known to fit
	Proven      bool             `json:"proven,omitempty"`   // ... and, of a minimum that does not, none below it does
	Real        *bool            `json:"real,omitempty"`     // the minimum fits; none if it declares none
	Because     []gate.Deduction `json:"because,omitempty"`  // why the declared one does not fit
	Unknown     string           `json:"unknown,omitempty"`  // why nobody can tell whether it does
}

// isUnreal reports whether a minimum is declared and does not fit.
func (m floorMinimum) isUnreal() bool { return m.Declared != "" && !m.isReal() && m.Unknown == "" }

// isReal reports whether a minimum is declared and fits.
func (m floorMinimum) isReal() bool { return m.Real != nil && *m.Real }

// write writes why a minimum is not real.
func (m floorMinimum) write(p *printer, where string) {
	p.styled(bold, m.Requirement)
	p.printf("   ")
	p.styled(dim, m.Source)
	p.printf("%s\n", where)
	switch {
	case m.Declared == "":
		p.printf("  declares no minimum; the lowest that is known to fit is %s\n", m.Lowest)
	case m.Unknown != "":
		p.printf("  whether %s fits is not known: %s\n", m.Declared, m.Unknown)
	case m.Proven:
		p.printf("  %s does not fit; the lowest that does is %s\n", m.Declared, m.Lowest)
	default:
		p.printf("  %s does not fit; the lowest that is known to is %s\n", m.Declared, m.Lowest)
	}
	for _, s := range m.Because {
		p.facts(s.Facts, ownProof)
	}
	p.printf("\n")
}

// versionZero is below whatever is published, or nearly so: what admits it declares no
// minimum.
var versionZero, _ = pep440.Parse("0")

// minimumOf says whether the lowest version that a requirement admits fits with all else.
// fits is a version that does.
func minimumOf(ctx context.Context, in *inputs, world *resolver.World, job resolver.Job, plan resolver.Plan, root resolver.Root, fits constraints.Version) (floorMinimum, error) {
	m := floorMinimum{Requirement: root.Requirement.String(), Source: root.Place.String(), Lowest: fits.String()}
	versions, err := in.facts.Versions(root.Requirement.Name)
	if err != nil || root.Requirement.Range.Contains(versionZero) { // it declares none
		return m, err
	}
	isMeant := func(v constraints.Version) bool {
		return root.Requirement.Range.Contains(v) && (!v.IsPrerelease() || root.Requirement.Range.MentionsPrerelease())
	}
	lowest := slices.IndexFunc(versions, isMeant)
	real := lowest < 0 || versions[lowest].Compare(fits) >= 0 // of pre-releases alone, one fits
	m.Declared, m.Real = fits.String(), &real
	if real {
		return m, nil
	}
	m.Declared = versions[lowest].String()
	_, err = solveWith(ctx, world, job, plan, root, sole{versions[lowest]})
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		var why resolutionAnswer
		why.explain(ctx, in, unsolved)
		m.Because = why.Because
		fits, m.Proven, err = lowestOf(ctx, world, job, plan, root, fits)
		m.Lowest = fits.String()
		return m, err
	case unclear(err):
		m.Unknown = err.Error()
		return m, ctx.Err()
	case err != nil:
		return m, err
	}
	real, m.Lowest = true, m.Declared
	return m, nil
}

// lowestOf returns the lowest version that a requirement admits and that fits, from one that
// does on down, and whether it is proven that none below it does.
func lowestOf(ctx context.Context, world *resolver.World, job resolver.Job, plan resolver.Plan, root resolver.Root, fits constraints.Version) (lowest constraints.Version, proven bool, err error) {
	for {
		solution, err := solveWith(ctx, world, job, plan, root, below{fits, root.Requirement.Range.MentionsPrerelease()})
		switch {
		case errors.As(err, new(*resolver.Unsolved)):
			return fits, true, nil
		case unclear(err):
			return fits, false, ctx.Err()
		case err != nil:
			return fits, false, err
		}
		fits = versionsByName(solution.Installed())[root.Requirement.Name]
	}
}

// solveWith solves with a range more on the package of a root.
func solveWith(ctx context.Context, world *resolver.World, job resolver.Job, plan resolver.Plan, root resolver.Root, more constraints.Range) (*resolver.Solution, error) {
	root.Requirement.Range = more
	job.Roots = append(slices.Clone(job.Roots), root)
	return world.Solve(ctx, job, plan)
}

// sole is the range of one version that is not asked for exactly, as a yanked one would have
// to be.
type sole struct{ version constraints.Version }

func (s sole) Contains(v constraints.Version) bool { return v.Equal(s.version) }
func (s sole) MentionsPrerelease() bool            { return false }
func (s sole) String() string                      { return "==" + s.version.String() }

// below is the range of what is lower than a version.
type below struct {
	version     constraints.Version
	prereleases bool
}

func (b below) Contains(v constraints.Version) bool {
	return v.Compare(b.version) < 0 && (b.prereleases || !v.IsPrerelease())
}
func (b below) MentionsPrerelease() bool { return false }
func (b below) String() string           { return "<" + b.version.String() }

// unclear reports whether an error of a search is that the answer cannot be told.
func unclear(err error) bool {
	return errors.Is(err, resolver.ErrGaveUp) || errors.As(err, new(*resolver.FactsError))
}
