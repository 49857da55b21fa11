package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// Exit statuses: what a verdict exits with is gate.Verdict.ExitStatus; trouble
// and bad usage leave the question open, like an undecided verdict.
const (
	exitOK      = 0
	exitTrouble = 2
)

// app is what the program has from outside: everything that a test would want to
// put in place.
type app struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	dir            string // the working directory
	dirErr         error
	terminal       bool // stdout is one
	talksToPerson  bool // stderr is one
	now            func() time.Time
}

// newApp returns the app of this process.
func newApp() *app {
	a := &app{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, terminal: isTerminal(os.Stdout), talksToPerson: isTerminal(os.Stderr), now: time.Now}
	a.dir, a.dirErr = os.Getwd()
	return a
}

// clock returns what time it is, the zero time where nobody knows.
func (a *app) clock() time.Time {
	if a.now == nil {
		return time.Time{}
	}
	return a.now().UTC()
}

// home returns the user's folder, "" for none.
func (a *app) home() string { return cmp.Or(a.getenv("HOME"), a.getenv("USERPROFILE")) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// command is one verb of the program. It is given its own flags and arguments and
// returns the exit status; an error means trouble.
type command struct {
	name    string
	args    string // the arguments, as usage shows them
	summary string
	details string // further paragraphs of its help
	hidden  bool   // not listed
	setup   func(*app, *pflag.FlagSet) runFunc
}

type runFunc func(args []string) (status int, err error)

// commands returns the verbs in the order of the help.
func commands() []command {
	return []command{
		gateCommand(), checkCommand(), auditCommand(), whyCommand(), versionsCommand(), resolveCommand(), generateCommand(), upgradeCommand(), floorCommand(), diffCommand(), editCommand(), exportCommand(),
		snapshotCommand(), replayCommand(), blameCommand(), ledgerCommand(), cacheCommand(), initCommand(), serveFixturesCommand(), demoCommand(), helpCommand(), versionCommand(),
	}
}

// usageError is a call that cannot be understood.
type usageError struct {
	msg, hint string
}

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{msg: fmt.Sprintf(format, args...)} }

// run carries out a command line and returns the exit status.
func (a *app) run(args []string) int {
	if a.dirErr != nil {
		return a.fail(a.dirErr, "", false)
	}
	if len(args) == 0 {
		fmt.Fprint(a.stderr, usage())
		return exitTrouble
	}
	name, rest := args[0], args[1:]
	switch name {
	case "-h", "--help":
		name = "help"
	case "--version":
		name = "version"
	}
	cmd, ok := findCommand(name)
	if !ok {
		err := usageError{msg: fmt.Sprintf("unknown command %q", name)}
		if near := constraints.Nearest(name, commandNames()); near != "" {
			err.hint = fmt.Sprintf("did you mean %q?", near)
		}
		return a.fail(err, "", false)
	}
	return a.runCommand(cmd, rest)
}

// runCommand parses the flags of a command and runs it.
func (a *app) runCommand(cmd command, args []string) int {
	flags := pflag.NewFlagSet(cmd.name, pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	run := cmd.setup(a, flags)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			fmt.Fprint(a.stdout, a.commandHelp(cmd))
			return exitOK
		}
		return a.fail(flagError(err, flags), cmd.name, wantsJSON(args))
	}
	status, err := run(flags.Args())
	if err != nil {
		asJSON := flags.Lookup("format") != nil && flags.Lookup("format").Value.String() == "json"
		return a.fail(err, cmd.name, asJSON)
	}
	return status
}

// wantsJSON reports whether a command line that could not be parsed asks for JSON.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		if arg == "--format=json" || arg == "--format" && i+1 < len(args) && args[i+1] == "json" {
			return true
		}
	}
	return false
}

