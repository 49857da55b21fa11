package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/constraints/semver"
)

// pinChange is one difference between two constraints files.
type pinChange struct {
	Kind         changeKind         `json:"kind"`
	Name         string             `json:"name"`
	Marker       string             `json:"marker,omitempty"`        // of the new line, of the old one where it is removed
	MarkerChange *markerChange      `json:"marker_change,omitempty"` // where the two lines hold in other environments
	From         string             `json:"from,omitempty"`
	To           string             `json:"to,omitempty"`
	Class        semver.Class       `json:"class,omitempty"`
	Old          *constraints.Place `json:"old,omitempty"`
	New          *constraints.Place `json:"new,omitempty"`
}

// changeKind says what became of a pin.
type changeKind string

const (
	added         changeKind = "added"
	removed       changeKind = "removed"
	raised        changeKind = "raised"
	lowered       changeKind = "lowered"
	respelled     changeKind = "respelled"
	replaced      changeKind = "replaced"
	markerChanged changeKind = "marker changed" // and nothing else
)

// changeKinds returns the kinds in the order in which they are shown.
func changeKinds() []changeKind {
	return []changeKind{added, removed, raised, lowered, respelled, replaced, markerChanged}
}

// markerChange is the markers of two lines, "" for none.
type markerChange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// String returns the markers in words.
func (m markerChange) String() string {
	words := func(marker string) string {
		if marker == "" {
			return "(none)"
		}
		return marker
	}
	return words(m.From) + " -> " + words(m.To)
}

// diffPins returns what differs, by name and then in file order. Lines of one name
// are paired by the environments in which they hold, not by how their markers are
// written.
func diffPins(before, after *pinfile.File) []pinChange {
	old, new := linesByName(before), linesByName(after)
	names := slices.Concat(slices.Collect(maps.Keys(old)), slices.Collect(maps.Keys(new)))
	slices.Sort(names)
	changes := []pinChange{}
	for _, name := range slices.Compact(names) {
		for _, pair := range pairs(old[name], new[name]) {
			if c, differs := pair.change(); differs {
				c.Name = string(name)
				changes = append(changes, c)
			}
		}
	}
	return changes
}

// linesByName returns the entries of a file that are about a package.
func linesByName(f *pinfile.File) map[constraints.Name][]*pinfile.Entry {
	lines := make(map[constraints.Name][]*pinfile.Entry)
	for i := range f.Entries() {
		if e := &f.Entries()[i]; e.Kind == pinfile.Requirement {
			lines[e.Requirement.Name] = append(lines[e.Requirement.Name], e)
		}
	}
	return lines
}

// entryPair is a line and what became of it; either may be nil.
type entryPair struct{ old, new *pinfile.Entry }

// pairs matches the lines of one name but for those that say the same in the same
// environments: lines that hold in the same environments, then lines that say the
// same in others; and those that are left, where only one is left on each side.
func pairs(old, new []*pinfile.Entry) []entryPair {
	var all []entryPair
	old, new = withoutCommon(old, new)
	for _, alike := range []func(entryPair) bool{
		entryPair.holdAlike,
		entryPair.sayAlike,
		func(entryPair) bool { return len(old) == 1 && len(new) == 1 },
	} {
		for i := 0; i < len(old); {
			j := slices.IndexFunc(new, func(n *pinfile.Entry) bool { return alike(entryPair{old[i], n}) })
			if j < 0 {
				i++
				continue
			}
			all = append(all, entryPair{old[i], new[j]})
			old, new = slices.Delete(old, i, i+1), slices.Delete(new, j, j+1)
		}
	}
	for _, o := range old {
		all = append(all, entryPair{old: o})
	}
	for _, n := range new {
		all = append(all, entryPair{new: n})
	}
	slices.SortStableFunc(all, func(a, b entryPair) int { return cmp.Compare(a.line(), b.line()) })
	return all
}

// line returns the number of the new line, or, where it is gone, of the old one.
func (p entryPair) line() int {
	if p.new == nil {
		return p.old.Place.Line
	}
	return p.new.Place.Line
}

