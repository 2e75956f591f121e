package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"obconform/harness/compare"
)

// costs prints what each tool takes, and how many times as much as ours, as a
// table of Markdown.
func costs(w io.Writer, results []result) {
	fmt.Fprintln(w, "| tool | CPU per exchange | times ours | wall per exchange | start-up | memory | faults found | clean answers faulted |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|")
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %s | %.1f | %s | %.0f ms | %.0f MB | %d of %d | %d |\n", r.tool.Name, ms(r.cost.CPU),
			float64(r.cost.CPU)/float64(results[0].cost.CPU), ms(r.cost.Wall), float64(r.cost.Start)/float64(time.Millisecond),
			float64(r.cost.Memory)/1e6, count(r.found), len(r.found), len(r.invented))
	}
}

// faults prints who finds what, as a table of Markdown.
func faults(w io.Writer, results []result) {
	fmt.Fprint(w, "| planted fault |")
	for _, r := range results {
		fmt.Fprintf(w, " %s |", short(r.tool.Name))
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(results)))
	for i, fault := range compare.Faults() {
		fmt.Fprintf(w, "| %s", fault.Sentence())
		if fault.Across {
			fmt.Fprint(w, " (seen across exchanges)")
		}
		for _, r := range results {
			word := ""
			if r.found[i] != "" {
				word = "found"
			}
			fmt.Fprintf(w, " | %s", word)
		}
		fmt.Fprintln(w, " |")
	}
	for _, r := range results {
		if len(r.invented) > 0 {
			fmt.Fprintf(w, "\n%s finds fault with clean answers: %s\n", r.tool.Name, strings.Join(r.invented, ", "))
		}
	}
}

// short is a tool's name without its version.
func short(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == ',' })
	switch {
	case words[0] == "obconform":
		return name // two ways to use it
	case len(words) > 1 && words[0] == "Step":
		return "Step CI"
	}
	return words[0]
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
