package pypi

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/constraints"
)

// DocumentError says why a document cannot be used. It is a statement about the
// document; that its bytes could not be read is another error.
type DocumentError struct {
	What  string // the kind of document and whose: "project page of quill"
	Where string // "line 3", "byte 17" or the name of an entry; "" when not known
	Msg   string // what is wrong, without a capital or a full stop
	Hint  string // what would help, or ""
}

// Error returns "WHAT: WHERE: MSG (HINT)".
func (e *DocumentError) Error() string {
	var b strings.Builder
	b.WriteString(e.What)
	if e.Where != "" {
		b.WriteString(": " + e.Where)
	}
	b.WriteString(": " + e.Msg)
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// document is the kind and owner of a document that is being read.
type document string

func (d document) fail(where, format string, args ...any) *DocumentError {
	return &DocumentError{What: string(d), Where: where, Msg: fmt.Sprintf(format, args...)}
}

// short is a text to be quoted in a message, cut to a length that a line bears.
func short(text string) string { return constraints.Shorten(text, 80) }

// parseFormat reads the version of a format: MAJOR.MINOR, or MAJOR alone. A number
// that is too large for an int is the largest int.
func parseFormat(text string) (major, minor int, ok bool) {
	majorText, minorText, dotted := strings.Cut(text, ".")
	if !dotted {
		minorText = "0"
	}
	if !isNumber(majorText) || !isNumber(minorText) {
		return 0, 0, false
	}
	major, _ = strconv.Atoi(majorText)
	minor, _ = strconv.Atoi(minorText)
	return major, minor, true
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
