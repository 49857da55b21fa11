// Package pubgrub chooses versions of packages so that all requirements are met, or
// proves that no choice does: conflict-driven search (PubGrub) over numbered versions.
// It knows no names, ranges or ecosystem; package resolver turns these into a [Universe].
//
// The algorithm, and what is promised of its answers, is in ../ALGORITHM.md.
package pubgrub
