package pinfile

import (
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// Kind says what an Entry is to pip.
type Kind int

// The kinds of entry.
const (
	Invalid     Kind = iota // could not be read; a Problem says why
	Requirement             // NAME[EXTRAS] RANGE; MARKER, or NAME @ URL
	URL                     // a direct URL without "NAME @"
	Path                    // a local folder or archive
	Editable                // -e, --editable
	Settings                // other options alone, such as --index-url
	Include                 // -r, --requirement
	Constrain               // -c, --constraint
)

// String returns the name of the kind, in lower case.
func (k Kind) String() string {
	names := []string{"invalid", "requirement", "url", "path", "editable", "settings", "include", "constrain"}
	if k < 0 || int(k) >= len(names) {
		return "unknown"
	}
	return names[k]
}

// Entry is one logical line of a file that is neither blank nor only a comment.
type Entry struct {
	Kind Kind

	// Place is where the entry's text begins, its first blanks skipped.
	Place constraints.Place

	// Origin is where the entry stood in the file that was parsed, before the edits
	// that made this one; it is zero for a line that an edit added.
	Origin constraints.Place

	// EndLine is the last line that the entry takes up; Place.Line but for
	// continued lines.
	EndLine int

	// Start and End bound the entry in File.Bytes, whole lines, with the blanks
	// before it and the comment, without what ends its last line.
	Start, End int

	// Raw is the text of those bytes, as UTF-8.
	Raw string

	// Comment is the comment that ends the entry, from its "#" on, or "".
	Comment string

	// Arg is what pip takes the entry for: the requirement without its options,
	// the URL, the path, the argument of -e, -r or -c; lines joined and variables
	// expanded. It is "" for Settings.
	Arg string

	// Requirement is what the entry demands. It has a Name for Requirement, and
	// for URL, Path and Editable where the name can be told from the text (an
	// egg fragment or the name of a wheel). Its Range is never nil.
	Requirement constraints.Requirement

	// Options are the options of the line, in order; for Editable, Include and
	// Constrain with the one that makes it so.
	Options []Option

	// Constraint reports whether the entry only constrains: it stands in a file
	// that was loaded as a constraints file. Parse leaves it as its Options say.
	Constraint bool

	first, last int // the physical lines
	expanded    bool
}

// Pin returns the version that the entry pins its package to, "==V" or "===V"
// alone, and that version as the file spells it. The Version is zero where the
// text of a "===" is none (PEP 440, "Arbitrary equality"): then no release can
// match it.
func (e Entry) Pin() (version constraints.Version, text string, ok bool) {
	if e.Kind != Requirement || e.Requirement.URL != "" {
		return constraints.Version{}, "", false
	}
	set, isSet := e.Requirement.Range.(pep440.SpecifierSet)
	if !isSet {
		return constraints.Version{}, "", false
	}
	if text, ok = set.Exact(); !ok {
		return constraints.Version{}, "", false
	}
	version, err := pep440.Parse(text)
	if err != nil {
		version = constraints.Version{}
	}
	return version, text, true
}

// Fixes reports whether the entry fixes what is installed of its package: to a
// version, or by "NAME @ URL" to one source.
func (e Entry) Fixes() bool {
	_, _, ok := e.Pin()
	return ok || e.Kind == Requirement && e.Requirement.URL != ""
}

// written returns where the entry stands in the file that people have before them: before
// the edits that made this one.
func (e Entry) written() constraints.Place {
	if e.Origin.Line == 0 {
		return constraints.Place{File: e.Place.File}
	}
	return e.Origin
}

// Hashes returns the values of the entry's --hash options, "ALGORITHM:DIGEST".
func (e Entry) Hashes() []string {
	var hashes []string
	for _, o := range e.Options {
		if o.Name == "--hash" {
			hashes = append(hashes, o.Value)
		}
	}
	return hashes
}

// option returns the value of the first option of that name.
func (e Entry) option(name string) (string, bool) {
	i := slices.IndexFunc(e.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return "", false
	}
	return e.Options[i].Value, true
}
