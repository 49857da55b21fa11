package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	lockFile = "locks"
	lockPoll = 10 * time.Millisecond

	// lockPatience is how long one process waits for another one at most. A
	// process that was stopped holds its locks; nobody is to wait for it for ever.
	lockPatience = 20 * time.Second
)

// locks are claims that processes make on keys: each on one byte of a file that is
// always empty, so that no claim makes or removes a file. The system gives back those
// of a process that ends, however it ends.
type locks struct {
	dir  string
	once sync.Once
	file *os.File // nil where there can be no locks
}

// Lock waits until no other process is fetching the document of a key, or putting an
// entry together, and returns what ends the own claim. Within a process it claims
// nothing. It is a courtesy: where it cannot be had (a folder that cannot be written, a
// system without such locks, another process that does not come to an end) the document
// is fetched twice, and of two entries the later counts.
func (s *Store) Lock(ctx context.Context, key string) (unlock func()) {
	if s.dir == "" {
		return func() {}
	}
	s.locks.once.Do(s.locks.open)
	sum := sha256.Sum256([]byte(key))
	at := int64(binary.LittleEndian.Uint64(sum[:]) >> 2)
	if s.locks.file == nil || !s.locks.wait(ctx, at) {
		return func() {}
	}
	return func() { unlockByte(s.locks.file, at) }
}

func (l *locks) open() {
	if os.MkdirAll(l.dir, 0o700) != nil {
		return
	}
	if f, err := os.OpenFile(filepath.Join(l.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		l.file = f
	}
}

// wait reports whether the lock of a byte could be had.
func (l *locks) wait(ctx context.Context, at int64) bool {
	if locked, err := tryLockByte(l.file, at); locked || err != nil {
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
			if locked, err := tryLockByte(l.file, at); locked || err != nil {
				return locked
			}
		}
	}
}

// Close gives back what the store holds.
func (s *Store) Close() {
	if s.locks.file != nil {
		s.locks.file.Close()
	}
}
