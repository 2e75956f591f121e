package report_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// took is one answered exchange per time.
func took(operation contract.OperationID, times ...time.Duration) []evidence.Exchange {
	var exchanges []evidence.Exchange
	for _, d := range times {
		x := exchange(200, contract.AccList200)
		x.Operation, x.Duration = operation, d
		exchanges = append(exchanges, x)
	}
	return exchanges
}

func timed(exchanges ...evidence.Exchange) report.SpecResult {
	s := spec("A list must be complete", contract.AccList200)
	s.Record.Exchanges = exchanges
	return s
}

// milliseconds are the times 1 ms to n ms, in no order.
func milliseconds(n int) []time.Duration {
	times := make([]time.Duration, n)
	for i, at := range rand.Perm(n) {
		times[at] = time.Duration(i+1) * time.Millisecond
	}
	return times
}

func TestPercentilesAreByNearestRank(t *testing.T) {
	for _, c := range []struct{ n, p50, p95 int }{
		{1, 1, 1}, {2, 1, 2}, {3, 2, 3}, {10, 5, 10}, {19, 10, 19}, {20, 10, 19}, {21, 11, 20}, {100, 50, 95}, {101, 51, 96}, {1000, 500, 950},
	} {
		got := report.Judge(runOf(timed(took(contract.ListAccounts, milliseconds(c.n)...)...))).Timings
		want := []report.Timing{{Operation: contract.ListAccounts, Count: c.n, P50: time.Duration(c.p50) * time.Millisecond,
			P95: time.Duration(c.p95) * time.Millisecond, Max: time.Duration(c.n) * time.Millisecond}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d times: %+v, expected %+v", c.n, got, want)
		}
	}
}

func TestOnlyAnswersOfTheAPIAreTimed(t *testing.T) {
	none, gateway, burst := exchange(0), exchange(503), exchange(429)
	burst.Duration, burst.Burst = time.Minute, true
	none.Duration, gateway.Duration, gateway.Inconclusive = time.Hour, time.Minute, "status 503"
	got := report.Judge(runOf(timed(append(took(contract.ListAccounts, time.Second), none, gateway, burst)...))).Timings
	if len(got) != 1 || got[0].Count != 1 || got[0].Max != time.Second {
		t.Errorf("%+v", got)
	}
	if got := report.Judge(runOf(timed(none))).Timings; got == nil || len(got) != 0 {
		t.Errorf("an operation that never answered is timed: %+v", got)
	}
}

func TestTimingsComeInTheContractsOrder(t *testing.T) {
	var specs []report.SpecVerdict
	for _, operation := range []contract.OperationID{contract.RequestToken, contract.GetAccount, contract.GetDiscovery} {
		specs = append(specs, report.SpecVerdict{SpecResult: timed(took(operation, 1999*time.Nanosecond)...)})
	}
	var got []contract.OperationID
	for _, timing := range report.Timings(specs, report.Budgets{}) {
		got = append(got, timing.Operation)
		if timing.Max != time.Microsecond {
			t.Errorf("%s is not in whole microseconds: %s", timing.Operation, timing.Max)
		}
	}
	want := []contract.OperationID{contract.GetDiscovery, contract.GetAccount, contract.RequestToken}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}

func TestBudgets(t *testing.T) {
	budgets := report.Budgets{P95: 10 * time.Millisecond,
		Operations: map[contract.OperationID]time.Duration{contract.GetAccount: time.Second, contract.GetClient: 0}}
	for _, c := range []struct {
		operation contract.OperationID
		p95       time.Duration
		budget    time.Duration
		over      bool
	}{
		{contract.ListAccounts, 10 * time.Millisecond, 10 * time.Millisecond, false},
		{contract.ListAccounts, 10*time.Millisecond + time.Microsecond, 10 * time.Millisecond, true},
		{contract.GetAccount, 11 * time.Millisecond, time.Second, false},
		{contract.GetAccount, 2 * time.Second, time.Second, true},
		{contract.GetClient, time.Hour, 0, false},
	} {
		run := runOf(timed(took(c.operation, c.p95)...))
		run.Budgets = budgets
		results := report.Judge(run)
		got := results.Timings[0]
		if got.Budget != c.budget || got.Over() != c.over {
			t.Errorf("%s in %s: budget %s, over %t", c.operation, c.p95, got.Budget, got.Over())
		}
		if results.Outcome != report.OutcomePassed || results.Totals.Clauses[report.Warned] != 0 {
			t.Errorf("a budget has changed the verdict: %s, %v", results.Outcome, results.Totals.Clauses)
		}
	}
}

func TestTimingsAreShown(t *testing.T) {
	run := runOf(timed(append(took(contract.ListAccounts, 1500*time.Microsecond, 250*time.Millisecond), took(contract.GetAccount, 12345*time.Microsecond)...)...))
	run.Budgets.P95 = 100 * time.Millisecond
	results := report.Judge(run)
	text := summary(t, results, report.TerminalOptions{})
	for _, want := range []string{
		"time to answer                    answers         p50         p95         max\n",
		"ListAccounts                            2     1.50 ms      250 ms      250 ms  over its budget, p95 100 ms\n",
		"GetAccount                              1     12.3 ms     12.3 ms     12.3 ms\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	_, document := resultsJSON(t, results)
	want := []any{
		map[string]any{"operation": "ListAccounts", "count": 2.0, "p50Milliseconds": 1.5, "p95Milliseconds": 250.0,
			"maxMilliseconds": 250.0, "budgetMilliseconds": 100.0, "overBudget": true},
		map[string]any{"operation": "GetAccount", "count": 1.0, "p50Milliseconds": 12.345, "p95Milliseconds": 12.345,
			"maxMilliseconds": 12.345, "budgetMilliseconds": 100.0, "overBudget": false},
	}
	if got := document["timings"]; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}
