package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fullLedger is a ledger with every key of every kind of entry.
const fullLedger = `[[hold]]
package = "nameplumb"
range = "<99"
environments = ["py311"]
reason = "r"
owner = "o"
issue = "i"
expires = 2020-01-31

[[hold]]
package = "brinehttp"
range = "<2"
reason = "r"
owner = "o"

[[rejection]]
package = "brinehttp"
version = "1.26.18"
with = ["cargometa==0.1"]
rules = ["dependent"]
evidence = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
rejected = 2026-11-26T10:00:00Z
reason = "r"
owner = "o"

[[waiver]]
rule = "rang"
package = "brinehttp"
range = "<3"
consumer = "harbour-cli"
environments = ["py311"]
reason = "r"
owner = "o"

[[expected-failure]]
consumer = "harbour-cli"
test = "t"
package = "brinehttp"
range = "<3"
environments = ["py311"]
reason = "r"
owner = "o"

[[freeze]]
from = 2026-01-01
to = 2026-01-31
packages = ["a*"]
except = ["ab"]
reason = "r"
owner = "o"

[[approval]]
package = "brinehttp"
version = "2"
reason = "r"
owner = "o"
`

func TestAnswersOfTheLedgerFollowTheirSchema(t *testing.T) {
	schema := answerSchema(t)
	dir := universe(t)
	if err := os.WriteFile(filepath.Join(dir, "ledger.toml"), []byte(fullLedger), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  string
		holds []string // texts that the answer has, so that it is not of nothing
	}{
		{"ledger list", []string{`"expired": true`, `"with"`, `"test"`, `"except"`, `"evidence"`, `"issue"`}},
		{"ledger check", []string{`"findings"`, `"hint"`}},
		{"ledger retest", []string{`"outcome": "lift"`, `"outcome": "stands"`, `"moved"`, `"evidence"`, `"facts"`}},
		{"ledger lift -n waiver", []string{`"dry_run": true`}},
		{"versions brinehttp", []string{`"candidate": true`, `"because"`, `"excluded_by"`}},
	} {
		var out, complaints bytes.Buffer
		a := &app{stdout: &out, stderr: &complaints, dir: dir, getenv: func(string) string { return "" }, now: time.Now}
		a.run(append(strings.Fields(test.args), "--format", "json", "--cache-dir", filepath.Join(dir, ".cache")))
		answer, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v\n%s", test.args, err, &complaints)
		}
		if err := schema.Validate(answer); err != nil {
			t.Errorf("%s: %v\n%s", test.args, err, &out)
		}
		for _, text := range test.holds {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s: the answer has no %s:\n%s", test.args, text, &out)
			}
		}
	}
}
