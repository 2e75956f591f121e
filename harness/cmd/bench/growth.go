package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"
)

// growth measures how a run grows with its specs, and what more processes make of
// a bank that takes its time.
func growth(binary string) error {
	dir, err := os.MkdirTemp("", "obconform-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := bySpecs(binary, dir); err != nil {
		return err
	}
	return byProcesses(binary, dir)
}

// bySpecs runs one suite, all of them, and all of them ten times. A run takes no
// spec twice, so more than there are take several runs, each with a start.
func bySpecs(binary, dir string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "specs\truns\twall\twall per spec\tCPU per spec\tlargest process")
	for _, c := range []struct {
		suites []string
		runs   int
	}{{[]string{"--suite", "accounts"}, 1}, {nil, 1}, {nil, 2}, {nil, 14}} {
		var sum usage
		specs := 0
		for seed := range c.runs {
			u, err := run(binary, append([]string{"run", "--seed", strconv.Itoa(seed + 1), "--reports", dir}, c.suites...)...)
			if err != nil {
				return err
			}
			var counted comparison
			if err := counted.count(filepath.Join(dir, "results.json")); err != nil {
				return err
			}
			specs += counted.specs
			sum.wall, sum.cpu, sum.memory = sum.wall+u.wall, sum.cpu+u.cpu, max(sum.memory, u.memory)
		}
		each := sum.wall / time.Duration(specs)
		fmt.Fprintf(w, "%d\t%d\t%.2f s\t%s\t%s\t%.0f MB\n", specs, c.runs, sum.wall.Seconds(), ms(each), ms(sum.cpu/time.Duration(specs)), float64(sum.memory)/1e6)
	}
	return w.Flush()
}

// byProcesses runs all suites in 1 to 16 processes against banks that wait before
// each answer. The ideal is the time that the requests need at least: exchanges ×
// latency / processes; without latency, that of one process.
func byProcesses(binary, dir string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nlatency\tprocesses\twall\tideal\tshare of the ideal")
	for _, latency := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond} {
		for _, procs := range []int{1, 2, 4, 8, 16} {
			wall, ideal, err := waiting(binary, dir, latency, procs)
			if err != nil {
				return err
			}
			if latency == 0 {
				fmt.Fprintf(w, "0\t%d\t%.2f s\t\t\n", procs, wall.Seconds())
			} else {
				fmt.Fprintf(w, "%s\t%d\t%.2f s\t%.2f s\t%.0f %%\n", latency, procs, wall.Seconds(), ideal.Seconds(), 100*float64(ideal)/float64(wall))
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}
