package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"sluice/fixtures"
)

func demoCommand() command {
	return command{
		name:    "demo",
		args:    "[FOLDER]",
		summary: "gate a good and a bad candidate on a small made-up universe, offline",
		details: `With a folder, which must not exist yet, the universe is written there for you to
try things on: its constraints, its six consumers and its index facts.`,
		setup: func(a *app, _ *pflag.FlagSet) runFunc {
			return func(args []string) (int, error) { return a.demo(args) }
		},
	}
}

func (a *app) demo(args []string) (int, error) {
	switch len(args) {
	case 0:
		return a.demoRun()
	case 1:
		dir := abs(a.dir, args[0])
		if _, err := os.Lstat(dir); err == nil {
			return 0, usageError{msg: args[0] + " exists already", hint: "name a folder that does not exist yet"}
		}
		if err := os.CopyFS(dir, fixtures.Universe()); err != nil {
			return 0, err
		}
		_, err := fmt.Fprintf(a.stdout, "written; now try:\n\n  cd %s\n  sluice check\n  sluice gate %s\n  sluice why %s\n", printable(args[0]), fixtures.Good, fixtures.Bad)
		return exitOK, err
	}
	return 0, usagef("demo takes one folder at most")
}

// demoRun shows what a user would see. The universe is laid out in a folder that
// is gone afterwards.
func (a *app) demoRun() (status int, err error) {
	dir, err := os.MkdirTemp("", "sluice-demo-")
	if err != nil {
		return 0, err
	}
	defer func() {
		if e := os.RemoveAll(dir); err == nil && e != nil {
			err = e
		}
	}()
	if err := os.CopyFS(dir, fixtures.Universe()); err != nil {
		return 0, err
	}
	there := *a
	there.dir = dir
	wanted := []struct {
		candidate string
		status    int
	}{{fixtures.Good, 0}, {fixtures.Bad, 1}}
	for _, w := range wanted {
		fmt.Fprintf(a.stdout, "$ sluice gate %s\n", w.candidate)
		verdict, err := there.judge(&options{cacheDir: filepath.Join(dir, ".cache"), format: "text"}, nil, []string{w.candidate})
		if err != nil {
			return 0, err
		}
		fmt.Fprintf(a.stdout, "(exit status %d)\n\n", verdict.ExitStatus())
		if verdict.ExitStatus() != w.status {
			return 0, fmt.Errorf("the demo universe should give exit status %d here", w.status)
		}
	}
	_, err = fmt.Fprintf(a.stdout, "To try more: sluice demo FOLDER writes this universe to a folder; there, sluice why %s tells the rest.\n", fixtures.Bad)
	return exitOK, err
}
