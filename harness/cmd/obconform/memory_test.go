package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// watchMemory looks at the program and its workers until they end, and answers
// the greatest resident set that one of them ever had, in bytes. It reads the
// high-water mark that Linux keeps: what a parent is told of a child that has
// ended begins with the parent's own.
func (p *process) watchMemory() (peak func() int64) {
	found := make(chan int64, 1)
	go func() {
		var most int64
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-p.ended:
				found <- most
				return
			case <-look.C:
				most = max(most, peakOf(p.cmd.Process.Pid))
			}
		}
	}()
	return func() int64 { return <-found }
}

// peakOf is the high-water mark of a process of the program and of its
// children, in bytes; 0 for one that has ended or has not begun.
func peakOf(pid int) int64 {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if runs, err := os.Readlink(filepath.Join(proc, "exe")); err != nil || runs != program {
		return 0
	}
	var most int64
	if status, err := os.ReadFile(filepath.Join(proc, "status")); err == nil {
		if _, mark, found := strings.Cut(string(status), "VmHWM:"); found {
			var kilobytes int64
			if _, err := fmt.Sscan(mark, &kilobytes); err == nil {
				most = kilobytes << 10
			}
		}
	}
	threads, _ := filepath.Glob(filepath.Join(proc, "task", "*", "children"))
	for _, thread := range threads {
		children, _ := os.ReadFile(thread) // of a thread that has ended there are none
		for _, child := range strings.Fields(string(children)) {
			if n, err := strconv.Atoi(child); err == nil {
				most = max(most, peakOf(n))
			}
		}
	}
	return most
}
