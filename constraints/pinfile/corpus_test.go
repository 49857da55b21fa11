package pinfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// corpus returns the folder of real files beside the checkout.
func corpus(t testing.TB) string {
	t.Helper()
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if folder == filepath.Dir(folder) {
			t.Skip("skip: no go.mod above")
		}
		folder = filepath.Dir(folder)
	}
	shared := filepath.Join(folder, "..", "shared", "corpus")
	if _, err := os.Stat(shared); err != nil {
		t.Skip("skip: no shared corpus beside the checkout")
	}
	return shared
}

func readFile(t testing.TB, elements ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestUpperConstraintsOfOpenStack(t *testing.T) {
	data := readFile(t, corpus(t), "openstack-2023-09", "upper-constraints.txt")
	f, err := Parse("upper-constraints.txt", data)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(fixed(f)); n != 600 || len(f.Entries()) != 600 || len(f.Notes()) > 0 {
		t.Errorf("%d pins, %d entries, notes %v", n, len(f.Entries()), f.Notes())
	}
	if f.Order() != ByNameDigest {
		t.Errorf("order %v", f.Order())
	}
	checkLaws(t, data)
	// A line that is taken out goes back to where it was, but for those that people
	// have put elsewhere. Some lines stand for all.
	const step = 7
	moved := 0
	for i := 0; i < len(f.Entries()); i += step {
		e := f.Entries()[i]
		_, version, _ := e.Pin()
		without, err := f.Remove(e.Requirement.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		with, err := without.Add(e.Requirement.Spelling, version, "")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(with.Bytes(), data) {
			moved++
		}
	}
	if moved > 2 {
		t.Errorf("%d of %d lines come back elsewhere", moved, 600/step)
	}
}

func TestRequirementFilesOfTheCorpus(t *testing.T) {
	root := filepath.Join(corpus(t), "openstack-2023-09")
	files, entries, problems := 0, 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txt" || !strings.Contains(d.Name(), "re") && !strings.Contains(d.Name(), "constraints") {
			return err
		}
		data := readFile(t, path)
		checkLaws(t, data)
		f, err := Parse(filepath.Base(filepath.Dir(path))+"/"+d.Name(), data)
		if err != nil {
			t.Log(err)
		}
		files++
		entries += len(f.Entries())
		problems += len(f.Problems())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d entries, %d problems", files, entries, problems)
}

// A change is one of the real edits of upper-constraints.txt.
type change struct {
	Name, Marker, From, To, Direction string
}

// TestHistoryOfUpperConstraints makes every recorded change anew: the result must
// be, byte for byte, what people committed. It differs where they put a line out of
// order, and in the commits doMore, where they did more than the record of versions
// says: they wrote a comment or spelled a name anew.
func TestHistoryOfUpperConstraints(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(corpus(t), "openstack-history")
	text := string(readFile(t, folder, "upper-constraints.start.txt"))
	diffs := jsonLines[struct {
		Ops [][3]json.RawMessage
		EOL bool
	}](t, readFile(t, folder, "constraints-diffs.jsonl"))
	bumps := jsonLines[struct{ Changes []change }](t, readFile(t, folder, "bumps.jsonl"))
	if len(diffs) != len(bumps) {
		t.Fatalf("%d diffs, %d bumps", len(diffs), len(bumps))
	}
	doMore := []int{278, 286, 454} // counted from 1
	exact, sets, reordered, commits := 0, 0, 0, 0
	var f *File // of text; nil where that was not reached by our own edits
	for i, diff := range diffs {
		next := applyOps(t, text, diff.Ops, diff.EOL)
		if testing.Short() && i%10 != 0 {
			text, f = next, nil
			continue
		}
		commits++
		if f == nil {
			var err error
			if f, err = Parse("u", []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		got := applyChanges(t, f, bumps[i].Changes)
		f = nil
		sets += len(bumps[i].Changes)
		switch {
		case string(got.Bytes()) == next:
			exact++
			f = got
		case slices.Equal(sortedLines(string(got.Bytes())), sortedLines(next)):
			reordered++
		case !slices.Contains(doMore, i+1):
			t.Errorf("commit %d: %+v gives other lines", i+1, bumps[i].Changes)
		}
		text = next
	}
	t.Logf("%d changes in %d commits: %d files byte for byte, %d with a line in another place", sets, commits, exact, reordered)
}

func applyChanges(t *testing.T, f *File, changes []change) *File {
	t.Helper()
	for _, c := range changes {
		name := pep508.NormalizeName(c.Name)
		when := func(e Entry) bool { return sameMarker(e, c.Marker) }
		var err error
		before := f
		switch c.Direction {
		case "add":
			f, err = f.Add(c.Name, c.To, c.Marker)
		case "remove":
			f, err = f.Remove(name, when)
		default:
			f, err = f.Set(name, c.To, when)
		}
		if err != nil {
			t.Logf("%+v: %v", c, err)
			f = before
		}
	}
	return f
}

func sameMarker(e Entry, marker string) bool {
	if e.Requirement.Marker == nil || marker == "" {
		return e.Requirement.Marker == nil && marker == ""
	}
	m, err := pep508.ParseMarker(marker)
	return err == nil && m.String() == e.Requirement.Marker.String()
}

func jsonLines[T any](t *testing.T, data []byte) []T {
	t.Helper()
	var all []T
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// applyOps makes a recorded edit: lines [from, to) are replaced, the last edit
// first.
func applyOps(t *testing.T, text string, ops [][3]json.RawMessage, newline bool) string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, op := range slices.Backward(ops) {
		var from, to int
		var with []string
		for i, into := range []any{&from, &to, &with} {
			if err := json.Unmarshal(op[i], into); err != nil {
				t.Fatal(err)
			}
		}
		lines = slices.Replace(lines, from, to, with...)
	}
	text = strings.Join(lines, "\n")
	if newline {
		text += "\n"
	}
	return text
}

func sortedLines(text string) []string {
	return slices.Sorted(strings.Lines(text))
}

func BenchmarkParse(b *testing.B) {
	data := readFile(b, corpus(b), "openstack-2023-09", "upper-constraints.txt")
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse("u", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSet(b *testing.B) {
	f, err := Parse("u", readFile(b, corpus(b), "openstack-2023-09", "upper-constraints.txt"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Set(constraints.Name("urllib3"), "2.0.4", nil); err != nil {
			b.Fatal(err)
		}
	}
}
