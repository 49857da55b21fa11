package gate

import (
	"slices"

	"sluice/constraints"
)

// SchemaVersion is the version of the form that a Report has as JSON. It grows
// when a reader of the old form would misread the new one.
const SchemaVersion = 1

// Report is the answer to a Question with all its reasons, in an order that
// depends on the question alone.
type Report struct {
	SchemaVersion int        `json:"schema_version"`
	Command       string     `json:"command"` // "gate" or "check"
	Verdict       Verdict    `json:"verdict"`
	Facts         string     `json:"facts,omitempty"` // digest of the index facts that it rests on
	Environments  []string   `json:"environments"`
	Candidates    []Change   `json:"candidates,omitempty"`
	Consumers     Consumers  `json:"consumers"`
	Findings      []Finding  `json:"findings"`
	Instead       []string   `json:"admitted_instead,omitempty"`    // the nearest versions that would be admitted, as far as consumers could be read
	Together      []string   `json:"admitted_together,omitempty"`   // candidates that would be admitted as one, likewise
	WithEdits     *Edits     `json:"admitted_with_edits,omitempty"` // where no other pins alone would do
	Unneeded      []PinLine  `json:"unneeded_pins,omitempty"`       // of a check: what no consumer installs, where it is active
	Inactive      []PinLine  `json:"inactive_pins,omitempty"`       // of a check: what is active in no environment
	Unpinned      []Unpinned `json:"unpinned_packages,omitempty"`   // of a check
	Results       []Result   `json:"results"`
}

// Add adds findings of rules that are not the gate's, and what they come to.
func (r *Report) Add(findings ...Finding) {
	r.Findings = slices.Concat(r.Findings, findings)
	r.Verdict = verdict(r)
}

// Change is a pin that the question changes. From is empty for a new pin, To for
// one that is removed.
type Change struct {
	Name         string             `json:"name"` // as the file spells it
	From         []string           `json:"from"` // several where the pin is split
	To           []string           `json:"to"`
	Place        *constraints.Place `json:"place,omitempty"`
	Environments []string           `json:"environments"` // in which something changes

	name constraints.Name
}

// Status says how a finding counts.
type Status string

const (
	New      Status = "new"      // fails with the change and does not today: rejects
	Standing Status = "standing" // fails, or is not known, today already: does not count
	Lifted   Status = "lifted"   // fails today and no longer with the change
	Open     Status = "open"     // could not be decided
	Warning  Status = "warning"  // worth knowing, does not reject
	Waived   Status = "waived"   // fails, and the ledger lets it pass
	Expected Status = "expected" // fails, as the ledger expects
)

// Finding is one reason for the verdict: everything that has the same root.
type Finding struct {
	Rule    string `json:"rule"`
	Status  Status `json:"status"`
	Message string `json:"message"`
	Unknown bool   `json:"unknown,omitempty"` // it is about what nobody knows, not about what fails

	Package string `json:"package,omitempty"` // whose requirement or release it is about
	Version string `json:"version,omitempty"`
	Target  string `json:"target,omitempty"` // the package that is required

	Place        *constraints.Place `json:"place,omitempty"` // the line that it rests on
	Line         string             `json:"line,omitempty"`  // what stands there
	Details      []string           `json:"details,omitempty"`
	Because      []Deduction        `json:"because,omitempty"`  // of what no version fits of: the proof; the last step says so
	Conflict     *Conflict          `json:"conflict,omitempty"` // the least that it takes
	Environments []string           `json:"environments"`
	Reaches      []Reach            `json:"reaches,omitempty"` // the consumers concerned, nearest first
	Lifts        []string           `json:"lifts,omitempty"`   // the smallest changes that would lift it

	own int // how many of the details are those of the clash
}

// Reach is how a finding concerns a consumer: the chain of requirements from one
// of its lines to the clash.
type Reach struct {
	Consumer string   `json:"consumer"`
	Owner    string   `json:"owner,omitempty"`
	Jobs     []string `json:"jobs"` // "" is the runtime requirements alone
	Chain    []Step   `json:"chain"`
}

// Step is one requirement of a chain. By is empty for the consumer's own line.
type Step struct {
	By          string             `json:"by,omitempty"` // "NAME VERSION"
	Requirement string             `json:"requirement"`
	Place       *constraints.Place `json:"place,omitempty"`
}

// Result says how one job of a consumer fares in one environment.
type Result struct {
	Consumer    string `json:"consumer"`
	Job         string `json:"job"`
	Environment string `json:"environment"`
	State       State  `json:"state"`
}

// State is how a job fares.
type State string

const (
	Fits      State = "fits"      // everything fits with the change
	Fails     State = "fails"     // something fails that does not today
	Failing   State = "failing"   // fails with the change as it does today
	Mended    State = "mended"    // fails today and fits with the change
	Unjudged  State = "undecided" // could not be decided
	Untouched State = "untouched" // the change does not reach it
)

// PinLine is a line that pins a package.
type PinLine struct {
	Name   string            `json:"name"`
	Marker string            `json:"marker,omitempty"`
	Place  constraints.Place `json:"place"`
}

// Unpinned is a package that consumers install and that nothing pins.
type Unpinned struct {
	Name      string   `json:"name"`
	Versions  []string `json:"versions"`
	Consumers []string `json:"consumers"`
}
