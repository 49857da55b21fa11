package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"sluice/resolver/gate"
)

// How a report reads as text: the verdict first, then the reasons that reject,
// each with where it stands, whom it reaches and what would lift it, then what
// does not count against the change, then what to do next. Messages begin in
// lower case and end without a full stop. Everything from files and from the
// index goes through printable before it is written.

// Bounds on what is listed. The JSON form and `sluice why` list everything.
const (
	maxFindingsOfRule = 12
	maxStanding       = 8
	maxDetails        = 8
)

// printer writes text with or without colour. The first error is kept.
type printer struct {
	w     *bufio.Writer
	color bool
	full  bool // list everything
}

func newPrinter(w io.Writer, color bool) *printer {
	return &printer{w: bufio.NewWriter(w), color: color}
}

func (p *printer) printf(format string, args ...any) {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = printable(s)
		}
	}
	fmt.Fprintf(p.w, format, args...)
}

func (p *printer) flush() error { return p.w.Flush() }

// SGR sequences of ECMA-48.
const (
	bold   = "1"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
	dim    = "2"
)

// styled prints text in a style where colour is on.
func (p *printer) styled(style, text string) {
	if p.color {
		p.w.WriteString("\x1b[" + style + "m" + printable(text) + "\x1b[0m")
		return
	}
	p.w.WriteString(printable(text))
}

