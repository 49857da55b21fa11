package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// write replaces the content of a file that the person named.
func (s *settings) write(name string, data []byte) error {
	err := writeAtomically(s.abs(name), data)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return usageError{msg: fmt.Sprintf("%s cannot be written: there is no folder %s", name, filepath.Dir(name))}
	}
	return usageError{msg: fmt.Sprintf("%s cannot be written: %s", name, cause(err))}
}

// spares complains of an output that is one of the files that are read.
func (s *settings) spares(output string, read []string) error {
	info, err := os.Stat(s.abs(output))
	if err != nil {
		return nil // it is none of them
	}
	for _, name := range read {
		if other, err := os.Stat(s.abs(name)); err == nil && os.SameFile(info, other) {
			return usageError{msg: fmt.Sprintf("%s is read, and would be written over", name), hint: "give --output another FILE"}
		}
	}
	return nil
}

// writeAtomically replaces the content of a file, or leaves it as it was. Links
// are followed, and the file's permissions stay. What is no regular file (a pipe, a
// device) cannot be replaced and is written to.
func writeAtomically(name string, data []byte) error {
	target, err := filepath.EvalSymlinks(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(name); err == nil {
			return errors.New("it is a link to nothing")
		}
		return replaceFile(name, data, nil)
	case err != nil:
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	return replaceFile(target, data, info)
}

// replaceFile writes a file beside the one named and puts it in its place. info is
// that of the old file, nil for a new one, which gets the usual permissions.
func replaceFile(name string, data []byte, info fs.FileInfo) (err error) {
	temporary := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary)
		}
	}()
	_, err = f.Write(data)
	if err == nil && info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
