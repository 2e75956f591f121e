//go:build !unix

package runner

import (
	"os"
	"os/exec"
)

// Detach has no counterpart here.
func Detach(*exec.Cmd) {}

// interrupt ends a worker: it cannot be asked here.
func interrupt(process *os.Process) error { return process.Kill() }
