// Package semver knows semantic versions (SemVer 2.0.0), standing on
// Masterminds/semver.
package semver

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

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

// Exceeds reports whether the class is a larger step than another. What is not semantic
// exceeds nothing.
func (c Class) Exceeds(other Class) bool {
	order := []Class{Same, Prerelease, Patch, Minor, Major}
	return slices.Index(order, c) > slices.Index(order, other)
}

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

// StepOf is ClassOf for versions of which the leading numbers alone need be semantic, as
// Python has them: of 1.2.3.4 and 2.0rc1 these are 1.2.3 and 2.0, and what differs behind
// them is as little as a pre-release.
func StepOf(from, to string) Class {
	a, b := leadingNumbers(from), leadingNumbers(to)
	class := ClassOf(a, b)
	if class == Same && from != to {
		return Prerelease
	}
	return class
}

// leadingNumbers returns the up to three numbers, with dots between, that a version begins with.
func leadingNumbers(version string) string {
	end, numbers := 0, 0
	for rest := strings.TrimPrefix(version, "v"); numbers < 3; numbers++ {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 {
			break
		}
		end = len(version) - len(rest) + digits
		if rest = version[end:]; !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
	}
	if strings.HasPrefix(version[end:], "!") {
		return version // an epoch: numbers of another series
	}
	return version[:end]
}
