package pypi

import (
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/index"
)

// Releases returns what a page says of each version, in ascending order, as
// index.NewPackage takes it, and for each release the files on the page, in the
// order of its Files. In files[i] is thus where to find what version i of the
// package consists of.
//
// Files belong to the version that their names state, as for pip. Files of another
// project or of a version that is none (PEP 440), and what is neither a wheel nor
// a source archive, are left out with a remark; eggs and installers, which pip
// ignores, without one. A version that the index lists and that has no file
// becomes a release with no files.
//
// Of a version in several spellings, 1.0 and 1.0.0, there is one release. It is
// spelled as the first of its files, since pip compares that with ===, or, without
// files, as it stands first in the list.
//
// ParsePage leaves no two files with one name; of a page that was put together and
// has them, the first counts.
//
// A release is yanked when all its files are, for the first reason that one of
// them gives. It was uploaded when the first of its files was. Its Requires-Python
// is known where all its files state the same; its metadata is missing.
func Releases(page *Page) (releases []index.Release, files [][]File, notes []Remark) {
	g := grouper{project: page.Name, byKey: make(map[string]*release)}
	for i := range page.Files {
		g.addFile(&page.Files[i])
	}
	for _, text := range page.Versions {
		g.addVersion(text)
	}
	slices.SortFunc(g.groups, func(a, b *release) int { return a.version.Compare(b.version) })
	releases = make([]index.Release, len(g.groups))
	files = make([][]File, len(g.groups))
	for i, r := range g.groups {
		releases[i], files[i] = r.facts(), r.files
	}
	return releases, files, g.remarks.all()
}

// grouper groups files by version.
type grouper struct {
	project constraints.Name
	byKey   map[string]*release
	groups  []*release
	remarks remarks
}

// release is a version with its files.
type release struct {
	version constraints.Version
	files   []File
}

func (g *grouper) addFile(f *File) {
	version, why := distributionVersion(g.project, f.Name)
	if version.IsZero() {
		if why != "" {
			g.remarks.add(f.Name, "%s; left out", why)
		}
		return
	}
	switch r := g.release(version); {
	case r == nil:
	case len(r.files) >= maxItems:
		g.remarks.add(f.Name, "its release has more than %d files; left out", maxItems)
	default:
		r.files = append(r.files, *f)
	}
}

func (g *grouper) addVersion(text string) {
	version, err := pep440.Parse(text)
	if err != nil {
		g.remarks.add(text, "the index lists it, but it is no version as PEP 440 has them; left out")
		return
	}
	g.release(version)
}

// release returns the group of a version; nil when there are too many.
func (g *grouper) release(v constraints.Version) *release {
	r := g.byKey[v.Key()]
	if r != nil {
		return r
	}
	if len(g.groups) >= maxPageVersions {
		g.remarks.add(v.String(), "more than %d versions; left out", maxPageVersions)
		return nil
	}
	r = &release{version: v}
	g.byKey[v.Key()] = r
	g.groups = append(g.groups, r)
	return r
}

// facts returns what package index keeps of a release, and sorts its files.
func (r *release) facts() index.Release {
	facts := index.Release{
		Version:         r.version,
		MetadataMissing: true,
		Files:           make([]index.File, 0, len(r.files)),
		Yanked:          len(r.files) > 0,
	}
	for i := range r.files {
		f := &r.files[i]
		facts.Yanked = facts.Yanked && f.Yanked
		if facts.YankedReason == "" {
			facts.YankedReason = f.YankedReason
		}
		if facts.Uploaded.IsZero() || !f.Uploaded.IsZero() && f.Uploaded.Before(facts.Uploaded) {
			facts.Uploaded = f.Uploaded
		}
	}
	if !facts.Yanked {
		facts.YankedReason = ""
	}
	facts.RequiresPython = r.requiresPython()
	slices.SortStableFunc(r.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	r.files = slices.CompactFunc(r.files, func(a, b File) bool { return a.Name == b.Name })
	for i := range r.files {
		facts.Files = append(facts.Files, r.files[i].File)
	}
	return facts
}

// requiresPython returns what all files state, or "".
func (r *release) requiresPython() string {
	if len(r.files) == 0 {
		return ""
	}
	text := r.files[0].RequiresPython
	for i := range r.files {
		if r.files[i].RequiresPython != text {
			return ""
		}
	}
	return text
}
