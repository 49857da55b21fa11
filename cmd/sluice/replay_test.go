package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/resolver/gate"
)

// madeUp is a commit of a made-up history, with the constraints after it.
type madeUp struct {
	id, subject string
	reverts     []string
	listed      []string // requirements
	text        string
}

// historyOf returns made-up commits as a history, a day apart.
func historyOf(t testing.TB, commits []madeUp) history {
	t.Helper()
	reader := lineReader{name: "c.txt"}
	var before []gate.Line
	var all []*revision
	for i, c := range commits {
		after, err := reader.read([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		r := &revision{
			commit:  commit{ID: c.id, Date: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), Subject: c.subject},
			Before:  before,
			After:   after,
			Reverts: c.reverts,
		}
		for _, requirement := range listedRequirements(c.listed) {
			r.Listed = append(r.Listed, listing{r.commit, requirement.Name, []constraints.Requirement{requirement}})
		}
		all = append(all, r)
		before = after
	}
	return func(yield func(*revision, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// replayOf replays a history for some environments, with nothing known but versions.
func replayOf(t testing.TB, h history, environments ...string) *replay {
	t.Helper()
	var eras []era
	for _, name := range environments {
		env, err := pep508.ParseEnvironment(name)
		if err != nil {
			t.Fatal(err)
		}
		eras = append(eras, era{env: env})
	}
	p := &replayer{eras: eras, source: nothingKnown{}, recall: newRecall([]constraints.Pattern{"routine*"})}
	answer, err := p.walk(h)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// stopLines returns what would have been stopped, one line each.
func stopLines(r *replay) string {
	var b strings.Builder
	for _, s := range r.Stops {
		fmt.Fprintf(&b, "%s %s: %s", s.ID, s.Rule, s.Message)
		for _, c := range s.Changes {
			fmt.Fprintf(&b, " | %s", &c)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func TestReplay(t *testing.T) {
	for _, test := range []struct {
		name    string
		commits []madeUp
		want    string
	}{
		{
			name: "what was taken out by hand does not come in again",
			commits: []madeUp{
				{id: "1", text: "a===1"}, {id: "2", text: "a===2", subject: "routine"}, {id: "3", text: "a===1", subject: "Block a 2"},
				{id: "4", text: "a===2", subject: "routine"}, {id: "5", text: "a===1", subject: "routine"},
			},
			want: "4 rejected-before: a 2 was rejected before: taken out on 2026-01-03 by 3, Block a 2 | a raised 1 -> 2, undone after 1 day: lowered to 1 by 5 2026-01-05 routine\n",
		},
		{
			name: "what is lowered in routine is lowered by accident",
			commits: []madeUp{
				{id: "1", text: "a===2"}, {id: "2", text: "a===1", subject: "routine"}, {id: "3", text: "a===2", subject: "routine"},
			},
			want: "2 downgrade: a 1 is lower than today's 2 | a lowered 2 -> 1, undone after 1 day: raised to 2 by 3 2026-01-03 routine\n",
		},
		{
			name: "a revert of the revert lifts the rejection",
			commits: []madeUp{
				{id: "1", text: "a===2"}, {id: "2222", text: "a===1", subject: "Block a"}, {id: "3", text: "a===2", subject: "Try again", reverts: []string{"2222"}},
			},
		},
		{
			name: "also where it only has its subject",
			commits: []madeUp{
				{id: "1", text: "a===2"}, {id: "2", text: "a===1", subject: `Merge "Block a"`}, {id: "3", text: "a===2", subject: `Revert "Block a"`},
			},
		},
		{
			name: "a removal is on nobody's record but a revert's",
			commits: []madeUp{
				{id: "1", text: "a===2"}, {id: "2", text: "", subject: "Drop a"}, {id: "3", text: "a===2"},
				{id: "4", text: "", subject: `Revert "Add a"`}, {id: "5", text: "a===2"},
			},
			want: "5 rejected-before: a 2 was rejected before: taken out on 2026-01-04 by 4, Revert \"Add a\" | a added 2, which stayed (0 days)\n",
		},
		{
			name: "a list of requirements holds, and lifts what it forbade",
			commits: []madeUp{
				{id: "1", text: "a===1"},
				{id: "2", text: "a===2", listed: []string{"a<2"}},
				{id: "3", text: "a===1", subject: "routine"},
				{id: "4", text: "a===1\nb===1", listed: []string{"a<3"}, subject: "routine"},
				{id: "5", text: "a===2\nb===1", subject: "routine"},
			},
			want: "2 hold: a 2 is held to <2: the list of requirements says so (2, ) | a raised 1 -> 2, undone after 1 day: lowered to 1 by 3 2026-01-03 routine\n",
		},
		{
			name: "in one environment",
			commits: []madeUp{
				{id: "1", text: "a===2"},
				{id: "2", text: "a===1; python_version<'3.9'\na===2; python_version>='3.9'", subject: "Cap a"},
				{id: "3", text: "a===2", subject: "routine"},
			},
			want: "3 rejected-before: a 2 was rejected before: taken out on 2026-01-02 by 2, Cap a | a raised 1 -> 2, which stayed (0 days)\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, stopLines(replayOf(t, historyOf(t, test.commits), "py38", "py311"))); diff != "" {
				t.Errorf("stops (-want +got):\n%s", diff)
			}
		})
	}
}

// What replay and blame answer follows the schema, and is the same each time.
func TestAnswersOfThePastFollowTheirSchema(t *testing.T) {
	schema := answerSchema(t)
	commits := []madeUp{
		{id: "1", text: "a===1\nb===1"}, {id: "2", text: "a===2", subject: "routine", listed: []string{"a<3"}}, {id: "3", text: "a===1", subject: "Block a 2", listed: []string{"a<2"}},
		{id: "4", text: "a===2; python_version<'3.9'\na===3; python_version>='3.9'", subject: "routine"}, {id: "5", text: "a===1", subject: "routine"},
	}
	replayed := replayOf(t, historyOf(t, commits), "py38", "py311")
	if again := replayOf(t, historyOf(t, commits), "py38", "py311"); len(replayed.Stops) == 0 || stopLines(again) != stopLines(replayed) {
		t.Errorf("%s\nand then\n%s", stopLines(replayed), stopLines(again))
	}
	replayed.Unknown = []unknownPin{{"a", "1", "2"}}
	replayed.Unread = []unreadPast{{"3", "r"}}
	followsSchema(t, schema, replayed)
	followsSchema(t, schema, replayOf(t, historyOf(t, nil), "py38"))
	for _, name := range []constraints.Name{"a", "b", "c"} {
		blamed, err := blamePins(historyOf(t, commits), nil, name)
		if err != nil {
			t.Fatal(err)
		}
		followsSchema(t, schema, blamed)
	}
}

// model is the memory of a gate told plainly: who took out which version where.
type model []takenOut

type takenOut struct {
	by, name, version string
	where             map[string]bool // nil: everywhere
}

func (m model) rejects(name, version, env string) bool {
	return slices.ContainsFunc(m, func(r takenOut) bool {
		return r.name == name && r.version == version && (r.where == nil || r.where[env])
	})
}

// Random histories of a few packages in two environments are judged as a plain model
// judges them: what was taken out by hand is never admitted again unless that is taken
// back, and what routine lowers is a downgrade unless what it lowers was rejected.
func TestReplayRemembersLikeAModel(t *testing.T) {
	environments := []string{"py38", "py311"}
	rapid.Check(t, func(rt *rapid.T) {
		names := []string{"a", "b"}
		version := rapid.SampledFrom([]string{"", "1", "2", "3"})
		state := map[string]map[string]string{"py38": {}, "py311": {}}
		var commits []madeUp
		var memory model
		var want []string
		for i := range rapid.IntRange(1, 12).Draw(rt, "commits") {
			c := madeUp{id: fmt.Sprintf("%04d", i), subject: rapid.SampledFrom([]string{"routine", "by hand", "Revert something"}).Draw(rt, "subject")}
			if i > 0 && rapid.IntRange(0, 3).Draw(rt, "takes back") == 0 {
				c.reverts = []string{fmt.Sprintf("%04d", rapid.IntRange(0, i-1).Draw(rt, "commit"))}
				memory = slices.DeleteFunc(memory, func(r takenOut) bool { return r.by == c.reverts[0] })
			}
			next := map[string]map[string]string{"py38": {}, "py311": {}}
			for _, name := range names {
				next["py38"][name] = version.Draw(rt, name)
				next["py311"][name] = next["py38"][name]
				if rapid.Bool().Draw(rt, "split") {
					next["py311"][name] = version.Draw(rt, name+" py311")
				}
			}
			if c.subject != "routine" {
				for _, name := range names {
					memory = memory.with(c, name, state, next)
				}
			}
			for _, env := range environments {
				for _, name := range names {
					from, to := state[env][name], next[env][name]
					if to != "" && to != from && memory.rejects(name, to, env) {
						want = append(want, fmt.Sprintf("%s rejected-before %s %s %s", c.id, name, to, env))
					}
					if to != "" && to < from && !memory.rejects(name, from, env) {
						want = append(want, fmt.Sprintf("%s downgrade %s %s %s", c.id, name, to, env))
					}
				}
			}
			for _, name := range names {
				if v := next["py38"][name]; v != "" {
					c.text += name + "===" + v + "; python_version<'3.9'\n"
				}
				if v := next["py311"][name]; v != "" {
					c.text += name + "===" + v + "; python_version>='3.9'\n"
				}
			}
			state = next
			commits = append(commits, c)
		}
		got := make(map[string]bool)
		for _, s := range replayOf(t, historyOf(t, commits), environments...).Stops {
			for _, env := range s.Environments {
				for _, c := range s.Changes {
					if s.Rule != "partition" && slices.Contains(c.move.environments, env) {
						got[fmt.Sprintf("%s %s %s %s %s", s.ID, s.Rule, c.Name, c.To, env)] = true
					}
				}
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(slices.Compact(want), slices.Sorted(maps.Keys(got))); diff != "" {
			rt.Errorf("stops (-want +got):\n%s\n%+v", diff, commits)
		}
	})
}

// with returns the model with what a commit by hand takes out of a package.
func (m model) with(c madeUp, name string, from, to map[string]map[string]string) model {
	takesBack := len(c.reverts) > 0 || strings.HasPrefix(c.subject, "Revert ")
	type change struct{ from, to string }
	where := make(map[change]map[string]bool)
	for _, env := range []string{"py38", "py311"} {
		ch := change{from[env][name], to[env][name]}
		if ch.from != "" && ch.to < ch.from && (ch.to != "" || takesBack) {
			if where[ch] == nil {
				where[ch] = make(map[string]bool)
			}
			where[ch][env] = true
		}
	}
	for ch, envs := range where {
		if len(envs) == 2 {
			envs = nil
		}
		m = append(m, takenOut{c.id, name, ch.from, envs})
	}
	return m
}

// A history that was recorded in a folder is read with all that is wrong with it.
func TestRecordedHistoriesAreChecked(t *testing.T) {
	for _, test := range []struct{ name, edits, want string }{
		{"no JSON", "x", "constraints-diffs.jsonl:1:1: no line of a recorded history: invalid character 'x' looking for beginning of value"},
		{"lines that are not there", `{"commit":"1","ops":[[0,9,[]]]}`, "constraints-diffs.jsonl:1:1: lines 0 to 9 are not there to be replaced"},
		{"lines the wrong way round", `{"commit":"1","ops":[[1,0,[]]]}`, "constraints-diffs.jsonl:1:1: lines 1 to 0 are not there to be replaced"},
		{"an edit without lines", `{"commit":"1","ops":[[0,1]]}`, "constraints-diffs.jsonl:1:1: no line of a recorded history: an array has 2 parts, not 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := writeFiles(t, map[string]string{recordedStart: "a===1\n", recordedEdits: test.edits + "\n"})
			h, err := openHistory(dir, "")
			if err != nil {
				t.Fatal(err)
			}
			var got error
			for _, err := range h {
				got = err
			}
			if got == nil || got.Error() != test.want {
				t.Errorf("%v, want %s", got, test.want)
			}
		})
	}
}

func FuzzRecordedHistory(f *testing.F) {
	f.Add([]byte(`{"commit":"1","date":"2026-01-01T00:00:00Z","ops":[[0,1,["a===2"]]],"eol":true}`))
	f.Add([]byte(`{"commit":"1","ops":[[0,0,["b===2;python_version=='3.8'"]],[1,1,["-r x"]]]}`))
	f.Add([]byte(`{"commit":"1","raised":[["a","1","2"]],"added":[["b",{"":"1"}]],"changed":[["c",{"":"1"},{"python_version<'3'":"2"}]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := writeFiles(t, map[string]string{recordedStart: "a===1\n", recordedEdits: string(data), "versions.jsonl": string(data)})
		for _, name := range []string{dir, dir + "/versions.jsonl"} {
			h, err := openHistory(name, "x")
			if err != nil {
				t.Fatal(err)
			}
			for r, err := range h {
				if err != nil {
					break
				}
				movesOf(touchedBy(pinLines(r.Before), pinLines(r.After)), nil)
			}
		}
	})
}

// writeFiles writes files into a folder of the test's own.
func writeFiles(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
