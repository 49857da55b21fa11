package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/constraints/openstack"
	"sluice/resolver/gate"
)

// severities returns how much a finding can count.
func severities() []string {
	return []string{string(gate.Error), string(gate.Caution), string(gate.Off)}
}

// severity returns how much the findings of a rule count: as the policy says, or as usual.
func (p *policyTerms) severity(rule string, usual gate.Severity) gate.Severity {
	return cmp.Or(gate.Severity(p.Severity[rule]), usual)
}

// validateSeverities finds rules that there are not, and severities that are none.
func (p *policyTerms) validateSeverities(path string, complain func(path, msg, hint string)) {
	for _, rule := range slices.Sorted(maps.Keys(p.Severity)) {
		path := under(path, rule)
		if !slices.Contains(ruleNames(), rule) {
			hint := "sluice help rules lists them"
			if near := constraints.Nearest(rule, ruleNames()); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			complain(path, fmt.Sprintf("there is no rule %q", rule), hint)
		}
		if err := oneOf(p.Severity[rule], severities()...); err != nil {
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
	for _, r := range openstack.Rules() {
		names = append(names, r.ID)
	}
	names = append(names, auditRuleNames()...)
	slices.Sort(names)
	return slices.Compact(names)
}
