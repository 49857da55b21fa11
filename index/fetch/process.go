package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

const (
	maxOutput = 1 << 20     // bytes that a program may write
	lastWords = time.Second // how long its output is waited for when it has ended
)

// errVerbose says that a program wrote more than anybody asked for.
var errVerbose = errors.New("it writes more than " + size(maxOutput))

// RunProgram is the Runner of this machine: it finds the program in PATH and runs it
// with this process's environment, nothing on its standard input, and nobody reading
// what it complains. It cannot ask on the terminal either. When ctx ends, the program
// is killed with all that it started; on Linux the program is killed when this process
// dies, too. A program that writes more than 1 MiB fails.
func RunProgram(ctx context.Context, name string, args ...string) ([]byte, error) {
	var out limitedBuffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8") // else it depends on the locale
	cmd.Stdout = &out
	cmd.WaitDelay = lastWords
	setApart(cmd)
	runtime.LockOSThread() // a child is tied to the life of the thread that started it
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		killGroup(cmd) // it has ended, and what it started holds its output open
	}
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", name, ctx.Err())
	case out.full:
		return nil, fmt.Errorf("%s: %w", name, errVerbose) // whatever it made of that
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out.data, nil
}

// limitedBuffer holds maxOutput bytes. It is no bytes.Buffer, which would be read into
// without a look at its length.
type limitedBuffer struct {
	data []byte
	full bool // more has come
}

// Write fails once there is too much; the program then finds its output closed.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > maxOutput {
		b.full = true
		return 0, errVerbose
	}
	b.data = append(b.data, p...)
	return len(p), nil
}
