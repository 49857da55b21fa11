package pep508

import (
	"strings"

	"sluice/constraints"
)

// nameHint says what a text that does not begin with a name may be.
func nameHint(text string) string {
	switch {
	case strings.HasPrefix(text, "#"):
		return "comments belong to the file, not to the requirement"
	case strings.HasPrefix(text, "-"):
		return "options such as -r and -e are not requirements"
	case strings.HasPrefix(text, "./"), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "../"):
		return "for a path write NAME @ file:///PATH"
	case strings.HasPrefix(text, "\""), strings.HasPrefix(text, "'"):
		return "write the requirement without quotes"
	}
	return ""
}

// afterNameHint says what to write instead of text that stands where a version
// specifier, a comma or a semicolon could.
func afterNameHint(text string) string {
	switch {
	case text == "":
		return ""
	case text[0] == ',':
		return "remove one comma"
	case isDigit(text[0]):
		return "write an operator such as == before the version"
	case text[0] == '^':
		return "^ is not an operator here; write for example >=1.2,<2"
	case text[0] == '#':
		return "comments belong to the file, not to the requirement"
	case text[0] == '[':
		return "extras stand before the version"
	case strings.HasPrefix(text, "://"), strings.HasPrefix(text, ":"):
		return "for a URL write NAME @ URL"
	case isMarkerText(text):
		return "write ; before the marker"
	}
	return ""
}

// isMarkerText reports whether a word of the text names a marker variable.
func isMarkerText(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return c > 0x7f || !isWordByte(byte(c)) }) {
		if _, ok := canonicalVariable(word); ok && word != "extra" && word != "extras" {
			return true
		}
	}
	return false
}

// didYouMean returns a hint that names the nearest candidate, or "".
func didYouMean(text string, candidates []string) string {
	if near := constraints.Nearest(text, candidates); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}
