package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// tree is the part of the disk that the manifests of a consumer may lie in:
// neither a path nor a link in one leads out of there.
type tree struct {
	top    *os.Root // nil for none but own
	own    *os.Root // the consumer's folder
	inside string   // what that is called in top
}

// Open implements fs.FS.
func (t tree) Open(name string) (fs.File, error) {
	if name == t.inside {
		return t.own.Open(".")
	}
	if own, ok := strings.CutPrefix(name, t.inside+"/"); ok {
		return open(t.own, own)
	}
	if t.top == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is outside the consumer's folder")}
	}
	return open(t.top, name)
}

// open opens a file without waiting for a writer, should it be a FIFO: that it is
// none is seen, and said, only afterwards.
func open(root *os.Root, name string) (fs.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
