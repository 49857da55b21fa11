package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/resolver/gate"
)

// auditFiles are those of an audit without a finding, but for what a test puts over them.
func auditFiles(over map[string]string) map[string]string {
	files := map[string]string{
		"sluice.toml": `constraints = "upper-constraints.txt"
index.file = "facts.jsonl"
environment = [{ name = "py310", python = "3.10" }, { name = "py311", python = "3.11" }]
`,
		"upper-constraints.txt": "quill===1.1\ninkwell===2.0;python_version<'3.11'\n",
		"facts.jsonl": `{"name": "quill", "versions": {"1.0": {}, "1.1": {}, "1.2": {}, "2.0": {}}}
{"name": "inkwell", "versions": {"2.0": {}}}
`,
	}
	for name, text := range over {
		files[name] = text
	}
	return files
}

// openAuditOf opens an audit of files.
func openAuditOf(t *testing.T, over map[string]string, rules ...string) *audit {
	t.Helper()
	dir := t.TempDir()
	for name, text := range auditFiles(over) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s, err := (&options{cacheDir: t.TempDir()}).settings(&app{dir: dir, stderr: io.Discard, getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.openAudit(rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.in.close() })
	return a
}

func versionOf(t *testing.T, text string) constraints.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func rangeOf(t *testing.T, text string) constraints.Range {
	t.Helper()
	set, err := pep440.ParseSpecifierSet(text)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// pinTo returns a pin as a ledger has it.
func pinTo(t *testing.T, name, text string) ledger.Pin {
	return ledger.Pin{Name: pep508.NormalizeName(name), Spelling: name, Version: versionOf(t, text)}
}

// said returns findings as lines to compare: rule, environments, message, what lifts it.
func said(findings []auditFinding) []string {
	var lines []string
	for _, f := range findings {
		lines = append(lines, strings.Join([]string{f.Rule, strings.Join(f.Environments, "+"), f.Message, strings.Join(f.Lifts, " or ")}, " | "))
	}
	return lines
}

func TestWhatALedgerSaysOfPins(t *testing.T) {
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	past, later := ledger.Record{Reason: "r", Owner: "o", Expires: noon}, ledger.Record{Reason: "r", Owner: "o", Expires: noon.Add(time.Second)}
	always := ledger.Record{Reason: "r", Owner: "o"}
	for name, c := range map[string]struct {
		entries []ledger.Entry
		verdict gate.Verdict
		want    []string
	}{
		"a hold that the pin is outside of": {
			[]ledger.Entry{&ledger.Hold{Record: always, Package: "quill", Range: rangeOf(t, "<1.1")}}, gate.Reject,
			[]string{"held | py310+py311 | quill 1.1 is held to <1.1 | sluice gate quill==1.0"},
		},
		"a hold that the pin is within": {
			[]ledger.Entry{&ledger.Hold{Record: always, Package: "quill", Range: rangeOf(t, "<2")}}, gate.Admit, nil,
		},
		"a hold for an environment": {
			[]ledger.Entry{&ledger.Hold{Record: later, Package: "quill", Range: rangeOf(t, ">=2"), Environments: ledger.Scope{"py311"}}}, gate.Reject,
			[]string{"held | py311 | quill 1.1 is held to >=2 | sluice gate quill==2.0"},
		},
		"a hold for an environment in which nothing is pinned": {
			[]ledger.Entry{&ledger.Hold{Record: always, Package: "inkwell", Range: rangeOf(t, "<2"), Environments: ledger.Scope{"py311"}}}, gate.Admit, nil,
		},
		"a rejection, and a hold that leaves no other version": {
			[]ledger.Entry{
				&ledger.Rejection{Record: always, Pin: pinTo(t, "quill", "1.1.0")},
				&ledger.Hold{Record: always, Package: "quill", Range: rangeOf(t, "==1.1")},
			}, gate.Reject,
			[]string{"rejected | py310+py311 | quill 1.1 was rejected | "},
		},
		"a rejection of another version": {
			[]ledger.Entry{&ledger.Rejection{Record: always, Pin: pinTo(t, "quill", "1.2")}}, gate.Admit, nil,
		},
		"a rejection beside a pin of one environment": {
			[]ledger.Entry{&ledger.Rejection{Record: always, Pin: pinTo(t, "quill", "1.1"), With: []ledger.Pin{pinTo(t, "Inkwell", "2")}}}, gate.Reject,
			[]string{"rejected | py310 | quill 1.1 was rejected | sluice gate quill==1.2"},
		},
		"a rejection beside what is not pinned": {
			[]ledger.Entry{&ledger.Rejection{Record: always, Pin: pinTo(t, "quill", "1.1"), With: []ledger.Pin{pinTo(t, "inkwell", "2.1")}}}, gate.Admit, nil,
		},
		"what has expired, of a pin and not": {
			[]ledger.Entry{
				&ledger.Hold{Record: past, Package: "quill", Range: rangeOf(t, "<1")},
				&ledger.Hold{Record: past, Package: "nib", Range: rangeOf(t, "<1")},
				&ledger.Rejection{Record: past, Pin: pinTo(t, "quill", "1.1")},
				&ledger.Rejection{Record: past, Pin: pinTo(t, "quill", "1.2")},
				&ledger.Waiver{Record: past, Rule: "range", Package: "inkwell", Range: constraints.Everything()},
				&ledger.Waiver{Record: past, Rule: "range", Package: "inkwell", Range: rangeOf(t, "<2")},
				&ledger.ExpectedFailure{Record: past, Consumer: "scribe", Package: "quill", Range: constraints.Everything(), Environments: ledger.Scope{"py310"}},
				&ledger.Freeze{Record: past},
				&ledger.Approval{Record: past, Pin: pinTo(t, "quill", "1.1")},
			}, gate.Admit,
			[]string{
				"expired | py310+py311 | a hold to <1 of quill has expired, and counts no more | ",
				"expired | py310+py311 | a rejection of quill has expired, and counts no more | ",
				"expired | py310 | a failure of scribe that was expected because of quill has expired, and counts no more | ",
				"expired | py310+py311 | an approval of quill has expired, and counts no more | ",
				"expired | py310 | a waiver for range of inkwell has expired, and counts no more | ",
			},
		},
	} {
		a := openAuditOf(t, nil)
		a.now, a.ledger = noon, ledger.Ledger{Entries: c.entries}
		answer, err := a.answer()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, said(answer.Findings)); diff != "" || answer.Verdict != c.verdict {
			t.Errorf("%s: %s, %s", name, answer.Verdict, diff)
		}
	}
}

// No suggestion is one that the same audit would find fault with.
func TestWhatAnAuditSuggestsItWouldNotFind(t *testing.T) {
	a := openAuditOf(t, map[string]string{
		"upper-constraints.txt": "quill===1.0\n",
		"facts.jsonl":           `{"name": "quill", "versions": {"0.9": {}, "1.0": {"yanked": true}, "1.0.1": {"yanked": true}, "1.0.2": {}, "1.0.3": {"requires_python": ">=3.11"}, "1.0.4": {"files": []}, "1.0.5": {"requires_dist": ["%%%"]}, "1.0.6": {}, "1.0.7rc1": {}, "1.0.8": {}, "1.0.9": {}}}`,
		"known/X-1.json":        `{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "quill"}, "versions": ["1.0.2", "1.0.9"]}]}`,
		"sluice.toml": `constraints = "upper-constraints.txt"
index.file = "facts.jsonl"
audit.osv = "known"
environment = [{ name = "py310", python = "3.10" }, { name = "py311", python = "3.11" }]
`,
	})
	a.ledger = ledger.Ledger{Entries: []ledger.Entry{&ledger.Rejection{Pin: pinTo(t, "quill", "1.0.6")}}}
	answer, err := a.answer()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"yanked | py310+py311 | quill 1.0 was yanked from the index | sluice gate quill==1.0.8",
		"newer-patch | py310+py311 | quill 1.0 has the newer patch release 1.0.8 | sluice gate quill==1.0.8",
	}
	if diff := cmp.Diff(want, said(answer.Findings)); diff != "" {
		t.Error(diff)
	}
}

