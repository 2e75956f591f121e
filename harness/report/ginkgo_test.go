package report_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// fixture registers specs that end in every way a spec can end, and gathers
// what Ginkgo reports of each.
func fixture(collect func(types.SpecReport)) {
	var record evidence.Record
	clause := func(id contract.ClauseID) ginkgo.Labels { return ginkgo.Labels{"clause:" + string(id)} }
	ginkgo.Describe("", ginkgo.Label("api:accounts"), func() {
		// In the container: PreviewSpecs forgets what stands beside it.
		ginkgo.ReportAfterEach(func(s types.SpecReport) { collect(s) })
		ginkgo.BeforeEach(func() { record = evidence.Record{} })
		ginkgo.AfterEach(func() {
			ginkgo.AddReportEntry(evidence.EntryName, record, ginkgo.ReportEntryVisibilityNever)
			if len(record.Findings) > 0 {
				ginkgo.Fail("what was found")
			}
		})
		ginkgo.Describe("A list", ginkgo.Label("section:list"), func() {
			ginkgo.It("must  be\ncomplete", clause(contract.AccList200), func() { record.Exercised = []contract.ClauseID{contract.AccList200} })
			ginkgo.It("must fail", clause(contract.AccListStable), func() { ginkgo.Fail("not stable") })
			ginkgo.It("must fail at its end", func() { record.Findings = []evidence.Finding{breach(contract.ComMeta, contract.Adv)} })
			ginkgo.It("must fail though skipped", func() {
				record.Findings = []evidence.Finding{breach(contract.ComMeta, contract.Adv)}
				ginkgo.Skip("cannot go on")
			})
			ginkgo.It("must be skipped", func() {
				record.NotExercised = "switched off"
				ginkgo.Skip("not exercised: switched off")
			})
			ginkgo.It("must be skipped plainly", func() { ginkgo.Skip("no reason in the record") })
			ginkgo.It("must be inconclusive", func() {
				record.Inconclusive = "status 503"
				ginkgo.Fail("inconclusive: status 503")
			})
			ginkgo.It("must panic", func() { panic("boom") })
			ginkgo.It("must run out of time", ginkgo.SpecTimeout(10*time.Millisecond), func(ctx context.Context) {
				<-ctx.Done()
				ginkgo.Fail("the context ended")
			})
			ginkgo.PIt("must be pending", func() {})
			ginkgo.It("must be filtered", ginkgo.Label("filtered"), func() {})
		})
	})
}

// fakeT stands in for testing.T, so that the fixture's failures are not ours.
type fakeT struct{}

func (fakeT) Fail() {}

// fixtureVariable names the file that a process of the fixture writes to.
const fixtureVariable = "OBCONFORM_REPORT_FIXTURE"

// fixtureRun is what the fixture's own process saw.
type fixtureRun struct {
	// Specs are Ginkgo's reports, as another process decodes them.
	Specs []types.SpecReport
	// Results, Planned and Catalogue were read in that process itself.
	Results, Planned, Catalogue []report.SpecResult
}

// TestMain is the fixture in a process that was started for it: Ginkgo runs one
// suite per process, and not at all under -count=2.
func TestMain(m *testing.M) {
	path := os.Getenv(fixtureVariable)
	if path == "" {
		m.Run()
		return
	}
	var run fixtureRun
	fixture(func(s types.SpecReport) {
		run.Specs = append(run.Specs, s)
		if result, ok := report.FromGinkgo(s); ok {
			run.Results = append(run.Results, result)
		}
	})
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.LabelFilter = "!filtered"
	for _, s := range ginkgo.PreviewSpecs("fixture", suite, reporter).SpecReports {
		if result, ok := report.PlannedFromGinkgo(s); ok {
			run.Planned = append(run.Planned, result)
		}
		if result, ok := report.CataloguedFromGinkgo(s); ok {
			run.Catalogue = append(run.Catalogue, result)
		}
	}
	run.Specs, run.Results = nil, nil // the preview reports its specs too
	ginkgo.RunSpecs(fakeT{}, "fixture", suite, reporter)
	data, err := json.Marshal(run)
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		panic(err)
	}
}

