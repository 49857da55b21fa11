package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"sluice/constraints"
)

// Package is the immutable view of the published versions of one package, in
// ascending order. It is safe for concurrent use.
type Package struct {
	section   *section
	digests   digests
	loadFiles func() (string, error)       // the second section, verified
	files     func() (*fileSection, error) // read once
	versions  func() []constraints.Version // parsed once
	parser    parser
}

// newPackage returns the view of a section.
func newPackage(s *section, d digests, known *texts, loadFiles func() (string, error)) *Package {
	p := &Package{section: s, digests: d, loadFiles: loadFiles}
	p.versions = sync.OnceValue(p.parseVersions)
	p.files = sync.OnceValues(func() (*fileSection, error) {
		data, err := loadFiles()
		if err != nil {
			return nil, err
		}
		return readFileSection(data, len(s.releases))
	})
	p.parser.section, p.parser.texts = s, known
	return p
}

// open returns the view of p.
func (p packed) open() (*Package, error) {
	s, err := readSection(string(p.meta))
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", p.name, err)
	}
	files := string(p.files)
	return newPackage(s, p.digests(), new(texts), func() (string, error) { return files, nil }), nil
}

// Name returns the normalised name.
func (p *Package) Name() constraints.Name { return p.section.name }

// Len returns the number of versions.
func (p *Package) Len() int { return len(p.section.releases) }

// Version returns version i of the ascending order, 0 <= i < Len. It parses that
// one alone; who wants most of them calls Versions.
func (p *Package) Version(i int) constraints.Version {
	// A snapshot that was forged may hold a text that is no version; it counts as
	// the zero Version, which no range contains and Find does not find.
	v, _ := parseVersion(p.section.version(i))
	return v
}

// Versions returns all versions in ascending order. They are parsed once; the
// caller must not change the slice.
func (p *Package) Versions() []constraints.Version { return p.versions() }

func (p *Package) parseVersions() []constraints.Version {
	vs := make([]constraints.Version, p.Len())
	for i := range vs {
		vs[i] = p.Version(i)
	}
	return vs
}

// Find returns the place of the version that is equal to v, whatever its
// spelling: 1.0 finds 1.0.0.
func (p *Package) Find(v constraints.Version) (int, bool) {
	low, high := 0, p.Len()
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch p.Version(mid).Compare(v) {
		case 0:
			return mid, !v.IsZero()
		case -1:
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, false
}

// Release returns the facts of version i, without its Files. The caller may keep
// and change what it gets.
func (p *Package) Release(i int) Release {
	s := p.section
	own := s.release(i)
	shared := s.bodies[own.body]
	version, _ := parseVersion(own.version)
	return Release{
		Version:         version,
		Requirements:    s.list(shared.requirements),
		RequiresPython:  s.optional(shared.python),
		Extras:          s.list(shared.extras),
		License:         s.optional(shared.license),
		Yanked:          own.yanked,
		YankedReason:    own.reason,
		Uploaded:        own.uploaded,
		Incomplete:      shared.flags&flagIncomplete != 0,
		MetadataMissing: shared.flags&flagMetadataMissing != 0,
	}
}

// Files returns the files of version i, sorted by name: nil when they are not
// known, empty when there are none. The error is that of reading.
func (p *Package) Files(i int) ([]File, error) {
	section, err := p.files()
	if err != nil {
		return nil, fmt.Errorf("files of package %s: %w", p.Name(), err)
	}
	files, err := section.list(i)
	if err != nil {
		return nil, fmt.Errorf("files of package %s: %w", p.Name(), err)
	}
	return files, nil
}

// Check reads what was not read yet. The error is that of reading: the package is not whole.
func (p *Package) Check() error {
	if _, err := p.files(); err != nil {
		return fmt.Errorf("files of package %s: %w", p.Name(), err)
	}
	return nil
}

// Outline returns of version i what an installer chooses by: as Release does, with its
// Files as Package.Files returns them, but without the digests of files and without what
// the metadata says, which Parsed returns. It takes a fraction of the time of those. The
// error is that of reading.
func (p *Package) Outline(i int) (Release, error) {
	section, err := p.files()
	if err != nil {
		return Release{}, fmt.Errorf("files of package %s: %w", p.Name(), err)
	}
	files, err := section.outline(i)
	if err != nil {
		return Release{}, fmt.Errorf("files of package %s: %w", p.Name(), err)
	}
	own := p.section.release(i)
	flags := p.section.bodies[own.body].flags
	version, _ := parseVersion(own.version)
	return Release{
		Version:         version,
		Yanked:          own.yanked,
		YankedReason:    own.reason,
		Uploaded:        own.uploaded,
		Incomplete:      flags&flagIncomplete != 0,
		MetadataMissing: flags&flagMetadataMissing != 0,
		Files:           files,
	}, nil
}

// Runtimes returns the Pythons that a file is for, as the index says beside it; nil for
// all, and, as installers take it, for a text that is not valid.
func (p *Package) Runtimes(f File) constraints.Range {
	if f.RequiresPython == "" {
		return nil
	}
	python := p.parser.texts.runtimes.of(f.RequiresPython, readRuntimes)
	if python.remark != nil {
		return nil
	}
	return python.value
}

// Digest returns the digest of the facts, "sha256:" and 64 hexadecimal digits.
// Equal facts have equal digests, wherever they were read from.
func (p *Package) Digest() string { return p.digests.text() }

// digests are those of the two sections of a package.
type digests struct{ meta, files [sha256.Size]byte }

// text returns the digest of the package.
func (d digests) text() string {
	h := sha256.New()
	io.WriteString(h, "sluice package 2\n")
	h.Write(d.meta[:])
	h.Write(d.files[:])
	return digestText(h.Sum(nil))
}

func digestText(sum []byte) string { return "sha256:" + hex.EncodeToString(sum) }
