package report_test

import (
	"fmt"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
	"obconform/harness/report"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.FixedZone("", 3600))

// exchange is one that was held against the clauses.
func exchange(status int, clauses ...contract.ClauseID) evidence.Exchange {
	return evidence.Exchange{
		Operation: contract.ListAccounts, Method: "GET", URL: "https://bank.example/accounts",
		Started: noon, Duration: 1234567 * time.Nanosecond, Status: status, InteractionID: "c6a1b3c2-0000-4000-8000-000000000001",
		RequestHeaders: []evidence.HeaderLine{{Name: "Accept", Value: "application/json"}},
		ResponseBody:   `{"Data":{}}`, Exercised: clauses,
	}
}

// breach is a finding of the first exchange.
func breach(clause contract.ClauseID, level contract.Level) evidence.Finding {
	return evidence.Finding{Clause: clause, Level: level, Where: "header x-fapi-interaction-id",
		Expected: "exactly one", Actual: "none", Exchange: 0}
}

// spec is a spec of the accounts suite that passed on one exchange.
func spec(name string, clauses ...contract.ClauseID) report.SpecResult {
	return report.SpecResult{Suite: contract.Accounts, Section: "list", Name: name, Clauses: clauses,
		Labels: []string{"api:accounts"}, File: "accounts/list.go", Line: 10, State: report.StatePassed,
		Started: noon, Duration: 1500 * time.Millisecond,
		Record: evidence.Record{Exchanges: []evidence.Exchange{exchange(200, clauses...)}}}
}

func planned(s report.SpecResult) report.SpecResult {
	s.State, s.Reason, s.Failures, s.Record = report.StateNotRun, "", nil, evidence.Record{}
	s.Started, s.Duration = time.Time{}, 0
	return s
}

func with(s report.SpecResult, change func(*report.SpecResult)) report.SpecResult {
	change(&s)
	return s
}

func failed(s report.SpecResult, findings ...evidence.Finding) report.SpecResult {
	s.State = report.StateFailed
	s.Failures = []report.Failure{{State: report.StateFailed, Message: "what was found", Location: "accounts/list.go:12"}}
	s.Record.Findings = findings
	return s
}

func skipped(s report.SpecResult, reason string) report.SpecResult {
	s.State, s.Reason, s.Record = report.StateSkipped, reason, evidence.Record{NotExercised: reason}
	return s
}

func inconclusive(s report.SpecResult, reason string) report.SpecResult {
	s.State, s.Reason = report.StateInconclusive, reason
	s.Failures = []report.Failure{{State: report.StateInconclusive, Message: "inconclusive: " + reason}}
	x := exchange(503)
	x.Inconclusive = reason
	s.Record = evidence.Record{Inconclusive: reason, Exchanges: []evidence.Exchange{x}}
	return s
}

func errored(s report.SpecResult, message string) report.SpecResult {
	s.State = report.StateErrored
	s.Failures = []report.Failure{{State: report.StateErrored, Message: message}}
	s.Record = evidence.Record{}
	return s
}

// runOf is a run of the accounts suite that planned what it made.
func runOf(specs ...report.SpecResult) report.Run {
	run := report.Run{Tool: "1.2.3", Target: map[string]any{"target": map[string]any{"baseUrl": "https://bank.example"}},
		Start: noon, End: noon.Add(time.Minute), Seed: 7, Command: []string{"obconform", "run"},
		APIs: []contract.API{contract.Accounts}, Results: specs}
	for _, s := range specs {
		run.Planned = append(run.Planned, planned(s))
	}
	return run
}

func clauseOf(t *testing.T, results report.Results, id contract.ClauseID) report.ClauseResult {
	t.Helper()
	for _, clause := range results.Clauses {
		if clause.ID == id {
			return clause
		}
	}
	t.Fatalf("no result for clause %s", id)
	return report.ClauseResult{}
}

