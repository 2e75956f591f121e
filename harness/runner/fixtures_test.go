// The tests of this package run workers as processes of their own, which are
// this test binary again: fixtures that fail in every way that a spec can.
package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/pace"
	"obconform/harness/report"
	"obconform/harness/runner"
	"obconform/harness/shard"
)

// The variables that make a planner of this binary, by what to plan, or a
// worker: that it is one, where it
// says that it has cleaned up or that a spec waits, that the target is gone,
// and the focus.
const (
	planVariable   = "RUNNER_TEST_PLAN"
	focusVariable  = "RUNNER_TEST_FOCUS"
	workerVariable = "RUNNER_TEST_WORKER"
	tidyVariable   = "RUNNER_TEST_TIDY"
	waitVariable   = "RUNNER_TEST_WAIT"
	goneVariable   = "RUNNER_TEST_GONE"
	astrayVariable = "RUNNER_TEST_ASTRAY"
)

func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(planVariable) != "":
		err = printPlan([]byte(os.Getenv(planVariable)))
	case os.Getenv(workerVariable) != "":
		link := runner.NewLink(os.Stdin, os.Stdout, budget())
		err = link.Work(runner.Selection{Seed: 1, Focus: os.Getenv(focusVariable)}, bench(link.Pace))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprint(os.Stderr, err)
		os.Exit(1)
	}
}

// wish is what a plan is asked for, and into how many shards it is to be cut,
// where destructive specs keep to one of them or are apart; 0 for none.
type wish struct {
	Units     []runner.Unit
	Selection runner.Selection
	Shards    int
	Apart     bool
}

func printPlan(data []byte) error {
	var asked wish
	if err := json.Unmarshal(data, &asked); err != nil {
		return err
	}
	plan, err := runner.NewPlan(asked.Units, asked.Selection, register)
	if err != nil {
		return err
	}
	if asked.Shards == 0 {
		return json.NewEncoder(os.Stdout).Encode(plan)
	}
	weigh := runner.Weights(nil, func(report.SpecResult) int { return 2 })
	var parts []runner.Plan
	for i := range asked.Shards {
		part, _ := plan.Shard(shard.Part{Index: i + 1, Count: asked.Shards}, runner.Sharding{Weigh: weigh, Apart: asked.Apart})
		parts = append(parts, part)
	}
	return json.NewEncoder(os.Stdout).Encode(parts)
}

// plan plans in a process of its own: under 'go test -count' Ginkgo refuses to
// work in this one. The error is what NewPlan says.
func plan(t *testing.T, units []runner.Unit, selection runner.Selection) (runner.Plan, error) {
	t.Helper()
	var made runner.Plan
	return made, ask(t, wish{Units: units, Selection: selection}, &made)
}

// ask has a planner grant a wish and reads what it made of it; the error is
// what NewPlan says.
func ask(t *testing.T, asked wish, made any) error {
	t.Helper()
	data, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	cmd := again(planVariable + "=" + string(data))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if said.Len() > 0 {
		return errors.New(said.String())
	}
	if err := errors.Join(err, json.Unmarshal(out, made)); err != nil {
		t.Fatal(err)
	}
	return nil
}

// worker is the command of a worker with more variables.
func worker(variables ...string) func() *exec.Cmd {
	return func() *exec.Cmd { return again(append(variables, workerVariable+"=1")...) }
}

// again is this binary with more variables; with the race detector it need not
// linger when it ends.
func again(variables ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), variables...)
	return cmd
}

// budget is that of every worker and supervisor here; only sections that ask
// for it notice.
func budget() pace.Budget { return pace.Budget{PerSecond: 50, Burst: 1} }

// asksEach is how often each spec of the section "asks" asks the target.
const asksEach = 5

// pause is what the section "is told to wait" is told.
const pause = 700 * time.Millisecond

// target stands for the target in the fixtures of a worker.
var target *pace.Remote

