package runner

import (
	"slices"
	"testing"

	"obconform/harness/report"
)

// A plan of three sections with one, three and two specs.
func threeSections() Plan {
	plan := Plan{Units: []Unit{{"accounts", "one"}, {"accounts", "three"}, {"accounts", "two"}}}
	for section, specs := range map[string]int{"one": 1, "two": 2, "three": 3} {
		for range specs {
			plan.Specs = append(plan.Specs, report.SpecResult{Suite: "accounts", Section: section})
		}
	}
	return plan
}

func TestSeveralWorkersBeginWithTheLargestSection(t *testing.T) {
	want := []Unit{{"accounts", "three"}, {"accounts", "two"}, {"accounts", "one"}}
	for seed := range int64(20) {
		if got := queue(threeSections(), Options{Procs: 2, Selection: Selection{Seed: seed}}); !slices.Equal(got, want) {
			t.Errorf("seed %d: %v", seed, got)
		}
	}
}

func TestOneWorkerTakesSectionsInAnOrderOfTheSeeds(t *testing.T) {
	orders := map[string]bool{}
	for seed := range int64(50) {
		o := Options{Procs: 1, Selection: Selection{Seed: seed}}
		first, again := queue(threeSections(), o), queue(threeSections(), o)
		if !slices.Equal(first, again) {
			t.Errorf("seed %d gives %v and %v", seed, first, again)
		}
		orders[first[0].Section+first[1].Section] = true
	}
	if len(orders) != 6 {
		t.Errorf("%d of 6 orders in 50 seeds", len(orders))
	}
}
