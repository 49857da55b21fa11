package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // windows are on the clocks of their owners, also where the machine knows no zones

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/semver"
	"sluice/resolver/gate"
)

// policyConfig is [policy]: what is wanted of all packages, and of some.
type policyConfig struct {
	policyTerms
	Packages []packagePolicy `toml:"package"` // later ones go before earlier ones, key by key
}

// policyTerms are what the owners want of the pins of packages.
type policyTerms struct {
	Prereleases string            `toml:"prereleases"` // deny, if-needed or allow
	MinAge      string            `toml:"min-age"`     // how long ago a version must have been uploaded
	Downgrade   string            `toml:"downgrade"`   // deny (without a record in the ledger) or allow
	Step        string            `toml:"step"`        // the largest: patch, minor or major
	FirstParty  bool              `toml:"first-party"` // releases are held to semantic versioning
	Approvals   int64             `toml:"approvals"`   // how many people have to approve
	Closed      []string          `toml:"closed"`      // parts of the week in which nothing is admitted
	Zone        string            `toml:"zone"`        // on whose clocks; UTC
	Severity    map[string]string `toml:"severity"`    // by rule: error, warning or off
}

// packagePolicy is what is wanted of some packages.
type packagePolicy struct {
	Match []string `toml:"match"` // patterns of their names
	policyTerms
}

// maxApprovals bounds how many people a policy can ask for.
const maxApprovals = 100

// validatePolicy finds values of the policy that mean nothing.
func (c *config) validatePolicy(complain func(path, msg, hint string), faulty map[string]bool) {
	c.Policy.validate("policy", complain)
	for i, p := range c.Policy.Packages {
		path := under("policy.package", strconv.Itoa(i))
		if len(p.Match) == 0 && !faulty[path] {
			complain(path, fmt.Sprintf("number %d has no match", i+1), `match = ["oslo.*"] says which packages it is for`)
		}
		for n, text := range p.Match {
			if _, err := pep508.ParsePattern(text); err != nil {
				complain(under(under(path, "match"), strconv.Itoa(n)), err.Error(), `a name, in which * stands for anything: "oslo.*"`)
			}
		}
		p.validate(path, complain)
	}
}

// validate finds values of the terms at a path that mean nothing.
func (p *policyTerms) validate(path string, complain func(path, msg, hint string)) {
	for key, value := range map[string]string{"prereleases": p.Prereleases, "downgrade": p.Downgrade, "step": p.Step} {
		if err := oneOf(value, words("policy."+key)...); err != nil {
			complain(under(path, key), err.Error(), "")
		}
	}
	if _, err := parseAge(p.MinAge); err != nil {
		complain(under(path, "min-age"), err.Error(), `such as "72h" or "3d"`)
	}
	if p.Approvals < 0 || p.Approvals > maxApprovals {
		complain(under(path, "approvals"), fmt.Sprintf("%d is no number of people from 0 to %d", p.Approvals, maxApprovals), "")
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil || p.Zone == "Local" {
		complain(under(path, "zone"), fmt.Sprintf("%q is no time zone", p.Zone), `such as "Europe/Berlin"`)
		zone = time.UTC
	}
	for i, text := range p.Closed {
		if _, err := gate.ParseWindow(text, zone); err != nil {
			complain(under(under(path, "closed"), strconv.Itoa(i)), err.Error(), `such as "fri 15:00 - mon 08:00", or "sat - sun" for whole days`)
		}
	}
	p.validateSeverities(under(path, "severity"), complain)
}

// parseAge reads a time span: "72h", as Go writes it, or whole days, "3d". "" is none.
func parseAge(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	const longest = 10 * 365 * 24 * time.Hour
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("%q is no time span", text)
	}
	return d, nil
}

// idlePolicies tells of patterns of [[policy.package]] that match nothing that is pinned.
func (in *inputs) idlePolicies() []note {
	pins := in.pins()
	var notes []note
	for i, p := range in.settings.Policy.Packages {
		for n, text := range p.Match {
			pattern, err := pep508.ParsePattern(text)
			matches := err == nil && slices.ContainsFunc(slices.Collect(maps.Keys(pins)), pattern.Matches)
			if !matches && in.settings.layout != nil {
				place := in.settings.layout.place(under(under(under("policy.package", strconv.Itoa(i)), "match"), strconv.Itoa(n)))
				notes = append(notes, note{Place: &place, Message: fmt.Sprintf("%q matches nothing that is pinned", text)})
			}
		}
	}
	return notes
}

// policyOf returns the policy for a package.
func (s *settings) policyOf(name constraints.Name) gate.Policy {
	terms := s.termsOf(name)
	return terms.policy()
}

// termsOf returns the terms for a package: those for all, over them those of the tables that
// match its name, and over these what flags say.
func (s *settings) termsOf(name constraints.Name) policyTerms {
	terms := s.Policy.policyTerms
	for i := range s.Policy.Packages {
		if p := &s.Policy.Packages[i]; p.matches(name) {
			terms.override(&p.policyTerms, func(key string) bool {
				return s.layout != nil && s.layout.has(under(under("policy.package", strconv.Itoa(i)), key))
			})
		}
	}
	terms.override(&s.flags, func(string) bool { return false })
	return terms
}

func (p *packagePolicy) matches(name constraints.Name) bool {
	return slices.ContainsFunc(p.Match, func(text string) bool {
		pattern, err := pep508.ParsePattern(text)
		return err == nil && pattern.Matches(name)
	})
}

// override puts other terms over these: what they say, and what is written although it is
// nothing.
func (p *policyTerms) override(other *policyTerms, written func(key string) bool) {
	set := func(key, value string, to *string) {
		if value != "" || written(key) {
			*to = value
		}
	}
	set("prereleases", other.Prereleases, &p.Prereleases)
	set("min-age", other.MinAge, &p.MinAge)
	set("downgrade", other.Downgrade, &p.Downgrade)
	set("step", other.Step, &p.Step)
	set("zone", other.Zone, &p.Zone)
	if other.FirstParty || written("first-party") {
		p.FirstParty = other.FirstParty
	}
	if other.Approvals != 0 || written("approvals") {
		p.Approvals = other.Approvals
	}
	if len(other.Closed) > 0 || written("closed") {
		p.Closed = other.Closed
	}
	if len(other.Severity) > 0 {
		p.Severity = maps.Clone(p.Severity)
		if p.Severity == nil {
			p.Severity = make(map[string]string)
		}
		maps.Copy(p.Severity, other.Severity)
	}
}

// policy returns the terms as the gate has them. They are valid.
func (p *policyTerms) policy() gate.Policy {
	policy := gate.Policy{Downgrade: p.Downgrade == "allow", FirstParty: p.FirstParty, Approvals: int(p.Approvals), Step: semver.Class(p.Step)}
	switch p.Prereleases {
	case "if-needed":
		policy.Prereleases = gate.PrereleasesIfNeeded
	case "allow":
		policy.Prereleases = gate.AllowPrereleases
	}
	policy.MinAge, _ = parseAge(p.MinAge)
	if zone, err := time.LoadLocation(p.Zone); err == nil {
		for _, text := range p.Closed {
			if w, err := gate.ParseWindow(text, zone); err == nil {
				policy.Closed = append(policy.Closed, w)
			}
		}
	}
	for rule, word := range p.Severity {
		if policy.Severity == nil {
			policy.Severity = make(map[string]gate.Severity)
		}
		policy.Severity[rule] = gate.Severity(word)
	}
	return policy
}