// bench has one shared resource, of the accounts suite. Where the target is to
// be gone, the first section finds that out.
func bench(remote *pace.Remote) runner.Bench {
	left := true
	target = remote
	return runner.Bench{
		Register: func(unit runner.Unit) {
			register(unit)
			if gone := os.Getenv(goneVariable); gone != "" {
				remote.Failed(gone)
			}
		},
		Leftovers: func() []contract.API {
			if !left {
				return nil
			}
			return []contract.API{contract.Accounts}
		},
		CleanUp: func(context.Context, contract.API) {
			left = false
			if path := os.Getenv(tidyVariable); path != "" {
				if err := os.WriteFile(path, []byte("tidy"), 0o600); err != nil {
					ginkgo.Fail(err.Error())
				}
			}
		},
		Observe: func() {},
		Astray:  func() string { return os.Getenv(astrayVariable) },
	}
}

// kind is one way in which a spec can end.
type kind struct {
	name string
	body func(ginkgo.SpecContext)
	// decorators of the spec, beside its labels.
	decorators []any
}

// kinds are the fixtures; each is the section of its name, with a neighbour
// that passes.
func kinds() []kind {
	brief := []any{ginkgo.SpecTimeout(200 * time.Millisecond), ginkgo.GracePeriod(200 * time.Millisecond)}
	patient := []any{ginkgo.SpecTimeout(time.Minute), ginkgo.GracePeriod(time.Minute)}
	return []kind{
		{name: "passes", body: func(ginkgo.SpecContext) { leave(evidence.Record{Exercised: ofFixtures()}) }},
		{name: "fails", body: func(ginkgo.SpecContext) { ginkgo.Fail("the bank is wrong") }},
		{name: "finds", body: func(ginkgo.SpecContext) {
			leave(evidence.Record{Findings: []evidence.Finding{breach(contract.Doc)}})
			ginkgo.Fail("the bank breaches a clause")
		}},
		{name: "warns", body: func(ginkgo.SpecContext) {
			leave(evidence.Record{Exercised: ofFixtures(), Findings: []evidence.Finding{breach(contract.Adv)}})
		}},
		{name: "skips", body: func(ginkgo.SpecContext) {
			leave(evidence.Record{NotExercised: "the bank does not offer it"})
			ginkgo.Skip("not exercised: the bank does not offer it")
		}},
		{name: "cannot tell", body: func(ginkgo.SpecContext) {
			leave(evidence.Record{Inconclusive: "a gateway answered"})
			ginkgo.Fail("inconclusive: a gateway answered")
		}},
		{name: "looks at nothing", body: func(ginkgo.SpecContext) {}},
		{name: "panics", body: func(ginkgo.SpecContext) { panic("a nil map, say") }},
		{name: "panics elsewhere", body: func(ginkgo.SpecContext) {
			go func() { panic("in a goroutine of its own") }()
			select {}
		}},
		{name: "exits", body: func(ginkgo.SpecContext) { os.Exit(0) }},
		{name: "shouts and exits", body: func(ginkgo.SpecContext) {
			fmt.Fprintln(os.Stderr, "why I end"+strings.Repeat(" and end", 100_000))
			os.Exit(3)
		}},
		{name: "hangs", body: func(ctx ginkgo.SpecContext) { <-ctx.Done() }, decorators: brief},
		{name: "hangs and does not listen", body: func(ginkgo.SpecContext) { select {} }, decorators: brief},
		{name: "waits", body: func(ctx ginkgo.SpecContext) {
			sayThatItWaits()
			<-ctx.Done()
		}, decorators: patient},
		{name: "waits and does not listen", body: func(ginkgo.SpecContext) {
			sayThatItWaits()
			select {}
		}, decorators: patient},
		{name: "asks", body: request},
		{name: "asks too", body: request},
		{name: "is told to wait", body: func(ginkgo.SpecContext) {
			target.Answered()
			target.Pause(pause)
			leave(evidence.Record{Exercised: ofFixtures()})
		}},
		{name: "prints", body: func(ginkgo.SpecContext) {
			leave(evidence.Record{Exercised: ofFixtures()})
			fmt.Println(`{"done":{"unit":{"suite":"accounts","section":"prints"},"gone":"a spec says so"}}`)
			fmt.Print("half a line")
		}},
	}
}

