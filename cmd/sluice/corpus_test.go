package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/constraints/pep508"
	"sluice/fixtures/vectors"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// corpusDir returns the folder of the shared corpus, or skips the test.
func corpusDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(vectors.ModuleRoot(t), "..", "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skip: no ../shared/corpus beside the checkout")
	}
	return dir
}

// loadCorpus reads the corpus as the oracle saw it: CPython 3.11.7 on Linux, the
// runtime and test requirements of each project.
func loadCorpus(t testing.TB) *inputs {
	t.Helper()
	dir := corpusDir(t)
	in, err := load(&settings{
		dir:      dir,
		cacheDir: t.TempDir(),
		config: config{
			Constraints:  "openstack-2023-09/upper-constraints.txt",
			Index:        indexConfig{File: "pypi-2023-09/packages.jsonl.gz"},
			Environments: []environmentConfig{{Name: "py311", Python: "3.11", Variables: map[string]string{"python_full_version": "3.11.7"}}},
			Consumers: []consumerConfig{{
				Paths: "openstack-2023-09/projects/*",
				Files: []string{"requirements.txt", "test-requirements.txt"},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.close() })
	return in
}

// oracleCase is what real pip said of one consumer.
type oracleCase struct {
	Candidate *struct{ Name, Version string }
	Consumer  string
	Mode      string
	OK        *bool
	Resolved  map[string]string
	PipError  string `json:"pip_error"`
}

func (c oracleCase) String() string {
	s := c.Consumer + " " + c.Mode
	if c.Candidate != nil {
		s += " with " + c.Candidate.Name + "==" + c.Candidate.Version
	}
	return s
}

func oracleCases(t testing.TB, name string) []oracleCase {
	t.Helper()
	f, err := os.Open(filepath.Join(corpusDir(t), "oracle", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var cases []oracleCase
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c oracleCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.OK != nil { // else pip timed out
			cases = append(cases, c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// job returns the requirements that pip was given.
func (c oracleCase) job(t testing.TB, q *gate.Question) resolver.Job {
	t.Helper()
	i := slices.IndexFunc(q.Consumers, func(g gate.Consumer) bool { return g.Name == c.Consumer })
	if i < 0 {
		t.Fatalf("no consumer %q", c.Consumer)
	}
	want := map[string]string{"runtime": "", "test": "test"}[c.Mode]
	var found resolver.Job
	for _, job := range q.Consumers[i].Jobs {
		if job.Name == want || job.Name == "" {
			found = job.Job
		}
		if job.Name == want {
			break
		}
	}
	return found
}

// worldOf returns the world of the lines in the first environment of the matrix.
func worldOf(q *gate.Question, lines []gate.Line) *resolver.World {
	var pins []resolver.Pin
	for _, l := range lines {
		if l.IsPin() && l.Requirement.Applies(q.Environments[0], "") {
			pins = append(pins, resolver.Pin{Name: l.Requirement.Name, Version: l.Version, Range: l.Requirement.Range, Place: l.Place})
		}
	}
	return resolver.NewWorld(q.Environments[0], pins, nil, q.Source)
}

// installedBy returns the answer as pip's report has it.
func installedBy(o *resolver.Outcome) map[string]string {
	got := make(map[string]string)
	for _, c := range o.Installed() {
		got[string(c.Name)] = c.Version.String()
	}
	return got
}

// TestBaseSetsAreWhatPipInstalls holds the set of packages that each consumer
// installs under today's constraints against what real pip resolved.
func TestBaseSetsAreWhatPipInstalls(t *testing.T) {
	in := loadCorpus(t)
	q := in.question(in.lines)
	world := worldOf(q, in.lines)
	verdicts, sets := 0, 0
	for _, c := range oracleCases(t, "base.jsonl.gz") {
		o := world.Verify(c.job(t, q))
		if *c.OK != (len(o.Clashes) == 0) {
			t.Errorf("%s: pip ok %v, clashes %d\n%s", c, *c.OK, len(o.Clashes), c.PipError)
			continue
		}
		verdicts++
		if !*c.OK {
			continue
		}
		if got := installedBy(o); !maps.Equal(got, c.Resolved) {
			t.Errorf("%s: set differs from pip's: %s", c, setDiff(got, c.Resolved))
			continue
		}
		sets++
	}
	t.Logf("%d verdicts and %d sets agree with pip", verdicts, sets)
}

// setDiff lists what differs between two answers.
func setDiff(got, want map[string]string) string {
	var lines []string
	for name := range maps.Keys(got) {
		if want[name] != got[name] {
			lines = append(lines, fmt.Sprintf("%s %s, pip %q", name, got[name], want[name]))
		}
	}
	for name, v := range want {
		if _, ok := got[name]; !ok {
			lines = append(lines, fmt.Sprintf("pip has %s %s", name, v))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

// TestGateAgreesWithPip gates each candidate that pip was asked about and holds
// the state of each consumer against pip's verdict, and what it would install.
func TestGateAgreesWithPip(t *testing.T) {
	in := loadCorpus(t)
	base := worldOf(in.question(in.lines), in.lines)
	byCandidate := make(map[string][]oracleCase)
	for _, c := range oracleCases(t, "dev.jsonl.gz") {
		key := c.Candidate.Name + "==" + c.Candidate.Version
		byCandidate[key] = append(byCandidate[key], c)
	}
	agree, sets := 0, 0
	for _, key := range slices.Sorted(maps.Keys(byCandidate)) {
		candidates, err := parseCandidates([]string{key})
		if err != nil {
			t.Fatal(err)
		}
		edited, err := apply(in.file, candidates, in.environments)
		if err != nil {
			t.Fatal(err)
		}
		q := in.question(linesOf(edited))
		report := gate.Judge(q)
		world := worldOf(q, q.After)
		for _, c := range byCandidate[key] {
			ok := consumerFits(t, base, q, report, c)
			if ok != *c.OK {
				t.Errorf("%s: pip ok %v, we say %v\n%s", c, *c.OK, ok, c.PipError)
				continue
			}
			agree++
			if !*c.OK {
				continue
			}
			if got := installedBy(world.Verify(c.job(t, q))); !maps.Equal(got, c.Resolved) {
				t.Errorf("%s: set differs from pip's: %s", c, setDiff(got, c.Resolved))
				continue
			}
			sets++
		}
	}
	t.Logf("%d candidates: %d verdicts and %d sets agree with pip", len(byCandidate), agree, sets)
}

// consumerFits reads the state of a consumer's job from a report. A job that the
// candidate does not touch fares as it does today.
func consumerFits(t *testing.T, base *resolver.World, q *gate.Question, report *gate.Report, c oracleCase) bool {
	t.Helper()
	job := map[string]string{"runtime": "", "test": "test"}[c.Mode]
	state, found := gate.State(""), false
	for _, r := range report.Results {
		if r.Consumer == c.Consumer && (r.Job == job || r.Job == "" && !found) {
			state, found = r.State, true
		}
	}
	switch state {
	case gate.Fits, gate.Mended:
		return true
	case gate.Fails, gate.Failing:
		return false
	case gate.Untouched:
		return len(base.Verify(c.job(t, q)).Clashes) == 0
	}
	t.Errorf("%s: state %q is neither yes nor no", c, state)
	return !*c.OK
}

func TestCorpusEnvironmentIsTheOraclesPython(t *testing.T) {
	env, err := environmentConfig{Name: "py311", Python: "3.11", Variables: map[string]string{"python_full_version": "3.11.7"}}.environment()
	if err != nil {
		t.Fatal(err)
	}
	preset, err := pep508.ParseEnvironment("py311")
	if err != nil {
		t.Fatal(err)
	}
	if got := env.Runtime().String(); got != "3.11.7" {
		t.Errorf("runtime %s, want 3.11.7", got)
	}
	if got, _ := preset.Var("python_version"); got.Text != "3.11" {
		t.Errorf("python_version %s, want 3.11", got.Text)
	}
}
