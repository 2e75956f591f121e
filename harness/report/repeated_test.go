package report_test

import (
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// patient is a spec whose first request was sent again for those reasons: each
// an answer of the environment, or, where it begins with 4, of the API's own.
func patient(s report.SpecResult, reasons ...string) report.SpecResult {
	var before []evidence.Exchange
	for _, reason := range reasons {
		x := exchange(503)
		x.Repeated = reason
		if reason[0] == '4' {
			x.Status, x.Exercised = 429, []contract.ClauseID{contract.ComRetryAfter}
		} else {
			x.Inconclusive = reason
		}
		before = append(before, x)
		s.Record.Notes = append(s.Record.Notes, "ListAccounts was sent again: "+reason)
	}
	s.Record.Exchanges = append(before, s.Record.Exchanges...)
	return s
}

// A read that was sent again is passed, and seen to have needed it.
func TestRepeatedReads(t *testing.T) {
	a, b := spec("A list must be complete", contract.AccList200), spec("A list must be stable", contract.AccListStable)
	results := report.Judge(runOf(patient(a, "status 503", "the connection was reset"), patient(b, "429, Retry-After 1s: waited 1s")))
	if results.Outcome != report.OutcomePassed {
		t.Errorf("the run is %q", results.Outcome)
	}
	_, cases := render(t, "repeated reads", results)
	if want := []string{"status 503", "the connection was reset"}; !slices.Equal(cases[0].Flaky, want) {
		t.Errorf("flaky: %q, want %q", cases[0].Flaky, want)
	}
	if len(cases[1].Flaky) > 0 {
		t.Errorf("an answer that was obeyed counts as a failure: %q", cases[1].Flaky)
	}
	for i, note := range []string{"was sent again: status 503", "was sent again: 429, Retry-After 1s: waited 1s"} {
		if cases[i].Result != "passed" || !strings.Contains(cases[i].Output, note) {
			t.Errorf("%q is %s and says %q, want it to say %q", cases[i].Name, cases[i].Result, cases[i].Output, note)
		}
	}
	if clause := clauseOf(t, results, contract.ComRetryAfter); clause.Verdict != report.Passed {
		t.Errorf("the 429 was not held against COM-RETRY-AFTER: %s", clause.Verdict)
	}
}

// What failed in the end is not flaky, however often it was tried.
func TestRepeatedAndFailed(t *testing.T) {
	a := spec("A list must be complete", contract.AccList200)
	for name, s := range map[string]report.SpecResult{
		"failed":       patient(failed(a, breach(contract.AccList200, contract.Doc)), "status 503"),
		"inconclusive": patient(inconclusive(a, "status 503"), "status 503", "status 503"),
	} {
		_, cases := render(t, "repeated and "+name, report.Judge(runOf(s)))
		if len(cases[0].Flaky) > 0 || cases[0].Result == "passed" {
			t.Errorf("%s: %s, flaky %q", name, cases[0].Result, cases[0].Flaky)
		}
	}
}
