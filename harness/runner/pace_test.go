package runner_test

import (
	"testing"
	"time"

	"obconform/harness/report"
	"obconform/harness/runner"
)

// All workers share one budget: together they are no faster than one alone.
func TestWorkersShareABudget(t *testing.T) {
	for _, procs := range []int{1, 2} {
		began := time.Now()
		out := run(t, runner.Options{Procs: procs, Budget: budget()}, nil, "asks", "asks too")
		took := time.Since(began)
		allPass(t, out)
		if least := time.Duration(2*asksEach-1) * time.Second / 50; took < least {
			t.Errorf("%d workers asked %d times in %s, expected at least %s", procs, 2*asksEach, took, least)
		}
	}
}

func allPass(t *testing.T, out runner.Outcome) {
	t.Helper()
	for _, spec := range out.Results {
		if spec.Section != "cleanup" && spec.State != report.StatePassed {
			t.Errorf("%q is %q because %q", spec.Name, spec.State, spec.Reason)
		}
	}
	if len(out.Trouble) > 0 {
		t.Errorf("trouble: %v", out.Trouble)
	}
}

// What one section is told, the next one heeds, whoever runs it.
func TestAPauseOutlastsItsSection(t *testing.T) {
	for seed := range int64(20) {
		selection := runner.Selection{Seed: seed}
		planned, err := plan(t, units("is told to wait", "asks"), selection)
		if err != nil {
			t.Fatal(err)
		}
		out := outcome(t, planned, runner.Options{Budget: budget(), Selection: selection}, nil)
		allPass(t, out)
		told, asks := result(t, out, "A spec that is told to wait"), result(t, out, "A spec that asks")
		if asks.Started.Before(told.Started) {
			continue // the other order of the sections shows nothing
		}
		if early := told.Started.Add(pause).Sub(asks.Started.Add(asks.Duration)); early > 0 {
			t.Errorf("the target was asked %s before the pause was over", early)
		}
		return
	}
	t.Error("no seed has the pause come first")
}
