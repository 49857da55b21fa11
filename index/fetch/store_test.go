package fetch

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStoreReturnsWhatWasWritten(t *testing.T) {
	s := NewStore(t.TempDir())
	h := Header{URL: "https://index.example/x", ETag: `"e"`, Fetched: time.Unix(1, 0).UTC()}
	s.Write(Raw, "key", h, []byte("content"))
	got, body, err := s.Read(Raw, "key")
	if err != nil || string(body) != "content" || got.ETag != h.ETag || !got.Fetched.Equal(h.Fetched) || got.Sum == "" {
		t.Errorf("%+v %q %v", got, body, err)
	}
	if _, _, err := s.Read(Parsed, "key"); !os.IsNotExist(err) {
		t.Errorf("another kind: %v", err)
	}
	if _, _, err := s.Read(Raw, "other"); !os.IsNotExist(err) {
		t.Errorf("another key: %v", err)
	}
}

func TestANoteMayHaveLines(t *testing.T) {
	s := NewStore(t.TempDir())
	for _, note := range []string{"", "one", "one\ntwo\n", "\n\n\n\n\n\n\n\n\n", strings.Repeat("a long one\n", 100_000)} {
		s.Write(Parsed, "key", Header{URL: "u", Note: note}, []byte("content"))
		h, body, err := s.Read(Parsed, "key")
		if err != nil || h.Note != note || h.URL != "u" || string(body) != "content" {
			t.Errorf("%.20q: %v", note, err)
		}
	}
	s.Write(Parsed, "other", Header{URL: "u\nv"}, nil)
	if _, _, err := s.Read(Parsed, "other"); err == nil || s.Trouble() == nil {
		t.Error("a URL with a line break was written")
	}
}

// The content of a Parsed entry verifies itself; all before it is verified here.
func TestStoreNeverReturnsADamagedNote(t *testing.T) {
	s := NewStore(t.TempDir())
	s.Write(Parsed, "key", Header{Note: "one\ntwo\n"}, []byte("content"))
	path := s.path(Parsed, "key")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(whole) - len("content") {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x40
		for _, data := range [][]byte{damaged, whole[:i]} {
			if h, _, err := parseEntry(data); err == nil {
				t.Errorf("%+v is returned from %q", h, data)
			}
		}
	}
}

// Whatever single byte of an entry is changed, and wherever it is cut, it counts as
// missing.
func TestStoreNeverReturnsADamagedEntry(t *testing.T) {
	s := NewStore(t.TempDir())
	s.Write(Raw, "key", Header{URL: "u"}, []byte("content"))
	path := s.path(Raw, "key")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, body, err := s.Read(Raw, "key"); err == nil {
			t.Errorf("%q is returned from %q", body, data)
		}
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x40
		check(damaged)
		check(whole[:i])
	}
	check(append(bytes.Clone(whole), 'x'))
}

func TestStoreThatCannotBeWrittenSaysSoOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewStore(filepath.Join(file, "below"))
	for range 3 {
		s.Write(Raw, "key", Header{}, []byte("x"))
	}
	s.Lock(t.Context(), "key")()
	if err := s.Trouble(); err == nil || !strings.Contains(err.Error(), "cache") {
		t.Errorf("%v", err)
	}
	if err := s.Trouble(); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestNoStoreKeepsNothing(t *testing.T) {
	s := NewStore("")
	s.Write(Raw, "key", Header{}, []byte("x"))
	s.Lock(t.Context(), "key")()
	if _, _, err := s.Read(Raw, "key"); !os.IsNotExist(err) || s.Trouble() != nil {
		t.Errorf("%v, %v", err, s.Trouble())
	}
}

func FuzzEntry(f *testing.F) {
	s := NewStore(f.TempDir())
	s.Write(Raw, "key", Header{URL: "u"}, []byte("content"))
	whole, err := os.ReadFile(s.path(Raw, "key"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(entryMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, body, err := parseEntry(data)
		if err == nil && h.Sum != "" && len(body) > len(data) {
			t.Errorf("%d bytes of %d", len(body), len(data))
		}
	})
}

func BenchmarkStoreRead(b *testing.B) {
	s := NewStore(b.TempDir())
	body := bytes.Repeat([]byte("x"), 20_000)
	for i := range 600 {
		s.Write(Parsed, fmt.Sprint(i), Header{URL: "u"}, body)
	}
	for b.Loop() {
		for i := range 600 {
			if _, _, err := s.Read(Parsed, fmt.Sprint(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
