package constraints

import (
	"fmt"
	"strings"
)

// SyntaxError says why a text could not be parsed. Parsers of single values
// (a version, a specifier, a requirement) return it; who read the text from a
// file turns it into a Problem.
type SyntaxError struct {
	What   string // what was being parsed: "version", "requirement", ...
	Input  string // the whole text
	Offset int    // the byte of Input where the parser gave up, 0 to len(Input)
	Msg    string // what is wrong, without a capital or a full stop
	Hint   string // what to write instead, or ""
}

// Error returns "invalid WHAT "INPUT": MSG", with a long input shortened.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid %s %q: %s", e.What, Shorten(e.Input, 80), e.Msg)
}

// Shorten returns s as messages quote it: redacted, and cut to about max bytes, with "..."
// where something is missing.
func Shorten(s string, max int) string {
	s = Redact(s)
	if len(s) <= max {
		return s
	}
	return strings.ToValidUTF8(s[:max], "") + "..."
}

// Problem is something wrong at a place in a file.
type Problem struct {
	Place Place
	Msg   string
	Hint  string // what would mend it, or ""
}

// Error returns "FILE:LINE:COL: MSG", with the hint in parentheses.
func (p Problem) Error() string {
	s := p.Place.String() + ": " + p.Msg
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Problems is all that is wrong with an input, in the order found.
type Problems []Problem

// Error returns one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns ps as an error, or nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
