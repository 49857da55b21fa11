package index

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"unsafe"

	"sluice/constraints"
)

// The layout of the compact form; FORMAT.md describes it.
const (
	magic         = "\x89SLUICE\n"
	formatVersion = 2
	headerSize    = 64
	hashedHeader  = 32 // the part of the header before the digest of the index
	entrySize     = 80
)

var little = binary.LittleEndian

// image is a snapshot in the compact form, in a file or in memory: its index,
// held in memory and checked, and a way to read the blocks.
type image struct {
	count   int
	entries []byte
	names   string
	blocks  uint64 // the offset of the first block
	size    int64
	read    readFunc
	texts   *texts

	// repair returns the same image from elsewhere, for when a section turns out
	// to be damaged; nil where there is nothing to repair from.
	repair func() (*image, error)
}

// readFunc returns n bytes from an offset, which nobody changes afterwards.
type readFunc func(offset int64, n int) ([]byte, error)

// openImage reads and checks the index of an image of size bytes.
func openImage(size int64, read readFunc) (*image, error) {
	if size < headerSize {
		return nil, errors.New("truncated: the header is not whole")
	}
	header, err := read(0, headerSize)
	if err != nil {
		return nil, err
	}
	im := &image{size: size, read: read, texts: new(texts)}
	namesSize, err := im.readHeader(header)
	if err != nil {
		return nil, err
	}
	index, err := read(headerSize, int(im.blocks-headerSize))
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	sum.Write(header[:hashedHeader])
	sum.Write(index)
	if !bytes.Equal(sum.Sum(nil), header[hashedHeader:]) {
		return nil, errors.New("damaged: the index does not have its digest")
	}
	cut := len(index) - int(namesSize)
	im.entries, im.names = index[:cut], string(index[cut:])
	return im, im.check()
}

// readHeader checks that the file is whole and has room for what the header
// announces, and returns the size of the names.
func (im *image) readHeader(header []byte) (namesSize uint64, err error) {
	if string(header[:8]) != magic {
		return 0, errors.New("not in the compact form")
	}
	if v := little.Uint32(header[8:]); v != formatVersion {
		return 0, fmt.Errorf("version %d of the compact form, this program reads %d", v, formatVersion)
	}
	count := uint64(little.Uint32(header[12:]))
	namesSize = little.Uint64(header[16:])
	if size := little.Uint64(header[24:]); size != uint64(im.size) {
		return 0, fmt.Errorf("truncated or extended: %d bytes of %d", im.size, size)
	}
	im.blocks = headerSize + count*entrySize + namesSize
	if count > maxPackages || namesSize > count*maxName || im.blocks > uint64(im.size) {
		return 0, errors.New("malformed: the index does not fit the file")
	}
	im.count = int(count)
	return namesSize, nil
}

// check looks at every offset once, so that no later use needs to: names
// ascend and blocks follow each other up to the end of the file.
func (im *image) check() error {
	nameEnd, blockEnd := uint32(0), uint64(0)
	for i := range im.count {
		e := im.entry(i)
		if e.nameEnd <= nameEnd || uint64(e.nameEnd) > uint64(len(im.names)) {
			return fmt.Errorf("malformed: the name of package %d", i)
		}
		if e.blockEnd < blockEnd || e.blockEnd > uint64(im.size)-im.blocks ||
			uint64(e.metaSize) > e.blockEnd-blockEnd || e.blockEnd-blockEnd > maxBlock {
			return fmt.Errorf("malformed: the block of package %d", i)
		}
		nameEnd, blockEnd = e.nameEnd, e.blockEnd
		if i > 0 && im.name(i-1) >= im.name(i) {
			return fmt.Errorf("malformed: package %d is out of order", i)
		}
	}
	if uint64(nameEnd) != uint64(len(im.names)) || blockEnd != uint64(im.size)-im.blocks {
		return errors.New("malformed: the index leaves bytes over")
	}
	return nil
}

// imageEntry is what the index says of one package. Names and blocks begin where
// those of the package before end.
type imageEntry struct {
	nameEnd  uint32
	metaSize uint32
	blockEnd uint64
	digests
}

