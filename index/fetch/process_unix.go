//go:build unix && !linux

package fetch

import "syscall"

// apart makes a program the leader of a session, and so of a process group, of its
// own.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