// everyKind is a run of each kind, by name: what the reports have to render.
func everyKind() map[string]report.Results {
	a, b := spec("A list must be complete", contract.AccList200), spec("A list must be stable", contract.AccListStable)
	hostile := "\x00\x1b[31mred\x1b[0m ]]> <b>&amp;\xff\xfe\u202etxt\u009b \r\n\ufffe"
	interrupted := runOf(a, with(b, func(s *report.SpecResult) {
		s.State = report.StateInterrupted
		s.Failures = []report.Failure{{State: report.StateInterrupted, Message: "interrupted by SIGTERM"}}
	}))
	interrupted.Interrupted = "SIGTERM"
	warned := runOf(a)
	warned.Warnings = []string{"c.json: tls.certificateFile: the client certificate ends " + hostile}
	interrupted.Planned = append(interrupted.Planned, planned(spec("A list must have pages", contract.AccListPages)))
	crashed := runOf(a)
	crashed.Planned = append(crashed.Planned, planned(b))
	crashed.Trouble = []report.Trouble{{Suite: contract.Accounts, What: "the worker crashed: exit status 2", Detail: "panic: " + hostile}}
	habit := contract.Habits()[0]
	habitual := breach(habit.Clauses[0], contract.Doc)
	habitual.Habit = habit.ID
	profiled := runOf(a, with(b, func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{habitual} }))
	profiled.Profile = profile.Observed
	setup := runOf(a, b)
	setup.Results = nil
	setup.Trouble = []report.Trouble{{Suite: contract.Accounts, What: "the set-up failed: no such key"}}
	bare := runOf(with(a, func(s *report.SpecResult) {
		s.Record.Seen = map[string][]string{"accounts/OBReadAccount4": {"/Data"}, "keys": {"kid " + hostile}}
	}), b)
	bare.Floors = report.Floors{Schema: 90, Clauses: 90}
	kinds := map[string]report.Run{
		"not covered": bare,
		"passed":      runOf(a, b),
		"failed":      runOf(a, failed(b, breach(contract.ComFapiPresent, contract.Doc), breach(contract.AccListStable, contract.Std))),
		"warned": runOf(a, with(b, func(s *report.SpecResult) {
			s.Record.Findings = []evidence.Finding{breach(contract.ComMeta, contract.Adv)}
		})),
		"profiled":       profiled,
		"inconclusive":   runOf(a, inconclusive(b, "status 503")),
		"skipped":        runOf(a, skipped(b, "consents.way is none")),
		"all skipped":    runOf(skipped(a, "consents.way is none"), skipped(b, "consents.way is none")),
		"nothing":        {Tool: "1.2.3", Start: noon, End: noon},
		"panic":          runOf(a, errored(b, "Test Panicked: runtime error: index out of range")),
		"assertion":      runOf(a, failed(b)),
		"setup failed":   setup,
		"worker crashed": crashed,
		"interrupted":    interrupted,
		"with a warning": warned,
		"hostile": runOf(a, failed(with(spec("A list must be safe", contract.AccListStable), func(s *report.SpecResult) {
			s.Name += hostile
			s.Record.Exchanges[0].URL, s.Record.Exchanges[0].InteractionID = "https://bank.example/"+hostile, hostile
			s.Record.Exchanges[0].ResponseBody, s.Record.Notes = hostile, []string{hostile}
		}), evidence.Finding{Clause: contract.AccListStable, Level: contract.Std, Where: hostile, Expected: hostile, Actual: hostile},
			evidence.Finding{Clause: "NO-SUCH-" + contract.ClauseID(hostile), Where: hostile, Expected: hostile, Actual: hostile}),
			skipped(with(b, func(s *report.SpecResult) { s.Name = hostile }), hostile), errored(with(b, func(s *report.SpecResult) { s.Name = "" }), hostile)),
	}
	kinds["waived"], kinds["expired"], kinds["baseline"] = acceptingRuns()
	results := map[string]report.Results{"placeholder": report.Placeholder(kinds["failed"])}
	for name, run := range kinds {
		results[name] = report.Judge(run)
	}
	return results
}

// hugeRun fails everywhere: 700 specs, 10,000 exchanges, with every text as
// long as a server likes it.
func hugeRun(text string) report.Run {
	var specs []report.SpecResult
	clauses := contract.Clauses()
	for i := range 700 {
		s := spec(fmt.Sprintf("A list must be complete, case %d", i), contract.AccList200)
		s.Suite = contract.APIs()[i%len(contract.APIs())]
		x := exchange(200, contract.AccList200, contract.ComBody, contract.ComJSON)
		x.ResponseBody, x.RequestBody = text, text
		s.Record.Exchanges = nil
		for range 15 {
			s.Record.Exchanges = append(s.Record.Exchanges, x)
		}
		s = failed(s)
		for j := range 40 {
			f := breach(clauses[(i+j)%len(clauses)].ID, contract.Doc)
			f.Exchange, f.Where, f.Expected, f.Actual = j%15, fmt.Sprintf("/Data/A%d/B%d", i, j), "something else", text
			s.Record.Findings = append(s.Record.Findings, f)
		}
		specs = append(specs, s)
	}
	run := runOf(specs...)
	run.APIs = nil
	return run
}
