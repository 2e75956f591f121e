package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"obconform/harness/baseline"
	"obconform/harness/config"
	"obconform/harness/detect"
	"obconform/harness/doctor"
	"obconform/harness/format"
	"obconform/harness/ledger"
	"obconform/harness/leftovers"
	"obconform/harness/matrix"
	"obconform/harness/recording"
	"obconform/harness/report"
	"obconform/harness/report/diff"
	"obconform/harness/report/evidencefile"
	"obconform/harness/tap/scenario"
	"obconform/harness/waiver"
)

// formats are the kinds of JSON documents that the program writes or reads, but
// for those of other standards: HAR, GitLab's code quality, OpenAPI, JWKs.
func formats() []format.Format {
	return []format.Format{report.Format(), evidencefile.Format(), detect.Format(), doctor.Format(), diff.Format(), listFormat(), ledger.Format(),
		versionFormat(), config.Format(), baseline.Format(), waiver.Format(), leftovers.Format(), matrixFormat(),
		scenario.Format(), recording.LineFormat()}
}

// matrixFormat is the format of the file that 'matrix' reads.
func matrixFormat() format.Format {
	f := format.New("matrix", "the file of matrix: brands, environments, configurations", matrix.Schema())
	f.ByHand = true
	return f
}

type schemaCommand struct {
	Name string `arg:"" optional:"" help:"The kind of document; without it, all kinds are listed with their versions."`
}

// Run prints the JSON Schema of a kind of document, or which kinds there are.
func (s schemaCommand) Run(sh *shell) error {
	if s.Name == "" {
		table := tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)
		for _, f := range formats() {
			fmt.Fprintln(table, f.Row())
		}
		return table.Flush()
	}
	var names []string
	for _, f := range formats() {
		if f.Name == s.Name {
			_, err := sh.out.Write(f.Schema)
			return err
		}
		names = append(names, f.Name)
	}
	return usageError{fmt.Errorf("expected one of %s, got %q", strings.Join(names, ", "), s.Name)}
}
