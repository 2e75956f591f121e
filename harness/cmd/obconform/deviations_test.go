package main_test

import (
	"slices"
	"testing"
	"time"
)

// deviation is one departure of an otherwise sound bank from the contract, and
// the clauses that own it: those alone turn red, or, being advice, are warned.
type deviation struct {
	name   string
	suites string
	// make makes what changes the answers; it may remember what it has seen.
	make           func() func(exchange)
	failed, warned []string
}

// always is a deviation that remembers nothing.
func always(change func(exchange)) func() func(exchange) {
	return func() func(exchange) { return change }
}

func TestDeviations(t *testing.T) {
	t.Parallel()
	var all []deviation
	for _, some := range [][]deviation{commonDeviations(), adviceDeviations(), registrationDeviations(),
		tokenDeviations(), consentDeviations(), accountDeviations(), fundsDeviations()} {
		all = append(all, some...)
	}
	for _, d := range all[:sample(len(all))] {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			bank := behind(t, d.make())
			r := conform(t, "--config", bank.config, "--suite", d.suites)
			r.wantStatus(t, min(len(d.failed), 1))
			r.wantBlamed(t, d)
			if odd := r.inState("errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 || len(r.Trouble) > 0 {
				t.Errorf("a fault of the bank's was taken for trouble: %q, %+v", odd, r.Trouble)
			}
			t.Logf("%d specs, %d exchanges, %s", len(r.Specs), r.Exchanges, r.took.Round(time.Millisecond))
		})
	}
}

// wantBlamed fails the test unless just the clauses of the deviation are failed
// and warned, and says what was found for each of them.
func (r reports) wantBlamed(t *testing.T, d deviation) {
	t.Helper()
	for verdict, want := range map[string][]string{"failed": d.failed, "warned": d.warned} {
		got, want := r.withVerdict(verdict), slices.Sorted(slices.Values(want))
		if slices.Equal(got, want) {
			continue
		}
		t.Errorf("%s: %q, expected %q", verdict, got, want)
		for _, clause := range r.Clauses {
			if clause.Verdict != verdict || slices.Contains(want, clause.ID) {
				continue
			}
			t.Logf("%s: %s", clause.ID, clause.Reason)
			for _, f := range clause.Findings {
				t.Logf("  at %s: expected %s, actual %s (%s)", f.Where, f.Expected, f.Actual, f.Spec)
			}
		}
	}
}
