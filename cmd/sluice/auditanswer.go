package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// auditAnswer is the answer as JSON.
type auditAnswer struct {
	SchemaVersion int              `json:"schema_version"`
	Command       string           `json:"command"`
	Verdict       gate.Verdict     `json:"verdict"`
	Environments  []string         `json:"environments"`
	Facts         string           `json:"facts,omitempty"`
	Rules         []string         `json:"rules"` // that were judged by
	Pins          auditedPins      `json:"pins"`
	Findings      []auditFinding   `json:"findings"` // by rule, in the order of the table, and in file order
	NotJudged     []unjudgedPin    `json:"not_judged,omitempty"`
	Known         *vulnerabilities `json:"vulnerabilities,omitempty"`
	Notes         []note           `json:"notes,omitempty"`
}

// auditedPins counts lines of the constraints file that pin something.
type auditedPins struct {
	Judged   int `json:"judged"`
	Inactive int `json:"inactive"` // in every environment
}

// auditFinding is something that was found of a pin.
type auditFinding struct {
	Rule          string            `json:"rule"`
	Severity      gate.Severity     `json:"severity"`
	Package       string            `json:"package"`
	Version       string            `json:"version"`
	Place         constraints.Place `json:"place"`
	Environments  []string          `json:"environments"`
	Message       string            `json:"message"`
	Details       []string          `json:"details,omitempty"`
	Newer         string            `json:"newer,omitempty"`
	Licence       *licenceChange    `json:"licence,omitempty"`
	Vulnerability *vulnerability    `json:"vulnerability,omitempty"`
	Entry         *ledgerEntry      `json:"entry,omitempty"`     // of the ledger, that it rests on
	WaivedBy      *ledgerEntry      `json:"waived_by,omitempty"` // a waiver, which makes it a warning
	Lifts         []string          `json:"lifts,omitempty"`

	line        string // as the constraints file has it
	environment string // until those of which the same is so are gathered
}

// unjudgedPin is a pin to a URL.
type unjudgedPin struct {
	Package      string            `json:"package"`
	URL          string            `json:"url"`
	Place        constraints.Place `json:"place"`
	Environments []string          `json:"environments"`
}

// vulnerabilities is what the database of them is.
type vulnerabilities struct {
	Records    int          `json:"records"`
	Unread     []unreadFile `json:"unread,omitempty"`
	MoreUnread int          `json:"more_unread,omitempty"`
}

type unreadFile struct {
	File    string `json:"file"`
	Message string `json:"message"`
}

func newAuditAnswer(a *audit) *auditAnswer {
	x := &auditAnswer{SchemaVersion: gate.SchemaVersion, Command: "audit", Findings: []auditFinding{}, Rules: []string{}, Environments: environmentNames(a.in.environments)}
	for _, r := range a.rules {
		x.Rules = append(x.Rules, r.id)
	}
	if a.known != nil {
		x.Known = &vulnerabilities{Records: a.known.Records, MoreUnread: a.known.MoreUnread}
		for _, u := range a.known.Unread {
			x.Known.Unread = append(x.Known.Unread, unreadFile{u.File, u.Err.Error()})
		}
	}
	return x
}

func environmentNames(environments []*constraints.Environment) []string {
	names := make([]string, len(environments))
	for i, env := range environments {
		names[i] = env.Name()
	}
	return names
}

func notJudged(line gate.Line, environments []*constraints.Environment) unjudgedPin {
	return unjudgedPin{line.Requirement.Spelling, constraints.Redact(line.Requirement.URL), line.Place, environmentNames(environments)}
}

// conclude says what the findings come to. Where vulnerabilities count, those that could
// not be read leave the answer open.
func (x *auditAnswer) conclude(a *audit) {
	x.Verdict = verdictOf(x.Findings)
	if x.Verdict == gate.Admit && a.counts("vulnerability") && x.Known != nil && len(x.Known.Unread) > 0 {
		x.Verdict = gate.Undecided
	}
}

// counts reports whether findings of a rule are errors.
func (a *audit) counts(rule string) bool {
	return slices.ContainsFunc(a.rules, func(r auditRule) bool { return r.id == rule && r.severity == gate.Error })
}

