package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/constraints/semver"
	"sluice/resolver/gate"
)

func diffCommand() command {
	return command{
		name:    "diff",
		args:    "OLD NEW",
		summary: "compare two constraints files by meaning",
		details: `Pins added, removed, raised and lowered, with the semver class of the change
where both versions are semantic. Ranges and markers that mean the same, and
lines that only moved, are no difference; another spelling of a version is one
where === compares the text.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var format string
			flags.StringVar(&format, "format", "text", "text or json")
			return func(args []string) (int, error) { return a.diff(format, args) }
		},
	}
}

// pinChanges is the answer of diff as JSON.
type pinChanges struct {
	SchemaVersion int         `json:"schema_version"`
	Command       string      `json:"command"`
	Changes       []pinChange `json:"changes"`
}

// pinChange is one difference between two constraints files.
type pinChange struct {
	Kind   string             `json:"kind"` // added, removed, raised, lowered, respelled, replaced
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
		return exitOK, writeJSON(a.stdout, pinChanges{gate.SchemaVersion, "diff", changes})
	}
	return exitOK, writeDiff(a.stdout, changes, a.color())
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
			c, differs := compareEntries(pair.old, pair.new)
			if !differs {
				continue
			}
			c.Name = string(name)
			if c.Marker = markerText(pair.new); pair.new == nil {
				c.Marker = markerText(pair.old)
			}
			changes = append(changes, c)
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

type entryPair struct{ old, new *pinfile.Entry }

// pairs matches the lines of one name: those that hold in the same environments,
// then those that are left, in file order, where only one is left on each side.
func pairs(old, new []*pinfile.Entry) []entryPair {
	var all []entryPair
	var gone []*pinfile.Entry
	left := slices.Clone(new)
	for _, o := range old {
		i := slices.IndexFunc(left, func(n *pinfile.Entry) bool { return holdAlike(o, n) })
		if i < 0 {
			gone = append(gone, o)
			continue
		}
		all = append(all, entryPair{o, left[i]})
		left = slices.Delete(left, i, i+1)
	}
	if len(gone) == 1 && len(left) == 1 {
		return append(all, entryPair{gone[0], left[0]})
	}
	for _, o := range gone {
		all = append(all, entryPair{old: o})
	}
	for _, n := range left {
		all = append(all, entryPair{new: n})
	}
	return all
}

// holdAlike reports whether two lines apply in the same environments, as far as
// the current Pythons on the usual platforms tell.
func holdAlike(a, b *pinfile.Entry) bool {
	if markerText(a) == markerText(b) {
		return true
	}
	for minor := 8; minor <= 14; minor++ {
		for _, platform := range []string{"linux-x86_64", "linux-aarch64", "macos-arm64", "windows-amd64"} {
			env, err := pep508.ParseEnvironment(fmt.Sprintf("py3%d-%s", minor, platform))
			if err != nil || a.Requirement.Applies(env, "") != b.Requirement.Applies(env, "") {
				return false
			}
		}
	}
	return true
}

// markerText returns the marker of an entry, "" for none.
func markerText(e *pinfile.Entry) string {
	if e == nil || e.Requirement.Marker == nil {
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
		return c, c.From != c.To && !sameRange(old, new)
	}
	c.Class = semver.ClassOf(was.String(), is.String())
	switch was.Compare(is) {
	case -1:
		c.Kind = "raised"
	case 1:
		c.Kind = "lowered"
	default:
		c.Kind, c.Class = "respelled", ""
		return c, c.From != c.To && isTextual(new)
	}
	return c, true
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

// writeDiff writes the changes as a table, one kind after the other.
func writeDiff(w io.Writer, changes []pinChange, color bool) error {
	p := newPrinter(w, color)
	styles := map[string]string{"added": green, "removed": red, "lowered": yellow}
	for _, kind := range []string{"added", "removed", "raised", "lowered", "respelled", "replaced"} {
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
