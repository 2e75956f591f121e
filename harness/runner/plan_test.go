package runner_test

import (
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/runner"
)

func names(specs []report.SpecResult) string {
	list := make([]string, len(specs))
	for i, spec := range specs {
		list[i] = spec.Section + ": " + spec.Name
	}
	return strings.Join(list, "; ")
}

func TestPlan(t *testing.T) {
	all := units("passes", "fails")
	for _, want := range []struct {
		name      string
		selection runner.Selection
		specs     string
		units     int
	}{
		{"everything", runner.Selection{},
			"passes: A spec that passes; passes: A neighbour passes; fails: A spec that fails; fails: A neighbour passes", 2},
		{"by label", runner.Selection{LabelFilter: "section:fails && clause:ACC-LIST-200"},
			"fails: A spec that fails; fails: A neighbour passes", 1},
		{"by sentence", runner.Selection{Focus: "that (passes|sleeps)"}, "passes: A spec that passes", 1},
		{"by suite", runner.Selection{Suites: []contract.API{contract.ConfirmationOfFunds}}, "", 0},
		{"by a label that none has", runner.Selection{LabelFilter: "clause:ACC-GET-200"}, "", 0},
	} {
		got, err := plan(t, all, want.selection)
		if err != nil {
			t.Errorf("%s: %v", want.name, err)
		}
		if names(got.Specs) != want.specs || len(got.Units) != want.units || len(got.Specs)+len(got.LeftOut) != 4 {
			t.Errorf("%s: %q in %v, %d left out; expected %q", want.name, names(got.Specs), got.Units, len(got.LeftOut), want.specs)
		}
		for _, spec := range got.Specs {
			if spec.State != report.StateNotRun || len(spec.Clauses) != 1 || !strings.HasPrefix(spec.File, "runner/") || spec.Line == 0 {
				t.Errorf("%s: a planned spec that is not: %+v", want.name, spec)
			}
		}
	}
}

// What Ginkgo cannot read is said in one line without colours.
func TestPlanWithWrongFilters(t *testing.T) {
	for _, wrong := range []struct {
		selection runner.Selection
		says      []string
	}{
		{runner.Selection{LabelFilter: "(clause"}, []string{"--label-filter: ", "(clause", "Mismatched"}},
		{runner.Selection{LabelFilter: "clause: %d%s&&"}, []string{"--label-filter: ", "%d%s"}},
		{runner.Selection{Focus: "("}, []string{"--focus: ", "missing closing )"}},
	} {
		_, err := plan(t, units("passes"), wrong.selection)
		if err == nil {
			t.Errorf("%+v was taken", wrong.selection)
			continue
		}
		if strings.ContainsAny(err.Error(), "\x1b\n") || strings.Contains(err.Error(), "http") {
			t.Errorf("%q is no plain line", err)
		}
		for _, text := range wrong.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q does not say %q", err, text)
			}
		}
	}
}
