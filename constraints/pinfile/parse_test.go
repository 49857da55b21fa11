package pinfile

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
)

// checkLaws holds what is true of every input: the bytes come back, a second
// reading is the same, entries stand where they say and in order.
func checkLaws(t interface {
	Helper()
	Fatalf(string, ...any)
}, data []byte) {
	t.Helper()
	f, err := Parse("x", data)
	if !bytes.Equal(f.Bytes(), data) {
		t.Fatalf("%q came back as %q", data, f.Bytes())
	}
	g, again := Parse("x", f.Bytes())
	if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
		t.Fatalf("%q: first %v, then %v", data, err, again)
	}
	if len(f.Entries()) != len(g.Entries()) {
		t.Fatalf("%q: %d entries, then %d", data, len(f.Entries()), len(g.Entries()))
	}
	end := 0
	for i, e := range f.Entries() {
		if o := g.Entries()[i]; e.Raw != o.Raw || e.Place != o.Place || e.Kind != o.Kind || e.Arg != o.Arg {
			t.Fatalf("%q: entry %d is not the same again", data, i)
		}
		if e.Start < end || e.End < e.Start || e.End > len(data) {
			t.Fatalf("%q: entry %d has bytes %d to %d of %d", data, i, e.Start, e.End, len(data))
		}
		end = e.End
		if raw, ok := f.codec.encode(e.Raw); !ok || !bytes.Equal(raw, data[e.Start:e.End]) {
			t.Fatalf("%q: entry %d says its text is %q, its bytes are %q", data, i, e.Raw, data[e.Start:e.End])
		}
		if e.Place.Line < 1 || e.Place.Col < 1 || e.EndLine < e.Place.Line {
			t.Fatalf("%q: entry %d at %v", data, i, e.Place)
		}
		if e.Kind == Invalid && err == nil {
			t.Fatalf("%q: an invalid entry and no problem", data)
		}
	}
}

func TestEveryInputComesBack(t *testing.T) {
	for _, text := range handWritten {
		checkLaws(t, []byte(text))
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom(append(scraps, "\xff", "\xfe", "\x00", "\xed\xa0\x80"))).Draw(t, "parts")
		checkLaws(t, []byte(strings.Join(parts, "")))
	})
	rapid.Check(t, func(t *rapid.T) { checkLaws(t, rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })
}

func FuzzParse(f *testing.F) {
	for _, text := range handWritten {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkLaws(t, data) })
}

// fixed returns the names whose version or source the file fixes.
func fixed(f *File) map[constraints.Name]bool {
	names := make(map[constraints.Name]bool)
	for _, e := range f.Entries() {
		if e.Fixes() {
			names[e.Requirement.Name] = true
		}
	}
	return names
}

func FuzzEdit(f *testing.F) {
	for _, text := range handWritten {
		f.Add([]byte(text), "2.0")
	}
	f.Fuzz(func(t *testing.T, data []byte, version string) {
		before, _ := Parse("x", data)
		for name := range fixed(before) {
			if after, err := before.Set(name, version, nil); err == nil {
				checkLaws(t, after.Bytes())
				sameButFor(t, before, after, name, func(e Entry) bool { _, text, _ := e.Pin(); return text == version })
			}
			if after, err := before.Replace(name, "/src", nil); err == nil {
				checkLaws(t, after.Bytes())
				sameButFor(t, before, after, name, func(e Entry) bool { return e.Requirement.URL == "file:///src" })
			}
			if after, err := before.Remove(name, nil); err == nil {
				checkLaws(t, after.Bytes())
				if _, err := after.choose(name, nil); err == nil {
					t.Fatalf("%q: %s is still there after Remove: %q", data, name, after.Bytes())
				}
			}
		}
		if after, err := before.Add("fuzz-added", "1.0", ""); err == nil {
			checkLaws(t, after.Bytes())
			if len(after.Entries()) != len(before.Entries())+1 {
				t.Fatalf("%q: Add gives %q", data, after.Bytes())
			}
		}
	})
}

// sameButFor holds that two files differ in the requirements of name only, which
// are right.
func sameButFor[N ~string](t *testing.T, before, after *File, name N, right func(Entry) bool) {
	t.Helper()
	if len(before.Entries()) != len(after.Entries()) {
		t.Fatalf("%q became %q", before.Bytes(), after.Bytes())
	}
	for i, e := range before.Entries() {
		o := after.Entries()[i]
		if e.Kind == Requirement && N(e.Requirement.Name) == name {
			if !right(o) || o.Comment != e.Comment || o.Requirement.Spelling != e.Requirement.Spelling {
				t.Fatalf("%q became %q", e.Raw, o.Raw)
			}
		} else if e.Raw != o.Raw {
			t.Fatalf("%q became %q", e.Raw, o.Raw)
		}
	}
}

