package index

import (
	"crypto/sha256"
	"time"
)

// With returns the package with the metadata of some more releases: of each number
// in the order of versions, the Requirements, RequiresPython, Extras and License of
// the Release.
func (p *Package) With(metadata map[int]Release) (*Package, error) {
	entries := p.entries()
	for i, m := range metadata {
		r := entries[i].Release
		r.Requirements, r.RequiresPython, r.Extras, r.License = m.Requirements, m.RequiresPython, m.Extras, m.License
		r.Incomplete, r.MetadataMissing = m.Incomplete, false
		if err := r.settle(); err != nil {
			return nil, err
		}
	}
	return p.repack(entries)
}

// Knowing returns the package as it is to one who knows the metadata of some of its
// releases only: of those whose numbers are given.
func (p *Package) Knowing(known map[int]bool) (*Package, error) {
	entries := p.entries()
	for i := range entries {
		if r := entries[i].Release; !known[i] {
			r.Requirements, r.RequiresPython, r.Extras, r.License = nil, "", nil, ""
			r.Incomplete, r.MetadataMissing = false, true
		}
	}
	return p.repack(entries)
}

// Before returns the package as it was just before a time: without the files that
// were uploaded then or later, and without the releases of which no file was there
// yet. What has no upload time stays; undated is how many releases have none.
func (p *Package) Before(t time.Time) (before *Package, undated int, err error) {
	var releases []Release
	for i := range p.Len() {
		r := p.Release(i)
		files, err := p.Files(i)
		if err != nil {
			return nil, 0, err
		}
		switch kept, dated := filesBefore(files, t); {
		case len(files) > 0 && len(kept) == 0, len(files) == 0 && !r.Uploaded.IsZero() && !r.Uploaded.Before(t):
			continue
		case len(files) > 0:
			r.Files = kept
			if !dated && r.Uploaded.IsZero() {
				undated++
			}
		default:
			r.Files = files
			if r.Uploaded.IsZero() {
				undated++
			}
		}
		releases = append(releases, r)
	}
	before, err = NewPackage(p.Name(), releases)
	return before, undated, err
}

// filesBefore returns the files that were there before a time, and whether all have
// a time.
func filesBefore(files []File, t time.Time) (kept []File, dated bool) {
	dated = true
	for _, f := range files {
		if f.Uploaded.IsZero() || f.Uploaded.Before(t) {
			kept = append(kept, f)
		}
		dated = dated && !f.Uploaded.IsZero()
	}
	return kept, dated
}

// entries returns the releases, without their files, for another first section.
func (p *Package) entries() []entry {
	entries := make([]entry, p.Len())
	releases := make([]Release, p.Len())
	for i := range entries {
		releases[i] = p.Release(i)
		entries[i] = entry{releases[i].Version, &releases[i]}
	}
	return entries
}

// repack returns the package with another first section, and the files that it has.
func (p *Package) repack(entries []entry) (*Package, error) {
	meta := packSection(p.Name(), entries)
	s, err := readSection(string(meta))
	if err != nil {
		return nil, err
	}
	return newPackage(s, digests{sha256.Sum256(meta), p.digests.files}, p.parser.texts, p.loadFiles), nil
}
