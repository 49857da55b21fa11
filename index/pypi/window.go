package pypi

import (
	"errors"
	"fmt"
	"io"
)

// window is what of a remote archive has been read. It serves reads from there,
// and lets no other through but for one that was announced.
type window struct {
	document
	source io.ReaderAt
	size   int64
	parts  []part
	ahead  int64 // bytes that the next read of something new fetches; 0 forbids it
	err    error // that reading the source met with
}

// part is a run of bytes at an offset.
type part struct {
	offset int64
	data   []byte
}

func (p part) end() int64 { return p.offset + int64(len(p.data)) }

// errOutside says that an archive refers to bytes that its own directory does not
// lead to.
var errOutside = errors.New("it refers to bytes that belong to something else")

// fetch reads length bytes at offset in one read and keeps them.
func (w *window) fetch(offset, length int64) ([]byte, error) {
	data := make([]byte, length)
	n, err := w.source.ReadAt(data, offset)
	if n < len(data) {
		if err == nil {
			err = io.ErrNoProgress
		}
		w.err = fmt.Errorf("%s: reading bytes %d to %d: %w", w.document, offset, offset+length-1, err)
		return nil, w.err
	}
	w.parts = append(w.parts, part{offset, data})
	return data, nil
}

// ReadAt serves p from what was read. At the first byte that was not, it fetches
// what was announced.
func (w *window) ReadAt(p []byte, offset int64) (n int, err error) {
	if offset < 0 {
		return 0, errOutside
	}
	if offset >= w.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), w.size-offset)
	found, ok := w.find(offset, want)
	if !ok {
		if w.ahead < want {
			return 0, errOutside
		}
		if found, err = w.fetch(offset, min(w.ahead, w.size-offset)); err != nil {
			return 0, err
		}
		w.ahead = 0
	}
	n = copy(p, found)
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// find returns the bytes from offset on, at least length of them, if one part has
// them all.
func (w *window) find(offset, length int64) ([]byte, bool) {
	for _, part := range w.parts {
		if part.offset <= offset && offset+length <= part.end() {
			return part.data[offset-part.offset:], true
		}
	}
	return nil, false
}
