package compare

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// WatchCommand is the first argument with which whoever runs the tools runs Watch
// in a process of its own.
const WatchCommand = "watch"

// watched is what a process took.
type watched struct {
	CPU    time.Duration
	Memory int64
}

// Watch runs a command to its end, passes SIGTERM on to it, and writes what it took
// to a file. It is a small process of its own: Linux counts for the peak memory of
// a new process what its parent has at that moment, and who prepares recordings has
// much. The error is that of the file, or says that the command did not start.
func Watch(file string, command ...string) error {
	process := exec.Command(command[0], command[1:]...) // #nosec G204 -- it runs what it is told to
	process.Stdout, process.Stderr = os.Stdout, os.Stderr
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	if err := process.Start(); err != nil {
		return err
	}
	go func() {
		for range signals {
			_ = process.Process.Signal(syscall.SIGTERM) // fails only for one that has ended
		}
	}()
	if err := process.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return err
	}
	took := watched{CPU: process.ProcessState.UserTime() + process.ProcessState.SystemTime()}
	if usage, ok := process.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.Memory = usage.Maxrss << 10
	}
	data, err := json.Marshal(took)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}
