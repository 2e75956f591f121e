package runner_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"obconform/harness/report"
	"obconform/harness/runner"
	"obconform/harness/shard"
)

// shards cuts the section "flows" into that many.
func shards(t *testing.T, count int, apart bool) []runner.Plan {
	t.Helper()
	var parts []runner.Plan
	if err := ask(t, wish{Units: units("flows", "passes"), Shards: count, Apart: apart}, &parts); err != nil {
		t.Fatal(err)
	}
	return parts
}

// The shards of a plan hold each of its specs once; no flow is cut, and what is
// destructive is in the first shard.
func TestFlowsAreNotCut(t *testing.T) {
	const specs = 2*3 + 4*4 + 2
	for _, count := range []int{1, 2, 5, 64} {
		at, together := map[string]int{}, map[string]map[int]bool{}
		for i, part := range shards(t, count, false) {
			if len(part.Specs)+len(part.Elsewhere) != specs {
				t.Errorf("shard %d/%d has %d specs, and %d are elsewhere", i+1, count, len(part.Specs), len(part.Elsewhere))
			}
			for _, spec := range part.Specs {
				if earlier, twice := at[spec.Section+spec.Name]; twice {
					t.Errorf("%q is in the shards %d and %d of %d", spec.Name, earlier, i+1, count)
				}
				at[spec.Section+spec.Name] = i + 1
				for _, flow := range []string{"A first flow", "A second flow", "A step", "A deletion"} {
					if strings.HasPrefix(spec.Name, flow) {
						if together[flow] == nil {
							together[flow] = map[int]bool{}
						}
						together[flow][i+1] = true
					}
				}
			}
			if len(part.Specs) > 0 != (len(part.Units) > 0) {
				t.Errorf("shard %d/%d has %d specs in the sections %v", i+1, count, len(part.Specs), part.Units)
			}
		}
		if len(at) != specs {
			t.Errorf("%d of %d specs are in a shard of %d", len(at), specs, count)
		}
		for flow, in := range together {
			if len(in) != 1 {
				t.Errorf("%q is in the shards %v of %d", flow, in, count)
			}
		}
		if !together["A deletion"][1] {
			t.Errorf("what is destructive is in the shards %v of %d", together["A deletion"], count)
		}
	}
}

// At targets of their own what is destructive is divided like all else.
func TestDestructiveSpecsOfTargetsOfTheirOwn(t *testing.T) {
	in := map[int]bool{}
	for i, part := range shards(t, 8, true) {
		for _, spec := range part.Specs {
			if strings.HasPrefix(spec.Name, "A deletion") {
				in[i+1] = true
			}
		}
	}
	if len(in) < 2 {
		t.Errorf("four destructive specs are in the shards %v of 8", in)
	}
}

// A shard runs what it was given and nothing else, not even a spec whose name
// ends like that of one.
func TestAShardRunsItsPart(t *testing.T) {
	ran := map[string]int{}
	for _, part := range shards(t, 3, false) {
		out := outcome(t, part, runner.Options{Selection: runner.Selection{}.Narrow(part), Progress: func(spec report.SpecResult) {
			if spec.Section != runner.CleanupSection {
				ran[spec.Section+spec.Name]++
			}
		}}, nil)
		if len(out.Trouble) > 0 {
			t.Errorf("trouble: %v", out.Trouble)
		}
	}
	for name, times := range ran {
		if times != 1 {
			t.Errorf("%q ran %d times", name, times)
		}
	}
	if len(ran) != 24 {
		t.Errorf("%d specs ran, expected 24", len(ran))
	}
}

// An empty shard asks nobody, and starts no worker.
func TestAnEmptyShardDoesNothing(t *testing.T) {
	planned, err := plan(t, units("passes"), runner.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	empty := 0
	for i := range 4 {
		part, _ := planned.Shard(shard.Part{Index: i + 1, Count: 4}, runner.Sharding{Weigh: func(report.SpecResult) int64 { return 1 }})
		if len(part.Specs) > 0 {
			continue
		}
		empty++
		out := outcome(t, part, runner.Options{Command: func() *exec.Cmd {
			t.Error("a worker was started")
			return worker()()
		}, Procs: 2, Selection: runner.Selection{}.Narrow(part)}, nil)
		if len(out.Results)+len(out.Trouble) > 0 {
			t.Errorf("%+v", out)
		}
	}
	if empty < 2 {
		t.Errorf("%d of 4 shards of 2 specs are empty", empty)
	}
}

// What a spec weighs is what it took, or else a guess of the same order.
func TestWeights(t *testing.T) {
	spec := func(name string) report.SpecResult {
		return report.SpecResult{Suite: "accounts", Section: "list", Name: name, State: report.StatePassed}
	}
	took := func(s report.SpecResult, duration time.Duration) report.SpecVerdict {
		s.Duration = duration
		return report.SpecVerdict{SpecResult: s}
	}
	notRun := took(spec("not run"), 0)
	notRun.State = report.StateNotRun
	cleanUp := took(spec("clean-up"), time.Minute)
	cleanUp.Section = runner.CleanupSection
	timings := []report.SpecVerdict{took(spec("quick"), 10*time.Microsecond), took(spec("middling"), time.Second), took(spec("slow"), 2*time.Second),
		took(spec("instant"), 0), took(spec("endless"), 300*24*time.Hour), notRun, cleanUp, took(spec("idle"), 0)}
	requests := func(s report.SpecResult) int {
		return map[string]int{"quick": 2, "middling": 2, "slow": 7, "instant": 2, "endless": 2, "new": 2, "not run": 2, "clean-up": 2}[s.Name] // "idle" makes none
	}
	timed, guessed := runner.Weights(timings, requests), runner.Weights(nil, requests)
	for name, want := range map[string]int64{
		"quick": 10, "slow": 2_000_000, "instant": 1, "endless": 24 * 3600 * 1_000_000, "new": 1_000_000, "not run": 1_000_000, "clean-up": 1_000_000, "idle": 1000,
	} {
		if got := timed(spec(name)); got != want {
			t.Errorf("with timings %s weighs %d, expected %d", name, got, want)
		}
	}
	for name, want := range map[string]int64{"quick": 100_000, "slow": 350_000, "idle": 1000} {
		if got := guessed(spec(name)); got != want {
			t.Errorf("without timings %s weighs %d, expected %d", name, got, want)
		}
	}
}
