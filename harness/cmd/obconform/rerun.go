package main

import (
	"fmt"
	"slices"
	"time"

	"obconform/harness/report"
	"obconform/harness/runner"
)

// again is what a run takes of an earlier one; the zero value takes all.
type again struct {
	// names are the specs to run again, nil for every spec.
	names map[runner.SpecName]bool
	// order are the same as they stood in the earlier run.
	order []runner.SpecName
	start time.Time
}

// earlier reads the run whose failed specs are to be run again.
func (r runCommand) earlier() (again, error) {
	if r.RerunFailed == "" {
		return again{}, nil
	}
	results, err := readResults(r.RerunFailed)
	if err != nil {
		return again{}, fmt.Errorf("--rerun-failed: %w", err)
	}
	a := again{names: map[runner.SpecName]bool{}, start: results.Start}
	for _, spec := range results.Specs {
		// What a worker cleans up at its end is no spec of a suite.
		if spec.Section != runner.CleanupSection && slices.Contains(rerun(), spec.State) {
			name := runner.SpecName{Suite: spec.Suite, Name: spec.Name}
			a.names[name], a.order = true, append(a.order, name)
		}
	}
	return a, nil
}

// rerun are the states that a spec is run again after.
func rerun() []report.State {
	return []report.State{report.StateFailed, report.StateErrored, report.StateInconclusive}
}

// notes tell the reader of the reports that this is not the whole, and name
// the specs that there are no more.
func (a again) notes(plan runner.Plan) []string {
	if a.names == nil {
		return nil
	}
	notes := []string{fmt.Sprintf("only the %d specs that failed, errored or were inconclusive in the run of %s were to be run again",
		len(a.order), a.start.UTC().Format(time.RFC3339))}
	if len(a.order) == 0 {
		notes[0] = fmt.Sprintf("in the run of %s no spec failed, errored or was inconclusive: there is nothing to run again", a.start.UTC().Format(time.RFC3339))
	}
	for _, name := range a.order {
		if !slices.ContainsFunc(slices.Concat(plan.Specs, plan.LeftOut), func(spec report.SpecResult) bool {
			return spec.Suite == name.Suite && spec.Name == name.Name
		}) {
			notes = append(notes, fmt.Sprintf("the spec %q of %s is to be run again, and there is none of that name any more", name.Name, name.Suite))
		}
	}
	return notes
}
