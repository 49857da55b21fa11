package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNoChangeOpensItsOwnGate changes pins, and then ledger and policy in every way, in a git
// repository. What the gate did not admit before it does not admit after, and neither does it
// once all that is committed.
func TestNoChangeOpensItsOwnGate(t *testing.T) {
	g := &gatedRepository{gitRepository: newGitRepository(t)}
	rejected := 0
	rapid.Check(t, func(t *rapid.T) {
		g.clear()
		g.pins = drawPins(t)
		base := g.begin(t)
		g.write(g.folder+constraintsName, g.pins)
		switch status, _ := g.gate(base); status {
		case 0:
			return
		case 1:
			rejected++
		}
		for range rapid.IntRange(1, 3).Draw(t, "sequences") {
			var done []string
			for range rapid.IntRange(1, 4).Draw(t, "edits") {
				done = append(done, g.loosen(t))
				if status, out := g.gate(base); status == 0 {
					t.Fatalf("%s has the change admitted:\n%s", strings.Join(done, ", then "), out)
				}
			}
			if rapid.Bool().Draw(t, "committed") {
				g.commit("loosen")
				if status, out := g.gate(base); status == 0 {
					t.Fatalf("%s has the change admitted once committed:\n%s", strings.Join(done, ", then "), out)
				}
			}
		}
	})
	if rejected == 0 {
		t.Error("nothing was rejected, so that nothing was tried")
	}
	t.Logf("%d changes were rejected", rejected)
}

// gatedRepository is a repository with a change of pins, all of whose edits are of something
// else.
type gatedRepository struct {
	*gitRepository
	folder string // of ledger, facts and pins: "" or one with a slash behind
	pins   string // of the change
}

const constraintsName = "upper-constraints.txt"

// begin commits what the change is held against, and beside it a folder old/, in which the
// same files are milder or those of the change.
func (g *gatedRepository) begin(t *rapid.T) (base string) {
	g.folder = rapid.SampledFrom([]string{"", "law/"}).Draw(t, "folder")
	g.write("sluice.toml", g.drawConfig(t))
	if rapid.IntRange(0, 3).Draw(t, "ledger") > 0 {
		g.write(g.folder+"ledger.toml", strings.Join(rapid.SliceOfN(rapid.Custom(drawEntryText), 0, 4).Draw(t, "entries"), "\n"))
	}
	g.write(g.folder+"facts.jsonl", gatedFacts)
	g.write(g.folder+constraintsName, drawPins(t))
	g.write("old/sluice.toml", "")
	g.write("old/ledger.toml", "")
	g.write("old/facts.jsonl", mildFacts)
	g.write("old/"+constraintsName, g.pins)
	g.write("projects/loom/requirements.txt", rapid.SampledFrom([]string{"rope\nknot\n", "rope<2\nknot\n", "knot\n"}).Draw(t, "loom"))
	g.write("projects/mill/requirements.txt", rapid.SampledFrom([]string{"rope\n", "knot<2\n"}).Draw(t, "mill"))
	return g.commit("base")
}

const gatedFacts = `{"name": "knot", "versions": {"1": {"upload_time": "2026-01-01T00:00:00Z"}, "1.1": {"upload_time": "2026-11-25T00:00:00Z"}, "2": {"upload_time": "2026-06-01T00:00:00Z"}, "2.1rc1": {}}}
{"name": "rope", "versions": {"1": {}, "1.1": {"requires_dist": ["knot>=1.1"], "upload_time": "2026-02-01T00:00:00Z"}, "2": {"upload_time": "2026-11-24T00:00:00Z"}}}
`

// mildFacts have nothing against any version.
const mildFacts = `{"name": "knot", "versions": {"1": {"upload_time": "2020-01-01T00:00:00Z"}, "1.1": {"upload_time": "2020-01-01T00:00:00Z"}, "2": {"upload_time": "2020-01-01T00:00:00Z"}, "2.1rc1": {"upload_time": "2020-01-01T00:00:00Z"}}}
{"name": "rope", "versions": {"1": {"upload_time": "2020-01-01T00:00:00Z"}, "1.1": {"upload_time": "2020-01-01T00:00:00Z"}, "2": {"upload_time": "2020-01-01T00:00:00Z"}}}
`

// allOff is the policy that lets everything pass.
func allOff() string {
	var rules []string
	for _, rule := range ruleNames() {
		rules = append(rules, rule+` = "off"`)
	}
	return "severity = { " + strings.Join(rules, ", ") + " }"
}

func drawPins(t *rapid.T) string {
	rope := rapid.SampledFrom([]string{"1", "1.1", "2"}).Draw(t, "rope")
	knot := rapid.SampledFrom([]string{"1", "1.1", "2", "2.1rc1"}).Draw(t, "knot")
	return rapid.SampledFrom([]string{"knot===" + knot + "\nrope===" + rope + "\n", "rope===" + rope + "\nknot===" + knot + ";python_version>='3.11'\n", "rope===" + rope + "\n"}).Draw(t, "pins")
}

