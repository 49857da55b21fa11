package index

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"sluice/constraints"
)

// Snapshot is an immutable set of packages: the facts as of some moment. It is
// safe for concurrent use.
type Snapshot struct {
	image  *image
	closer io.Closer
	digest func() string

	mu       sync.Mutex
	packages map[constraints.Name]*Package
}

func newSnapshot(im *image, closer io.Closer) *Snapshot {
	s := &Snapshot{image: im, closer: closer, packages: make(map[constraints.Name]*Package)}
	s.digest = sync.OnceValue(func() string { return s.DigestOf(s.Names()) })
	return s
}

// NewSnapshot returns the snapshot of the given packages. The same package may be
// given twice; two different ones of one name are an error.
func NewSnapshot(packages ...*Package) (*Snapshot, error) {
	byName := make(map[constraints.Name]packed, len(packages))
	digests := make(map[constraints.Name]string, len(packages))
	for _, p := range packages {
		if digest, ok := digests[p.Name()]; ok && digest != p.Digest() {
			return nil, fmt.Errorf("package %s is given twice, with different facts", p.Name())
		}
		files, err := p.loadFiles()
		if err != nil {
			return nil, fmt.Errorf("files of package %s: %w", p.Name(), err)
		}
		digests[p.Name()] = p.Digest()
		byName[p.Name()] = packed{p.Name(), []byte(p.section.data), []byte(files)}
	}
	var all []packed
	for _, p := range byName {
		all = append(all, p)
	}
	return inMemory(all)
}

// inMemory returns the snapshot of packages that have different names.
func inMemory(packages []packed) (*Snapshot, error) {
	var buf bytes.Buffer
	if err := writeImage(&buf, packages); err != nil {
		return nil, err
	}
	im, err := openImage(int64(buf.Len()), bytesReader(buf.Bytes()))
	if err != nil {
		return nil, err
	}
	return newSnapshot(im, nil), nil
}

// bytesReader reads from memory.
func bytesReader(data []byte) readFunc {
	return func(offset int64, n int) ([]byte, error) {
		if offset > int64(len(data)) || n > len(data)-int(offset) {
			return nil, io.ErrUnexpectedEOF
		}
		return data[offset:][:n:n], nil
	}
}

// Close releases the file behind the snapshot. Packages that were read remain
// usable, but for files that nobody asked for before.
func (s *Snapshot) Close() error {
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}

// Package returns the package with the given name, the same one each time. The
// error is a *NotFoundError when there is none; any other means that the facts
// could not be read.
func (s *Snapshot) Package(name constraints.Name) (*Package, error) {
	if p := s.loaded(name); p != nil {
		return p, nil
	}
	i, ok := s.image.find(name)
	if !ok {
		return nil, &NotFoundError{name, s.Names}
	}
	p, err := s.image.pkg(i)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.packages[name]; ok {
		return first, nil
	}
	s.packages[name] = p
	return p, nil
}

// loaded returns the package if it was read before.
func (s *Snapshot) loaded(name constraints.Name) *Package {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packages[name]
}

// Len returns the number of packages.
func (s *Snapshot) Len() int { return s.image.count }

// Names returns the names of all packages, sorted.
func (s *Snapshot) Names() []constraints.Name {
	names := make([]constraints.Name, s.image.count)
	for i := range names {
		names[i] = s.image.name(i)
	}
	return names
}

// Digest returns the digest of all facts. It does not depend on the form that they
// were read from, nor on any order in it.
func (s *Snapshot) Digest() string { return s.digest() }

// DigestOf returns the digest of the facts about the given packages alone: of the
// names, sorted, each with the digest of its package, or with the fact that there
// is none. The order of names and names given twice change nothing.
func (s *Snapshot) DigestOf(names []constraints.Name) string {
	return digestOf(names, func(name constraints.Name) string {
		if i, ok := s.image.find(name); ok {
			return s.image.entry(i).digests.text()
		}
		return "none"
	})
}

// DigestOf returns the digest that a snapshot of the given packages has for these
// names. A name may have none, nil.
func DigestOf(packages map[constraints.Name]*Package) string {
	return digestOf(slices.Collect(maps.Keys(packages)), func(name constraints.Name) string {
		if p := packages[name]; p != nil {
			return p.Digest()
		}
		return "none"
	})
}

func digestOf(names []constraints.Name, digest func(constraints.Name) string) string {
	h := sha256.New()
	io.WriteString(h, "sluice facts 1\n")
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		fmt.Fprintf(h, "%q %s\n", string(name), digest(name))
	}
	return digestText(h.Sum(nil))
}

// WriteCompact writes the snapshot in the compact form. Equal facts give equal
// bytes.
func (s *Snapshot) WriteCompact(w io.Writer) error {
	const step = 1 << 20
	for at := int64(0); at < s.image.size; at += step {
		data, err := s.image.read(at, int(min(step, s.image.size-at)))
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}