// withoutCommon returns the lines without those that say one thing in the same
// environments on both sides, into however many lines they are divided.
func withoutCommon(old, new []*pinfile.Entry) (restOld, restNew []*pinfile.Entry) {
	restOld, restNew = slices.Clone(old), slices.Clone(new)
	for _, o := range old {
		like := func(e *pinfile.Entry) bool { return entryPair{o, e}.sayAlike() }
		var before, after []pep508.Marker
		for _, e := range old {
			if like(e) {
				before = append(before, markerOf(e))
			}
		}
		for _, e := range new {
			if like(e) {
				after = append(after, markerOf(e))
			}
		}
		if len(after) > 0 && pep508.Equivalent(pep508.Any(before...), pep508.Any(after...)) {
			restOld, restNew = slices.DeleteFunc(restOld, like), slices.DeleteFunc(restNew, like)
		}
	}
	return restOld, restNew
}

// holdAlike reports whether both lines apply in the same environments.
func (p entryPair) holdAlike() bool { return pep508.Equivalent(markerOf(p.old), markerOf(p.new)) }

// markerOf returns the marker of an entry, one that is met everywhere for none.
func markerOf(e *pinfile.Entry) pep508.Marker {
	marker, _ := e.Requirement.Marker.(pep508.Marker)
	return marker
}

// sayAlike reports whether both lines fix or admit the same, where they apply.
func (p entryPair) sayAlike() bool {
	_, _, differs := p.compare()
	return !differs
}

// markerText returns the marker of an entry, "" for none.
func markerText(e *pinfile.Entry) string {
	if e.Requirement.Marker == nil {
		return ""
	}
	return e.Requirement.Marker.String()
}

// change says how the new line differs from the old.
func (p entryPair) change() (c pinChange, differs bool) {
	if p.old != nil {
		c.Old, c.From, c.Marker = &p.old.Place, pinText(p.old), markerText(p.old)
	}
	if p.new != nil {
		c.New, c.To, c.Marker = &p.new.Place, pinText(p.new), markerText(p.new)
	}
	switch {
	case p.old == nil:
		c.Kind = added
		return c, true
	case p.new == nil:
		c.Kind = removed
		return c, true
	}
	c.Kind, c.Class, differs = p.compare()
	if p.holdAlike() {
		return c, differs
	}
	c.MarkerChange = &markerChange{markerText(p.old), markerText(p.new)}
	if !differs {
		c.Kind, c.Class = markerChanged, ""
	}
	return c, true
}

// compare says how what the lines fix differs.
func (p entryPair) compare() (kind changeKind, class semver.Class, differs bool) {
	was, from, oldPin := p.old.Pin()
	is, to, newPin := p.new.Pin()
	if !oldPin || !newPin || was.IsZero() || is.IsZero() {
		return replaced, "", pinText(p.old) != pinText(p.new) && !sameRange(p.old, p.new)
	}
	if class = semver.ClassOf(was.String(), is.String()); class == semver.Same {
		class = "" // such as another local label, of which semver knows nothing
	}
	switch was.Compare(is) {
	case -1:
		return raised, class, true
	case 1:
		return lowered, class, true
	}
	return respelled, "", from != to && isTextual(p.new)
}

// sameRange reports whether two entries admit the same versions.
func sameRange(a, b *pinfile.Entry) bool {
	old, ok1 := a.Requirement.Range.(pep440.SpecifierSet)
	new, ok2 := b.Requirement.Range.(pep440.SpecifierSet)
	return ok1 && ok2 && a.Requirement.URL == "" && b.Requirement.URL == "" && old.IsSubset(new) && new.IsSubset(old)
}

// isTextual reports whether an entry pins by ===, for which 1.0 is not 1.0.0.
func isTextual(e *pinfile.Entry) bool { return strings.HasPrefix(e.Requirement.Range.String(), "===") }

// pinText returns what an entry fixes: a version, a URL or a range.
func pinText(e *pinfile.Entry) string {
	if _, text, ok := e.Pin(); ok {
		return text
	}
	if e.Requirement.URL != "" {
		return e.Requirement.URL
	}
	return e.Requirement.Range.String()
}
