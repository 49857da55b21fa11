//go:build unix

package fetch

import (
	"context"
	"errors"
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

// pidIn waits for a file with the number of a process.
func pidIn(t *testing.T, path string) int {
	t.Helper()
	for range 1000 {
		data, _ := os.ReadFile(path)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && strings.HasSuffix(string(data), "\n") {
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s: no process", path)
	return 0
}

// waitForEnd waits for a process that is no child of ours to be gone.
func waitForEnd(t *testing.T, pid int) {
	t.Helper()
	for range 1000 {
		if syscall.Kill(pid, 0) != nil || isZombie(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("process %d still runs", pid)
}

// isZombie reports whether a process has ended and nobody has asked how.
func isZombie(pid int) bool {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	_, state, found := strings.Cut(string(data), ") ")
	return err == nil && found && strings.HasPrefix(state, "Z")
}

func TestRunProgramKillsAllWhenItsContextEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	path := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := RunProgram(ctx, "sh", "-c", `sleep 1000 & echo $! >"$1"; wait`, "sh", path)
		done <- err
	}()
	pid := pidIn(t, path)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("RunProgram: %v", err)
	}
	waitForEnd(t, pid)
}

// TestRunProgramDoesNotWaitForWhatStays has a program end and leave another one that
// holds its output open.
func TestRunProgramDoesNotWaitForWhatStays(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	path := filepath.Join(t.TempDir(), "pid")
	if _, err := RunProgram(t.Context(), "sh", "-c", `sleep 1000 & echo $! >"$1"`, "sh", path); err == nil {
		t.Error("no error")
	}
	waitForEnd(t, pidIn(t, path))
}
