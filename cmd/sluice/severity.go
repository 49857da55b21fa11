package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// How much a finding counts.
const (
	severityError   = "error"   // the answer is no
	severityWarning = "warning" // it is said, and changes no answer
	severityOff     = "off"     // it is not said
)

func severities() []string { return []string{severityError, severityWarning, severityOff} }

// severity returns how much the findings of a rule count: as [policy] says, or as usual.
func (p *policyConfig) severity(rule, usual string) string {
	return cmp.Or(p.Severity[rule], usual)
}

// validateSeverities finds rules that there are not, and severities that are none.
func (c *config) validateSeverities(complain func(path, msg, hint string)) {
	for _, rule := range slices.Sorted(maps.Keys(c.Policy.Severity)) {
		path := under("policy.severity", rule)
		if !slices.Contains(ruleNames(), rule) {
			hint := "sluice help rules lists them"
			if near := constraints.Nearest(rule, ruleNames()); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			complain(path, fmt.Sprintf("there is no rule %q", rule), hint)
		}
		if err := oneOf(c.Policy.Severity[rule], severities()...); err != nil {
			complain(path, err.Error(), "")
		}
	}
}

// ruleNames returns the rules whose severity can be said.
func ruleNames() []string {
	var names []string
	for _, r := range gate.Rules() {
		names = append(names, r.ID)
	}
	names = append(names, auditRuleNames()...)
	slices.Sort(names)
	return slices.Compact(names)
}