// request asks the target as fast as it may.
func request(ctx ginkgo.SpecContext) {
	for range asksEach {
		if target.Wait(ctx) != nil {
			ginkgo.Fail("the spec's time was over")
		}
	}
	leave(evidence.Record{Exercised: ofFixtures()})
}

// sayThatItWaits leaves a file behind for the test that is to stop the worker.
func sayThatItWaits() {
	if path := os.Getenv(waitVariable); path != "" {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			panic(err)
		}
	}
}

// leave leaves evidence as the TPP does.
func leave(record evidence.Record) {
	ginkgo.AddReportEntry(evidence.EntryName, record, ginkgo.ReportEntryVisibilityNever)
}

func breach(level contract.Level) evidence.Finding {
	return evidence.Finding{Clause: contract.AccList200, Level: level, Where: "status", Expected: "200", Actual: "404", Exchange: -1}
}

func ofFixtures() []contract.ClauseID { return []contract.ClauseID{contract.AccList200} }

// neighbour is the other spec of each section.
const neighbour = "A neighbour passes"

// register registers the fixture that is the unit's section.
func register(unit runner.Unit) {
	labels := ginkgo.Label("api:"+string(unit.Suite), "section:"+unit.Section, "clause:"+string(contract.AccList200))
	if unit.Section == "flows" {
		ginkgo.Describe("", labels, registerFlows)
	}
	for _, k := range kinds() {
		if k.name != unit.Section {
			continue
		}
		ginkgo.Describe("", labels, func() {
			ginkgo.It("A spec that "+k.name, append([]any{k.body}, k.decorators...)...)
			ginkgo.It(neighbour, func(ginkgo.SpecContext) { leave(evidence.Record{Exercised: ofFixtures()}) })
		})
	}
}

// registerFlows registers specs of which some belong together: those of an
// ordered container, whatever is nested in it, those that share a label, and
// those that are destructive. The name of one is the end of another's.
func registerFlows() {
	it := func(name string, decorators ...any) {
		ginkgo.It(name, append([]any{func(ginkgo.SpecContext) { leave(evidence.Record{Exercised: ofFixtures()}) }}, decorators...)...)
	}
	for _, flow := range []string{"A first flow", "A second flow"} {
		ginkgo.Describe(flow, func() {
			ginkgo.Context("in order", ginkgo.Ordered, func() {
				it("must begin")
				ginkgo.Context("and then", func() { it("must go on") })
				it("must end")
			})
		})
	}
	for i := range 4 {
		it(fmt.Sprint("A step ", i), ginkgo.Label("flow:steps"))
		it(fmt.Sprint("A deletion ", i), ginkgo.Label("destructive"))
		it(fmt.Sprint("A spec ", i))
		it(fmt.Sprint("Also A spec ", i))
	}
}

// units are the sections of that name.
func units(names ...string) []runner.Unit {
	list := make([]runner.Unit, len(names))
	for i, name := range names {
		list[i] = runner.Unit{Suite: contract.Accounts, Section: name}
	}
	return list
}

// run plans and runs the sections, bounded well above what they take.
func run(t *testing.T, o runner.Options, stop <-chan string, sections ...string) runner.Outcome {
	t.Helper()
	planned, err := plan(t, units(sections...), runner.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if len(planned.Specs) != 2*len(sections) {
		t.Fatalf("%d specs are planned for %d sections", len(planned.Specs), len(sections))
	}
	return outcome(t, planned, o, stop)
}

func outcome(t *testing.T, planned runner.Plan, o runner.Options, stop <-chan string) runner.Outcome {
	t.Helper()
	if o.Command == nil {
		o.Command = worker()
	}
	if o.Deadline == 0 {
		o.Deadline = 30 * time.Second
	}
	o.Procs = max(o.Procs, 1)
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute, errors.New("the test took too long"))
	defer cancel()
	ended := make(chan runner.Outcome, 1)
	go func() { ended <- runner.Run(ctx, planned, o, stop) }()
	select {
	case out := <-ended:
		return out
	case <-ctx.Done():
		t.Fatal(context.Cause(ctx))
		return runner.Outcome{}
	}
}
