package ledger_test

import (
	"testing"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func version(t *testing.T, text string) constraints.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEntriesCountUntilTheyExpire(t *testing.T) {
	past := &ledger.Hold{Record: ledger.Record{Expires: now}} // the first moment at which it counts no more
	later := &ledger.Freeze{Record: ledger.Record{Expires: now.Add(time.Nanosecond)}}
	ever := &ledger.Hold{}
	book := ledger.Ledger{Entries: []ledger.Entry{past, later, ever}}
	if at := book.At(now).Entries; len(at) != 2 || at[0] != later || at[1] != ever {
		t.Errorf("there count %v", at)
	}
	if expired := book.Expired(now); len(expired) != 1 || expired[0] != past {
		t.Errorf("expired are %v", expired)
	}
	if holds := ledger.Of[*ledger.Hold](book); len(holds) != 2 || holds[0] != past || holds[1] != ever {
		t.Errorf("holds are %v", holds)
	}
}

func TestHoldForbids(t *testing.T) {
	within, err := pep440.ParseSpecifierSet("<2")
	if err != nil {
		t.Fatal(err)
	}
	hold := &ledger.Hold{Package: "a", Range: within, Environments: ledger.Scope{"py311"}}
	for _, test := range []struct {
		name                 constraints.Name
		version, environment string
		want                 bool
	}{
		{"a", "2.0", "py311", true},
		{"a", "1.9", "py311", false},
		{"a", "2.0", "py310", false},
		{"b", "2.0", "py311", false},
	} {
		if got := hold.Forbids(test.name, version(t, test.version), test.environment); got != test.want {
			t.Errorf("%s %s in %s: %v", test.name, test.version, test.environment, got)
		}
	}
	hold.Environments = nil
	if !hold.Forbids("a", version(t, "2.0"), "py310") {
		t.Error("a hold for all environments does not forbid in one")
	}
}

func TestRejectionMatchesAllItsPins(t *testing.T) {
	rejection := &ledger.Rejection{Pin: ledger.Pin{Name: "a", Version: version(t, "1.0")}, With: []ledger.Pin{{Name: "b", Version: version(t, "2")}}}
	for _, test := range []struct {
		pins map[constraints.Name]constraints.Version
		want bool
	}{
		{map[constraints.Name]constraints.Version{"a": version(t, "1"), "b": version(t, "2.0")}, true},
		{map[constraints.Name]constraints.Version{"a": version(t, "1"), "b": version(t, "3")}, false},
		{map[constraints.Name]constraints.Version{"a": version(t, "1")}, false},
		{map[constraints.Name]constraints.Version{"b": version(t, "2")}, false},
	} {
		pinned := func(name constraints.Name) constraints.Version { return test.pins[name] }
		if got := rejection.Matches(pinned); got != test.want {
			t.Errorf("%v: %v", test.pins, got)
		}
	}
}

func TestFreezeCovers(t *testing.T) {
	freeze := &ledger.Freeze{From: now, To: now.Add(time.Hour), Packages: []constraints.Pattern{"oslo-*"}, Except: []constraints.Pattern{"oslo-log"}}
	for _, test := range []struct {
		name constraints.Name
		at   time.Time
		want bool
	}{
		{"oslo-config", now, true},
		{"oslo-config", now.Add(-time.Nanosecond), false},
		{"oslo-config", now.Add(time.Hour), false},
		{"oslo-log", now, false},
		{"nova", now, false},
	} {
		if got := freeze.Covers(test.name, test.at); got != test.want {
			t.Errorf("%s at %s: %v", test.name, test.at, got)
		}
	}
	freeze.Packages = nil
	if !freeze.Covers("nova", now) {
		t.Error("a freeze of everything does not cover a package")
	}
}
