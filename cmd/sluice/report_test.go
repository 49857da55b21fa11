package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// storyReports judges a few candidates of the universe that show every part of a
// report, and checks its constraints.
func storyReports(t *testing.T, in *inputs) []*gate.Report {
	t.Helper()
	reports := []*gate.Report{gate.Check(in.question(in.lines))}
	for _, candidate := range []string{"brinehttp==1.26.18", "brinehttp==2.0.4", "cargometa==6.8.0", "scrivenlib==0.19.0", "zonechart==2024.1", "gridwise==1.26.1"} {
		candidates, err := parseCandidates([]string{candidate})
		if err != nil {
			t.Fatal(err)
		}
		edited, err := apply(in.file, candidates, in.environments)
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, gate.Judge(in.question(linesOf(edited))))
	}
	for _, r := range reports {
		r.Facts = in.facts.digest()
	}
	return reports
}

// answerSchema returns the published schema of answers.
func answerSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(reportSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// followsSchema holds an answer, as JSON, against the schema.
func followsSchema(t *testing.T, schema *jsonschema.Schema, answer any) {
	t.Helper()
	var out bytes.Buffer
	if err := writeJSON(&out, answer); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
}

func TestAnswersFollowTheirSchema(t *testing.T) {
	schema := answerSchema(t)
	in := loadUniverse(t)
	answers := []any{readInPart(t, in)}
	for _, r := range storyReports(t, in) {
		answers = append(answers, r)
	}
	for _, name := range []string{"brinehttp", "tidelint", "harbour-cli"} {
		why, err := explain(in, name)
		if err != nil {
			t.Fatal(err)
		}
		why.NotJudged = []gate.Unread{{Consumer: "c", Reason: "r", Open: true}}
		answers = append(answers, why)
	}
	candidates, err := parseCandidates([]string{"brinehttp==2.0.4", "mockbuoy==5.1.0", `looptide==4.0.0; python_version >= "3.12"`})
	if err != nil {
		t.Fatal(err)
	}
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		t.Fatal(err)
	}
	notes := append(remarks(in.file, edited, candidates, in.environments, "would be"), note{Message: "m", Hint: "h"})
	why, err := explain(in, "brinehttp")
	if err != nil {
		t.Fatal(err)
	}
	answers = append(answers, notedWhy{why, notes}, noted{gate.Check(in.question(in.lines)), notes},
		pinChanges{gate.SchemaVersion, "diff", diffPins(in.file, edited)},
		trouble{SchemaVersion: gate.SchemaVersion, Error: "e", Problems: []problemEntry{{&constraints.Place{File: "f", Line: 1, Col: 2}, "m", "h"}, {nil, "m", "h"}}})
	answers = append(answers, pinAnswers(t, in)...)
	answers = append(answers, auditAnswers(t)...)
	for _, answer := range answers {
		followsSchema(t, schema, answer)
	}
}

// auditAnswers returns answers of audits that say all that one can say.
func auditAnswers(t *testing.T) []any {
	a := openAuditOf(t, map[string]string{
		"upper-constraints.txt": "quill===1.1\ninkwell===1.0\npaper===1.0\nnib @ file:///nib.zip\n",
		"facts.jsonl":           `{"name": "quill", "versions": {"1.0": {"license": "MIT"}, "1.1": {"license": "ISC"}}}` + "\n" + `{"name": "paper", "versions": {"1.0": {}, "1.0.1": {}}}`,
		"known/X-1.json":        `{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "aliases": ["Y"], "summary": "s", "affected": [{"package": {"ecosystem": "PyPI", "name": "quill"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}`,
		"known/X-2.json":        "",
		"sluice.toml": `constraints = "upper-constraints.txt"
index.file = "facts.jsonl"
audit.osv = "known"
environment = [{ name = "py310", python = "3.10" }, { name = "py311", python = "3.11" }]
`,
	})
	a.ledger = ledger.Ledger{Entries: []ledger.Entry{&ledger.Hold{
		Record: ledger.Record{Reason: "r", Owner: "o", Issue: "i", Expires: a.now.Add(time.Hour), Place: constraints.Place{File: "ledger.toml", Line: 1, Col: 1}}, Package: "quill", Range: rangeOf(t, "<1"),
	}}}
	answer, err := a.answer()
	if err != nil {
		t.Fatal(err)
	}
	answer.Facts, answer.Notes = a.in.facts.digest(), []note{{Message: "m"}}
	var rules []string
	for _, f := range answer.Findings {
		rules = append(rules, f.Rule)
	}
	if diff := cmp.Diff([]string{"gone", "held", "vulnerability", "licence", "newer-patch"}, rules); diff != "" {
		t.Error(diff)
	}
	return []any{answer}
}

// pinAnswers returns answers of the commands that choose versions.
func pinAnswers(t *testing.T, in *inputs) []any {
	t.Helper()
	upgraded, _, err := (&upgrade{}).raise(in)
	if err != nil {
		t.Fatal(err)
	}
	upgraded.Exclusive = append(upgraded.Exclusive, pinsExclusive{"py311", []string{"a", "b"}, []gate.Fact{{Text: "t", Source: "s"}}})
	upgraded.Notes = []note{{Message: "m"}}
	survey, err := surveyFloor(t.Context(), in, resolver.Plan{Order: resolver.Lowest})
	if err != nil {
		t.Fatal(err)
	}
	answers := []any{upgraded, survey}
	env, plan := in.environments[0], resolver.Plan{}
	for _, texts := range [][]string{{"fathomrest", "looptide"}, {"fathomrest>=2.25", "brinehttp<1"}} {
		var job resolver.Job
		for _, text := range texts {
			root, err := parseRoot(text)
			if err != nil {
				t.Fatal(err)
			}
			job.Roots = append(job.Roots, root)
		}
		resolved, err := (&resolution{}).ask(t.Context(), in, env, job, plan)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := checkFloor(t.Context(), in, env, job, job.Roots, resolver.Plan{Order: resolver.Lowest})
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, resolved, floorAnswer{SchemaVersion: gate.SchemaVersion, Command: "floor", floorCheck: *checked})
	}
	for _, leftOut := range [][]string{nil, {"barnacle-lint", "nameplumb", "styleplumb", "tidelint", "tidelint-imports"}} {
		g := generation{leftOut: leftOut, excluded: []string{"zonechart==2024.1"}}
		generated, _, err := g.answer(in)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, generated)
	}
	return answers
}

