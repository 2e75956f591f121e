// Package specimen makes up runs of every kind, for the tests of what shows
// results: judged like real ones, with texts as a hostile bank would send them,
// or as large as a run gets. No product code imports it.
package specimen

import (
	"fmt"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/waiver"
)

// Start is when every one of the runs began.
func Start() time.Time { return time.Date(2026, 1, 2, 11, 0, 0, 0, time.UTC) }

// exchange is one that answered with the status, held against the clauses.
func exchange(operation contract.OperationID, status int, clauses ...contract.ClauseID) evidence.Exchange {
	op, _ := contract.Lookup(operation)
	return evidence.Exchange{
		Operation: operation, Method: op.Method, URL: "https://bank.example/open-banking" + op.Path, Started: Start(),
		Duration: 1234567 * time.Nanosecond, Status: status, InteractionID: "c6a1b3c2-0000-4000-8000-000000000001",
		RequestHeaders:  []evidence.HeaderLine{{Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer [access token]"}},
		ResponseHeaders: []evidence.HeaderLine{{Name: "Content-Type", Value: "application/json"}},
		ResponseBody:    `{"Data":{"Account":[]}}`, Exercised: clauses,
	}
}

func spec(api contract.API, name string, clauses ...contract.ClauseID) report.SpecResult {
	return report.SpecResult{Suite: api, Section: "list", Name: name, Clauses: clauses,
		Labels: []string{"api:" + string(api), "legacy:OB-301-ACC-100000"}, File: "accounts/list.go", Line: 10,
		State: report.StatePassed, Started: Start(), Duration: 1500 * time.Millisecond,
		Record: evidence.Record{Exchanges: []evidence.Exchange{exchange(contract.ListAccounts, 200, clauses...)}}}
}

func run(specs ...report.SpecResult) report.Run {
	r := report.Run{Tool: "1.2.3", Start: Start(), End: Start().Add(time.Minute), Seed: 7, Command: []string{"obconform", "run", "--seed", "7"},
		Target:  map[string]any{"target": map[string]any{"name": "Example Bank", "baseUrl": "https://bank.example/open-banking"}},
		Results: specs, Budgets: report.Budgets{P95: time.Millisecond}}
	for _, s := range specs {
		s.State, s.Record, s.Failures, s.Reason = report.StateNotRun, evidence.Record{}, nil, ""
		s.Started, s.Duration = time.Time{}, 0
		r.Planned = append(r.Planned, s)
	}
	return r
}

func breach(s report.SpecResult, clause contract.ClauseID, level contract.Level) report.SpecResult {
	s.State = report.StateFailed
	s.Failures = append(s.Failures, report.Failure{State: report.StateFailed, Message: "what was found", Location: "accounts/list.go:12"})
	s.Record.Findings = append(s.Record.Findings, evidence.Finding{Clause: clause, Level: level, Where: "/Data/Account/0/AccountType",
		Expected: "a string", Actual: "a number", Exchange: 0})
	return s
}

// Kinds are runs of every kind, by name.
func Kinds() map[string]report.Results {
	pass := spec(contract.Accounts, "A list must be complete", contract.AccList200)
	warn := breach(spec(contract.Accounts, "A list should have links", contract.AccList200), contract.ComMeta, contract.Adv)
	warn.State, warn.Failures = report.StatePassed, nil
	fail := breach(breach(spec(contract.Accounts, "A list must be stable", contract.AccListStable), contract.ComFapiPresent, contract.Doc),
		contract.AccListStable, contract.Std)
	skip := spec(contract.Accounts, "A list must have pages", contract.AccListPages)
	skip.State, skip.Reason, skip.Record = report.StateSkipped, "consents.way is none", evidence.Record{NotExercised: "consents.way is none"}
	cloud := spec(contract.ConfirmationOfFunds, "Funds must be confirmed", contract.CofFunds201)
	cloud.State, cloud.Reason = report.StateInconclusive, "status 503"
	cloud.Record = evidence.Record{Inconclusive: "status 503", Exchanges: []evidence.Exchange{exchange(contract.CreateFundsConfirmation, 503)}}
	cloud.Record.Exchanges[0].Inconclusive = "status 503"
	panics := spec(contract.Accounts, "A list must not panic", contract.AccList200)
	panics.State, panics.Failures = report.StateErrored, []report.Failure{{State: report.StateErrored, Message: "Test Panicked: index out of range"}}
	asserts := spec(contract.Accounts, "A list must be asserted", contract.AccList200)
	asserts.State, asserts.Failures = report.StateFailed, []report.Failure{{State: report.StateFailed, Message: "expected one account, got none"}}
	interrupted := run(pass, fail)
	interrupted.Interrupted, interrupted.Results = "SIGTERM", interrupted.Results[:1]
	crashed := run(pass, fail)
	crashed.Results = crashed.Results[:1]
	crashed.Trouble = []report.Trouble{{Suite: contract.Accounts, What: "the worker crashed: exit status 2", Detail: "goroutine 1 [running]"}}
	accepted := run(pass, fail)
	accepted.Waivers = waiver.List{
		{Clause: contract.ComFapiPresent, Reason: "mended in March", Ticket: "BANK-1", Expires: "2026-03-01"},
		{Clause: contract.AccListPages, Reason: "not met", Ticket: "BANK-2", Expires: "2026-03-01"},
		{Clause: contract.AccListStable, Reason: "forgotten", Ticket: "BANK-3", Expires: "2025-12-31"}}
	bare := run(pass)
	bare.Floors = report.Floors{Answers: 100}
	part, empty := run(pass), run()
	part.Shards = &report.Shards{Count: 4, Present: []int{2}, Cut: "0123456789abcdef", Specs: 1, Of: 3}
	empty.Shards = &report.Shards{Count: 4, Present: []int{4}, Cut: "0123456789abcdef", Of: 3}
	accepted.Warnings = []string{"the client certificate ends on 2026-01-20"}
	return map[string]report.Results{
		"accepted": report.Judge(accepted), "not covered": report.Judge(bare),
		"passed": report.Judge(run(pass)), "failed": report.Judge(run(pass, fail, warn, skip)), "warned": report.Judge(run(pass, warn)),
		"inconclusive": report.Judge(run(pass, cloud)), "skipped": report.Judge(run(skip)), "nothing": report.Judge(report.Run{Tool: "1.2.3"}),
		"errored": report.Judge(run(panics)), "asserted": report.Judge(run(asserts)), "interrupted": report.Judge(interrupted),
		"crashed": report.Judge(crashed), "placeholder": report.Placeholder(run(pass, fail)),
		"shard": report.Judge(part), "empty shard": report.Judge(empty), "missing shards": mergedOf(report.Judge(part), report.Judge(empty)),
		"hostile": Hostile(`</script><script>document.title="owned"</script>`),
	}
}

// mergedOf merges shards of one run, which it can.
func mergedOf(shards ...report.Results) report.Results {
	merged, err := report.Merge(shards, report.Floors{})
	if err != nil {
		panic("specimen: " + err.Error())
	}
	return merged
}

// Hostile is a run in which every text that anybody but us had a hand in is the
// given one.
func Hostile(text string) report.Results {
	s := breach(spec(contract.Accounts, "A list must be safe: "+text, contract.AccListStable), contract.AccListStable, contract.Std)
	s.Section, s.File, s.Labels = text, text, []string{"api:accounts", "legacy:" + text}
	x := &s.Record.Exchanges[0]
	x.Method, x.URL, x.InteractionID, x.RequestBody, x.ResponseBody = text, "https://bank.example/open-banking/"+text, text, text, text
	x.RequestHeaders = []evidence.HeaderLine{{Name: text, Value: text}}
	x.ResponseHeaders = x.RequestHeaders
	s.Record.Notes = []string{text}
	f := &s.Record.Findings[0]
	f.Where, f.Expected, f.Actual = text, text, text
	asserts := spec(contract.Accounts, text, contract.AccList200)
	asserts.State, asserts.Failures = report.StateFailed, []report.Failure{{State: report.StateFailed, Message: text, Location: text}}
	asserts.Record.Exchanges = s.Record.Exchanges
	skip := spec(contract.Accounts, text+" (skipped)", contract.AccListPages)
	skip.State, skip.Reason, skip.Record = report.StateSkipped, text, evidence.Record{NotExercised: text}
	cloud := spec(contract.API(text), text+" (gone)", contract.AccListBasic)
	cloud.State, cloud.Reason, cloud.Record.Inconclusive = report.StateInconclusive, text, text
	cloud.Record.Exchanges[0].Inconclusive, cloud.Record.Exchanges[0].Status = text, 599
	asserts.Section, skip.Section, cloud.Section = text, text, text
	r := run(s, asserts, skip, cloud)
	r.Warnings = []string{text}
	r.Waivers = waiver.List{{Clause: contract.AccListPages, Reason: text, Ticket: text, Expires: text}}
	r.Trouble = []report.Trouble{{Suite: contract.API(text), What: text, Detail: text}}
	r.Interrupted, r.Tool, r.Command, r.Warnings = text, text, []string{text}, []string{text}
	r.Target = map[string]any{"target": map[string]any{"name": text, "baseUrl": text, text: text}}
	return report.Judge(r)
}

// HostileTexts are what a bank might send to whoever reads a report of it, by
// what they are, and a harmless one to compare with.
func HostileTexts() map[string]string {
	return map[string]string{
		"harmless":              "harmless",
		"a script":              `</script><script>window.owned = 1; document.title = 'owned'</script>`,
		"an image":              `"><img src=x onerror="window.owned = 1">`,
		"an attribute":          `' onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1`,
		"a drawing":             `<svg onload="window.owned = 1"><animate onbegin="window.owned = 1" attributeName=x dur=1s></svg>`,
		"a frame":               `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe>`,
		"a form":                `<form action=https://bank.example><input name=q></form>`,
		"the end of a style":    `</style><style>body { display: none }</style>`,
		"another base":          `<base href="https://bank.example/"><meta http-equiv=refresh content="0;url=https://bank.example/">`,
		"a script address":      `javascript:window.owned=1`,
		"an open comment":       `<!-- <![CDATA[ `,
		"a template":            `{{define "x"}}{{.}}{{end}} ${window.owned = 1}`,
		"an escape sequence":    "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x00",
		"reversed text":         "\u202egnp.exe\u202c \u2066isolated\u200f",
		"a line of its own":     "first\r\n\r\n<script>window.owned = 1</script>\u2028\u2029",
		"a very long word":      strings.Repeat("A", 5000),
		"a pile of accents":     "Z" + strings.Repeat("\u0301", 400),
		"broken UTF-8":          "\xff\xfe\xc0\xaf<script>",
		"the end of an element": `</pre></details></article></main></body></html><script>window.owned = 1</script>`,
	}
}

// Large is a run with that many exchanges, three to a spec, of which every
// seventh spec fails with evidence of some size.
func Large(exchanges int) report.Results {
	clauses, operations := contract.Clauses(), contract.Operations()
	var specs []report.SpecResult
	for i := range exchanges / 3 {
		clause := clauses[i%len(clauses)]
		api := clause.API
		if api == contract.Common {
			api = contract.Accounts
		}
		s := spec(api, fmt.Sprintf("The bank must keep %s in the case of number %d", clause.ID, i), clause.ID)
		s.Section = fmt.Sprintf("section-%d", i%12)
		s.Record.Exchanges = nil
		for j := range 3 {
			x := exchange(operations[(i+j)%len(operations)].ID, operations[(i+j)%len(operations)].Success(), clause.ID, contract.ComJSON)
			x.InteractionID = fmt.Sprintf("c6a1b3c2-0000-4000-8000-%06d%06d", i, j)
			x.Duration = time.Duration(200+i*7%4000) * time.Microsecond
			s.Record.Exchanges = append(s.Record.Exchanges, x)
		}
		if i%7 == 0 {
			s = breach(s, clause.ID, clause.Level)
			s.Record.Findings[0].Where = fmt.Sprintf("/Data/Account/%d/AccountType", i)
		}
		specs = append(specs, s)
	}
	return report.Judge(run(specs...))
}
