package pinfile

import (
	"fmt"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

const (
	hashesMsg  = "the line's hashes are of the version that it pins"
	hashesHint = "remove the --hash options first"
)

const pinHint = "a pin is NAME==VERSION or NAME===VERSION alone"

func notPinned(e Entry) string { return e.Requirement.Spelling + " is not pinned here" }

// Set returns the file with the pins of name that when selects set to version.
// Without when all lines of a split pin are. Spelling, operator, marker, comment,
// spacing and line ending stay as they are.
//
// The error is a constraints.Problems: there is no such line, one of them pins
// nothing or cannot be edited, or version will not do for the line's operator.
func (f *File) Set(name constraints.Name, version string, when func(Entry) bool) (*File, error) {
	return f.editPins(name, when, pinned(name, version), func(e Entry) (splices []splice, msg, hint string) {
		s, msg, hint := f.setVersion(e, version)
		return []splice{s}, msg, hint
	})
}

// editPins returns the file with what change makes of the lines for name that when selects,
// which are as wanted then. The error has what change complains of.
func (f *File) editPins(name constraints.Name, when, wanted func(Entry) bool, change func(Entry) (splices []splice, msg, hint string)) (*File, error) {
	chosen, err := f.choose(name, when)
	if err != nil {
		return nil, err
	}
	var splices []splice
	var problems constraints.Problems
	for _, e := range chosen {
		own, msg, hint := change(e)
		if msg != "" {
			problems = append(problems, constraints.Problem{Place: e.written(), Msg: msg, Hint: hint})
		}
		splices = append(splices, own...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f.edit(splices, f.expect(chosen, wanted))
}

// setVersion returns the splice that sets the version of e, or why there is
// none.
func (f *File) setVersion(e Entry, version string) (s splice, msg, hint string) {
	if _, _, ok := e.Pin(); !ok {
		return s, notPinned(e), pinHint
	}
	if len(e.Hashes()) > 0 {
		return s, hashesMsg, hashesHint
	}
	l, p := f.dissect(e)
	if _, err := pep440.Parse(version); err != nil && !strings.HasPrefix(l.text[p.operator:], "===") {
		return s, fmt.Sprintf("%q is not a version", short(version)), "write it as PEP 440 says, such as 1.2.3"
	}
	return splice{l.origin(p.version), l.origin(p.versionEnd-1) + 1, version}, "", ""
}

// Literal returns the file with the pins of name that when selects, all of them without
// when, written with "===", which nothing but the version as it is spelled meets.
//
// The error is a constraints.Problems: there is no such line, or one pins nothing.
func (f *File) Literal(name constraints.Name, when func(Entry) bool) (*File, error) {
	wanted := func(e Entry) bool { return e.Requirement.Name == name && e.Fixes() }
	return f.editPins(name, when, wanted, func(e Entry) (splices []splice, msg, hint string) {
		if _, _, ok := e.Pin(); !ok {
			return nil, notPinned(e), pinHint
		}
		l, p := f.dissect(e)
		if strings.HasPrefix(l.text[p.operator:], "===") {
			return nil, "", ""
		}
		return []splice{{l.origin(p.operator), l.origin(p.operator+1) + 1, "==="}}, "", ""
	})
}

// Remove returns the file without the lines for name that when selects, all of
// them without when. Comments in lines of their own stay.
func (f *File) Remove(name constraints.Name, when func(Entry) bool) (*File, error) {
	chosen, err := f.choose(name, when)
	if err != nil {
		return nil, err
	}
	splices := make([]splice, len(chosen))
	for i, e := range chosen {
		splices[i] = splice{f.lines[e.first].start, f.lines[e.last].next, ""}
	}
	return f.edit(splices, f.expect(chosen, nil))
}

// Replace returns the file with the lines for name that when selects, all of
// them without when, replaced by the source: an absolute path, or a URL such as
// file:///home/me/nova or git+https://host/nova. Markers, comments and spacing
// stay.
//
// What is written is "NAME @ URL" (PEP 508), the only form in which pip 20.3 and
// later take a source from a constraints file; editables and bare paths are
// refused there, and extras are too.
func (f *File) Replace(name constraints.Name, source string, when func(Entry) bool) (*File, error) {
	url, err := sourceURL(source)
	if err != nil {
		return nil, f.whole(err.Error(), err.hint)
	}
	chosen, fault := f.choose(name, when)
	if fault != nil {
		return nil, fault
	}
	splices := make([]splice, len(chosen))
	for i, e := range chosen {
		if len(e.Hashes()) > 0 {
			return nil, constraints.Problems{{Place: e.written(), Msg: hashesMsg, Hint: hashesHint}}
		}
		splices[i] = f.setSource(e, url)
	}
	return f.edit(splices, f.expect(chosen, func(e Entry) bool {
		return e.Kind == Requirement && e.Requirement.URL == url && e.Requirement.Name == name
	}))
}

// setSource returns the splice that puts the URL in place of e's range or URL.
func (f *File) setSource(e Entry, url string) splice {
	l, p := f.dissect(e)
	text := " @ " + url
	if p.marker < p.end {
		text += " " // PEP 508 wants a blank between a URL and its marker
	}
	return splice{l.origin(p.named-1) + 1, l.origin(p.marker-1) + 1, text}
}
