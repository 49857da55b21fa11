package index

import (
	"time"

	"sluice/constraints"
)

// Release is what is known of one published version of a package, as it was
// published: nothing is parsed, corrected or reordered. Package.Parsed has the
// parsed form.
type Release struct {
	Version        constraints.Version
	Requirements   []string // Requires-Dist, in the order of the metadata
	RequiresPython string   // "" when none is stated
	Extras         []string // Provides-Extra, in the order of the metadata

	// License is what the metadata says of the terms, "" for nothing: an expression of
	// SPDX (PEP 639), else the classifiers that begin with "License ::", joined by "; ",
	// else a short text. SameLicense compares two.
	License string

	Yanked       bool   // withdrawn by its publisher (PEP 592)
	YankedReason string // "" when none was given

	// Uploaded is when the first file was published, to the microsecond, in UTC;
	// zero when it is not known.
	Uploaded time.Time

	// Incomplete says that the requirements are known not to be all of them.
	Incomplete bool

	// MetadataMissing says that the release is known to exist but its metadata
	// is not: a verdict that needs it is undecided.
	MetadataMissing bool

	// Files are the distributions that can be downloaded: nil when they are not
	// known, empty when there are none. NewPackage takes them from here;
	// Package.Release leaves them nil, since most questions do without, and
	// Package.Files returns them.
	Files []File
}

// File is one distribution of a release, with what the simple repository API
// says of it (PEP 691, 700 and 592). Where it can be downloaded from is no fact
// about it and not kept.
type File struct {
	Name           string // the file name, without any folder
	Size           int64  // bytes; 0 when it is not known
	Hashes         []Hash // sorted by algorithm, each once
	Uploaded       time.Time
	RequiresPython string
	Yanked         bool
	YankedReason   string
}

// Hash is the digest of a file's content.
type Hash struct {
	Algorithm string // as Python's hashlib names it: "sha256"
	Hex       string // lower case
}

// Tags returns the tags of a wheel, one for each combination that its name
// abbreviates (PEP 425); nil when the file is no wheel or is misnamed.
func (f File) Tags() []string { return wheelTags(f.Name) }

// IsSource reports whether the file is a source distribution, which needs no tag
// to be installed. A file that is neither this nor has tags (an egg, an
// installer, a misnamed wheel) cannot be installed anywhere.
func (f File) IsSource() bool { return isSourceName(f.Name) }
