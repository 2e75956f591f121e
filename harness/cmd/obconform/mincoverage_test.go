package main_test

import "testing"

// A run that covers less than was asked for fails, and says what is missing.
func TestMinCoverage(t *testing.T) {
	t.Parallel()
	low := conform(t, "--suite", "accounts", "--min-coverage", "answers=100,schema=100", "-v")
	low.wantStatus(t, 1)
	wantText(t, low.out, "Coverage too low", "schema: ", "at least 100 % were asked for", "Documented but never seen", "/Data/Account/*/AccountSubType=EMoney", "NOT COVERED")
	enough := conform(t, "--suite", "accounts", "--min-coverage", "answers=100,clauses=50,schema=50")
	enough.wantStatus(t, 0)
}
