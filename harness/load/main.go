// Command load measures how the mock bank and the proxy hold under load, the mock
// bank beside Prism's mock of the same API, and prints tables. It is a module of
// its own, for the libraries that it needs, and imports nothing of obconform's: it
// starts the programs and speaks HTTP to them.
//
// It judges nothing: machines are shared and noisy, so compare figures of one
// table, and ratios rather than figures.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// settings are what is measured, and how long.
type settings struct {
	binary, prism string
	connections   int
	duration      time.Duration
	requests      int
	dir, parts    string
}

func main() {
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/obconform", "the binary to measure")
	flag.StringVar(&s.prism, "prism", "harness/interop/node_modules/@stoplight/prism-cli/dist/index.js", "Prism's command line, to be measured where it is there")
	flag.IntVar(&s.connections, "connections", 64, "connections at the same time")
	flag.DurationVar(&s.duration, "duration", 5*time.Second, "how long each operation is measured")
	flag.IntVar(&s.requests, "requests", 1_000_000, "requests of the run that looks at memory")
	flag.StringVar(&s.parts, "parts", "beside,behind,memory", "what is measured: the mock bank beside Prism, the proxy before it, its memory")
	flag.Parse()
	if err := s.measure(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func (s settings) measure() error {
	var err error
	if s.binary, err = filepath.Abs(s.binary); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "obconform-load-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.dir) }()
	parts := map[string]func() error{"beside": s.beside, "behind": s.behind, "memory": s.memory}
	for part := range strings.SplitSeq(s.parts, ",") {
		if parts[part] == nil {
			return fmt.Errorf("-parts: expected beside, behind or memory, got %q", part)
		}
		if err := parts[part](); err != nil {
			return err
		}
	}
	return nil
}

// beside measures the mock bank, audited and recorded, and Prism.
func (s settings) beside() error {
	bank, err := s.startMock("beside")
	if err != nil {
		return err
	}
	ours, err := s.all(bank, bank.operations)
	if err := firstOf(err, bank.stop()); err != nil {
		return fmt.Errorf("the mock bank: %w", err)
	}
	theirs := make([]figures, len(ours))
	if _, err := os.Stat(s.prism); err == nil {
		prism, err := s.startPrism()
		if err != nil {
			return err
		}
		theirs, err = s.all(prism, bank.operations)
		if err := firstOf(err, prism.stop()); err != nil {
			return fmt.Errorf("Prism: %w", err)
		}
	} else {
		fmt.Println("Prism is not there ('make interop' installs it): the mock bank alone is measured")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d connections\trequests/s\tp50\tp99\tCPU each\tPrism: requests/s\tp50\tp99\tCPU each\ttimes Prism's rate\tPrism's CPU, times ours\tgoal\t\n", s.connections)
	for i, operation := range bank.operations {
		o, p := ours[i], theirs[i]
		if p.rate == 0 {
			fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%s\t\t\t\t\t\t\t10\t\n", operation.name, o.rate, ms(o.p50), ms(o.p99), us(o.cpu))
			continue
		}
		fmt.Fprintf(w, "%s\t%.0f\t%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t%.1f\t%.1f\t10\t\n", operation.name, o.rate, ms(o.p50), ms(o.p99), us(o.cpu),
			p.rate, ms(p.p50), ms(p.p99), us(p.cpu), o.rate/p.rate, float64(p.cpu)/float64(o.cpu))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("peak memory of the mock bank, audited and recorded: %s\n", mb(bank.peak))
	return nil
}

// behind measures the same server with and without the proxy before it.
func (s settings) behind() error {
	bank, err := s.startMock("behind")
	if err != nil {
		return err
	}
	defer func() { _ = bank.stop() }()
	proxy, err := s.startProxy(bank.address)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\nproxy before the mock bank, ListAccounts\tp50\tp99\tbehind the proxy, p50\tp99\tadded at p50\tat p99\tgoal\t\n")
	for _, connections := range []int{1, 4} {
		one := s
		one.connections = connections
		direct, err := one.load(bank.address, bank.operations[0], one.duration, 0)
		if err != nil {
			return err
		}
		through, err := one.load(proxy.address, bank.operations[0], one.duration, 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d at a time\t%s\t%s\t%s\t%s\t%s\t%s\tunder 1 ms at p99\t\n", connections, ms(direct.p50), ms(direct.p99), ms(through.p50), ms(through.p99),
			ms(through.p50-direct.p50), ms(through.p99-direct.p99))
	}
	through, err := s.all(proxy, bank.operations[:1])
	if err := firstOf(err, proxy.stop()); err != nil {
		return err
	}
	one := through[0]
	fmt.Fprintf(w, "%d at a time: %.0f requests/s, CPU of the proxy, audit included, %s each\t\t\t%s\t%s\t\t\t\t\n", s.connections, one.rate, us(one.cpu), ms(one.p50), ms(one.p99))
	fmt.Fprintf(w, "peak memory of the proxy\t%s\t\t\t\t\t\t\t\n", mb(proxy.peak))
	return w.Flush()
}

// memory asks for all operations in turn, many times, and looks at the mock
// bank's memory on the way.
func (s settings) memory() error {
	bank, err := s.startMock("memory")
	if err != nil {
		return err
	}
	defer func() { _ = bank.stop() }()
	fmt.Printf("\nmock bank, audited and recorded, %d requests of all three operations\n", s.requests)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "requests\tmemory\trecording\trequests/s\tgoal\t\n")
	done := 0
	for _, share := range []int{100, 10, 4, 2, 1} {
		upTo, began := s.requests/share, time.Now()
		part := (upTo - done) / len(bank.operations)
		// A bank forgets the oldest of many consents, and tokens end.
		if bank.operations, err = operationsOf(bank.address, bank.credentials); err != nil {
			return err
		}
		for _, operation := range bank.operations {
			if _, err := s.load(bank.address, operation, time.Hour, part); err != nil {
				return err
			}
		}
		rate := float64(part*len(bank.operations)) / time.Since(began).Seconds()
		done = upTo
		memory, err := bank.memory()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%.0f\tflat\t\n", done, mb(memory), mb(bank.recorded()), rate)
	}
	return w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

func us(d time.Duration) string { return fmt.Sprintf("%d µs", d/time.Microsecond) }

func mb(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
