package pubgrub

// Package is the number of a package, from 0.
type Package int32

// Requirement is the number of a requirement. What several versions require in the same
// words should be one: the search then learns about all of them at once.
type Requirement int32

// Demand is what a requirement asks of one package.
type Demand struct {
	Package Package

	// Excluded are the versions that it rules out, and absence, if the package is to be
	// there. Without absence it is a constraint: it counts only if something else needs
	// the package.
	Excluded Set
}

// Universe is what is chosen from. Its answers must not change during a search.
type Universe interface {
	// Packages returns how many packages there are now; asking for what is required may
	// make more known.
	Packages() int

	// Size returns how many versions a package has. They are numbered upward.
	Size(p Package) int

	// Owner returns the package that p is an extra of, false if it is none. An extra has
	// one version, which means that it is asked for.
	Owner(p Package) (Package, bool)

	// Facts returns what is required of a package from the start, whoever needs it: no
	// more than constraints, which leave absence. It is asked once, when the package is
	// met.
	Facts(p Package) []Requirement

	// Requirements returns what a version requires; of an extra, what it adds to that
	// version of its owner. The error is that it cannot be told, which ends the search.
	Requirements(p Package, version int) ([]Requirement, error)

	// Known reports whether Requirements can answer without asking anybody.
	Known(p Package, version int) bool

	// Demand returns what a requirement asks.
	Demand(r Requirement) Demand

	// Choose returns the version to try first of several, absence being none of them.
	Choose(p Package, among Set) int
}
