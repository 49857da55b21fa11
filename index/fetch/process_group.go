//go:build unix

package fetch

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// setApart has a program run in a session of its own: all that it starts is killed
// with it, and it has no terminal to wait at for somebody's answer.
func setApart(cmd *exec.Cmd) {
	cmd.SysProcAttr = apart()
	cmd.Cancel = func() error { return killGroup(cmd) }
}

// killGroup kills all that is left of a program that was started.
func killGroup(cmd *exec.Cmd) error {
	if cmd.Process == nil {
		return nil
	}
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
