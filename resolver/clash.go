package resolver

import (
	"sluice/constraints"
)

// Kind says in which way something does not fit. Its zero value is "it fits".
type Kind uint8

const (
	OutOfRange     Kind = iota + 1 // a requirement excludes the pinned version
	Unpublished                    // the pinned version is not in the index
	WrongRuntime                   // the pinned version does not run on the environment's runtime
	NoFile                         // the pinned version has no file that the environment can install
	BadMetadata                    // the pinned version's metadata is not valid, installers pass over it
	UnknownPackage                 // nothing pins the package and the index does not have it
	Unsolvable                     // nothing pins the package and none of its versions fits
	UnknownFacts                   // the facts that would tell are missing
	GaveUp                         // the search ended at its bound
)

// String returns the kind in words.
func (k Kind) String() string {
	names := [...]string{"fits", "out of range", "unpublished", "wrong runtime", "no file", "bad metadata", "unknown package", "unsolvable", "unknown facts", "gave up"}
	if int(k) < len(names) {
		return names[k]
	}
	return "invalid"
}

// Undecided reports whether the kind means that the question stays open, as
// opposed to answered with no.
func (k Kind) Undecided() bool { return k == UnknownFacts || k == GaveUp }

// Root is a requirement that a question starts from, and where it stands.
type Root struct {
	Requirement constraints.Requirement
	Place       constraints.Place
	Group       int // whose versions of a package count that a Plan chooses Apart
	Wish        int // its number from 1 among the wishes of a Most, 0 for a must
}

// Demand is a requirement together with who makes it: the release From of a
// package, or, when From is nil, the root or constraint at Place.
type Demand struct {
	From        *Chosen
	Requirement constraints.Requirement
	Place       constraints.Place
}

// Chosen is a version that a package has in an answer. Pin is nil where the
// search chose it.
type Chosen struct {
	Name    constraints.Name
	Version constraints.Version
	Pin     *Pin
}

// Clash is a demand that is not met.
type Clash struct {
	Kind   Kind
	Demand Demand // the one that led here; of an Unsolvable, the first
	Target Chosen // the package demanded; its version is zero where none could be chosen

	// Path is the chain of demands from a root to Demand, which is its last.
	Path []Demand

	// Where the search chose nothing: all that is demanded of the package that it
	// was choosing for, and, of an Unsolvable, why versions that meet the demands
	// could not be chosen, newest first.
	Demands   []Demand
	Obstacles []Obstacle

	// Err is what the source said, of UnknownFacts.
	Err error
}

// Obstacle is why one version of a package that nothing pins could not be
// chosen: a defect of its own, or a requirement that does not fit.
type Obstacle struct {
	Version constraints.Version
	Kind    Kind
	Demand  Demand // of an OutOfRange: what this version would have needed ...
	Target  Chosen // ... and what is there instead
}

// Key identifies what the clash is about: two worlds in which the same place or
// package makes a demand on the same package that is not met, in the same way,
// have clashes with the same key, whatever the versions. A version that cannot be
// installed at all is a clash of its own.
type Key struct {
	Kind    Kind
	Place   constraints.Place // of a root's demand
	From    constraints.Name  // of a package's demand
	Target  constraints.Name
	Version string // the key of the target's version, where that alone is at fault
}

// Key returns the identity of the clash. A defect of a version is the same
// whoever demands it. That a version does not run on the environment's runtime is
// no worse than that today's does not; what is not known of one version says
// nothing of another.
func (c *Clash) Key() Key {
	key := Key{Kind: c.Kind, Target: c.Target.Name}
	switch c.Kind {
	case OutOfRange:
	case Unpublished, NoFile, BadMetadata, UnknownFacts:
		key.Version = c.Target.Version.Key()
		return key
	default:
		return key
	}
	if c.Demand.From == nil {
		key.Place = c.Demand.Place
	} else {
		key.From = c.Demand.From.Name
	}
	return key
}