// writeAudit writes the answer as text: what counts before what does not, by rule.
func writeAudit(w io.Writer, x *auditAnswer, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.styled(bold, "audit")
	p.printf("  ")
	p.verdict(x.Verdict)
	p.printf("   %s · %s\n", x.pinCounts(), strings.Join(x.Environments, " "))
	for _, severity := range []gate.Severity{gate.Error, gate.Caution} {
		if counts := x.ruleCounts(severity); counts != "" {
			p.printf("  %s %s\n", padded(string(severity)+"s", 10), counts)
		}
	}
	for _, severity := range []gate.Severity{gate.Error, gate.Caution} {
		for _, rule := range x.Rules {
			p.auditRule(x, rule, severity)
		}
	}
	p.notAudited(x)
	p.unreadRecords(x.Known)
	return p.flush()
}

func (x *auditAnswer) pinCounts() string {
	text := count(x.Pins.Judged, "pin")
	if n := len(x.NotJudged); n > 0 {
		text += fmt.Sprintf(", %d not judged", n)
	}
	if n := x.Pins.Inactive; n > 0 {
		text += fmt.Sprintf(", %d active in no environment", n)
	}
	return text
}

// ruleCounts returns how many findings of a severity each rule has, "" for none at all.
func (x *auditAnswer) ruleCounts(severity gate.Severity) string {
	var counts []string
	for _, rule := range x.Rules {
		if n := len(x.of(rule, severity)); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, rule))
		}
	}
	return strings.Join(counts, ", ")
}

// of returns the findings of a rule that have a severity.
func (x *auditAnswer) of(rule string, severity gate.Severity) []*auditFinding {
	var all []*auditFinding
	for i := range x.Findings {
		if f := &x.Findings[i]; f.Rule == rule && f.Severity == severity {
			all = append(all, f)
		}
	}
	return all
}

// auditRule writes the findings of a rule, as many as one reads.
func (p *printer) auditRule(x *auditAnswer, rule string, severity gate.Severity) {
	findings := x.of(rule, severity)
	shown := findings
	if !p.full {
		shown = findings[:min(len(findings), maxFindingsOfRule)]
	}
	for _, f := range shown {
		p.auditFinding(f, x)
	}
	if left := len(findings) - len(shown); left > 0 {
		p.row(rule, fmt.Sprintf("and %d more; --full or --format json lists them", left))
	}
}

func (p *printer) auditFinding(f *auditFinding, x *auditAnswer) {
	p.row(f.Rule, f.Message+only(f.Environments, x.Environments))
	p.sub("at", f.Place.String()+"  "+f.line)
	p.details(f.Details)
	if e := f.Entry; e != nil {
		p.sub("because", strings.TrimSpace(fmt.Sprintf("%s (%s) %s", e.Reason, e.Owner, e.Issue)))
		p.sub("says", e.Place.String())
	}
	if e := f.WaivedBy; e != nil {
		p.sub("waived", strings.TrimSpace(fmt.Sprintf("%s (%s) %s", e.Reason, e.Owner, e.Issue)))
		p.sub("by", e.Place.String())
	}
	for _, l := range f.Lifts {
		p.sub("lifts", l)
	}
}

func (p *printer) notAudited(x *auditAnswer) {
	if len(x.NotJudged) == 0 {
		return
	}
	p.row("not judged", count(len(x.NotJudged), "pin")+" to a URL, which no index says anything of")
	for i, u := range x.NotJudged {
		if i == maxAsides && !p.full {
			p.sub("", fmt.Sprintf("and %d more", len(x.NotJudged)-i))
			return
		}
		p.sub("", fmt.Sprintf("%s  %s @ %s%s", u.Place, u.Package, u.URL, only(u.Environments, x.Environments)))
	}
}

func (p *printer) unreadRecords(known *vulnerabilities) {
	if known == nil || len(known.Unread) == 0 {
		return
	}
	total := len(known.Unread) + known.MoreUnread
	p.row("not read", fmt.Sprintf("%s of vulnerabilities, beside %d that were: whom they concern is not known", count(total, "record"), known.Records))
	for i, u := range known.Unread {
		if i == maxAsides && !p.full {
			p.sub("", fmt.Sprintf("and %d more", total-i))
			return
		}
		p.sub("", u.File+": "+u.Message)
	}
}