// Whatever is published, held and known: where a suggestion is taken, nothing counts any
// more against the pin, and no release is a newer patch than the newest.
func TestSuggestionsOfAuditsLift(t *testing.T) {
	published := []string{"0.9", "1.0", "1.0.1", "1.0.2rc1", "1.0.2", "1.1", "2.0"}
	lifted := 0
	rapid.Check(t, func(r *rapid.T) {
		var releases, affected []string
		for _, v := range published {
			if rapid.IntRange(0, 4).Draw(r, v+" is not there") == 0 {
				continue
			}
			attributes := rapid.SampledFrom([]string{``, ``, ``, `"yanked": true`, `"requires_python": ">=3.11"`, `"files": []`, `"metadata": false`, `"requires_dist": ["%%"]`,
				`"files": [{"filename": "quill-` + v + `-cp310-cp310-manylinux_2_17_x86_64.whl"}]`, `"files": [{"filename": "quill-` + v + `.tar.gz", "requires_python": "<3.11"}]`}).Draw(r, v)
			releases = append(releases, fmt.Sprintf("%q: {%s}", v, attributes))
			if rapid.IntRange(0, 3).Draw(r, v+" is affected") == 0 {
				affected = append(affected, fmt.Sprintf("%q", v))
			}
		}
		files := map[string]string{
			"facts.jsonl":    fmt.Sprintf(`{"name": "quill", "versions": {%s}}`, strings.Join(releases, ", ")),
			"known/X-1.json": fmt.Sprintf(`{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "quill"}, "versions": [%s]}]}`, strings.Join(affected, ", ")),
			"sluice.toml":    "index.file = 'facts.jsonl'\naudit.osv = 'known'\nenvironment = [{ name = 'py310', python = '3.10' }, { name = 'py311', python = '3.11' }]\n",
		}
		hold := &ledger.Hold{Package: "quill", Range: rangeOf(t, rapid.SampledFrom([]string{"", "<2", "!=1.0.2", ">=1.0.1"}).Draw(r, "hold"))}
		ask := func(pin string) []auditFinding {
			files["upper-constraints.txt"] = "quill===" + pin + "\n"
			a := openAuditOf(t, files)
			a.ledger = ledger.Ledger{Entries: []ledger.Entry{hold}}
			answer, err := a.answer()
			if err != nil {
				r.Fatal(err)
			}
			return answer.Findings
		}
		for _, f := range ask(rapid.SampledFrom(published).Draw(r, "pin")) {
			for _, l := range f.Lifts {
				lifted++
				again := ask(strings.TrimPrefix(l, "sluice gate quill=="))
				if again = slices.DeleteFunc(again, func(g auditFinding) bool {
					return g.Rule == "newer-patch" && f.Rule != "newer-patch" || g.Rule == "unknown" && strings.HasPrefix(g.Message, "the metadata of")
				}); len(again) > 0 {
					r.Fatalf("%s\n%s\nfound %v\nand after it %v", files["facts.jsonl"], files["known/X-1.json"], said([]auditFinding{f}), said(again))
				}
			}
		}
	})
	if lifted == 0 {
		t.Error("nothing was lifted")
	}
}

