//go:build !unix || solaris || aix

package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const lockOfFolder = ".sluice.lock"

// lockHint says what to do about a lock that nobody gives back: of a process that was killed.
const lockHint = "; if there is none, remove " + lockOfFolder

// lockFolder waits until no other process has the lock of a folder, and returns what gives
// the own one back. Here it is a file that is there or is not.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	name := filepath.Join(dir, lockOfFolder)
	err = poll(ctx, func() (bool, error) {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		if err == nil {
			err = f.Close()
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return func() { os.Remove(name) }, nil
}
