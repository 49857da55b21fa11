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

// The files of a checkout. A list that may be absent is empty then; the deny list was called
// blacklist.txt before 2023.
const (
	globalFile     = "global-requirements.txt"
	pinsFile       = "upper-constraints.txt"
	denyFile       = "denylist.txt"
	oldDenyFile    = "blacklist.txt"
	backportsFile  = "backports.txt"
	projectsFile   = "projects.txt"
	xfailsFile     = "upper-constraints-xfails.txt"
	maxList        = 8 << 20 // bytes of a list
	maxProjects    = 100_000
	maxProjectName = 200
)

// Read reads a checkout. Its folder is for the places. The error has all that is wrong with
// all lists, constraints.Problems, or says that there is no global-requirements.txt.
func Read(checkout fs.FS, folder string) (*Tree, error) {
	r := &reader{checkout: checkout, folder: folder}
	t := &Tree{Denied: make(map[constraints.Name]Line), Backports: make(map[constraints.Name]Line), Projects: make(map[string]bool), global: make(map[constraints.Name][]Line)}
	t.Global = r.lines(globalFile)
	t.Pins = r.lines(pinsFile)
	deny := denyFile
	if !r.has(denyFile) && r.has(oldDenyFile) {
		deny = oldDenyFile
	}
	for _, l := range r.optional(deny) {
		t.Denied[l.Name] = l
	}
	for _, l := range r.optional(backportsFile) {
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
	checkout fs.FS
	folder   string
	problems constraints.Problems
	err      error // a list that cannot be opened
}

// has reports whether there is a list.
func (r *reader) has(name string) bool {
	_, err := fs.Stat(r.checkout, name)
	return err == nil
}

// data returns a list as it stands.
func (r *reader) data(name string) []byte {
	data, err := pinfile.ReadBounded(r.checkout, name, maxList)
	if err != nil {
		r.err = errors.Join(r.err, constraints.Problem{Place: r.place(name), Msg: "the list cannot be read: " + pinfile.Cause(err)})
	}
	return data
}

func (r *reader) place(name string) constraints.Place {
	return constraints.Place{File: path.Join(r.folder, name)}
}

// optional returns the lines of a list, none where it is absent.
func (r *reader) optional(name string) []Line {
	if !r.has(name) {
		return nil
	}
	return r.lines(name)
}

// lines returns the requirements of a list.
func (r *reader) lines(name string) []Line {
	file, _ := pinfile.ParseWith(r.place(name).File, r.data(name), pinfile.Options{})
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
	if !r.has(projectsFile) {
		return projects
	}
	n := 0
	for text := range strings.Lines(string(r.data(projectsFile))) {
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
	if !r.has(xfailsFile) {
		return nil
	}
	var all []XFail
	n := 0
	for text := range strings.Lines(string(r.data(xfailsFile))) {
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
