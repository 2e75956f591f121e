package runner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"obconform/harness/report"
	"obconform/harness/report/agreement"
	"obconform/harness/report/folder"
	"obconform/harness/report/junitcheck"
	"obconform/harness/runner"
)

// Whatever a spec does, its result says so, the reports show it in the right
// colour, and its neighbour has a result too.
func TestEveryKindOfEnd(t *testing.T) {
	for _, want := range []struct {
		kind    string
		state   report.State
		says    string // in the failures or the reason
		junit   string
		outcome report.Outcome
		crash   string // what the trouble says, where the worker ended with it
	}{
		{kind: "passes", state: report.StatePassed, junit: "passed", outcome: report.OutcomePassed},
		{kind: "fails", state: report.StateFailed, says: "the bank is wrong", junit: "failure", outcome: report.OutcomeFailed},
		{kind: "finds", state: report.StateFailed, says: "breaches a clause", junit: "failure", outcome: report.OutcomeFailed},
		{kind: "warns", state: report.StatePassed, junit: "passed", outcome: report.OutcomePassed},
		{kind: "skips", state: report.StateSkipped, says: "the bank does not offer it", junit: "skipped", outcome: report.OutcomePassed},
		{kind: "cannot tell", state: report.StateInconclusive, says: "a gateway answered", junit: "error", outcome: report.OutcomeInconclusive},
		{kind: "looks at nothing", state: report.StatePassed, junit: "skipped", outcome: report.OutcomePassed},
		{kind: "panics", state: report.StateErrored, says: "a nil map, say", junit: "error", outcome: report.OutcomeInconclusive},
		{kind: "panics elsewhere", state: report.StateErrored, junit: "error", outcome: report.OutcomeInconclusive,
			says: "a worker process ended", crash: "in a goroutine of its own"},
		{kind: "exits", state: report.StateErrored, junit: "error", outcome: report.OutcomeInconclusive,
			says: "a worker process ended", crash: "accounts/exits"},
		{kind: "shouts and exits", state: report.StateErrored, junit: "error", outcome: report.OutcomeInconclusive,
			says: "exit status 3", crash: "why I end"},
		{kind: "hangs", state: report.StateErrored, says: "A spec timeout occurred", junit: "error", outcome: report.OutcomeInconclusive},
		{kind: "hangs and does not listen", state: report.StateErrored, says: "A spec timeout occurred", junit: "error", outcome: report.OutcomeInconclusive},
		{kind: "prints", state: report.StatePassed, junit: "passed", outcome: report.OutcomePassed},
	} {
		t.Run(want.kind, func(t *testing.T) {
			out := run(t, runner.Options{}, nil, want.kind)
			spec := result(t, out, "A spec that "+want.kind)
			if said := words(spec); spec.State != want.state || !strings.Contains(said, want.says) {
				t.Errorf("state %q, saying %q; expected %q, saying %q", spec.State, said, want.state, want.says)
			}
			crashed := want.crash != ""
			if next := result(t, out, neighbour); next.State != report.StatePassed && !(crashed && next.State == report.StateNotRun && words(next) != "") {
				t.Errorf("the neighbour is %q because %q", next.State, words(next))
			}
			if crashed != (len(out.Trouble) == 1) || crashed && !strings.Contains(out.Trouble[0].What+out.Trouble[0].Detail, want.crash) {
				t.Errorf("trouble %.300v, expected %q", out.Trouble, want.crash)
			}
			judged := report.Judge(report.Run{Results: out.Results, Trouble: out.Trouble, Interrupted: out.Interrupted})
			if judged.Outcome != want.outcome {
				t.Errorf("the run is %q, expected %q", judged.Outcome, want.outcome)
			}
			reportsAgree(t, judged, want.says)
			if got := junitResult(t, judged, "A spec that "+want.kind); got != want.junit {
				t.Errorf("its test case is %q, expected %q", got, want.junit)
			}
		})
	}
}

// reportsAgree writes all reports of a run: they must count the same, and each
// that people read must say why the run is not simply green.
func reportsAgree(t *testing.T, judged report.Results, says string) {
	t.Helper()
	dir := t.TempDir()
	if _, err := folder.Write(dir, judged, folder.Markdown, folder.CodeQuality); err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	if err := report.Terminal(&printed, judged, report.TerminalOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := agreement.Check(dir, printed.String()); err != nil {
		t.Error(err)
	}
	if judged.Outcome == report.OutcomePassed || judged.Totals.Findings > 0 {
		return
	}
	for _, name := range []string{folder.JUnit, folder.Markdown, folder.Page, folder.Results} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(data), says) {
			t.Errorf("%v: %s does not say %q", err, name, says)
		}
	}
	if !strings.Contains(printed.String(), says) {
		t.Errorf("the terminal does not say %q", says)
	}
}

// result is that of the one spec of that name.
func result(t *testing.T, out runner.Outcome, name string) report.SpecResult {
	t.Helper()
	var found []report.SpecResult
	for _, spec := range out.Results {
		if spec.Name == name {
			found = append(found, spec)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d results of %q", len(found), name)
	}
	return found[0]
}

// words is all that a result says of why it is what it is.
func words(spec report.SpecResult) string {
	said := spec.Reason
	for _, failure := range spec.Failures {
		said += " " + failure.Message
	}
	return said
}

// junitResult is what a valid JUnit file of the run shows for the spec.
func junitResult(t *testing.T, results report.Results, name string) string {
	t.Helper()
	data, err := report.JUnit(results)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := junitcheck.Check(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		if test.Name == name {
			return test.Result
		}
	}
	return ""
}
