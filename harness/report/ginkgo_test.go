package report_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
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
	ginkgo.ReportAfterEach(func(s types.SpecReport) { collect(s) })
}

// fakeT stands in for testing.T, so that the fixture's failures are not ours.
type fakeT struct{}

func (fakeT) Fail() {}

func runFixture(t *testing.T) []types.SpecReport {
	t.Helper()
	globals.Reset()
	var specs []types.SpecReport
	fixture(func(s types.SpecReport) { specs = append(specs, s) })
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.LabelFilter = "!filtered"
	reporter.Succinct, reporter.NoColor = true, true
	ginkgo.RunSpecs(fakeT{}, "fixture", suite, reporter)
	return specs
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
	for _, s := range runFixture(t) {
		if result, ok := report.FromGinkgo(s); ok {
			got[result.Name] = result
		}
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

func TestASpecResultSurvivesItsStream(t *testing.T) {
	for _, s := range runFixture(t) {
		before, ok := report.FromGinkgo(s)
		if !ok {
			continue
		}
		data, err := json.Marshal(before)
		if err != nil || strings.Contains(string(data), "\n") {
			t.Fatalf("%s: %v in %s", before.Name, err, data)
		}
		var after report.SpecResult
		if err := json.Unmarshal(data, &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%v: before %+v\nafter %+v", err, before, after)
		}
	}
}

func TestPlannedIsTheSameSpec(t *testing.T) {
	globals.Reset()
	fixture(func(types.SpecReport) {})
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.LabelFilter = "!filtered"
	var plan, catalogue []report.SpecResult
	for _, s := range ginkgo.PreviewSpecs("fixture", suite, reporter).SpecReports {
		if result, ok := report.PlannedFromGinkgo(s); ok {
			plan = append(plan, result)
		}
		if result, ok := report.CataloguedFromGinkgo(s); ok {
			catalogue = append(catalogue, result)
		}
	}
	var results []report.SpecResult
	for _, s := range runFixture(t) {
		if result, ok := report.FromGinkgo(s); ok {
			results = append(results, result)
		}
	}
	if len(plan) != 10 || len(catalogue) != 11 {
		t.Errorf("%d planned, %d in the catalogue, want 10, 11", len(plan), len(catalogue))
	}
	judged := report.Judge(report.Run{Planned: plan, Results: results})
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
