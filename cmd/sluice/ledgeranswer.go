package main

import (
	"fmt"
	"io"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver/gate"
)

// ledgerAnswer is the answer as JSON.
type ledgerAnswer struct {
	SchemaVersion int               `json:"schema_version"`
	Command       string            `json:"command"`
	Action        string            `json:"action"`
	Ledger        string            `json:"ledger"` // its path
	DryRun        bool              `json:"dry_run,omitempty"`
	Entries       []rememberedEntry `json:"entries"` // in file order: all, or what was added, lifted, ...
	Findings      []ledgerFinding   `json:"findings,omitempty"`
	Retests       []retest          `json:"retests,omitempty"`
	Facts         string            `json:"facts,omitempty"` // that retests rest on
	Notes         []note            `json:"notes,omitempty"`

	TakenOut bool `json:"-"` // by expire, and not given another time
}

// rememberedEntry is an entry of the ledger.
type rememberedEntry struct {
	ledgerEntry
	Package      string     `json:"package,omitempty"`
	Range        string     `json:"range,omitempty"`
	Version      string     `json:"version,omitempty"`
	With         []string   `json:"with,omitempty"`
	Environments []string   `json:"environments,omitempty"` // all where there is none
	Rule         string     `json:"rule,omitempty"`
	Rules        []string   `json:"rules,omitempty"`
	Consumer     string     `json:"consumer,omitempty"`
	Dependent    string     `json:"dependent,omitempty"`
	Test         string     `json:"test,omitempty"`
	Evidence     string     `json:"evidence,omitempty"`
	Rejected     *time.Time `json:"rejected,omitempty"`
	From         *time.Time `json:"from,omitempty"`
	To           *time.Time `json:"to,omitempty"`
	Packages     []string   `json:"packages,omitempty"`
	Except       []string   `json:"except,omitempty"`
	Expired      bool       `json:"expired,omitempty"`
	Subject      string     `json:"subject"` // in words
}

// remembered returns an entry as the answer has it.
func (k *keeper) remembered(entry ledger.Entry) rememberedEntry {
	x := rememberedEntry{ledgerEntry: *entryOf(entry), Subject: subjectOf(entry), Expired: entry.Common().ExpiredAt(k.now)}
	switch e := entry.(type) {
	case *ledger.Hold:
		x.Package, x.Range, x.Environments = e.Spelling, e.Range.String(), e.Environments
	case *ledger.Rejection:
		x.Package, x.Version, x.Environments = e.Spelling, e.Version.String(), e.Environments
		x.Rules, x.Evidence, x.Rejected = e.Rules, e.Evidence, moment(e.Rejected)
		for _, p := range e.With {
			x.With = append(x.With, pinWords(p))
		}
	case *ledger.Waiver:
		x.Rule, x.Package, x.Range, x.Consumer, x.Environments = e.Rule, e.Spelling, e.Range.String(), e.Consumer, e.Environments
		x.Dependent = string(e.Dependent)
	case *ledger.ExpectedFailure:
		x.Consumer, x.Test, x.Package, x.Range, x.Environments = e.Consumer, e.Test, e.Spelling, e.Range.String(), e.Environments
	case *ledger.Freeze:
		x.From, x.To, x.Packages, x.Except = moment(e.From), moment(e.To), patternNames(e.Packages), patternNames(e.Except)
	case *ledger.Approval:
		x.Package, x.Version = e.Spelling, e.Version.String()
	}
	return x
}

// status returns the exit status: whether something in the ledger is wrong.
func (x *ledgerAnswer) status() int {
	for _, f := range x.Findings {
		if f.Severity == gate.Error {
			return gate.Reject.ExitStatus()
		}
	}
	return exitOK
}

// writeLedger writes the answer as text.
func writeLedger(w io.Writer, x *ledgerAnswer, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.styled(bold, "ledger")
	p.printf("  %s\n", x.summary())
	switch x.Action {
	case "check":
		p.ledgerFindings(x.Findings)
	case "retest":
		p.retests(x.Retests)
	default:
		for _, e := range x.Entries {
			p.rememberedEntry(&e)
		}
	}
	return p.flush()
}

// summary says in a line what was done, or what there is.
func (x *ledgerAnswer) summary() string {
	entries := fmt.Sprintf("%s in %s", many(len(x.Entries), "entry", "entries"), x.Ledger)
	done := map[string]string{"add": "added", "lift": "lifted", "expire": "changed"}[x.Action]
	if x.TakenOut {
		done = "taken out"
	}
	switch {
	case done != "" && x.DryRun:
		return "would be " + done + ": " + entries
	case done != "":
		return done + ": " + entries
	}
	expired := 0
	for _, e := range x.Entries {
		if e.Expired {
			expired++
		}
	}
	if expired > 0 {
		entries += fmt.Sprintf(", %d expired", expired)
	}
	return entries
}

func (p *printer) rememberedEntry(e *rememberedEntry) {
	p.row(string(e.Kind), e.Subject)
	p.sub("because", e.Reason)
	p.sub("owner", e.Owner)
	if e.Issue != "" {
		p.sub("issue", e.Issue)
	}
	switch {
	case e.Expired:
		p.sub("expired", ledger.Through(*e.Expires))
	case e.Expires != nil:
		p.sub("through", ledger.Through(*e.Expires))
	}
	p.sub("at", e.Place.String())
}

// many returns "1 entry" or "N entries".
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

func patternNames(patterns []constraints.Pattern) []string {
	var names []string
	for _, p := range patterns {
		names = append(names, string(p))
	}
	return names
}

// moment returns a time for an answer, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