func TestEntriesKnowTheirPlaces(t *testing.T) {
	const text = "\ufeff# head\n  Foo===1.0 # Apache-2.0\r\n\\\n \tbar>=2 \\\n  --hash=sha256:aa\f-r sub.txt\n-e git+https://h/r#egg=Baz\n./x.whl\nhttps://h/Q_q-1.0-py3-none-any.whl\n--pre"
	f := mustParse(t, text)
	type row struct {
		Kind    Kind
		At      string
		End     int
		Raw     string
		Comment string
		Arg     string
		Name    string
	}
	var got []row
	for _, e := range f.Entries() {
		got = append(got, row{e.Kind, e.Place.String(), e.EndLine, e.Raw, e.Comment, e.Arg, string(e.Requirement.Name)})
	}
	want := []row{
		{Requirement, "upper-constraints.txt:2:3", 2, "  Foo===1.0 # Apache-2.0", "# Apache-2.0", "Foo===1.0", "foo"},
		{Requirement, "upper-constraints.txt:4:3", 5, "\\\n \tbar>=2 \\\n  --hash=sha256:aa", "", "bar>=2  ", "bar"},
		{Include, "upper-constraints.txt:6:1", 6, "-r sub.txt", "", "sub.txt", ""},
		{Editable, "upper-constraints.txt:7:1", 7, "-e git+https://h/r#egg=Baz", "", "git+https://h/r#egg=Baz", "baz"},
		{Path, "upper-constraints.txt:8:1", 8, "./x.whl", "", "./x.whl", ""},
		{URL, "upper-constraints.txt:9:1", 9, "https://h/Q_q-1.0-py3-none-any.whl", "", "https://h/Q_q-1.0-py3-none-any.whl", "q-q"},
		{Settings, "upper-constraints.txt:10:1", 10, "--pre", "", "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if hashes := f.Entries()[1].Hashes(); !reflect.DeepEqual(hashes, []string{"sha256:aa"}) {
		t.Errorf("hashes %q", hashes)
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	const text = "good==1\nfoo=1\n--wrong\nbar --hash=md5:aa\nbaz --hash=sha256:a 'open\nlast==2\nqux >= \\\n  1.0 ; nonsense\n"
	f, err := Parse("r.txt", []byte(text))
	if len(f.Entries()) != 7 {
		t.Errorf("%d entries", len(f.Entries()))
	}
	want := []string{"r.txt:2:", "r.txt:3:1: unknown option --wrong", "r.txt:4:5: not a hash", "r.txt:5:5: cannot split", "r.txt:8:"}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got\n%v", err)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("got %s, want %s", line, want[i])
		}
	}
}

func TestWhatPipIgnoresIsNoted(t *testing.T) {
	const text = "-r a.txt b.txt\nfoo # comment \\\nbar==1\n-r a.txt -c b.txt\nx===not-a-version\n--hash=sha256:aa\n"
	f := mustParse(t, text)
	want := []string{"1:1: pip ignores b.txt", "2:5: the comment goes on to line 3", "4:1: pip follows only one of the 2", `5:1: x is pinned to "not-a-version"`, "6:1: pip ignores a --hash"}
	if len(f.Notes()) != len(want) {
		t.Fatalf("got\n%v", f.Notes())
	}
	for i, p := range f.Notes() {
		if !strings.HasPrefix(p.Error(), "upper-constraints.txt:"+want[i]) {
			t.Errorf("got %v, want %s", p, want[i])
		}
	}
}

func TestHostileInputIsBounded(t *testing.T) {
	for name, text := range map[string]string{
		"one long line":         strings.Repeat("a", 2<<20),
		"a long version":        "a==" + strings.Repeat("9", 1<<20-10),
		"many continuations":    strings.Repeat("\\\n", 1<<20),
		"many hashes":           "a" + strings.Repeat(" --hash=sha256:a", 1<<16),
		"many comment signs":    strings.Repeat("a#", 1<<19),
		"many quotes":           "-f " + strings.Repeat(`"`, 1<<19),
		"many variables":        strings.Repeat("${A}", 1<<17),
		"many brackets":         strings.Repeat("[", 1<<19),
		"many parentheses":      "a;" + strings.Repeat("(", 1<<19),
		"many lines":            strings.Repeat("a==1\n", 1<<17),
		"too long":              strings.Repeat("\n", MaxFile+1),
		"one line of next-line": strings.Repeat("\u0085", 1<<19),
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := ParseWith("x", []byte(text), Options{Lookup: func(string) (string, bool) { return "${A}${B}", true }})
			if string(f.Bytes()) != text {
				t.Error("the bytes did not come back")
			}
		})
	}
}
