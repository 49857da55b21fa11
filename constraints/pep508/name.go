package pep508

import (
	"strings"
	"unicode/utf8"

	"sluice/constraints"
)

// NormalizeName returns the name of a package, an extra or a dependency group in
// the form in which equal names are equal strings: lower case, each run of '-',
// '_' and '.' as one '-' (PEP 503, PEP 685, PEP 735). It accepts any text; ask
// ValidName whether the text is a name at all.
func NormalizeName(text string) constraints.Name {
	if isNormal(text) {
		return constraints.Name(text)
	}
	if !isASCII(text) {
		text = strings.ToLower(text)
	}
	var room [64]byte // keeps the usual name off the heap until it is finished
	normal := room[:0]
	for i := range len(text) {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z':
			normal = append(normal, c|0x20)
		case c != '-' && c != '_' && c != '.':
			normal = append(normal, c)
		case len(normal) == 0 || normal[len(normal)-1] != '-':
			normal = append(normal, '-')
		}
	}
	return constraints.Name(normal)
}

// ValidName reports whether text is a name by the core metadata specification:
// ASCII letters, digits, '-', '_' and '.', with a letter or a digit at both ends.
func ValidName(text string) bool {
	if text == "" || !isAlnum(text[0]) || !isAlnum(text[len(text)-1]) {
		return false
	}
	for i := range len(text) {
		if !isNameByte(text[i]) {
			return false
		}
	}
	return true
}

// ParsePattern reads a pattern of the names of packages, in any spelling: "*" stands for
// any run of characters, as in "oslo.*". An error is a *constraints.SyntaxError.
func ParsePattern(text string) (constraints.Pattern, error) {
	if !ValidName(strings.ReplaceAll(text, "*", "x")) {
		return "", &constraints.SyntaxError{What: "pattern of names", Input: text, Msg: "a name has letters, digits, '-', '_' and '.', and * stands for anything", Hint: `such as "oslo.*"`}
	}
	return constraints.Pattern(NormalizeName(text)), nil
}

// isNormal reports whether text is surely its own normal form, as most names in
// an index are, so that normalising it allocates nothing.
func isNormal(text string) bool {
	for i := range len(text) {
		c := text[i]
		if isLower(c) || isDigit(c) {
			continue
		}
		if c != '-' || i > 0 && text[i-1] == '-' {
			return false
		}
	}
	return true
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isLower(c byte) bool    { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool    { return isLower(c|0x20) || isDigit(c) }
func isNameByte(c byte) bool { return isAlnum(c) || c == '-' || c == '_' || c == '.' }
