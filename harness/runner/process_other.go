//go:build !unix

package runner

import (
	"os"
	"os/exec"
)

// detach has no counterpart here.
func detach(*exec.Cmd) {}

// interrupt ends a worker: it cannot be asked here.
func interrupt(process *os.Process) error { return process.Kill() }
