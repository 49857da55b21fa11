package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// auditRule is one thing that an audit finds out of pins. Its identifier is stable.
type auditRule struct {
	id       string
	finds    string        // completes "finds a pin ..."
	severity gate.Severity // unless the policy says otherwise
	check    func(a *audit, p *audited) []auditFinding
}

// allAuditRules returns the rules in the order in which their findings are reported.
func allAuditRules() []auditRule {
	return []auditRule{
		{"gone", "that the index does not have any more", gate.Error, checkGone},
		{"yanked", "that was withdrawn from the index (PEP 592)", gate.Error, checkWithdrawn},
		{"no-file", "without a file that the environment can install", gate.Error, checkFiles},
		{"requires-python", "whose Requires-Python excludes the environment", gate.Error, checkPython},
		{"rejected", "that the ledger has as rejected", gate.Error, checkRejected},
		{"held", "outside of the range that the ledger holds it to", gate.Error, checkHeld},
		{"vulnerability", "with a vulnerability that is known (--osv)", gate.Caution, checkVulnerable},
		{"licence", "under another licence than the release before it", gate.Caution, checkLicence},
		{"unknown", "of which it is not known what it is: exit status 2", gate.Error, checkUnknown},
		{"newer-patch", "with a newer release of the same first two numbers", gate.Caution, checkNewerPatch},
		{"expired", "that an entry of the ledger is about which has expired", gate.Caution, checkExpired},
	}
}

func auditRuleNames() []string {
	var names []string
	for _, r := range allAuditRules() {
		names = append(names, r.id)
	}
	return names
}

// auditRulesHelp lists the rules.
func auditRulesHelp() string {
	var b strings.Builder
	for _, r := range allAuditRules() {
		fmt.Fprintf(&b, "  %-16s %-8s %s\n", r.id, r.severity, r.finds)
	}
	return b.String()
}

// auditRules returns the rules to judge by, with their severities: those that are named,
// or all, without those that the policy leaves out for every package.
func (s *settings) auditRules(named []string) []auditRule {
	var rules []auditRule
	for _, r := range allAuditRules() {
		r.severity = s.Policy.severity(r.id, r.severity)
		off := r.severity == gate.Off && !slices.ContainsFunc(s.Policy.Packages, func(p packagePolicy) bool {
			return p.severity(r.id, gate.Off) != gate.Off
		})
		if !off && (len(named) == 0 || slices.Contains(named, r.id)) {
			rules = append(rules, r)
		}
	}
	return rules
}

func checkGone(a *audit, p *audited) []auditFinding {
	if p.release != nil || p.err != nil {
		return nil
	}
	if p.pkg == nil {
		return []auditFinding{{Message: "the index has no " + p.line.Requirement.Spelling}}
	}
	f := auditFinding{Message: p.name() + " is not in the index", Lifts: a.instead(p)}
	if i, ok := p.pkg.Find(p.line.Version); ok {
		f.Details = []string{fmt.Sprintf("=== is textual, and the index spells it %s", p.pkg.Version(i))}
	}
	return []auditFinding{f}
}

func checkWithdrawn(a *audit, p *audited) []auditFinding {
	if p.release == nil {
		return nil
	}
	yanked, reason := p.release.YankedIn(p.env)
	if !yanked {
		return nil
	}
	f := auditFinding{Message: p.name() + " was yanked from the index", Lifts: a.instead(p)}
	if reason != "" {
		f.Message += ": " + reason
	}
	return []auditFinding{f}
}

func checkFiles(a *audit, p *audited) []auditFinding {
	if p.release == nil || p.release.Installable(p.env) || excludes(p.release, p.env) || p.python() != nil {
		return nil
	}
	f := auditFinding{Message: p.name() + " has no file that can be installed", Lifts: a.instead(p)}
	const shown = 3
	for i, file := range p.release.Files {
		if i == shown {
			f.Details = append(f.Details, fmt.Sprintf("and %d more", len(p.release.Files)-shown))
			break
		}
		f.Details = append(f.Details, file.Name)
	}
	return []auditFinding{f}
}

func checkPython(a *audit, p *audited) []auditFinding {
	if p.release == nil {
		return nil
	}
	within := p.python()
	if excludes(p.release, p.env) {
		within = p.release.RequiresRuntime
	}
	if within == nil {
		return nil
	}
	return []auditFinding{{
		Message: fmt.Sprintf("%s requires Python %s, and the environment has %s", p.name(), within, p.env.Runtime()), Lifts: a.instead(p),
	}}
}

// python returns the Pythons of the files that would fit an environment but for its Python;
// nil where there is a file that fits, or where none would.
func (p *audited) python() (within constraints.Range) {
	for _, file := range p.release.Files {
		if file.Installable(p.env) {
			return nil
		}
		of := file.RequiresRuntime
		if file.RequiresRuntime = nil; of != nil && file.Installable(p.env) {
			within = of
		}
	}
	return within
}

// checkUnknown finds that nothing can be found.
func checkUnknown(a *audit, p *audited) []auditFinding {
	var all []auditFinding
	switch {
	case p.err != nil:
		all = append(all, auditFinding{Message: fmt.Sprintf("what is published of %s is not known: %v", p.name(), p.err)})
	case p.release == nil:
	case p.release.Malformed != "":
		all = append(all, auditFinding{
			Message: p.name() + " has metadata that is not valid, so that installers refuse it", Details: []string{p.release.Malformed}, Lifts: a.instead(p),
		})
	case p.release.Unknown:
		all = append(all, auditFinding{Message: "the metadata of " + p.name() + " is not known"})
	}
	return append(all, a.unclear(p)...)
}

func checkNewerPatch(a *audit, p *audited) []auditFinding {
	i, ok := a.newerPatch(p)
	if !ok {
		return nil
	}
	newer := p.pkg.Version(i)
	return []auditFinding{{
		Message: fmt.Sprintf("%s has the newer patch release %s", p.name(), newer), Newer: newer.String(), Lifts: []string{p.gate(newer)},
	}}
}
