package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
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
	maxDetails        = 8
	maxEdits          = 8
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
	p.asides(r)
	p.unread("not judged", r.Consumers.NotJudged)
	p.unread("read in part", r.Consumers.ReadInPart)
	p.suggestions(r)
	p.check(r)
	return p.flush()
}

// head writes what was asked and, on the first line, what the answer is.
func (p *printer) head(r *gate.Report) {
	changes := make([]string, len(r.Candidates))
	for i, c := range r.Candidates {
		changes[i] = fmt.Sprintf("%s -> %s", versions(c.From), versions(c.To))
	}
	switch {
	case r.Command == "check":
		p.styled(bold, "constraints")
	case len(changes) == 0:
		p.styled(bold, "no pin changes")
	case len(changes) == 1:
		p.styled(bold, r.Candidates[0].Name)
		p.printf(" %s", changes[0])
	default:
		p.styled(bold, count(len(changes), "candidate"))
	}
	p.printf("  ")
	p.verdict(r.Verdict)
	p.printf("   %s · %s\n", consumerCounts(r), strings.Join(r.Environments, " "))
	if len(changes) > 1 {
		for i, c := range r.Candidates {
			p.printf("  %s %s\n", padded(c.Name, 18), changes[i])
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

// consumerCounts says what became of the consumers.
func consumerCounts(r *gate.Report) string {
	c := &r.Consumers
	text := count(c.Total, "consumer")
	if r.Command == "gate" {
		text += fmt.Sprintf(": %d reached, %d untouched", c.Reached, c.Untouched)
	}
	if n := len(unreadConsumers(c.NotJudged)); n > 0 {
		text += fmt.Sprintf(", %d not judged", n)
	}
	if n := len(unreadConsumers(c.ReadInPart)); n > 0 {
		text += fmt.Sprintf(" (%d read in part)", n)
	}
	return text
}

// count returns "1 thing" or "N things".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// findings writes the reasons that count, and what is worth knowing.
func (p *printer) findings(r *gate.Report) {
	shown := make(map[string]int)
	var rules []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if isAside(f) {
			continue
		}
		if shown[f.Rule] == 0 {
			rules = append(rules, f.Rule)
		}
		if shown[f.Rule]++; shown[f.Rule] <= maxFindingsOfRule || p.full {
			p.finding(f, r)
		}
	}
	for _, rule := range rules {
		if left := shown[rule] - maxFindingsOfRule; left > 0 && !p.full {
			p.row(rule, fmt.Sprintf("and %d more; --full or --format json lists them", left))
		}
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
	if f.Status != gate.New {
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
	p.details(f.Details)
	p.proof(f.Because, withinRow)
	p.reaches(f)
	for _, l := range f.Lifts {
		p.sub("lifts", l)
	}
}

// details writes what there is to say of a reason besides, as much as one reads.
func (p *printer) details(lines []string) {
	for i, line := range lines {
		if i == maxDetails && !p.full {
			p.sub("", fmt.Sprintf("and %d more", len(lines)-maxDetails))
			return
		}
		p.sub("", line)
	}
}

// reaches writes whom a reason concerns, and the chain of the nearest.
func (p *printer) reaches(f *gate.Finding) {
	if len(f.Reaches) == 0 {
		if f.Target != "" { // it is about what is installed
			p.sub("reaches", "no consumer: none installs it")
		}
		return
	}
	nearest := f.Reaches[0]
	if p.full {
		for _, reach := range f.Reaches {
			p.sub("reaches", describeConsumer(reach)+": "+chain(reach.Chain))
		}
		return
	}
	switch {
	case len(nearest.Chain) > 1:
		p.sub("reaches", fmt.Sprintf("%s, nearest %s", count(len(f.Reaches), "consumer"), chain(nearest.Chain)))
	case len(f.Reaches) > 1:
		p.sub("reaches", fmt.Sprintf("%s, nearest %s: %s", count(len(f.Reaches), "consumer"), describeConsumer(nearest), chain(nearest.Chain)))
	default:
		p.sub("reaches", describeConsumer(nearest))
	}
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

// suggestions writes what would be admitted in place of a rejected change.
func (p *printer) suggestions(r *gate.Report) {
	limits := limitsOf(r.Consumers.NotJudged, r.Consumers.ReadInPart)
	if len(r.Instead) > 0 {
		name := r.Candidates[0].Name + "=="
		p.row("admitted instead", name+strings.Join(r.Instead, " or "+name)+limits)
	}
	if elsewhere := unhurt(r); len(elsewhere) > 0 {
		p.row("elsewhere", "nothing rejects it in "+strings.Join(elsewhere, " ")+": give the candidate a marker for these")
	}
	if len(r.Together) > 0 {
		p.row("admitted together", shellWords(r.Together)+limits)
	}
	if r.WithEdits != nil {
		p.edits(r.WithEdits, limits)
	}
}

// edits writes what consumers would have to require instead.
func (p *printer) edits(e *gate.Edits, limits string) {
	p.row("admitted if", count(len(e.Requirements), "requirement")+" would admit more"+limits)
	for i, edit := range e.Requirements {
		if i == maxEdits && !p.full {
			p.sub("", fmt.Sprintf("and %d more; --full or --format json lists them", len(e.Requirements)-maxEdits))
			break
		}
		p.sub("", fmt.Sprintf("%s  %s -> %s", edit.Place, edit.From, edit.To))
	}
	if len(e.Together) > 0 {
		p.sub("together", shellWords(e.Together))
	}
}

// unhurt returns the environments in which a candidate that others reject would be
// fine.
func unhurt(r *gate.Report) []string {
	if r.Command != "gate" || r.Verdict != gate.Reject || len(r.Candidates) != 1 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Candidates[0].Environments), func(env string) bool {
		return slices.ContainsFunc(r.Findings, func(f gate.Finding) bool {
			return (f.Status == gate.New || f.Status == gate.Open) && slices.Contains(f.Environments, env)
		})
	})
}

// check writes what only a check finds.
func (p *printer) check(r *gate.Report) {
	if len(r.Unneeded) > 0 {
		var names []string
		for _, u := range r.Unneeded {
			if !slices.Contains(names, u.Name) {
				names = append(names, u.Name)
			}
		}
		p.row("unneeded", count(len(names), "pin")+" that no consumer installs: "+p.some(names))
	}
	if len(r.Inactive) > 0 {
		names := make([]string, len(r.Inactive))
		for i, pin := range r.Inactive {
			names[i] = fmt.Sprintf("%s (%s)", pin.Name, pin.Marker)
		}
		p.row("inactive", count(len(names), "pin")+", active in no environment: "+p.some(names))
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
