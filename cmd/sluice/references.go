package main

import (
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/index/fetch"
	"sluice/index/pypi"
	"sluice/resolver"
)

// references are the direct references among the roots of a job.
type references struct {
	roots   []*resolver.Root           // one for each package
	pins    []resolver.Pin             // to those of which it is known what they are
	unknown map[constraints.Name]error // why it is not known of the others
}

// references looks at what the direct references of a job lead to. The error names those
// that lead to something else, and packages that have several.
func (in *inputs) references(env *constraints.Environment, job resolver.Job) (*references, error) {
	found := &references{unknown: make(map[constraints.Name]error)}
	var problems constraints.Problems
	for i := range job.Roots {
		root := &job.Roots[i]
		r := &root.Requirement
		if r.URL == "" || !r.Applies(env, "") {
			continue
		}
		if f := found.of(r.Name); f != nil {
			if f.Requirement.URL != r.URL {
				problems = append(problems, constraints.Problem{Place: root.Place, Msg: fmt.Sprintf("%s is required from %s and from %s", r.Name, constraints.Redact(f.Requirement.URL), constraints.Redact(r.URL)), Hint: "see " + f.Place.String()})
			}
			continue
		}
		found.roots = append(found.roots, root)
		release, err := in.facts.reference(r.Name, r.URL)
		var other *pypi.OtherPackageError
		var changed *fetch.DigestError
		switch {
		case errors.As(err, &changed):
			problems = append(problems, constraints.Problem{Place: root.Place, Msg: fmt.Sprintf("%s @ %s is not what its URL promises: %v", r.Name, constraints.Redact(r.URL), err)})
		case errors.As(err, &other):
			problems = append(problems, constraints.Problem{Place: root.Place, Msg: fmt.Sprintf("%s @ %s is no %s: %v", r.Name, constraints.Redact(r.URL), r.Name, err)})
		case err != nil:
			found.unknown[r.Name] = err
		default:
			found.pins = append(found.pins, resolver.Pin{
				Name: r.Name, Spelling: r.Spelling, Version: release.Version, Range: constraints.Exactly(release.Version),
				URL: r.URL, Place: root.Place, Release: release,
			})
		}
	}
	return found, problems.Err()
}

// of returns the reference to a package, nil for none.
func (f *references) of(name constraints.Name) *resolver.Root {
	i := slices.IndexFunc(f.roots, func(r *resolver.Root) bool { return r.Requirement.Name == name })
	if i < 0 {
		return nil
	}
	return f.roots[i]
}

// among returns pins and limits with those of the references: what else pins their packages
// only constrains them, as installers have it. The error names pins to other sources.
func (f *references) among(pins []resolver.Pin, limits []resolver.Root) ([]resolver.Pin, []resolver.Root, error) {
	rest := slices.Clone(f.pins)
	var problems constraints.Problems
	for _, p := range pins {
		root := f.of(p.Name)
		known := slices.ContainsFunc(f.pins, func(own resolver.Pin) bool { return own.Name == p.Name })
		switch {
		case root != nil && p.URL != "" && p.URL != root.Requirement.URL:
			problems = append(problems, constraints.Problem{
				Place: root.Place,
				Msg:   fmt.Sprintf("%s is required from %s, and is to come from %s", p.Name, constraints.Redact(root.Requirement.URL), constraints.Redact(p.URL)),
				Hint:  "see " + p.Place.String(),
			})
		case !known:
			rest = append(rest, p)
		case p.URL == "":
			limits = append(limits, resolver.Root{Requirement: constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: p.Range}, Place: p.Place})
		}
	}
	return rest, limits, problems.Err()
}

// reference returns the release that a direct reference stands for; an error where that is
// not known.
func (f *facts) reference(name constraints.Name, url string) (*resolver.Release, error) {
	from := new(pypi.Client) // which knows local files
	if l, ok := f.origin.(live); ok {
		from = l.Client
	}
	p, err := from.Reference(f.ctx, name, url)
	if err != nil {
		return nil, err
	}
	return release(p, 0)
}
