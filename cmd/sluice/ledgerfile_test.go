package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"sluice/constraints/ledger"
)

// sluiceProcess returns a process of the program: this test binary, which is the program
// under that name (see TestMain).
func sluiceProcess(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Args = append([]string{"sluice"}, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "PIP_NO_INDEX=1", "SLUICE_CACHE_DIR="+filepath.Join(dir, ".cache"))
	return c
}

// TestProcessesThatWriteTheLedgerAtOnceLoseNothing has processes append and lift entries
// side by side.
func TestProcessesThatWriteTheLedgerAtOnceLoseNothing(t *testing.T) {
	processes, times := 16, 25
	if testing.Short() {
		processes, times = 4, 5
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "ledger.toml")
	const comment = "# kept by hand\r\n"
	if err := os.WriteFile(name, []byte(comment), 0o666); err != nil {
		t.Fatal(err)
	}
	var group errgroup.Group
	for process := range processes {
		group.Go(func() error {
			for n := range times {
				entry := fmt.Sprintf("package=p%d-%d", process, n)
				c := sluiceProcess(t, dir, "ledger", "add", "approval", entry, "version=1", "reason=r", "owner=@o")
				if out, err := c.CombinedOutput(); err != nil {
					return fmt.Errorf("%w: %s", err, out)
				}
			}
			first := fmt.Sprintf("p%d-0", process)
			if out, err := sluiceProcess(t, dir, "ledger", "lift", first).CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ledger.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]int)
	for _, e := range f.Ledger().Entries {
		there[e.(*ledger.Approval).Spelling]++
	}
	for process := range processes {
		for n := range times {
			want := 1
			if n == 0 {
				want = 0
			}
			if name := fmt.Sprintf("p%d-%d", process, n); there[name] != want {
				t.Errorf("%s is there %d times", name, there[name])
			}
		}
	}
	if !strings.HasPrefix(string(data), comment) || strings.Count(string(data), "\n") != strings.Count(string(data), "\r\n") {
		t.Error("what was written by hand is not as it was")
	}
	if rest, err := filepath.Glob(filepath.Join(dir, "ledger.toml.*")); err != nil || len(rest) > 0 {
		t.Errorf("left behind: %v, %v", rest, err)
	}
}
