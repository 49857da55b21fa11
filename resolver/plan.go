package resolver

import (
	"sluice/constraints"
)

// Plan says how Solve is to choose where there is a choice. The zero Plan takes the
// newest versions, as installers do.
type Plan struct {
	Order Order

	// Keep are versions that are taken where they fit, whatever the Order.
	Keep map[constraints.Name]constraints.Version

	// Standing are versions that may stay though they were yanked, as if a constraint named
	// them exactly.
	Standing map[constraints.Name]constraints.Version

	// StandingOnly has nothing else name a yanked version or, where they are denied, a
	// pre-release: neither roots nor constraints.
	StandingOnly bool

	Prereleases Prereleases

	// Overrides stand for all requirements on their packages, whoever makes them.
	Overrides []Root

	// Apart are packages of which every group of roots gets versions of its own, which are
	// no part of the solution. What other packages require of them does not count, but for
	// the groups that are Whole.
	Apart []constraints.Name
	Whole []int

	// ApartFreely lets groups have pre-releases and yanked versions of what is Apart, which
	// installers take in some cases, and of all that these require and that is not Standing too,
	// which does not count where they are not Whole. Whether they can is for Verify to say.
	ApartFreely bool

	// Excluded are versions that are not to be chosen.
	Excluded []Exclusion

	leftOut []constraints.Name // packages on which nobody's requirements count
	met     []Demand           // demands of whatever version there is

	// MaxSteps bounds the search; 0 is a bound that real questions stay far below.
	MaxSteps int
}

// Order says which of several versions is taken first.
type Order uint8

const (
	Highest      Order = iota // the newest
	Lowest                    // the oldest
	LowestDirect              // the oldest of what the roots name, the newest of all else
)

// Prereleases says how pre-releases are chosen.
type Prereleases uint8

const (
	// PrereleasesAsNamed takes a pre-release only where no final version fits, but of a
	// package for which a root or a constraint names one, it takes them as any version
	// (PEP 440, "Handling of pre-releases", as pip has it).
	PrereleasesAsNamed Prereleases = iota
	// FinalsFirst takes a pre-release only where no final version fits, whatever is named.
	FinalsFirst
	// DenyPrereleases takes none but of packages for which a root or a constraint names
	// one.
	DenyPrereleases
	// AllowPrereleases takes them as any version.
	AllowPrereleases
)

// Exclusion is versions of a package that are not to be chosen.
type Exclusion struct {
	Name   constraints.Name
	Range  constraints.Range
	Reason string            // to be shown, "" for none
	Place  constraints.Place // where that is said
}

// defaultSteps is a hundred times what the hardest of the real questions at hand takes. A
// made-up one can spend half a minute on them.
const defaultSteps = 30_000

// coreSteps bounds each question of a Core: there are as many as members.
const coreSteps = 5_000
