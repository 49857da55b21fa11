//go:build unix

package fetch

import (
	"io/fs"
	"syscall"
)

// readRegular returns the content of a regular file of at most so many bytes; for
// anything else errDamaged. Hundreds are read where facts are out of date, and an os.File,
// made to be waited for, takes half as long again for each.
func readRegular(path string, limit int64) ([]byte, error) {
	fd, err := retry(func() (int, error) {
		return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0) // a FIFO would be waited for
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	var info syscall.Stat_t
	if _, err := retry(func() (int, error) { return 0, syscall.Fstat(fd, &info) }); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if info.Mode&syscall.S_IFMT != syscall.S_IFREG || info.Size > limit {
		return nil, errDamaged
	}
	data := make([]byte, info.Size)
	for rest := data; len(rest) > 0; {
		n, err := retry(func() (int, error) { return syscall.Read(fd, rest) })
		if err != nil || n <= 0 {
			return nil, errDamaged
		}
		rest = rest[n:]
	}
	return data, nil
}

// retry repeats a system call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}
