package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// usage is what one process cost, its own children included.
type usage struct {
	wall, cpu time.Duration
	// memory is the peak of the largest single process, in bytes.
	memory int64
}

// run runs a command to its end, which must be a success.
func run(name string, args ...string) (usage, error) {
	cmd := exec.Command(name, args...) // #nosec G204 -- bench runs what it is told to
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s %v: %w\n%s", name, args, err, output.Bytes())
	}
	return usageOf(cmd, time.Since(began)), nil
}

// usageOf is what a process that has ended cost.
func usageOf(cmd *exec.Cmd, wall time.Duration) usage {
	u := usage{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = rusage.Maxrss * 1024 // Linux counts in KiB
	}
	return u
}

// median takes a figure several times, after one that does not count.
func median(rounds int, take func() (usage, error)) (usage, error) {
	if _, err := take(); err != nil {
		return usage{}, err
	}
	var walls, cpus []time.Duration
	var memories []int64
	for range rounds {
		u, err := take()
		if err != nil {
			return usage{}, err
		}
		walls, cpus, memories = append(walls, u.wall), append(cpus, u.cpu), append(memories, u.memory)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	slices.Sort(memories)
	middle := rounds / 2
	return usage{walls[middle], cpus[middle], memories[middle]}, nil
}