// flagError adds the nearest flag to the complaint about an unknown one.
func flagError(err error, flags *pflag.FlagSet) error {
	e := usageError{msg: err.Error()}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			name, _, _ = strings.Cut(short, "=") // -format, of which each letter would be a flag
		}
		if near := constraints.Nearest(name, names); near != "" {
			e.hint = "did you mean --" + near + "?"
		}
	}
	return e
}

func findCommand(name string) (command, bool) {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		if !c.hidden {
			names = append(names, c.name)
		}
	}
	return names
}

// trouble is an error as JSON.
type trouble struct {
	SchemaVersion int            `json:"schema_version"`
	Error         string         `json:"error"`
	Problems      []problemEntry `json:"problems,omitempty"`
}

// problemEntry is one thing that is wrong, with its place if it has one.
type problemEntry struct {
	*constraints.Place
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// problemOf returns what a single error says.
func problemOf(err error) problemEntry {
	var p constraints.Problem
	var u usageError
	var syntax *constraints.SyntaxError
	switch {
	case errors.As(err, &p):
		return problemEntry{&p.Place, p.Msg, p.Hint}
	case errors.As(err, &u):
		return problemEntry{nil, u.msg, u.hint}
	case errors.As(err, &syntax):
		return problemEntry{nil, err.Error(), syntax.Hint}
	}
	return problemEntry{nil, err.Error(), ""}
}

// fail reports an error on stderr, and on stdout too where a program reads JSON
// there, and returns the exit status.
func (a *app) fail(err error, cmd string, asJSON bool) int {
	t := trouble{SchemaVersion: gate.SchemaVersion, Error: err.Error()}
	badUsage := false
	for _, e := range flatten(err) {
		p := problemOf(e)
		where := "sluice"
		if p.Place != nil {
			where = p.Place.String()
		}
		fmt.Fprintf(a.stderr, "%s: error: %s\n", printable(where), printable(p.Message))
		a.failHint(p.Hint)
		t.Problems = append(t.Problems, p)
		badUsage = badUsage || errors.As(e, new(usageError))
	}
	if badUsage {
		fmt.Fprintf(a.stderr, "  see: %s\n", strings.TrimSpace("sluice help "+cmd))
	}
	if asJSON {
		if err := writeJSON(a.stdout, t); err != nil {
			fmt.Fprintf(a.stderr, "sluice: error: %s\n", err)
		}
	}
	return exitTrouble
}

func (a *app) failHint(hint string) {
	if hint != "" {
		fmt.Fprintf(a.stderr, "  hint: %s\n", printable(hint))
	}
}

// flatten returns the single errors of one that holds several.
func flatten(err error) []error {
	var problems constraints.Problems
	if errors.As(err, &problems) {
		all := make([]error, len(problems))
		for i, p := range problems {
			all[i] = p
		}
		return all
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// inFileOrder returns an error with what it holds in the order of the files, and
// what has no place behind that.
func inFileOrder(err error) error {
	if err == nil {
		return nil
	}
	all := flatten(err)
	slices.SortStableFunc(all, func(a, b error) int {
		p, q := problemOf(a).Place, problemOf(b).Place
		switch {
		case p != nil && q != nil:
			return p.Compare(*q)
		case p != nil:
			return -1
		case q != nil:
			return 1
		}
		return 0
	})
	return errors.Join(all...)
}

// writeJSON writes a value as indented JSON that a terminal can show as well:
// every rune that one could take for a command, or that hides what is written,
// is escaped as RFC 8259, section 7, has it.
func writeJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	escaped := make([]byte, 0, text.Len())
	for _, r := range text.String() { // outside of strings there is only plain ASCII
		switch {
		case r == '\n' || unicode.IsPrint(r):
			escaped = utf8.AppendRune(escaped, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				escaped = fmt.Appendf(escaped, `\u%04x`, unit)
			}
		}
	}
	_, err := w.Write(escaped)
	return err
}

// hint tells a person something that is not part of the answer.
func (a *app) hint(format string, args ...any) {
	fmt.Fprintln(a.stderr, "sluice: "+printable(fmt.Sprintf(format, args...)))
}
