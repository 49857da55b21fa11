package main

import (
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

// loadConstraints reads the constraints file.
func (in *inputs) loadConstraints() error {
	file, err := in.settings.readToday()
	if err != nil {
		return err
	}
	in.file, in.lines = file, linesOf(file)
	return nil
}

// readToday reads the constraints file as it is without the change that is asked about.
func (s *settings) readToday() (*pinfile.File, error) {
	if s.base != nil {
		return s.base.constraints(s)
	}
	return s.readConstraints(s.Constraints)
}

// readConstraints reads a constraints file, all of whose problems are the error.
func (s *settings) readConstraints(name string) (*pinfile.File, error) {
	data, err := readFile(s.abs(name), pinfile.MaxFile)
	if err != nil {
		return nil, s.unreadable("constraints", "constraints file", name, err, "--constraints")
	}
	return parseConstraints(name, data)
}

// parseConstraints reads a constraints file. Variables are not expanded: their
// values are none of what a report may show. The lines are remembered, since each
// edit reads the file again.
func parseConstraints(name string, data []byte) (*pinfile.File, error) {
	return parseConstraintsWith(name, data, new(pinfile.Memo))
}

// parseConstraintsWith is parseConstraints for a file that has lines in common with others
// that were read with the same memory.
func parseConstraintsWith(name string, data []byte, memo *pinfile.Memo) (*pinfile.File, error) {
	file, _ := pinfile.ParseWith(name, data, pinfile.Options{Constraint: true, Memo: memo})
	problems := slices.Clone(file.Problems())
	for _, e := range file.Entries() {
		if e.Kind == pinfile.Include || e.Kind == pinfile.Constrain {
			problems = append(problems, constraints.Problem{
				Place: e.Place, Msg: "the constraints are not all in this file", Hint: "put the pins of " + constraints.Shorten(e.Arg, 80) + " here: a gate edits one file",
			})
		}
	}
	slices.SortStableFunc(problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	return file, problems.Err()
}

// linesOf returns the entries of a constraints file as the gate sees them, at the
// places where they stand before any edit: what is added has no line yet.
func linesOf(file *pinfile.File) []gate.Line {
	lines := make([]gate.Line, 0, len(file.Entries()))
	for _, e := range file.Entries() {
		if e.Kind != pinfile.Requirement {
			continue
		}
		version, text, fixed := e.Pin()
		if fixed && version.IsZero() {
			version = pep440.Literal(text) // which nothing that is published equals
		}
		place := e.Origin
		if place.Line == 0 {
			place.File = file.Name()
		}
		lines = append(lines, gate.Line{Requirement: e.Requirement, Version: version, Place: place})
	}
	return lines
}
