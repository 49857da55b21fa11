package main

import (
	"fmt"
	"io"
	"strings"
)

// maxStops is how many stops are listed; --full and JSON list them all.
const maxStops = 50

// writeReplay writes what the gate would have said of a history as text.
func writeReplay(w io.Writer, r *replay, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.past(r)
	p.stopCounts(r)
	p.stops(r.Stops)
	p.unjudged(r)
	return p.flush()
}

// past writes how much history there was and what the verdicts are.
func (p *printer) past(r *replay) {
	p.styled(bold, count(r.Commits.Total, "commit"))
	if r.Commits.Total == 0 {
		p.printf(": nothing changed the constraints\n")
		return
	}
	p.printf(", %s to %s   %d admitted · ", r.From.day(), r.To.day(), r.Commits.Admit)
	p.styled(red, fmt.Sprintf("%d rejected", r.Commits.Reject))
	p.printf(" · %d undecided\n", r.Commits.Undecided)
	c := &r.Changes
	p.printf("%s of pins: %d raised, %d lowered, %d added, %d removed\n", count(c.Total, "change"), c.Raised, c.Lowered, c.Added, c.Removed)
	p.printf("of %s that nobody took back %d would have been stopped", count(c.Kept, "version"), c.Stopped)
	if c.Kept > 0 {
		p.printf(" (%.1f %%)", 100*float64(c.Stopped)/float64(c.Kept))
	}
	p.printf("\n")
}

// stopCounts writes the table of rules.
func (p *printer) stopCounts(r *replay) {
	if len(r.Rules) == 0 {
		return
	}
	p.printf("\n  ")
	p.styled(bold, fmt.Sprintf("%-19s%7s%10s%20s", "rule", "stops", "commits", "undone by history"))
	p.printf("\n")
	for _, t := range r.Rules {
		p.printf("  %-19s%7d%10d%20d\n", t.Rule, t.Stops, t.Commits, t.Confirmed)
	}
}

// stops writes what would have been stopped, each with what history did later.
func (p *printer) stops(stops []stop) {
	for i, s := range stops {
		if i == maxStops && !p.full {
			p.printf("\nand %d more; --full or --format json lists them\n", len(stops)-i)
			return
		}
		p.row(s.Rule, s.Message+"   ["+strings.Join(s.Environments, " ")+"]")
		p.sub("in", s.String())
		for _, c := range s.Changes {
			p.sub("change", c.String())
		}
	}
}

// String returns the change and what became of it in words.
func (c *stopped) String() string {
	text := fmt.Sprintf("%s %s", c.Name, c.Kind)
	switch {
	case c.From != "" && c.To != "":
		text += fmt.Sprintf(" %s -> %s", c.From, c.To)
	default:
		text += " " + c.From + c.To
	}
	return text + ", " + c.Fate.String()
}

// String returns what became of a change in words.
func (f fate) String() string {
	if f.By == nil {
		return fmt.Sprintf("which stayed (%s)", count(f.Days, "day"))
	}
	verb := string(f.Became)
	if f.To != "" {
		verb += " to " + f.To
	}
	if f.Confirmed {
		return fmt.Sprintf("undone after %s: %s by %s", count(f.Days, "day"), verb, f.By)
	}
	return fmt.Sprintf("%s after %s", verb, count(f.Days, "day"))
}

// unjudged writes what could not be judged.
func (p *printer) unjudged(r *replay) {
	if len(r.Unknown) > 0 {
		names := make([]string, len(r.Unknown))
		for i, u := range r.Unknown {
			names[i] = u.Name + " " + u.Version
		}
		p.row("not known", count(len(names), "version")+" whose requirements the facts do not tell, or not all: "+p.some(names))
	}
	for _, u := range r.Unread {
		p.row("not read", u.Commit+"  "+u.Reason)
	}
}
