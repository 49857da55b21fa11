package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// OpenCached is Open with a memory: of a file of JSON lines it keeps the compact
// form in cacheDir, so that opening the same content again takes milliseconds.
//
// The cache only ever saves time. A folder that is missing and cannot be made, or
// cannot be written, is no error; an entry that is damaged is made anew. Any
// number of processes may share a folder. Its owner must be who reads it: an
// entry that somebody else put there would be believed.
func OpenCached(path, cacheDir string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start, err := firstBytes(f)
	if err != nil {
		return nil, err
	}
	if string(start) == magic {
		return Open(path)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	if s := openEntry(entryPath(cacheDir, sum.Sum(nil)), path, cacheDir); s != nil {
		return s, nil
	}
	return fill(path, cacheDir)
}

// entryPath returns where the compact form of the content with this digest is
// kept. Another version of the format is another file.
func entryPath(cacheDir string, sum []byte) string {
	return filepath.Join(cacheDir, fmt.Sprintf("%s.v%d.snapshot", hex.EncodeToString(sum), formatVersion))
}

// openEntry opens a cache entry; nil when there is none that is sound. Should a
// section turn out to be damaged later, the file at path is read again.
func openEntry(entry, path, cacheDir string) *Snapshot {
	f, err := os.Open(entry)
	if err != nil {
		return nil
	}
	s, err := openCompact(f)
	if err != nil {
		f.Close()
		return nil
	}
	s.image.repair = sync.OnceValues(func() (*image, error) {
		again, err := fill(path, cacheDir)
		if err != nil {
			return nil, err
		}
		return again.image, nil
	})
	return s
}

// fill reads the JSON lines at path and keeps their compact form.
func fill(path, cacheDir string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The digest is that of the bytes read here: the file may have changed since
	// it was looked at before.
	sum := sha256.New()
	s, err := Read(path, io.TeeReader(f, sum))
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	keep(s, entryPath(cacheDir, sum.Sum(nil)))
	return s, nil
}

// keep writes s to path so that nobody sees a half of it. That it cannot is no
// trouble: the next one will read the JSON again.
func keep(s *Snapshot, path string) {
	if os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(path), "*.tmp")
	if err != nil {
		return
	}
	err = s.WriteCompact(f)
	if f.Close() == nil && err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
}
