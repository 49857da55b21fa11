package index

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// sampleCopy returns the path of a copy of the sample that may be changed.
func sampleCopy(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "sample.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "facts.jsonl")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openCached(t *testing.T, path, dir string) *Snapshot {
	t.Helper()
	s, err := OpenCached(path, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// entries returns the files in a cache.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheSecondOpeningReadsTheCache(t *testing.T) {
	path, dir := sampleCopy(t), filepath.Join(t.TempDir(), "made", "on demand")
	first := openCached(t, path, dir)
	found := entries(t, dir)
	if len(found) != 1 {
		t.Fatalf("the cache holds %v, want one file", found)
	}
	second := openCached(t, path, dir)
	if second.closer == nil || second.Digest() != first.Digest() {
		t.Error("the second opening did not come from the cache, or has other facts")
	}
}

func TestTheCacheGoesByContent(t *testing.T) {
	path, dir := sampleCopy(t), t.TempDir()
	before := openCached(t, path, dir).Digest()
	if err := os.WriteFile(path, []byte(`{"name":"other"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if after := openCached(t, path, dir); after.Digest() == before || after.Len() != 1 {
		t.Error("a changed file was taken for the old one")
	}
	if found := entries(t, dir); len(found) != 2 {
		t.Errorf("the cache holds %v, want two files", found)
	}
}

func TestADamagedEntryIsMadeAnew(t *testing.T) {
	path, dir := sampleCopy(t), t.TempDir()
	want := openCached(t, path, dir)
	entry := entries(t, dir)[0]
	sound, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	const step = 5 // TestADamagedByteIsNoticed takes every byte
	for i := 0; i < len(sound); i += step {
		damaged := append([]byte(nil), sound...)
		damaged[i] ^= 1
		if err := os.WriteFile(entry, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenCached(path, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := useAll(s); err != nil || s.Digest() != want.Digest() {
			t.Fatalf("byte %d: %v", i, err)
		}
		s.Close()
		if again, err := os.ReadFile(entry); err != nil || string(again) != string(sound) {
			t.Fatalf("byte %d: the entry was not made anew", i)
		}
	}
}

func TestADamagedEntryOfAChangedFileIsAnError(t *testing.T) {
	path, dir := sampleCopy(t), t.TempDir()
	openCached(t, path, dir)
	entry := entries(t, dir)[0]
	data, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(entry, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openCached(t, path, dir)
	if err := os.WriteFile(path, []byte(`{"name":"other"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := useAll(s); err == nil {
		t.Error("facts that are lost were answered")
	}
}

func TestACutEntryIsMadeAnew(t *testing.T) {
	path, dir := sampleCopy(t), t.TempDir()
	want := openCached(t, path, dir).Digest()
	entry := entries(t, dir)[0]
	for _, size := range []int64{0, 10, 200} {
		if err := os.Truncate(entry, size); err != nil {
			t.Fatal(err)
		}
		if got := openCached(t, path, dir).Digest(); got != want {
			t.Errorf("cut to %d bytes: digest %s", size, got)
		}
	}
}

func TestACacheThatCannotBeWrittenIsNoError(t *testing.T) {
	path := sampleCopy(t)
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	readOnly := t.TempDir()
	if err := os.Chmod(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), readOnly} {
		if err := useAll(openCached(t, path, dir)); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestManyMayShareACache(t *testing.T) {
	path, dir := sampleCopy(t), t.TempDir()
	want := sample(t).Digest()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			s, err := OpenCached(path, dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := useAll(s); err != nil || s.Digest() != want {
				t.Error("other facts", err)
			}
		})
	}
	wg.Wait()
	if found := entries(t, dir); len(found) != 1 {
		t.Errorf("the cache holds %v, want one file", found)
	}
}

func TestAProblemInTheFileIsNotCached(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenCached(filepath.Join("testdata", "broken.jsonl"), dir); err == nil {
		t.Error("no error")
	}
	if found := entries(t, dir); len(found) != 0 {
		t.Errorf("the cache holds %v", found)
	}
}
