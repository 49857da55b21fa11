//go:build unix && !solaris && !aix

package fetch

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// tryLockByte claims a byte for this process unless another one has it.
func tryLockByte(f *os.File, at int64) (bool, error) {
	err := lockByte(f, syscall.F_WRLCK, at)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// unlockByte ends the claim. An error would mean that there is none.
func unlockByte(f *os.File, at int64) { lockByte(f, syscall.F_UNLCK, at) }

func lockByte(f *os.File, kind int16, at int64) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	lock := syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: at, Len: 1}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.FcntlFlock(fd, syscall.F_SETLK, &lock) })
	return errors.Join(err, failed)
}
