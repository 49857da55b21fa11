package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/index"
	"sluice/index/osv"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// audit judges each pin by itself: by what is published of it, what the ledger remembers,
// and which vulnerabilities are known.
type audit struct {
	in     *inputs
	rules  []auditRule
	now    time.Time
	ledger ledger.Ledger
	known  *osv.Database // nil where nobody says
}

// audited is a pin in an environment in which it is active.
type audited struct {
	line         gate.Line
	env          *constraints.Environment
	environments []*constraints.Environment // all in which the line is active
	beside       []resolver.Pin             // what is pinned there
	pkg          *index.Package             // nil: there is none
	release      *resolver.Release          // that the pin stands for; nil: it is not published
	err          error                      // why that is not known
	terms        policyTerms                // of the package
}

// version returns the version that is installed, as the index spells it where it has it.
func (p *audited) version() constraints.Version {
	if p.release != nil {
		return p.release.Version
	}
	return p.line.Version
}

// name returns "NAME VERSION".
func (p *audited) name() string { return p.line.Requirement.Spelling + " " + p.version().String() }

// answer judges all pins.
func (a *audit) answer() (*auditAnswer, error) {
	answer := newAuditAnswer(a)
	beside := make(map[*constraints.Environment][]resolver.Pin)
	for _, env := range a.in.environments {
		beside[env], _ = gate.Active(a.in.lines, env)
	}
	for _, line := range a.in.lines {
		var environments []*constraints.Environment
		for _, env := range a.in.environments {
			if line.Requirement.Applies(env, "") {
				environments = append(environments, env)
			}
		}
		switch {
		case !line.IsPin():
		case len(environments) == 0:
			answer.Pins.Inactive++
		case line.Requirement.URL != "":
			answer.NotJudged = append(answer.NotJudged, notJudged(line, environments))
		default:
			answer.Pins.Judged++
			answer.Findings = append(answer.Findings, a.judge(line, environments, beside)...)
		}
	}
	slices.SortStableFunc(answer.Findings, func(x, y auditFinding) int {
		return cmp.Compare(a.place(x.Rule), a.place(y.Rule))
	})
	answer.conclude(a)
	return answer, a.in.facts.interrupted()
}

// place returns where a rule stands in the table.
func (a *audit) place(rule string) int {
	return slices.IndexFunc(a.rules, func(r auditRule) bool { return r.id == rule })
}

// judge returns what there is to say of a line, the same in several environments once.
func (a *audit) judge(line gate.Line, environments []*constraints.Environment, beside map[*constraints.Environment][]resolver.Pin) []auditFinding {
	var all []auditFinding
	terms := a.in.settings.termsOf(line.Requirement.Name)
	for _, env := range environments {
		p := a.look(line, env)
		p.environments, p.beside, p.terms = environments, beside[env], terms
		for _, rule := range a.rules {
			severity := terms.severity(rule.id, rule.severity)
			if severity == gate.Off {
				continue
			}
			for _, f := range rule.check(a, p) {
				f.Rule, f.Severity = rule.id, cmp.Or(f.Severity, severity)
				a.waive(&f, p)
				f.Package, f.Version, f.Place, f.environment = line.Requirement.Spelling, p.version().String(), line.Place, env.Name()
				f.line = line.Requirement.String()
				all = append(all, f)
			}
		}
	}
	var findings []auditFinding
	for _, g := range group(all, func(f *auditFinding) *string { return &f.environment }) {
		g.is.Environments = g.environments
		findings = append(findings, g.is)
	}
	return findings
}

// look finds what is published of a pin.
func (a *audit) look(line gate.Line, env *constraints.Environment) *audited {
	p := &audited{line: line, env: env}
	name := line.Requirement.Name
	if _, p.err = a.in.facts.Release(name, line.Version); p.err != nil {
		return p
	}
	pins, _ := gate.Active([]gate.Line{line}, env)
	p.release = resolver.NewWorld(env, pins, nil, a.in.facts).Release(name)
	p.pkg, p.err = a.in.facts.pkg(name) // with what was found out of its releases
	return p
}

// better returns the version that a pin could have instead, zero for none: the lowest
// above it, else the highest below, that can be installed wherever the pin is active, and
// that nothing is known against.
func (a *audit) better(p *audited) (found constraints.Version) {
	if p.pkg == nil {
		return found
	}
	for i := range p.pkg.Len() {
		v := p.pkg.Version(i)
		above := v.Compare(p.version()) >= 0
		isPinned := p.release != nil && v.Equal(p.release.Version)
		if isPinned || !a.isFine(p, i) {
			continue
		}
		if found = v; above {
			break
		}
	}
	return found
}

// isFine reports whether nothing is known against a published version in place of a pin.
func (a *audit) isFine(p *audited, i int) bool {
	v := p.pkg.Version(i)
	if v.IsPrerelease() && !p.version().IsPrerelease() || strings.Contains(v.String(), "+") || len(a.affecting(p.line.Requirement.Name, v)) > 0 {
		return false
	}
	r, err := release(p.pkg, i)
	if err != nil || r.Malformed != "" {
		return false
	}
	return !slices.ContainsFunc(p.environments, func(env *constraints.Environment) bool {
		yanked, _ := r.YankedIn(env)
		return yanked || excludes(r, env) || !r.Installable(env) || a.remembers(p, v, env)
	})
}

// excludes reports whether what a release says of Pythons keeps an environment from
// installing it.
func excludes(r *resolver.Release, env *constraints.Environment) bool {
	return r.RequiresRuntime != nil && !r.RequiresRuntime.Contains(env.Runtime())
}

// instead returns what lifts a finding by another version: the question of whether that
// may be pinned.
func (a *audit) instead(p *audited) []string {
	if v := a.better(p); !v.IsZero() {
		return []string{p.gate(v)}
	}
	return nil
}

// gate returns the command that asks whether a version may be pinned in place of a line.
func (p *audited) gate(v constraints.Version) string {
	c := candidate{spelling: p.line.Requirement.Spelling, version: v.String(), marker: p.line.Requirement.Marker}
	return "sluice gate " + shellWords([]string{c.String()})
}

// newerPatch returns the place of the newest final release with the epoch and the first
// two numbers of a pin, false where there is none above it that can be installed.
func (a *audit) newerPatch(p *audited) (int, bool) {
	if p.pkg == nil {
		return 0, false
	}
	series := seriesOf(p.version())
	for i := p.pkg.Len() - 1; i >= 0; i-- {
		v := p.pkg.Version(i)
		if v.Compare(p.version()) <= 0 {
			break
		}
		if !v.IsPrerelease() && seriesOf(v) == series && a.isFine(p, i) {
			return i, true
		}
	}
	return 0, false
}

// seriesOf returns the epoch and the first two numbers of a version.
func seriesOf(v constraints.Version) string {
	f := pep440.FieldsOf(v)
	if len(f.Release) == 0 {
		return v.String()
	}
	numbers := append(slices.Clone(f.Release), "0")
	return f.Epoch + "!" + numbers[0] + "." + numbers[1]
}
