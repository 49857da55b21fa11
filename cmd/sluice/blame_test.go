package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
)

// What a ledger says of a package is told with who added and who lifted it.
func TestBlameTellsWhatALedgerSaid(t *testing.T) {
	version, err := pep440.Parse("2")
	if err != nil {
		t.Fatal(err)
	}
	within, err := pep440.ParseSpecifierSet("<2")
	if err != nil {
		t.Fatal(err)
	}
	record := ledger.Record{Reason: "why", Owner: "who"}
	rope, knot := ledger.Pin{Name: "rope", Spelling: "Rope", Version: version}, ledger.Pin{Name: "knot", Spelling: "knot", Version: version}
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	until := record
	until.Expires = noon
	all := []ledger.Entry{
		&ledger.Hold{Record: until, Package: "rope", Spelling: "Rope", Range: within, Environments: ledger.Scope{"py38"}},
		&ledger.Rejection{Record: record, Pin: rope, With: []ledger.Pin{knot}, Rules: []string{"dependent"}, Evidence: "sha256:00"},
		&ledger.Rejection{Record: record, Pin: knot, With: []ledger.Pin{rope}},
		&ledger.Waiver{Record: record, Rule: "range", Package: "rope", Spelling: "Rope", Range: constraints.Everything(), Consumer: "nova"},
		&ledger.ExpectedFailure{Record: record, Consumer: "nova", Package: "rope", Spelling: "Rope", Range: within},
		&ledger.Freeze{Record: record, From: noon, To: noon.AddDate(0, 0, 1), Packages: []constraints.Pattern{"r*"}},
		&ledger.Approval{Record: record, Pin: rope},
		&ledger.Hold{Record: record, Package: "knot", Spelling: "knot", Range: within}, // which is of nobody here
		&ledger.Freeze{Record: record, From: noon, To: noon},
	}
	b := &blamer{name: "rope", answer: &blame{}}
	first, second, third := &commit{ID: "1"}, &commit{ID: "2"}, &commit{ID: "3"}
	b.remember(ledger.Ledger{Entries: all[:1]}, nil)
	b.remember(ledger.Ledger{Entries: all}, first)
	b.remember(ledger.Ledger{Entries: all[1:3]}, second)
	b.remember(ledger.Ledger{Entries: all[:1]}, third)
	var got strings.Builder
	for _, r := range b.answer.Records {
		id := func(c *commit) string {
			if c == nil {
				return "-"
			}
			return c.ID
		}
		fmt.Fprintf(&got, "%s..%s %s %s\n", id(r.Added), id(r.Lifted), r.Kind, r.What)
	}
	want := `-..2 hold Rope<2 [py38] through 2026-01-01T12:00:00Z
1..3 rejection Rope==2 beside knot==2
1..3 rejection knot==2 beside Rope==2
1..2 waiver of range for Rope nova
1..2 expected-failure of nova with Rope<2
1..2 freeze from 2026-01-01T12:00:00Z through 2026-01-02T12:00:00Z of r*
1..2 approval Rope==2
3..- hold Rope<2 [py38] through 2026-01-01T12:00:00Z
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// The records of a ledger are those of its history in git.
func TestBlameReadsTheHistoryOfALedger(t *testing.T) {
	g := newGitRepository(t)
	approval := func(reason string) string {
		return "[[approval]]\npackage = \"rope\"\nversion = \"1\"\nowner = \"o\"\nreason = \"" + reason + "\"\n"
	}
	g.write("ledger", approval("one"))
	g.commit("begin")
	g.write("ledger", approval("one")+approval("two"))
	g.commit("add two")
	g.write("ledger", "broken\n")
	g.commit("break")
	g.write("ledger", approval("two"))
	g.commit("lift one")
	r, err := openRepository(t.Context(), g.dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.openGit("ledger", "HEAD~3", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	b := &blamer{name: "rope", answer: &blame{}}
	if err := b.rememberAll(h); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, r := range b.answer.Records {
		fmt.Fprint(&got, r.Reason)
		if r.Added != nil {
			fmt.Fprint(&got, ", added by ", r.Added.Subject)
		}
		if r.Lifted != nil {
			fmt.Fprint(&got, ", lifted by ", r.Lifted.Subject)
		}
		fmt.Fprintln(&got)
	}
	if want := "one, lifted by lift one\ntwo, added by add two\n"; got.String() != want {
		t.Errorf("records\n%swant\n%s", &got, want)
	}
}
