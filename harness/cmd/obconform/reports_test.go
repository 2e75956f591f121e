package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"obconform/harness/format/formattest"
	"obconform/harness/report"
	"obconform/harness/report/agreement"
	"obconform/harness/report/junitcheck"
)

// results is results.json, as far as the tests look at it.
type results struct {
	Outcome, Interrupted  string
	Warnings              []string
	ExitStatus, Exchanges int
	Trouble               []struct{ What, Detail string }
	Clauses               []struct {
		ID, Verdict, Reason string
		Findings            []finding
	}
	Timings []timing
	Specs   []specResult
}

type timing struct {
	Operation                                         string
	Count                                             int
	P50Milliseconds, P95Milliseconds, MaxMilliseconds float64
	OverBudget                                        bool
}

type finding struct{ Where, Expected, Actual, Spec string }

type specResult struct {
	Suite, Section, Name, State, Reason string
	Notes                               []string
	Milliseconds                        float64
	Exchanges                           []struct {
		Operation, Repeated string
		Status              int
		Burst               bool
	}
}

// reports is what a run has written.
type reports struct {
	results
	cases []junitcheck.Case
}

// conformed is a run to its end with its reports.
type conformed struct {
	ended
	reports
	dir string
}

// conform runs 'obconform run' to its end and reads its reports.
func conform(t *testing.T, args ...string) conformed {
	t.Helper()
	dir := t.TempDir()
	e := obconform(t, append([]string{"run", "--reports", dir}, args...)...)
	return conformed{ended: e, reports: readReports(t, dir), dir: dir}
}

// readReports reads both reports: each valid by its own rules, and both of one
// mind about every spec.
func readReports(t *testing.T, dir string) reports {
	t.Helper()
	return readAgreeing(t, dir, agreement.Check)
}

// readAgreeing is readReports with the measure of their agreement.
func readAgreeing(t *testing.T, dir string, agree func(dir, printed string) error) reports {
	t.Helper()
	var r reports
	data := readFile(t, filepath.Join(dir, "results.json"))
	validate(t, data)
	if err := json.Unmarshal(data, &r.results); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.cases, err = junitcheck.Check(readFile(t, filepath.Join(dir, "junit.xml"))); err != nil {
		t.Fatalf("junit.xml: %v", err)
	}
	if err := agree(dir, ""); err != nil {
		t.Error(err)
	}
	for _, spec := range r.Specs {
		if got, want := r.junitResult(spec), junitWord(spec.State); got != want {
			t.Errorf("%s: %q is %q, and %q in junit.xml, expected %q", spec.Suite, spec.Name, spec.State, got, want)
		}
	}
	return r
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// validate holds results.json against its schema.
func validate(t *testing.T, data []byte) {
	t.Helper()
	if err := formattest.Closed(t, report.Format().Schema).Validate(data); err != nil {
		t.Errorf("results.json: %v", err)
	}
}

// junitResult is the result of the spec's test case, "" where it has none.
func (r reports) junitResult(spec specResult) string {
	for _, test := range r.cases {
		if test.Suite == "obconform."+spec.Suite && test.Name == spec.Name {
			return test.Result
		}
	}
	return ""
}

// junitWord is the JUnit result of a state: only what the target does not offer
// is skipped, and whatever kept a spec from its verdict is an error.
func junitWord(state string) string {
	switch state {
	case "passed":
		return "passed"
	case "failed":
		return "failure"
	case "skipped":
		return "skipped"
	}
	return "error"
}

// inState lists the names of the specs in one of the states.
func (r results) inState(states ...string) []string {
	var names []string
	for _, spec := range r.Specs {
		if slices.Contains(states, spec.State) {
			names = append(names, spec.Suite+": "+spec.Name)
		}
	}
	return names
}

// withVerdict lists the clauses of that verdict, sorted.
func (r results) withVerdict(verdict string) []string {
	clauses := []string{}
	for _, clause := range r.Clauses {
		if clause.Verdict == verdict {
			clauses = append(clauses, clause.ID)
		}
	}
	slices.Sort(clauses)
	return clauses
}

// planned is one spec as 'list --json' prints it.
type planned struct {
	Suite, Section, Name, Location string
	Clauses, Labels                []string
}

// listed is what 'list --json' prints for the flags.
func listed(t *testing.T, flags ...string) []planned {
	t.Helper()
	e := obconform(t, append([]string{"list", "--json"}, flags...)...)
	e.wantStatus(t, 0)
	var list struct{ Specs []planned }
	if err := json.Unmarshal([]byte(e.out), &list); err != nil {
		t.Fatal(err)
	}
	return list.Specs
}

// wantComplete fails the test for each planned spec that the reports lack.
func (r reports) wantComplete(t *testing.T, plan []planned) {
	t.Helper()
	if len(plan) == 0 {
		t.Error("nothing was planned")
	}
	for _, spec := range plan {
		found := slices.ContainsFunc(r.Specs, func(s specResult) bool {
			return s.Suite == spec.Suite && s.Section == spec.Section && s.Name == spec.Name
		})
		if !found {
			t.Errorf("the reports lack the planned spec %s/%s: %q", spec.Suite, spec.Section, spec.Name)
		}
	}
}
