package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"obconform/harness/progress"
	"obconform/harness/report"
	"obconform/harness/report/folder"
)

// screenFlags say how much is printed, and in which colours.
type screenFlags struct {
	Color   string `enum:"auto,always,never" default:"auto" help:"Colours: auto (on a terminal, unless NO_COLOR is set), always or never."`
	Quiet   bool   `short:"q" help:"Print the verdict and where the reports are, nothing else."`
	Verbose bool   `short:"v" help:"Print each spec as it ends, every clause, and every finding in full."`
}

func (s screenFlags) checkScreen() error {
	if s.Quiet && s.Verbose {
		return errors.New("--quiet and --verbose: expected one of them")
	}
	return nil
}

// colours tells whether to colour what goes to out.
func (s screenFlags) colours(out io.Writer, environ []string) bool {
	switch s.Color {
	case "always":
		return true
	case "never":
		return false
	}
	_, isTerminal := terminalOf(out)
	return isTerminal && variable(environ, "NO_COLOR") == "" && variable(environ, "TERM") != "dumb"
}

// terminalOf is the descriptor of a writer that is a terminal.
func terminalOf(out io.Writer) (descriptor int, is bool) {
	file, isFile := out.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}

// width is the terminal's, or 0 where out is none.
func width(out io.Writer) int {
	descriptor, is := terminalOf(out)
	if !is {
		return 0
	}
	columns, _, err := term.GetSize(descriptor)
	if err != nil {
		return 0
	}
	return columns
}

// watch shows how far the run is on standard error: a bar on a terminal, plain
// lines elsewhere; nothing when each spec is printed, or nothing is asked for.
func (s session) watch(planned int) (started func(string), ended func(report.SpecResult), done func()) {
	switch {
	case s.command.Verbose:
		return nil, s.each(planned), func() {}
	case s.command.Quiet:
		return nil, nil, func() {}
	}
	options := progress.Options{Out: s.sh.err, Planned: planned}
	if _, is := terminalOf(s.sh.err); is && variable(s.sh.environ, "TERM") != "dumb" {
		options.Width = func() int { return width(s.sh.err) }
	}
	shown := progress.New(options)
	return shown.Started, shown.Ended, shown.Close
}

// printFiles prints how large each report is and how long it took.
func printFiles(out io.Writer, files []folder.File) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, file := range files {
		fmt.Fprintf(table, "report %s\t%d\t%.1f kB\t%.1f ms\t\n", file.Path, file.Files, float64(file.Bytes)/1e3, float64(file.Took)/float64(time.Millisecond))
	}
	return table.Flush()
}
