package main_test

import (
	"os"
	"strings"
	"testing"
)

// A target slower than its budgets is told so and passes all the same.
func TestBudgetsWarnAndFailNothing(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(exchange) {})
	config := strings.Replace(string(readFile(t, bank.config)), "{",
		`{"budgets": {"p95": "10us", "operations": {"GetAccount": "1h"}},`, 1)
	if err := os.WriteFile(bank.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 0)
	wantText(t, r.out, "over its budget, p95 0.01 ms", "PASSED")
	for _, timing := range r.Timings {
		if timing.Count < 1 || timing.P50Milliseconds <= 0 || timing.P95Milliseconds < timing.P50Milliseconds || timing.MaxMilliseconds < timing.P95Milliseconds {
			t.Errorf("no likely times: %+v", timing)
		}
		if want := timing.Operation != "GetAccount"; timing.OverBudget != want {
			t.Errorf("%+v: over its budget, expected %t", timing, want)
		}
	}
	if len(r.Timings) < 4 {
		t.Errorf("only %d operations are timed: %+v", len(r.Timings), r.Timings)
	}
}
