package ledger_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

func TestEditsKeepWhatPeopleWrote(t *testing.T) {
	const written = "\ufeff# first\r\n\r\n# why a is held\r\n[[hold]] # the hold\r\nrange='<2'   # two\r\n'package' = \"a\"\r\n# within\r\nowner = \"o\"\r\nreason = \"r\"\r\n# below\r\n\r\n\r\n[[approval]]\r\npackage = \"b\"\r\nversion = \"1\"\r\nreason = \"r\"\r\nowner = \"o\"\r\nexpires = 2027-01-31 # soon"
	f := parse(t, written)
	hold, approval := f.Ledger().Entries[0], f.Ledger().Entries[1]
	day := time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		edit func() (*ledger.File, error)
		want string
	}{
		{"append", func() (*ledger.File, error) {
			return f.Append(&ledger.Hold{Package: "c", Spelling: "C", Range: constraints.Everything(), Record: ledger.Record{Reason: "x", Owner: "y"}})
		}, "the edit"},
		{"append an approval", func() (*ledger.File, error) {
			return f.Append(&ledger.Approval{Pin: ledger.Pin{Name: "c", Spelling: "C", Version: version(t, "2")}, Record: ledger.Record{Reason: "x", Owner: "y"}})
		}, written + "\r\n\r\n[[approval]]\r\npackage = \"C\"\r\nversion = \"2\"\r\nreason = \"x\"\r\nowner = \"y\"\r\n"},
		{"remove the first", func() (*ledger.File, error) { return f.Remove(hold) },
			"\ufeff# first\r\n\r\n# why a is held\r\n# below\r\n\r\n\r\n[[approval]]\r\npackage = \"b\"\r\nversion = \"1\"\r\nreason = \"r\"\r\nowner = \"o\"\r\nexpires = 2027-01-31 # soon"},
		{"remove the last", func() (*ledger.File, error) { return f.Remove(approval) },
			"\ufeff# first\r\n\r\n# why a is held\r\n[[hold]] # the hold\r\nrange='<2'   # two\r\n'package' = \"a\"\r\n# within\r\nowner = \"o\"\r\nreason = \"r\"\r\n# below\r\n\r\n"},
		{"set an expiry", func() (*ledger.File, error) { return f.Expire(hold, day) },
			strings.Replace(written, "reason = \"r\"\r\n", "reason = \"r\"\r\nexpires = 2028-02-29\r\n", 1)},
		{"change an expiry", func() (*ledger.File, error) { return f.Expire(approval, day.Add(time.Hour)) },
			strings.Replace(written, "2027-01-31", "2028-03-01T01:00:00Z", 1)},
		{"take out an expiry", func() (*ledger.File, error) { return f.Expire(approval, time.Time{}) },
			strings.Replace(written, "expires = 2027-01-31 # soon", "", 1)},
		{"take out none", func() (*ledger.File, error) { return f.Expire(hold, time.Time{}) }, written},
	} {
		edited, err := test.edit()
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = string(edited.Bytes())
		}
		if test.want == "the edit" {
			if want := "ledger.toml:20:3: hold has no range (such as range = \"<2\")"; got != want {
				t.Errorf("%s: %s", test.name, got)
			}
			continue
		}
		if got != test.want {
			t.Errorf("%s:\n%q\nwant\n%q", test.name, got, test.want)
		}
	}
	if string(f.Bytes()) != written {
		t.Error("an edit changed the file that it was made from")
	}
}

func TestEditsOfEntriesThatAreNotThere(t *testing.T) {
	f := parse(t, "")
	stranger := parse(t, everyKind).Ledger().Entries[0]
	if _, err := f.Remove(stranger); err == nil || err.Error() != "ledger.toml: an entry to remove is not there" {
		t.Errorf("the error is %v", err)
	}
	if _, err := f.Expire(stranger, now); err == nil || err.Error() != "ledger.toml: an entry to change is not there" {
		t.Errorf("the error is %v", err)
	}
}

func TestTextIsReadAsTheEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t)
		f, err := ledger.Parse("l", []byte(ledger.Text(e)))
		if err != nil {
			t.Fatalf("%s\n%s", err, ledger.Text(e))
		}
		entries := f.Ledger().Entries
		if len(entries) != 1 || ledger.Text(entries[0]) != ledger.Text(e) {
			t.Fatalf("%s\nis read as\n%s", ledger.Text(e), ledger.Text(entries[0]))
		}
		if got, want := *entries[0].Common(), *e.Common(); got.Reason != want.Reason || got.Owner != want.Owner || got.Issue != want.Issue || !got.Expires.Equal(want.Expires) {
			t.Fatalf("%+v is read as %+v", want, got)
		}
	})
}

// TestAThousandEdits holds edits against a model of the file: lines, of which each is of an
// entry or of nobody. What is of nobody stays, byte by byte and in order.
func TestAThousandEdits(t *testing.T) {
	edits := 1000
	if testing.Short() {
		edits = 50
	}
	rapid.Check(t, func(t *rapid.T) {
		f, model := drawFile(t)
		for range edits {
			f, model = drawEdit(t, f, model)
		}
	})
}

