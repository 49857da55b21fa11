package pep508

import (
	"errors"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// ParseRequirement reads one requirement as PEP 508 writes it: a name, extras in
// brackets, then either version specifiers (in parentheses or not) or "@ URL",
// then "; MARKER". Blanks may stand around every part; a line break may not.
//
// The Range of the result is a pep440.SpecifierSet (for a URL, that of every
// version) and its Marker, if any, a Marker. Unlike pip, a URL may hold no
// white space or control character whatever: it could be written back as two
// lines, of which the second says anything at all.
func ParseRequirement(text string) (constraints.Requirement, error) {
	s := scanner{what: "requirement", text: text}
	r, err := s.requirement()
	if err != nil {
		return constraints.Requirement{}, err
	}
	return r, nil
}

// FormatRequirement writes r on one line in the form that pip's library gives
// it: the name as it was spelled, extras sorted, specifiers sorted, one blank
// on either side of '@', and markers with double quotes. Extras are written in
// their normal form, as PEP 685 asks of tools that write metadata.
func FormatRequirement(r constraints.Requirement) string {
	var b strings.Builder
	b.WriteString(r.Spelling)
	if r.Spelling == "" {
		b.WriteString(string(r.Name))
	}
	writeExtras(&b, r.Extras)
	if r.Range != nil {
		b.WriteString(r.Range.String())
	}
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
	}
	if r.Marker == nil {
		return b.String()
	}
	if r.URL != "" {
		b.WriteByte(' ') // else the semicolon would be read as part of the URL
	}
	b.WriteString("; " + r.Marker.String())
	return b.String()
}

func writeExtras(b *strings.Builder, extras []constraints.Name) {
	for i, extra := range extras {
		b.WriteByte("[,"[min(i, 1)])
		b.WriteString(string(extra))
	}
	if len(extras) > 0 {
		b.WriteByte(']')
	}
}

func (s *scanner) requirement() (constraints.Requirement, error) {
	var r constraints.Requirement
	var err error
	s.blanks()
	if r.Spelling, err = s.identifier("a package name", nameHint(s.rest())); err != nil {
		return r, err
	}
	r.Name = NormalizeName(r.Spelling)
	if r.Extras, err = s.extras(); err != nil {
		return r, err
	}
	if s.take('@') {
		r.Range = pep440.SpecifierSet{}
		r.URL, err = s.url()
	} else {
		r.Range, err = s.specifiers()
	}
	if err != nil {
		return r, err
	}
	if s.take(';') {
		r.Marker, err = s.marker()
	} else if !s.done() {
		err = s.fail(s.pos, "expected ',', ';' or the end, found "+s.found(), afterNameHint(s.rest()))
	}
	return r, err
}

// extras reads "[a, b]", or nothing.
func (s *scanner) extras() ([]constraints.Name, error) {
	s.blanks()
	open := s.pos
	if !s.take('[') {
		return nil, nil
	}
	s.blanks()
	var extras []constraints.Name
	for s.peek() != ']' {
		if s.done() {
			return nil, s.fail(open, "the bracket is not closed", `write "]" after the last extra`)
		}
		name, err := s.identifier("the name of an extra", "")
		if err != nil {
			return nil, err
		}
		extras = append(extras, NormalizeName(name))
		if err := s.extraSeparator(open); err != nil {
			return nil, err
		}
	}
	s.take(']')
	s.blanks()
	slices.Sort(extras)
	return slices.Compact(extras), nil
}

// extraSeparator reads what may follow an extra: a comma with another extra
// behind it, or nothing before the closing bracket.
func (s *scanner) extraSeparator(open int) error {
	s.blanks()
	if s.take(',') {
		s.blanks()
		if s.peek() == ']' {
			return s.fail(s.pos, "expected the name of an extra after the comma", "remove the last comma")
		}
		return nil
	}
	switch {
	case s.done():
		return s.fail(open, "the bracket is not closed", `write "]" after the last extra`)
	case strings.IndexByte("<>=!~@;(", s.peek()) >= 0 && strings.IndexByte(s.rest(), ']') < 0:
		return s.fail(open, "the bracket is not closed", `write "]" after the last extra`)
	case strings.IndexByte("<>=!~@;(", s.peek()) >= 0:
		return s.fail(s.pos, "expected ',' or ']', found "+s.found(), `versions stand behind the "]"`)
	case s.peek() != ']':
		return s.fail(s.pos, "expected ',' or ']', found "+s.found(), "write a comma between extras")
	}
	return nil
}

// url reads the target of a direct reference. It reaches to the next blank, so a
// semicolon belongs to it unless a blank stands before.
func (s *scanner) url() (string, error) {
	s.blanks()
	start := s.pos
	url := s.run(func(c byte) bool { return c > ' ' && c != 0x7f })
	if url == "" {
		return "", s.fail(s.pos, "expected a URL after '@'", "")
	}
	end := s.pos
	s.blanks()
	if s.done() || s.peek() == ';' && s.pos > end {
		return url, nil
	}
	if i := strings.IndexByte(url, ';'); i >= 0 {
		return "", s.fail(start+i, "a ';' within a URL does not begin a marker", "put a blank before the ';'")
	}
	return "", s.fail(s.pos, "expected ';' or the end after the URL, found "+s.found(), "")
}

// specifiers reads version specifiers, in parentheses or not, or nothing.
func (s *scanner) specifiers() (pep440.SpecifierSet, error) {
	open := s.pos
	parenthesised := s.take('(')
	set, n, err := pep440.ScanSpecifierSet(s.rest())
	if err != nil {
		return set, s.within(err)
	}
	s.pos += n
	s.blanks()
	switch {
	case parenthesised && s.take(')'):
		s.blanks()
	case parenthesised && (s.done() || s.peek() == ';'):
		err = s.fail(open, "the parenthesis is not closed", `write ")" after the last version`)
	case parenthesised:
		err = s.fail(s.pos, "expected ',' or ')', found "+s.found(), afterNameHint(s.rest()))
	case n == 0 && !s.done() && s.peek() != ';':
		err = s.fail(s.pos, "expected a version specifier, ';' or the end, found "+s.found(), afterNameHint(s.rest()))
	}
	return set, err
}

// within turns an error about the rest of the text into one about the whole.
func (s *scanner) within(err error) error {
	var syntax *constraints.SyntaxError
	if !errors.As(err, &syntax) {
		return s.fail(s.pos, err.Error(), "")
	}
	at, hint := min(s.pos+syntax.Offset, len(s.text)), syntax.Hint
	if hint == "" && strings.IndexAny(s.text[at:], `"'`) == 0 {
		hint = "write the version without quotes"
	}
	return s.fail(at, syntax.Msg, hint)
}