// readInPart judges a candidate with a consumer of which not all could be read, and one
// of which nothing could.
func readInPart(t *testing.T, in *inputs) *gate.Report {
	t.Helper()
	q := in.question(in.lines)
	problems := []constraints.Problem{{Place: constraints.Place{File: "f", Line: 1}, Msg: "m", Hint: "h"}}
	q.Consumers[0].Problems = problems
	q.Consumers = append(q.Consumers, gate.Consumer{Name: "unread", Problems: problems})
	r := gate.Judge(q)
	if len(r.Consumers.ReadInPart) != 1 || len(r.Consumers.NotJudged) != 1 {
		t.Errorf("consumers %+v", r.Consumers)
	}
	return r
}

func TestReportsSurviveJSON(t *testing.T) {
	for _, r := range storyReports(t, loadUniverse(t)) {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back gate.Report
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(&back)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(again)); diff != "" {
			t.Errorf("report changed on its way through JSON:\n%s", diff)
		}
	}
}

// rendered returns reports in both formats.
func rendered(t *testing.T, reports []*gate.Report) string {
	t.Helper()
	var out bytes.Buffer
	for _, r := range reports {
		if err := writeReport(&out, r, false, true); err != nil {
			t.Fatal(err)
		}
		if err := writeJSON(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestSameInputsGiveSameBytes(t *testing.T) {
	want := rendered(t, storyReports(t, loadUniverse(t)))
	for range 100 {
		if diff := cmp.Diff(want, rendered(t, storyReports(t, loadUniverse(t)))); diff != "" {
			t.Fatalf("another run, another answer:\n%s", diff)
		}
	}
}

// TestOrderOfInputsChangesNothing shuffles the lines of the constraints file and
// of the index, and the consumers. Only line numbers in the constraints file may
// differ.
func TestOrderOfInputsChangesNothing(t *testing.T) {
	want := rendered(t, withoutLines(storyReports(t, loadUniverse(t))))
	random := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		dir := universe(t)
		shuffleLines(t, random, filepath.Join(dir, "packages.jsonl"))
		shuffleLines(t, random, filepath.Join(dir, "upper-constraints.txt"))
		s, err := (&options{cacheDir: t.TempDir()}).settings(&app{dir: dir, getenv: func(string) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		random.Shuffle(len(s.Consumers), func(i, j int) { s.Consumers[i], s.Consumers[j] = s.Consumers[j], s.Consumers[i] })
		in, err := load(s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rendered(t, withoutLines(storyReports(t, in)))); diff != "" {
			t.Errorf("another order, another answer:\n%s", diff)
		}
		in.close()
	}
}

// shuffleLines puts the lines of a file in another order.
func shuffleLines(t *testing.T, random *rand.Rand, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	if err := os.WriteFile(name, []byte(strings.Join(lines, "")), 0o666); err != nil {
		t.Fatal(err)
	}
}

// withoutLines takes the line numbers of the constraints file out of reports, and
// the order of what follows it.
func withoutLines(reports []*gate.Report) []*gate.Report {
	clear := func(p *constraints.Place) {
		if p != nil && p.File == "upper-constraints.txt" {
			p.Line, p.Col = 0, 0
		}
	}
	for _, r := range reports {
		for i := range r.Candidates {
			clear(r.Candidates[i].Place)
		}
		for i := range r.Unneeded {
			clear(&r.Unneeded[i].Place)
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			clear(f.Place)
			for j := range f.Because {
				clearSources(f.Because[j].Facts)
			}
			if f.Conflict != nil {
				clearSources(f.Conflict.Members)
			}
			for j := range f.Reaches {
				for k := range f.Reaches[j].Chain {
					clear(f.Reaches[j].Chain[k].Place)
				}
			}
		}
	}
	return reports
}

var linePlace = regexp.MustCompile(`(upper-constraints\.txt):\d+:\d+`)

// clearSources is withoutLines for facts of a proof.
func clearSources(facts []gate.Fact) {
	for i := range facts {
		facts[i].Source = linePlace.ReplaceAllString(facts[i].Source, "$1")
	}
}

// What a terminal could take for a command is escaped, and a reader of JSON gets
// the same text.
func TestJSONIsSafeToShow(t *testing.T) {
	text := "naïve 日本 🐍 \u009b31m \u202e \u200b \x7f \x1b[0m \U000e0041 \ufffd <&>"
	var b bytes.Buffer
	if err := writeJSON(&b, []string{text}); err != nil {
		t.Fatal(err)
	}
	want := "[\n  \"naïve 日本 🐍 \\u009b31m \\u202e \\u200b \\u007f \\u001b[0m \\udb40\\udc41 \ufffd <&>\"\n]\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	var back []string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back[0] != text {
		t.Errorf("read back as %q, %v", back, err)
	}
}
