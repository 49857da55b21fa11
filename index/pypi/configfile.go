package pypi

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"

	"sluice/constraints"
)

// maxConfig bounds a configuration file, in bytes. The time that the decoder of TOML
// takes grows with the square of the number of keys.
const maxConfig = 256 << 10

// readConfig returns the content of a configuration file; false if there is none. What
// else keeps it from being read is a problem.
func (s *settings) readConfig(path string) ([]byte, bool) {
	data, err := s.host.read(path, maxConfig)
	switch {
	case err == nil && len(data) > maxConfig:
		s.problem(constraints.Place{File: path}, "larger than "+strconv.Itoa(maxConfig>>10)+" KiB", "")
	case err == nil:
		return data, true
	case !errors.Is(err, fs.ErrNotExist):
		s.problem(constraints.Place{File: path}, "cannot be read: "+causeOf(err), "")
	}
	return nil, false
}

// readAtMost returns the beginning of a file, at most one byte more than max.
func readAtMost(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, max+1))
}

// causeOf returns what is wrong with a file without its name.
func causeOf(err error) string {
	var with *fs.PathError
	if errors.As(err, &with) {
		return with.Err.Error()
	}
	return err.Error()
}
