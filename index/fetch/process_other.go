//go:build !unix

package fetch

import "os/exec"

// setApart does nothing where there are no process groups: the program itself is
// killed in time, what it started is not.
func setApart(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}
