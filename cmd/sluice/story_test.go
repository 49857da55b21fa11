package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sluice/fixtures"
	"sluice/fixtures/vectors"
	"sluice/resolver/gate"
)

// universe writes the demo universe to a folder of the test.
func universe(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, fixtures.Universe()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// loadUniverse reads the inputs of the demo universe.
func loadUniverse(t testing.TB) *inputs {
	t.Helper()
	a := &app{dir: universe(t), getenv: func(string) string { return "" }}
	o := &options{cacheDir: t.TempDir()}
	s, err := o.settings(a)
	if err != nil {
		t.Fatal(err)
	}
	in, err := load(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.close() })
	return in
}

// chapter is what the story says of candidates.
type chapter struct {
	Candidates, Rules, Environments, Standing, Lifted []string
	Verdict, Why                                      string
}

// readStory reads fixtures/expected.json.
func readStory(t testing.TB) []chapter {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors.ModuleRoot(t), "fixtures", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var story []chapter
	if err := json.Unmarshal(data, &story); err != nil {
		t.Fatal(err)
	}
	return story
}

// judged returns what gate says of candidates.
func judged(t *testing.T, in *inputs, texts []string) *gate.Report {
	t.Helper()
	candidates, err := parseCandidates(texts)
	if err != nil {
		t.Fatal(err)
	}
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		t.Fatal(err)
	}
	return gate.Judge(in.ask(in.question(linesOf(edited))))
}

// TestUniverseTellsItsStory gates every candidate of fixtures/expected.json and
// holds verdict, rules and environments against what the story says.
func TestUniverseTellsItsStory(t *testing.T) {
	in := loadUniverse(t)
	for _, want := range readStory(t) {
		t.Run(strings.Join(want.Candidates, " "), func(t *testing.T) {
			report := judged(t, in, want.Candidates)
			if got := report.Verdict.String(); got != want.Verdict {
				t.Errorf("verdict %s, want %s: %s\n%s", got, want.Verdict, want.Why, messages(report))
			}
			if diff := cmp.Diff(sorted(want.Rules), rulesOf(report, gate.New)); diff != "" {
				t.Errorf("rules (-want +got):\n%s%s", diff, messages(report))
			}
			if diff := cmp.Diff(sorted(want.Environments), environmentsOf(report)); diff != "" {
				t.Errorf("environments (-want +got):\n%s%s", diff, messages(report))
			}
			for _, consumer := range want.Lifted {
				if !slices.Contains(consumersOf(report, gate.Lifted), consumer) {
					t.Errorf("%s should be lifted\n%s", consumer, messages(report))
				}
			}
			for _, consumer := range want.Standing {
				if !slices.Contains(consumersOf(report, gate.Standing), consumer) {
					t.Errorf("%s should be standing\n%s", consumer, messages(report))
				}
			}
		})
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func rulesOf(r *gate.Report, status gate.Status) []string {
	var rules []string
	for _, f := range r.Findings {
		if f.Status == status {
			rules = append(rules, f.Rule)
		}
	}
	return slices.Compact(sorted(rules))
}

func environmentsOf(r *gate.Report) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Status == gate.New {
			all = append(all, f.Environments...)
		}
	}
	return slices.Compact(sorted(all))
}

func consumersOf(r *gate.Report, status gate.Status) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Status == status {
			for _, reach := range f.Reaches {
				all = append(all, reach.Consumer)
			}
		}
	}
	return all
}

func messages(r *gate.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString(string(f.Status) + " " + f.Rule + ": " + f.Message + "\n")
	}
	return b.String()
}

func TestNoGoroutineOutlivesAQuestion(t *testing.T) {
	leaked := goleak.IgnoreCurrent()
	in := loadUniverse(t)
	gate.Judge(in.question(in.lines))
	if err := in.close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, leaked)
}
