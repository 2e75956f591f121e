package gate_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/gate"
	"obconform/harness/report"
	"obconform/harness/report/evidencefile"
	"obconform/harness/report/har"
	"obconform/harness/report/junitcheck"
	"obconform/harness/report/markdown"
	"obconform/harness/report/page"
	"obconform/harness/traffic"
	"obconform/harness/waiver"
)

const base = "https://bank.example/open-banking/v3.1/aisp"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// refused is a right refusal of an account, seen as it went by.
func refused(change ...func(*traffic.Exchange)) traffic.Exchange {
	id := "c6a1b3c2-0000-4000-8000-000000000001"
	address, _ := url.Parse(base + "/accounts/a1")
	x := traffic.Exchange{Started: noon, Ended: noon.Add(20 * time.Millisecond),
		Request: traffic.Request{Method: "GET", URL: address, Header: http.Header{"Authorization": {"Bearer the-token-of-the-client"}, "X-Fapi-Interaction-Id": {id}}},
		Response: &traffic.Response{Status: 403, Header: http.Header{"Content-Type": {"application/json"}, "X-Fapi-Interaction-Id": {id}},
			Body: traffic.Body{Bytes: []byte(`{"Code":"403 Forbidden","Message":"no","Errors":[{"ErrorCode":"UK.OBIE.Resource.ConsentMismatch","Message":"no"}]}`)}}}
	for _, one := range change {
		one(&x)
	}
	return x
}

func otherID(x *traffic.Exchange) {
	x.Response.Header.Set(contract.HeaderInteractionID, "c6a1b3c2-0000-4000-8000-000000000002")
}

// watcher finds what it is told to.
type watcher struct{ result, end conduct.Result }

func (w watcher) Observe(traffic.Exchange, traffic.Route) conduct.Result { return w.result }
func (w watcher) End(time.Time) conduct.Result                           { return w.end }

func newJudge(t *testing.T, options gate.Options) *gate.Judge {
	t.Helper()
	options.Run.Start = noon
	judge, err := gate.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return judge
}

func clauseOf(t *testing.T, results report.Results, id contract.ClauseID) report.ClauseResult {
	t.Helper()
	for _, clause := range results.Clauses {
		if clause.ID == id {
			return clause
		}
	}
	t.Fatalf("no clause %s", id)
	return report.ClauseResult{}
}

func TestRightTrafficPasses(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Bank})
	judged := judge.Add(refused())
	if judged.Route != (traffic.Route{Operation: contract.GetAccount, Resource: "a1"}) || len(judged.Findings) > 0 || judged.Inconclusive != "" {
		t.Errorf("got %+v", judged)
	}
	results := judge.Results(noon)
	if results.Outcome != report.OutcomePassed || report.ExitStatus(results) != 0 {
		t.Errorf("got %s: %s", results.Outcome, results.Meaning())
	}
	if clause := clauseOf(t, results, contract.ComFapiEcho); clause.Verdict != report.Passed || clause.Exchanges != 1 {
		t.Errorf("got %+v", clause)
	}
	if results.Traffic.Exchanges != 1 || results.Exchanges != 1 || len(results.Timings) != 1 || results.Timings[0].Max != 20*time.Millisecond {
		t.Errorf("got %+v, %+v", results.Traffic, results.Timings)
	}
}

// A breach is counted as often as it was found, and kept a few times.
func TestBreachesAreCountedExactly(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Bank})
	const times = 300
	for i := range times {
		judge.Add(refused(otherID, func(x *traffic.Exchange) {
			// Each expects another id: no two findings have the same words.
			x.Request.Header.Set(contract.HeaderInteractionID, fmt.Sprintf("c6a1b3c2-0000-4000-9000-%012d", i))
		}))
	}
	judge.Add(refused())
	results := judge.Results(noon)
	clause := clauseOf(t, results, contract.ComFapiEcho)
	count := 0
	for _, group := range clause.Findings {
		count += group.Count
	}
	if clause.Verdict != report.Failed || clause.Exchanges != times+1 || count != times || results.Totals.Findings != times {
		t.Errorf("got %s, %d exchanges, %d findings, %d in all", clause.Verdict, clause.Exchanges, count, results.Totals.Findings)
	}
	if results.Meaning() != "the bank breaches at least one clause" || report.ExitStatus(results) != 1 {
		t.Errorf("got %q", results.Meaning())
	}
	kept := 0
	for _, spec := range results.Specs {
		kept += len(spec.Record.Exchanges)
	}
	if kept == 0 || kept > 10 || len(clause.Findings) > 30 {
		t.Errorf("%d exchanges are kept, and %d kinds", kept, len(clause.Findings))
	}
}

