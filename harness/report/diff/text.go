package diff

import (
	"bytes"
	_ "embed" // the schema of what programs are told
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"obconform/harness/format"
	"obconform/harness/report"
)

//go:embed diff.schema.json
var schema []byte

// Format is the format of what JSON writes.
func Format() format.Format {
	return format.New("diff", "diff --json: what has changed between two runs", bytes.Clone(schema))
}

// Lengths of what is printed, in bytes.
const (
	maxShort = 200
	maxLong  = 500
)

// JSON writes the difference as one JSON object.
func (d Difference) JSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		SchemaVersion int `json:"schemaVersion"`
		Difference
	}{Format().Version, d})
}

// Text writes the difference for people; what broke comes last. Nothing that a
// file says reaches the terminal unescaped.
func (d Difference) Text(w io.Writer) error {
	var t text
	for _, run := range []struct {
		name string
		Run
	}{{"old", d.Old}, {"new", d.New}} {
		t.printf("%s  %s, %s, %s (obconform %s)\n", run.name, run.Start.UTC().Format(time.RFC3339), line(run.Target), run.Outcome, line(run.Tool))
	}
	for _, note := range d.Notes {
		t.printf("note: %s\n", line(note))
	}
	t.drift(d.Drift)
	t.slower(d.Slower)
	t.changes("No longer put to the test", d.Disappeared)
	t.changes("Put to the test for the first time", d.Appeared)
	t.changes("Better", d.Better)
	t.changes("Worse, without failing", d.Worse)
	t.changes("Mended", d.Mended)
	t.changes("Broke", d.Broke)
	t.printf("\n%d broke, %d mended, %d appeared, %d disappeared, %d slower, %d changed of the target\n",
		len(d.Broke), len(d.Mended), len(d.Appeared), len(d.Disappeared), len(d.Slower), len(d.Drift))
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct{ strings.Builder }

func (t *text) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func line(s string) string { return report.Line(s, maxShort) }

func (t *text) changes(title string, changes []Change) {
	if len(changes) == 0 {
		return
	}
	t.printf("\n%s\n", title)
	for _, c := range changes {
		before, after := string(c.Old), string(c.New)
		if before == "" {
			before = "not in the contract"
		}
		if after == "" {
			after = "not in the contract"
		}
		t.printf("  %s (%s): %s, now %s", c.Clause, c.Level, before, after)
		if c.Reason != "" {
			t.printf(": %s", line(c.Reason))
		}
		t.printf("\n")
		if c.Where != "" {
			t.printf("    where:    %s\n    expected: %s\n    actual:   %s\n    spec:     %s\n", line(c.Where),
				report.Line(c.Expected, maxLong), report.Line(c.Actual, maxLong), line(c.Spec))
		}
	}
}

func (t *text) slower(timings []Timing) {
	if len(timings) == 0 {
		return
	}
	t.printf("\nSlower (p95)\n")
	for _, s := range timings {
		t.printf("  %-32s %.1f ms, now %.1f ms (%.1f times)\n", line(string(s.Operation)), s.Old, s.New, s.Ratio)
	}
}

func (t *text) drift(drifts []Drift) {
	if len(drifts) == 0 {
		return
	}
	t.printf("\nWhat the target says and answers otherwise\n")
	for _, d := range drifts {
		t.printf("  %s\n", line(d.Group))
		undocumented := map[string]bool{}
		for _, fact := range d.Undocumented {
			undocumented[fact] = true
		}
		for _, fact := range d.Added {
			t.printf("    + %s", line(fact))
			if undocumented[fact] {
				t.printf(" (not documented)")
			}
			t.printf("\n")
		}
		for _, fact := range d.Gone {
			t.printf("    - %s\n", line(fact))
		}
	}
}
