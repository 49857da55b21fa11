package fetch

import (
	"os"
	"os/exec"
	"testing"
)

// TestRunProgramDiesWithUs kills a process in the middle of RunProgram.
func TestRunProgramDiesWithUs(t *testing.T) {
	if path := os.Getenv("SLUICE_TEST_PID"); path != "" {
		RunProgram(t.Context(), "sh", "-c", `exec 3>"$1"; echo $$ >&3; exec sleep 1000`, "sh", path)
		return
	}
	h := newHeld(t)
	us := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	us.Env = append(os.Environ(), "SLUICE_TEST_PID="+h.path)
	if err := us.Start(); err != nil {
		t.Fatal(err)
	}
	pid := h.pid(t)
	us.Process.Kill()
	us.Wait()
	h.wait(t, pid)
}