func (im *image) entry(i int) imageEntry {
	b := im.entries[i*entrySize:][:entrySize]
	return imageEntry{
		little.Uint32(b), little.Uint32(b[4:]), little.Uint64(b[8:]),
		digests{[sha256.Size]byte(b[16:48]), [sha256.Size]byte(b[48:80])},
	}
}

func (e imageEntry) append(b []byte) []byte {
	b = little.AppendUint32(b, e.nameEnd)
	b = little.AppendUint32(b, e.metaSize)
	b = little.AppendUint64(b, e.blockEnd)
	return append(append(b, e.meta[:]...), e.files[:]...)
}

func (im *image) name(i int) constraints.Name {
	start := uint32(0)
	if i > 0 {
		start = little.Uint32(im.entries[(i-1)*entrySize:])
	}
	return constraints.Name(im.names[start:little.Uint32(im.entries[i*entrySize:])])
}

// find returns the place of a package.
func (im *image) find(name constraints.Name) (int, bool) {
	return sort.Find(im.count, func(i int) int { return cmp.Compare(name, im.name(i)) })
}

// pkg reads package i.
func (im *image) pkg(i int) (*Package, error) {
	e := im.entry(i)
	start := uint64(0)
	if i > 0 {
		start = im.entry(i - 1).blockEnd
	}
	at := int64(im.blocks + start)
	data, err := im.section(at, int(e.metaSize), e.meta)
	if err != nil {
		return nil, err
	}
	s, err := readSection(data)
	if err != nil {
		return nil, err
	}
	if s.name != im.name(i) {
		return nil, fmt.Errorf("the block is that of %q", s.name)
	}
	return newPackage(s, e.digests, im.texts, func() (string, error) {
		return im.section(at+int64(e.metaSize), int(e.blockEnd-start)-int(e.metaSize), e.files)
	}), nil
}

// section reads n bytes and verifies their digest.
func (im *image) section(offset int64, n int, digest [sha256.Size]byte) (string, error) {
	if n == 0 && digest == sha256.Sum256(nil) {
		return "", nil
	}
	data, err := im.read(offset, n)
	if err == nil && sha256.Sum256(data) == digest {
		// No copy: whoever reads a section never writes to it again (readFunc).
		return unsafe.String(unsafe.SliceData(data), len(data)), nil
	}
	if im.repair != nil {
		whole, err := im.repair()
		if err != nil {
			return "", err
		}
		return whole.section(offset, n, digest)
	}
	return "", cmp.Or(err, errors.New("damaged: a section does not have its digest"))
}

// writeImage writes packages, each name once, in the compact form.
func writeImage(w io.Writer, packages []packed) error {
	packages = slices.SortedFunc(slices.Values(packages), func(a, b packed) int { return cmp.Compare(a.name, b.name) })
	var entries, names []byte
	var end uint64
	for _, p := range packages {
		names = append(names, p.name...)
		end += uint64(len(p.meta) + len(p.files))
		e := imageEntry{uint32(len(names)), uint32(len(p.meta)), end, p.digests()}
		entries = e.append(entries)
	}
	index := append(entries, names...)
	if _, err := w.Write(imageHeader(len(packages), len(names), index, end)); err != nil {
		return err
	}
	if _, err := w.Write(index); err != nil {
		return err
	}
	for _, p := range packages {
		if _, err := w.Write(p.meta); err != nil {
			return err
		}
		if _, err := w.Write(p.files); err != nil {
			return err
		}
	}
	return nil
}

func imageHeader(count, namesSize int, index []byte, blocks uint64) []byte {
	b := []byte(magic)
	b = little.AppendUint32(b, formatVersion)
	b = little.AppendUint32(b, uint32(count))
	b = little.AppendUint64(b, uint64(namesSize))
	b = little.AppendUint64(b, headerSize+uint64(len(index))+blocks)
	sum := sha256.New()
	sum.Write(b)
	sum.Write(index)
	return sum.Sum(b)
}
