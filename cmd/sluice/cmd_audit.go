package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/index/osv"
	"sluice/resolver/gate"
)

func auditCommand() command {
	return command{
		name:    "audit",
		summary: "judge every pin by metadata alone: yanked, gone, vulnerable, ...",
		details: `Every pin in every environment in which it is active, without any consumer:

` + auditRulesHelp() + `
An error makes the exit status 1, a warning changes nothing. In sluice.toml,
[policy] severity = { vulnerability = "error" } says otherwise, by rule; "off" leaves
a rule out. Pins at URLs are not judged.

Known vulnerabilities come from --osv: an export in the OSV format, as a folder of
JSON files or a zip archive of them. Nobody is asked for them.

An index is asked for one page of each package and for one small document of each
pin; for licences, for one more of the release before it, where the index has that
apart from the files. That makes some 1800 requests for 600 pins the first time;
then the cache answers. Without the rule licence (--rule, or severity "off") it is 1200.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var o options
			var q auditOptions
			o.addPinFlags(flags)
			flags.StringVar(&o.index, "index", "", "take what is published from a `FILE` of index facts: JSON lines, gzip of it, or a snapshot")
			flags.StringVar(&q.osv, "osv", "", "a `PATH` of known vulnerabilities in the OSV format: a folder or a zip archive")
			flags.StringSliceVar(&q.rules, "rule", nil, "judge by these `RULES` only, with commas between (repeatable)")
			o.addIndexFlags(flags)
			o.addTimeFlag(flags)
			o.addOutputFlags(flags)
			return func(args []string) (int, error) { return a.audit(&o, &q, args) }
		},
	}
}

// auditOptions are the flags of an audit alone.
type auditOptions struct {
	osv   string
	rules []string
}

func (q *auditOptions) validate(args []string) error {
	var errs []error
	if len(args) > 0 {
		errs = append(errs, usageError{msg: fmt.Sprintf("audit takes no arguments, not %q", args[0]), hint: "it judges all pins; sluice gate judges candidates"})
	}
	known := auditRuleNames()
	for _, rule := range q.rules {
		if !slices.Contains(known, rule) {
			hint := didYouMean(rule, known)
			if hint == "" {
				hint = "there are " + strings.Join(known, ", ")
			}
			errs = append(errs, usageError{msg: fmt.Sprintf("--rule: audit has no rule %q", rule), hint: hint})
		}
	}
	return errors.Join(errs...)
}

func (a *app) audit(o *options, q *auditOptions, args []string) (int, error) {
	if err := q.validate(args); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	if q.osv != "" {
		s.Audit.OSV = q.osv
		if s.layout != nil {
			s.layout.forget("audit.osv")
		}
	}
	audit, err := s.openAudit(q.rules)
	if err != nil {
		return 0, err
	}
	defer audit.in.close()
	answer, err := audit.answer()
	if err := errors.Join(err, audit.in.facts.settle()); err != nil {
		return 0, err
	}
	answer.Notes = slices.Concat(s.notes, notesOf(audit.in.file.Notes()), pinless(audit.in.file))
	a.tell(answer.Notes)
	if o.format == "json" {
		answer.Facts = audit.in.facts.digest()
		return answer.Verdict.ExitStatus(), writeJSON(a.stdout, answer)
	}
	return answer.Verdict.ExitStatus(), writeAudit(a.stdout, answer, a.color(), o.full)
}

// openAudit reads what an audit is about: the pins, and side by side the facts of them and
// the vulnerabilities.
func (s *settings) openAudit(rules []string) (*audit, error) {
	a := &audit{in: &inputs{settings: s}, rules: s.auditRules(rules), now: s.now}
	var err error
	if a.ledger, _, err = s.memory(); err != nil {
		return nil, err
	}
	a.in.environments, err = s.environments()
	if err := errors.Join(s.unconfigured(nil), err, a.in.loadConstraints()); err != nil {
		return nil, err
	}
	err = sideBySide(a.loadFacts, a.loadVulnerabilities)
	if err == nil && a.judges("licence") {
		err = a.prefetchEarlier()
	}
	if err != nil {
		return nil, errors.Join(err, a.in.close())
	}
	return a, nil
}

// loadFacts opens the index, and asks for what is pinned.
func (a *audit) loadFacts() error {
	if err := a.in.loadIndex(); err != nil {
		return err
	}
	return a.in.prefetchPins()
}

// loadVulnerabilities reads what is known of the packages that are pinned.
func (a *audit) loadVulnerabilities() error {
	s := a.in.settings
	if s.Audit.OSV == "" || !a.judges("vulnerability") {
		return nil
	}
	names := make(map[constraints.Name]bool)
	for name := range a.in.pins() {
		names[name] = true
	}
	known, err := osv.Open(s.abs(s.Audit.OSV), names)
	if err != nil {
		return s.unreadable("audit.osv", "database of vulnerabilities", s.Audit.OSV, err, "--osv")
	}
	a.known = known
	return nil
}

// judges reports whether an audit judges by a rule.
func (a *audit) judges(rule string) bool {
	return slices.ContainsFunc(a.rules, func(r auditRule) bool { return r.id == rule })
}

// verdictOf returns what findings come to.
func verdictOf(findings []auditFinding) gate.Verdict {
	verdict := gate.Admit
	for _, f := range findings {
		switch {
		case f.Severity != gate.Error:
		case f.Rule == "unknown":
			verdict = gate.Undecided
		default:
			return gate.Reject
		}
	}
	return verdict
}
