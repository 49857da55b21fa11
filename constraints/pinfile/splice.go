package pinfile

import (
	"fmt"

	"sluice/constraints"
)

// A splice puts new text in place of the file's text from start to end.
type splice struct {
	start, end int
	text       string
}

// A check says whether an entry of the edited file is as it should be.
type check func(Entry) bool

// An expectation is what an entry of the edited file is to be, and its Origin.
type expectation struct {
	right  check
	origin constraints.Place
}

// edit returns the file with the splices made, which are in order and apart. It
// reads the result again and makes sure of it: there must be one entry for each
// expectation, and right.
func (f *File) edit(splices []splice, expected []expectation) (*File, error) {
	var data []byte
	from := 0
	for _, s := range splices {
		text, ok := f.codec.encode(s.text)
		if !ok {
			return nil, constraints.Problems{{Place: f.place(s.start), Msg: fmt.Sprintf("%q cannot be written in %s", short(s.text), f.codec.name)}}
		}
		data = append(append(data, f.data[from:f.raw(s.start)]...), text...)
		from = f.raw(s.end)
	}
	edited, _ := parse(f.name, append(data, f.data[from:]...), f.opts)
	for i, want := range expected {
		if i >= len(edited.entries) || !want.right(edited.entries[i]) {
			return nil, f.whole("the edit would not come out as meant, or change what another line means", "edit the file by hand")
		}
		edited.entries[i].Origin = want.origin
	}
	if len(edited.entries) > len(expected) {
		return nil, f.whole("the edit would make more lines than meant", "edit the file by hand")
	}
	return edited, nil
}

// expect returns what to expect of the edited file: the chosen entries right, or
// gone where right is nil, and all others as they were.
func (f *File) expect(chosen []Entry, right check) []expectation {
	edited := make(map[int]bool, len(chosen))
	for _, e := range chosen {
		edited[e.first] = true
	}
	expected := make([]expectation, 0, len(f.entries)+1)
	for _, e := range f.entries {
		switch {
		case !edited[e.first]:
			expected = append(expected, e.unchanged())
		case right != nil:
			expected = append(expected, expectation{right, e.Origin})
		}
	}
	return expected
}

// unchanged expects an entry as it was.
func (e Entry) unchanged() expectation {
	return expectation{func(now Entry) bool { return now.Raw == e.Raw && now.Kind == e.Kind }, e.Origin}
}

// pinned checks that an entry pins name to version.
func pinned(name constraints.Name, version string) check {
	return func(e Entry) bool {
		_, text, ok := e.Pin()
		return ok && text == version && e.Requirement.Name == name
	}
}

// choose returns the requirements of name that when selects; it is an error if
// there are none, or if one is made of variables, which no edit can keep.
func (f *File) choose(name constraints.Name, when func(Entry) bool) ([]Entry, error) {
	var chosen []Entry
	var problems constraints.Problems
	for _, e := range f.entries {
		if e.Kind != Requirement || e.Requirement.Name != name || when != nil && !when(e) {
			continue
		}
		if e.expanded {
			problems = append(problems, constraints.Problem{Place: e.written(), Msg: "the line is made of variables", Hint: "edit it by hand"})
		}
		chosen = append(chosen, e)
	}
	if len(chosen) == 0 {
		return nil, f.whole("there is no such line for "+short(string(name)), "")
	}
	return chosen, problems.Err()
}

// whole returns a problem of the file as a whole.
func (f *File) whole(msg, hint string) error {
	return constraints.Problems{{Place: constraints.Place{File: f.name}, Msg: msg, Hint: hint}}
}
