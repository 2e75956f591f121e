// Command compare holds obconform beside other tools that check HTTP exchanges
// and prints two tables: what each costs, and which of the planted faults each
// finds. It judges nothing: machines are shared and noisy, so compare figures of
// one table, and ratios rather than figures.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"obconform/harness/compare"
)

func main() {
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
	var err error
	if base.Document, err = compare.NewDocument(compare.Bank); err != nil {
		return err
	}
	recordings, err := compare.RecordAll()
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
	fmt.Printf("%s, %d exchanges recorded, repeated %d times\n\n", time.Now().UTC().Format(time.DateOnly), len(recordings.Clean), times)
	if err := costs(results); err != nil {
		return err
	}
	fmt.Println()
	return faults(results)
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

// costs prints what each tool takes, and how many times as much as ours.
func costs(results []result) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "tool\tCPU per exchange\ttimes ours\twall per exchange\tstart-up\tmemory\tfaults found\tinvented\t")
	for _, r := range results {
		ours := float64(r.cost.CPU) / float64(results[0].cost.CPU)
		fmt.Fprintf(w, "%s\t%s\t%.1f\t%s\t%s\t%.0f MB\t%d of %d\t%d\t\n", r.tool.Name, ms(r.cost.CPU), ours, ms(r.cost.Wall), ms(r.cost.Start),
			float64(r.cost.Memory)/1e6, count(r.found), len(r.found), len(r.invented))
	}
	return w.Flush()
}

// faults prints who finds what.
func faults(results []result) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "planted fault")
	for _, r := range results {
		fmt.Fprintf(w, "\t%s", strings.TrimRight(strings.Fields(r.tool.Name)[0], ","))
	}
	fmt.Fprintln(w)
	for i, fault := range compare.Faults() {
		name := fault.ID
		if fault.Across {
			name += " (across exchanges)"
		}
		fmt.Fprint(w, name)
		for _, r := range results {
			word := "-"
			if r.found[i] != "" {
				word = "found"
			}
			fmt.Fprintf(w, "\t%s", word)
		}
		fmt.Fprintln(w)
	}
	for _, r := range results {
		if len(r.invented) > 0 {
			fmt.Fprintf(w, "%s finds fault with clean answers: %s\n", r.tool.Name, strings.Join(r.invented, ", "))
		}
	}
	return w.Flush()
}

func count(found []string) (n int) {
	for _, step := range found {
		if step != "" {
			n++
		}
	}
	return n
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }
