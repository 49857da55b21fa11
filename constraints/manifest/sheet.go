package manifest

import (
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// A sheet is what one pyproject.toml or setup.cfg says.
type sheet struct {
	name string // of the file

	dist           constraints.Name
	requiresPython constraints.Range
	pythonPlace    constraints.Place
	requirements   []Declared
	extras         []constraints.Name
	references     []reference

	project bool           // there is a [project] table, which speaks for the whole project
	dynamic []dynamicField // what is left to the build backend

	unread   constraints.Problems
	notes    constraints.Problems
	problems constraints.Problems
}

// A reference is a requirements file that a sheet points to ("file:"), relative to
// the project's folder.
type reference struct {
	path  string
	group Group
	place constraints.Place
}

// A dynamicField is a field of [project] that only its build backend may tell.
type dynamicField struct {
	name  string
	place constraints.Place
}

// isDynamic reports whether the sheet leaves a field to the build backend.
func (s *sheet) isDynamic(field string) bool {
	return slices.ContainsFunc(s.dynamic, func(d dynamicField) bool { return d.name == field })
}

// sort puts the problems and remarks in the order of the file.
func (s *sheet) sort() {
	byPlace := func(p, q constraints.Problem) int { return p.Place.Compare(q.Place) }
	slices.SortStableFunc(s.problems, byPlace)
	slices.SortStableFunc(s.unread, byPlace)
	slices.SortStableFunc(s.notes, byPlace)
}

// maxReports bounds how many problems or notes one file makes.
const maxReports = 1000

// report adds a problem to the list, unless that is full.
func report(list *constraints.Problems, p constraints.Problem) {
	switch {
	case len(*list) < maxReports:
		*list = append(*list, p)
	case len(*list) == maxReports:
		*list = append(*list, constraints.Problem{Place: p.Place, Msg: fmt.Sprintf("more than %d problems; those after this line are not listed", maxReports)})
	}
}

func (s *sheet) problem(place constraints.Place, msg, hint string) {
	report(&s.problems, constraints.Problem{Place: place, Msg: msg, Hint: hint})
}

func (s *sheet) leaveUnread(place constraints.Place, msg string) {
	report(&s.unread, constraints.Problem{Place: place, Msg: msg, Hint: declareHint})
}

func (s *sheet) note(place constraints.Place, msg, hint string) {
	report(&s.notes, constraints.Problem{Place: place, Msg: msg, Hint: hint})
}

// fault reports err, about a text whose byte at an offset is at place(offset).
func (s *sheet) fault(err error, place func(offset int) constraints.Place) {
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) {
		s.problem(place(syntax.Offset), syntax.Error(), syntax.Hint)
		return
	}
	s.problem(place(0), err.Error(), "")
}

// declare adds the requirement that text states.
func (s *sheet) declare(text string, group Group, place func(offset int) constraints.Place) {
	requirement, err := pep508.ParseRequirement(text)
	if err != nil {
		s.fault(err, place)
		return
	}
	s.requirements = append(s.requirements, Declared{Requirement: requirement, Place: place(0), Group: group, Text: text})
}

// declareHinting is declare with a hint for a text that is no requirement, "" for
// the one that its fault brings.
func (s *sheet) declareHinting(text string, group Group, place func(offset int) constraints.Place, hint string) {
	before := len(s.problems)
	s.declare(text, group, place)
	if failed := s.problems[before:]; len(failed) == 1 && hint != "" {
		failed[0].Hint = hint
	}
}

// setDist takes text for the name of the distribution.
func (s *sheet) setDist(text string, place constraints.Place) {
	if !pep508.ValidName(text) {
		s.problem(place, fmt.Sprintf("%q is no name of a distribution", constraints.Shorten(text, 60)),
			"letters, digits, dots, hyphens and underscores, a letter or digit first and last")
		return
	}
	s.dist = pep508.NormalizeName(text)
}

// setPython takes text for the versions of Python that the project supports.
func (s *sheet) setPython(text string, place func(offset int) constraints.Place) {
	set, err := pep440.ParseSpecifierSet(text)
	if err != nil {
		s.fault(err, place)
		return
	}
	s.requiresPython, s.pythonPlace = set, place(0)
}

// groupName takes text for the name of an extra or group, which kind says. It
// returns the normalised name; false when it is no name, or is in seen already.
func (s *sheet) groupName(text, kind string, seen map[constraints.Name]string, place constraints.Place) (constraints.Name, bool) {
	if !pep508.ValidName(text) {
		s.problem(place, fmt.Sprintf("%q is no name of %s", constraints.Shorten(text, 60), kind),
			"letters, digits, dots, hyphens and underscores, a letter or digit first and last")
		return "", false
	}
	name := pep508.NormalizeName(text)
	if other, again := seen[name]; again {
		s.problem(place, fmt.Sprintf("%q and %q are the same name of %s", constraints.Shorten(other, 60), constraints.Shorten(text, 60), kind),
			"names that differ only in case or in - _ . are one; keep one of them")
		return name, false
	}
	seen[name] = text
	return name, true
}
