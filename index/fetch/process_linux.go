package fetch

import "syscall"

// apart makes a program the leader of a session, and so of a process group, of its
// own, and has the kernel kill it when we die.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}