// Every report can be written of traffic, and the results read back.
func TestReportsOfTraffic(t *testing.T) {
	t.Parallel()
	client := conduct.Result{Exercised: []contract.ClauseID{contract.ClientClauses()[0].ID},
		Findings: []evidence.Finding{{Clause: contract.ClientClauses()[0].ID, Level: contract.Doc, Where: "header Authorization", Expected: "a", Actual: "the-token-of-the-client", Exchange: -1}}}
	for _, sides := range []gate.Sides{gate.Bank, gate.Client, gate.Both} {
		judge := newJudge(t, gate.Options{Sides: sides, Observer: watcher{result: client, end: client}, Sources: []string{"a.har"},
			Require: []string{"getaccount", "DeleteAccountAccessConsent"}})
		judge.Add(refused(otherID))
		judge.Add(refused(func(x *traffic.Exchange) { x.Request.URL.Host, x.Request.URL.Path = "elsewhere.example", "/" }))
		judge.Lose(3)
		results := judge.Results(noon.Add(time.Second))
		written := map[string][]byte{}
		for name, render := range map[string]func(report.Results) ([]byte, error){
			"junit": report.JUnit, "json": report.ResultsJSON, "page": page.Render, "har": har.Render, "markdown": markdown.Render} {
			data, err := render(results)
			if err != nil {
				t.Fatalf("%s, %s: %v", sides, name, err)
			}
			written[name] = data
		}
		files, err := evidencefile.Render(results)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d evidence files, %v", sides, len(files), err)
		}
		for _, file := range files {
			written[file.Name] = file.Data
		}
		if answers := bytes.Contains(written["page"], []byte("Documented answers")); answers == (sides == gate.Client) {
			t.Errorf("%s: the page has documented answers: %t", sides, answers)
		}
		if bytes.Contains(written["page"], []byte("No suite")) || bytes.Contains(written["page"], []byte("unknown target")) {
			t.Errorf("%s: the page does not know what traffic is", sides)
		}
		for name, data := range written {
			if bytes.Contains(data, []byte("the-token-of-the-client")) {
				t.Errorf("%s, %s: shows a token", sides, name)
			}
		}
		if bytes.Contains(written["junit"], []byte(`"seed"`)) || !bytes.Contains(written["junit"], []byte(`name="subject" value="`)) {
			t.Errorf("%s: the JUnit file does not know what traffic is", sides)
		}
		cases, err := junitcheck.Check(written["junit"])
		if err != nil {
			t.Errorf("%s: %v", sides, err)
		}
		if n := len(results.Specs); len(cases) < n {
			t.Errorf("%s: %d test cases for %d specs", sides, len(cases), n)
		}
		again, err := report.ReadResults(written["json"])
		if err != nil {
			t.Fatalf("%s: results.json cannot be read back: %v", sides, err)
		}
		for _, r := range []report.Results{results, again} {
			checkTraffic(t, sides, r)
		}
	}
}

