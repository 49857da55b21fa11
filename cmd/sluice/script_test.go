package main

import (
	"archive/zip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sluice/fixtures"
	"sluice/fixtures/indexserver"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sluice": main})
}

// TestScripts runs testdata/script: one behaviour of the command line a file.
// Besides the commands of testscript there are
//
//	exits N COMMAND...   the command ends with exactly that status
//	universe DIR         the demo universe is written to DIR
//	serve [FAULT...]     the demo universe is served as a package index, whose URL
//	                     is in $SLUICE_INDEX_URL, with these faults from now on
//	unserve              the index goes down
//	pack FILE DIR        the files in DIR are packed into a zip archive
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"universe": writeUniverse,
			"serve":    serveUniverse,
			"unserve":  stopServing,
			"pack":     pack,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("SLUICE_CACHE_DIR", env.WorkDir+"/.cache")
			env.Setenv("PIP_NO_INDEX", "1") // no index that this machine is configured with is asked
			env.Setenv("HOME", env.WorkDir)
			env.Values[servedKey{}] = &served{}
			return nil
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func writeUniverse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: universe DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(os.CopyFS(dir, fixtures.Universe()))
}

// served is the index of one script.
type served struct {
	*indexserver.Server
	*indexserver.Listener
}

type servedKey struct{}

func serveUniverse(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: serve [FAULT...]")
	}
	now, up := ts.Value(servedKey{}).(*served)
	if !up || now.Server == nil {
		facts, err := (&fixtureServer{}).facts(nil)
		ts.Check(err)
		now.Server = indexserver.New(facts, indexserver.Options{})
		now.Listener, err = indexserver.Start(now.Server, indexserver.Listen{})
		ts.Check(err)
		ts.Defer(now.Listener.Close)
		ts.Setenv("SLUICE_INDEX_URL", now.IndexURL())
	}
	var faults []indexserver.Fault
	for _, text := range args {
		fault, err := indexserver.ParseFault(text)
		ts.Check(err)
		faults = append(faults, fault)
	}
	now.SetFaults(faults...)
}

func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pack FILE DIR")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	archive := zip.NewWriter(f)
	ts.Check(archive.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(archive.Close())
}

func stopServing(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(servedKey{}).(*served).Listener.Close()
}
