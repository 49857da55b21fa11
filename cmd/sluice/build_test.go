package main

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/index/indextest"
)

// TestRealPipTellsWhatOnlyABuildWould asks for the requirements of a source distribution
// that leaves them to its build, which real pip does.
func TestRealPipTellsWhatOnlyABuildWould(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and pip takes seconds to build")
	}
	if python := client(t, "python3", ""); exec.Command(python, "-I", "-m", "pip", "--version").Run() != nil {
		t.Skip("skip: no python3 with pip")
	}
	version := indextest.Version(t, "1.5")
	facts, err := index.NewSnapshot(indextest.Package(t, "quill", index.Release{Version: version, Requirements: []string{"inkwell>=2"}}))
	if err != nil {
		t.Fatal(err)
	}
	server := indexserver.New(facts, indexserver.Options{Offer: indexserver.Offer{NoWheel: true, Sdist: true}, SdistMetadata: indexserver.SdistDynamic})
	l, err := indexserver.Start(server, indexserver.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ask := func(build bool) (requirements []constraints.Requirement, unknown bool) {
		s := &settings{dir: t.TempDir(), cacheDir: t.TempDir(), app: &app{stderr: io.Discard, getenv: func(string) string { return "" }}}
		s.Index.URL, s.live.build = l.IndexURL(), build
		facts, err := s.openFacts(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer facts.close()
		r, err := facts.Release("quill", version)
		if err != nil {
			t.Fatal(err)
		}
		return r.Requirements, r.Unknown
	}
	if requirements, unknown := ask(false); !unknown || len(requirements) > 0 {
		t.Errorf("without --build: %v, unknown %t", requirements, unknown)
	}
	requirements, unknown := ask(true)
	if unknown || len(requirements) != 1 || !strings.HasPrefix(requirements[0].String(), "inkwell>=2") {
		t.Errorf("with --build: %v, unknown %t", requirements, unknown)
	}
}
