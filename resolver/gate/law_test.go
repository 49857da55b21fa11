package gate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/semver"
	"sluice/resolver"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// A Thursday.
var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// record is what an entry of the n-th line says besides.
func record(n int) ledger.Record {
	return ledger.Record{Reason: "why", Owner: "who", Place: constraints.Place{File: "ledger", Line: n, Col: 1}}
}

// pin reads "a===1" as an entry of a ledger has it.
func pin(t testing.TB, text string) ledger.Pin {
	l := lines(t, text)[0]
	return ledger.Pin{Name: l.Requirement.Name, Spelling: l.Requirement.Spelling, Version: l.Version}
}

// remember reads the entries of a ledger, one a line: "hold a<2", "rejection a===2 b===1",
// "waiver RULE a<3 CONSUMER" or "waiver RULE a<3 by:DEPENDENT", "expected CONSUMER a<3", "freeze PATTERN", "approval a===2 OWNER".
// "old" before it makes it one that has expired, "in ENV" behind it limits it to an environment.
func remember(t testing.TB, text string) ledger.Ledger {
	t.Helper()
	var all ledger.Ledger
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		r := record(len(all.Entries) + 1)
		if words[0] == "old" {
			r.Expires, words = now, words[1:]
		}
		var scope ledger.Scope
		if n := len(words); n > 2 && words[n-2] == "in" {
			scope, words = ledger.Scope{words[n-1]}, words[:n-2]
		}
		demand := func(i int) constraints.Requirement {
			if i >= len(words) || words[i] == "*" {
				return constraints.Requirement{Range: constraints.Everything()}
			}
			return resolvertest.Requirement(t, words[i])
		}
		word := func(i int) string {
			if i >= len(words) {
				return ""
			}
			return words[i]
		}
		var e ledger.Entry
		switch words[0] {
		case "hold":
			e = &ledger.Hold{Record: r, Package: demand(1).Name, Spelling: demand(1).Spelling, Range: demand(1).Range, Environments: scope}
		case "rejection":
			x := &ledger.Rejection{Record: r, Pin: pin(t, words[1]), Environments: scope}
			for _, w := range words[2:] {
				x.With = append(x.With, pin(t, w))
			}
			e = x
		case "waiver":
			w := &ledger.Waiver{Record: r, Rule: words[1], Package: demand(2).Name, Range: demand(2).Range, Consumer: word(3), Environments: scope}
			if dependent, of := strings.CutPrefix(w.Consumer, "by:"); of {
				w.Consumer, w.Dependent = "", constraints.Name(dependent)
			}
			e = w
		case "expected":
			e = &ledger.ExpectedFailure{Record: r, Consumer: words[1], Package: demand(2).Name, Range: demand(2).Range, Environments: scope}
		case "freeze":
			f := &ledger.Freeze{Record: r, From: now.Add(-time.Hour), To: now.Add(time.Hour), Packages: []constraints.Pattern{constraints.Pattern(words[1])}}
			for _, w := range words[2:] {
				f.Except = append(f.Except, constraints.Pattern(w))
			}
			e = f
		case "approval":
			r.Owner = words[2]
			e = &ledger.Approval{Record: r, Pin: pin(t, words[1])}
		default:
			t.Fatalf("no kind %q", words[0])
		}
		all.Entries = append(all.Entries, e)
	}
	return all
}

// dated is a universe whose releases were uploaded some days ago, told by version.
type dated struct {
	resolvertest.Universe
	days map[string]int
}

func (d dated) Release(name constraints.Name, v constraints.Version) (*resolver.Release, error) {
	r, err := d.Universe.Release(name, v)
	days, known := d.days[v.String()]
	if r == nil || !known {
		return r, err
	}
	other := *r
	other.Uploaded = now.AddDate(0, 0, -days)
	return &other, err
}

