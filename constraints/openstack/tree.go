package openstack

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// Tree is what a checkout of openstack/requirements says.
type Tree struct {
	Global    []Line                      // global-requirements.txt: what projects may require
	Pins      []Line                      // upper-constraints.txt
	Denied    map[constraints.Name]Line   // denylist.txt: what is not constrained
	Backports map[constraints.Name]Line   // backports.txt: what only some Pythons need, and all have pinned
	Projects  map[string]bool             // projects.txt: whom the rules bind, by the last part of their names
	XFails    []XFail                     // upper-constraints-xfails.txt
	global    map[constraints.Name][]Line // by name
}

// Line is a requirement of a list.
type Line struct {
	constraints.Requirement
	Place   constraints.Place
	Text    string // as written, without the comment
	Comment string // with its "#", "" for none
}

// XFail is a conflict between pins that is known: what some packages require of a pin.
type XFail struct {
	Line
	Version  constraints.Version // of the pin
	Affected []constraints.Name  // whose requirements it does not meet
}

// The files of a checkout. The deny list was called blacklist.txt once.
const (
	globalFile     = "global-requirements.txt"
	pinsFile       = "upper-constraints.txt"
	denyFile       = "denylist.txt"
	oldDenyFile    = "blacklist.txt"
	backportsFile  = "backports.txt"
	projectsFile   = "projects.txt"
	xfailsFile     = "upper-constraints-xfails.txt"
	maxProjects    = 100_000
	maxProjectName = 200
)

// Open returns a list of a checkout, by its name: fs.ErrNotExist where it has none. It bounds
// what it reads.
type Open func(list string) ([]byte, error)

// Read reads a checkout. Its folder is for the places. The error has all that is wrong with
// all lists, constraints.Problems, or says that there is no global-requirements.txt.
func Read(open Open, folder string) (*Tree, error) {
	r := &reader{open: open, folder: folder}
	t := &Tree{Denied: make(map[constraints.Name]Line), Backports: make(map[constraints.Name]Line), Projects: make(map[string]bool), global: make(map[constraints.Name][]Line)}
	t.Global = r.lines(globalFile, true)
	t.Pins = r.lines(pinsFile, true)
	for _, name := range []string{oldDenyFile, denyFile} {
		for _, l := range r.lines(name, false) {
			t.Denied[l.Name] = l
		}
	}
	for _, l := range r.lines(backportsFile, false) {
		t.Backports[l.Name] = l
	}
	t.Projects = r.projects()
	t.XFails = r.xfails()
	for _, l := range t.Global {
		t.global[l.Name] = append(t.global[l.Name], l)
	}
	if r.err != nil {
		return nil, r.err
	}
	return t, r.problems.Err()
}

// reader reads the lists of a checkout. What is wrong with one does not end it.
type reader struct {
	open     Open
	folder   string
	problems constraints.Problems
	err      error // a list that cannot be opened
}

// data returns a list as it stands, nothing where it may be absent and is.
func (r *reader) data(name string, needed bool) []byte {
	data, err := r.open(name)
	if err != nil && (needed || !errors.Is(err, fs.ErrNotExist)) {
		r.err = errors.Join(r.err, constraints.Problem{Place: r.place(name), Msg: "the list cannot be read: " + pinfile.Cause(err)})
	}
	return data
}

func (r *reader) place(name string) constraints.Place {
	return constraints.Place{File: path.Join(r.folder, name)}
}

// lines returns the requirements of a list.
func (r *reader) lines(name string, needed bool) []Line {
	file, _ := pinfile.ParseWith(r.place(name).File, r.data(name, needed), pinfile.Options{})
	r.problems = append(r.problems, file.Problems()...)
	var lines []Line
	for _, e := range file.Entries() {
		switch e.Kind {
		case pinfile.Invalid: // is among the problems
		case pinfile.Requirement:
			lines = append(lines, Line{e.Requirement, e.Place, e.Arg, e.Comment})
		default:
			r.problems = append(r.problems, constraints.Problem{Place: e.Place, Msg: fmt.Sprintf("a list has requirements only, no %s", e.Kind), Hint: "write NAME, its versions and its marker"})
		}
	}
	return lines
}

// projects returns the projects that the rules bind.
func (r *reader) projects() map[string]bool {
	projects := make(map[string]bool)
	n := 0
	for text := range strings.Lines(string(r.data(projectsFile, false))) {
		n++
		name, _, _ := strings.Cut(text, "#")
		name = strings.TrimSpace(name)
		place := constraints.Place{File: r.place(projectsFile).File, Line: n, Col: 1}
		switch {
		case name == "":
		case len(name) > maxProjectName || strings.ContainsAny(name, " \t\\"):
			r.problems = append(r.problems, constraints.Problem{Place: place, Msg: fmt.Sprintf("%q is no name of a project", constraints.Shorten(name, 60)), Hint: "one a line, such as openstack/nova"})
		case len(projects) < maxProjects:
			projects[path.Base(name)] = true
		}
	}
	return projects
}

// xfails returns the conflicts that are known: "NAME==VERSION;PACKAGE,PACKAGE".
func (r *reader) xfails() []XFail {
	var all []XFail
	n := 0
	for text := range strings.Lines(string(r.data(xfailsFile, false))) {
		n++
		body, _, _ := strings.Cut(text, "#")
		body = strings.TrimSpace(body)
		if body == "" {
			continue
		}
		x, err := parseXFail(body)
		x.Place = constraints.Place{File: r.place(xfailsFile).File, Line: n, Col: strings.Index(text, body) + 1}
		if err != nil {
			r.problems = append(r.problems, constraints.Problem{Place: x.Place, Msg: err.Error(), Hint: "such as pyopenssl==17.5.0;mitmproxy"})
			continue
		}
		all = append(all, x)
	}
	return all
}

func parseXFail(text string) (XFail, error) {
	pin, affected, ok := strings.Cut(text, ";")
	if !ok {
		return XFail{}, fmt.Errorf("%q names nobody whose requirement is not met", constraints.Shorten(text, 60))
	}
	requirement, err := pep508.ParseRequirement(strings.TrimSpace(pin))
	if err != nil {
		return XFail{}, err
	}
	x := XFail{Line: Line{Requirement: requirement, Text: text}}
	version, _, pinned := pinfile.Entry{Kind: pinfile.Requirement, Requirement: requirement}.Pin()
	if !pinned || version.IsZero() {
		return XFail{}, fmt.Errorf("%q pins no version", constraints.Shorten(pin, 60))
	}
	x.Version = version
	for _, name := range strings.Split(affected, ",") {
		if name = strings.TrimSpace(name); !pep508.ValidName(name) {
			return XFail{}, fmt.Errorf("%q is not the name of a package", constraints.Shorten(name, 60))
		}
		x.Affected = append(x.Affected, pep508.NormalizeName(name))
	}
	slices.Sort(x.Affected)
	return x, nil
}

// Binds reports whether the rules bind a project: all, where no list of them is there.
func (t *Tree) Binds(project string) bool { return len(t.Projects) == 0 || t.Projects[project] }
