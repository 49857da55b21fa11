package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/resolver/gate"
)

// recorder is how a rejection is kept in the ledger.
type recorder struct {
	on       bool
	owner    string
	issue    string
	evidence string // a folder
}

func (r *recorder) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&r.on, "record", false, "keep a rejection in the ledger, with the digest of the report as its evidence")
	flags.StringVar(&r.owner, "owner", "", "who answers for what --record keeps, as `OWNER` (default: SLUICE_OWNER)")
	flags.StringVar(&r.issue, "issue", "", "the `URL` of an issue that --record keeps with it")
	flags.StringVar(&r.evidence, "evidence", "", "a `FOLDER` in which --record leaves the report as JSON, named by its digest")
}

// validate finds flags that mean nothing without others.
func (r *recorder) validate(a *app) error {
	r.owner = cmp.Or(r.owner, a.getenv("SLUICE_OWNER"))
	switch {
	case !r.on && (r.issue != "" || r.evidence != ""):
		return usageError{msg: "--issue and --evidence say how a rejection is recorded", hint: "give --record too"}
	case r.on && r.owner == "":
		return usageError{msg: "--record needs an owner", hint: "give --owner, or set SLUICE_OWNER: whom to ask before the rejection is lifted"}
	}
	return nil
}

// record keeps what a report rejects for reasons that last, and says so.
func (r *recorder) record(in *inputs, report *gate.Report) ([]note, error) {
	if r == nil || !r.on || report.Verdict != gate.Reject {
		return nil, nil
	}
	entry, why := rejectionOfReport(report)
	if entry == nil {
		return []note{{Message: "nothing is recorded: " + why}}, nil
	}
	text, digest, err := in.evidence(report)
	if err != nil {
		return nil, err
	}
	entry.Evidence = digest
	entry.Owner, entry.Issue, entry.Rejected = r.owner, r.issue, in.settings.now.Truncate(time.Second)
	var known *ledger.Rejection
	err = in.settings.editLedger(func(f *ledger.File) (*ledger.File, error) {
		if known = alreadyRejected(f.Ledger().At(in.settings.now), entry); known != nil {
			return f, nil
		}
		if err := r.leave(in.settings, digest, text); err != nil { // before anything points to it
			return nil, err
		}
		return f.Append(entry)
	})
	switch {
	case err != nil:
		return nil, err
	case known != nil:
		return []note{{Place: &known.Place, Message: "the rejection is recorded already"}}, nil
	}
	return []note{{Message: "the rejection is recorded in " + in.settings.Ledger}}, nil
}

// evidence returns a report as JSON, with the facts that it rests on, and the digest of that.
func (in *inputs) evidence(report *gate.Report) (text []byte, digest string, err error) {
	report.Facts = in.facts.digest()
	var out bytes.Buffer
	err = writeJSON(&out, report)
	return out.Bytes(), fmt.Sprintf("sha256:%x", sha256.Sum256(out.Bytes())), err
}

// leave writes the evidence to its folder.
func (r *recorder) leave(s *settings, digest string, text []byte) error {
	if r.evidence == "" {
		return nil
	}
	if err := os.MkdirAll(s.abs(r.evidence), 0o777); err != nil {
		return usageError{msg: fmt.Sprintf("the folder %s cannot be made: %s", r.evidence, cause(err))}
	}
	return s.write(filepath.Join(r.evidence, digest[len("sha256:"):]+".json"), text)
}

// rejectionOfReport returns what is to be remembered of a report; nil for nothing, and why. Of
// several candidates it is the first, which counts beside the others: any of them may be at
// fault.
func rejectionOfReport(report *gate.Report) (entry *ledger.Rejection, why string) {
	lasting := make(map[string]bool)
	for _, rule := range gate.Rules() {
		lasting[rule.ID] = rule.Lasts
	}
	entry = &ledger.Rejection{}
	var first string
	more := 0
	for _, f := range report.Findings {
		if f.Status != gate.New || !lasting[f.Rule] {
			continue
		}
		if first == "" {
			first = f.Message
		} else {
			more++
		}
		if !slices.Contains(entry.Rules, f.Rule) {
			entry.Rules = append(entry.Rules, f.Rule)
		}
		for _, env := range f.Environments {
			if !entry.Environments.Contains(env) || len(entry.Environments) == 0 {
				entry.Environments = append(entry.Environments, env)
			}
		}
	}
	if first == "" {
		return nil, "what rejects it rests on the policy, the ledger or the time"
	}
	pins, err := pinsOfReport(report, entry.Environments)
	switch {
	case err != nil:
		return nil, err.Error()
	case len(pins) == 0:
		return nil, "no version of a package is rejected"
	}
	entry.Reason = first
	if more > 0 {
		entry.Reason += fmt.Sprintf(", and %d more", more)
	}
	entry.Pin, entry.With = pins[0], pins[1:]
	if len(entry.Environments) == len(report.Environments) {
		entry.Environments = nil
	}
	return entry, ""
}

// pinsOfReport returns the versions that a report is about in some environments.
func pinsOfReport(report *gate.Report, environments []string) ([]ledger.Pin, error) {
	var pins []ledger.Pin
	for _, c := range report.Candidates {
		concerned := slices.ContainsFunc(c.Environments, func(env string) bool { return slices.Contains(environments, env) })
		if len(c.To) == 0 || !concerned {
			continue
		}
		if len(c.To) > 1 {
			return nil, errors.New("there are several versions of " + c.Name + ": give each a marker and ask about one after the other")
		}
		version, err := pep440.Parse(c.To[0])
		if err != nil {
			return nil, err
		}
		pins = append(pins, ledger.Pin{Name: pep508.NormalizeName(c.Name), Spelling: c.Name, Version: version})
	}
	return pins, nil
}

// alreadyRejected returns the entry of a ledger that says what another would, nil for none.
func alreadyRejected(book ledger.Ledger, entry *ledger.Rejection) *ledger.Rejection {
	same := func(a, b ledger.Pin) bool { return a.Name == b.Name && a.Version.Equal(b.Version) }
	for _, r := range ledger.Of[*ledger.Rejection](book) {
		covers := len(r.Environments) == 0 || len(entry.Environments) > 0 && !slices.ContainsFunc(entry.Environments, func(env string) bool { return !r.Environments.Contains(env) })
		if covers && same(r.Pin, entry.Pin) && slices.EqualFunc(r.With, entry.With, same) {
			return r
		}
	}
	return nil
}
