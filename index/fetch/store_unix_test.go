//go:build unix

package fetch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is no regular file in the place of an entry counts as missing, and is not waited for.
func TestStoreReadsRegularFilesOnly(t *testing.T) {
	s := NewStore(t.TempDir())
	path := s.path(Raw, "key")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for what, put := range map[string]func() error{
		"a folder": func() error { return os.Mkdir(path, 0o700) },
		"a pipe":   func() error { return syscall.Mkfifo(path, 0o600) },
		"a device": func() error { return os.Symlink(os.DevNull, path) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Read(Raw, "key"); !os.IsNotExist(err) {
			t.Errorf("%s: %v", what, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
