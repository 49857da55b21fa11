//go:build !unix

package fetch

import (
	"io"
	"os"
)

// readRegular returns the content of a regular file of at most so many bytes; for
// anything else errDamaged.
func readRegular(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, errDamaged
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, errDamaged
	}
	return data, nil
}
