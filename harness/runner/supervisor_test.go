package runner_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/runner"
)

// A section that crashes its worker takes no other section with it, however
// many workers there are, and no spec's result is lost or doubled.
func TestOtherSectionsGoOn(t *testing.T) {
	sections := []string{"passes", "exits", "fails", "panics elsewhere", "prints", "warns"}
	for _, procs := range []int{1, 3} {
		told := 0
		out := run(t, runner.Options{Procs: procs, Progress: func(report.SpecResult) { told++ }}, nil, sections...)
		states := map[string]report.State{}
		for _, spec := range out.Results {
			if spec.Name != neighbour && spec.Section != "cleanup" {
				states[spec.Section] = spec.State
			}
		}
		want := map[string]report.State{"passes": report.StatePassed, "exits": report.StateErrored, "fails": report.StateFailed,
			"panics elsewhere": report.StateErrored, "prints": report.StatePassed, "warns": report.StatePassed}
		for section, state := range want {
			if states[section] != state {
				t.Errorf("%d workers: %s is %q, expected %q", procs, section, states[section], state)
			}
		}
		if len(out.Trouble) != 2 {
			t.Errorf("%d workers: trouble %.300v, expected that of two crashes", procs, out.Trouble)
		}
		ended := 0
		for _, spec := range out.Results {
			if spec.State != report.StateNotRun && !strings.Contains(spec.Reason, "a worker process ended") {
				ended++
			}
		}
		if told != ended {
			t.Errorf("%d workers: %d results were told as they came, and %d are in the outcome", procs, told, ended)
		}
	}
}

