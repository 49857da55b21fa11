package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

// requirements reads a requirements file, relative to the project's folder, and
// what it includes. from is where it is named.
func (l *loader) requirements(name string, group Group, from constraints.Place) {
	full := path.Join(l.consumer.Dir, name)
	if key := (fileGroup{full, group}); l.loaded[key] {
		return
	} else {
		l.loaded[key] = true
	}
	tree, err := pinfile.Load(l.fsys, full, pinfile.Options{Lookup: l.opts.Lookup, Memo: l.opts.Memo})
	if tree == nil {
		l.problem(from, "cannot read "+constraints.Shorten(full, 200)+": "+pinfile.Cause(err), "")
		return
	}
	for _, f := range tree.Files {
		l.listFile(f.Name())
	}
	l.consumer.Unread = append(l.consumer.Unread, tree.Unread...)
	l.consumer.Notes = append(l.consumer.Notes, tree.Notes...)
	l.consumer.Problems = append(l.consumer.Problems, tree.Problems...)
	l.consumer.Requirements = slices.Grow(l.consumer.Requirements, len(tree.Entries))
	for i := range tree.Entries {
		l.entry(&tree.Entries[i], group)
	}
}

// entry takes up one entry of a requirements file.
func (l *loader) entry(e *pinfile.Entry, group Group) {
	d := Declared{Requirement: e.Requirement, Place: e.Place, Group: group, Text: e.Arg}
	extras, self := selfPath(e.Arg)
	switch {
	case e.Kind == pinfile.Invalid, e.Kind == pinfile.Include, e.Kind == pinfile.Constrain:
	case e.Kind == pinfile.Settings:
		l.consumer.Settings = append(l.consumer.Settings, IgnoredSettings(e))
	case e.Kind != pinfile.Requirement && self:
		l.selves[d.Place] = true
		l.source(e, "it installs the project itself", "leave it out, and give the project's own manifest")
		d.Extras = extras
		l.consumer.Requirements = append(l.consumer.Requirements, d)
	case e.Kind != pinfile.Requirement && (d.Name == "" || !strings.Contains(d.URL, "://")):
		msg := fmt.Sprintf("%s %q does not tell what it is the source of", e.Kind, constraints.Shorten(e.Arg, 120))
		l.source(e, msg, "write NAME @ URL")
		l.consumer.Notes = append(l.consumer.Notes, constraints.Problem{Place: e.Place, Msg: "not read: " + msg, Hint: "write NAME @ URL"})
	case e.Constraint:
		l.consumer.Constraints = append(l.consumer.Constraints, d)
	default:
		l.consumer.Requirements = append(l.consumer.Requirements, d)
	}
}

// source remembers a line of which it is not known what it requires.
func (l *loader) source(e *pinfile.Entry, msg, hint string) {
	l.consumer.Sources = append(l.consumer.Sources, constraints.Problem{Place: e.Place, Msg: msg, Hint: hint})
}

// IgnoredSettings returns what is to be said of a line of options alone where it is not
// followed.
func IgnoredSettings(e *pinfile.Entry) constraints.Problem {
	var names []string
	for _, o := range e.Options {
		names = append(names, o.Name)
	}
	return constraints.Problem{
		Place: e.Place,
		Msg:   "not followed: " + strings.Join(names, " "),
		Hint:  "how to resolve is for flags and sluice.toml to say",
	}
}
