package main_test

import (
	"fmt"
	"maps"
	"strconv"
	"testing"
)

// The order of sections and specs, and how many processes share them, decides
// nothing.
func TestOrderDecidesNothing(t *testing.T) {
	t.Parallel()
	bank, asked := slow(t, 0)
	var first map[string]string
	for seed := range sample(20) {
		r := conform(t, "--config", bank.config, "--seed", strconv.Itoa(seed+1), "--procs", "4")
		r.wantStatus(t, 0)
		verdicts := map[string]string{}
		for _, clause := range r.Clauses {
			verdicts[clause.ID] = clause.Verdict
		}
		if first == nil {
			first = verdicts
		}
		if !maps.Equal(first, verdicts) {
			t.Fatalf("seed %d: other verdicts than with seed 1: %s", seed+1, differences(first, verdicts))
		}
		wantText(t, r.out, "seed "+strconv.Itoa(seed+1)+",")
	}
	asked.wantTidy(t)
}

// What a selection leaves out, it does not leave behind.
func TestSelectedRunCleansUp(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{{"--focus", "AccountIds? from call to call"}, {"--label-filter", "clause:ACC-GET-200"}} {
		bank, asked := slow(t, 0)
		r := conform(t, append([]string{"--config", bank.config}, flags...)...)
		r.wantStatus(t, 0)
		if len(r.inState("passed")) == 0 {
			t.Errorf("%q: nothing passed", flags)
		}
		asked.wantTidy(t)
	}
}

func differences(a, b map[string]string) string {
	text := ""
	for id := range a {
		if a[id] != b[id] {
			text += fmt.Sprintf("%s %q and %q; ", id, a[id], b[id])
		}
	}
	return text
}
