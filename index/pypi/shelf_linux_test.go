package pypi_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sluice/fixtures/indexserver"
	"sluice/index/fetch"
)

// lockAll claims every lock of a store as another process would.
func lockAll(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "locks"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	const ownersLock = 37 // F_OFD_SETLK: that of the open file, not of the process
	all := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), ownersLock, &all); err != nil {
		t.Skipf("skip: no locks of open files: %v", err)
	}
}

// A process that was stopped while it wrote holds its locks: nobody waits long for it, for
// however many shelves, and what was found out is kept all the same.
func TestNobodyWaitsLongForAShelf(t *testing.T) {
	names := namesOf("a", 60)
	h := serve(t, indexserver.Options{}, packages(t, names...)...)
	dir := t.TempDir()
	c := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	for _, name := range names {
		describe(t, c, name, "1.0")
	}
	lockAll(t, dir)
	start := time.Now()
	c.Close()
	if took := time.Since(start); took < time.Second || took > 8*time.Second {
		t.Errorf("it took %s", took)
	}
	loseDocuments(t, dir)
	kept := offline(t, dir, at(h))
	for _, name := range names {
		if got := describe(t, kept, name, "1.0"); got != "b" {
			t.Errorf("%s requires %q", name, got)
		}
	}
}
