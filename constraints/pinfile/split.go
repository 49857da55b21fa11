package pinfile

import (
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// Split returns the file with each line for name that when selects made two: the
// line as it is, narrowed to where marker is not met, and behind it one that pins
// version where marker is. Together they hold where the line did, and each of them
// where the other does not. Spelling and operator are the line's in both, its own
// marker, comment and line ending stay.
//
// The error is a constraints.Problems: what Set would refuse, or a marker of which
// there is no exact opposite.
func (f *File) Split(name constraints.Name, version string, marker pep508.Marker, when func(Entry) bool) (*File, error) {
	chosen, err := f.choose(name, when)
	if err != nil {
		return nil, err
	}
	var splices []splice
	var problems constraints.Problems
	parts := make(map[int]halves, len(chosen))
	for _, e := range chosen {
		h, c := f.halve(e, version, marker)
		if c != nil {
			problems = append(problems, c.at(e.written()))
			continue
		}
		parts[e.first] = h
		splices = append(append(splices, h.narrowed...), f.insert(e.last+1, h.line))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var expected []expectation
	for _, e := range f.entries {
		h, split := parts[e.first]
		if !split {
			expected = append(expected, e.unchanged())
			continue
		}
		_, text, _ := e.Pin()
		expected = append(expected, expectation{pinnedWhere(name, text, h.rest), e.Origin}, expectation{right: pinnedWhere(name, version, h.marker)})
	}
	return f.edit(splices, expected)
}

// halves are what becomes of a line that is split.
type halves struct {
	narrowed []splice // of the line itself
	rest     string   // the marker that it has then
	line     string   // the one behind it
	marker   string   // and its marker
}

// halve returns the halves of an entry.
func (f *File) halve(e Entry, version string, marker pep508.Marker) (halves, *complaint) {
	if _, msg, hint := f.setVersion(e, version); msg != "" {
		return halves{}, &complaint{msg, hint}
	}
	rest, err := marker.Negate()
	if err != nil {
		return halves{}, &complaint{"the line cannot be split: " + err.Error(), "write the marker with <, <=, >, >=, ==, !=, in and not in"}
	}
	l, p := f.dissect(e)
	start, _, _ := l.content()
	pin := l.text[start:p.version] + version + strings.TrimRightFunc(l.text[p.versionEnd:p.marker], isBlank)
	end := l.origin(p.end-1) + 1
	own, marked := e.Requirement.Marker.(pep508.Marker)
	if !marked {
		_, separator := f.manner()
		h := halves{rest: rest.String(), line: pin + separator + marker.String(), marker: marker.String()}
		if p.marker < p.end { // the ";" is there, with nothing behind it
			separator = ""
		}
		h.narrowed = []splice{{end, end, separator + h.rest}}
		return h, nil
	}
	text := strings.TrimLeftFunc(l.text[p.marker+1:p.end], isBlank)
	from := l.origin(p.end - len(text))
	before, after := joined(own, rest)
	h := halves{rest: before + text + after, marker: marker.String()}
	h.narrowed = []splice{{from, from, before}, {end, end, after}}
	if !pep508.Implies(marker, own) {
		before, after = joined(own, marker)
		h.marker = before + text + after
	}
	h.line = pin + aroundSemicolon(l.text, p) + h.marker
	return h, nil
}

// joined returns what to write before and after a marker so that another one must
// be met too.
func joined(own, other pep508.Marker) (before, after string) {
	after = " and " + other.String()
	if other.IsAlternative() {
		after = " and (" + other.String() + ")"
	}
	if own.IsAlternative() {
		return "(", ")" + after
	}
	return "", after
}

// pinnedWhere checks that an entry pins name to version under a marker, "" for none.
func pinnedWhere(name constraints.Name, version, marker string) check {
	pins := pinned(name, version)
	if marker == "" {
		return func(e Entry) bool { return pins(e) && e.Requirement.Marker == nil }
	}
	want, err := pep508.ParseMarker(marker)
	return func(e Entry) bool {
		return err == nil && pins(e) && e.Requirement.Marker != nil && e.Requirement.Marker.String() == want.String()
	}
}