// line is a line of a ledger with its ending, and whose it is: 0 for nobody's.
type line struct {
	text  string
	entry int
}

type lines []line

func (l lines) String() string {
	var b strings.Builder
	for _, line := range l {
		b.WriteString(line.text)
	}
	return b.String()
}

// nobodys returns the lines that are of no entry and not blank.
func (l lines) nobodys() []string {
	var all []string
	for _, line := range l {
		if text := strings.TrimRight(line.text, "\r\n"); line.entry == 0 && strings.TrimSpace(text) != "" {
			all = append(all, text)
		}
	}
	return all
}

// drawFile draws a ledger as somebody may write it.
func drawFile(t *rapid.T) (*ledger.File, lines) {
	ending := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ending")
	var model lines
	junk := func(entry int) {
		for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{"", "# [[hold]]", "  # ein Wörtchen", "\t", "#"}), 0, 3).Draw(t, "between") {
			model = append(model, line{text + ending, entry})
		}
	}
	for n := range rapid.IntRange(0, 4).Draw(t, "entries") {
		junk(0)
		texts := strings.SplitAfter(strings.TrimSuffix(ledger.Text(drawEntry(t)), "\n"), "\n")
		for i, text := range texts {
			tail := rapid.SampledFrom([]string{"", " # tail", "\t"}).Draw(t, "tail")
			model = append(model, line{strings.TrimSuffix(text, "\n") + tail + ending, n + 1})
			if i+1 < len(texts) {
				junk(n + 1)
			}
		}
	}
	junk(0)
	if n := len(model); n > 0 && rapid.Bool().Draw(t, "without an ending") {
		model[n-1].text = strings.TrimSuffix(model[n-1].text, ending)
	}
	f, err := ledger.Parse("l", []byte(model.String()))
	if err != nil {
		t.Fatalf("%s\n%s", err, model)
	}
	return f, model
}

// drawEdit makes an edit, holds the file against the model and returns both as they are
// then. A blank line that the edit takes out is taken out of the model.
func drawEdit(t *rapid.T, f *ledger.File, model lines) (*ledger.File, lines) {
	entries := f.Ledger().Entries
	edit := "append"
	if len(entries) > 0 {
		edit = rapid.SampledFrom([]string{"append", "remove", "remove", "expire"}).Draw(t, "edit")
	}
	var edited *ledger.File
	var err error
	chosen := 0
	switch edit {
	case "append":
		edited, err = f.Append(drawEntry(t))
	case "remove":
		chosen = rapid.IntRange(0, len(entries)-1).Draw(t, "which")
		edited, err = f.Remove(entries[chosen])
	case "expire":
		chosen = rapid.IntRange(0, len(entries)-1).Draw(t, "which")
		edited, err = f.Expire(entries[chosen], drawTime(t))
	}
	if err != nil {
		t.Fatalf("%s: %s\n%q", edit, err, f.Bytes())
	}
	before, after := f.Bytes(), edited.Bytes()
	start, end := model.span(edit, chosen)
	if !bytes.HasPrefix(after, before[:start]) || !bytes.HasSuffix(after[start:], before[end:]) {
		t.Fatalf("%s of entry %d changes more than bytes %d to %d\n%q\nis now\n%q", edit, chosen, start, end, before, after)
	}
	now := readLines(edited)
	if edit != "expire" && edit != "append" { // what is nobody's is before and after, so it is there still
		if got, want := strings.Join(now.nobodys(), "\n"), strings.Join(model.nobodys(), "\n"); got != want {
			t.Fatalf("%s changes comments:\n%s\nwant\n%s", edit, got, want)
		}
	}
	return edited, now
}

