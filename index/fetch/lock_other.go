//go:build !unix || solaris || aix

package fetch

import (
	"errors"
	"os"
)

// tryLockByte has no lock to take: the same document may be fetched by two processes.
func tryLockByte(*os.File, int64) (bool, error) { return false, errors.ErrUnsupported }

func unlockByte(*os.File, int64) {}