func (g *gatedRepository) drawConfig(t *rapid.T) string {
	terms := rapid.SliceOfNDistinct(rapid.Custom(drawTerm), 0, 4, func(term string) string { return strings.Fields(term)[0] })
	config := rapid.SampledFrom([]string{"", "ledger = \"" + g.folder + "ledger.toml\"\n", "ledger = \"" + g.folder + "ledger.toml\"\n", "ledger = \"other.toml\"\n", "ledger = \"old/ledger.toml\"\n"}).Draw(t, "path")
	config += "constraints = \"" + g.folder + constraintsName + "\"\nindex.file = \"" + g.folder + "facts.jsonl\"\n"
	config += "[policy]\n" + strings.Join(terms.Draw(t, "terms"), "\n") + "\n"
	if rapid.Bool().Draw(t, "package") {
		config += "[[policy.package]]\nmatch = [\"" + rapid.SampledFrom([]string{"rope", "k*", "*"}).Draw(t, "match") + "\"]\n" + strings.Join(terms.Draw(t, "terms"), "\n") + "\n"
	}
	for _, python := range rapid.SampledFrom([][]string{{"3.10", "3.11"}, {"3.11"}, {"3.10"}}).Draw(t, "matrix") {
		config += fmt.Sprintf("[[environment]]\nname = \"py%s\"\npython = %q\n", strings.ReplaceAll(python, ".", ""), python)
	}
	paths := rapid.SampledFrom([]string{"projects/*", "projects/*", "projects/loom", "projects/mill"}).Draw(t, "consumers")
	return config + fmt.Sprintf("[[consumer]]\npaths = %q\n", paths)
}

func drawTerm(t *rapid.T) string {
	rule := rapid.SampledFrom([]string{"hold", "rejected-before", "min-age", "freeze", "window", "approval", "semver", "downgrade", "prerelease", "range", "dependent", "partition", "loosened"}).Draw(t, "rule")
	return rapid.SampledFrom([]string{
		`prereleases = "allow"`, `prereleases = "deny"`, `downgrade = "allow"`, `downgrade = "deny"`, `min-age = "3d"`, `min-age = ""`, `step = "patch"`, `step = "major"`,
		`first-party = true`, `first-party = false`, `approvals = 1`, `approvals = 0`, `closed = ["mon - sun"]`, `closed = []`,
		`severity = { ` + rule + ` = "off" }`, `severity = { ` + rule + ` = "warning" }`, `severity = { ` + rule + ` = "error" }`,
	}).Draw(t, "term")
}

func drawEntryText(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"rope", "knot"}).Draw(t, "name")
	within := rapid.SampledFrom([]string{"<2", "<1.1", ">=1", "==1"}).Draw(t, "range")
	version := rapid.SampledFrom([]string{"1", "1.1", "2", "2.1rc1"}).Draw(t, "version")
	rule := rapid.SampledFrom([]string{"hold", "rejected-before", "range", "dependent", "downgrade", "prerelease", "min-age", "freeze", "window", "approval", "semver", "partition", "loosened"}).Draw(t, "rule")
	expires := rapid.SampledFrom([]string{"", "", "expires = 2026-01-01\n", "expires = 2027-01-01\n"}).Draw(t, "expires")
	return rapid.SampledFrom([]string{
		fmt.Sprintf("[[hold]]\npackage = %q\nrange = %q\n", name, within),
		fmt.Sprintf("[[rejection]]\npackage = %q\nversion = %q\n", name, version),
		fmt.Sprintf("[[waiver]]\nrule = %q\npackage = %q\n", rule, name),
		fmt.Sprintf("[[waiver]]\nrule = %q\npackage = %q\nconsumer = \"loom\"\nrange = %q\n", rule, name, within),
		fmt.Sprintf("[[expected-failure]]\nconsumer = \"loom\"\npackage = %q\n", name),
		"[[expected-failure]]\nconsumer = \"mill\"\n",
		"[[freeze]]\nfrom = 2026-11-01\nto = 2026-12-31\n",
		fmt.Sprintf("[[freeze]]\nfrom = 2026-11-01\nto = 2026-12-31\npackages = [%q]\n", name),
		fmt.Sprintf("[[approval]]\npackage = %q\nversion = %q\n", name, version),
	}).Draw(t, "entry") + "reason = \"r\"\nowner = \"o\"\n" + expires
}

