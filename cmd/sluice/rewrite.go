package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// rewritePins returns the file with exactly these versions by name, pins of a source
// aside. Lines that stay keep all but their version.
func rewritePins(file *pinfile.File, wanted map[constraints.Name][]cell, spellings map[constraints.Name]string) (*pinfile.File, error) {
	var err error
	for _, name := range slices.Sorted(maps.Keys(versionPins(file))) {
		if wanted[name] == nil {
			if file, err = file.Remove(name, isVersionPin); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if file, err = rewritePin(file, name, wanted[name], cmp.Or(spellings[name], string(name))); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// admitsAnother reports whether a range that is to fix a version lets in another of some.
func admitsAnother(r constraints.Range, at constraints.Version, versions []constraints.Version) bool {
	return slices.ContainsFunc(versions, func(v constraints.Version) bool { return !v.Equal(at) && r.Contains(v) })
}

// literalPins returns the file with "===" where "==" would let in another published version
// than was chosen: 1.0 admits 1.0+cpu, which installers prefer. Lines that hold where nothing
// was chosen are not touched.
func literalPins(in *inputs, file *pinfile.File, chosen []map[constraints.Name]constraints.Version) (*pinfile.File, error) {
	pins := versionPins(file)
	for _, name := range slices.Sorted(maps.Keys(pins)) {
		isChosen := func(e pinfile.Entry) bool {
			for i, env := range in.environments {
				if _, ok := chosen[i][name]; ok && e.Requirement.Applies(env, "") {
					return true
				}
			}
			return false
		}
		if !slices.ContainsFunc(pins[name], isChosen) {
			continue
		}
		versions, err := in.facts.Versions(name)
		if err != nil {
			return nil, err
		}
		admitsMore := func(e pinfile.Entry) bool {
			at, _, _ := e.Pin()
			return isVersionPin(e) && !isTextual(&e) && admitsAnother(e.Requirement.Range, at, versions)
		}
		wanted := func(e pinfile.Entry) bool { return isChosen(e) && admitsMore(e) }
		if !slices.ContainsFunc(pins[name], wanted) {
			continue
		}
		if file, err = file.Literal(name, wanted); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// spellingOf returns a name as the first of its lines has it.
func spellingOf(lines []pinfile.Entry, name constraints.Name) string {
	if len(lines) > 0 {
		return lines[0].Requirement.Spelling
	}
	return string(name)
}

// setLines gives lines of one name other versions.
func setLines(file *pinfile.File, lines []pinfile.Entry, versions []string) (*pinfile.File, error) {
	for i, e := range lines {
		_, text, _ := e.Pin()
		if text == versions[i] {
			continue
		}
		var err error
		if file, err = file.Set(e.Requirement.Name, versions[i], func(other pinfile.Entry) bool { return other.Place == e.Place }); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// isVersionPin reports whether a line fixes a version, not a source.
func isVersionPin(e pinfile.Entry) bool {
	return e.Kind == pinfile.Requirement && e.Fixes() && e.Requirement.URL == ""
}

// sourcePins returns the lines that name a source of a package.
func sourcePins(file *pinfile.File, name constraints.Name) (all []pinfile.Entry) {
	for _, e := range file.Entries() {
		if e.Kind == pinfile.Requirement && e.Requirement.Name == name && e.Requirement.URL != "" {
			all = append(all, e)
		}
	}
	return all
}

// versionPins returns the version pins of a file by name.
func versionPins(file *pinfile.File) map[constraints.Name][]pinfile.Entry {
	pins := make(map[constraints.Name][]pinfile.Entry)
	for _, e := range file.Entries() {
		if isVersionPin(e) {
			pins[e.Requirement.Name] = append(pins[e.Requirement.Name], e)
		}
	}
	return pins
}

// rewritePin gives one name its versions, and none where a line names a source. The lines
// that are there stay, but for their versions, if they tell the environments apart as well
// as new ones would.
func rewritePin(file *pinfile.File, name constraints.Name, wanted []cell, spelling string) (*pinfile.File, error) {
	there, sources := versionPins(file)[name], sourcePins(file, name)
	wanted, free := slices.Clone(wanted), slices.Clone(wanted)
	for i, c := range wanted {
		if slices.ContainsFunc(sources, func(e pinfile.Entry) bool { return e.Requirement.Applies(c.env, "") }) {
			wanted[i].version, free[i].version = nothing, ""
		}
	}
	parts, err := partition(free)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.version == nothing || p.version == "" })
	if versions, ok := versionsOf(there, wanted); ok && len(there) == len(parts) {
		return setLines(file, there, versions)
	}
	for i := range parts {
		if err := parts[i].outside(sources); err != nil {
			return nil, err
		}
	}
	if len(there) > 0 {
		into, err := divisions(there, parts, wanted)
		if err != nil {
			return nil, err
		}
		return file.Divide(name, func(e pinfile.Entry) ([]pinfile.Line, bool) {
			lines, ok := into[e.Place]
			return lines, ok
		})
	}
	for _, p := range parts {
		if file, err = file.Add(spelling, p.version, p.marker); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// outside narrows a part to where no source is.
func (p *part) outside(sources []pinfile.Entry) error {
	for _, e := range sources {
		rest, err := markerOf(&e).Negate()
		if err != nil {
			return constraints.Problems{{
				Place: e.Place,
				Msg:   fmt.Sprintf("%s %s is needed beside this source, and its marker has no opposite: %v", e.Requirement.Spelling, p.version, err),
				Hint:  "write the marker with <, <=, >, >=, ==, !=, in and not in",
			}}
		}
		own, err := pep508.ParseMarker(p.marker)
		switch {
		case p.marker == "":
			p.marker = rest.String()
		case err != nil:
			return fmt.Errorf("an error in this program: %w", err)
		case !pep508.Implies(own, rest):
			p.marker = both(p.marker, rest.String())
		}
	}
	return nil
}

// divisions returns what becomes of each line that pins a package: the part that holds where
// the line did, if no line before it became that one; then it goes, and its comment stays
// with the part. Parts for which there is no line stand behind the one before them.
func divisions(lines []pinfile.Entry, parts []part, cells []cell) (map[constraints.Place][]pinfile.Line, error) {
	into := make(map[constraints.Place][]pinfile.Line)
	home := make([]int, len(parts)) // of each part, the line that it stands at, -1 for none
	for i := range home {
		home[i] = -1
	}
	comments := make([]string, len(parts)) // of lines that go
	for i, e := range lines {
		into[e.Place] = []pinfile.Line{}
		switch heir, err := heirOf(e, parts, cells); {
		case err != nil:
			return nil, err
		case heir < 0:
		case home[heir] < 0:
			home[heir] = i
		case !strings.Contains(lines[home[heir]].Comment+comments[heir], e.Comment):
			comments[heir] = strings.TrimSpace(comments[heir] + " " + e.Comment)
		}
	}
	stand := func(i int) {
		at := lines[home[i]].Place
		into[at] = append(into[at], pinfile.Line{Version: parts[i].version, Marker: parts[i].marker, Comment: comments[i]})
	}
	var homeless []int
	for i := range parts {
		if home[i] < 0 {
			homeless = append(homeless, i)
			continue
		}
		stand(i)
	}
	for _, i := range homeless {
		home[i] = neighbour(home, i)
		stand(i)
	}
	return into, nil
}

// heirOf returns the part that holds where a line does, in the first environment in which
// there is one; -1 for none.
func heirOf(e pinfile.Entry, parts []part, cells []cell) (int, error) {
	for _, c := range cells {
		if !e.Requirement.Applies(c.env, "") {
			continue
		}
		for i, p := range parts {
			if p.marker == "" {
				return i, nil
			}
			m, err := pep508.ParseMarker(p.marker)
			if err != nil {
				return -1, fmt.Errorf("an error in this program: %w", err)
			}
			if m.Holds(c.env, "") {
				return i, nil
			}
		}
	}
	return -1, nil
}

// neighbour returns the line of the part before one, else of the next that has one, else
// the first line.
func neighbour(home []int, i int) int {
	if i > 0 && home[i-1] >= 0 {
		return home[i-1]
	}
	for _, line := range home[i:] {
		if line >= 0 {
			return line
		}
	}
	return 0
}

// versionsOf returns the version of each line with which the lines give every environment
// its version; false if they cannot: in each that matters exactly one must be active.
func versionsOf(lines []pinfile.Entry, wanted []cell) (versions []string, ok bool) {
	cells := make([][]cell, len(lines))
	for _, c := range wanted {
		if c.version == "" {
			continue
		}
		active := 0
		for i, e := range lines {
			if e.Requirement.Applies(c.env, "") {
				active++
				cells[i] = append(cells[i], c)
			}
		}
		if c.version == nothing && active == 0 {
			continue
		}
		if c.version == nothing || active != 1 {
			return nil, false
		}
	}
	for _, c := range cells {
		version, same := agreed(c)
		if !same || version == "" {
			return nil, false
		}
		versions = append(versions, version)
	}
	return versions, true
}
