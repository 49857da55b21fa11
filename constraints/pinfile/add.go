package pinfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// Add returns the file with a pin more, in the place that the file's Order wants,
// after the other lines of the package if there are any; one that fixes the package
// where the new line does is in the way. marker may be "". The line looks like the file's
// other pins: their operator, what they have around the ";", their line ending.
func (f *File) Add(spelling, version, marker string) (*File, error) {
	line, err := f.pinLine(spelling, version, marker)
	if err != nil {
		return nil, err
	}
	name := pep508.NormalizeName(spelling)
	for _, e := range f.named() {
		if e.Requirement.Name == name && e.Fixes() && (marker == "" || e.Requirement.Marker == nil) {
			return nil, constraints.Problems{{Place: e.Place, Msg: string(name) + " is listed already", Hint: "set its version, or give both lines markers"}}
		}
	}
	at := f.insertion(name, spelling)
	before := 0
	for before < len(f.entries) && f.entries[before].first < at {
		before++
	}
	expected := slices.Insert(f.expect(nil, nil), before, expectation{right: pinned(name, version)})
	return f.edit([]splice{f.insert(at, line)}, expected)
}

// pinLine returns the line of a pin in the manner of the file.
func (f *File) pinLine(spelling, version, marker string) (string, error) {
	operator, separator := f.manner()
	line := spelling + operator + version
	if marker != "" {
		line += separator + marker
	}
	if !pep508.ValidName(spelling) {
		return "", f.whole(fmt.Sprintf("%q is not a name", short(spelling)), "")
	}
	if _, err := pep508.ParseRequirement(line); err != nil {
		return "", f.whole(err.Error(), "")
	}
	return line, nil
}

// manner returns how the file writes pins: its operator, by majority and "==="
// for want of pins, and what the first pin with a marker has around the ";".
func (f *File) manner() (operator, separator string) {
	double, triple := 0, 0
	for _, e := range f.entries {
		if _, _, ok := e.Pin(); !ok || e.expanded {
			continue
		}
		l, p := f.dissect(e)
		if strings.HasPrefix(l.text[p.operator:], "===") {
			triple++
		} else {
			double++
		}
		if separator == "" && p.marker < p.end {
			separator = aroundSemicolon(l.text, p)
		}
	}
	if double > triple {
		return "==", cmp.Or(separator, ";")
	}
	return "===", cmp.Or(separator, ";")
}

// aroundSemicolon returns the ";" of a line with the blanks around it.
func aroundSemicolon(text string, p parts) string {
	before := strings.HasSuffix(text[:p.marker], " ")
	after := strings.HasPrefix(text[p.marker+1:], " ")
	switch {
	case before && after:
		return " ; "
	case after:
		return "; "
	case before:
		return " ;"
	}
	return ";"
}

// insertion returns the physical line before which a line for spelling belongs.
func (f *File) insertion(name constraints.Name, spelling string) int {
	named, order := f.named(), f.Order()
	i := slot(order, named, name, spelling)
	switch {
	case i == len(named) && (order == Free || i == 0) && !listed(named, name):
		return len(f.lines)
	case i == 0:
		return named[0].first
	}
	// After the line before it rather than before the line after it, which may
	// have a comment above it.
	return named[i-1].last + 1
}

func listed(entries []Entry, name constraints.Name) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.Requirement.Name == name })
}

// insert returns the splice that puts line before the physical line at. A
// missing last newline stays missing.
func (f *File) insert(at int, line string) splice {
	ending := f.ending(at)
	switch {
	case at < len(f.lines):
		return splice{f.lines[at].start, f.lines[at].start, line + ending}
	case at > 0 && f.lines[at-1].next == f.lines[at-1].end:
		return splice{len(f.text), len(f.text), ending + line}
	}
	return splice{len(f.text), len(f.text), line + ending}
}

// ending returns what ends the lines around the physical line at.
func (f *File) ending(at int) string {
	for _, i := range []int{at - 1, at, at - 2} {
		if i >= 0 && i < len(f.lines) && f.lines[i].next > f.lines[i].end {
			return f.text[f.lines[i].end:f.lines[i].next]
		}
	}
	return "\n"
}
