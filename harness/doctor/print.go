package doctor

import (
	"bytes"
	_ "embed" // the schema of what programs are told
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"obconform/harness/format"
	"obconform/harness/report"
)

//go:embed doctor.schema.json
var schema []byte

// Format is the format of what WriteJSON writes.
func Format() format.Format {
	return format.New("doctor", "doctor --json: what keeps a configuration and a target apart", bytes.Clone(schema))
}

// longest bounds each line, in bytes: what a server says is hostile.
const longest = 600

// Print writes one result for a person: state, step, what was found, what to do.
func Print(out io.Writer, r Result) {
	const width = 32
	lead := fmt.Sprintf("%-8s %-*s", r.State, width, r.Step)
	indent := strings.Repeat(" ", 8+1+width)
	for _, line := range r.Found {
		fmt.Fprintf(out, "%s %s\n", lead, report.Line(line, longest))
		lead = indent
	}
	for _, line := range r.Do {
		fmt.Fprintf(out, "%s what to do: %s\n", indent, report.Line(line, longest))
	}
}

// Counts is the last line for a person, without its end.
func (r Report) Counts() string {
	return fmt.Sprintf("%d ok, %d warnings, %d failed, %d skipped", r.Count(OK), r.Count(Warning), r.Count(Failed), r.Count(Skipped))
}

// WriteJSON writes the report for programs, with the exit status beside it.
func (r Report) WriteJSON(out io.Writer, exitStatus int) error {
	for i := range r.Steps {
		clean(r.Steps[i].Found)
		clean(r.Steps[i].Do)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		SchemaVersion int `json:"schemaVersion"`
		ExitStatus    int `json:"exitStatus"`
		Report
	}{Format().Version, exitStatus, r})
}

func clean(lines []string) {
	for i, line := range lines {
		lines[i] = report.Line(line, longest)
	}
}
