package configparser

import "sluice/constraints"

// Fault is something for which configparser refuses a file. It has no words: what
// may be shown of a file, and what mends it, depends on the file.
type Fault struct {
	Kind    Kind
	Place   constraints.Place
	Section string // that it stands in; "" before the first
	Key     string // of a DuplicateKey
}

// Kind is what is wrong.
type Kind int

// The kinds, with what Python raises.
const (
	ByteOrderMark    Kind = iota // the file begins with one, so that its first line is no header (MissingSectionHeaderError)
	NotUTF8                      // the first byte that is not UTF-8 (UnicodeDecodeError)
	MissingHeader                // the first line before all sections (MissingSectionHeaderError)
	Malformed                    // a line that is neither a header nor KEY = VALUE (ParsingError)
	DuplicateSection             // a second header of the same name (DuplicateSectionError)
	DuplicateKey                 // a second option of the same key in a section (DuplicateOptionError)
)
