package detect

import (
	"bytes"
	_ "embed" // the schema of detection.json
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"obconform/harness/format"
	"obconform/harness/report"
)

//go:embed detection.schema.json
var detectionSchema []byte

// Format is the format of detection.json.
func Format() format.Format {
	return format.New("detection", "detection.json of prove: what the suites notice", bytes.Clone(detectionSchema))
}

// JSON is detection.json.
func JSON(d Detection) ([]byte, error) {
	d = d.filled()
	data, err := json.MarshalIndent(d, "", "  ")
	return append(data, '\n'), err
}

// filled has an empty list in place of each that is missing.
func (d Detection) filled() Detection {
	fill(&d.NotUsable)
	fill(&d.NullBanks)
	fill(&d.Faults)
	fill(&d.Mutations)
	fill(&d.Equal)
	fill(&d.Problems)
	fill(&d.Trouble)
	fill(&d.Suites)
	fill(&d.Command)
	return d
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

// mostLines bounds the problems that a summary lists.
const mostLines = 40

// Summary writes the figures, and what fails the proof, for a terminal.
func Summary(w io.Writer, d Detection, files []string) error {
	var out bytes.Buffer
	for _, line := range d.figureLines() {
		fmt.Fprintln(&out, line)
	}
	lines(&out, "Not noticed, or stale", d.Problems)
	lines(&out, "Trouble of the tool", d.Trouble)
	if d.Interrupted != "" {
		fmt.Fprintf(&out, "\nended early: %s\n", report.Line(d.Interrupted, maxMessage))
	}
	fmt.Fprintf(&out, "\nreports: %s\n", strings.Join(files, "  "))
	_, err := w.Write(out.Bytes())
	return err
}

// lines writes a list under its title; what a bank said is made printable.
func lines(out *bytes.Buffer, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", title)
	for i, line := range list {
		if i == mostLines {
			fmt.Fprintf(out, "  and %d more\n", len(list)-mostLines)
			break
		}
		fmt.Fprintf(out, "  %s\n", report.Line(line, 2*maxMessage))
	}
}

// figureLines are the figures in words.
func (d Detection) figureLines() []string {
	f := d.Figures
	noticed := f.Mutations[CaughtByName] + f.Mutations[CaughtOtherwise]
	return []string{
		fmt.Sprintf("target      %s", report.Line(d.Target, maxMessage)),
		fmt.Sprintf("null banks  %d trials, %d with something that passes", f.NullBanks, f.NullBanksPassing),
		fmt.Sprintf("faults      %d, caught by name %d (%d warned), otherwise %d, reached and not seen %d, never reached %d", len(d.Faults),
			f.Faults[CaughtByName], f.FaultsWarned, f.Faults[CaughtOtherwise], f.Faults[NotSeen], f.Faults[NeverReached]),
		fmt.Sprintf("precision   %.3f other subjects turn red on average, %d faults are imprecise", f.MeanFalseSubjects, f.Imprecise),
		fmt.Sprintf("mutations   %d of %d, noticed %d (by name %d, otherwise %d: %d failed, %d inconclusive, %d warned)", len(d.Mutations),
			d.Possible, noticed, f.Mutations[CaughtByName], f.Mutations[CaughtOtherwise], f.Notices[Failure], f.Notices[Inconclusion], f.Notices[Warning]),
		fmt.Sprintf("survivors   %d that the contract allows (%d entries), %d that nothing allows", f.Allowed, f.Entries, f.Unlisted),
		fmt.Sprintf("time        %s, %d trials, %.2f s each", d.End.Sub(d.Start).Round(time.Second), f.Trials, f.SecondsPerTrial),
	}
}
