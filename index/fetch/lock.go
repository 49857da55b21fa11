package fetch

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

const (
	lockKind Kind = "lock"
	lockPoll      = 10 * time.Millisecond

	// lockPatience is how long one process waits for what another one fetches. A
	// process that was stopped holds its lock; nobody is to wait for it for ever.
	lockPatience = 20 * time.Second
)

// Lock waits until no other process is fetching the document of a key, and returns
// what ends the own claim. It is a courtesy: where it cannot be had (a folder that
// cannot be written, a system without such locks, another process that does not
// come to an end) the document is fetched twice.
func (s *Store) Lock(ctx context.Context, key string) (unlock func()) {
	nothing := func() {}
	if s.dir == "" {
		return nothing
	}
	path := s.path(lockKind, key)
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return nothing
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nothing
	}
	if !waitForLock(ctx, f) {
		f.Close()
		return nothing
	}
	return func() {
		// Who waits for the file that is removed here gets its lock, while a third may
		// make a new file: both fetch, which is no harm.
		os.Remove(path)
		f.Close()
	}
}

// waitForLock reports whether the lock of a file could be had.
func waitForLock(ctx context.Context, f *os.File) bool {
	if locked, err := tryLock(f); locked || err != nil {
		return locked
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
			if locked, err := tryLock(f); locked || err != nil {
				return locked
			}
		}
	}
}
