// Package semver knows semantic versions (SemVer 2.0.0), standing on
// Masterminds/semver.
package semver

import "github.com/Masterminds/semver/v3"

// Class is how far apart two semantic versions are.
type Class string

// The classes, the farthest first.
const (
	Major       Class = "major"        // the first number differs
	Minor       Class = "minor"        // the second does, the first does not
	Patch       Class = "patch"        // only the third does
	Prerelease  Class = "prerelease"   // only the pre-release part does
	Same        Class = "same"         // no difference in precedence
	NotSemantic Class = "not semantic" // at least one is no semantic version
)

// A major number from firstCalYear to lastCalYear is taken for a year.
const firstCalYear, lastCalYear = 1990, 2199

// ClassOf returns the class of the step between two versions in either
// direction, NotSemantic when one of them is no semantic version. One or two
// numbers count as semantic (1.4 is 1.4.0). A major number that looks like a year
// is taken for a calendar version, which promises nothing.
func ClassOf(from, to string) Class {
	a, errA := semver.NewVersion(from)
	b, errB := semver.NewVersion(to)
	if errA != nil || errB != nil || isCalendar(a) || isCalendar(b) {
		return NotSemantic
	}
	switch {
	case a.Major() != b.Major():
		return Major
	case a.Minor() != b.Minor():
		return Minor
	case a.Patch() != b.Patch():
		return Patch
	case a.Prerelease() != b.Prerelease():
		return Prerelease
	}
	return Same
}

func isCalendar(v *semver.Version) bool {
	return firstCalYear <= v.Major() && v.Major() <= lastCalYear
}
