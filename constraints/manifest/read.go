package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// MaxFile is how many bytes a pyproject.toml or setup.cfg may have. For
// requirements files the bounds of pinfile hold.
const MaxFile = 4 << 20

// readFile reads a file of at most MaxFile bytes.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, 0, 4096)
	for {
		n, err := file.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > MaxFile:
			return nil, fmt.Errorf("it is larger than %d MiB", MaxFile>>20)
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = slices.Grow(data, len(data))
		}
	}
}

// cause returns why a file could not be read, without its name again.
func cause(err error) string {
	var fault *fs.PathError
	if errors.As(err, &fault) {
		return fault.Err.Error()
	}
	return err.Error()
}
