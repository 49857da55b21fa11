package fetch

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Inventory is what a Store holds.
type Inventory struct {
	Kinds map[Kind]Share
	Left  Share // of processes that were killed while writing, and of other versions
}

// Share is some files together.
type Share struct {
	Files  int
	Bytes  int64
	Oldest time.Time // when the oldest was written; zero for none
}

func (s *Share) add(size int64, written time.Time) {
	s.Files++
	s.Bytes += size
	if s.Oldest.IsZero() || written.Before(s.Oldest) {
		s.Oldest = written
	}
}

// Total returns all entries together.
func (i Inventory) Total() Share {
	var total Share
	for _, s := range i.Kinds {
		total.Files += s.Files
		total.Bytes += s.Bytes
		if total.Oldest.IsZero() || s.Files > 0 && s.Oldest.Before(total.Oldest) {
			total.Oldest = s.Oldest
		}
	}
	return total
}

// stored is one file of a store.
type stored struct {
	path    string
	kind    Kind // "" for what is left over
	size    int64
	written time.Time
}

// Inventory counts what is there. A folder that does not exist holds nothing.
func (s *Store) Inventory() (Inventory, error) {
	all, err := s.files()
	i := Inventory{Kinds: map[Kind]Share{Raw: {}, Parsed: {}, Snapshot: {}}}
	for _, f := range all {
		if f.kind == "" {
			i.Left.add(f.size, f.written)
			continue
		}
		share := i.Kinds[f.kind]
		share.add(f.size, f.written)
		i.Kinds[f.kind] = share
	}
	return i, err
}

// files lists what is in the store, in the order of paths. Files that are no part of
// it are left alone.
func (s *Store) files() ([]stored, error) {
	var all []stored
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreMissing(err)
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() {
			return ignoreMissing(err)
		}
		kind, ours := s.kindOf(path)
		if ours {
			all = append(all, stored{path, kind, info.Size(), info.ModTime()})
		}
		return nil
	})
	return all, ignoreMissing(err)
}

// kindOf tells what a file of a store is.
func (s *Store) kindOf(path string) (kind Kind, ours bool) {
	switch kind := Kind(strings.TrimPrefix(filepath.Ext(path), ".")); kind {
	case Raw, Parsed:
		folder := s.folderOf(path)
		if isVersion(folder) && folder != storeVersion { // nobody reads it any more
			return "", true
		}
		return kind, folder == storeVersion
	case Snapshot:
		return kind, true
	case Kind(tempEnding[1:]):
		return "", true
	}
	return "", false
}

// folderOf returns the folder right below that of the store which a file is in.
func (s *Store) folderOf(path string) string {
	below, err := filepath.Rel(s.dir, path)
	if err != nil {
		return ""
	}
	folder, _, _ := strings.Cut(filepath.ToSlash(below), "/")
	return folder
}

// isVersion reports whether a folder is that of some version of the store.
func isVersion(folder string) bool {
	digits, ok := strings.CutPrefix(folder, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// ignoreMissing returns err unless it says that a file is gone: others use the store
// at the same time.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// leftFor is how long a file that is being written is left alone.
const leftFor = time.Hour

// Prune removes what was written before a time, then the oldest entries until the
// rest has at most so many bytes (negative for no bound), and what killed processes and
// other versions left. It returns what was removed.
func (s *Store) Prune(before time.Time, bytes int64, now time.Time) (Share, error) {
	all, err := s.files()
	if err != nil {
		return Share{}, err
	}
	slices.SortFunc(all, func(a, b stored) int { return cmp.Or(a.written.Compare(b.written), strings.Compare(a.path, b.path)) })
	rest := int64(0)
	for _, f := range all {
		rest += f.size
	}
	var removed Share
	for _, f := range all {
		old := f.written.Before(before) || bytes >= 0 && rest > bytes
		if f.kind == "" {
			old = now.Sub(f.written) > leftFor
		}
		if !old {
			continue
		}
		if err := ignoreMissing(os.Remove(f.path)); err != nil {
			return removed, err
		}
		rest -= f.size
		removed.add(f.size, f.written)
	}
	return removed, nil
}

// Verify reads every entry and removes those that are damaged. check looks into the
// content of those that verify themselves, whole into the file of a Snapshot.
func (s *Store) Verify(check func(kind Kind, path string, content []byte) error) (sound, damaged int, err error) {
	all, err := s.files()
	if err != nil {
		return 0, 0, err
	}
	for _, f := range all {
		if f.kind == "" {
			continue
		}
		var err error
		var content []byte
		if f.kind != Snapshot {
			_, content, err = readEntry(f.path)
		}
		if err == nil && f.kind != Raw {
			err = check(f.kind, f.path, content)
		}
		switch {
		case err == nil:
			sound++
		case errors.Is(err, fs.ErrNotExist): // removed by another process meanwhile
		default:
			damaged++
			if err := ignoreMissing(os.Remove(f.path)); err != nil {
				return sound, damaged, err
			}
		}
	}
	return sound, damaged, nil
}
