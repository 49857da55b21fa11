//go:build unix

package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestRunProgram(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Setenv("SLUICE_TEST_WORD", "passed on")
	out, err := RunProgram(t.Context(), "sh", "-c", `read line || echo "$SLUICE_TEST_WORD $1"; echo complaint >&2`, "sh", "x y")
	if err != nil || string(out) != "passed on x y\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := RunProgram(t.Context(), "sh", "-c", "echo "+secret+"; exit 7"); err == nil || err.Error() != "sh: exit status 7" {
		t.Errorf("a program that fails: %v", err)
	}
	if _, err := RunProgram(t.Context(), "sluice-no-such-program"); err == nil {
		t.Error("a program that is not there ran")
	}
	if _, err := RunProgram(t.Context(), "sh", "-c", "exec </dev/tty"); err == nil {
		t.Error("a program has a terminal")
	}
}

func TestRunProgramBoundsOutput(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	if out, err := RunProgram(t.Context(), "head", "-c", strconv.Itoa(maxOutput), "/dev/zero"); err != nil || len(out) != maxOutput {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	if out, err := RunProgram(t.Context(), "yes"); !errors.Is(err, errVerbose) || out != nil {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestFeedProgram(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const much = 3 * maxOutput
	if out, err := FeedProgram(t.Context(), make([]byte, much), much, "cat"); err != nil || len(out) != much {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	if out, err := FeedProgram(t.Context(), []byte("12345"), 4, "cat"); !errors.Is(err, errVerbose) || out != nil {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := FeedProgram(t.Context(), make([]byte, much), much, "true"); err != nil || len(out) != 0 {
		t.Errorf("a program that does not read: %q, %v", out, err)
	}
}

// held is a named pipe that the processes of a test hold open.
type held struct {
	path  string
	begun chan int      // the number of the process that was written to it
	ended chan struct{} // closed when none holds it any more
}

func newHeld(t *testing.T) *held {
	t.Helper()
	h := &held{filepath.Join(t.TempDir(), "held"), make(chan int, 1), make(chan struct{})}
	if err := syscall.Mkfifo(h.path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(h.ended)
		f, err := os.Open(h.path) // waits for the first who opens it
		if err != nil {
			return
		}
		defer f.Close()
		r := bufio.NewReader(f)
		line, _ := r.ReadString('\n')
		pid, _ := strconv.Atoi(strings.TrimSpace(line))
		h.begun <- pid
		io.Copy(io.Discard, r)
	}()
	return h
}

// pid returns the number of the process once it runs.
func (h *held) pid(t *testing.T) int {
	t.Helper()
	select {
	case pid := <-h.begun:
		if pid > 0 {
			return pid
		}
	case <-time.After(time.Minute):
	}
	t.Fatal("no process")
	return 0
}

// wait waits until none of the processes is there any more.
func (h *held) wait(t *testing.T, pid int) {
	t.Helper()
	select {
	case <-h.ended:
	case <-time.After(time.Minute):
		syscall.Kill(pid, syscall.SIGKILL)
		t.Errorf("process %d still runs", pid)
	}
}

func TestRunProgramKillsAllWhenItsContextEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := newHeld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := RunProgram(ctx, "sh", "-c", `exec 3>"$1"; sleep 1000 & echo $! >&3; wait`, "sh", h.path)
		done <- err
	}()
	pid := h.pid(t)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("RunProgram: %v", err)
	}
	h.wait(t, pid)
}

// TestRunProgramDoesNotWaitForWhatStays has a program end and leave another one that
// holds its output open.
func TestRunProgramDoesNotWaitForWhatStays(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := newHeld(t)
	if _, err := RunProgram(t.Context(), "sh", "-c", `exec 3>"$1"; sleep 1000 & echo $! >&3`, "sh", h.path); err == nil {
		t.Error("no error")
	}
	h.wait(t, h.pid(t))
}