func checkTraffic(t *testing.T, sides gate.Sides, results report.Results) {
	t.Helper()
	var summary strings.Builder
	if err := report.Terminal(&summary, results, report.TerminalOptions{}); err != nil {
		t.Fatal(err)
	}
	who := map[gate.Sides]string{gate.Bank: "the bank breaches", gate.Client: "the client breaches", gate.Both: "the bank and the client each breach"}[sides]
	for _, part := range []string{who, "5 exchanges of a.har", "elsewhere.example 1", "3 exchanges, because judging fell behind",
		"the client never deleted its consent: no DeleteAccountAccessConsent went by", "the client never read an account with success"} {
		if !strings.Contains(strings.Join(strings.Fields(summary.String()), " "), part) {
			t.Errorf("%s: the summary does not say %q:\n%s", sides, part, summary.String())
		}
	}
	if sides != gate.Bank && clauseOf(t, results, contract.ClientClauses()[0].ID).Verdict != report.Failed {
		t.Errorf("%s: the client's clause did not fail", sides)
	}
	if sides == gate.Client && strings.Contains(summary.String(), "documented answers") {
		t.Errorf("documented answers are counted of a client")
	}
	if strings.Contains(summary.String(), "seed") {
		t.Errorf("%s: traffic has a seed", sides)
	}
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Bank, Require: []string{"DeleteAccountAccessConsent", "COM-STATUS"}})
	judge.Add(refused())
	results := judge.Results(noon)
	if report.ExitStatus(results) != 1 || results.Meaning() != "no clause failed, but not all that had to be exercised was: DeleteAccountAccessConsent" {
		t.Errorf("got %d: %s", report.ExitStatus(results), results.Meaning())
	}
	judge = newJudge(t, gate.Options{Sides: gate.Bank, Require: []string{"GetAccount", "COM-STATUS"}})
	judge.Add(refused(func(x *traffic.Exchange) { x.Response, x.Origin = nil, "a.har, entry 1" }))
	judge.Add(refused())
	if results := judge.Results(noon); report.ExitStatus(results) != 0 {
		t.Errorf("got %d: %s", report.ExitStatus(results), results.Meaning())
	}
	for _, wrong := range []string{"", "NO-SUCH", "AAC-400-TRANSACTIONS"} {
		if _, err := gate.New(gate.Options{Require: []string{wrong}}); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// Where the bank never answered, nothing is said of it, and its client's right
// requests make no pass; one answer of its own does, and so does a recording that
// has none.
func TestABankThatNeverAnswers(t *testing.T) {
	t.Parallel()
	unreachable := refused(func(x *traffic.Exchange) {
		x.Response, x.Err = nil, "connection refused"
		x.Request.Header.Set("Authorization", "Bearer a-token")
	})
	gateway := refused(func(x *traffic.Exchange) {
		x.Response.Status = http.StatusBadGateway
		x.Request.Header.Set("Authorization", "Bearer a-token")
	})
	for name, one := range map[string]struct {
		sides     gate.Sides
		exchanges []traffic.Exchange
		undecided bool
	}{
		"nobody, and a gateway": {gate.Both, []traffic.Exchange{unreachable, gateway}, true},
		"an answer of its own":  {gate.Both, []traffic.Exchange{unreachable, refused()}, false},
		"the client alone":      {gate.Client, []traffic.Exchange{unreachable}, false},
		"answers left out": {gate.Both, []traffic.Exchange{gateway, refused(func(x *traffic.Exchange) {
			x.Response, x.Origin = nil, "a.har, entry 1"
			x.Request.Header.Set("Authorization", "Bearer a-token")
		})}, false},
	} {
		judge := newJudge(t, gate.Options{Sides: one.sides})
		for _, x := range one.exchanges {
			judge.Add(x)
		}
		results := judge.Results(noon)
		said := slices.ContainsFunc(results.Trouble, func(trouble report.Trouble) bool { return strings.Contains(trouble.What, "the bank answered none of") })
		if said != one.undecided || one.undecided && report.ExitStatus(results) != report.ExitInconclusive {
			t.Errorf("%s: got %d: %s, %v", name, report.ExitStatus(results), results.Meaning(), results.Trouble)
		}
	}
}

func TestNothingExercised(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{})
	judge.Add(refused(func(x *traffic.Exchange) { x.Request.URL.Path = "/other" }))
	if results := judge.Results(noon); report.ExitStatus(results) != report.ExitInconclusive || results.Outcome != report.OutcomeNothingExercised {
		t.Errorf("got %s", results.Outcome)
	}
}

// What comes of traffic does not depend on how many work at it.
func TestAddAllIsAdd(t *testing.T) {
	t.Parallel()
	var all []traffic.Exchange
	for i := range 100 {
		x := refused(func(x *traffic.Exchange) { x.Ended = x.Started.Add(time.Duration(i) * time.Millisecond) })
		if i%3 == 0 {
			otherID(&x)
		}
		all = append(all, x)
	}
	one, many := newJudge(t, gate.Options{}), newJudge(t, gate.Options{})
	for _, x := range all {
		one.Add(x)
	}
	many.AddAll(all[:70], 4)
	many.AddAll(all[70:], 3)
	want, err := report.ResultsJSON(one.Results(noon))
	if err != nil {
		t.Fatal(err)
	}
	got, err := report.ResultsJSON(many.Results(noon))
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("the results differ (%v)", err)
	}
}

