package pep508

import (
	"strings"

	"sluice/constraints"
)

// scanner is a text and how far it has been read. It has no token stream: what
// the next bytes mean depends on where in the grammar they stand ("in" is a
// package, an extra and an operator).
type scanner struct {
	what string // what is being parsed, for errors
	text string
	pos  int
}

func (s *scanner) rest() string { return s.text[s.pos:] }

func (s *scanner) done() bool { return s.pos == len(s.text) }

// peek returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.done() {
		return 0
	}
	return s.text[s.pos]
}

// take moves past the byte c if it is next.
func (s *scanner) take(c byte) bool {
	if s.done() || s.text[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// blanks moves past spaces and tabs, the only white space that separates the
// parts of a requirement: a line break never does.
func (s *scanner) blanks() {
	for !s.done() && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.pos++
	}
}

// run moves past the longest run of bytes that are in the class and returns it.
func (s *scanner) run(class func(byte) bool) string {
	start := s.pos
	for !s.done() && class(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

// identifier reads the name of a package or an extra. The grammar lets one end
// in '_', though no index would accept such a name; pip reads it and so do we.
func (s *scanner) identifier(expected, hint string) (string, error) {
	start := s.pos
	name := s.run(isNameByte)
	switch {
	case name == "":
		return "", s.fail(start, "expected "+expected+", found "+s.found(), hint)
	case !isAlnum(name[0]):
		return "", s.fail(start, "a name must begin with a letter or a digit", hint)
	}
	if last := name[len(name)-1]; last == '-' || last == '.' {
		return "", s.fail(s.pos-1, "a name must end with a letter or a digit", "")
	}
	return name, nil
}

// found describes what comes next, for "expected X, found Y".
func (s *scanner) found() string {
	if s.done() {
		return "the end"
	}
	rest := s.rest()
	if c := rest[0]; c == '\n' || c == '\r' {
		return "a line break"
	}
	end := strings.IndexAny(rest[:min(len(rest), 40)], " \t\r\n")
	if end <= 0 {
		end = len(rest)
	}
	return "\"" + constraints.Shorten(rest[:end], 20) + "\""
}

// fail returns a syntax error at a byte of the text.
func (s *scanner) fail(at int, msg, hint string) error {
	return &constraints.SyntaxError{What: s.what, Input: s.text, Offset: at, Msg: msg, Hint: hint}
}
