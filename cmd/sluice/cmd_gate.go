package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

func gateCommand() command {
	return command{
		name:    "gate",
		args:    "CANDIDATE...",
		summary: "judge whether candidates may be pinned, against every consumer",
		details: `A candidate is NAME==VERSION. Of a split pin all lines are meant. With a marker,
as in 'attrs==23.1.0; python_version >= "3.9"', the file is judged as sluice edit
would write it: a line that is active elsewhere too is split. Several candidates
are judged together.

What fails under today's pins already does not reject; it is shown as standing.`,
		setup: question((*app).gate),
	}
}

func (a *app) gate(o *options, args []string) (int, error) {
	verdict, err := a.judge(o, args)
	if err != nil {
		return 0, err
	}
	if o.format == "text" && !o.full && verdict != gate.Admit {
		again := shellWords(slices.Concat(o.asked(), args))
		_, err = fmt.Fprintf(a.stdout, "\nwhy in full: sluice why %s   for machines: --format json\n", printable(again))
	}
	return verdict.ExitStatus(), err
}

// judge answers whether candidates may be pinned.
func (a *app) judge(o *options, args []string) (gate.Verdict, error) {
	candidates, err := parseCandidates(args)
	if err != nil {
		return gate.Undecided, err
	}
	in, err := a.load(o)
	if err != nil {
		return gate.Undecided, err
	}
	defer in.close()
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		return gate.Undecided, err
	}
	report := gate.Judge(in.ask(in.question(linesOf(edited))))
	if err := in.facts.settle(); err != nil {
		return gate.Undecided, err
	}
	notes := slices.Concat(in.settings.notes, remarks(in.file, edited, candidates, in.environments, "would be"), in.overlooked(candidates, report))
	return report.Verdict, a.answer(o, in, report, notes)
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
	if len(report.Candidates) == 0 && !slices.ContainsFunc(candidates, unpinned) {
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
and do not count against it.`,
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
