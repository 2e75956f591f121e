package report_test

import (
	"fmt"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

func TestASkipWithoutAReasonStillHasAMessage(t *testing.T) {
	_, cases := render(t, "no reason", report.Judge(runOf(spec("a", contract.AccList200), skipped(spec("b", contract.AccListStable), ""))))
	if got := cases[1]; got.Result != "skipped" || got.Message != "no reason was given" {
		t.Errorf("%+v", got)
	}
}

func TestAFailureWithoutAMessageStillHasOne(t *testing.T) {
	s := failed(spec("a"))
	s.Failures = nil
	_, cases := render(t, "no message", report.Judge(runOf(s)))
	if got := cases[0]; got.Result != "failure" || got.Type != "assertion" || got.Message != "assertion: the spec failed without a message" {
		t.Errorf("%+v", got)
	}
}

func TestThePlanMaySayWhyASpecDidNotRun(t *testing.T) {
	run := runOf(spec("a", contract.AccList200))
	run.Planned[0].Reason, run.Results = "the section before it crashed", nil
	if got := report.Judge(run).Specs[0]; got.Reason != "the section before it crashed" {
		t.Errorf("%+v", got)
	}
}

func TestTheSameTroubleTwiceHasTwoNames(t *testing.T) {
	run := runOf(spec("a", contract.AccList200))
	trouble := report.Trouble{Suite: contract.Accounts, What: "the worker crashed"}
	run.Trouble = []report.Trouble{trouble, trouble}
	_, cases := render(t, "trouble twice", report.Judge(run))
	if len(cases) != 3 || cases[2].Name != "trouble: the worker crashed (2)" {
		t.Errorf("%+v", cases)
	}
}

func TestLongListsAreCutWithANote(t *testing.T) {
	var specs []report.SpecResult
	many := failed(spec("many", contract.AccListStable))
	for i := range 30 {
		specs = append(specs, skipped(spec(fmt.Sprint("s", i), contract.AccList200), fmt.Sprint("reason ", i)))
		f := breach(contract.AccListStable, contract.Std)
		f.Where, f.Exchange = fmt.Sprintf("/Data/Member%d", i), -1
		many.Record.Findings = append(many.Record.Findings, f)
	}
	results := report.Judge(runOf(append(specs, many)...))
	if got := clauseOf(t, results, contract.AccList200).Reason; got != "reason 0; reason 1; reason 2; and 27 more" {
		t.Errorf("reason %q", got)
	}
	if text := summary(t, results, report.TerminalOptions{}); !strings.Contains(text, "and 5 more kinds of findings: see results.json\n") {
		t.Errorf("no note in\n%s", text)
	}
	_, cases := render(t, "long lists", results)
	if last := cases[len(cases)-1]; !strings.Contains(last.Text, "and 10 more kinds of findings\n") {
		t.Errorf("no note in\n%s", last.Text)
	}
	_, document := resultsJSON(t, results)
	listed := document["specs"].([]any)[30].(map[string]any)
	if len(listed["findings"].([]any)) != 20 || listed["findingsOmitted"] != 10.0 {
		t.Errorf("%v findings omitted", listed["findingsOmitted"])
	}
}

func TestTheTargetsAddressMayStandAnywhere(t *testing.T) {
	run := runOf(spec("a", contract.AccList200))
	for want, target := range map[string]map[string]any{
		"target  https://a.example\n":   {"baseUrl": "https://a.example"},
		"target  {\"kind\":\"mock\"}\n": {"kind": "mock"},
		"target  unknown\n":             nil,
	} {
		run.Target = target
		if text := summary(t, report.Judge(run), report.TerminalOptions{}); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestAnInconclusiveExchangeExercisesNothing(t *testing.T) {
	s := spec("a", contract.AccList200)
	x := exchange(503, contract.ComStatus)
	x.Inconclusive = "status 503"
	s.Record.Exchanges = append(s.Record.Exchanges, x)
	s.Record.Notes = []string{"a read was repeated"}
	results := report.Judge(runOf(s))
	if clause := clauseOf(t, results, contract.ComStatus); clause.Verdict != report.NotExercised || clause.Exchanges != 0 {
		t.Errorf("%s, %d exchanges", clause.Verdict, clause.Exchanges)
	}
	s.Record = evidence.Record{Exchanges: []evidence.Exchange{x}}
	s.Clauses = []contract.ClauseID{contract.ComStatus}
	if got := report.Judge(runOf(s)).Specs[0]; got.State != report.StateSkipped {
		t.Errorf("a spec that saw only the environment ends %s", got.State)
	}
}
