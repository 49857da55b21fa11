package main

import (
	"cmp"
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver/gate"
)

// ledgerFinding is something in the ledger that is not as it should be. An error is in an
// entry that does not do what who wrote it meant.
type ledgerFinding struct {
	Severity gate.Severity     `json:"severity"`
	Place    constraints.Place `json:"place"`
	Kind     ledger.Kind       `json:"kind"`
	Subject  string            `json:"subject"`
	Message  string            `json:"message"`
	Hint     string            `json:"hint,omitempty"`
}

// check answers what in the ledger means nothing, counts no more or is there twice.
func (k *keeper) check(args []string) (*ledgerAnswer, error) {
	if len(args) > 0 {
		return nil, usageError{msg: fmt.Sprintf("ledger check takes no arguments, not %q", args[0]), hint: "it checks all entries"}
	}
	file, err := k.readLedger()
	if err != nil {
		return nil, err
	}
	entries := file.Ledger().Entries
	x := k.answer(entries)
	first := make(map[string]ledger.Entry)
	for _, e := range entries {
		x.Findings = append(append(x.Findings, k.meaningless(e)...), k.doubtful(e)...)
		if e.Common().ExpiredAt(k.now) {
			x.Findings = append(x.Findings, finding(e, gate.Caution, "it has expired, and counts no more", "sluice ledger expire takes it out"))
		} else if f, ok := e.(*ledger.Freeze); ok && !k.now.Before(f.To) {
			x.Findings = append(x.Findings, finding(e, gate.Caution, "the freeze is over", fmt.Sprintf("sluice ledger lift %d takes it out", f.Place.Line)))
		}
		identity := identityOf(e)
		if other, again := first[identity]; again {
			x.Findings = append(x.Findings, finding(e, gate.Caution, fmt.Sprintf("%s says so already", other.Common().Place), "lift one of them"))
		} else {
			first[identity] = e
		}
	}
	return x, nil
}

func finding(e ledger.Entry, severity gate.Severity, msg, hint string) ledgerFinding {
	return ledgerFinding{severity, e.Common().Place, e.Kind(), subjectOf(e), msg, hint}
}

// meaningless returns what keeps an entry from doing anything: names that nothing has.
// Where it is not configured what there is, every name may be one.
func (k *keeper) meaningless(e ledger.Entry) []ledgerFinding {
	var scope ledger.Scope
	var rules []string
	consumer := ""
	switch e := e.(type) {
	case *ledger.Hold:
		scope = e.Environments
	case *ledger.Rejection:
		scope = e.Environments
	case *ledger.Waiver:
		scope, rules, consumer = e.Environments, []string{e.Rule}, e.Consumer
	case *ledger.ExpectedFailure:
		scope, consumer = e.Environments, e.Consumer
	}
	var all []ledgerFinding
	unknown := func(what, name string, known []string) {
		if len(known) > 0 && name != "" && !slices.Contains(known, name) {
			all = append(all, finding(e, gate.Error, fmt.Sprintf("there is no %s %q", what, name), cmp.Or(didYouMean(name, known), fewOf(known), map[string]string{"rule": "sluice help rules lists them"}[what])))
		}
	}
	for _, name := range scope {
		unknown("environment", name, k.environmentLabels())
	}
	for _, rule := range rules {
		unknown("rule", rule, ruleNames())
	}
	unknown("consumer", consumer, k.consumerNames())
	return all
}

// doubtful returns what of an entry may not be meant so: packages that nothing pins, which may
// be misspelt, and pins of today that it forbids.
func (k *keeper) doubtful(e ledger.Entry) []ledgerFinding {
	pinned := k.pinnedNames()
	if len(k.pins) == 0 {
		return nil
	}
	var all []ledgerFinding
	if name := packageOf(e); name != "" && !slices.Contains(pinned, string(name)) {
		all = append(all, finding(e, gate.Caution, fmt.Sprintf("nothing pins %s", name), k.suggest(string(name))))
	}
	for _, p := range k.pins {
		switch e := e.(type) {
		case *ledger.Hold:
			if e.Package == p.Name && !e.Range.Contains(p.Version) {
				all = append(all, finding(e, gate.Caution, fmt.Sprintf("%s is pinned to %s, which is outside", p.Spelling, p.Version), "sluice versions "+p.Spelling+" tells what it could be lowered to"))
			}
		case *ledger.Rejection:
			if e.Name == p.Name && e.Version.Equal(p.Version) && len(e.With) == 0 {
				all = append(all, finding(e, gate.Caution, "it is pinned all the same", "sluice versions "+p.Spelling+" tells what else there is"))
			}
		}
	}
	if freeze, ok := e.(*ledger.Freeze); ok {
		for _, pattern := range slices.Concat(freeze.Packages, freeze.Except) {
			if !slices.ContainsFunc(pinned, func(name string) bool { return pattern.Matches(constraints.Name(name)) }) {
				all = append(all, finding(e, gate.Caution, fmt.Sprintf("nothing pins %s", pattern), k.suggest(string(pattern))))
			}
		}
	}
	return all
}

// maxSuggestions bounds for how many names others are suggested: each is compared with all.
const maxSuggestions = 200

// suggest returns a hint that names the pinned package that was probably meant.
func (k *keeper) suggest(name string) string {
	if k.suggested++; k.suggested > maxSuggestions {
		return ""
	}
	return didYouMean(name, k.pinnedNames())
}

// pinnedNames returns the names that the constraints file pins, none where it cannot be read.
func (k *keeper) pinnedNames() []string {
	if k.pinned == nil {
		k.pinned = []string{}
		if file, err := k.readConstraints(k.Constraints); err == nil {
			for _, e := range file.Entries() {
				if version, _, ok := e.Pin(); ok {
					k.pinned = append(k.pinned, string(e.Requirement.Name))
					k.pins = append(k.pins, ledger.Pin{Name: e.Requirement.Name, Spelling: e.Requirement.Spelling, Version: version})
				}
			}
		}
	}
	return k.pinned
}

// environmentLabels returns the names of the matrix.
func (k *keeper) environmentLabels() []string {
	var names []string
	for _, c := range k.Environments {
		names = append(names, c.label())
	}
	return names
}

// consumerNames returns the names of the consumers, none where they are not to be found.
func (k *keeper) consumerNames() []string {
	in := &inputs{settings: k.settings}
	if in.findConsumers() != nil {
		return nil
	}
	var names []string
	for _, c := range in.consumers {
		names = append(names, c.name)
	}
	return names
}

// fewOf returns a hint that lists what there is, if that is not much.
func fewOf(known []string) string {
	const few = 8
	if len(known) > few {
		return ""
	}
	hint := "there is"
	if len(known) > 1 {
		hint = "there are"
	}
	for i, name := range known {
		if i > 0 {
			hint += ","
		}
		hint += " " + name
	}
	return hint
}

// ledgerFindings writes what is wrong, errors first.
func (p *printer) ledgerFindings(findings []ledgerFinding) {
	for _, severity := range []gate.Severity{gate.Error, gate.Caution} {
		for _, f := range findings {
			if f.Severity != severity {
				continue
			}
			p.row(string(f.Kind), f.Subject)
			p.sub(string(severity), f.Message)
			if f.Hint != "" {
				p.sub("hint", f.Hint)
			}
			p.sub("at", f.Place.String())
		}
	}
}