// loosen edits ledger or policy in the working tree, in whatever way, and says how.
func (g *gatedRepository) loosen(t *rapid.T) string {
	ledger := g.folder + "ledger.toml"
	switch edit := rapid.SampledFrom([]string{"add", "add", "drop", "alter", "other", "ledger", "config", "term", "remove ledger", "remove config", "move config", "link config", "facts", "facts", "all off", "all off", "turn", "turn out", "garbage"}).Draw(t, "edit"); edit {
	case "add":
		entry := drawEntryText(t)
		g.write(ledger, g.read(ledger)+"\n"+entry)
		return "adding " + entry
	case "drop":
		entries := strings.SplitAfter(g.read(ledger), "\n\n")
		at := rapid.IntRange(0, len(entries)-1).Draw(t, "entry")
		dropped := entries[at]
		g.write(ledger, strings.Join(append(append([]string{}, entries[:at]...), entries[at+1:]...), ""))
		return "dropping " + dropped
	case "alter":
		change := rapid.SampledFrom([][2]string{{"2027-", "2026-"}, {`"<2"`, `"<3"`}, {`"<1.1"`, `"<3"`}, {`"rope"`, `"wool"`}, {`"knot"`, `"rope"`}, {"-12-31", "-11-02"}, {`version = "2"`, `version = "7"`}, {"[[freeze]]", "[[freeze]]\nexcept = [\"*\"]"}}).Draw(t, "change")
		g.write(ledger, strings.ReplaceAll(g.read(ledger), change[0], change[1]))
		return "writing " + change[1] + " for " + change[0]
	case "other":
		entry := drawEntryText(t)
		g.write("other.toml", entry)
		return "writing other.toml with " + entry
	case "ledger":
		g.write(ledger, "")
		return "emptying the ledger"
	case "config":
		config := g.drawConfig(t)
		g.write("sluice.toml", config)
		return "writing sluice.toml anew: " + config
	case "term":
		term := drawTerm(t)
		g.write("sluice.toml", strings.Replace(g.read("sluice.toml"), "[policy]\n", "[policy]\n"+term+"\n", 1))
		return "adding " + term
	case "remove ledger":
		g.remove(ledger)
		return "removing the ledger"
	case "remove config":
		g.remove("sluice.toml")
		return "removing sluice.toml"
	case "move config":
		g.write("projects/sluice.toml", g.read("sluice.toml"))
		g.remove("sluice.toml")
		return "moving sluice.toml"
	case "link config":
		g.link("sluice.toml", "old/sluice.toml")
		return "making sluice.toml a link"
	case "facts":
		g.write(g.folder+"facts.jsonl", mildFacts)
		return "writing other facts"
	case "all off":
		g.write(ledger, "")
		g.write("sluice.toml", strings.Replace(g.read("sluice.toml"), "[policy]\n", "[policy]\n"+allOff()+"\n", 1))
		return "emptying the ledger and adding " + allOff()
	case "turn", "turn out":
		to := "old"
		if edit == "turn out" {
			to = g.copyOut("old")
		}
		if g.folder != "" {
			g.link("law", to)
		} else {
			g.link(ledger, filepath.Join(to, "ledger.toml"))
		}
		g.write(g.folder+constraintsName, g.pins)
		return "turning the law to " + to
	}
	g.write(ledger, "[[")
	return "breaking the ledger"
}

// read returns a file of the working tree; one that is gone has nothing.
func (g *gatedRepository) read(name string) string {
	data, _ := os.ReadFile(filepath.Join(g.dir, name))
	return string(data)
}

func (g *gatedRepository) remove(name string) {
	if err := os.RemoveAll(filepath.Join(g.dir, name)); err != nil {
		g.t.Fatal(err)
	}
}

// link puts a link in place of a file or folder; where the system has no links, nothing.
func (g *gatedRepository) link(name, to string) {
	g.remove(name)
	if err := os.Symlink(to, filepath.Join(g.dir, name)); err != nil {
		g.t.Log(err)
	}
}

// copyOut copies a folder to outside of the repository.
func (g *gatedRepository) copyOut(name string) string {
	out := filepath.Join(g.t.TempDir(), name)
	if err := os.CopyFS(out, os.DirFS(filepath.Join(g.dir, name))); err != nil {
		g.t.Fatal(err)
	}
	return out
}

// clear removes all files of the working tree.
func (g *gitRepository) clear() {
	entries, err := os.ReadDir(g.dir)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			if err := os.RemoveAll(filepath.Join(g.dir, e.Name())); err != nil {
				g.t.Fatal(err)
			}
		}
	}
}

// gate judges the change since a revision, on a Thursday.
func (g *gitRepository) gate(base string) (status int, out string) {
	var text bytes.Buffer
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	a := &app{stdout: &text, stderr: &text, dir: g.dir, getenv: func(string) string { return "" }, now: func() time.Time { return noon }}
	status = a.run([]string{"gate", "--base", base, "--cache-dir", filepath.Join(g.dir, ".git", "cache")})
	return status, text.String()
}
