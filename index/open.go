package index

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"sluice/constraints"
)

// Open opens the snapshot in a file, in whatever form it is: its content tells,
// not its name. What is wrong with a file of JSON lines is reported as
// constraints.Problems, all of it at once.
//
// The compact form is read as it is needed, so the file must stay as it is until
// Close; a change is noticed and is an error.
func Open(path string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	start, err := firstBytes(f)
	if err == nil && string(start) == magic {
		s, err := openCompact(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return s, nil
	}
	defer f.Close()
	if err != nil {
		return nil, err
	}
	return Read(path, f)
}

// Read reads all of a snapshot in the JSON-lines form, gzip or not. file is the
// name that problems are reported under.
func Read(file string, r io.Reader) (*Snapshot, error) {
	packages, err := readPackages(file, r)
	if err != nil {
		return nil, err
	}
	return inMemory(packages)
}

// firstBytes returns what f begins with, as much as tells a compact form, and
// goes back to the start.
func firstBytes(f io.ReadSeeker) ([]byte, error) {
	start := make([]byte, len(magic))
	n, err := io.ReadFull(f, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	_, err = f.Seek(0, io.SeekStart)
	return start[:n], err
}

// openCompact opens a file in the compact form.
func openCompact(f *os.File) (*Snapshot, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	im, err := openImage(info.Size(), func(offset int64, n int) ([]byte, error) {
		data := make([]byte, n)
		_, err := f.ReadAt(data, offset)
		return data, err
	})
	if err != nil {
		return nil, err
	}
	return newSnapshot(im, f), nil
}

// readPackages reads JSON lines, gzip or not.
func readPackages(file string, r io.Reader) ([]packed, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	start, err := in.Peek(len(magic))
	switch {
	case len(start) == 0 && err != nil:
		return nil, whole(file, cmp.Or(notEOF(err), errors.New("the file is empty")))
	case string(start) == magic:
		return nil, whole(file, errors.New("this is the compact form, which can only be opened as a file"))
	case !bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return readLines(file, in)
	}
	unzip, err := gzip.NewReader(in)
	if err != nil {
		return nil, whole(file, err)
	}
	return readLines(file, unzip)
}

// whole returns the problem that a file as a whole cannot be read.
func whole(file string, err error) error {
	return constraints.Problems{{Place: constraints.Place{File: file}, Msg: readFault(err)}}
}

// readFault says why reading came to an end, of gzip in words.
func readFault(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the file is cut: its gzip data has no end"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, new(flate.CorruptInputError)):
		return "the gzip data is damaged: " + err.Error()
	}
	return err.Error()
}

// notEOF returns err unless it says that the input is at its end.
func notEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
