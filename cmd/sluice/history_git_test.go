package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/resolver/gate"
)

// historyLines returns what a history says, one commit a line: "SUBJECT: LINES -> LINES".
func historyLines(t *testing.T, h history) string {
	t.Helper()
	text := func(lines []gate.Line) string {
		var all []string
		for i := range lines {
			all = append(all, lines[i].Requirement.Spelling+" "+lineText(&lines[i]))
		}
		return strings.Join(all, ", ")
	}
	var b strings.Builder
	for r, err := range h {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %s -> %s", r.Subject, text(r.Before), text(r.After))
		if r.Unread != nil {
			fmt.Fprintf(&b, " (%s)", r.Unread)
		}
		if len(r.Reverts) > 0 {
			fmt.Fprintf(&b, " takes back %s", r.Reverts[0])
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// A history is that of first parents, with what merges bring under the merged commit's
// subject; states that cannot be read are told.
func TestGitHistory(t *testing.T) {
	g := newGitRepository(t)
	g.git("config", "log.showSignature", "true")
	g.write("a b/pins.txt", "one===1\n")
	g.commit("begin")
	g.write("other.txt", "x")
	g.commit("nothing of the pins")
	g.git("checkout", "--quiet", "-b", "side")
	g.write("a b/pins.txt", "one===2\n")
	g.commit("halfway")
	g.write("a b/pins.txt", "one===3\n")
	third := g.commit("raise one to 3")
	g.git("checkout", "--quiet", "main")
	g.git("merge", "--quiet", "--no-ff", "--message", "Merge branch side", "side")
	g.write("a b/pins.txt", "one===3\n-r more.txt\n")
	g.commit("split the file")
	g.write("a b/pins.txt", "one===2\n")
	g.commit("Back\n\nThis reverts commit " + third + ".\n")
	if err := os.Remove(filepath.Join(g.dir, "a b", "pins.txt")); err != nil {
		t.Fatal(err)
	}
	g.commit("drop it")
	r, err := openRepository(t.Context(), filepath.Join(g.dir, "a b"))
	if err != nil {
		t.Fatal(err)
	}
	open := func(from, to string) string {
		t.Helper()
		h, err := r.openGit("a b/pins.txt", from, to)
		if err != nil {
			t.Fatal(err)
		}
		return historyLines(t, h.revisions)
	}
	want := `begin:  -> one 1
raise one to 3: one 1 -> one 3
split the file: one 3 -> one 3 (a b/pins.txt:2:1: the constraints are not all in this file (put the pins of more.txt here: a gate edits one file))
Back: one 3 -> one 2 takes back ` + third + `
drop it: one 2 -> 
`
	if diff := cmp.Diff(want, open("", "HEAD")); diff != "" {
		t.Errorf("the history (-want +got):\n%s", diff)
	}
	want = strings.SplitAfter(want, "\n")[1]
	if diff := cmp.Diff(want, open("main~4", "main~3")); diff != "" {
		t.Errorf("a part of it (-want +got):\n%s", diff)
	}
	if got := open("main~2", "main~1"); !strings.HasPrefix(got, "Back: one 3 -> one 2 (a b/pins.txt:2:1: ") {
		t.Errorf("what follows constraints that cannot be read: %s", got)
	}
	if got := open("HEAD", "HEAD"); got != "" {
		t.Errorf("nothing has a history: %s", got)
	}
	if _, err := r.openGit("a\nb", "", "HEAD"); err == nil {
		t.Error("a path of two lines is asked for")
	}
}

// More commits than are read at once are a history all the same.
func TestGitHistoryIsReadInPieces(t *testing.T) {
	g := newGitRepository(t)
	const commits = 2*chunk + 1
	for i := range commits {
		g.write("pins.txt", fmt.Sprintf("one===%d\n", i))
		g.commit(fmt.Sprint(i))
	}
	r, err := openRepository(t.Context(), g.dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.openGit("pins.txt", "", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for r, err := range ahead(h.revisions) {
		if err != nil {
			t.Fatal(err)
		}
		if got := r.After[0].Version.String(); got != fmt.Sprint(i) || i > 0 && r.Before[0].Version.String() != fmt.Sprint(i-1) {
			t.Fatalf("commit %d pins %s", i, got)
		}
		i++
	}
	if i != commits {
		t.Errorf("%d commits of %d", i, commits)
	}
	for range ahead(h.revisions) {
		break // which leaves nobody waiting
	}
}
