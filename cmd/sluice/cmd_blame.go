package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints/pep508"
)

func blameCommand() command {
	return command{
		name:    "blame",
		args:    "PACKAGE",
		summary: "say which commits set a pin, and what is remembered of it",
		details: `The commits of the git repository, or of a recorded history (see sluice replay), that
changed what the package is pinned to, newest first, with who let them in as their
trailers say (Reviewed-by, Evidence, ...); and what the ledger said of it, or of a
recorded history the list of requirements, with the commits that added and lifted
that.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var p past
			o.addPinFlags(flags)
			p.addFlags(flags)
			o.addOutputFlags(flags)
			return func(args []string) (int, error) { return a.blame(&o, &p, args) }
		},
	}
}

func (a *app) blame(o *options, p *past, args []string) (int, error) {
	if len(args) != 1 {
		return 0, usagef("blame takes one package")
	}
	if !pep508.ValidName(args[0]) {
		return 0, usagef("%q is not the name of a package", args[0])
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	h, err := p.open(a, o, s)
	if err != nil {
		return 0, err
	}
	book, err := p.openLedger(a, s)
	if err != nil {
		return 0, err
	}
	answer, err := blamePins(h, book, pep508.NormalizeName(args[0]))
	if err != nil {
		return 0, err
	}
	if len(answer.Pins)+len(answer.Changes)+len(answer.Records) == 0 {
		return 0, usageError{msg: fmt.Sprintf("the history pins no %s", args[0]), hint: "sluice why says who requires it"}
	}
	a.tell(s.notes)
	if o.format == "json" {
		return exitOK, writeJSON(a.stdout, answer)
	}
	return exitOK, writeBlame(a.stdout, answer, a.color(), o.full)
}

// maxBlamed is how many changes are listed; --full and JSON list them all.
const maxBlamed = 20

// writeBlame writes who set the pins of a package as text.
func writeBlame(w io.Writer, b *blame, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.blamedPins(b)
	for i, c := range b.Changes {
		if i == maxBlamed && !full {
			p.printf("\n  and %d older; --full or --format json lists them\n", len(b.Changes)-i)
			break
		}
		p.row(string(c.Kind), c.text())
		p.sub("by", c.commit.String())
		if c.Author != "" {
			p.sub("author", c.Author)
		}
		for _, trailer := range c.Admitted {
			p.sub("admitted", trailer)
		}
	}
	for i := range b.Records {
		p.blamedEntry(&b.Records[i])
	}
	return p.flush()
}

// blamedPins writes what the package is pinned to now.
func (p *printer) blamedPins(b *blame) {
	if len(b.Pins) == 0 {
		p.styled(bold, b.Name)
		p.printf(" is not pinned\n")
	}
	for _, pin := range b.Pins {
		p.styled(bold, b.Name)
		p.printf(" %s", pin.Version)
		if pin.Marker != "" {
			p.printf("; %s", pin.Marker)
		}
		if pin.Since == nil {
			p.printf("   since the history begins")
		} else {
			p.printf("   since %s, %s", pin.Since.day(), pin.Since.short())
		}
		if pin.Place != nil {
			p.printf("   %s", pin.Place.String())
		}
		p.printf("\n")
	}
}

// text returns what a commit changed in one line.
func (c *blamedMove) text() string {
	switch {
	case len(c.From) == 0:
		return strings.Join(c.To, " | ")
	case len(c.To) == 0:
		return strings.Join(c.From, " | ")
	}
	return strings.Join(c.From, " | ") + " -> " + strings.Join(c.To, " | ")
}

// blamedEntry writes a record.
func (p *printer) blamedEntry(e *blamedEntry) {
	p.row(e.Kind, e.What)
	for _, line := range []struct{ label, text string }{
		{"reason", e.Reason}, {"owner", e.Owner}, {"issue", e.Issue}, {"rules", strings.Join(e.Rules, " ")}, {"evidence", e.Evidence},
	} {
		if line.text != "" {
			p.sub(line.label, line.text)
		}
	}
	if e.Added != nil {
		p.sub("added by", e.Added.String())
	}
	if e.Lifted != nil {
		p.sub("lifted by", e.Lifted.String())
	}
}
