//go:build unix

package runner

import (
	"os"
	"os/exec"
	"syscall"
)

// Detach keeps a terminal's signals from a worker: the supervisor passes them
// on, once, and in its own time.
func Detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// interrupt asks a worker to end its spec, delete what it made, and go.
func interrupt(process *os.Process) error { return process.Signal(os.Interrupt) }
