// Package constraints is the vocabulary that all of sluice shares: names,
// versions, ranges, requirements, markers and environments, the places in files
// where they stand, and the problems found there.
//
// It is pure: it does no I/O and reads no clock, environment or host platform.
// It knows no ecosystem; how a text becomes a Version or a Range is the business
// of the packages below it (pep440, pep508, semver).
package constraints
