package gate

import (
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/semver"
)

// Law is what the owners of the constraints want beside the requirements, and what
// they remember.
type Law struct {
	Ledger ledger.Ledger

	// Policy is the policy for every package, unless PolicyOf says otherwise.
	Policy   Policy
	PolicyOf func(constraints.Name) Policy // nil: the same for all
}

// of returns the policy for a package.
func (l *Law) of(name constraints.Name) Policy {
	if l.PolicyOf != nil {
		return l.PolicyOf(name)
	}
	return l.Policy
}

// ApprovedBy returns who approves of a version at a time, each once, as the ledger says.
func (l *Law) ApprovedBy(name constraints.Name, version constraints.Version, now time.Time) []string {
	var owners []string
	for _, a := range ledger.Of[*ledger.Approval](l.Ledger.At(now)) {
		if a.Name == name && a.Version.Equal(version) {
			owners = appendNew(owners, a.Owner)
		}
	}
	return owners
}

// Policy is what the owners want of the pins of a package.
type Policy struct {
	Prereleases Prereleases
	Downgrade   bool                // whether a candidate may be lower than today's pin without a record of why
	MinAge      time.Duration       // how long ago a candidate must have been uploaded
	Step        semver.Class        // the largest step from today's pin: Major, Minor or Patch; "" is any
	FirstParty  bool                // whether its releases are held to semantic versioning
	Approvals   int                 // how many people have to approve of a version
	Closed      []Window            // when nothing is admitted
	Severity    map[string]Severity // of findings, by rule: an error unless it says otherwise
}

// Severity says how a finding that would reject counts.
type Severity string

const (
	Error   Severity = "error"   // it rejects
	Caution Severity = "warning" // it is shown and does not reject
	Off     Severity = "off"     // it is not even shown
)

// Prereleases says whether pre-releases may be pinned.
type Prereleases uint8

const (
	DenyPrereleases     Prereleases = iota // never
	PrereleasesIfNeeded                    // where there is no final release
	AllowPrereleases                       // like any version
)
