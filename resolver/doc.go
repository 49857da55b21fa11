// Package resolver decides whether pins fit together and, if not, says where
// they do not.
//
// Verify follows a set of requirements through the pins of one environment, in
// one linear pass, and returns every requirement on the way that does not fit.
// Packages that nothing pins are chosen by search, newest version first.
//
// Solve chooses versions for whatever nothing pins, as a Plan prefers, or proves
// that there are none that fit: an Unsolved has the smallest part of the question
// that does not fit, and explains it. ALGORITHM.md is its specification.
//
// The package is pure: it does no I/O and reads no clock, environment or host
// platform. It knows no ecosystem either: what it needs to know about published
// packages it asks of a Source.
package resolver