// Each case is a change of pins under a ledger and a policy.
func TestLaw(t *testing.T) {
	closed, err := gate.ParseWindow("thu 11:00 - fri 08:00", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, universe, before, after, consumers string
		ledger                                   string
		policy                                   gate.Policy
		days                                     map[string]int
		environments                             []string
		verdict                                  gate.Verdict
		found                                    string
	}{
		{
			name: "a hold rejects what is outside", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<2", verdict: gate.Reject, found: "new hold: a 2 is held to <2: why",
		},
		{
			name: "a hold lets pass what is inside", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<3\nhold b<2", verdict: gate.Admit,
		},
		{
			name: "a hold that today's pin does not keep either", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<1", verdict: gate.Reject, found: "new hold: a 2 is held to <1: why",
		},
		{
			name: "a hold counts in its environments", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<2 in py310", environments: []string{"py310", "py311"}, verdict: gate.Reject, found: "new hold: a 2 is held to <2: why [py310]",
		},
		{
			name: "a hold of another environment does not count", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<2 in py39", verdict: gate.Admit,
		},
		{
			name: "an expired hold is reported and does not count", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "old hold a<2", verdict: gate.Admit, found: "warning hold: a 2 is held to <2: why (expired, so it does not count)",
		},
		{
			name: "what was rejected is rejected", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "rejection a===2.0", verdict: gate.Reject, found: "new rejected-before: a 2 was rejected before: why",
		},
		{
			name: "another version was not", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "rejection a===2.1", verdict: gate.Admit,
		},
		{
			name: "rejected beside a pin that is there", universe: "a 1\n a 2\n b 1", before: "a===1 b===1", after: "a===2 b===1", consumers: "c: a",
			ledger: "rejection a===2 b===1", verdict: gate.Reject, found: "new rejected-before: a 2 was rejected before beside b 1: why",
		},
		{
			name: "rejected beside a pin that moved", universe: "a 1\n a 2\n b 1\n b 2", before: "a===1 b===1", after: "a===2 b===2", consumers: "c: a",
			ledger: "rejection a===2 b===1", verdict: gate.Admit,
		},
		{
			name: "the pin beside comes last", universe: "a 2\n b 1\n b 2", before: "a===2 b===2", after: "a===2 b===1", consumers: "c: a",
			ledger: "rejection a===2 b===1", policy: gate.Policy{Downgrade: true}, verdict: gate.Reject, found: "new rejected-before: a 2 was rejected before beside b 1: why",
		},
		{
			name: "a downgrade needs a record", universe: "a 1\n a 2", before: "a===2", after: "a===1", consumers: "c: a",
			verdict: gate.Reject, found: "new downgrade: a 1 is lower than today's 2",
		},
		{
			name: "a rejection is one", universe: "a 1\n a 2", before: "a===2", after: "a===1", consumers: "c: a",
			ledger: "rejection a===2", verdict: gate.Admit,
		},
		{
			name: "a hold is one", universe: "a 1\n a 2", before: "a===2", after: "a===1", consumers: "c: a",
			ledger: "hold a<2", verdict: gate.Admit,
		},
		{
			name: "an expired one is none", universe: "a 1\n a 2", before: "a===2", after: "a===1", consumers: "c: a",
			ledger: "old rejection a===2", verdict: gate.Reject, found: "new downgrade: a 1 is lower than today's 2",
		},
		{
			name: "a freeze", universe: "a 1\n a 2\n ab 1\n ab 2\n b 1\n b 2", before: "a===1 ab===1 b===1", after: "a===2 ab===2 b===2", consumers: "c: a",
			ledger: "freeze a* ab", verdict: gate.Reject, found: "new freeze: a 2 is frozen until 2026-11-26 13:00 UTC: why",
		},
		{
			name: "a window is closed", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			policy: gate.Policy{Closed: []gate.Window{closed}}, verdict: gate.Reject, found: "new window: a 2 is not to change in the time of thu 11:00 - fri 08:00 UTC",
		},
		{
			name: "too young", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a", days: map[string]int{"2": 2},
			policy: gate.Policy{MinAge: 72 * time.Hour}, verdict: gate.Reject,
			found: "new min-age: a 2 was uploaded at 2026-11-24 12:00 UTC, and the policy wants it to be 3 days old",
		},
		{
			name: "old enough", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a", days: map[string]int{"2": 3},
			policy: gate.Policy{MinAge: 72 * time.Hour}, verdict: gate.Admit,
		},
		{
			name: "nobody knows how old", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			policy: gate.Policy{MinAge: 72 * time.Hour}, verdict: gate.Undecided,
			found: "open min-age: a 2 is to be 3 days old, and the index does not say when it was uploaded",
		},
		{
			name: "approvals are people", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "approval a===2 ann\napproval a===2 ann\napproval a===1 bob\nold approval a===2 eve",
			policy: gate.Policy{Approvals: 2}, verdict: gate.Reject, found: "new approval: a 2 has 1 of the 2 approvals that the policy asks for",
		},
		{
			name: "approved", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "approval a===2 ann\napproval a===2 bob", policy: gate.Policy{Approvals: 2}, verdict: gate.Admit,
		},
		{
			name: "too large a step", universe: "a 1.1.0\n a 2.0.0", before: "a===1.1.0", after: "a===2.0.0", consumers: "c: a",
			policy: gate.Policy{Step: semver.Minor}, verdict: gate.Reject,
			found: "new semver: a 2.0.0 is a major step from today's 1.1.0, and the policy allows minor steps at most",
		},
		{
			name: "calendar versions take any step", universe: "a 2022.4\n a 2023.1", before: "a===2022.4", after: "a===2023.1", consumers: "c: a",
			policy: gate.Policy{Step: semver.Patch}, verdict: gate.Admit,
		},
		{
			name: "so do short years that uploads confirm", universe: "a 25.4\n a 26.1", before: "a===25.4", after: "a===26.1", consumers: "c: a",
			days: map[string]int{"25.4": 400, "26.1": 100}, policy: gate.Policy{Step: semver.Patch}, verdict: gate.Admit,
		},
		{
			name: "and numbers that are like years are none", universe: "a 25.4\n a 26.1", before: "a===25.4", after: "a===26.1", consumers: "c: a",
			days: map[string]int{"25.4": 800, "26.1": 100}, policy: gate.Policy{Step: semver.Minor}, verdict: gate.Reject,
			found: "new semver: a 26.1 is a major step from today's 25.4, and the policy allows minor steps at most",
		},
		{
			name: "a patch release with a new dependency", universe: "a 1.0.0: b>=1\n a 1.0.1: b>=1 | c\n b 1\n c 1", before: "a===1.0.0 b===1 c===1", after: "a===1.0.1 b===1 c===1", consumers: "c: a",
			policy: gate.Policy{FirstParty: true}, verdict: gate.Reject,
			found: "new semver: a 1.0.1 requires c, which takes a minor release, and is a patch release after 1.0.0",
		},
		{
			name: "a minor release may have one", universe: "a 1.0.0\n a 1.1.0: c\n c 1", before: "a===1.0.0 c===1", after: "a===1.1.0 c===1", consumers: "c: a",
			policy: gate.Policy{FirstParty: true}, verdict: gate.Admit,
		},
		{
			name: "a raised minimum", universe: "a 1.0.0: b\n a 1.0.1: b>1\n b 1\n b 2", before: "a===1.0.0 b===2", after: "a===1.0.1 b===2", consumers: "c: a",
			policy: gate.Policy{FirstParty: true}, verdict: gate.Reject,
			found: "new semver: a 1.0.1 raises the minimum of b from 1 to 2, which takes a minor release, and is a patch release after 1.0.0",
		},
		{
			name: "another text with the same meaning", universe: "a 1.0.0: b>=1.5\n a 1.0.1: b>1\n b 1\n b 2", before: "a===1.0.0 b===2", after: "a===1.0.1 b===2", consumers: "c: a",
			policy: gate.Policy{FirstParty: true}, verdict: gate.Admit,
		},
		{
			name: "where it applies", universe: "a 1.0.0\n a 1.0.1: c; python_version<'3.11'\n c 1", before: "a===1.0.0 c===1", after: "a===1.0.1 c===1", consumers: "c: a",
			policy: gate.Policy{FirstParty: true}, verdict: gate.Reject, environments: []string{"py310", "py311"},
			found: "new semver: a 1.0.1 requires c, which takes a minor release, and is a patch release after 1.0.0 [py310]",
		},
		{
			name: "others' releases are their own matter", universe: "a 1.0.0\n a 1.0.1: c\n c 1", before: "a===1.0.0 c===1", after: "a===1.0.1 c===1", consumers: "c: a",
			verdict: gate.Admit,
		},
		{
			name: "a waiver", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a<2",
			ledger: "waiver range a<3", verdict: gate.Admit, found: "waived range: a<2 excludes a 2 <- c",
		},
		{
			name: "of another rule, package, version or environment", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a<2",
			ledger: "waiver dependent a\nwaiver range b\nwaiver range a<2\nwaiver range a in py39\nold waiver range a\nwaiver range a d", verdict: gate.Reject,
			found: "new range: a<2 excludes a 2 <- c",
		},
		{
			name: "of one consumer", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a<2\nd: a<2",
			ledger: "waiver range a d", verdict: gate.Reject, found: "new range: a<2 excludes a 2 <- c\nwaived range: a<2 excludes a 2 <- d",
		},
		{
			name: "of one of the consumers that a finding reaches", universe: "a 1\n a 2\n b 1: a<2", before: "a===1", after: "a===2", consumers: "c: b | a\nd: b | a",
			ledger: "waiver resolve * d", verdict: gate.Reject, found: "new resolve: no version of b fits <- c",
		},
		{
			name: "of all of them", universe: "a 1\n a 2\n b 1: a<2", before: "a===1", after: "a===2", consumers: "c: b | a\nd: b | a",
			ledger: "waiver resolve * d\nwaiver resolve b c", verdict: gate.Admit, found: "waived resolve: no version of b fits <- c <- d",
		},
		{
			name: "a waiver of what one package requires", universe: "a 1\n a 2\n b 1: a<2", before: "a===1 b===1", after: "a===2 b===1",
			ledger: "waiver dependent a by:b", verdict: gate.Admit, found: "waived dependent: b 1 requires a<2, against 2",
		},
		{
			name: "and of what another requires", universe: "a 1\n a 2\n b 1: a<2", before: "a===1 b===1", after: "a===2 b===1",
			ledger: "waiver dependent a by:c", verdict: gate.Reject, found: "new dependent: b 1 requires a<2, against 2",
		},
		{
			name: "what the pins themselves do not fit takes more than a consumer's waiver", universe: "a 1\n a 2\n b 1: a<2", before: "a===1 b===1", after: "a===2 b===1", consumers: "c: b",
			ledger: "waiver dependent a c", verdict: gate.Reject, found: "new dependent: b 1 requires a<2, against 2",
		},
		{
			name: "an expected failure", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a<2",
			ledger: "expected c a", verdict: gate.Admit, found: "expected range: a<2 excludes a 2 <- c",
		},
		{
			name: "of anything", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a<2",
			ledger: "expected c", verdict: gate.Admit, found: "expected range: a<2 excludes a 2 <- c",
		},
		{
			name: "a warning", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<2", policy: gate.Policy{Severity: map[string]gate.Severity{"hold": gate.Caution}}, verdict: gate.Admit, found: "warning hold: a 2 is held to <2: why",
		},
		{
			name: "off", universe: "a 1\n a 2", before: "a===1", after: "a===2", consumers: "c: a",
			ledger: "hold a<2", policy: gate.Policy{Severity: map[string]gate.Severity{"hold": gate.Off}}, verdict: gate.Admit,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.environments == nil {
				test.environments = []string{"py311"}
			}
			r := gate.Judge(&gate.Question{
				Environments: resolvertest.Environments(t, test.environments...),
				Before:       lines(t, test.before),
				After:        lines(t, test.after),
				Consumers:    consumers(t, test.consumers),
				Source:       dated{resolvertest.Parse(t, test.universe), test.days},
				Now:          now,
				Law:          gate.Law{Ledger: remember(t, test.ledger), Policy: test.policy},
			})
			if r.Verdict != test.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, test.verdict)
			}
			if diff := cmp.Diff(test.found, found(r)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// What a check says of the failures that the ledger expects.
func TestExpectedFailures(t *testing.T) {
	for _, test := range []struct{ name, consumers, ledger, found string }{
		{"as expected", "c: a<2", "expected c a", "expected range: a<2 excludes a 2 <- c"},
		{"gone", "c: a", "expected c a", "new expected-failure: c fits, and the ledger expects it to fail: why"},
		{"gone where it is expected", "c: a<2; python_version<'3.11'", "expected c a in py311", "new expected-failure: c fits, and the ledger expects it to fail: why [py311]\nnew range: a<2; python_version < \"3.11\" excludes a 2 [py310] <- c"},
		{"expired", "c: a", "old expected c a", ""},
		{"of another package", "c: a<2", "expected c b", "new expected-failure: c fits, and the ledger expects it to fail: why\nnew range: a<2 excludes a 2 <- c"},
		{"of nobody here", "c: a", "expected d a", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			environments := []string{"py311"}
			if strings.Contains(test.found, "[") {
				environments = []string{"py310", "py311"}
			}
			r := gate.Check(&gate.Question{
				Environments: resolvertest.Environments(t, environments...),
				After:        lines(t, "a===2"),
				Consumers:    consumers(t, test.consumers),
				Source:       resolvertest.Parse(t, "a 1\n a 2"),
				Now:          now,
				Law:          gate.Law{Ledger: remember(t, test.ledger)},
			})
			if diff := cmp.Diff(test.found, found(r)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if want := strings.Contains(test.found, "new "); want != (r.Verdict == gate.Reject) {
				t.Errorf("verdict %s", r.Verdict)
			}
		})
	}
}

// A change cannot open the gate for itself, and can close it.
func TestChangesAreJudgedByTheLawTheyFind(t *testing.T) {
	for _, test := range []struct {
		name, ledger, own string
		policy, ownPolicy gate.Policy
		after, consumers  string
		verdict           gate.Verdict
		found             string
	}{
		{
			name: "no other law", ledger: "hold a<2", own: "hold a<2", after: "a===2", consumers: "c: a",
			verdict: gate.Reject, found: "new hold: a 2 is held to <2: why",
		},
		{
			name: "a hold that it takes out", ledger: "hold a<2", after: "a===2", consumers: "c: a", verdict: gate.Reject,
			found: "new loosened: the ledger or the policy of this change would let it pass that a 2 is held to <2: why (hold)\nnew hold: a 2 is held to <2: why",
		},
		{
			name: "a hold that it widens", ledger: "hold a<2", own: "hold a<3", after: "a===2", consumers: "c: a", verdict: gate.Reject,
			found: "new loosened: the ledger or the policy of this change would let it pass that a 2 is held to <2: why (hold)\nnew hold: a 2 is held to <2: why",
		},
		{
			name: "a hold that it narrows", ledger: "hold a<2", own: "hold a<1.5", after: "a===2", consumers: "c: a", verdict: gate.Reject,
			found: "new hold: a 2 is held to <2: why",
		},
		{
			name: "a waiver that it brings", own: "waiver range a", after: "a===2", consumers: "c: a<2", verdict: gate.Reject,
			found: "new loosened: the ledger or the policy of this change would let it pass that a<2 excludes a 2 (range) <- c\nnew range: a<2 excludes a 2 <- c",
		},
		{
			name: "a hold that it brings", own: "hold a<2", after: "a===2", consumers: "c: a", verdict: gate.Reject, found: "new hold: a 2 is held to <2: why",
		},
		{
			name: "a policy that it loosens", ownPolicy: gate.Policy{Prereleases: gate.AllowPrereleases}, after: "a===3rc1", consumers: "c: a", verdict: gate.Reject,
			found: "new loosened: the ledger or the policy of this change would let it pass that a 3rc1 is a pre-release (prerelease)\nnew prerelease: a 3rc1 is a pre-release",
		},
		{
			name: "what is open and would be waived", policy: gate.Policy{MinAge: time.Hour}, after: "a===2", consumers: "c: a", verdict: gate.Reject,
			found: "new loosened: the ledger or the policy of this change would let it pass that a 2 is to be 1 hour old, and the index does not say when it was uploaded (min-age)\nopen min-age: a 2 is to be 1 hour old, and the index does not say when it was uploaded",
		},
		{
			name: "a loosening that it does not use", ledger: "hold b<2", after: "a===2", consumers: "c: a", verdict: gate.Admit,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := gate.JudgeChange(&gate.Question{
				Environments: resolvertest.Environments(t, "py311"),
				Before:       lines(t, "a===1"),
				After:        lines(t, test.after),
				Consumers:    consumers(t, test.consumers),
				Source:       resolvertest.Parse(t, "a 1\n a 2\n a 3rc1"),
				Now:          now,
				Law:          gate.Law{Ledger: remember(t, test.ledger), Policy: test.policy},
			}, &gate.Law{Ledger: remember(t, test.own), Policy: test.ownPolicy})
			if r.Verdict != test.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, test.verdict)
			}
			if diff := cmp.Diff(test.found, found(r)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
