//go:build unix && !solaris && !aix

package main

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// lockHint says what to do about a lock that nobody gives back: the system does.
const lockHint = ""

// lockFolder waits until no other process has the lock of a folder, and returns what gives
// the own one back. The system does so for a process that ends, however it ends; nothing is
// left behind.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err == nil {
		err = poll(ctx, func() (locked bool, failed error) {
			err := raw.Control(func(fd uintptr) { failed = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
			if err == nil && (errors.Is(failed, syscall.EWOULDBLOCK) || errors.Is(failed, syscall.EINTR)) {
				return false, nil
			}
			return true, errors.Join(err, failed)
		})
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
