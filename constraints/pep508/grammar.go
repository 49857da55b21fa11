package pep508

import (
	"strings"

	"sluice/constraints"
)

// maxDepth bounds the nesting of parentheses and so the stack that reading,
// evaluating and writing a marker need. pip gives up at some 450.
const maxDepth = 250

// marker reads a marker up to the end of the text.
func (s *scanner) marker() (Marker, error) {
	root, err := s.alternatives(0)
	if err != nil {
		return Marker{}, err
	}
	if !s.done() {
		return Marker{}, s.fail(s.pos, "expected and, or, or the end of the marker, found "+s.found(), s.afterHint())
	}
	root.grouped = false
	return Marker{root: &root}, nil
}

// alternatives reads conditions joined by "or", which binds less than "and".
func (s *scanner) alternatives(depth int) (node, error) {
	return s.joined("or", depth, (*scanner).conjunction)
}

func (s *scanner) conjunction(depth int) (node, error) {
	return s.joined("and", depth, (*scanner).condition)
}

// joined reads one or more parts with a word between them.
func (s *scanner) joined(word string, depth int, part func(*scanner, int) (node, error)) (node, error) {
	first, err := part(s, depth)
	if err != nil || !s.takeWord(word) {
		return first, err
	}
	n := node{any: word == "or", parts: []node{first}}
	for {
		next, err := part(s, depth)
		if err != nil {
			return node{}, err
		}
		n.parts = append(n.parts, next)
		if !s.takeWord(word) {
			return n, nil
		}
	}
}

// condition reads a comparison, or a marker in parentheses.
func (s *scanner) condition(depth int) (node, error) {
	s.blanks()
	if s.peek() == '(' {
		return s.group(depth)
	}
	c, err := s.comparison()
	if err != nil {
		return node{}, err
	}
	s.blanks()
	return node{comparison: c}, nil
}

func (s *scanner) group(depth int) (node, error) {
	open := s.pos
	if depth == maxDepth {
		return node{}, s.fail(open, "parentheses nested too deeply", "")
	}
	s.take('(')
	n, err := s.alternatives(depth + 1)
	if err != nil {
		return node{}, err
	}
	if s.done() {
		return node{}, s.fail(open, "the parenthesis is not closed", `write ")" after the condition`)
	}
	if !s.take(')') {
		return node{}, s.fail(s.pos, "expected and, or, or ')', found "+s.found(), s.afterHint())
	}
	s.blanks()
	n.grouped = n.comparison == nil
	return n, nil
}

// operand is one side of a comparison: a variable or a quoted text.
type operand struct {
	variable bool
	text     string // of a variable, its canonical name
	at       int
}

func (s *scanner) comparison() (*comparison, error) {
	left, err := s.operand()
	if err != nil {
		return nil, err
	}
	op, err := s.operator()
	if err != nil {
		return nil, err
	}
	right, err := s.operand()
	if err != nil {
		return nil, err
	}
	return newComparison(left, op, right), nil
}

func (s *scanner) operand() (operand, error) {
	s.blanks()
	at := s.pos
	if c := s.peek(); c == '"' || c == '\'' {
		text, err := s.quoted()
		return operand{text: text, at: at}, err
	}
	word := s.run(isVariableByte)
	if name, ok := canonicalVariable(word); ok {
		return operand{variable: true, text: name, at: at}, nil
	}
	s.pos = at
	return operand{}, s.fail(at, "expected a marker variable or a quoted text, found "+s.found(), operandHint(word, s.rest()))
}

// quoted reads a text in single or double quotes.
func (s *scanner) quoted() (string, error) {
	start := s.pos
	end := strings.IndexByte(s.text[start+1:], s.text[start])
	if end < 0 {
		return "", s.fail(start, "the quote is not closed", "write "+s.text[start:start+1]+" at the end of the text")
	}
	body := s.text[start+1 : start+1+end]
	value, bad, msg := unescape(body)
	if msg != "" {
		return "", s.fail(start+1+bad, msg, `write \\ for a backslash`)
	}
	s.pos = start + end + 2
	return value, nil
}

// operator reads the operator of a comparison.
func (s *scanner) operator() (operator, error) {
	s.blanks()
	switch {
	case s.takeWord("in"):
		return opIn, nil
	case s.takeWord("not"):
		return s.notIn()
	}
	for op := opIdentical; op < opIn; op++ {
		if strings.HasPrefix(s.rest(), op.String()) {
			s.pos += len(op.String())
			return op, nil
		}
	}
	hint := ""
	if s.peek() == '=' {
		hint = "write == instead of ="
	} else if s.peek() == '!' {
		hint = "write != for unequal, not in for absent"
	}
	return 0, s.fail(s.pos, "expected a comparison (==, !=, <, <=, >, >=, ~=, ===, in, not in), found "+s.found(), hint)
}

func (s *scanner) notIn() (operator, error) {
	if c := s.peek(); c != ' ' && c != '\t' {
		return 0, s.fail(s.pos, "expected a blank and in after not, found "+s.found(), "")
	}
	s.blanks()
	if !s.takeWord("in") {
		return 0, s.fail(s.pos, "expected in after not, found "+s.found(), "write not in")
	}
	return opNotIn, nil
}

// takeWord moves past a word if it is next and ends there.
func (s *scanner) takeWord(word string) bool {
	rest, ok := strings.CutPrefix(s.rest(), word)
	if !ok || rest != "" && (isWordByte(rest[0]) || rest[0] >= 0x80) {
		return false
	}
	s.pos += len(word)
	return true
}

// afterHint says what to write instead of what follows a whole comparison.
func (s *scanner) afterHint() string {
	rest := s.rest()
	switch {
	case strings.HasPrefix(rest, "&"):
		return "write and instead of &&"
	case strings.HasPrefix(rest, "|"):
		return "write or instead of ||"
	case strings.HasPrefix(rest, ","), strings.HasPrefix(rest, ";"):
		return "write and between conditions"
	case strings.HasPrefix(rest, ")"):
		return "remove the parenthesis, or open one before"
	case strings.HasPrefix(rest, "#"):
		return "comments belong to the file, not to the marker"
	case strings.HasPrefix(rest, "\""), strings.HasPrefix(rest, "'"):
		return "remove the quote, or write and or or before it"
	}
	word := strings.ToLower(constraints.Shorten(rest, 3))
	if strings.HasPrefix(word, "and") || strings.HasPrefix(word, "or") {
		return "write and and or in lower case, with a blank behind"
	}
	return ""
}

// operandHint says what to write instead of a word that is neither a variable
// nor quoted.
func operandHint(word, rest string) string {
	switch {
	case word == "" && strings.HasPrefix(rest, "!"), word == "not":
		return "there is no not; negate the comparison itself"
	case strings.HasPrefix(rest, "“"), strings.HasPrefix(rest, "‘"):
		return `write straight quotes: "`
	case word == "":
		return ""
	case isDigit(word[0]):
		return "write quotes around the version"
	}
	if hint := didYouMean(word, variableNames()); hint != "" {
		return hint
	}
	return "write quotes around a text; the variables are " + strings.Join(variableNames(), ", ")
}

func isWordByte(c byte) bool     { return isAlnum(c) || c == '_' }
func isVariableByte(c byte) bool { return isWordByte(c) || c == '.' }