// printable returns text with every rune that a terminal could take for a
// command, or that hides what is written, as an escape.
func printable(text string) string {
	clean := func(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }
	if !strings.ContainsFunc(text, func(r rune) bool { return !clean(r) }) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case clean(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// writeReport writes a report as text. With full, nothing is left out.
func writeReport(w io.Writer, r *gate.Report, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.head(r)
	p.findings(r)
	p.suggestions(r)
	p.check(r)
	p.next(r)
	return p.flush()
}

// head writes what was asked and what the answer is.
func (p *printer) head(r *gate.Report) {
	switch {
	case r.Command == "check":
		p.styled(bold, "constraints")
	case len(r.Candidates) == 0:
		p.styled(bold, "no pin changes")
	}
	for i, c := range r.Candidates {
		if i > 0 {
			p.printf("\n")
		}
		p.styled(bold, c.Name)
		p.printf(" %s -> %s", versions(c.From), versions(c.To))
	}
	p.printf("  ")
	p.verdict(r.Verdict)
	p.printf("   %s · %s\n", consumerCounts(r), strings.Join(r.Environments, " "))
	for _, c := range r.Consumers.NotJudged {
		p.row("not judged", c.Consumer+": "+c.Reason)
		if c.Place != nil {
			p.sub("at", c.Place.String())
		}
	}
}

func versions(list []string) string {
	if len(list) == 0 {
		return "(none)"
	}
	return strings.Join(list, ", ")
}

func (p *printer) verdict(v gate.Verdict) {
	style := map[gate.Verdict]string{gate.Admit: green, gate.Reject: red, gate.Undecided: yellow}
	p.styled(style[v], strings.ToUpper(v.String()))
}

func consumerCounts(r *gate.Report) string {
	if r.Command == "check" {
		return count(r.Consumers.Total, "consumer")
	}
	return fmt.Sprintf("%s: %d reached, %d untouched", count(r.Consumers.Total, "consumer"), r.Consumers.Reached, r.Consumers.Untouched)
}

// count returns "1 thing" or "N things".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// findings writes the reasons, those that count first.
func (p *printer) findings(r *gate.Report) {
	shown := make(map[string]int)
	standing := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == gate.Standing || f.Status == gate.Lifted {
			if standing++; standing <= maxStanding || p.full {
				p.brief(f)
			}
			continue
		}
		if shown[f.Rule]++; shown[f.Rule] <= maxFindingsOfRule || p.full {
			p.finding(f, r)
		}
	}
	for _, rule := range gate.Rules() {
		if left := shown[rule.ID] - maxFindingsOfRule; left > 0 && !p.full {
			p.row(rule.ID, fmt.Sprintf("and %d more; --full or --format json lists them", left))
		}
	}
	if left := standing - maxStanding; left > 0 && !p.full {
		p.row("standing", fmt.Sprintf("and %d more; --full or --format json lists them", left))
	}
}

// row writes a line of the report with its label.
func (p *printer) row(label, text string) {
	p.printf("\n  ")
	p.styled(bold, fmt.Sprintf("%-19s", label))
	p.printf("%s\n", text)
}

// sub writes a line that belongs to the row above.
func (p *printer) sub(label, text string) {
	p.printf("    ")
	p.styled(dim, fmt.Sprintf("%-17s", label))
	p.printf("%s\n", text)
}

// finding writes one reason in full.
func (p *printer) finding(f *gate.Finding, r *gate.Report) {
	label := f.Rule
	if f.Status == gate.Open || f.Status == gate.Warning {
		label = string(f.Status)
	}
	message := f.Message
	if len(r.Environments) > 1 {
		message += "   [" + strings.Join(f.Environments, " ") + "]"
	}
	p.row(label, message)
	if f.Place != nil {
		p.sub("at", strings.TrimSpace(f.Place.String()+"  "+f.Line))
	}
	for i, d := range f.Details {
		if i == maxDetails && !p.full {
			p.sub("", fmt.Sprintf("and %d more", len(f.Details)-maxDetails))
			break
		}
		p.sub("", d)
	}
	p.reaches(f)
	for _, l := range f.Lifts {
		p.sub("lifts", l)
	}
}

// reaches writes whom a reason concerns, and the chain of the nearest.
func (p *printer) reaches(f *gate.Finding) {
	if len(f.Reaches) == 0 {
		return
	}
	nearest := f.Reaches[0]
	if p.full {
		for _, reach := range f.Reaches {
			p.sub("reaches", describeConsumer(reach)+": "+chain(reach.Chain))
		}
		return
	}
	if len(nearest.Chain) > 1 {
		p.sub("reaches", fmt.Sprintf("%s, nearest %s", count(len(f.Reaches), "consumer"), chain(nearest.Chain)))
		return
	}
	p.sub("reaches", describeConsumer(nearest))
}

// describeConsumer returns a consumer with the jobs concerned and its owner.
func describeConsumer(r gate.Reach) string {
	s := r.Consumer
	if jobs := jobNames(r.Jobs); jobs != "" {
		s += " (" + jobs + ")"
	}
	if r.Owner != "" {
		s += " " + r.Owner
	}
	return s
}

// jobNames returns the jobs in words; nothing where the runtime requirements
// alone are concerned, for then all jobs are.
func jobNames(jobs []string) string {
	for _, job := range jobs {
		if job == "" {
			return ""
		}
	}
	return strings.Join(jobs, ", ")
}

// chain returns "FILE:LINE:COL  REQUIREMENT -> NAME VERSION -> ...".
func chain(steps []gate.Step) string {
	var b strings.Builder
	for i, step := range steps {
		switch {
		case i == 0 && step.Place != nil:
			b.WriteString(step.Place.String() + "  " + step.Requirement)
		case i == 0:
			b.WriteString(step.Requirement)
		case i < len(steps)-1:
			b.WriteString(" -> " + step.By)
		default:
			b.WriteString(" -> " + step.By + " requires " + step.Requirement)
		}
	}
	return b.String()
}

// brief writes what does not count against the change in one line.
func (p *printer) brief(f *gate.Finding) {
	text := f.Message
	if f.Place != nil && f.Package == "" {
		text = f.Place.String() + "  " + text
	}
	if len(f.Reaches) > 0 {
		text += " (" + count(len(f.Reaches), "consumer") + ")"
	}
	if f.Status == gate.Standing {
		text += ": fails today, not held against this change"
	}
	p.row(string(f.Status), text)
}

// suggestions writes what would be admitted in place of a rejected change.
func (p *printer) suggestions(r *gate.Report) {
	if len(r.Instead) > 0 {
		p.row("admitted instead", r.Candidates[0].Name+"=="+strings.Join(r.Instead, " "))
	}
	if len(r.Together) > 0 {
		p.row("admitted together", strings.Join(r.Together, " "))
	}
}

// check writes what only a check finds.
func (p *printer) check(r *gate.Report) {
	if len(r.Unneeded) > 0 {
		names := make([]string, len(r.Unneeded))
		for i, u := range r.Unneeded {
			names[i] = u.Name
		}
		p.row("unneeded", count(len(names), "pin")+" that no consumer installs: "+p.some(names))
	}
	if len(r.Unpinned) > 0 {
		names := make([]string, len(r.Unpinned))
		for i, u := range r.Unpinned {
			names[i] = fmt.Sprintf("%s %s", u.Name, strings.Join(u.Versions, "/"))
		}
		p.row("unpinned", count(len(names), "package")+" that consumers install and nothing pins: "+p.some(names))
	}
}

// some returns a list cut to a readable length.
func (p *printer) some(names []string) string {
	const shown = 12
	if len(names) <= shown || p.full {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// next writes what a person can do from here.
func (p *printer) next(r *gate.Report) {
	if r.Command != "gate" || r.Verdict == gate.Admit || len(r.Candidates) == 0 {
		return
	}
	asked := r.Candidates[0].Name
	if to := r.Candidates[0].To; len(to) > 0 {
		asked += "==" + to[0]
	}
	p.printf("\nwhy in full: sluice why %s   for machines: --format json\n", asked)
}
