// Command bench measures what a run costs and prints a table: start-up, a
// whole run, memory, and the CPU time of one audited exchange beside a bare
// replay of the same requests. It judges nothing: machines are shared and
// noisy, so compare figures of one table, and ratios rather than figures.
package main

import (
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

func main() {
	binary := flag.String("binary", "bin/obconform", "the binary to measure")
	rounds := flag.Int("rounds", 5, "how often each figure is taken; the table shows medians")
	replayFile := flag.String("replay", "", "used by bench itself: replay the recording in this file")
	grow := flag.Bool("growth", false, "measure how a run grows with specs, processes and latency instead; takes a quarter of an hour")
	record := flag.String("record", "", "write a recording of a run's traffic to this file, and measure nothing")
	exchanges := flag.Int("exchanges", sizes[0], "how many exchanges --record writes")
	only := flag.String("only", "", "measure only this part of the table: check")
	flag.Parse()
	var err error
	switch {
	case *replayFile != "":
		err = replay(*replayFile)
	case *grow:
		err = growth(*binary)
	case *record != "":
		err = withTraffic(*binary, func(_ string, t template) error {
			_, err := t.write(*record, *exchanges)
			return err
		})
	case *only == "check":
		err = withTraffic(*binary, func(dir string, t template) error { return checks(*binary, dir, t) })
	default:
		err = measure(*binary, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure takes all figures and prints them.
func measure(binary string, rounds int) error {
	start, err := median(4*rounds, func() (usage, error) { return run(binary, "version") })
	if err != nil {
		return err
	}
	reports, err := os.MkdirTemp("", "obconform-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(reports) }()
	whole, err := median(rounds, func() (usage, error) { return run(binary, "run", "--seed", "1", "--reports", reports) })
	if err != nil {
		return err
	}
	apart, err := compare(binary, reports, rounds)
	if err != nil {
		return err
	}
	if apart.slow, apart.ideal, err = waiting(binary, reports, slowAnswer, manyProcs); err != nil {
		return err
	}
	if err := print(start, whole, apart); err != nil {
		return err
	}
	traffic, err := templateOf(apart.tape, apart.address)
	if err == nil {
		err = checks(binary, reports, traffic)
	}
	if err != nil {
		return err
	}
	return printReports(binary, reports)
}

// The run with slow answers: this long each, in this many processes.
const (
	slowAnswer = 50 * time.Millisecond
	manyProcs  = 8
)

func print(start, whole usage, c comparison) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	row := func(what, figure, goal string) { fmt.Fprintf(w, "%s\t%s\t%s\n", what, figure, goal) }
	row("figure (median)", "value", "goal")
	row("start-up of the binary, wall", ms(start.wall), "under 30 ms")
	row("whole run on the embedded bank, wall", ms(whole.wall), "under 3 s")
	row("whole run on the embedded bank, CPU, bank and its keys included", ms(whole.cpu), "")
	row("largest process of the run, peak memory", fmt.Sprintf("%.1f MB", float64(whole.memory)/1e6), "under 100 MB")
	row("making the bank's three RSA keys, CPU", ms(c.keys), "")
	row("specs / exchanges of a run", fmt.Sprintf("%d / %d", c.specs, c.exchanges), "")
	row("run alone (bank in another process), CPU", ms(c.run.cpu), "")
	row("  of it: signing requests, CPU", fmt.Sprintf("%s (%d signatures of %s)", ms(time.Duration(c.signatures)*c.signature), c.signatures, ms(c.signature)), "")
	row("  of it: start of two processes, CPU", ms(2*start.cpu), "")
	row("CPU per audited exchange, signing and start left out", ms(c.perExchange(2*start.cpu)), "under 0.6 ms")
	row("bare replay of the same requests, CPU per exchange", ms(c.bare.cpu/time.Duration(max(1, c.exchanges))), "")
	row("bare replay, wall / run, wall", fmt.Sprintf("%s / %s", ms(c.bare.wall), ms(c.run.wall)), "")
	row(fmt.Sprintf("run with %s an answer and --procs %d, wall", slowAnswer, manyProcs), ms(c.slow), "")
	row("  share of the ideal, exchanges × latency / processes", fmt.Sprintf("%.0f %%", 100*float64(c.ideal)/float64(c.slow)), "70 % or more")
	return w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }
