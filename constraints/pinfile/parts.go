package pinfile

import "strings"

// parts tells where the parts of a requirement stand, as offsets into its logical
// line: the name with its extras ends at named, the operator begins at operator,
// the version reaches from version to versionEnd, the marker's ";" is at marker.
// The requirement ends at end, where marker is too when there is none.
type parts struct {
	named, operator, version, versionEnd, marker, end int
}

// dissect finds the parts of an entry that was read as a Requirement, without
// variables.
func (f *File) dissect(e Entry) (logical, parts) {
	l := join(f.text, f.lines, e.first)
	start, end, _ := l.content()
	arg, _, _ := cutOptions(l.text[start:end])
	arg = strings.TrimRightFunc(arg, isBlank)
	return l, partsOf(l.text[:start+len(arg)], start)
}

// partsOf finds the parts of the requirement that text holds from start on. It
// relies on the text being one.
func partsOf(text string, start int) parts {
	s := scanner{text, start}
	s.word("[(<>=!~@;")
	p := parts{named: s.at, end: len(text)}
	s.blanks()
	if s.take('[') {
		s.until("]")
		s.take(']')
		p.named = s.at
		s.blanks()
	}
	if s.take('@') {
		s.blanks()
		s.word("")
	} else if s.take('(') {
		s.blanks()
	}
	p.operator = s.at
	s.operator()
	s.blanks()
	p.version = s.at
	s.word(";),")
	p.versionEnd = s.at
	s.until(";")
	p.marker = s.at
	return p
}

// A scanner goes along a text.
type scanner struct {
	text string
	at   int
}

// take goes past b if it is next.
func (s *scanner) take(b byte) bool {
	ok := s.at < len(s.text) && s.text[s.at] == b
	if ok {
		s.at++
	}
	return ok
}

// until goes on to the first of stops, or to the end.
func (s *scanner) until(stops string) {
	s.skip(func(r rune) bool { return !strings.ContainsRune(stops, r) })
}

// word goes on to the first blank or one of stops, or to the end.
func (s *scanner) word(stops string) {
	s.skip(func(r rune) bool { return !isBlank(r) && !strings.ContainsRune(stops, r) })
}

func (s *scanner) blanks() { s.skip(isBlank) }

func (s *scanner) operator() {
	s.skip(func(r rune) bool { return strings.ContainsRune("<>=!~", r) })
}

func (s *scanner) skip(match func(rune) bool) {
	n := strings.IndexFunc(s.text[s.at:], func(r rune) bool { return !match(r) })
	if n < 0 {
		n = len(s.text) - s.at
	}
	s.at += n
}