// A redactor that has met many secrets forgets those of old, and none that is in
// use: of the exchange that is kept least of all.
func TestSecretsInUseAreNotForgotten(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Bank})
	route := traffic.Route{Operation: contract.GetAccount}
	with := func(token string) traffic.Exchange {
		return refused(func(x *traffic.Exchange) {
			x.Request.Header.Set("Authorization", "Bearer "+token)
			x.Response.Body.Bytes = []byte(`{"Message":"` + token + ` and the-first-token"}`)
		})
	}
	judge.Redacted(with("the-first-token"), route)
	for i := range 5000 {
		token := fmt.Sprintf("token-number-%d", i)
		for _, token := range []string{token, "the-first-token"} {
			if got := judge.Redacted(with(token), route); strings.Contains(string(got.Response.Body.Bytes), token) || strings.Contains(string(got.Response.Body.Bytes), "first") {
				t.Fatalf("after %d: %s", i, got.Response.Body.Bytes)
			}
		}
	}
}

// What only the end shows is not asked for where the end was not seen.
func TestWithoutAnEndNothingIsMissing(t *testing.T) {
	t.Parallel()
	left := conduct.Result{Findings: []evidence.Finding{{Clause: contract.ClientClauses()[0].ID, Level: contract.Doc, Where: "at the end", Expected: "a", Actual: "b", Exchange: -1}}}
	for name, c := range map[string]struct {
		before func(*gate.Judge)
		status int
	}{
		"an end":          {func(*gate.Judge) {}, report.ExitFailed},
		"damage":          {func(j *gate.Judge) { j.Damage("a.har: is damaged at byte 7") }, report.ExitDamaged},
		"an interruption": {func(j *gate.Judge) { j.Interrupt("interrupted by a signal") }, report.ExitInterrupted},
		"a gap":           {func(j *gate.Judge) { j.Lose(1) }, report.ExitInconclusive},
	} {
		judge := newJudge(t, gate.Options{Sides: gate.Client, Observer: watcher{end: left}})
		judge.Add(refused())
		c.before(judge)
		for range 2 { // an end is no end: there may be another
			results := judge.Results(noon)
			if got := report.ExitStatus(results); got != c.status || (results.Totals.Findings == 1) != (name == "an end") {
				t.Errorf("%s: exit status %d, %d findings: %s", name, got, results.Totals.Findings, results.Meaning())
			}
		}
	}
}

// Waivers and a baseline accept what is counted as they accept what is kept.
func TestWhatIsAcceptedIsCounted(t *testing.T) {
	t.Parallel()
	add := func(judge *gate.Judge) *gate.Judge {
		for range 40 {
			judge.Add(refused(otherID))
		}
		return judge
	}
	run := add(newJudge(t, gate.Options{Sides: gate.Bank})).Run(noon)
	known, _, ok := report.NextBaseline(run, report.Judge(run))
	if !ok || len(known.Entries()) != 1 {
		t.Fatalf("a baseline of %v", known.Entries())
	}
	held := add(newJudge(t, gate.Options{Sides: gate.Bank, Run: report.Run{Baseline: &known}})).Results(noon)
	if report.ExitStatus(held) != 0 || held.Baseline.Findings != 40 {
		t.Errorf("with its baseline: %s, %+v", held.Meaning(), held.Baseline)
	}
	waivers := waiver.List{{Clause: contract.ComFapiEcho, Reason: "known", Ticket: "OB-1", Expires: noon.AddDate(0, 1, 0).Format(time.DateOnly)}}
	waived := add(newJudge(t, gate.Options{Sides: gate.Bank, Run: report.Run{Waivers: waivers}})).Results(noon)
	if report.ExitStatus(waived) != 0 || waived.Waivers[0].Findings != 40 || clauseOf(t, waived, contract.ComFapiEcho).Verdict != report.Waived {
		t.Errorf("with a waiver: %s, %+v", waived.Meaning(), waived.Waivers)
	}
	if strict := add(newJudge(t, gate.Options{Sides: gate.Bank, Run: report.Run{FailOn: []contract.Level{contract.Doc}}})).Results(noon); report.ExitStatus(strict) != 0 {
		t.Errorf("where only doc fails: %s", strict.Meaning())
	}
}