// A word on stop ends the run: the spec that runs is interrupted, the others
// say why they were not run, and what was shared is cleaned up.
func TestStop(t *testing.T) {
	tidy, waits := filepath.Join(t.TempDir(), "tidy"), filepath.Join(t.TempDir(), "waits")
	began := time.Now()
	out := run(t, runner.Options{Command: worker(tidyVariable+"="+tidy, waitVariable+"="+waits)},
		stopWhen(waits, "interrupted by a test"), "waits", "passes")
	if out.Interrupted != "interrupted by a test" {
		t.Errorf("interrupted: %q", out.Interrupted)
	}
	if spec := result(t, out, "A spec that waits"); spec.State != report.StateInterrupted {
		t.Errorf("the spec that ran is %q", spec.State)
	}
	for _, spec := range out.Results {
		if spec.State == report.StateNotRun && spec.Reason != "interrupted by a test" {
			t.Errorf("%q was not run because %q", spec.Name, spec.Reason)
		}
	}
	if _, err := os.Stat(tidy); err != nil {
		t.Errorf("what was shared was not cleaned up: %v", err)
	}
	if !slices.ContainsFunc(out.Results, func(s report.SpecResult) bool {
		return s.Section == "cleanup" && s.Suite == contract.Accounts && s.State != report.StateErrored
	}) {
		t.Error("cleaning up has no result")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	if len(out.Trouble) > 0 {
		t.Errorf("an end that was asked for is no trouble: %v", out.Trouble)
	}
}

// What a selection leaves out, it does not leave behind.
func TestFocusedRunCleansUp(t *testing.T) {
	tidy := filepath.Join(t.TempDir(), "tidy")
	selection := runner.Selection{Focus: neighbour}
	planned, err := plan(t, units("passes"), selection)
	if err != nil {
		t.Fatal(err)
	}
	out := outcome(t, planned, runner.Options{Selection: selection, Command: worker(tidyVariable+"="+tidy, focusVariable+"="+neighbour)}, nil)
	if spec := result(t, out, neighbour); spec.State != report.StatePassed {
		t.Errorf("the spec in focus is %q", spec.State)
	}
	if len(planned.Specs) != 1 || len(out.Results) != 2 {
		t.Errorf("%d specs are planned, expected 1; %d results, expected those of the spec and of cleaning up", len(planned.Specs), len(out.Results))
	}
	if _, err := os.Stat(tidy); err != nil {
		t.Errorf("what was shared was not cleaned up: %v", err)
	}
}

// stopWhen says the words on stop, a moment apart, once the file is there.
func stopWhen(file string, words ...string) <-chan string {
	stop := make(chan string)
	go func() {
		for range 3000 { // half a minute, after which the run has ended without
			if _, err := os.Stat(file); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		for _, word := range words {
			stop <- word
			time.Sleep(200 * time.Millisecond)
		}
	}()
	return stop
}

// A second word kills workers that do not listen.
func TestSecondStopKills(t *testing.T) {
	waits := filepath.Join(t.TempDir(), "waits")
	began := time.Now()
	out := run(t, runner.Options{Command: worker(waitVariable + "=" + waits)},
		stopWhen(waits, "interrupted by a test", "again"), "waits and does not listen")
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	if spec := result(t, out, "A spec that waits and does not listen"); spec.State == report.StatePassed || out.Interrupted == "" {
		t.Errorf("the spec is %q, interrupted: %q", spec.State, out.Interrupted)
	}
}

// The deadline ends a run without a signal's help; it is no interruption by
// the user.
func TestDeadline(t *testing.T) {
	out := run(t, runner.Options{Deadline: time.Second}, nil, "waits", "passes")
	if out.Interrupted != "" {
		t.Errorf("interrupted: %q", out.Interrupted)
	}
	judged := report.Judge(report.Run{Results: out.Results, Trouble: out.Trouble})
	if judged.Outcome != report.OutcomeInconclusive {
		t.Errorf("the run is %q", judged.Outcome)
	}
	if spec := result(t, out, "A spec that waits"); spec.State == report.StatePassed {
		t.Error("a spec that the deadline ended has passed")
	}
}

// A target that is gone is not asked any more.
func TestGone(t *testing.T) {
	out := run(t, runner.Options{Command: worker(goneVariable + "=the connection was refused")}, nil, "passes", "warns", "prints")
	ran := 0
	for _, spec := range out.Results {
		switch {
		case spec.Section == "cleanup":
		case spec.State == report.StatePassed:
			ran++
		case spec.State != report.StateNotRun || spec.Reason != "the target is gone: the connection was refused":
			t.Errorf("%q is %q because %q", spec.Name, spec.State, spec.Reason)
		}
	}
	if ran != 2 {
		t.Errorf("%d specs ran, expected those of the first section", ran)
	}
	if len(out.Trouble) != 1 || !strings.Contains(out.Trouble[0].What, "the target is gone: the connection was refused") {
		t.Errorf("trouble %v, expected that the target is gone", out.Trouble)
	}
}

// A target that leads astray ends the run, and says so.
func TestAstray(t *testing.T) {
	const reason = "discovery's token_endpoint is on another.example.com"
	out := run(t, runner.Options{Procs: 2, Command: worker(astrayVariable + "=" + reason)}, nil, "passes", "warns", "prints")
	if out.Astray != reason || out.Interrupted != "" || len(out.Trouble) > 0 {
		t.Errorf("astray %q, interrupted %q, trouble %v", out.Astray, out.Interrupted, out.Trouble)
	}
	if fine := run(t, runner.Options{Command: worker()}, nil, "passes"); fine.Astray != "" {
		t.Errorf("astray %q for no reason", fine.Astray)
	}
}

// Workers that do not start, or end before they have begun, end the run: they
// are not started again and again.
func TestWorkersThatDoNotWork(t *testing.T) {
	for name, command := range map[string][]string{
		"no such program":    {filepath.Join(t.TempDir(), "nothing")},
		"it ends at once":    {os.Args[0], "-test.run=^$"},
		"it fails at once":   {os.Args[0], "-test.no-such-flag"},
		"it is another tool": {os.Args[0], "-test.list=."},
	} {
		t.Run(name, func(t *testing.T) {
			started := 0
			out := run(t, runner.Options{Procs: 2, Command: func() *exec.Cmd {
				started++
				return exec.Command(command[0], command[1:]...)
			}}, nil, "passes", "warns", "prints")
			if started > 2 {
				t.Errorf("%d workers were started, expected no more than two", started)
			}
			if len(out.Trouble) == 0 {
				t.Error("the outcome knows of no trouble")
			}
			for _, spec := range out.Results {
				if spec.State != report.StateNotRun || !strings.Contains(spec.Reason, "worker") {
					t.Errorf("%q is %q because %q", spec.Name, spec.State, spec.Reason)
				}
			}
		})
	}
}
