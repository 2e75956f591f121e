// Command compare holds obconform beside other tools that check HTTP exchanges
// and prints two tables of Markdown: what each costs, and which of the planted
// faults each finds. Machines are shared and noisy, so compare figures of one
// table, and ratios rather than figures. It ends with 1 where a tool cannot be run,
// and where ours misses a fault or invents one.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"obconform/harness/compare"
)

func main() {
	if status, done := part(os.Args[1:]); done {
		os.Exit(status)
	}
	binary := flag.String("binary", "bin/obconform", "our binary")
	venom := flag.String("venom", "bin/venom", "venom's binary")
	modules := flag.String("modules", "harness/compare/node_modules", "where the npm packages are")
	times := flag.Int("times", 50, "how often the clean recording is repeated")
	only := flag.String("only", "", "tools whose names have this in them")
	flag.Parse()
	if err := run(*binary, *venom, *modules, *only, *times); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// part does what a process of the comparison's own is for.
func part(args []string) (status int, done bool) {
	var err error
	switch {
	case len(args) == 3 && args[0] == compare.LiveCommand:
		err = compare.Live(args[1], args[2])
	case len(args) > 2 && args[0] == compare.WatchCommand:
		err = compare.Watch(args[1], args[2:]...)
	default:
		return 0, false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		return 1, true
	}
	return 0, true
}

// result is what came of one tool.
type result struct {
	tool     compare.Tool
	cost     compare.Cost
	found    []string
	invented []string
}

func run(binary, venom, modules, only string, times int) error {
	base := compare.Work{}
	for path, into := range map[string]*string{binary: &base.Obconform, venom: &base.Venom, modules: &base.Modules} {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		if _, err := os.Stat(absolute); err != nil {
			return fmt.Errorf("%w: 'make compare' makes it", err)
		}
		*into = absolute
	}
	address, err := compare.Loopback()
	if err != nil {
		return err
	}
	if base.Document, err = compare.NewDocument(address); err != nil {
		return err
	}
	recordings, err := compare.RecordAll(address)
	if err != nil {
		return err
	}
	var results []result
	for _, tool := range compare.Tools() {
		if !strings.Contains(tool.Name, only) {
			continue
		}
		fmt.Fprintln(os.Stderr, tool.Name, "...")
		one, err := of(tool, recordings, base, times)
		if err != nil {
			return err
		}
		results = append(results, one)
	}
	fmt.Printf("%s, %d processors, %s/%s: %d exchanges recorded, repeated about %d times\n\n", time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, len(recordings.Clean), times)
	costs(os.Stdout, results)
	fmt.Println()
	faults(os.Stdout, results)
	if ours := results[0]; only == "" && (count(ours.found) < len(ours.found) || len(ours.invented) > 0) {
		return fmt.Errorf("%s misses a planted fault or finds fault with clean answers", ours.tool.Name)
	}
	return nil
}

// of has one tool check the clean recording and the faulty ones, and measures it.
func of(tool compare.Tool, recordings compare.Recordings, base compare.Work, times int) (r result, err error) {
	r.tool = tool
	clean, faulty := recordings.Works(base)
	before, err := tool.Run(clean)
	if err != nil {
		return r, err
	}
	for number, x := range clean.Tape {
		if before.Failed[number] {
			r.invented = append(r.invented, x.Step)
		}
	}
	after, err := tool.Faults(faulty, len(recordings.Clean))
	if err != nil {
		return r, err
	}
	r.found = recordings.Found(before.Failed, after)
	r.cost, err = tool.Measure(clean, times)
	return r, err
}
