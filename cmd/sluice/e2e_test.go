package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/resolver"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// These tests ask real clients. They need ../shared/corpus, python3 with pip, and
// for some uv (on the PATH, or named by SLUICE_UV).

// serveCorpus serves the corpus' facts as an index on loopback and returns its URL.
func serveCorpus(t testing.TB) string {
	t.Helper()
	facts, err := index.OpenCached(filepath.Join(corpusDir(t), "pypi-2023-09", "packages.jsonl.gz"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { facts.Close() })
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

// TestRealUVResolvesWhatIsExported compiles the requirements of consumers with
// real uv under the constraints that export writes, and compares with the set
// that sluice says is installed.
func TestRealUVResolvesWhatIsExported(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short")
	}
	uv := client(t, "uv", "SLUICE_UV")
	url := serveCorpus(t)
	in := loadCorpus(t)
	world := worldOf(in.question(in.lines), in.lines)
	compared := 0
	for _, c := range in.consumers {
		consumer := c.name
		job := oracleCase{Consumer: consumer, Mode: "runtime"}.job(t, in.question(in.lines))
		o := world.Verify(job)
		if compared == 5 || len(job.Roots) < 5 || !wellFormed(t, in, o.Installed()) {
			continue
		}
		compared++
		t.Run(consumer, func(t *testing.T) {
			data, err := export{consumer: consumer}.lines(in, in.environments[0])
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "constraints.txt")
			if err := os.WriteFile(file, data, 0o666); err != nil {
				t.Fatal(err)
			}
			want := installedBy(world.Verify(job))
			got := compileWithUV(t, uv, url, file, filepath.Join(corpusDir(t), "openstack-2023-09/projects", consumer, "requirements.txt"))
			if diff := setDiff(want, got); diff != "" {
				t.Errorf("uv resolves another set: %s", strings.ReplaceAll(diff, "pip", "uv"))
			}
		})
	}
	if compared == 0 {
		t.Error("no consumer to compare")
	}
}

// wellFormed reports whether all that is known of the packages can be read.
func wellFormed(t *testing.T, in *inputs, installed []resolver.Chosen) bool {
	t.Helper()
	for _, c := range installed {
		p, err := in.facts.pkg(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		i, _ := p.Find(c.Version)
		if meta, err := p.Parsed(i); err != nil || len(meta.Remarks) > 0 {
			return false
		}
		if c.Pin == nil { // uv looks at the versions that were passed over too
			if meta, err := p.Parsed(p.Len() - 1); err != nil || len(meta.Remarks) > 0 || p.Version(p.Len()-1).Compare(c.Version) != 0 {
				return false
			}
		}
	}
	return true
}

var compiledLine = regexp.MustCompile(`(?m)^([A-Za-z0-9._-]+)==(\S+)$`)

// compileWithUV returns the set that uv resolves requirements to.
func compileWithUV(t testing.TB, uv, url, constraints, requirements string) map[string]string {
	t.Helper()
	cmd := exec.Command(uv, "pip", "compile", "--no-config", "--no-header", "--no-annotate", "--python-version", "3.11.7", "--python-platform", "x86_64-manylinux_2_36",
		"--index-url", url, "--cache-dir", t.TempDir(), "-c", constraints, requirements)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("uv: %v\n%s", err, stderr.String())
	}
	set := make(map[string]string)
	for _, m := range compiledLine.FindAllStringSubmatch(string(out), -1) {
		set[string(pep508.NormalizeName(m[1]))] = m[2]
	}
	if len(set) == 0 {
		t.Fatalf("uv resolved nothing: %s", out)
	}
	return set
}

// TestSolveFindsWhatUVFinds resolves consumers without constraints, and has real uv do the
// same: what it can solve can be solved, in versions that are at least as new in total.
func TestSolveFindsWhatUVFinds(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and real clients take seconds")
	}
	uv := client(t, "uv", "SLUICE_UV")
	url := serveCorpus(t)
	in := loadCorpus(t)
	none := filepath.Join(t.TempDir(), "none.txt")
	if err := os.WriteFile(none, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	world := resolver.NewWorld(in.environments[0], nil, nil, in.facts)
	ours, theirs := 0, 0
	for _, consumer := range []string{"keystone", "aodh", "nova", "oslo.messaging", "horizon", "magnum", "cinder", "python-openstackclient"} {
		t.Run(consumer, func(t *testing.T) {
			job := oracleCase{Consumer: consumer, Mode: "runtime"}.job(t, in.question(in.lines))
			solution, err := world.Solve(t.Context(), job, resolver.Plan{Prereleases: resolver.FinalsFirst})
			if err != nil {
				t.Fatal(err)
			}
			got := installedBy(solution.Outcome)
			want := compileWithUV(t, uv, url, none, filepath.Join(corpusDir(t), "openstack-2023-09/projects", consumer, "requirements.txt"))
			a, b := newness(t, in, got), newness(t, in, want)
			t.Logf("%d packages, %d versions behind the newest; uv %d packages, %d", len(got), a, len(want), b)
			ours, theirs = ours+a, theirs+b
		})
	}
	if ours > theirs {
		t.Errorf("in total %d versions behind the newest, uv %d", ours, theirs)
	}
}

// newness returns how many versions newer than those of a set are published in all.
func newness(t *testing.T, in *inputs, versions map[string]string) (behind int) {
	t.Helper()
	for name, text := range versions {
		published, err := in.facts.Versions(constraints.Name(name))
		if err != nil {
			t.Fatal(err)
		}
		v, err := pep440.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range published {
			if p.Compare(v) > 0 && !p.IsPrerelease() {
				behind++
			}
		}
	}
	return behind
}
