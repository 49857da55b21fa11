package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/resolver/gate"
)

func whyCommand() command {
	return command{
		name:    "why",
		args:    "PACKAGE | CANDIDATE...",
		summary: "say who requires a package, through what, and what holds it back",
		details: `With versions, PACKAGE==VERSION: the whole verdict of sluice gate on these
candidates, with every consumer and chain.`,
		setup: question((*app).why),
	}
}

func (a *app) why(o *options, args []string) (int, error) {
	if len(args) > 0 && strings.Contains(args[0], "=") {
		o.full = true
		verdict, err := a.judge(o, nil, args)
		return verdict.ExitStatus(), err
	}
	if len(args) != 1 {
		return 0, usagef("why takes one package, or candidates as gate does")
	}
	if !pep508.ValidName(args[0]) {
		return 0, usagef("%q is not the name of a package", args[0])
	}
	in, err := a.load(o)
	if err != nil {
		return 0, err
	}
	defer in.close()
	why, err := explain(in, args[0])
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	if len(why.Pins) == 0 && why.Versions == 0 && len(why.RequiredBy) == 0 && why.Consumer == nil {
		e := usageError{msg: fmt.Sprintf("nothing is known of %s: no pin, no requirement, no consumer, not in the index", args[0])}
		if near := in.facts.suggest(pep508.NormalizeName(args[0])); len(near) > 0 {
			e.hint = fmt.Sprintf("did you mean %s?", near[0])
		}
		return 0, e
	}
	a.tell(in.settings.notes)
	if o.format == "json" {
		why.Facts = in.facts.digest()
		return exitOK, writeJSON(a.stdout, notedWhy{why, in.settings.notes})
	}
	return exitOK, writeWhy(a.stdout, why, a.color(), o.full)
}

// notedWhy is what is said of a package with the notes that come with it.
type notedWhy struct {
	*gate.Why
	Notes []note `json:"notes,omitempty"`
}

// explain says what can be said of the package of a name.
func explain(in *inputs, name string) (*gate.Why, error) {
	normal := pep508.NormalizeName(name)
	why, err := gate.Explain(in.ask(in.question(in.lines)), normal)
	if err != nil {
		return nil, err
	}
	why.Consumer = in.consumerOf(normal)
	return why, nil
}

// consumerOf returns the consumer that goes by a name or publishes the package of that
// name, nil when there is none.
func (in *inputs) consumerOf(name constraints.Name) *gate.WhyConsumer {
	for _, c := range in.consumers {
		if pep508.NormalizeName(c.name) != name && c.dist() != name {
			continue
		}
		found := &gate.WhyConsumer{Name: c.name, Owner: c.owner, Jobs: []string{}}
		for _, job := range c.judged.Jobs {
			found.Jobs = append(found.Jobs, job.Name)
		}
		return found
	}
	return nil
}

// writeWhy writes what can be said of a package as text.
func writeWhy(w io.Writer, why *gate.Why, color, full bool) error {
	p := newPrinter(w, color)
	p.full = full
	p.whyHead(why)
	p.whyRequired(why)
	p.whyInstalled(why)
	p.whyHeld(why)
	p.unread("not judged", why.NotJudged)
	p.unread("read in part", why.ReadInPart)
	return p.flush()
}

func (p *printer) whyHead(why *gate.Why) {
	p.styled(bold, why.Package)
	if len(why.Pins) == 0 {
		p.printf("  pinned nowhere")
	}
	p.printf("   %s published", count(why.Versions, "version"))
	if why.Newest != "" {
		p.printf(", newest %s", why.Newest)
	}
	p.printf("\n")
	if c := why.Consumer; c != nil {
		p.row("consumer", describeConsumer(gate.Reach{Consumer: c.Name, Owner: c.Owner})+": "+jobList(c.Jobs))
	}
	if len(why.Chosen) > 0 {
		p.row("chosen", strings.Join(why.Chosen, ", "))
	}
	for _, pin := range why.Pins {
		p.row("pinned", fmt.Sprintf("%s   [%s]", pin.Version, strings.Join(pin.Environments, " ")))
		p.sub("at", pin.Place.String())
	}
}

// jobList names the jobs of a consumer.
func jobList(jobs []string) string {
	names := make([]string, len(jobs))
	for i, job := range jobs {
		names[i] = cmp.Or(job, "runtime")
	}
	return cmp.Or(strings.Join(names, ", "), "nothing is required")
}

func (p *printer) whyRequired(why *gate.Why) {
	const shown = 20
	p.row("required by", count(len(why.RequiredBy), "requirement"))
	for i, r := range why.RequiredBy {
		if p.cut(i, shown, len(why.RequiredBy)) {
			return
		}
		where := ""
		switch {
		case r.Place != nil:
			where = r.Place.String()
		case len(r.ChosenFor) > 0:
			where = "chosen for " + p.some(r.ChosenFor)
		}
		p.sub("", fmt.Sprintf("%s  %s  %s", padded(r.By, 30), padded(r.Requirement, 40), where))
	}
}

func (p *printer) whyInstalled(why *gate.Why) {
	const shown = 10
	p.row("installed by", count(len(why.InstalledBy), "consumer"))
	for i, r := range why.InstalledBy {
		if p.cut(i, shown, len(why.InstalledBy)) {
			return
		}
		p.sub("", describeConsumer(r)+": "+chain(r.Chain))
	}
}

// cut reports whether a list ends before its i-th entry, and says so there.
func (p *printer) cut(i, shown, all int) bool {
	if i < shown || p.full {
		return false
	}
	p.sub("", fmt.Sprintf("and %d more; --full lists them", all-shown))
	return true
}

func (p *printer) whyHeld(why *gate.Why) {
	if len(why.Newer) == 0 {
		if len(why.Pins) > 0 {
			p.row("held back", "no: it is the newest final release")
		}
		return
	}
	limits := limitsOf(why.NotJudged, why.ReadInPart)
	newest := why.Newer[len(why.Newer)-1]
	if why.Admissible == newest {
		p.row("held back", fmt.Sprintf("by nothing: %s==%s would be admitted%s", why.Package, newest, limits))
		return
	}
	p.row("held back", fmt.Sprintf("%s newer: %s", count(len(why.Newer), "version"), p.some(why.Newer)))
	if why.Admissible != "" {
		p.sub("admissible", why.Package+"=="+why.Admissible+limits)
	}
	for i := range why.HeldBack {
		f := &why.HeldBack[i]
		text := f.Message
		if f.Place != nil {
			text = f.Place.String() + "  " + text
		}
		p.sub("by", text)
		for _, l := range f.Lifts {
			p.sub("  lifts", l)
		}
	}
}
