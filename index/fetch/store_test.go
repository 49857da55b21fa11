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
