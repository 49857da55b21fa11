package pypi

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/indextest"
)

// instant returns a time, some seconds later.
func instant(seconds int64) time.Time { return time.Unix(1_700_000_000+seconds, 5).UTC() }

// shelved returns the record of a package, or of none.
func shelved(name constraints.Name, p *index.Package, fetched time.Time) record {
	return record{fetched: fetched, note: "pages", facts: func() (*index.Package, error) {
		if p == nil {
			return nil, index.NotFound(name)
		}
		return p, nil
	}}
}

// encodeShelf returns the entry of a shelf, which must be possible.
func encodeShelf(t rapid.TB, s shelf) (string, []byte) {
	t.Helper()
	note, content, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	return note, content
}

// reread returns a shelf after it was written.
func reread(t rapid.TB, s shelf) shelf {
	t.Helper()
	note, content := encodeShelf(t, s)
	again, err := parseShelf(new(index.Decoder), note, content)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// saying returns what a shelf says, in words.
func saying(s shelf) map[constraints.Name]string {
	said := make(map[constraints.Name]string)
	for name, r := range s {
		facts := "none"
		if p, err := r.facts(); err == nil {
			facts = string(p.Name()) + " " + p.Digest()
		}
		said[name] = fmt.Sprint(r.fetched, r.expires, r.note, facts)
	}
	return said
}

func drawRecord(t *rapid.T, name constraints.Name) record {
	when := func(label string) time.Time {
		return rapid.SampledFrom([]time.Time{{}, instant(0), instant(1), instant(3600)}).Draw(t, label)
	}
	said := note{Pages: rapid.SliceOfN(rapid.StringMatching(`[0-9a-f]{64}`), 0, 2).Draw(t, "pages")}
	if rapid.IntRange(0, 3).Draw(t, "remarked") == 0 {
		said.Remarks = rapid.SliceOfN(rapid.String(), 1, 2).Draw(t, "remarks")
		said.Missing = map[string]string{"1.0": rapid.String().Draw(t, "missing")}
	}
	var p *index.Package
	if said.Absent = rapid.IntRange(0, 3).Draw(t, "absent") == 0; !said.Absent {
		r := index.Release{Requirements: []string{rapid.SampledFrom([]string{"b", "b>=1", "c ; extra == 'x'"}).Draw(t, "requirement")}}
		r.Version, _ = distributionVersion("a", "a-1.0.zip")
		var err error
		if p, err = index.NewPackage(name, []index.Release{r}); err != nil {
			t.Fatal(err)
		}
	}
	r := shelved(name, p, when("fetched"))
	r.expires = when("expires")
	var err error
	if r.note, err = said.encode(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestShelfReturnsWhatWasPutOnIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := make(shelf)
		for _, name := range rapid.SliceOf(rapid.StringMatching(`[a-z][a-z0-9]{0,5}`)).Draw(t, "names") {
			s.put(constraints.Name(name), drawRecord(t, constraints.Name(name)))
		}
		again := reread(t, s)
		if got, want := saying(again), saying(s); !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		note1, content1 := encodeShelf(t, s)
		if note2, content2 := encodeShelf(t, again); note1 != note2 || !bytes.Equal(content1, content2) {
			t.Fatal("the same shelf has other bytes when it is written again")
		}
	})
}

func TestShelfKeepsWhatWasFetchedLater(t *testing.T) {
	for _, c := range []struct {
		there, found int64
		want         string
	}{{0, 1, "found"}, {1, 1, "found"}, {2, 1, "there"}} {
		s := shelf{"a": record{fetched: instant(c.there), note: "there"}}
		s.put("a", record{fetched: instant(c.found), note: "found"})
		if got := s["a"].note; got != c.want {
			t.Errorf("there since %d, found at %d: %s is kept", c.there, c.found, got)
		}
	}
}

