//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody writes to is not waited for.
func TestAPipeIsNoDistribution(t *testing.T) {
	dir := universe(t)
	pipe := filepath.Join(dir, "pipe-1-py3-none-any.whl")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	status, said := runSluice(dir, "resolve", "-e", "py311", "--cache-dir", filepath.Join(dir, ".cache"), "pipe @ file://"+pipe)
	if status != exitOK || !strings.Contains(said, "not a regular file") {
		t.Errorf("exit status %d: %s", status, said)
	}
}
