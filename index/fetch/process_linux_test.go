package fetch

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRunProgramDiesWithUs kills a process in the middle of RunProgram.
func TestRunProgramDiesWithUs(t *testing.T) {
	if path := os.Getenv("SLUICE_TEST_PID"); path != "" {
		RunProgram(t.Context(), "sh", "-c", `echo $$ >"$1"; exec sleep 1000`, "sh", path)
		return
	}
	path := filepath.Join(t.TempDir(), "pid")
	us := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	us.Env = append(os.Environ(), "SLUICE_TEST_PID="+path)
	if err := us.Start(); err != nil {
		t.Fatal(err)
	}
	pid := pidIn(t, path)
	us.Process.Kill()
	us.Wait()
	waitForEnd(t, pid)
}