func TestShelfDropsWhatWasFetchedLongestAgo(t *testing.T) {
	filled := func() shelf {
		s := make(shelf)
		for i := range 20 {
			name := constraints.Name(fmt.Sprintf("a%d", 20-i))
			s.put(name, shelved(name, indextest.Package(t, name, index.Release{Version: indextest.Version(t, "1.0")}), instant(int64(i))))
		}
		return s
	}
	note, content := encodeShelf(t, filled())
	whole := len(note) + len(content)
	for _, c := range []struct{ projects, size, want int }{
		{20, whole, 20}, {7, whole, 7}, {20, whole - 1, 10}, {20, whole / 2, 5}, {20, 64, 0}, {20, 0, 0}, {0, whole, 0},
	} {
		s := filled()
		note, content, err := s.fit(c.projects, c.size)
		if err != nil || len(s) != c.want {
			t.Errorf("%d projects and %d bytes: %d are left, want %d: %v", c.projects, c.size, len(s), c.want, err)
		}
		again, err := parseShelf(new(index.Decoder), note, content)
		if err != nil || len(again) != len(s) {
			t.Errorf("%d were written of %d: %v", len(again), len(s), err)
		}
		for i := range 20 {
			if _, kept := s[constraints.Name(fmt.Sprintf("a%d", 20-i))]; kept != (i >= 20-c.want) {
				t.Errorf("%d projects and %d bytes: kept of the %dth is %t", c.projects, c.size, i, kept)
			}
		}
	}
}

// A name that no package can have would be another line of the note.
func TestShelfTakesNamesOfPackagesOnly(t *testing.T) {
	s := make(shelf)
	for _, name := range []constraints.Name{"b 1 2 pages\na", "b\n", " b", ""} {
		s.put(name, shelved(name, nil, instant(0)))
	}
	s.put("a", shelved("a", nil, instant(0)))
	if got := slices.Collect(maps.Keys(reread(t, s))); !slices.Equal(got, []constraints.Name{"a"}) {
		t.Errorf("%q", got)
	}
}

// Whichever byte of the content is changed, no fact is another one. When one package alone
// is damaged, the others remain, and the shelf can be written without it.
func TestADamagedPackageIsLeftOut(t *testing.T) {
	s := make(shelf)
	for _, p := range indextest.Facts(t)[:3] {
		s.put(p.Name(), shelved(p.Name(), p, instant(0)))
	}
	said := saying(s)
	note, content := encodeShelf(t, s)
	alone := 0
	for i := range content {
		damaged := bytes.Clone(content)
		damaged[i] ^= 0x40
		s, err := parseShelf(new(index.Decoder), note, damaged)
		if err != nil {
			continue
		}
		alone++
		rest := saying(reread(t, s))
		if len(rest) != len(said)-1 {
			t.Fatalf("byte %d: %d of %d are left", i, len(rest), len(said))
		}
		for name, got := range rest {
			if got != said[name] {
				t.Fatalf("byte %d: %s is %s, want %s", i, name, got, said[name])
			}
		}
	}
	if alone == 0 {
		t.Error("no package was damaged alone")
	}
}

func FuzzShelf(f *testing.F) {
	s := make(shelf)
	for _, p := range indextest.Facts(f)[:3] {
		s.put(p.Name(), shelved(p.Name(), p, instant(0)))
	}
	s.put("nobody", shelved("nobody", nil, instant(1)))
	note, content := encodeShelf(f, s)
	f.Add(note, content)
	f.Add("a 1 0 pages x\nb 0 2 {\"missing\":{}}\n", content)
	f.Add("", []byte(nil))
	f.Fuzz(func(t *testing.T, note string, content []byte) {
		s, err := parseShelf(new(index.Decoder), note, content)
		if err != nil {
			return
		}
		for name, r := range s {
			decodeNote(r.note)
			if p, err := r.facts(); err == nil && p.Name() != name {
				t.Fatalf("%s has the facts of %s", name, p.Name())
			}
		}
		// What can be read can be written, but for what never was.
		said := saying(s)
		for name, got := range saying(reread(t, s)) {
			if got != said[name] {
				t.Fatalf("%s was %s, is %s", name, said[name], got)
			}
		}
	})
}
