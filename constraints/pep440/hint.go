package pep440

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// versionComplaint returns what is wrong with text as a version, and what to
// write instead. The version was looked for at start and given up at end.
func versionComplaint(text string, start, end int) (msg, hint string) {
	if skipBlanks(text, start) == len(text) {
		return "it is empty", "write at least one number"
	}
	if end == len(text) {
		return "a number is missing at the end", ""
	}
	return "unexpected " + found(text, end), versionHint(text, end)
}

// versionHint guesses what the author meant by the text from offset end on.
func versionHint(text string, end int) string {
	rest := text[end:]
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, ".*"):
		return "a wildcard belongs into a specifier: ==" + trimBlanks(text[:end]) + ".*"
	case strings.ContainsRune("<>=!~", r):
		return "an operator makes it a specifier; write the version alone"
	case unicode.IsDigit(r) && r >= utf8.RuneSelf:
		return "write the numbers with the digits 0 to 9"
	case isBlank(r) || unicode.IsSpace(r):
		return "a version has no blanks inside"
	case rest[0] == '+':
		return "a local version is letters and digits joined by dots"
	case end > 0 && isDigit(text[end-1]) && separator(rest, 0) == len(rest):
		return "remove the last " + found(text, end)
	case end > 0 && separator(rest, 0) == 1 || isLetter(rest[0]):
		return "after the release only a, b, rc, .post and .dev with a number may follow, and +LOCAL"
	}
	return ""
}

// found quotes the character at s[i].
func found(s string, i int) string {
	if i >= len(s) {
		return "end"
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return "'" + strings.ToValidUTF8(s[i:i+size], "\uFFFD") + "'"
}

// operatorHint guesses which operator was meant by the text at a place where one
// should stand.
func operatorHint(rest string) string {
	for _, h := range operatorHints {
		if strings.HasPrefix(rest, h.written) {
			return h.hint
		}
	}
	if rest != "" && (isDigit(rest[0]) || rest[0]|0x20 == 'v') {
		return "write an operator such as == before the version"
	}
	return "the operators are ==, !=, <=, >=, <, >, ~= and ==="
}

// operatorHints are mistaken operators, a longer one before its beginning.
var operatorHints = [...]struct{ written, hint string }{
	{"=>", "=> is not an operator; did you mean >=?"},
	{"=<", "=< is not an operator; did you mean <=?"},
	{"=~", "=~ is not an operator; did you mean ~=?"},
	{"=!", "=! is not an operator; did you mean !=?"},
	{"=", "a single = is not an operator; did you mean ==?"},
	{"~>", "~> is not an operator here; did you mean ~=?"},
	{"~", "~ is not an operator here; did you mean ~=?"},
	{"!", "! is not an operator; did you mean !=?"},
	{"^", "^ is not an operator here; write for example >=1.2,<2"},
	{"*", `"*" is not needed: no specifier at all means every version`},
}

// afterVersionHint guesses what was meant by the text that follows the version of
// a specifier where a comma or the end should stand.
func afterVersionHint(rest string) string {
	trimmed := rest[skipBlanks(rest, 0):]
	switch {
	case trimmed == "":
		return ""
	case strings.IndexByte("<>=!~", trimmed[0]) >= 0:
		return "separate specifiers by a comma"
	case trimmed[0] == '*', strings.HasPrefix(trimmed, ".*"):
		return "a wildcard is written ==1.2.*, after plain release numbers only"
	case strings.HasPrefix(trimmed, "|"):
		return "alternatives cannot be written; exclude versions with !="
	}
	return "after a version a comma or the end is expected"
}
