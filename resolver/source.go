package resolver

import (
	"slices"
	"time"

	"sluice/constraints"
)

// Source tells what is published. Its answers must not change while a World
// uses it, and it must be safe for concurrent calls. An error means that the
// question could not be answered (and the verdict is undecided), never that the
// answer is "nothing".
type Source interface {
	// Versions returns the published versions of a package in ascending order;
	// none when there is no such package.
	Versions(name constraints.Name) ([]constraints.Version, error)

	// Release returns the facts of one published version, nil when it is not
	// published.
	Release(name constraints.Name, version constraints.Version) (*Release, error)
}

// Release is what is known of one published version of a package. It is
// immutable.
type Release struct {
	Version      constraints.Version // as the index spells it
	Requirements []constraints.Requirement
	Extras       []constraints.Name

	// RequiresRuntime is the range of runtime versions that can use the release
	// (Requires-Python); nil when it states none.
	RequiresRuntime constraints.Range

	Yanked       bool
	YankedReason string

	// Uploaded is when it was published; zero when that is not known.
	Uploaded time.Time

	// Files are the distributions of the release; nil when they are not known.
	Files []File

	// Incomplete says that the requirements are known not to be all of them.
	// Unknown says that the release exists but nothing is known of what it
	// requires.
	Incomplete bool
	Unknown    bool

	// Malformed says what in its metadata is not valid, "" for nothing. Installers
	// pass over such a release (pip does since 24.1).
	Malformed string
}

// File is one distribution of a release.
type File struct {
	Name string
	Tags []string // the binary formats it serves; none for a source distribution

	// RequiresRuntime is what the index says of the file alone; nil for nothing.
	RequiresRuntime constraints.Range

	Yanked       bool
	YankedReason string
}

// Installable reports whether the environment can install one of the release's
// files: a source distribution, or a binary one whose tag it knows. Where the
// files are not known it is taken to be so.
func (r *Release) Installable(env *constraints.Environment) bool {
	return r.Files == nil || slices.ContainsFunc(r.Files, func(f File) bool { return f.Installable(env) })
}

// YankedIn reports whether the release is withdrawn for the environment: as a whole, or
// in all files that the environment can install (PEP 592 yanks files). The reason is ""
// where none is given.
func (r *Release) YankedIn(env *constraints.Environment) (yanked bool, reason string) {
	if r.Yanked {
		return true, r.YankedReason
	}
	for i := range r.Files {
		f := &r.Files[i]
		if !f.Installable(env) {
			continue
		}
		if !f.Yanked {
			return false, ""
		}
		if yanked = true; reason == "" {
			reason = f.YankedReason
		}
	}
	return yanked, reason
}

// Installable reports whether the environment can install the file.
func (f *File) Installable(env *constraints.Environment) bool {
	if f.RequiresRuntime != nil && !f.RequiresRuntime.Contains(env.Runtime()) {
		return false
	}
	return len(f.Tags) == 0 || slices.ContainsFunc(f.Tags, func(tag string) bool { _, ok := env.TagRank(tag); return ok })
}
