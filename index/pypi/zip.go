package pypi

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
)

// zipArchive is a zip archive that is read through a window.
type zipArchive struct {
	document
	window *window
	files  []*zip.File
}

// zipTail is how many bytes at the end of an archive are read at once: as many as
// archive/zip looks at for the end record, which may have a comment of 64 KiB. In
// practice they are the whole directory of most wheels and their dist-info, which
// is written last.
const zipTail = 65 << 10

// openZip reads the directory of an archive: its last 65 KiB, and what of the
// directory lies before them, in one read more.
func openZip(r io.ReaderAt, size int64, d document) (*zipArchive, error) {
	a := &zipArchive{document: d, window: &window{document: d, source: r, size: size}}
	if size < zipEndLen {
		return nil, d.fail("", "it is too short for a zip archive")
	}
	tail, err := a.window.fetch(max(0, size-zipTail), min(size, zipTail))
	if err != nil {
		return nil, err
	}
	if err := a.readDirectory(tail); err != nil {
		return nil, err
	}
	return a, nil
}

// readDirectory checks what the end of the archive says of the directory before
// anything is done about it, and reads the directory.
func (a *zipArchive) readDirectory(tail []byte) error {
	tailOffset := a.window.size - int64(len(tail))
	end, why := findZipEnd(tail, tailOffset)
	switch {
	case why != "":
		return a.fail("", "%s", why)
	case end.entries > maxZipEntries:
		return a.fail("", "its directory has %d entries, more than %d", end.entries, maxZipEntries)
	case end.size > maxDirectory:
		return a.fail("", "its directory has %d bytes, more than %d", end.size, maxDirectory)
	case end.offset > uint64(end.at) || end.offset+end.size != uint64(end.at):
		// Python tolerates something before an archive; two readers that disagree
		// on where it begins can be shown two contents.
		return a.fail("", "its directory is not where it says that it is")
	}
	if offset := int64(end.offset); offset < tailOffset {
		head, err := a.window.fetch(offset, tailOffset-offset)
		if err != nil {
			return err
		}
		a.window.parts = []part{{offset, append(head, tail...)}}
	}
	zr, err := zip.NewReader(a.window, a.window.size)
	if err != nil {
		return a.broken("its directory", err)
	}
	if len(zr.File) > maxZipEntries {
		return a.fail("", "its directory has %d entries, more than %d", len(zr.File), maxZipEntries)
	}
	a.files = zr.File
	return nil
}

// Records of a zip archive (APPNOTE.TXT 4.3.14 to 4.3.16).
const (
	zipEndLen       = 22
	zipEndMark      = "PK\x05\x06"
	zip64LocatorLen = 20
	zip64Locator    = "PK\x06\x07"
	zip64EndLen     = 56
	zip64EndMark    = "PK\x06\x06"
)

// zipEnd is what the end of an archive says of its directory.
type zipEnd struct {
	entries, size, offset uint64
	at                    int64 // where the directory must end
}

// findZipEnd finds the end record in the last bytes of an archive, which are at
// offset: the last one whose comment fits, as archive/zip and Python have it.
func findZipEnd(tail []byte, offset int64) (end zipEnd, why string) {
	le := binary.LittleEndian
	for i := len(tail) - zipEndLen; i >= 0; i-- {
		if !bytes.HasPrefix(tail[i:], []byte(zipEndMark)) {
			continue
		}
		record := tail[i:]
		if zipEndLen+int(le.Uint16(record[20:])) > len(record) {
			break
		}
		end = zipEnd{
			entries: uint64(le.Uint16(record[10:])),
			size:    uint64(le.Uint32(record[12:])),
			offset:  uint64(le.Uint32(record[16:])),
			at:      offset + int64(i),
		}
		return end.zip64(tail, offset)
	}
	return end, "it is no zip archive, or it is cut short"
}

// zip64 returns what the zip64 end record says, if there is one.
func (end zipEnd) zip64(tail []byte, offset int64) (zipEnd, string) {
	le := binary.LittleEndian
	i := end.at - offset - zip64LocatorLen
	if i < 0 || !bytes.HasPrefix(tail[i:], []byte(zip64Locator)) {
		return end, ""
	}
	at := le.Uint64(tail[i+8:])
	if at < uint64(offset) || at+zip64EndLen > uint64(offset+i) || at+zip64EndLen < at {
		return end, "its zip64 end record is not where it says that it is"
	}
	record := tail[int64(at)-offset:]
	if !bytes.HasPrefix(record, []byte(zip64EndMark)) {
		return end, "its zip64 end record is malformed"
	}
	return zipEnd{
		entries: le.Uint64(record[32:]),
		size:    le.Uint64(record[40:]),
		offset:  le.Uint64(record[48:]),
		at:      int64(at),
	}, ""
}

// read returns the content of an entry: in one read if it is not in what was read
// already. Bytes, method and checksum must be as the directory says.
func (a *zipArchive) read(f *zip.File) ([]byte, error) {
	const encrypted = 1<<0 | 1<<6 | 1<<13
	where := printable(f.Name)
	switch {
	case !f.Mode().IsRegular():
		return nil, a.fail(where, "it is no regular file")
	case f.Flags&encrypted != 0:
		return nil, a.fail(where, "it is encrypted")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return nil, a.fail(where, "its compression method %d is neither stored nor deflated", f.Method)
	case f.UncompressedSize64 > maxMetadata || f.CompressedSize64 > maxMetadata:
		return nil, a.fail(where, "it has more than %d bytes", maxMetadata)
	}
	// The local header has a name and an extra field of its own; room for more than
	// the usual ones saves another read.
	const headerLen, extraLen = 30, 1 << 10
	a.window.ahead = headerLen + int64(len(f.Name)) + extraLen + int64(f.CompressedSize64)
	content, err := f.Open()
	if err != nil {
		return nil, a.broken(where, err)
	}
	defer content.Close()
	a.window.ahead = max(a.window.ahead, int64(f.CompressedSize64)+extraLen)
	data := bytes.NewBuffer(make([]byte, 0, min(f.UncompressedSize64, 1<<16)+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(content, maxMetadata+1)); err != nil {
		return nil, a.broken(where, err)
	}
	return data.Bytes(), nil
}

// broken returns the error for an archive that archive/zip cannot read. That its
// bytes could not be had is another matter.
func (a *zipArchive) broken(where string, err error) error {
	if a.window.err != nil {
		return a.window.err
	}
	return a.fail(where, "it is damaged: %s", short(err.Error()))
}
