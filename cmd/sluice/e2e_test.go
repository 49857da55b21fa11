package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/pinfile"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// These tests ask real clients. They need ../shared/corpus, python3 with pip, and
// for some uv (on the PATH, or named by SLUICE_UV).

// serveCorpus serves the corpus' facts as an index on loopback and returns its URL.
func serveCorpus(t testing.TB) string {
	t.Helper()
	return serve(t, corpusFacts(t))
}

func corpusFacts(t testing.TB) *index.Snapshot {
	t.Helper()
	facts, err := index.OpenCached(filepath.Join(corpusDir(t), "pypi-2023-09", "packages.jsonl.gz"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { facts.Close() })
	return facts
}

// serve serves facts as an index on loopback and returns its URL.
func serve(t testing.TB, facts indexserver.Facts) string {
	t.Helper()
	l, err := indexserver.Start(indexserver.New(facts, indexserver.Options{}), indexserver.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l.IndexURL()
}

// liveCorpus is loadCorpus with the facts asked from an index.
func liveCorpus(t testing.TB, url string) *inputs {
	t.Helper()
	s := *loadCorpus(t).settings
	s.Index = indexConfig{URL: url}
	s.cacheDir = t.TempDir()
	s.app = &app{stderr: io.Discard, getenv: func(string) string { return "" }, dir: s.dir}
	in, err := load(&s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.close() })
	return in
}

// TestLiveFactsGiveTheRecordedAnswers asks an index that serves the corpus, and holds
// the answers against those from the file: what every consumer installs, and what is
// said of candidates.
func TestLiveFactsGiveTheRecordedAnswers(t *testing.T) {
	recorded := loadCorpus(t)
	live := liveCorpus(t, serveCorpus(t))
	answers := func(in *inputs) string {
		reports := []*gate.Report{gate.Check(in.question(in.lines))}
		for _, candidate := range []string{"urllib3==1.26.16", "urllib3==2.0.4", "kombu==5.3.1", "docutils==0.20.1", "no-such==1"} {
			reports = append(reports, gate.Judge(in.question(linesOf(pinned(t, in, candidate)))))
		}
		for _, r := range reports { // an index cannot say that it does not know all
			r.Findings = slices.DeleteFunc(r.Findings, func(f gate.Finding) bool { return strings.Contains(f.Message, "requires more than the index says") })
		}
		text, err := json.MarshalIndent(reports, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if diff := cmp.Diff(answers(recorded), answers(live)); diff != "" {
		t.Errorf("from the file (-) and from the index (+):\n%s", constraints.Shorten(diff, 4000))
	}
	sets := 0
	world, other := worldOf(recorded.question(recorded.lines), recorded.lines), worldOf(live.question(live.lines), live.lines)
	for i, c := range recorded.consumers {
		for j, job := range c.judged.Jobs {
			want, got := resolvertest.Installed(world.Verify(job.Job)), resolvertest.Installed(other.Verify(live.consumers[i].judged.Jobs[j].Job))
			if sets++; got != want {
				t.Errorf("%s %s: from the file %s\nfrom the index %s", c.name, job.Name, want, got)
			}
		}
	}
	t.Logf("%d sets are the same", sets)
}

// client returns the path of a program, or skips the test.
func client(t testing.TB, name, variable string) string {
	t.Helper()
	if path := os.Getenv(variable); variable != "" && path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("skip: no %s on this machine", name)
	}
	return path
}

// TestRealPipAgreesLive gates candidates and asks real pip at the same time.
func TestRealPipAgreesLive(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and pip takes seconds a case")
	}
	url := serveCorpus(t)
	python := client(t, "python3", "")
	if out, err := exec.Command(python, "-c", "import sys, pip; print(*sys.version_info[:3], sep='.')").Output(); err != nil || strings.TrimSpace(string(out)) != "3.11.7" {
		t.Skip("skip: no CPython 3.11.7 with pip, for which the cases are judged")
	}
	in := loadCorpus(t)
	base := worldOf(in.question(in.lines), in.lines)
	for _, c := range []struct{ candidate, consumer, mode string }{
		{"urllib3==2.0.4", "keystone", "runtime"},
		{"urllib3==1.26.16", "keystone", "runtime"},
		{"kombu==5.3.1", "oslo.messaging", "runtime"},
		{"jsonschema==4.18.0", "oslo.policy", "test"},
	} {
		t.Run(c.candidate+" "+c.consumer, func(t *testing.T) {
			edited := pinned(t, in, c.candidate)
			q := in.question(linesOf(edited))
			report := gate.Judge(q)
			name, version, _ := strings.Cut(c.candidate, "==")
			want := askPip(t, python, url, c.consumer, c.mode, name+"==="+version)
			got := consumerFits(t, base, q, report, oracleCase{Consumer: c.consumer, Mode: c.mode, OK: &want})
			if got != want {
				t.Errorf("pip says fits: %v, sluice says %v", want, got)
			}
		})
	}
}

func pinned(t *testing.T, in *inputs, text string) *pinfile.File {
	t.Helper()
	candidates, err := parseCandidates([]string{text})
	if err != nil {
		t.Fatal(err)
	}
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		t.Fatal(err)
	}
	return edited
}

// askPip reports whether pip resolves a project of the corpus with one pin
// changed.
func askPip(t *testing.T, python, url, consumer, mode, bump string) bool {
	t.Helper()
	cmd := exec.Command(python, filepath.Join(corpusDir(t), "pip_oracle.py"), "--index-url", url, "one", "--project", consumer, "--mode", mode, "--bump", bump)
	out, err := cmd.Output()
	var answer struct{ OK *bool }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil || answer.OK == nil {
		t.Fatalf("pip_oracle.py: %v, %v", err, jsonErr)
	}
	return *answer.OK
}
