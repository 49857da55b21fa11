package main

import (
	"fmt"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// raisePins returns the constraints file with the pins that moved. Lines that hold in no
// environment of the matrix stay as they are, and nothing becomes active where no line was,
// but for what nothing pinned in an environment before. Where a pin does not fit and nothing was
// chosen, it follows the rest of its line, or stays.
func raisePins(in *inputs, moves []pinMove, chosen []map[constraints.Name]constraints.Version, stay bool) (file *pinfile.File, err error) {
	file = in.file
	var moved []constraints.Name
	for _, m := range moves {
		moved = append(moved, pep508.NormalizeName(m.Name))
	}
	slices.Sort(moved)
	for _, name := range slices.Compact(moved) {
		if file, err = raisePin(in, file, name, chosen, stay); err != nil {
			return nil, err
		}
	}
	return literalPins(in, file, ofMoved(chosen, moved))
}

// ofMoved returns what was chosen of the packages that moved.
func ofMoved(chosen []map[constraints.Name]constraints.Version, moved []constraints.Name) []map[constraints.Name]constraints.Version {
	own := make([]map[constraints.Name]constraints.Version, len(chosen))
	for i := range chosen {
		own[i] = maps.Clone(chosen[i])
		maps.DeleteFunc(own[i], func(name constraints.Name, _ constraints.Version) bool { return !slices.Contains(moved, name) })
	}
	return own
}

// raisePin gives the lines of one name the versions that were chosen.
func raisePin(in *inputs, file *pinfile.File, name constraints.Name, chosen []map[constraints.Name]constraints.Version, stay bool) (*pinfile.File, error) {
	lines := versionPins(file)[name]
	cells := make([]cell, len(in.environments))
	for i, env := range in.environments {
		cells[i].env = env
		if v, ok := chosen[i][name]; ok {
			cells[i].version = v.String()
		} else if stay {
			cells[i].version = activeVersion(lines, env)
		}
	}
	isActive := func(e pinfile.Entry) bool {
		return slices.ContainsFunc(in.environments, func(env *constraints.Environment) bool { return e.Requirement.Applies(env, "") })
	}
	alone := func(e pinfile.Entry) bool {
		return !slices.ContainsFunc(cells, func(c cell) bool { return c.version != "" && e.Requirement.Applies(c.env, "") })
	}
	if len(lines) > 0 && coverAll(lines) && !slices.ContainsFunc(lines, func(e pinfile.Entry) bool { return !isActive(e) || alone(e) }) {
		return rewritePin(file, name, cells, lines[0].Requirement.Spelling)
	}
	file, err := raiseLines(file, name, slices.DeleteFunc(slices.Clone(lines), alone), cells)
	if err != nil {
		return nil, err
	}
	return pinAnew(file, name, spellingOf(lines, name), lines, cells)
}

// activeVersion returns what the line says that is active in an environment, "" for none.
func activeVersion(lines []pinfile.Entry, env *constraints.Environment) string {
	for _, e := range lines {
		if _, text, _ := e.Pin(); e.Requirement.Applies(env, "") {
			return text
		}
	}
	return ""
}

// coverAll reports whether one of some lines is active wherever anybody installs.
func coverAll(lines []pinfile.Entry) bool {
	any := ""
	for i := range lines {
		marker := markerText(&lines[i])
		if lines[i].Requirement.Marker == nil {
			return true
		}
		if any != "" {
			any += " or "
		}
		any += "(" + marker + ")"
	}
	union, err := pep508.ParseMarker(any)
	return err == nil && pep508.Implies(pep508.Marker{}, union)
}

// raiseLines gives each line its version, and divides those that need several.
func raiseLines(file *pinfile.File, name constraints.Name, lines []pinfile.Entry, cells []cell) (*pinfile.File, error) {
	if len(lines) == 0 {
		return file, nil
	}
	into := make(map[constraints.Place][]pinfile.Line)
	for _, e := range lines {
		own := slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return !e.Requirement.Applies(c.env, "") })
		parts, err := partition(own)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, p := range parts {
			marker, err := narrowed(&e, p.marker)
			if err != nil {
				return nil, err
			}
			into[e.Place] = append(into[e.Place], pinfile.Line{Version: p.version, Marker: marker})
		}
	}
	return file.Divide(name, func(e pinfile.Entry) ([]pinfile.Line, bool) {
		pins, ok := into[e.Place]
		return pins, ok
	})
}

// narrowed returns the marker that holds where that of a line and another do.
func narrowed(e *pinfile.Entry, marker string) (string, error) {
	if e.Requirement.Marker == nil || marker == "" {
		if e.Requirement.Marker != nil {
			marker = markerText(e)
		}
		return marker, nil
	}
	m, err := pep508.ParseMarker(marker)
	switch {
	case err != nil:
		return "", fmt.Errorf("an error in this program: %w", err)
	case pep508.Implies(m, markerOf(e)):
		return marker, nil
	}
	return both(markerText(e), marker), nil
}

// pinAnew adds lines for what was chosen in environments in which no line is active, and in no
// others: there each job may choose for itself.
func pinAnew(file *pinfile.File, name constraints.Name, spelling string, lines []pinfile.Entry, cells []cell) (*pinfile.File, error) {
	taken := slices.Concat(lines, sourcePins(file, name))
	open := slices.Clone(cells)
	anew := false
	for i, c := range cells {
		isTaken := slices.ContainsFunc(taken, func(e pinfile.Entry) bool { return e.Requirement.Applies(c.env, "") })
		if isTaken || c.version == "" {
			open[i].version = nothing
		} else {
			anew = true
		}
	}
	if !anew {
		return file, nil
	}
	parts, err := partition(open)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, p := range parts {
		if p.version == nothing {
			continue
		}
		if err := p.outside(taken); err != nil {
			return nil, err
		}
		if file, err = file.Add(spelling, p.version, p.marker); err != nil {
			return nil, err
		}
	}
	return file, nil
}
