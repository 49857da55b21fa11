package configparser

import (
	"strings"
	"unicode"

	"sluice/constraints"
)

// Option is "KEY = VALUE" or "KEY : VALUE".
type Option struct {
	Key   string
	Place constraints.Place // of the key
	Lines []Line            // of the value: at least one, the first may be empty, the last ones too
}

// Value returns the whole value, as RawConfigParser.get does.
func (o Option) Value() string {
	lines := make([]string, len(o.Lines))
	for i, line := range o.Lines {
		lines[i] = line.Text
	}
	return strings.TrimRightFunc(strings.Join(lines, "\n"), IsSpace)
}

// Line is what one line of a file contributes to a value, stripped.
type Line struct {
	Text  string
	Place constraints.Place
}

// At returns the place of the byte at offset in Text. Where the line's place has no
// column it has none either.
func (l Line) At(offset int) constraints.Place {
	place := l.Place
	if place.Col > 0 {
		place.Col += offset
	}
	return place
}

// IsSpace reports whether Python's str.isspace holds of r, and so what str.strip
// strips: white space of Unicode, and four separators of ASCII that are none there.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
