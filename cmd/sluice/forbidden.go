package main

import (
	"fmt"
	"slices"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/semver"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// forbidden returns the versions that the ledger does not want chosen in an environment:
// what is outside of a hold, and what was rejected whatever stands beside it.
func (in *inputs) forbidden(env *constraints.Environment) []resolver.Exclusion {
	var all []resolver.Exclusion
	for _, e := range in.law.Ledger.At(in.settings.now).Entries {
		switch e := e.(type) {
		case *ledger.Hold:
			if e.Environments.Contains(env.Name()) {
				reason := fmt.Sprintf("%s is held to %s: %s", e.Spelling, e.Range, e.Reason)
				all = append(all, resolver.Exclusion{Name: e.Package, Range: constraints.Outside(e.Range), Reason: reason, Place: e.Place})
			}
		case *ledger.Rejection:
			if len(e.With) == 0 && e.Environments.Contains(env.Name()) {
				reason := fmt.Sprintf("%s %s was rejected before: %s", e.Spelling, e.Version, e.Reason)
				all = append(all, resolver.Exclusion{Name: e.Name, Range: constraints.Exactly(e.Version), Reason: reason, Place: e.Place})
			}
		}
	}
	return all
}

// barred returns the versions above a pin that ledger or policy do not let it be raised to. The
// pin itself may stay, also where it is none that the ledger wants.
func (in *inputs) barred(pin resolver.Pin, env *constraints.Environment) ([]resolver.Exclusion, error) {
	var all []resolver.Exclusion
	for _, x := range in.forbidden(env) {
		if x.Name == pin.Name {
			x.Range = constraints.Except(x.Range, pin.Version)
			all = append(all, x)
		}
	}
	unready, err := in.unready(pin)
	return append(all, unready...), err
}

// unready returns the versions that a package is not to go to from its pin for now, or from
// none: all others while it is frozen, and those that are unripe.
func (in *inputs) unready(pin resolver.Pin) ([]resolver.Exclusion, error) {
	var all []resolver.Exclusion
	for _, f := range ledger.Of[*ledger.Freeze](in.law.Ledger.At(in.settings.now)) {
		if f.Covers(pin.Name, in.settings.now) {
			reason := fmt.Sprintf("%s is frozen until %s: %s", pin.Spelling, f.To.UTC().Format(time.DateOnly), f.Reason)
			all = append(all, resolver.Exclusion{Name: pin.Name, Range: constraints.Outside(constraints.Exactly(pin.Version)), Reason: reason, Place: f.Place})
		}
	}
	unripe, err := in.unripe(pin)
	return append(all, unripe...), err
}

// unripe returns the versions above a pin, all where there is none, that are too young for the
// policy, or too large a step. Where it is not known when one was uploaded, a gate would leave
// it open.
func (in *inputs) unripe(pin resolver.Pin) ([]resolver.Exclusion, error) {
	policy := in.settings.policyOf(pin.Name)
	if policy.MinAge == 0 && policy.Step == "" {
		return nil, nil
	}
	versions, err := in.facts.Versions(pin.Name)
	if err != nil {
		return nil, err
	}
	var all []resolver.Exclusion
	exclude := func(v constraints.Version, reason string) {
		all = append(all, resolver.Exclusion{Name: pin.Name, Range: constraints.Exactly(v), Reason: reason, Place: thePolicy})
	}
	for _, v := range versions {
		if !pin.Version.IsZero() && v.Compare(pin.Version) <= 0 {
			continue
		}
		if class := semver.StepOf(pin.Version.String(), v.String()); policy.Step != "" && !pin.Version.IsZero() && class.Exceeds(policy.Step) {
			exclude(v, fmt.Sprintf("%s is a %s step from %s, and the policy allows %s steps at most", v, class, pin.Version, policy.Step))
			continue
		}
		if policy.MinAge == 0 {
			continue
		}
		at, err := in.facts.uploaded(pin.Name, v)
		if err != nil {
			return nil, err
		}
		switch {
		case at.IsZero():
			exclude(v, fmt.Sprintf("the policy wants %s to be %s old, and nobody knows when it was uploaded", v, gate.Span(policy.MinAge)))
		case in.settings.now.Sub(at) < policy.MinAge:
			exclude(v, fmt.Sprintf("%s was uploaded at %s, and the policy wants it to be %s old", v, at.UTC().Format(time.RFC3339), gate.Span(policy.MinAge)))
		}
	}
	return all, nil
}

// thePolicy is the place of what the policy says.
var thePolicy = constraints.Place{File: "the policy"}

// toApprove tells which raises the policy wants approved: that is for people, and so no reason
// not to offer them.
func (in *inputs) toApprove(raised []pinMove) []note {
	var wanting []string
	for _, m := range raised {
		name := pep508.NormalizeName(m.Name)
		version, err := pep440.Parse(m.To)
		wanted := in.settings.policyOf(name).Approvals
		if err != nil || wanted <= len(in.law.ApprovedBy(name, version, in.settings.now)) {
			continue
		}
		if pin := m.Name + "==" + m.To; !slices.Contains(wanting, pin) {
			wanting = append(wanting, pin)
		}
	}
	if len(wanting) == 0 {
		return nil
	}
	return []note{{Message: "the policy asks for approvals that are not in the ledger: " + firstOf(wanting), Hint: "sluice ledger add approval NAME==VERSION owner=YOU reason=WHY"}}
}
