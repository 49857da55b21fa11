package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// apply returns the constraints file with the candidates pinned, as sluice edit
// writes it and sluice gate judges it. A line that is active only where the
// candidate's marker holds is changed, one that is active elsewhere too is split,
// and where there is none of either a line is added. Where no environment of the
// matrix can tell, without a marker, all lines are changed.
func apply(file *pinfile.File, candidates []candidate, environments []*constraints.Environment) (*pinfile.File, error) {
	if err := checkApart(candidates, environments); err != nil {
		return nil, err
	}
	for _, c := range candidates {
		edited, err := c.apply(file, environments)
		if err != nil {
			return nil, err
		}
		file = edited
	}
	return file, nil
}

// checkApart refuses candidates for one package that are meant for the same
// environment.
func checkApart(candidates []candidate, environments []*constraints.Environment) error {
	for i, c := range candidates {
		for _, other := range candidates[:i] {
			for _, env := range environments {
				if c.name == other.name && c.isFor(env) && other.isFor(env) {
					return usageError{msg: fmt.Sprintf("%s is a candidate twice in %s", c.spelling, env.Name()), hint: "give them markers of which only one holds in an environment"}
				}
			}
		}
	}
	return nil
}

func (c candidate) apply(file *pinfile.File, environments []*constraints.Environment) (*pinfile.File, error) {
	if c.marker != nil && !slices.ContainsFunc(environments, c.isFor) {
		return nil, usageError{msg: fmt.Sprintf("the marker of %s holds in none of the environments", c), hint: "they are those of sluice.toml or --environment"}
	}
	edited, err := c.pin(file, environments)
	if err != nil {
		return nil, err
	}
	return edited, c.checkEdit(file, edited, environments)
}

// isFor reports whether the candidate is meant for an environment.
func (c candidate) isFor(env *constraints.Environment) bool {
	return c.marker == nil || c.marker.Holds(env, "")
}

// pin makes the edit.
func (c candidate) pin(file *pinfile.File, environments []*constraints.Environment) (*pinfile.File, error) {
	reached := func(how reach) func(pinfile.Entry) bool {
		return func(e pinfile.Entry) bool { return c.reach(e, environments) == how }
	}
	change := slices.ContainsFunc(file.Entries(), reached(inside))
	split := slices.ContainsFunc(file.Entries(), reached(across))
	if !change && !split {
		return c.add(file)
	}
	var err error
	if change {
		if file, err = file.Set(c.name, c.version, reached(inside)); err != nil {
			return nil, err
		}
	}
	if split {
		marker, _ := c.marker.(pep508.Marker)
		return file.Split(c.name, c.version, marker, reached(across))
	}
	return file, nil
}

// reach says how the environments of a candidate and those of a line meet.
type reach uint8

const (
	outside reach = iota // the line is active in none of them, or is no pin
	inside               // in them alone, or it says what the candidate says
	across               // in some of them, and elsewhere
)

// reach returns how the candidate reaches a line of the file.
func (c candidate) reach(e pinfile.Entry, environments []*constraints.Environment) reach {
	if e.Requirement.Name != c.name || !e.Fixes() {
		return outside
	}
	if c.marker == nil {
		return inside
	}
	within, beyond := false, false
	for _, env := range environments {
		if e.Requirement.Applies(env, "") {
			within = within || c.isFor(env)
			beyond = beyond || !c.isFor(env)
		}
	}
	_, text, _ := e.Pin()
	switch {
	case !within:
		return outside
	case beyond && text != c.version:
		return across
	}
	return inside
}

// add adds a line for the candidate.
func (c candidate) add(file *pinfile.File) (*pinfile.File, error) {
	for _, e := range file.Entries() {
		if e.Kind == pinfile.Requirement && e.Requirement.Name == c.name && !e.Fixes() && (c.marker == nil || e.Requirement.Marker == nil) {
			return nil, constraints.Problems{{
				Place: e.Place,
				Msg:   fmt.Sprintf("%s is listed here without a pin: %s", c.spelling, constraints.Redact(strings.TrimSpace(e.Arg))),
				Hint:  fmt.Sprintf("remove the line first: sluice edit %s=", c.spelling),
			}}
		}
	}
	marker := ""
	if c.marker != nil {
		marker = c.marker.String()
	}
	return file.Add(c.spelling, c.version, marker)
}

