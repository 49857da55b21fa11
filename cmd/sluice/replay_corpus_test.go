package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"sluice/constraints/pep508"
)

// corpusMatrix is what upper-constraints.txt itself tells of the Pythons that were tested:
// it had lines for 3.6 until 2022-05-28, and tells 3.8 from others until 2022-11. Nothing
// in it is of any other Python. Pins were taken out for 3.8 as late as 2023-04.
func corpusMatrix() []environmentConfig {
	return []environmentConfig{
		{Name: "py36", Python: "3.6", Until: toml.LocalDate{Year: 2022, Month: 5, Day: 27}},
		{Name: "py38", Python: "3.8"},
	}
}

// replayCorpus replays a recorded history of the corpus under the default policy.
func replayCorpus(t testing.TB, name string) *replay {
	t.Helper()
	s := &settings{dir: corpusDir(t), cacheDir: t.TempDir(), config: config{
		Index:        indexConfig{File: "pypi-2023-09/packages.jsonl.gz"},
		Environments: corpusMatrix(),
	}}
	eras, err := s.eras()
	if err != nil {
		t.Fatal(err)
	}
	p := &past{history: filepath.Join("openstack-history", name), routine: routineCommits()}
	h, err := openHistory(s.abs(p.history), p.history)
	if err != nil {
		t.Fatal(err)
	}
	in := &inputs{settings: s}
	t.Cleanup(func() { in.close() })
	answer, err := p.judge(in, eras, h)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// recordedRevert is a line of reverts.jsonl: a commit that took something back, capped or
// blocked it, and what it did to pins.
type recordedRevert struct {
	Commit  string
	Date    time.Time
	Subject string
	Kind    string
	Items   []struct {
		Name, Direction string
		From, To        string
		Introduced      *struct{ Commit string }
	}
}

// corpusReverts reads what history took back.
func corpusReverts(t testing.TB) []recordedRevert {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(corpusDir(t), "openstack-history", "reverts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var all []recordedRevert
	for line := range strings.Lines(string(file)) {
		var r recordedRevert
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// stoppedBy returns how the replay would have stopped what a revert is about, "" for not:
// when the version came in, as a lowering by accident, or when it came in again.
func stoppedBy(r *replay, revert recordedRevert) string {
	var how []string
	for _, item := range revert.Items {
		for _, s := range r.Stops {
			for _, c := range s.Changes {
				if pep508.NormalizeName(c.Name) != pep508.NormalizeName(item.Name) {
					continue
				}
				when := ""
				switch {
				case s.ID == revert.Commit:
					when = "itself"
				case item.Introduced != nil && s.ID == item.Introduced.Commit && c.To == item.From:
					when = "as it came in"
				case s.Date.After(revert.Date) && c.To == item.From && s.Rule == "rejected-before":
					when = "as it came again"
				default:
					continue
				}
				if text := s.Rule + " " + when; !slices.Contains(how, text) {
					how = append(how, text)
				}
			}
		}
	}
	return strings.Join(how, ", ")
}

// Why nothing stops a version that history took back.
const (
	tests    = "what is wrong with it takes tests to find"
	restores = "a revert brings it back, which lifts the rejection"
	noPin    = "no bad version was pinned"
	noFacts  = "the corpus lacks the facts of the version, and its fault takes tests"
	noPython = "the corpus lacks its Requires-Python"
)

// The reverts of three years: those that metadata, memory and order can stop are stopped.
// The others are listed with why they are not.
func TestReplayStopsWhatHistoryTookBack(t *testing.T) {
	want := []struct{ date, name, stopped, otherwise string }{
		{"2021-01-07", "Sphinx", "", tests},
		{"2021-01-15", "horizon", "", noPin},
		{"2021-01-17", "importlib-resources", "downgrade itself", ""},
		{"2021-01-29", "amqp", "", noPin},
		{"2021-02-09", "XStatic-JQuery-Migrate", "", tests},
		{"2021-03-05", "ironic-lib", "", tests},
		{"2021-04-12", "ceilometer", "prerelease as it came in, downgrade itself", ""},
		{"2021-05-25", "alembic", "", tests},
		{"2021-06-04", "Sphinx", "downgrade itself", ""},
		{"2021-06-18", "validations-libs", "", tests},
		{"2021-08-03", "tempest", "", noPin},
		{"2021-08-06", "validations-libs", "", restores},
		{"2021-10-05", "ceilometer", "prerelease as it came in, downgrade itself", ""},
		{"2021-10-11", "futures", "downgrade itself", ""},
		{"2021-10-19", "pyzmq", "downgrade itself", ""},
		{"2021-10-20", "prettytable", "", noPin},
		{"2021-10-22", "selenium", "", noFacts},
		{"2021-11-17", "eventlet", "", tests},
		{"2021-11-29", "selenium", "", noFacts},
		{"2021-12-29", "paramiko", "", tests},
		{"2022-01-18", "gabbi", "", tests},
		{"2022-01-25", "dnspython", "", tests},
		{"2022-02-01", "zeroconf", "rejected-before as it came again", noPython},
		{"2022-03-10", "pypowervm", "rejected-before as it came again", tests},
		{"2022-03-14", "pyroute2.nftables", "", tests},
		{"2022-05-13", "neutron-lib", "", tests},
		{"2022-05-13", "neutron-lib", "", restores},
		{"2022-06-17", "networkx", "", tests},
		{"2022-06-25", "gnocchiclient", "", restores},
		{"2022-07-18", "pyroute2", "", tests},
		{"2022-07-21", "os-vif", "", tests},
		{"2022-07-29", "Werkzeug", "", tests},
		{"2022-08-03", "sphinx-rtd-theme", "downgrade itself", ""},
		{"2022-08-05", "bashate", "", noPin},
		{"2022-08-06", "grpcio", "downgrade itself", ""},
		{"2022-08-28", "pyzmq", "downgrade as it came in, downgrade itself", ""},
		{"2022-09-03", "prettytable", "", noPin},
		{"2022-11-30", "yappi", "", tests},
		{"2023-04-24", "tooz", "requires-python as it came in", ""},
		{"2023-04-25", "pysaml2", "requires-python as it came in", ""},
		{"2023-04-26", "pyasn1", "", tests},
		{"2023-05-17", "glance-store", "downgrade itself", ""},
		{"2023-05-19", "XStatic-JQuery-Migrate", "", restores},
		{"2023-09-04", "sphinx-rtd-theme", "", noPin},
	}
	r := replayCorpus(t, "")
	for i, revert := range corpusReverts(t) {
		if i == len(want) {
			t.Fatalf("more than %d reverts", len(want))
		}
		w := want[i]
		if date, name := revert.Date.UTC().Format(time.DateOnly), revert.Items[0].Name; date != w.date || name != w.name {
			t.Errorf("%d is of %s on %s, not %s on %s", i, name, date, w.name, w.date)
		}
		if got := stoppedBy(r, revert); got != w.stopped {
			t.Errorf("%s %s: stopped by %q, want %q", w.date, w.name, got, w.stopped)
		}
		if w.stopped == "" && w.otherwise == "" {
			t.Errorf("%s %s: nobody says why it is not stopped", w.date, w.name)
		}
	}
}

// What would have been stopped though history kept it, each with the reason that a
// maintainer was given. It is less than one of two hundred.
func TestReplayRaisesFewFalseAlarms(t *testing.T) {
	r := replayCorpus(t, "")
	c := r.Changes
	if r.Commits.Total != 1137 || c.Kept < 3300 {
		t.Fatalf("%d commits, %d versions kept", r.Commits.Total, c.Kept)
	}
	if 200*c.Stopped > c.Kept {
		t.Errorf("%d of %d versions that were kept are stopped", c.Stopped, c.Kept)
	}
	var got []string
	for _, s := range r.Stops {
		for _, change := range s.Changes {
			if (change.Kind == raised || change.Kind == added) && !change.Fate.Confirmed {
				got = append(got, fmt.Sprintf("%s %s %s -> %s: %s", s.day(), change.Name, change.From, change.To, s.Rule))
			}
		}
	}
	want := []string{
		"2021-12-07 funcparserlib 0.3.6 -> 1.0.0a0: prerelease",
		"2022-02-04 zeroconf 0.38.1 -> 0.38.3: rejected-before", // taken out three days before, which was meant for another Python
		"2022-03-09 ceilometer 17.0.1 -> 18.0.0.0rc1: prerelease",
		"2022-03-11 tap-as-a-service 8.0.0 -> 9.0.0.0rc1: prerelease",
		"2022-04-04 pypowervm 1.1.24 -> 1.1.27: rejected-before",  // taken out by hand, and back by the next routine
		"2022-05-18 glance-store 3.0.0 -> 4.0.0: requires-python", // of py36, for which the file had lines ten days longer; likewise below
		"2022-05-19 oslo.log 4.7.0 -> 5.0.0: requires-python",
		"2022-05-19 os-ken 2.3.1 -> 2.4.0: requires-python",
		"2022-05-21 python-novaclient 17.7.0 -> 18.0.0: requires-python",
		"2022-05-21 python-glanceclient 3.6.0 -> 4.0.0: requires-python",
		"2022-09-13 ceilometer 18.0.0 -> 19.0.0.0rc1: prerelease",
		"2022-09-15 tap-as-a-service 9.0.0 -> 10.0.0.0rc1: prerelease",
		"2023-03-03 tap-as-a-service 10.0.0 -> 11.0.0.0rc1: prerelease",
		"2023-03-03 ceilometer 19.0.0 -> 20.0.0.0rc1: prerelease",
		"2023-03-26 opentelemetry-semantic-conventions  -> 0.38b0: prerelease",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stopped and kept (-want +got):\n%s", diff)
	}
}

// Seven years of versions alone, without facts: what came in again soon after it had been
// taken out by hand is stopped, each time, and what routine lowered is.
func TestReplayRemembersWhatWasTakenOut(t *testing.T) {
	const soon = 25 * 24 * time.Hour
	r := replayCorpus(t, "raises-2019-2026.jsonl.gz")
	stopped := make(map[string]bool)
	for _, s := range r.Stops {
		for _, c := range s.Changes {
			stopped[s.Rule+" "+s.ID+" "+string(pep508.NormalizeName(c.Name))] = true
		}
	}
	again, accidents := 0, 0
	taken := make(map[string]time.Time) // by "NAME VERSION"
	recall := newRecall(patternsOf(routineCommits()))
	path := filepath.Join(corpusDir(t), "openstack-history", "raises-2019-2026.jsonl.gz")
	for row, err := range recordedLines[recordedVersions](path, path) {
		if err != nil {
			t.Fatal(err)
		}
		by := commit{ID: row.Commit, Subject: row.Subject}
		takesBack := strings.HasPrefix(by.purpose(), "Revert ")
		for _, c := range row.Raised {
			when, before := taken[c[0]+" "+c[2]]
			if !before || row.Date.Sub(when) > soon || takesBack {
				continue
			}
			if again++; !stopped["rejected-before "+row.Commit+" "+c[0]] {
				t.Errorf("%s %s: %s came in again, and nothing stops it", row.Date, c[0], c[2])
			}
		}
		for _, c := range row.Lowered {
			if !recall.isRoutine(by) {
				taken[c[0]+" "+c[1]] = row.Date
			} else if accidents++; !stopped["downgrade "+row.Commit+" "+c[0]] {
				t.Errorf("%s %s: %s -> %s in routine, and nothing stops it", row.Date, c[0], c[1], c[2])
			}
		}
	}
	if again < 7 || accidents < 7 {
		t.Errorf("%d versions came in again, %d were lowered in routine", again, accidents)
	}
	t.Logf("%d versions came in again within 25 days, %d were lowered in routine", again, accidents)
}
