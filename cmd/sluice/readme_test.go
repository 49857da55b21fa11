package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/constraints/ledger"
	"sluice/fixtures/vectors"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// TestReadmeShowsWhatIsPrinted runs each command of the README that is shown with its
// answer in the demo universe.
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(vectors.ModuleRoot(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```\n\\$ sluice ([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(string(readme), -1)
	if len(shown) == 0 {
		t.Fatal("no command is shown with its answer")
	}
	cache := t.TempDir()
	for _, m := range shown {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr, dir: universe(t), getenv: func(name string) string {
			return map[string]string{"SLUICE_CACHE_DIR": cache}[name]
		}}
		a.run(strings.Fields(m[1]))
		if diff := cmp.Diff(m[2], stdout.String()); diff != "" || stderr.Len() > 0 {
			t.Errorf("sluice %s (-README +program):\n%s%s", m[1], diff, stderr.String())
		}
	}
}

// TestReadmeShowsFilesThatAreRead reads each sluice.toml and ledger.toml that the README shows.
func TestReadmeShowsFilesThatAreRead(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(vectors.ModuleRoot(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```toml\n(.*?)^```$").FindAllStringSubmatch(string(readme), -1)
	ledgers := 0
	for _, m := range shown {
		text := strings.ReplaceAll(m[1], `"sha256:..."`, `"sha256:`+strings.Repeat("0", 64)+`"`)
		if strings.HasPrefix(text, "[[hold]]") {
			ledgers++
			_, err = ledger.Parse("README", []byte(text))
		} else {
			_, err = parseConfig("README", []byte(text))
		}
		if err != nil {
			t.Errorf("%v\n%s", err, m[1])
		}
	}
	if ledgers != 1 || len(shown) < 4 {
		t.Errorf("%d files are shown, %d of them ledgers", len(shown), ledgers)
	}
}

// TestHelpNamesValues holds that no flag is explained by a type of Go.
func TestHelpNamesValues(t *testing.T) {
	for _, c := range commands() {
		flags := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		c.setup(&app{getenv: func(string) string { return "" }}, flags)
		flags.VisitAll(func(f *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(f); regexp.MustCompile(`^(string|strings|stringArray|stringSlice)$`).MatchString(name) {
				t.Errorf("sluice %s --%s %s: name the value in backquotes", c.name, f.Name, name)
			}
		})
	}
}