// An index says the same as recorded facts do; licences of releases before are asked for
// where they are documents apart from files.
func TestAnAuditAsksAnIndex(t *testing.T) {
	const facts = `{"name": "quill", "versions": {"0.9": {"license": "ISC"}, "1.0": {"license": "MIT"}, "1.1rc1": {"license": "ISC"}, "1.1": {"license": "BUSL-1.1", "yanked": "nib breaks"}, "1.2": {}}}
{"name": "inkwell", "versions": {"2.0": {"license": "License :: OSI Approved :: MIT License"}, "2.0.1": {}}}
`
	recorded := openAuditOf(t, map[string]string{"facts.jsonl": facts})
	want, err := recorded.answer()
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := index.Read("facts.jsonl", strings.NewReader(facts))
	if err != nil {
		t.Fatal(err)
	}
	changes := func(f auditFinding) bool { return f.Rule == "licence" }
	if !slices.ContainsFunc(want.Findings, changes) {
		t.Error("no change of licence is found in recorded facts")
	}
	for name, c := range map[string]struct {
		options  indexserver.Options
		requests int
		want     []auditFinding
	}{
		// two pages, the documents of two pins and of the final release before one of them
		"documents": {indexserver.Options{}, 5, want.Findings},
		// two pages, the ends of the wheels of two pins
		"none": {indexserver.Options{NoMetadata: true}, 4, slices.DeleteFunc(slices.Clone(want.Findings), changes)},
	} {
		server := indexserver.New(snapshot, c.options)
		listener, err := indexserver.Start(server, indexserver.Listen{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		config := strings.Replace(auditFiles(nil)["sluice.toml"], `index.file = "facts.jsonl"`, `index.url = "`+listener.IndexURL()+`"`, 1)
		got, err := openAuditOf(t, map[string]string{"sluice.toml": config}).answer()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(said(c.want), said(got.Findings)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if n := len(server.Requests()); n != c.requests {
			t.Errorf("%s: %d requests, want %d: %v", name, n, c.requests, server.Requests())
		}
	}
}

// The text shows nothing of what it tells in a way that a terminal could take for a command.
func TestHostileTextOfAnAudit(t *testing.T) {
	a := openAuditOf(t, map[string]string{"facts.jsonl": `{"name": "quill", "versions": {"1.1": {"yanked": "\u001b[31mred\u202e", "license": "\u001b]0;x"}, "1.0": {"license": "MIT"}}}`})
	answer, err := a.answer()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeAudit(&out, answer, false, true); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e") || !strings.Contains(out.String(), `\x1b[31mred\u202e`) {
		t.Errorf("%q", out.String())
	}
}
