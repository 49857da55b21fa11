package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

func gateCommand() command {
	return command{
		name:    "gate",
		args:    "CANDIDATE... | --base REVISION",
		summary: "judge whether candidates may be pinned, against every consumer",
		details: `A candidate is NAME==VERSION. Of a split pin all lines are meant. With a marker,
as in 'attrs==23.1.0; python_version >= "3.9"', the file is judged as sluice edit
would write it: a line that is active elsewhere too is split. Several candidates
are judged together.

With --base REVISION the change of the constraints file since a git revision is
judged: what it changes are the candidates. The pins of today, sluice.toml and the
ledger are those of that revision. What the change brings of its own counts where it
is stricter, and where it would let pass what rejects the change, that is one more
reason to reject it.

What fails under today's pins already does not reject; it is shown as standing.
--record keeps a rejection in the ledger, so that the version is not admitted again
before somebody lifts that.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var r recorder
			o.addFlags(flags)
			o.addOutputFlags(flags)
			o.addBaseFlag(flags)
			r.addFlags(flags)
			return func(args []string) (int, error) { return a.gate(&o, &r, args) }
		},
	}
}

func (a *app) gate(o *options, r *recorder, args []string) (int, error) {
	if err := r.validate(a); err != nil {
		return 0, err
	}
	if o.base != "" {
		a = a.withinRepository()
	}
	verdict, err := a.judge(o, r, args)
	if err != nil {
		return 0, err
	}
	if o.format == "text" && !o.full && verdict != gate.Admit {
		again := "why " + shellWords(slices.Concat(o.asked(), args))
		if o.base != "" {
			again = "gate --full " + shellWords(o.asked())
		}
		_, err = fmt.Fprintf(a.stdout, "\nwhy in full: sluice %s   for machines: --format json\n", printable(again))
	}
	return verdict.ExitStatus(), err
}

// judge answers whether candidates, or the change since the base, may be pinned, and
// records a rejection where that is asked for.
func (a *app) judge(o *options, r *recorder, args []string) (gate.Verdict, error) {
	candidates, err := o.candidates(args)
	if err != nil {
		return gate.Undecided, err
	}
	in, err := a.load(o)
	if err != nil {
		return gate.Undecided, err
	}
	defer in.close()
	edited, own, err := in.change(a, o, candidates)
	if err != nil {
		return gate.Undecided, err
	}
	q := in.ask(in.question(linesOf(edited)))
	report := gate.JudgeChange(q, own)
	if err := in.facts.settle(); err != nil {
		return gate.Undecided, err
	}
	notes := slices.Concat(in.settings.notes, in.remarks(edited, candidates), in.overlooked(candidates, report))
	recorded, err := r.record(in, report)
	if err != nil {
		return gate.Undecided, err
	}
	return report.Verdict, a.answer(o, in, report, append(notes, recorded...))
}

// candidates reads the candidates from the command line; with a base there are none.
func (o *options) candidates(args []string) ([]candidate, error) {
	if o.base == "" {
		return parseCandidates(args)
	}
	if len(args) > 0 {
		return nil, usageError{msg: fmt.Sprintf("%q is a candidate, and --base takes them from the change of the constraints file", args[0]), hint: "give one or the other"}
	}
	return nil, nil
}

// change returns the constraints file that is asked about: with the candidates, or the
// working tree's, with the law that it brings where that is not the base's.
func (in *inputs) change(a *app, o *options, candidates []candidate) (*pinfile.File, *gate.Law, error) {
	if in.settings.base == nil {
		edited, err := apply(in.file, candidates, in.environments)
		return edited, nil, err
	}
	edited, err := in.settings.readConstraints(in.settings.Constraints)
	if err != nil {
		if _, gone := os.Stat(in.settings.abs(in.settings.Constraints)); errors.Is(gone, fs.ErrNotExist) {
			err = usageError{msg: fmt.Sprintf("the change takes out or moves %s, which %s judges", in.settings.Constraints, in.settings.base.shown(configName)), hint: "let sluice.toml name the other file first, by a change of its own"}
		}
		return nil, nil, err
	}
	own, err := a.changedLaw(o, in.settings, in.law.Ledger)
	return edited, own, err
}

// remarks returns what there is to say of the file that is asked about: what candidates do to
// it, or what of the working tree's own is not as it should be.
func (in *inputs) remarks(edited *pinfile.File, candidates []candidate) []note {
	if b := in.settings.base; b != nil {
		return slices.Concat(notesOf(edited.Notes()), pinless(edited), b.remarks(in.settings))
	}
	return remarks(in.file, edited, candidates, in.environments, "would be")
}

// shellWords returns arguments as one would type them.
func shellWords(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = arg
		if arg == "" || strings.Trim(arg, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-") != "" {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// overlooked tells what a person may have overlooked in candidates.
func (in *inputs) overlooked(candidates []candidate, report *gate.Report) []note {
	var notes []note
	unpinned := func(c candidate) bool { return len(c.unpinned(in.file, in.environments)) > 0 }
	if b := in.settings.base; b != nil && len(report.Candidates) == 0 {
		notes = append(notes, note{Message: "no pin changes since " + b.revision + ", in any environment"})
	} else if len(report.Candidates) == 0 && !slices.ContainsFunc(candidates, unpinned) {
		notes = append(notes, note{Message: "the candidates are what is pinned already, in every environment that they are for"})
	}
	for _, c := range candidates {
		if near := in.facts.suggest(c.name); len(near) > 0 {
			names := make([]string, len(near))
			for i, n := range near {
				names[i] = string(n)
			}
			notes = append(notes, note{Message: fmt.Sprintf("the index has no %s; did you mean %s?", c.spelling, strings.Join(names, " or "))})
		}
	}
	return notes
}

// noted is a report with the notes that come with it.
type noted struct {
	*gate.Report
	Notes []note `json:"notes,omitempty"`
}

// answer writes a report in the format asked for, and tells the notes.
func (a *app) answer(o *options, in *inputs, report *gate.Report, notes []note) error {
	a.tell(notes)
	if o.format == "json" {
		report.Facts = in.facts.digest()
		return writeJSON(a.stdout, noted{report, notes})
	}
	return writeReport(a.stdout, report, a.color(), o.full)
}

// color reports whether text is written in colour: on a terminal, unless the
// person does not want it (https://no-color.org).
func (a *app) color() bool {
	return a.terminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

func checkCommand() command {
	return command{
		name:    "check",
		summary: "judge whether the constraints file is sound as it stands",
		details: `Its form, its pins among themselves and in the index, and every consumer under
them. Pins that no consumer installs, and packages that nothing pins, are listed
and do not count against it.

With --layout openstack, the rules of requirements-check too (sluice help rules): by
meaning, and with what that tool would say where it is something else.`,
		setup: question((*app).check),
	}
}

func (a *app) check(o *options, args []string) (int, error) {
	if len(args) > 0 {
		return 0, usageError{msg: fmt.Sprintf("check takes no arguments, not %q", args[0]), hint: "quote a pattern, so that the shell does not expand it: --consumers 'projects/*'"}
	}
	in, err := a.load(o)
	if err != nil {
		return 0, err
	}
	defer in.close()
	notes := slices.Concat(in.settings.notes, notesOf(in.file.Notes()), pinless(in.file))
	report := gate.Check(in.ask(in.question(in.lines)))
	report.Add(in.checkLists()...)
	notes = slices.Concat(notes, in.unbound(), in.idlePolicies())
	if err := in.facts.settle(); err != nil {
		return 0, err
	}
	return report.Verdict.ExitStatus(), a.answer(o, in, report, notes)
}

// pinless tells of lines that stand in a constraints file and pin nothing.
func pinless(file *pinfile.File) []note {
	var notes []note
	for i := range file.Entries() {
		if e := &file.Entries()[i]; e.Kind == pinfile.Requirement && !e.Fixes() {
			notes = append(notes, note{Place: &e.Place, Message: e.Requirement.Spelling + " is not pinned by this line: a pin is NAME===VERSION or NAME==VERSION alone"})
		}
	}
	return notes
}
