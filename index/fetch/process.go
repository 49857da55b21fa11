package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

const (
	maxOutput = 1 << 20     // bytes that a program may write, where nobody says otherwise
	lastWords = time.Second // how long its output is waited for when it has ended
)

// errVerbose says that a program wrote more than anybody asked for.
var errVerbose = errors.New("it writes too much")

// RunProgram is the Runner of this machine: it finds the program in PATH and runs it
// with this process's environment, nothing on its standard input, and nobody reading
// what it complains. It cannot ask on the terminal either. When ctx ends, the program
// is killed with all that it started; on Linux the program is killed when this process
// dies, too. A program that writes more than 1 MiB fails.
func RunProgram(ctx context.Context, name string, args ...string) ([]byte, error) {
	return FeedProgram(ctx, nil, maxOutput, name, args...)
}

// FeedProgram is RunProgram for a program that is given input, and that fails when it
// writes more than limit bytes.
func FeedProgram(ctx context.Context, input []byte, limit int, name string, args ...string) ([]byte, error) {
	out := limitedBuffer{limit: limit}
	cmd := exec.CommandContext(ctx, name, args...)
	if input != nil {
		cmd.Stdin = bytes.NewReader(input)
	}
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
		return nil, fmt.Errorf("%s: %w: more than %s", name, errVerbose, size(int64(limit))) // whatever it made of that
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out.data, nil
}

// limitedBuffer holds so many bytes. It is no bytes.Buffer, which would be read into
// without a look at its length.
type limitedBuffer struct {
	limit int
	data  []byte
	full  bool // more has come
}

// Write fails once there is too much; the program then finds its output closed.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > b.limit {
		b.full = true
		return 0, errVerbose
	}
	b.data = append(b.data, p...)
	return len(p), nil
}
