//go:build !unix || solaris || aix

package fetch

import (
	"errors"
	"os"
)

// tryLock has no lock to take: the same document may be fetched by two processes.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
