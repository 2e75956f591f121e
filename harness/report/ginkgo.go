package report

import (
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// The labels that a suite's specs carry.
const (
	labelAPI     = "api:"
	labelSection = "section:"
	labelClause  = "clause:"
	labelLegacy  = "legacy:"
)

// FromGinkgo reads one finished spec; ok is false for a node that is no spec
// and for a spec that a filter, or the end of an interrupted run, left out:
// skipped without an attempt and without a message.
func FromGinkgo(spec types.SpecReport) (result SpecResult, ok bool) {
	if spec.LeafNodeType != types.NodeTypeIt || leftOut(spec) {
		return SpecResult{}, false
	}
	result = describe(spec)
	result.Started, result.Duration = spec.StartTime.UTC(), spec.RunTime
	record, err := recordOf(spec)
	result.Record = record
	result.Failures = failuresOf(spec, record)
	if err != nil {
		result.Failures = append(result.Failures, Failure{State: StateErrored, Message: err.Error()})
	}
	result.State = stateOf(spec.State, result.Failures)
	result.Reason = reasonOf(spec, result.State, record)
	return result, true
}

// PlannedFromGinkgo reads one spec of a preview (a dry run) as a planned spec
// that has not run; ok is false for what the filter leaves out.
func PlannedFromGinkgo(spec types.SpecReport) (result SpecResult, ok bool) {
	if spec.LeafNodeType != types.NodeTypeIt || leftOut(spec) {
		return SpecResult{}, false
	}
	return describe(spec), true
}

// CataloguedFromGinkgo reads any spec of a preview, filtered out or not; ok is
// false for a node that is no spec.
func CataloguedFromGinkgo(spec types.SpecReport) (result SpecResult, ok bool) {
	if spec.LeafNodeType != types.NodeTypeIt {
		return SpecResult{}, false
	}
	return describe(spec), true
}

func leftOut(spec types.SpecReport) bool {
	return spec.State.Is(types.SpecStateSkipped) && spec.NumAttempts == 0 && spec.Failure.Message == ""
}

// describe is what is known of a spec before it runs.
func describe(spec types.SpecReport) SpecResult {
	result := SpecResult{
		Name: strings.Join(strings.Fields(spec.FullText()), " "), Labels: spec.Labels(), State: StateNotRun,
		// The path of the machine that built the suites says nothing to its user.
		File: shortPath(spec.LeafNodeLocation.FileName), Line: spec.LeafNodeLocation.LineNumber,
		Clauses: []contract.ClauseID{},
	}
	for _, label := range result.Labels {
		if api, ok := strings.CutPrefix(label, labelAPI); ok {
			result.Suite = contract.API(strings.TrimSpace(api))
		} else if section, ok := strings.CutPrefix(label, labelSection); ok {
			result.Section = strings.TrimSpace(section)
		} else if clause, ok := strings.CutPrefix(label, labelClause); ok {
			result.Clauses = append(result.Clauses, contract.ClauseID(strings.TrimSpace(clause)))
		}
	}
	return result
}

// shortPath keeps the folder and the name of a file.
func shortPath(file string) string {
	if file == "" {
		return ""
	}
	file = filepath.ToSlash(file)
	return path.Join(path.Base(path.Dir(file)), path.Base(file))
}

// recordOf decodes the spec's evidence. Entries of this process still hold the
// value, decoded ones hold its JSON.
func recordOf(spec types.SpecReport) (record evidence.Record, err error) {
	for _, entry := range spec.ReportEntries {
		if entry.Name != evidence.EntryName {
			continue
		}
		data := []byte(entry.Value.AsJSON)
		if len(data) == 0 {
			if data, err = json.Marshal(entry.Value.GetRawValue()); err != nil {
				return record, fmt.Errorf("the spec's evidence cannot be written: %w", err)
			}
		}
		record = evidence.Record{}
		if err := json.Unmarshal(data, &record); err != nil {
			return record, fmt.Errorf("the spec's evidence cannot be read: %w", err)
		}
	}
	return record, nil
}

// failuresOf are the failures of the spec's body and of its clean-up.
func failuresOf(spec types.SpecReport, record evidence.Record) []Failure {
	var failures []Failure
	add := func(state types.SpecState, failure types.Failure) {
		if state.Is(types.SpecStateFailureStates) {
			failures = append(failures, failureOf(state, failure, record))
		}
	}
	add(spec.State, spec.Failure)
	for _, additional := range spec.AdditionalFailures {
		add(additional.State, additional.Failure)
	}
	return failures
}

func failureOf(state types.SpecState, failure types.Failure, record evidence.Record) Failure {
	f := Failure{State: StateErrored, Message: failure.Message}
	if location := failure.Location; location.FileName != "" {
		f.Location = fmt.Sprintf("%s:%d", shortPath(location.FileName), location.LineNumber)
	}
	switch {
	case state.Is(types.SpecStateFailed):
		f.State = StateFailed
		f.OfFindings = strings.HasPrefix(f.Message, evidence.Breaches) && len(record.Findings) > 0
		// Only the message that gives the reason is the inconclusive one; any
		// other assertion of such a spec stays a failure.
		if record.Inconclusive != "" && strings.Contains(f.Message, record.Inconclusive) {
			f.State = StateInconclusive
		}
	case state.Is(types.SpecStateInterrupted | types.SpecStateAborted):
		f.State = StateInterrupted
	}
	if failure.ForwardedPanic != "" {
		f.Message += ": " + failure.ForwardedPanic
	}
	// What follows a time-out or an interruption in the same node is its
	// consequence, so it does not count on its own.
	if further := failure.AdditionalFailure; further != nil {
		f.Message += "\n" + further.Failure.Message
		if further.Failure.ForwardedPanic != "" {
			f.Message += ": " + further.Failure.ForwardedPanic
		}
	}
	return f
}

// stateOf is the gravest of the spec's failures, so that a clean-up that fails
// after a skip does not hide behind it.
func stateOf(state types.SpecState, failures []Failure) State {
	for _, grave := range []State{StateFailed, StateErrored, StateInterrupted, StateInconclusive} {
		for _, failure := range failures {
			if failure.State == grave {
				return grave
			}
		}
	}
	switch {
	case state.Is(types.SpecStatePassed):
		return StatePassed
	case state.Is(types.SpecStateSkipped | types.SpecStatePending):
		return StateSkipped
	}
	return StateErrored
}

func reasonOf(spec types.SpecReport, state State, record evidence.Record) string {
	switch {
	case state == StateInconclusive:
		return record.Inconclusive
	case state != StateSkipped:
		return ""
	case record.NotExercised != "":
		return record.NotExercised
	case spec.State.Is(types.SpecStatePending):
		return "the spec is pending"
	}
	return spec.Failure.Message
}
