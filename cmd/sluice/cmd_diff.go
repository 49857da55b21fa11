package main

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pinfile"
	"sluice/constraints/semver"
)

func diffCommand() command {
	return command{
		name:    "diff",
		args:    "OLD NEW",
		summary: "compare two constraints files by meaning",
		details: `Pins added, removed, raised and lowered, with the semver class of the change
where both versions are semantic. Versions that are equal in two spellings, and
lines that only moved, are no difference.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var format string
			flags.StringVar(&format, "format", "text", "text or json")
			return func(_ context.Context, args []string) (int, error) { return a.diff(format, args) }
		},
	}
}

// pinChange is one difference between two constraints files.
type pinChange struct {
	Kind   string             `json:"kind"` // added, removed, raised, lowered, replaced
	Name   string             `json:"name"`
	Marker string             `json:"marker,omitempty"`
	From   string             `json:"from,omitempty"`
	To     string             `json:"to,omitempty"`
	Class  semver.Class       `json:"class,omitempty"`
	Old    *constraints.Place `json:"old,omitempty"`
	New    *constraints.Place `json:"new,omitempty"`
}

func (a *app) diff(format string, args []string) (int, error) {
	if err := oneOf(format, "text", "json"); err != nil {
		return 0, usagef("--format: %v", err)
	}
	if len(args) != 2 {
		return 0, usagef("diff takes two files")
	}
	s := &settings{dir: a.dir}
	var files [2]*pinfile.File
	var problems constraints.Problems
	for i, name := range args {
		f, err := s.readConstraints(name)
		if err != nil {
			more, ok := err.(constraints.Problems)
			if !ok {
				return 0, err
			}
			problems = append(problems, more...)
		}
		files[i] = f
	}
	if len(problems) > 0 {
		return 0, problems
	}
	changes := diffPins(files[0], files[1])
	if format == "json" {
		return exitOK, writeJSON(a.stdout, struct {
			SchemaVersion int         `json:"schema_version"`
			Changes       []pinChange `json:"changes"`
		}{1, changes})
	}
	return exitOK, writeDiff(a.stdout, changes, a.color())
}

// diffPins returns what differs, by name and marker.
func diffPins(before, after *pinfile.File) []pinChange {
	type line struct{ old, new *pinfile.Entry }
	lines := make(map[[2]string]*line)
	add := func(f *pinfile.File, put func(*line, *pinfile.Entry)) {
		for i := range f.Entries() {
			e := &f.Entries()[i]
			if e.Kind != pinfile.Requirement {
				continue
			}
			key := [2]string{string(e.Requirement.Name), markerText(e)}
			if lines[key] == nil {
				lines[key] = &line{}
			}
			put(lines[key], e)
		}
	}
	add(before, func(l *line, e *pinfile.Entry) { l.old = e })
	add(after, func(l *line, e *pinfile.Entry) { l.new = e })
	changes := []pinChange{}
	for key, l := range lines {
		if c, differs := compareEntries(l.old, l.new); differs {
			c.Name, c.Marker = key[0], key[1]
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b pinChange) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Marker, b.Marker))
	})
	return changes
}

func markerText(e *pinfile.Entry) string {
	if e.Requirement.Marker == nil {
		return ""
	}
	return e.Requirement.Marker.String()
}

// compareEntries says how the new entry differs from the old. Either may be nil.
func compareEntries(old, new *pinfile.Entry) (c pinChange, differs bool) {
	if old != nil {
		c.Old, c.From = &old.Place, pinText(old)
	}
	if new != nil {
		c.New, c.To = &new.Place, pinText(new)
	}
	switch {
	case old == nil:
		c.Kind = "added"
		return c, true
	case new == nil:
		c.Kind = "removed"
		return c, true
	}
	was, _, oldPin := old.Pin()
	is, _, newPin := new.Pin()
	if !oldPin || !newPin || was.IsZero() || is.IsZero() {
		c.Kind = "replaced"
		return c, c.From != c.To
	}
	c.Class = semver.ClassOf(was.String(), is.String())
	switch was.Compare(is) {
	case -1:
		c.Kind = "raised"
	case 1:
		c.Kind = "lowered"
	default:
		return c, false
	}
	return c, true
}

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

// writeDiff writes the changes as a table, one kind after the other.
func writeDiff(w io.Writer, changes []pinChange, color bool) error {
	p := newPrinter(w, color)
	styles := map[string]string{"added": green, "removed": red, "lowered": yellow}
	for _, kind := range []string{"added", "removed", "raised", "lowered", "replaced"} {
		for _, c := range changes {
			if c.Kind != kind {
				continue
			}
			text := c.From
			if c.To != "" && c.From != "" {
				text += " -> "
			}
			text += c.To
			if c.Class != "" && c.Class != semver.NotSemantic {
				text += "  (" + string(c.Class) + ")"
			}
			if c.Marker != "" {
				text += "  ; " + c.Marker
			}
			p.styled(styles[kind], padded(kind, 10))
			p.printf("%s  %s\n", padded(c.Name, 32), text)
		}
	}
	if len(changes) == 0 {
		p.printf("no pin differs\n")
	}
	return p.flush()
}

// padded returns text filled with blanks to a width.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-len(text)))
}
