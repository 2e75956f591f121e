package detect

import (
	"bytes"
	"fmt"
	"strings"

	"obconform/harness/report"
)

// Markdown is detection.md: the figures, and all that was not caught by name.
func Markdown(d Detection) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# What the suites notice\n\n")
	for _, line := range d.figureLines() {
		fmt.Fprintf(&out, "- %s\n", cell(line))
	}
	bullets(&out, "Not noticed, or stale", d.Problems)
	bullets(&out, "Trouble of the tool", d.Trouble)
	out.WriteString("\n## Null banks\n\n| bank | way | outcome | specs | passed |\n|---|---|---|---:|---:|\n")
	for _, null := range d.NullBanks {
		fmt.Fprintf(&out, "| %s | %s | %s | %d | %d |\n", cell(null.Name), cell(null.Way), cell(string(null.Outcome)), null.Specs,
			len(null.Passed)+len(null.Clauses))
	}
	out.WriteString("\n## Named faults that were not caught by name, or turned other subjects red\n\n| fault | outcome | fired | other subjects | what the bank does |\n|---|---|---:|---|---|\n")
	for _, fault := range d.Faults {
		if fault.Outcome != CaughtByName || len(fault.FalseSubjects) > 0 {
			fmt.Fprintf(&out, "| %s | %s | %d | %s | %s |\n", cell(fault.Fault.ID), fault.Outcome, fault.Fired,
				cell(strings.Join(fault.FalseSubjects, ", ")), cell(fault.Fault.Sentence))
		}
	}
	out.WriteString("\n## Mutations that survived\n\n| mutation | place | at | kind | fired | allowed by |\n|---|---|---|---|---:|---|\n")
	for _, m := range d.Mutations {
		if m.survived() {
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %d | %s |\n", m.ID, cell(m.Place), cell(m.At), cell(m.Kind), m.Fired, cell(m.Allowed))
		}
	}
	out.WriteString("\n## What may survive\n\n| places | at | kinds | tried | survived | allowed by | because |\n|---|---|---|---:|---:|---|---|\n")
	for _, entry := range d.Equal {
		fmt.Fprintf(&out, "| %s | %s | %s | %d | %d | %s | %s |\n", cell(strings.Join(entry.Places, ", ")), cell(strings.Join(entry.At, ", ")),
			cell(strings.Join(entry.Kinds, ", ")), entry.Tried, entry.Survived, cell(entry.AllowedBy), cell(entry.Because))
	}
	return out.Bytes(), nil
}

func bullets(out *bytes.Buffer, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(out, "\n## %s\n\n", title)
	for _, line := range list {
		fmt.Fprintf(out, "- %s\n", cell(line))
	}
}

// cell makes text of anybody's harmless in a table: one line, in which no
// character means anything to Markdown or HTML.
func cell(text string) string {
	text = report.Line(text, 2*maxMessage)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`,
		"[", `\[`, "]", `\]`, "!", `\!`).Replace(text)
}
