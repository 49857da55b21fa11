package fetch

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestMaintenance(t *testing.T) {
	dir := t.TempDir()
	s := NewStore(dir)
	now := time.Now()
	write := func(kind Kind, key string, age time.Duration) {
		s.Write(kind, key, Header{URL: key}, make([]byte, 1000))
		if err := os.Chtimes(s.path(kind, key), now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	write(Raw, "old", 100*time.Hour)
	write(Raw, "middle", 50*time.Hour)
	write(Parsed, "new", time.Minute)
	foreign := filepath.Join(dir, storeVersion, "README")
	left := filepath.Join(dir, storeVersion, "x"+tempEnding)
	for _, name := range []string{foreign, left} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, now.Add(-2*time.Hour), now.Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	i, err := s.Inventory()
	if err != nil || i.Kinds[Raw].Files != 2 || i.Kinds[Parsed].Files != 1 || i.Left.Files != 1 || i.Total().Files != 3 {
		t.Errorf("%+v, %v", i, err)
	}
	removed, err := s.Prune(now.Add(-72*time.Hour), -1, now)
	if err != nil || removed.Files != 2 { // "old" and what was left over
		t.Errorf("removed %+v, %v", removed, err)
	}
	one, _ := os.Stat(s.path(Parsed, "new"))
	if removed, err = s.Prune(time.Time{}, one.Size(), now); err != nil || removed.Files != 1 { // "middle", the older
		t.Errorf("removed %+v, %v", removed, err)
	}
	if _, _, err := s.Read(Parsed, "new"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a foreign file is gone")
	}
}

// Entries of another version are left over: nobody reads them. Files that only have such
// an ending are somebody else's.
func TestOtherVersionsAreLeftOver(t *testing.T) {
	dir := t.TempDir()
	s := NewStore(dir)
	now := time.Now()
	s.Write(Raw, "key", Header{}, nil)
	put := func(path string, age time.Duration) string {
		path = filepath.Join(dir, path)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600), os.Chtimes(path, now.Add(-age), now.Add(-age)))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := []string{put("v0/ab/cd.facts", 2*time.Hour), put("v10/ab/cd.doc", 2*time.Hour)}
	foreign := []string{put("letter.doc", 1000*time.Hour), put("vacation/letter.doc", 1000*time.Hour), put("v/x.facts", 1000*time.Hour)}
	if i, err := s.Inventory(); err != nil || i.Left.Files != len(old) || i.Total().Files != 1 {
		t.Errorf("%+v, %v", i, err)
	}
	if sound, damaged, err := s.Verify(nil); sound != 1 || damaged != 0 || err != nil {
		t.Errorf("%d sound, %d damaged, %v", sound, damaged, err)
	}
	if removed, err := s.Prune(now.Add(-72*time.Hour), -1, now); err != nil || removed.Files != len(old) {
		t.Errorf("removed %+v, %v", removed, err)
	}
	for _, path := range foreign {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestVerifyRemovesWhatIsDamaged(t *testing.T) {
	s := NewStore(t.TempDir())
	s.Write(Raw, "sound", Header{URL: "u"}, []byte("x"))
	s.Write(Raw, "cut", Header{URL: "u"}, []byte("x"))
	s.Write(Parsed, "bad", Header{URL: "u"}, []byte("bad"))
	s.Write(Parsed, "good", Header{URL: "u"}, []byte("good"))
	if err := os.Truncate(s.path(Raw, "cut"), 20); err != nil {
		t.Fatal(err)
	}
	sound, damaged, err := s.Verify(func(_ Kind, _ string, content []byte) error {
		if string(content) == "bad" {
			return errors.New("bad")
		}
		return nil
	})
	if sound != 2 || damaged != 2 || err != nil {
		t.Errorf("%d sound, %d damaged, %v", sound, damaged, err)
	}
	if i, _ := s.Inventory(); i.Total().Files != 2 {
		t.Errorf("%+v are left", i)
	}
}

func TestNothingIsMaintainedWithoutAFolder(t *testing.T) {
	s := NewStore(filepath.Join(t.TempDir(), "missing"))
	if i, err := s.Inventory(); err != nil || i.Total().Files != 0 {
		t.Errorf("%+v, %v", i, err)
	}
	if removed, err := s.Prune(time.Now(), 0, time.Now()); err != nil || removed.Files != 0 {
		t.Errorf("%+v, %v", removed, err)
	}
}
