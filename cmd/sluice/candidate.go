package main

import (
	"errors"
	"fmt"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
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
	var once given
	for i, arg := range args {
		if i > 0 && isVersion(arg) && pep508.ValidName(args[i-1]) { // NAME VERSION
			errs[i-1] = usageError{msg: fmt.Sprintf("%q and %q are two candidates", args[i-1], arg), hint: fmt.Sprintf("did you mean %s==%s?", args[i-1], arg)}
			errs = append(errs, nil)
			continue
		}
		c, err := parseCandidate(arg)
		if err == nil && !once.take(c.name, c.marker != nil) {
			err = usageError{msg: fmt.Sprintf("%s is a candidate twice", c.spelling), hint: "give each a marker, or ask about one after the other"}
		}
		errs = append(errs, err)
		candidates = append(candidates, c)
	}
	return candidates, errors.Join(errs...)
}

// given are the packages that a command line names, and whether each of them was
// named with a marker.
type given map[constraints.Name]bool

// take reports whether a name may be given: for the first time, or each time with a
// marker.
func (g *given) take(name constraints.Name, marked bool) bool {
	if *g == nil {
		*g = make(given)
	}
	before, again := (*g)[name]
	(*g)[name] = marked
	return !again || before && marked
}

func parseCandidate(arg string) (candidate, error) {
	r, err := pep508.ParseRequirement(arg)
	if err != nil {
		return candidate{}, usageError{msg: err.Error(), hint: hintOf(err, "a candidate is NAME==VERSION, such as urllib3==2.0.4")}
	}
	set, _ := r.Range.(pep440.SpecifierSet)
	text, exact := set.Exact()
	switch {
	case exact && len(r.Extras) > 0:
		return candidate{}, usageError{msg: fmt.Sprintf("%q has extras, and a pin has none", arg), hint: fmt.Sprintf("did you mean %s==%s?", r.Spelling, text)}
	case isVersion(arg):
		return candidate{}, usageError{msg: fmt.Sprintf("%q is a version without a name", arg), hint: "a candidate is NAME==VERSION, such as urllib3==2.0.4"}
	case !exact || r.URL != "":
		return candidate{}, usageError{msg: fmt.Sprintf("%q names no version", arg), hint: fmt.Sprintf("a candidate is NAME==VERSION; `sluice why %s` says which there are", r.Spelling)}
	}
	version, err := pep440.Parse(text)
	if err != nil {
		return candidate{}, usageError{msg: err.Error(), hint: hintOf(err, "")}
	}
	return candidate{name: r.Name, spelling: r.Spelling, version: version.String(), marker: r.Marker}, nil
}

// isVersion reports whether an argument is a version, which more often than not is
// half of a candidate.
func isVersion(arg string) bool {
	_, err := pep440.Parse(arg)
	return err == nil
}

// hintOf returns the hint that a syntax error brings, or another.
func hintOf(err error, other string) string {
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) && syntax.Hint != "" {
		return syntax.Hint
	}
	return other
}

// String returns the candidate as it is given on the command line.
func (c candidate) String() string {
	s := c.spelling + "==" + c.version
	if c.marker != nil {
		s += "; " + c.marker.String()
	}
	return s
}
