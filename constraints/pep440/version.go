package pep440

import (
	"strings"

	"sluice/constraints"
)

// Parse reads a version in any of the spellings that PEP 440 accepts (appendix
// "Parsing version strings with regular expressions"), blanks around it
// included. The String of the result is the normal form, which keeps trailing
// zeros; its order and equality are the PEP's, for which 1.0 is 1.0.0. An error
// is a *constraints.SyntaxError.
func Parse(text string) (constraints.Version, error) {
	start := skipBlanks(text, 0)
	var p parts
	end, ok := p.scan(text, start)
	if !ok || skipBlanks(text, end) != len(text) {
		return constraints.Version{}, versionError(text, start, end)
	}
	if p.normal && end-start == len(text) {
		return constraints.NewVersion(p.key(), text, p.isPrerelease()), nil
	}
	return constraints.NewVersion(p.key(), p.format(), p.isPrerelease()), nil
}

// Literal returns text as a version with exactly that spelling, the form in which
// "===" compares (PEP 440, "Arbitrary equality"). A text that Parse rejects
// becomes a version too: it follows all others, belongs to no specifier but "==="
// with the same text, and to the empty set of specifiers.
func Literal(text string) constraints.Version {
	if v, err := Parse(text); err == nil {
		return constraints.NewVersion(v.Key(), text, v.IsPrerelease())
	}
	return constraints.NewVersion(top+strings.ToLower(text), text, false)
}

// isLiteral reports whether v came of a text that is no version.
func isLiteral(v constraints.Version) bool { return strings.HasPrefix(v.Key(), top) }

// versionError says why text is no version; end is where reading it stopped.
func versionError(text string, start, end int) error {
	e := &constraints.SyntaxError{What: "version", Input: text, Offset: end}
	e.Msg, e.Hint = versionComplaint(text, start, end)
	return e
}
