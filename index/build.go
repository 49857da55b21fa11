package index

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/constraints"
)

// NewPackage returns the package with the given releases, in any order. It copies
// what it needs. What is no possible fact is an error, and all of them are
// returned joined: a version twice (1.0 and 1.0.0 are one), a file twice in a
// release, a time outside the years 1 to 9999, a hash that is not hexadecimal.
func NewPackage(name constraints.Name, releases []Release) (*Package, error) {
	entries := make([]entry, len(releases))
	for i := range releases {
		own := releases[i]
		entries[i] = entry{own.Version, &own}
	}
	packed, err := pack(name, entries)
	if err != nil {
		return nil, err
	}
	return packed.open()
}

// packed is a package in its two sections.
type packed struct {
	name        constraints.Name
	meta, files []byte
}

func (p packed) digests() digests {
	return digests{sha256.Sum256(p.meta), sha256.Sum256(p.files)}
}

// pack sorts, checks and encodes the entries.
func pack(name constraints.Name, entries []entry) (packed, error) {
	slices.SortStableFunc(entries, func(a, b entry) int { return a.version.Compare(b.version) })
	errs := []error{checkName(name), checkVersions(entries)}
	for i, e := range entries {
		if i > 0 && e.Release == entries[i-1].Release {
			continue
		}
		if err := e.Release.settle(); err != nil {
			errs = append(errs, fmt.Errorf("version %s: %w", e.version, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return packed{}, err
	}
	p := packed{name, packSection(name, entries), packFiles(entries)}
	if len(p.meta)+len(p.files) > maxBlock {
		return packed{}, fmt.Errorf("the facts take more than %d bytes", maxBlock)
	}
	return p, nil
}

func checkName(name constraints.Name) error {
	if len(name) > maxName || !validName(string(name)) || normalizeName(string(name)) != name {
		return fmt.Errorf("%q is not the normalised name of a package", constraints.Shorten(string(name), 80))
	}
	return nil
}

// checkVersions reports versions that are none and those that are there twice.
func checkVersions(entries []entry) error {
	var errs []error
	for i, e := range entries {
		if e.version.IsZero() {
			errs = append(errs, errors.New("a release has no version"))
		} else if i > 0 && e.version.Equal(entries[i-1].version) {
			errs = append(errs, &DuplicateVersionError{entries[i-1].version, e.version})
		}
	}
	return errors.Join(errs...)
}

// DuplicateVersionError says that two releases of one package have the same
// version, perhaps in two spellings.
type DuplicateVersionError struct{ First, Second constraints.Version }

// Error names both spellings.
func (e *DuplicateVersionError) Error() string {
	return fmt.Sprintf("%s and %s are the same version", e.First, e.Second)
}

// settle checks r and brings it into the one form that its facts have.
func (r *Release) settle() error {
	if !r.Yanked && r.YankedReason != "" {
		return errors.New("a reason for yanking, but not yanked")
	}
	err := errors.Join(
		checkTexts(r.Requirements...), checkTexts(r.Extras...), checkTexts(r.RequiresPython, r.License, r.YankedReason),
		checkTime(r.Uploaded))
	if err != nil || r.Files == nil {
		return err
	}
	if len(r.Files) > maxItems {
		return fmt.Errorf("more than %d files", maxItems)
	}
	r.Files = slices.Clone(r.Files)
	slices.SortFunc(r.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for i := range r.Files {
		if i > 0 && r.Files[i].Name == r.Files[i-1].Name {
			return fmt.Errorf("two files are named %q", r.Files[i].Name)
		}
		if err := r.Files[i].settle(); err != nil {
			return fmt.Errorf("file %q: %w", r.Files[i].Name, err)
		}
	}
	return nil
}

func (f *File) settle() error {
	switch {
	case f.Name == "" || strings.ContainsAny(f.Name, `/\`+"\x00"):
		return errors.New("not the name of a file")
	case f.Size < 0:
		return errors.New("the size is negative")
	case !f.Yanked && f.YankedReason != "":
		return errors.New("a reason for yanking, but not yanked")
	}
	f.Hashes = slices.Clone(f.Hashes)
	slices.SortFunc(f.Hashes, func(a, b Hash) int { return cmp.Compare(a.Algorithm, b.Algorithm) })
	for i, h := range f.Hashes {
		if i > 0 && h.Algorithm == f.Hashes[i-1].Algorithm {
			return fmt.Errorf("two %s hashes", h.Algorithm)
		}
		if _, err := hex.DecodeString(h.Hex); err != nil || h.Hex == "" || h.Algorithm == "" {
			return fmt.Errorf("the %s hash is not hexadecimal", h.Algorithm)
		}
	}
	return errors.Join(checkTexts(f.Name, f.RequiresPython, f.YankedReason), checkTime(f.Uploaded))
}

// checkTexts holds to the bounds, and to UTF-8, which the JSON form needs.
func checkTexts(texts ...string) error {
	if len(texts) > maxItems {
		return fmt.Errorf("more than %d items", maxItems)
	}
	for _, text := range texts {
		if len(text) > maxText {
			return fmt.Errorf("a text of more than %d bytes", maxText)
		}
		if !utf8.ValidString(text) {
			return fmt.Errorf("%q is not UTF-8", constraints.Shorten(text, 80))
		}
	}
	return nil
}

func checkTime(t time.Time) error {
	if t.Year() < 1 || t.Year() > 9999 {
		return fmt.Errorf("the year %d of an upload time is outside 1 to 9999", t.Year())
	}
	return nil
}
