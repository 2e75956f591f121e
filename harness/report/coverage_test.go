package report_test

import (
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/sights"
)

const accountModel = "accounts/OBReadAccount4"

// sawAll is a run whose specs saw everything of the accounts' models but what
// is named.
func sawAll(t *testing.T, but ...string) report.Run {
	t.Helper()
	models, err := sights.Models()
	if err != nil {
		t.Fatal(err)
	}
	run := runOf(spec("one", contract.AccList200), spec("two", contract.AccListStable))
	for i, model := range models {
		if model.API == contract.Accounts {
			points := slices.DeleteFunc(slices.Clone(model.Points), func(point string) bool { return slices.Contains(but, point) })
			run.Results[i%2].Record.Seen = map[string][]string{model.Name: points}
		}
	}
	return run
}

func TestCoverageIsThatOfTheSelectedAPIs(t *testing.T) {
	coverage := report.Judge(sawAll(t)).Coverage
	if coverage.Schema.Seen != coverage.Schema.Of || coverage.Schema.Of != 40 || len(coverage.Never.Schema) != 0 {
		t.Errorf("schema %+v, never %q", coverage.Schema, coverage.Never.Schema)
	}
	// One of the accounts' 18 documented answers, two of the clauses.
	if coverage.Answers != (report.Share{Seen: 1, Of: 18}) || len(coverage.Never.Answers) != 17 || coverage.Never.Answers[0] != "ListAccounts 400" {
		t.Errorf("answers %+v, never %q", coverage.Answers, coverage.Never.Answers)
	}
	if coverage.Clauses.Seen != 2 || coverage.Clauses.Of-2 != len(coverage.Never.Clauses) || slices.Contains(coverage.Never.Clauses, contract.Aac201) ||
		!slices.Contains(coverage.Never.Clauses, contract.ComStatus) || slices.Contains(coverage.Never.Clauses, contract.AccList200) {
		t.Errorf("clauses %+v, never %q", coverage.Clauses, coverage.Never.Clauses)
	}
}

// Of a member that was never seen, what lies in it is not listed, but counts.
func TestNeverSeen(t *testing.T) {
	coverage := report.Judge(sawAll(t, "/Data/Account/*/AccountType=Business", "/Meta", "/Meta/TotalPages", "/Meta/FirstAvailableDateTime", "/Meta/LastAvailableDateTime")).Coverage
	if len(coverage.Never.Schema) != 1 || coverage.Never.Schema[0].Model != accountModel ||
		!slices.Equal(coverage.Never.Schema[0].Points, []string{"/Data/Account/*/AccountType=Business", "/Meta"}) {
		t.Errorf("%q", coverage.Never.Schema)
	}
	if coverage.Schema.Of-coverage.Schema.Seen != 5 {
		t.Errorf("%+v", coverage.Schema)
	}
}

// An answer of the environment covers nothing.
func TestAnswersOfTheEnvironmentCoverNothing(t *testing.T) {
	if got := report.Judge(runOf(inconclusive(spec("one", contract.AccList200), "status 503"))).Coverage; got.Answers.Seen != 0 || got.Clauses.Seen != 0 {
		t.Errorf("%+v", got)
	}
}

func TestFloors(t *testing.T) {
	for name, c := range map[string]struct {
		floors  report.Floors
		outcome report.Outcome
		says    string
	}{
		"none":            {report.Floors{}, report.OutcomePassed, ""},
		"reached exactly": {report.Floors{Schema: 100 * 39.0 / 40}, report.OutcomePassed, ""},
		"just missed":     {report.Floors{Schema: 97.6}, report.OutcomeNotCovered, "schema: 39 of 40 (97.5 %) were covered, at least 97.6 % were asked for"},
		"all asked for":   {report.Floors{Schema: 100}, report.OutcomeNotCovered, "schema: 39 of 40 (97.5 %) were covered, at least 100 % were asked for"},
		"answers":         {report.Floors{Answers: 6}, report.OutcomeNotCovered, "answers: 1 of 18 (5.5 %) were covered, at least 6 % were asked for"},
		"clauses":         {report.Floors{Clauses: 50}, report.OutcomeNotCovered, "clauses: 2 of "},
	} {
		run := sawAll(t, "/Links/Last")
		run.Floors = c.floors
		results := report.Judge(run)
		if results.Outcome != c.outcome || !strings.Contains(strings.Join(results.Shortfalls, "\n"), c.says) {
			t.Errorf("%s: %s, %q", name, results.Outcome, results.Shortfalls)
		}
		want := 0
		if c.says != "" {
			want = 1
			if text := summary(t, results, report.TerminalOptions{}); !strings.Contains(text, "Coverage too low\n  "+results.Shortfalls[0]) {
				t.Errorf("%s: not in\n%s", name, text)
			}
			_, cases := render(t, name, results)
			if last := cases[len(cases)-1]; last.Name != "as much must be covered as was asked for" || !strings.Contains(last.Text, c.says) {
				t.Errorf("%s: the last test case is %+v", name, last)
			}
		}
		if got := report.ExitStatus(results); got != want {
			t.Errorf("%s: exit status %d", name, got)
		}
	}
}

// A sandbox that was down is no proof of a gap.
func TestAnOutageGoesBeforeCoverage(t *testing.T) {
	run := runOf(spec("one", contract.AccList200), inconclusive(spec("two", contract.AccListStable), "status 503"))
	run.Floors = report.Floors{Clauses: 100}
	if results := report.Judge(run); results.Outcome != report.OutcomeInconclusive || len(results.Shortfalls) != 1 {
		t.Errorf("%s, %q", results.Outcome, results.Shortfalls)
	}
}

func TestFloorsAreRead(t *testing.T) {
	for text, want := range map[string]report.Floors{
		"": {}, "95": {Clauses: 95}, "answers=100,clauses=95.5,schema=0": {Answers: 100, Clauses: 95.5}, " schema=80 ": {Schema: 80},
	} {
		if got, err := report.ParseFloors(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"all": `clauses: expected a percentage from 0 to 100, got "all"`, "101": "from 0 to 100", "-1": "from 0 to 100", "NaN": "from 0 to 100",
		"schema=": "schema: expected", "lines=80": `expected answers, clauses or schema, each once, got "lines"`,
		"80,clauses=90": `each once, got "clauses"`, "schema=80,": `clauses: expected a percentage`,
	} {
		if got, err := report.ParseFloors(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestWhatSpecsSawIsJoined(t *testing.T) {
	run := runOf(spec("one", contract.AccList200), spec("two", contract.AccListStable))
	run.Results[0].Record.Seen = map[string][]string{"keys": {"kid b", "kid a"}}
	run.Results[1].Record.Seen = map[string][]string{"keys": {"kid a", "kid c\x1b[31m"}, "discovery": {"issuer = x"}}
	got := report.Judge(run).Seen
	if !slices.Equal(got["keys"], []string{"kid a", "kid b", `kid c\u{1b}[31m`}) || !slices.Equal(got["discovery"], []string{"issuer = x"}) {
		t.Errorf("%q", got)
	}
	if run.Results[0].Record.Seen["keys"][0] != "kid b" {
		t.Error("Judge has changed the run")
	}
}
