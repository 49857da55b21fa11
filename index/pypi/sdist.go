package pypi

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/constraints/pep508"
)

// SdistMetadata returns the PKG-INFO of a source distribution that is a tar
// archive: .tar, .tar.gz, .tgz, .tar.bz2 or .tbz. It is the first regular file
// FOLDER/PKG-INFO, as PEP 625 has it, at which the reading stops. Some build tools
// write it last, so that all of the archive is read.
//
// Whether it says what an installation requires is for Metadata.Static to tell.
//
// An archive that cannot be used is a DocumentError; that r failed is what r says,
// wrapped. Nothing is written to disk.
func SdistMetadata(r io.Reader, filename string) ([]byte, error) {
	t := tarball{document: sdist(filename), source: &tap{Reader: r}}
	unpacked, err := t.unpack(filename)
	if err != nil {
		return nil, err
	}
	t.Reader = tar.NewReader(&meter{unpacked, maxInflated})
	return t.packageInfo()
}

// SdistZipMetadata returns the PKG-INFO of a source distribution that is a zip
// archive. It reads as WheelMetadata does.
func SdistZipMetadata(r io.ReaderAt, size int64, filename string) ([]byte, error) {
	stem, ok := strings.CutSuffix(filename, ".zip")
	if !ok {
		return nil, sdist(filename).fail("", "it does not end in .zip")
	}
	a, err := openZip(r, size, sdist(filename))
	if err != nil {
		return nil, err
	}
	var found []*zip.File
	for _, f := range a.files {
		if isPackageInfo(f.Name) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return nil, a.fail("", noPackageInfo)
	case 1:
		return a.read(found[0])
	}
	entry, err := a.only(found, "PKG-INFO", func(f *zip.File) bool {
		folder, _, _ := strings.Cut(f.Name, "/")
		return pep508.NormalizeName(folder) == pep508.NormalizeName(stem)
	})
	if err != nil {
		return nil, err
	}
	return a.read(entry)
}

func sdist(filename string) document { return document("source distribution " + printable(filename)) }

const noPackageInfo = "it has no PKG-INFO in its top folder"

// isPackageInfo reports whether an entry is FOLDER/PKG-INFO.
func isPackageInfo(entry string) bool {
	folder, ok := strings.CutSuffix(strings.TrimPrefix(entry, "./"), "/PKG-INFO")
	return ok && isFolderName(folder)
}

// tarball is a tar archive that is being read.
type tarball struct {
	document
	*tar.Reader
	source *tap
}

// unpack returns the tar archive in what the file name says that it is packed in.
func (t *tarball) unpack(filename string) (io.Reader, error) {
	switch {
	case hasEnding(filename, ".tar.gz", ".tgz"):
		unpacked, err := gzip.NewReader(t.source)
		if err != nil {
			return nil, t.broken(err)
		}
		return unpacked, nil
	case hasEnding(filename, ".tar.bz2", ".tbz"):
		return bzip2.NewReader(t.source), nil
	case hasEnding(filename, ".tar"):
		return t.source, nil
	case hasEnding(filename, ".tar.xz", ".txz", ".tar.lzma", ".tar.lz", ".tlz"):
		e := t.fail("", "it is compressed with xz or lzma, which cannot be unpacked here")
		e.Hint = "its metadata can be had if the index serves it, or from a wheel"
		return nil, e
	}
	return nil, t.fail("", "it does not end in .tar.gz, .tgz, .tar.bz2, .tbz or .tar")
}

// packageInfo returns the content of the PKG-INFO.
func (t *tarball) packageInfo() ([]byte, error) {
	for range maxTarEntries {
		header, err := t.Next()
		switch {
		case err == io.EOF:
			return nil, t.fail("", noPackageInfo)
		case err != nil:
			return nil, t.broken(err)
		case !isPackageInfo(header.Name):
			continue
		case header.Typeflag != tar.TypeReg:
			return nil, t.fail(printable(header.Name), "it is no regular file")
		case header.Size > maxMetadata:
			return nil, t.fail(printable(header.Name), "it has more than %d bytes", maxMetadata)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(t); err != nil {
			return nil, t.broken(err)
		}
		return content.Bytes(), nil
	}
	return nil, t.fail("", "it has more than %d entries", maxTarEntries)
}

// broken returns the error for an archive that cannot be unpacked. That its bytes
// could not be had is another matter.
func (t *tarball) broken(err error) error {
	switch {
	case t.source.err != nil:
		return fmt.Errorf("%s: reading it: %w", t.document, t.source.err)
	case errors.Is(err, errInflated):
		return t.fail("", "%s", err)
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return t.fail("", "it is cut short")
	}
	return t.fail("", "it is damaged: %s", short(err.Error()))
}

// tap passes on what it reads and remembers why it could not go on.
type tap struct {
	io.Reader
	err error
}

func (t *tap) Read(p []byte) (n int, err error) {
	n, err = t.Reader.Read(p)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

var errInflated = fmt.Errorf("it unpacks to more than %d bytes", int64(maxInflated))

// meter passes on what it reads up to a number of bytes.
type meter struct {
	io.Reader
	left int64
}

func (m *meter) Read(p []byte) (n int, err error) {
	if m.left <= 0 {
		return 0, errInflated
	}
	n, err = m.Reader.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	return n, err
}
