package pinfile

import (
	"slices"
	"strings"

	"sluice/constraints"
)

// Line is a pin that Divide makes of a line.
type Line struct {
	Version string
	Marker  string // "" for none
	Comment string // from its "#" on, to stand behind the line's own; "" for none
}

// Divide returns the file with each line for name that into has something for made into
// those pins, in its place. The line itself becomes the first, and keeps its spelling,
// operator, comment and ending; the others stand behind it and look like it. For no pins
// the line goes. Comments in lines of their own stay where they are.
//
// The error is a constraints.Problems: what Set would refuse.
func (f *File) Divide(name constraints.Name, into func(Entry) (pins []Line, ok bool)) (*File, error) {
	chosen, err := f.choose(name, func(e Entry) bool { _, ok := into(e); return ok })
	if err != nil {
		return nil, err
	}
	var splices []splice
	var problems constraints.Problems
	expected := f.expect(nil, nil)
	for i, e := range slices.Backward(f.entries) {
		if !slices.ContainsFunc(chosen, func(c Entry) bool { return c.first == e.first }) {
			continue
		}
		pins, _ := into(e)
		var becomes []expectation
		for j, pin := range pins {
			becomes = append(becomes, expectation{right: pinnedWhere(name, pin.Version, pin.Marker)})
			if j == 0 {
				becomes[0].origin = e.Origin
			}
		}
		expected = slices.Replace(expected, i, i+1, becomes...)
		made, c := f.divide(e, pins)
		if c != nil {
			problems = append(problems, c.at(e.written()))
		}
		splices = append(made, splices...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f.edit(splices, expected)
}

// divide returns the splices that make an entry into pins.
func (f *File) divide(e Entry, pins []Line) ([]splice, *complaint) {
	if len(pins) == 0 {
		return []splice{{f.lines[e.first].start, f.lines[e.last].next, ""}}, nil
	}
	if _, msg, hint := f.setVersion(e, pins[0].Version); msg != "" {
		return nil, &complaint{msg, hint}
	}
	l, p := f.dissect(e)
	_, separator := f.manner()
	if p.marker < p.end {
		separator = aroundSemicolon(l.text, p)
	}
	closing := strings.TrimRightFunc(l.text[p.versionEnd:p.marker], isBlank)
	pinOf := func(line Line) string {
		if line.Marker == "" {
			return line.Version + closing
		}
		return line.Version + closing + separator + line.Marker
	}
	splices := []splice{{l.origin(p.version), l.origin(p.end-1) + 1, pinOf(pins[0])}}
	if _, text, _ := e.Pin(); pinnedWhere(e.Requirement.Name, text, pins[0].Marker)(e) { // the marker stays as it is spelled
		splices[0] = splice{l.origin(p.version), l.origin(p.versionEnd-1) + 1, pins[0].Version}
	}
	if pins[0].Comment != "" {
		end := f.lines[e.last].end
		splices = append(splices, splice{end, end, behind(e.Comment) + pins[0].Comment})
	}
	start, _, _ := l.content()
	for _, line := range pins[1:] {
		text := l.text[start:p.version] + pinOf(line)
		if line.Comment != "" {
			text += behind("") + line.Comment
		}
		splices = append(splices, f.insert(e.last+1, text))
	}
	return splices, nil
}

// behind returns what stands before a comment that follows another, or a requirement.
func behind(comment string) string {
	if comment != "" {
		return " "
	}
	return "  "
}
