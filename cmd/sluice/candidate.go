package main

import (
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// candidate is a version that somebody wants pinned: "NAME==VERSION[; MARKER]".
type candidate struct {
	name     constraints.Name
	spelling string
	version  string
	marker   constraints.Marker // nil: for every environment
}

// parseCandidates reads candidates from the command line; the error has all that
// is wrong with them.
func parseCandidates(args []string) ([]candidate, error) {
	if len(args) == 0 {
		return nil, usageError{msg: "no candidate given", hint: "write NAME==VERSION, such as urllib3==2.0.4"}
	}
	var candidates []candidate
	var errs []error
	seen := make(map[constraints.Name]bool)
	for _, arg := range args {
		c, err := parseCandidate(arg)
		switch {
		case err != nil:
			errs = append(errs, err)
		case seen[c.name] && c.marker == nil:
			errs = append(errs, usageError{msg: fmt.Sprintf("%s is a candidate twice", c.spelling), hint: "give each a marker, or ask about one after the other"})
		}
		seen[c.name] = true
		candidates = append(candidates, c)
	}
	return candidates, errors.Join(errs...)
}

func parseCandidate(arg string) (candidate, error) {
	r, err := pep508.ParseRequirement(arg)
	if err != nil {
		return candidate{}, usageError{msg: err.Error(), hint: hintOf(err, "a candidate is NAME==VERSION, such as urllib3==2.0.4")}
	}
	set, _ := r.Range.(pep440.SpecifierSet)
	text, exact := set.Exact()
	if !exact || r.URL != "" || len(r.Extras) > 0 {
		return candidate{}, usageError{msg: fmt.Sprintf("%q names no version", arg), hint: fmt.Sprintf("a candidate is NAME==VERSION; `sluice why %s` says which there are", r.Name)}
	}
	version, err := pep440.Parse(text)
	if err != nil {
		return candidate{}, usageError{msg: err.Error(), hint: hintOf(err, "")}
	}
	return candidate{name: r.Name, spelling: r.Spelling, version: version.String(), marker: r.Marker}, nil
}

// hintOf returns the hint that a syntax error brings, or another.
func hintOf(err error, other string) string {
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) && syntax.Hint != "" {
		return syntax.Hint
	}
	return other
}

// apply returns the constraints file with the candidates pinned. A line of a
// split pin is changed where the candidate's marker and the line's own hold in
// one environment of the matrix together; a name that is not pinned yet is added.
func apply(file *pinfile.File, candidates []candidate, environments []*constraints.Environment) (*pinfile.File, error) {
	for _, c := range candidates {
		edited, err := c.apply(file, environments)
		if err != nil {
			return nil, err
		}
		file = edited
	}
	return file, nil
}

func (c candidate) apply(file *pinfile.File, environments []*constraints.Environment) (*pinfile.File, error) {
	if c.marker != nil && !slices.ContainsFunc(environments, func(env *constraints.Environment) bool { return c.marker.Holds(env, "") }) {
		return nil, usageError{msg: fmt.Sprintf("the marker of %s holds in none of the environments", c), hint: "they are those of sluice.toml or --environment"}
	}
	meant := func(e pinfile.Entry) bool { return c.meets(e, environments) }
	if slices.ContainsFunc(file.Entries(), meant) {
		return file.Set(c.name, c.version, meant)
	}
	marker := ""
	if c.marker != nil {
		marker = c.marker.String()
	}
	return file.Add(c.spelling, c.version, marker)
}

// meets reports whether an entry is a pin that the candidate changes.
func (c candidate) meets(e pinfile.Entry, environments []*constraints.Environment) bool {
	if e.Requirement.Name != c.name || !e.Fixes() {
		return false
	}
	return c.marker == nil || slices.ContainsFunc(environments, func(env *constraints.Environment) bool {
		return c.marker.Holds(env, "") && e.Requirement.Applies(env, "")
	})
}

// remarks tells what applying the candidate does beyond what it says: a line is
// changed as a whole, also where the marker does not hold, and a name is new.
func (c candidate) remarks(file *pinfile.File, environments []*constraints.Environment) []string {
	var all []string
	found := false
	for _, e := range file.Entries() {
		if !c.meets(e, environments) {
			continue
		}
		found = true
		for _, env := range environments {
			if c.marker != nil && e.Requirement.Applies(env, "") && !c.marker.Holds(env, "") {
				all = append(all, fmt.Sprintf("%s: the line is changed for %s too, where the marker does not hold", e.Place, env.Name()))
			}
		}
	}
	if !found {
		all = append(all, fmt.Sprintf("%s is not pinned yet: a line is added", c.spelling))
	}
	return all
}

// String returns the candidate as it is given on the command line.
func (c candidate) String() string {
	s := c.spelling + "==" + c.version
	if c.marker != nil {
		s += "; " + c.marker.String()
	}
	return s
}