// span returns the offsets of what an edit may change: the lines of the entry, with the
// blank line before and behind where one is removed, and the end where one is appended.
func (l lines) span(edit string, chosen int) (start, end int) {
	all := len(l.String())
	if edit == "append" {
		return all, all
	}
	ids := l.entries()
	first, last := -1, -1
	for i, line := range l {
		if line.entry == ids[chosen] {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if edit == "remove" {
		blank := func(i int) bool { return l[i].entry == 0 && strings.TrimSpace(l[i].text) == "" }
		if first > 0 && blank(first-1) {
			first--
		}
		if last+1 < len(l) && blank(last+1) {
			last++
		}
	}
	return len(l[:first].String()), len(l[:last+1].String())
}

// entries returns whose the lines are, in order.
func (l lines) entries() []int {
	var ids []int
	for _, line := range l {
		if line.entry > 0 && (len(ids) == 0 || ids[len(ids)-1] != line.entry) {
			ids = append(ids, line.entry)
		}
	}
	return ids
}

// readLines reads a file as a model again: an entry goes from its header to its last key.
func readLines(f *ledger.File) lines {
	var model lines
	for _, text := range strings.SplitAfter(string(f.Bytes()), "\n") {
		if text != "" {
			model = append(model, line{text: text})
		}
	}
	entry := 0
	for i := range model {
		text := strings.TrimSpace(model[i].text)
		switch {
		case strings.HasPrefix(text, "[["):
			entry++
			model[i].entry = entry
		case text == "" || strings.HasPrefix(text, "#"):
		default:
			for back := i; back >= 0 && model[back].entry == 0; back-- {
				model[back].entry = entry
			}
		}
	}
	return model
}

func drawEntry(t *rapid.T) ledger.Entry {
	texts := rapid.SampledFrom([]string{"because", `a "quoted" \ word`, "Grüße 👍", "[[hold]]", "x = 1 # no comment", "a\u200bb", "#"})
	name := rapid.SampledFrom([]string{"a", "Oslo.Config", "b_c"})
	record := ledger.Record{Reason: texts.Draw(t, "reason"), Owner: texts.Draw(t, "owner"), Expires: drawTime(t)}
	if rapid.Bool().Draw(t, "issue") {
		record.Issue = texts.Draw(t, "issue")
	}
	spelling := name.Draw(t, "package")
	versions := func(least int) constraints.Range {
		text := rapid.SampledFrom([]string{"<2", ">=1,!=1.5", "==1.*", ""}[:4-least]).Draw(t, "range")
		if text == "" {
			return constraints.Everything()
		}
		set, err := pep440.ParseSpecifierSet(text)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	pin := func() ledger.Pin {
		v, err := pep440.Parse(rapid.SampledFrom([]string{"1", "2.0rc1", "1!3+local"}).Draw(t, "version"))
		if err != nil {
			t.Fatal(err)
		}
		spelling := name.Draw(t, "name")
		return ledger.Pin{Name: pep508.NormalizeName(spelling), Spelling: spelling, Version: v}
	}
	scope := ledger.Scope(rapid.SliceOfN(rapid.SampledFrom([]string{"py311", "win"}), 0, 2).Draw(t, "environments"))
	switch rapid.SampledFrom(ledger.Kinds()).Draw(t, "kind") {
	case ledger.KindHold:
		return &ledger.Hold{Record: record, Package: pep508.NormalizeName(spelling), Spelling: spelling, Range: versions(1), Environments: scope}
	case ledger.KindRejection:
		evidence := rapid.SampledFrom([]string{"", "sha256:" + strings.Repeat("0a", 32)}).Draw(t, "evidence")
		return &ledger.Rejection{Record: record, Pin: pin(), With: []ledger.Pin{pin(), pin()}[:rapid.IntRange(0, 2).Draw(t, "with")], Environments: scope, Rules: []string{"range"}, Evidence: evidence, Rejected: drawTime(t)}
	case ledger.KindWaiver:
		return &ledger.Waiver{Record: record, Rule: "dependent", Package: pep508.NormalizeName(spelling), Spelling: spelling, Range: versions(0), Consumer: rapid.SampledFrom([]string{"", "nova"}).Draw(t, "consumer"), Dependent: rapid.SampledFrom([]constraints.Name{"", "b-c"}).Draw(t, "dependent"), Environments: scope}
	case ledger.KindExpectedFailure:
		return &ledger.ExpectedFailure{Record: record, Consumer: "nova", Test: rapid.SampledFrom([]string{"", "unit"}).Draw(t, "test"), Package: pep508.NormalizeName(spelling), Spelling: spelling, Range: versions(0), Environments: scope}
	case ledger.KindFreeze:
		from := drawTime(t)
		if from.IsZero() {
			from = now
		}
		return &ledger.Freeze{Record: record, From: from, To: from.Add(time.Duration(rapid.IntRange(1, 1000).Draw(t, "hours")) * time.Hour), Packages: []constraints.Pattern{"oslo-*", "*"}[:rapid.IntRange(0, 2).Draw(t, "packages")]}
	}
	return &ledger.Approval{Record: record, Pin: pin()}
}

// drawTime draws the zero time, a midnight or another moment.
func drawTime(t *rapid.T) time.Time {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "day"))
	return rapid.SampledFrom([]time.Time{{}, day, day.Add(90 * time.Minute), day.Add(time.Nanosecond)}).Draw(t, "time")
}

// FuzzParse makes sure that what is read as a ledger is TOML for a decoder, and that each
// entry can be removed and written again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{everyKind, "", "\ufeff[[hold]]\r\n", "hold = []", "[[hold]]\npackage=\"a\"\nrange='<1'\nreason='''\nr'''\nowner='o'", "[[hold]]\na.b = [[1]]\n", "[[a.b]]\n[c]\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ledger.Parse("l", data)
		if err != nil {
			if problems, ok := err.(constraints.Problems); !ok || len(problems) == 0 {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		var document map[string]any
		if err := toml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &document); err != nil {
			t.Fatalf("%q is read, and is no TOML: %s", data, err)
		}
		for _, e := range file.Ledger().Entries {
			without, err := file.Remove(e)
			if err != nil {
				t.Fatal(err)
			}
			with, err := without.Append(e)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := len(with.Ledger().Entries), len(file.Ledger().Entries); got != want {
				t.Fatalf("%d entries are %d", want, got)
			}
		}
	})
}
