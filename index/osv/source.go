package osv

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// source is the files of a database.
type source struct {
	entries []entry
	close   func() error
}

// entry is a file that should be a record. Its name is shown, and is no path to open.
type entry struct {
	name string
	read func() ([]byte, error)
}

// openSource finds the files of a database.
func openSource(path string) (*source, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return openFolder(path)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is neither a folder nor a zip archive")
	case info.Size() > maxArchive:
		return nil, fmt.Errorf("the archive has more than %d bytes", maxArchive)
	}
	return openArchive(path, info.Size())
}

// openFolder finds the files below a folder, by name. Nothing outside of it is read.
func openFolder(path string) (*source, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	s := &source{close: root.Close}
	files := root.FS()
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.Count(name, "/") >= maxDepth:
			return fmt.Errorf("%s: more than %d folders in each other", name, maxDepth)
		case d.IsDir() || !isRecordName(name):
			return nil
		}
		read := func() ([]byte, error) { return readFile(files, name) }
		if !d.Type().IsRegular() {
			read = func() ([]byte, error) { return nil, errors.New("it is no regular file") }
		}
		return s.add(entry{name, read})
	})
	if err != nil {
		root.Close()
		return nil, err
	}
	return s, nil
}

func readFile(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded(f)
}

// openArchive finds the files in a zip archive, in the order of its directory.
func openArchive(path string, size int64) (*source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &source{close: f.Close}
	err = s.addArchive(f, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) addArchive(f io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return fmt.Errorf("it is neither a folder nor a zip archive: %w", err)
	}
	for _, file := range archive.File {
		if file.FileInfo().IsDir() || !isRecordName(file.Name) {
			continue
		}
		if err := s.add(entry{file.Name, func() ([]byte, error) { return readPacked(file) }}); err != nil {
			return err
		}
	}
	return nil
}

func readPacked(file *zip.File) ([]byte, error) {
	content, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return bounded(content)
}

var errTooLarge = fmt.Errorf("it has more than %d bytes", maxRecord)

// bounded reads a record to its end.
func bounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	if err == nil && len(data) > maxRecord {
		err = errTooLarge
	}
	return data, err
}

func (s *source) add(e entry) error {
	if len(s.entries) >= maxRecords {
		return fmt.Errorf("more than %d records", maxRecords)
	}
	s.entries = append(s.entries, e)
	return nil
}

func isRecordName(name string) bool { return strings.HasSuffix(name, ".json") }
