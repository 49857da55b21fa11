package ledger_test

import (
	"strings"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
)

func parse(t testing.TB, text string) *ledger.File {
	t.Helper()
	f, err := ledger.Parse("ledger.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// everyKind is a ledger with all that entries can say.
const everyKind = `# What the gate is to remember.

[[hold]]
package = "SQLAlchemy"
range = "<2,>=1.4"
environments = ["py311"]
reason = "nova's models are not ready"
owner = "@db"
issue = "https://bugs.example/1"
expires = 2027-01-31

[[rejection]]
package = "urllib3"
version = "2.0.4"
with = ["botocore==1.31.42", "Requests === 2.31"]
environments = ["py310", "py311"]
rules = ["dependent"]
evidence = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
rejected = 2026-11-26T10:00:00+02:00
reason = """botocore wants
  an older one"""
owner = "@gate"

[[waiver]]
rule = "range"
package = "urllib3"
range = "<3"
consumer = "kolla"
reason = "kolla caps what it does not use"
owner = "@kolla"
expires = 2026-12-01 09:30:00Z

[[expected-failure]]
consumer = "rally"
test = "unit"
package = "docutils"
range = "==0.18.1"
reason = "known"
owner = "@rally"

[[freeze]]
from = 2026-12-20
to = 2027-01-04
packages = ["Oslo.*"]
except = ["certifi"]
reason = "release week"
owner = "@release"

[[approval]]
package = "openssl-wrapper"
version = "3.1.0rc1"
reason = "read the diff"
owner = "@alice"
`

func TestParseReadsEveryKind(t *testing.T) {
	entries := parse(t, everyKind).Ledger().Entries
	if len(entries) != len(ledger.Kinds()) {
		t.Fatalf("there are %d entries", len(entries))
	}
	for i, kind := range ledger.Kinds() {
		if entries[i].Kind() != kind {
			t.Errorf("entry %d is a %s", i, entries[i].Kind())
		}
	}
	hold := entries[0].(*ledger.Hold)
	if hold.Package != "sqlalchemy" || hold.Spelling != "SQLAlchemy" || hold.Range.Contains(version(t, "2.0")) || !hold.Range.Contains(version(t, "1.4")) {
		t.Errorf("the hold is %+v", hold)
	}
	if hold.Place != (constraints.Place{File: "ledger.toml", Line: 3, Col: 3}) || hold.Issue != "https://bugs.example/1" || hold.Owner != "@db" || !hold.Environments.Contains("py311") || hold.Environments.Contains("py310") {
		t.Errorf("the hold is %+v", hold)
	}
	if want := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC); !hold.Expires.Equal(want) {
		t.Errorf("the hold, which counts through 2027-01-31, expires at %s", hold.Expires)
	}
	rejection := entries[1].(*ledger.Rejection)
	if len(rejection.With) != 2 || rejection.With[1].Name != "requests" || !rejection.With[1].Version.Equal(version(t, "2.31")) || rejection.Reason != "botocore wants an older one" {
		t.Errorf("the rejection is %+v", rejection)
	}
	if want := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC); !rejection.Rejected.Equal(want) {
		t.Errorf("it was rejected at %s", rejection.Rejected)
	}
	waiver := entries[2].(*ledger.Waiver)
	if want := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC); !waiver.Expires.Equal(want) || waiver.Rule != "range" || waiver.Consumer != "kolla" {
		t.Errorf("the waiver is %+v", waiver)
	}
	failure := entries[3].(*ledger.ExpectedFailure)
	if failure.Consumer != "rally" || failure.Test != "unit" || failure.Range.Contains(version(t, "0.19")) {
		t.Errorf("the expected failure is %+v", failure)
	}
	freeze := entries[4].(*ledger.Freeze)
	for at, want := range map[string]bool{"2026-12-19T23:59:59Z": false, "2026-12-20T00:00:00Z": true, "2027-01-04T23:59:59Z": true, "2027-01-05T00:00:00Z": false} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := freeze.Covers("oslo-config", now); got != want {
			t.Errorf("at %s the freeze covers: %v", at, got)
		}
	}
	if approval := entries[5].(*ledger.Approval); approval.Name != "openssl-wrapper" || approval.Version.String() != "3.1.0rc1" {
		t.Errorf("the approval is %+v", approval)
	}
}

func TestParseOfNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "\ufeff", "\r\n"} {
		if entries := parse(t, text).Ledger().Entries; len(entries) > 0 {
			t.Errorf("%q has %d entries", text, len(entries))
		}
	}
}

func TestParseReportsEveryProblem(t *testing.T) {
	const record = "reason = \"r\"\nowner = \"o\"\n"
	for _, test := range []struct{ name, text, want string }{
		{"kind", "[[holds]]\npackage = \"a\"\n", `ledger.toml:1:3: "holds" is no kind of entry (did you mean "hold"?)`},
		{"far kind", "[[quarantine]]\n", `ledger.toml:1:3: "quarantine" is no kind of entry (there are hold, rejection, waiver, expected-failure, freeze, approval)`},
		{"no array", "[hold]\npackage = \"a\"\n", `ledger.toml:1:2: "hold" must be an array of tables (write [[hold]])`},
		{"inline", "hold = [{package = \"a\"}]\n", `ledger.toml:1:1: "hold" must be an array of tables (write [[hold]], and its keys below)`},
		{"outside", "owner = \"o\"\n", `ledger.toml:1:1: "owner" is in no entry (an entry begins with its kind: [[hold]], [[rejection]], ...)`},
		{"table within", "[[approval]]\npackage = \"a\"\nversion = \"1\"\n" + record + "[approval.more]\nx = 1\n", `ledger.toml:6:2: "approval.more" is no entry (entries have no tables in them)`},
		{"dots", "[[approval]]\npackage.name = \"a\"\n", `ledger.toml:2:1: "package.name" is a key with dots (entries have no tables in them)`},
		{"twice", "[[approval]]\npackage = \"a\"\nversion = \"1\"\nversion = \"2\"\n" + record, `ledger.toml:4:1: version appears twice in one entry (remove one of them)`},
		{"unknown key", "[[approval]]\npackage = \"a\"\nversions = \"1\"\n" + record, `ledger.toml:3:1: unknown key "versions" (did you mean "version"?)`},
		{"missing keys", "[[approval]]\n", `ledger.toml:1:3: approval has no package (such as package = "oslo.config")
ledger.toml:1:3: approval has no version (such as version = "1.4.2")
ledger.toml:1:3: approval has no reason (say why: it is read by who wonders later)
ledger.toml:1:3: approval has no owner (say whom to ask before it is lifted)`},
		{"kinds of values", "[[hold]]\npackage = 3\nrange = [\"<2\"]\nenvironments = \"py311\"\nreason = 2026-01-01\nowner = {a = 1}\nexpires = \"2027-01-31\"\n",
			`ledger.toml:2:11: package must be a text, not a number (write it in quotes: "3")
ledger.toml:3:1: range must be a text, not a list (such as range = "<2")
ledger.toml:4:16: environments must be a list, not a text (write a list: environments = ["py311"])
ledger.toml:5:10: reason must be a text, not a date (write it in quotes: "2026-01-01")
ledger.toml:6:9: owner must be a text, not a table (say whom to ask before it is lifted)
ledger.toml:7:11: expires must be a date, not a text (the last day on which it counts, such as expires = 2027-01-31, without quotes)`},
		{"texts", "[[hold]]\npackage = \"a b\"\nrange = \"<2,=>1\"\nreason = \" \"\nowner = \"a\\tb\"\nenvironments = []\n",
			`ledger.toml:2:11: "a b" is not the name of a package (such as package = "oslo.config")
ledger.toml:3:13: invalid specifier set "<2,=>1": expected an operator, found '=' (=> is not an operator; did you mean >=?)
ledger.toml:4:10: reason is empty (say why: it is read by who wonders later)
ledger.toml:5:9: owner has a line break or another control character in it (write one line)
ledger.toml:6:1: environments is an empty list (leave it out for all)`},
		{"pins", "[[rejection]]\npackage = \"a\"\nversion = \"one\"\nwith = [\"b\", \"c==\", \"d==1.x\", 3]\nevidence = \"md5:1\"\n" + record, `ledger.toml:3:12: invalid version "one": unexpected 'o' (after the release only a, b, rc, .post and .dev with a number may follow, and +LOCAL)
ledger.toml:4:9: "b" is no pin (such as with = ["botocore==1.31.42"])
ledger.toml:4:18: invalid version "": it is empty (write at least one number)
ledger.toml:4:26: invalid version "1.x": unexpected '.' (after the release only a, b, rc, .post and .dev with a number may follow, and +LOCAL)
ledger.toml:4:31: with must be a text, not a number (write it in quotes: "3")
ledger.toml:5:12: evidence: "md5:1" is no digest (such as evidence = "sha256:" and 64 digits from 0 to f)`},
		{"times", "[[freeze]]\nfrom = 2026-12-20T10:00:00\nto = 2026-02-30\n" + record, `ledger.toml:2:8: from does not say on whose clock (add Z for UTC, or an offset such as +02:00)
ledger.toml:3:6: to: there is no 2026-02-30 (the last day, such as to = 2027-01-04)`},
		{"years", "[[freeze]]\nfrom = 0001-01-01\nto = 9999-12-31\n" + record, `ledger.toml:2:8: from: there is no 0001-01-01 (the first day, such as from = 2026-12-20)
ledger.toml:3:6: to: there is no 9999-12-31 (the last day, such as to = 2027-01-04)`},
		{"order of times", "[[freeze]]\nfrom = 2026-12-20\nto = 2026-12-18\n" + record, "ledger.toml:3:1: to is before from"},
		{"patterns", "[[freeze]]\nfrom = 2026-12-20\nto = 2026-12-21\npackages = [\"-x\", \"\", 7]\n" + record, `ledger.toml:4:14: invalid pattern of names "-x": a name has letters, digits, '-', '_' and '.', and * stands for anything (such as "oslo.*")
ledger.toml:4:19: packages is empty
ledger.toml:4:23: packages must be a text, not a number (write it in quotes: "7")`},
		{"range of nothing", "[[expected-failure]]\nconsumer = \"c\"\nrange = \"<2\"\n" + record, `ledger.toml:3:1: range is of no package (add package = "NAME")`},
		{"dependent of another rule", "[[waiver]]\nrule = \"range\"\npackage = \"a\"\ndependent = \"b\"\n" + record, `ledger.toml:4:1: dependent is for the rule of that name (with rule = "dependent" it says whose requirement may be unmet)`},
		{"syntax", "[[approval]]\npackage = \"a\nversion = \"1\"\n", "ledger.toml:2:13: TOML: basic strings cannot have new lines"},
		{"syntax, and problems before", "[[holds]]\n[[approval\n", `ledger.toml:1:3: "holds" is no kind of entry (did you mean "hold"?)
ledger.toml:2:11: TOML: expected ']]' to close array table name`},
	} {
		_, err := ledger.Parse("ledger.toml", []byte(test.text))
		if err == nil {
			t.Errorf("%s: no problem", test.name)
			continue
		}
		if got := err.Error(); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func TestParseRefusesWhatIsTooLarge(t *testing.T) {
	_, err := ledger.Parse("ledger.toml", []byte(strings.Repeat("#", 16<<20+1)))
	if err == nil || !strings.Contains(err.Error(), "more than a ledger may have") {
		t.Errorf("the error is %v", err)
	}
	_, err = ledger.Parse("ledger.toml", []byte(strings.Repeat("a = 1\n", 100_000)))
	if problems := err.(constraints.Problems); len(problems) != 1000 {
		t.Errorf("%d problems are listed", len(problems))
	}
}
