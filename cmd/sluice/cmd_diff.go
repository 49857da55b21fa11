package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/pflag"

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
where both versions are semantic, and markers that changed. Ranges and markers that
mean the same, and lines that only moved, are no difference; another spelling of a
version is one where === compares the text.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var format string
			flags.StringVar(&format, "format", "text", "the `FORMAT` of the answer: text or json")
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

func (a *app) diff(format string, args []string) (int, error) {
	if err := oneOf(format, "text", "json"); err != nil {
		return 0, usagef("--format: %v", err)
	}
	if len(args) != 2 {
		return 0, usagef("diff takes two files")
	}
	before, err := a.readSide(args[0])
	after, err2 := a.readSide(args[1])
	if err := errors.Join(err, err2); err != nil {
		return 0, err
	}
	changes := diffPins(before, after)
	if format == "json" {
		return exitOK, writeJSON(a.stdout, pinChanges{gate.SchemaVersion, "diff", changes})
	}
	return exitOK, writeDiff(a.stdout, changes, a.color())
}

// readSide reads one of the files that are compared.
func (a *app) readSide(name string) (*pinfile.File, error) {
	data, err := readFile(abs(a.dir, name), pinfile.MaxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usageError{msg: "there is no file " + name}
	case err != nil:
		return nil, usageError{msg: fmt.Sprintf("%s cannot be read: %s", name, cause(err))}
	}
	return parseConstraints(name, data)
}

// writeDiff writes the changes as a table, one kind after the other.
func writeDiff(w io.Writer, changes []pinChange, color bool) error {
	p := newPrinter(w, color)
	styles := map[changeKind]string{added: green, removed: red, lowered: yellow}
	for _, kind := range changeKinds() {
		for _, c := range changes {
			if c.Kind == kind {
				p.styled(styles[kind], padded(string(kind), 14))
				p.printf("  %s  %s\n", padded(c.Name, 32), c.text())
			}
		}
	}
	if len(changes) == 0 {
		p.printf("no pin differs\n")
	}
	return p.flush()
}

// text returns what differs in one line.
func (c pinChange) text() string {
	text := c.From
	switch {
	case c.Kind == markerChanged:
		return fmt.Sprintf("%s  %s", text, c.MarkerChange)
	case c.From != "" && c.To != "":
		text += " -> " + c.To
	case c.From == "":
		text = c.To
	}
	if c.Class != "" && c.Class != semver.NotSemantic {
		text += "  (" + string(c.Class) + ")"
	}
	switch {
	case c.MarkerChange != nil:
		text += fmt.Sprintf("  marker changed: %s", c.MarkerChange)
	case c.Marker != "":
		text += "  ; " + c.Marker
	}
	return text
}

// padded returns text filled with blanks to a width.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-len(text)))
}
