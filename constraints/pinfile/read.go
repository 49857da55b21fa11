package pinfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// ReadBounded returns what is in a regular file of at most limit bytes, a whole number
// of MiB. It reads no more than that whatever the file says of its size, and waits for
// no FIFO where fsys can tell (fs.StatFS). The error is an *fs.PathError.
func ReadBounded(fsys fs.FS, name string, limit int64) ([]byte, error) {
	if s, ok := fsys.(fs.StatFS); ok { // to open a FIFO would wait for one who writes
		if info, err := s.Stat(name); err == nil && !info.Mode().IsRegular() {
			return nil, irregular(name)
		}
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(name)
	}
	var data bytes.Buffer
	data.Grow(int(max(0, min(info.Size(), limit))) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(data.Len()) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("is larger than %d MiB", limit>>20)}
	}
	return data.Bytes(), nil
}

func irregular(name string) error {
	return &fs.PathError{Op: "read", Path: name, Err: errors.New("is not a regular file")}
}

// Cause returns why a file could not be read, without its name: for a message that
// names it already.
func Cause(err error) string {
	var fault *fs.PathError
	if errors.As(err, &fault) {
		return fault.Err.Error()
	}
	return err.Error()
}