func runFixture(t *testing.T) (run fixtureRun) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fixture.json")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0])
	command.Env = append(os.Environ(), fixtureVariable+"="+path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestFromGinkgo(t *testing.T) {
	want := map[string]struct {
		state    report.State
		reason   string
		failures []report.State
		message  string
	}{
		"A list must be complete":         {report.StatePassed, "", nil, ""},
		"A list must fail":                {report.StateFailed, "", []report.State{report.StateFailed}, "not stable"},
		"A list must fail at its end":     {report.StateFailed, "", []report.State{report.StateFailed}, "what was found"},
		"A list must fail though skipped": {report.StateFailed, "", []report.State{report.StateFailed}, "what was found"},
		"A list must be skipped":          {report.StateSkipped, "switched off", nil, ""},
		"A list must be skipped plainly":  {report.StateSkipped, "no reason in the record", nil, ""},
		"A list must be inconclusive":     {report.StateInconclusive, "status 503", []report.State{report.StateInconclusive}, "inconclusive: status 503"},
		"A list must panic":               {report.StateErrored, "", []report.State{report.StateErrored}, "boom"},
		"A list must run out of time":     {report.StateErrored, "", []report.State{report.StateErrored}, "timeout"},
		"A list must be pending":          {report.StateSkipped, "the spec is pending", nil, ""},
	}
	got := map[string]report.SpecResult{}
	for _, result := range runFixture(t).Results {
		got[result.Name] = result
	}
	if len(got) != len(want) {
		t.Errorf("%d specs, want %d", len(got), len(want))
	}
	for name, want := range want {
		result := got[name]
		var failures []report.State
		messages := ""
		for _, failure := range result.Failures {
			failures = append(failures, failure.State)
			messages += failure.Message
		}
		if result.State != want.state || result.Reason != want.reason || !reflect.DeepEqual(failures, want.failures) ||
			!strings.Contains(messages, want.message) {
			t.Errorf("%s: %s (%s), failures %v %q\nwant %+v", name, result.State, result.Reason, failures, messages, want)
		}
		if result.Suite != contract.Accounts || result.Section != "list" || result.File != "report/ginkgo_test.go" || result.Line == 0 {
			t.Errorf("%s: suite %q, section %q, %s:%d", name, result.Suite, result.Section, result.File, result.Line)
		}
	}
	complete := got["A list must be complete"]
	if !reflect.DeepEqual(complete.Clauses, []contract.ClauseID{contract.AccList200}) ||
		!reflect.DeepEqual(complete.Record.Exercised, complete.Clauses) || complete.Started.IsZero() {
		t.Errorf("%+v", complete)
	}
}

// The stream carries results, and Ginkgo's own JSON carries reports: both ways
// lead to the same.
func TestASpecResultSurvivesItsStream(t *testing.T) {
	run := runFixture(t)
	var decoded []report.SpecResult
	for _, s := range run.Specs {
		if result, ok := report.FromGinkgo(s); ok {
			decoded = append(decoded, result)
		}
	}
	if len(decoded) != 10 || !reflect.DeepEqual(decoded, run.Results) {
		t.Errorf("decoded %+v\nstreamed %+v", decoded, run.Results)
	}
	for _, before := range run.Results {
		data, err := json.Marshal(before)
		if err != nil || strings.Contains(string(data), "\n") {
			t.Errorf("%s: %v in %s", before.Name, err, data)
		}
	}
}

func TestPlannedIsTheSameSpec(t *testing.T) {
	run := runFixture(t)
	if len(run.Planned) != 10 || len(run.Catalogue) != 11 {
		t.Errorf("%d planned, %d in the catalogue, want 10, 11", len(run.Planned), len(run.Catalogue))
	}
	judged := report.Judge(report.Run{Planned: run.Planned, Results: run.Results})
	if len(judged.Specs) != 10 || judged.Totals.Specs[report.StateNotRun] != 0 {
		t.Errorf("%d specs, totals %v: a result did not find its plan", len(judged.Specs), judged.Totals.Specs)
	}
}

func TestEvidenceOfAnotherProcess(t *testing.T) {
	s := types.SpecReport{LeafNodeType: types.NodeTypeIt, LeafNodeText: "a spec", State: types.SpecStatePassed, NumAttempts: 1,
		ReportEntries: types.ReportEntries{{Name: "another", Value: types.ReportEntryValue{AsJSON: "7"}},
			{Name: evidence.EntryName, Value: types.ReportEntryValue{AsJSON: `{"notes":["settled"]}`}}}}
	if result, ok := report.FromGinkgo(s); !ok || result.State != report.StatePassed || !reflect.DeepEqual(result.Record.Notes, []string{"settled"}) {
		t.Errorf("%v %+v", ok, result)
	}
	s.ReportEntries[1].Value.AsJSON = `{"notes":7}`
	if result, _ := report.FromGinkgo(s); result.State != report.StateErrored || !strings.Contains(result.Failures[0].Message, "cannot be read") {
		t.Errorf("unreadable evidence: %+v", result)
	}
}

func TestAnAssertionBesideAnInconclusiveMessageStaysAFailure(t *testing.T) {
	s := types.SpecReport{LeafNodeType: types.NodeTypeIt, State: types.SpecStateFailed, NumAttempts: 1,
		Failure:       types.Failure{Message: "inconclusive: gone"},
		ReportEntries: types.ReportEntries{{Name: evidence.EntryName, Value: types.ReportEntryValue{AsJSON: `{"inconclusive":"gone"}`}}}}
	if result, _ := report.FromGinkgo(s); result.State != report.StateInconclusive {
		t.Errorf("alone: %s", result.State)
	}
	s.AdditionalFailures = []types.AdditionalFailure{{State: types.SpecStateFailed, Failure: types.Failure{Message: "another"}}}
	if result, _ := report.FromGinkgo(s); result.State != report.StateFailed {
		t.Errorf("beside an assertion: %s", result.State)
	}
}

func TestNodesThatAreNoSpecs(t *testing.T) {
	for name, s := range map[string]types.SpecReport{
		"a set-up node":   {LeafNodeType: types.NodeTypeBeforeSuite, State: types.SpecStateFailed, NumAttempts: 1},
		"a filtered spec": {LeafNodeType: types.NodeTypeIt, State: types.SpecStateSkipped},
	} {
		if _, ok := report.FromGinkgo(s); ok {
			t.Errorf("%s counts as a spec", name)
		}
	}
	s := types.SpecReport{LeafNodeType: types.NodeTypeIt, State: types.SpecStateSkipped, Failure: types.Failure{Message: "skipped: an earlier one failed"}}
	if result, ok := report.FromGinkgo(s); !ok || result.Reason != "skipped: an earlier one failed" {
		t.Errorf("a skipped spec of an ordered container: %v %+v", ok, result)
	}
}
