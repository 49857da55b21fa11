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
	Real        bool             `json:"real"`               // it fits
	Because     []gate.Deduction `json:"because,omitempty"`  // why the declared one does not fit
	Unknown     string           `json:"unknown,omitempty"`  // why nobody can tell whether it does
}

// isUnreal reports whether a minimum is declared and does not fit.
func (m floorMinimum) isUnreal() bool { return m.Declared != "" && !m.Real && m.Unknown == "" }

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
	if err != nil {
		return m, err
	}
	lowest := slices.IndexFunc(versions, func(v constraints.Version) bool {
		return root.Requirement.Range.Contains(v) && (!v.IsPrerelease() || root.Requirement.Range.MentionsPrerelease())
	})
	m.Real = lowest < 0 || versions[lowest].Compare(fits) >= 0 // of pre-releases alone, one fits
	switch {
	case root.Requirement.Range.Contains(versionZero): // it declares none
		return m, nil
	case m.Real:
		m.Declared = fits.String()
		return m, nil
	}
	m.Declared = versions[lowest].String()
	exactly := root
	exactly.Requirement.Range = constraints.Exactly(versions[lowest])
	job.Roots = append(slices.Clone(job.Roots), exactly)
	_, err = world.Solve(ctx, job, plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		var why resolutionAnswer
		why.explain(ctx, in, unsolved)
		m.Because = why.Because
		return m, nil
	case unclear(err):
		m.Unknown = err.Error()
		return m, nil
	case err != nil:
		return m, err
	}
	m.Real, m.Lowest = true, m.Declared
	return m, nil
}

// unclear reports whether an error of a search is that the answer cannot be told.
func unclear(err error) bool {
	return errors.Is(err, resolver.ErrGaveUp) || errors.As(err, new(*resolver.FactsError))
}
