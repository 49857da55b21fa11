package ledger

import (
	"time"

	"sluice/constraints"
)

// Kind is what an entry is, as the header of its table has it.
type Kind string

const (
	KindHold            Kind = "hold"
	KindRejection       Kind = "rejection"
	KindWaiver          Kind = "waiver"
	KindExpectedFailure Kind = "expected-failure"
	KindFreeze          Kind = "freeze"
	KindApproval        Kind = "approval"
)

// Kinds returns all kinds, in the order in which they are listed.
func Kinds() []Kind {
	return []Kind{KindHold, KindRejection, KindWaiver, KindExpectedFailure, KindFreeze, KindApproval}
}

// KindNames returns the kinds as texts.
func KindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return names
}

// Entry is one entry of a ledger: a *Hold, *Rejection, *Waiver, *ExpectedFailure, *Freeze
// or *Approval. It is not to be changed: many hold it.
type Entry interface {
	Kind() Kind
	Common() *Record
	with(Record) Entry
}

// Record is what every entry says.
type Record struct {
	Reason  string
	Owner   string
	Issue   string            // where more is told, "" for none
	Expires time.Time         // the first moment at which it counts no more; zero for never
	Place   constraints.Place // of the header of its table

	Elsewhere bool // it is no table of a ledger.toml: something else says so, at the place
}

// Common returns the record itself: entries embed it.
func (r *Record) Common() *Record { return r }

// ExpiredAt reports whether the entry counts no more at a time.
func (r *Record) ExpiredAt(now time.Time) bool { return !r.Expires.IsZero() && !now.Before(r.Expires) }

// Scope is the environments of the matrix that an entry is for, by their names; all
// where there is none.
type Scope []string

// Contains reports whether the entry is for an environment.
func (s Scope) Contains(environment string) bool {
	if len(s) == 0 {
		return true
	}
	for _, name := range s {
		if name == environment {
			return true
		}
	}
	return false
}

// Pin is a package at a version.
type Pin struct {
	Name     constraints.Name
	Spelling string // of the name
	Version  constraints.Version
}

// Hold keeps a package within a range: what is pinned has to be in it.
type Hold struct {
	Record
	Package      constraints.Name
	Spelling     string // of the package
	Range        constraints.Range
	Environments Scope
}

// Forbids reports whether the hold keeps a version of a package out of an environment.
func (h *Hold) Forbids(name constraints.Name, version constraints.Version, environment string) bool {
	return h.Package == name && !h.Range.Contains(version) && h.Environments.Contains(environment)
}

// Rejection is a version that was found not to fit: it is not to be pinned again. With are
// pins that it was rejected together with, so that it counts only beside these.
type Rejection struct {
	Record
	Pin
	With         []Pin
	Environments Scope
	Rules        []string  // that rejected it, "" where a person did
	Evidence     string    // "sha256:HEX" of the report that rejected it, "" for none
	Rejected     time.Time // when, zero where that is not said
}

// Matches reports whether pins are what was rejected: the version, beside all that it was
// rejected beside. pinned returns what a package is pinned to, the zero version for nothing.
func (r *Rejection) Matches(pinned func(constraints.Name) constraints.Version) bool {
	for _, p := range append([]Pin{r.Pin}, r.With...) {
		if !pinned(p.Name).Equal(p.Version) {
			return false
		}
	}
	return true
}

// Waiver lets findings of one rule about a package pass.
type Waiver struct {
	Record
	Rule         string
	Package      constraints.Name
	Spelling     string
	Range        constraints.Range // of versions of the package that it is for; everything where none is given
	Consumer     string            // whose findings pass, "" for everybody's
	Environments Scope
	Dependent    constraints.Name // of rule "dependent": whose requirement may be unmet, "" for everybody's
}

// Covers reports whether the waiver is for a version of a package in an environment; the zero
// version is for what is about no single one.
func (w *Waiver) Covers(name constraints.Name, version constraints.Version, environment string) bool {
	return w.Package == name && (version.IsZero() || w.Range.Contains(version)) && w.Environments.Contains(environment)
}

// ExpectedFailure is a failure of a consumer that is known: it does not count, but that
// it is gone does.
type ExpectedFailure struct {
	Record
	Consumer     string
	Test         string           // of the consumer's tests; "" where its requirements do not fit
	Package      constraints.Name // whose pin it fails with, "" for any
	Spelling     string
	Range        constraints.Range // of versions of that package; everything where none is given
	Environments Scope
}

// Freeze is a time in which nothing is admitted.
type Freeze struct {
	Record
	From, To time.Time             // it holds from From until just before To
	Packages []constraints.Pattern // all where there is none
	Except   []constraints.Pattern
}

// Covers reports whether the freeze concerns a package at a time.
func (f *Freeze) Covers(name constraints.Name, now time.Time) bool {
	return !now.Before(f.From) && now.Before(f.To) &&
		(len(f.Packages) == 0 || constraints.MatchesAny(f.Packages, name)) && !constraints.MatchesAny(f.Except, name)
}

// Approval is one person's word that a version may be pinned. The owner is who gives it.
type Approval struct {
	Record
	Pin
}

func (*Hold) Kind() Kind            { return KindHold }
func (*Rejection) Kind() Kind       { return KindRejection }
func (*Waiver) Kind() Kind          { return KindWaiver }
func (*ExpectedFailure) Kind() Kind { return KindExpectedFailure }
func (*Freeze) Kind() Kind          { return KindFreeze }
func (*Approval) Kind() Kind        { return KindApproval }

// WithRecord returns an entry as it is with another record.
func WithRecord(e Entry, record Record) Entry { return e.with(record) }

func (h Hold) with(r Record) Entry            { h.Record = r; return &h }
func (j Rejection) with(r Record) Entry       { j.Record = r; return &j }
func (w Waiver) with(r Record) Entry          { w.Record = r; return &w }
func (x ExpectedFailure) with(r Record) Entry { x.Record = r; return &x }
func (f Freeze) with(r Record) Entry          { f.Record = r; return &f }
func (a Approval) with(r Record) Entry        { a.Record = r; return &a }