// checkEdit makes sure of an edit: in each environment the same number of lines is
// active as before, of the candidate's version where it is meant and as they were
// elsewhere. A line more there is only where there was none.
func (c candidate) checkEdit(before, after *pinfile.File, environments []*constraints.Environment) error {
	for _, env := range environments {
		want, got := activePins(before, c.name, env), activePins(after, c.name, env)
		if c.isFor(env) {
			for i := range want {
				want[i] = c.version
			}
			if len(want) == 0 && len(got) == 1 {
				want = []string{c.version}
			}
		}
		if !slices.Equal(want, got) {
			return usageError{
				msg:  fmt.Sprintf("the marker of %s and its opposite do not tell %s apart", c, env.Name()),
				hint: "its variables have values there that no order is defined for; edit the file by hand",
			}
		}
	}
	return nil
}

// activePins returns what the lines for a name that are active in an environment
// fix it to.
func activePins(file *pinfile.File, name constraints.Name, env *constraints.Environment) []string {
	var pins []string
	for i := range file.Entries() {
		if e := &file.Entries()[i]; e.Requirement.Name == name && e.Fixes() && e.Requirement.Applies(env, "") {
			pins = append(pins, pinText(e))
		}
	}
	return pins
}

// remarks tells what pinning candidates does to the constraints file beyond what
// they say: lines are split or added, or there is none for them. verb is "is" of an
// edit and "would be" of one that is only judged.
func remarks(before, after *pinfile.File, candidates []candidate, environments []*constraints.Environment, verb string) []note {
	origin := make(map[constraints.Place]*pinfile.Entry)
	for i := range before.Entries() {
		origin[before.Entries()[i].Origin] = &before.Entries()[i]
	}
	var notes []note
	for entries := after.Entries(); len(entries) > 0; {
		e, n := &entries[0], 1
		switch was := origin[e.Origin]; {
		case was == nil && len(pinsOf(before, e.Requirement.Name)) > 0:
			notes = append(notes, note{Message: fmt.Sprintf("%s is pinned under other markers only: a line %s added", e.Requirement.Spelling, verb)})
		case was == nil:
			notes = append(notes, note{Message: fmt.Sprintf("%s is not pinned yet: a line %s added", e.Requirement.Spelling, verb)})
		case markerText(was) != markerText(e):
			n += countParts(was, entries[1:])
			notes = append(notes, note{Place: &was.Origin, Message: fmt.Sprintf("the line %s split: %s", verb, describeParts(entries[:n]))})
		}
		entries = entries[n:]
	}
	for _, c := range candidates {
		if envs := c.unpinned(after, environments); len(envs) > 0 {
			notes = append(notes, note{Message: fmt.Sprintf("%s stays unpinned in %s: no line for it is active there", c.spelling, strings.Join(envs, " "))})
		}
	}
	return notes
}

// countParts returns how many of the entries behind a line that was split are parts
// of what it was.
func countParts(was *pinfile.Entry, behind []pinfile.Entry) int {
	n := slices.IndexFunc(behind, func(e pinfile.Entry) bool {
		return e.Origin.Line > 0 || e.Requirement.Name != was.Requirement.Name || !pep508.Implies(markerOf(&e), markerOf(was))
	})
	if n < 0 {
		return len(behind)
	}
	return n
}

// describeParts returns what the parts of a split line pin, and where.
func describeParts(parts []pinfile.Entry) string {
	texts := make([]string, len(parts))
	for i := range parts {
		texts[i] = pinText(&parts[i]) + " where " + markerText(&parts[i])
	}
	return strings.Join(texts, ", ")
}

// pinsOf returns the lines of a file that pin a package.
func pinsOf(file *pinfile.File, name constraints.Name) []*pinfile.Entry {
	var pins []*pinfile.Entry
	for i := range file.Entries() {
		if e := &file.Entries()[i]; e.Requirement.Name == name && e.Fixes() {
			pins = append(pins, e)
		}
	}
	return pins
}

// unpinned returns the environments that the candidate is meant for and that no
// line pins it in. Without a marker it is meant for where it is pinned, if it is
// anywhere.
func (c candidate) unpinned(file *pinfile.File, environments []*constraints.Environment) []string {
	var names []string
	for _, env := range environments {
		if c.isFor(env) && len(activePins(file, c.name, env)) == 0 {
			names = append(names, env.Name())
		}
	}
	if c.marker == nil && len(names) < len(environments) {
		return nil
	}
	return names
}
