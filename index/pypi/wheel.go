package pypi

import (
	"archive/zip"
	"io"
	"strings"

	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// WheelMetadata returns the METADATA of a wheel, of which it reads little. All
// reads go from r one after the other, and none overlaps the one before by more
// than a few bytes:
//
//  1. the last 65 KiB, or the whole of a smaller wheel;
//  2. if the directory begins before them, from its begin up to there;
//  3. if METADATA lies before all that, the one entry with 1 KiB around it.
//
// Most wheels take one read or two. An entry with an oversized local header takes
// a fourth.
//
// Of several dist-info folders the one whose name has the project and the version
// of the file name is meant (the binary distribution format); a single one must
// have the project, as for pip.
//
// An archive that lies about its directory or the sizes of the entry, has more of
// either than is reasonable, or whose METADATA is encrypted, compressed in an
// unusual way or there twice, is a DocumentError; that r failed is what r says,
// wrapped.
func WheelMetadata(r io.ReaderAt, size int64, filename string) ([]byte, error) {
	d := document("wheel " + printable(filename))
	wheel, err := pep508.ParseWheelFilename(filename)
	if err != nil {
		return nil, d.fail("", "%s", err)
	}
	a, err := openZip(r, size, d)
	if err != nil {
		return nil, err
	}
	entry, err := a.distInfo(wheel)
	if err != nil {
		return nil, err
	}
	return a.read(entry)
}

// distInfo returns the METADATA that belongs to the wheel.
func (a *zipArchive) distInfo(wheel pep508.WheelFile) (*zip.File, error) {
	var found []*zip.File
	for _, f := range a.files {
		if folder, ok := strings.CutSuffix(f.Name, ".dist-info/METADATA"); ok && isFolderName(folder) {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return nil, a.fail("", "it has no METADATA in a folder NAME-VERSION.dist-info")
	}
	if len(found) == 1 {
		if _, ok := cutProject(found[0].Name, wheel.Name); !ok {
			return nil, a.fail(printable(found[0].Name), "it is of another project")
		}
		return found[0], nil
	}
	return a.only(found, "METADATA", func(f *zip.File) bool {
		folder, _, _ := strings.Cut(f.Name, ".dist-info/")
		text, ok := cutProject(folder, wheel.Name)
		version, err := pep440.Parse(text)
		return ok && err == nil && version.Equal(wheel.Version)
	})
}

// isFolderName reports whether name is the name of one folder, and no path that
// leads elsewhere.
func isFolderName(name string) bool {
	return badFileName(name) == ""
}

// only returns the one entry that belongs.
func (a *zipArchive) only(entries []*zip.File, what string, belongs func(*zip.File) bool) (*zip.File, error) {
	var found *zip.File
	for _, f := range entries {
		if !belongs(f) {
			continue
		}
		if found != nil {
			return nil, a.fail(printable(f.Name), "two %s belong to the archive, the other in %s", what, printable(found.Name))
		}
		found = f
	}
	if found == nil {
		return nil, a.fail("", "none of its %d %s has the name and version of the archive", len(entries), what)
	}
	return found, nil
}
