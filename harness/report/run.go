// Package report turns what the specs of a run left behind into verdicts per
// clause, and writes them down: JUnit, results.json and a summary for the
// terminal. It owns the rules of judging and of exit statuses.
//
// Everything in it is a pure function but WriteFile. It imports the contract's
// vocabulary, the evidence, what weighs it, Ginkgo's report types and what it
// takes to read a results.json strictly, and refuses to import what sends
// requests, audits answers or starts processes.
package report

import (
	"strings"
	"time"

	"obconform/harness/baseline"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
	"obconform/harness/waiver"
)

// State is how one spec ended.
type State string

// The states of a spec. Errored is trouble of the tool (a panic, a spec past
// its time), kept apart from Failed, a fault of the bank.
const (
	StatePassed       State = "passed"
	StateFailed       State = "failed"
	StateErrored      State = "errored"
	StateSkipped      State = "skipped"
	StateInconclusive State = "inconclusive"
	StateInterrupted  State = "interrupted"
	StateNotRun       State = "not run"
)

// States lists every state, in the order in which totals are printed.
func States() []State {
	return []State{StatePassed, StateFailed, StateErrored, StateInconclusive, StateInterrupted, StateNotRun, StateSkipped}
}

// Failure is one message that ended a spec, or that its clean-up left.
type Failure struct {
	// State says what kind it is: failed (an assertion), errored, inconclusive
	// or interrupted.
	State    State  `json:"state"`
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
	// OfFindings says that the message only relates findings of the spec.
	OfFindings bool `json:"ofFindings,omitempty"`
}

// SpecResult is one spec as a run left it: a JSON value, one line of a
// worker's stream.
type SpecResult struct {
	Suite contract.API `json:"suite"`
	// Section is the part of the suite, for instance "create".
	Section string `json:"section"`
	// Name is the obligation's sentence; Judge makes it unique in its suite.
	Name    string              `json:"name"`
	Clauses []contract.ClauseID `json:"clauses"`
	Labels  []string            `json:"labels"`
	File    string              `json:"file"`
	Line    int                 `json:"line"`
	State   State               `json:"state"`
	// Reason says why the spec was skipped, inconclusive or not run.
	Reason   string    `json:"reason,omitempty"`
	Failures []Failure `json:"failures,omitempty"`
	Started  time.Time `json:"started"`
	// Duration is in nanoseconds.
	Duration time.Duration   `json:"duration"`
	Record   evidence.Record `json:"record"`
}

// Legacy are the identifiers of the same test in Open Banking's own tools, as
// the spec's labels give them.
func (s SpecResult) Legacy() []string {
	var ids []string
	for _, label := range s.Labels {
		if id, ok := strings.CutPrefix(label, labelLegacy); ok {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return ids
}

// Trouble is what went wrong with the tool or its processes, and not with the
// bank: a set-up that failed, a worker that crashed.
type Trouble struct {
	// Suite is the suite concerned, empty for the whole run.
	Suite contract.API `json:"suite,omitempty"`
	// What is one line.
	What string `json:"what"`
	// Detail is for the reader who looks into it: the end of a process's
	// standard error, for instance.
	Detail string `json:"detail,omitempty"`
}

// Run is everything that a run knows when it ends (or, for a Placeholder, when
// it begins).
type Run struct {
	// Tool is the version of the tool.
	Tool string
	// Subject is whom the run judges; the bank when empty.
	Subject Subject
	// Traffic counts the exchanges of a run that others made; nil for a run of
	// the suites, which keeps all of its own.
	Traffic *Traffic
	// Target describes the configuration, already redacted.
	Target     map[string]any
	Start, End time.Time
	Seed       int64
	// Command is the command line, without secrets.
	Command []string
	// APIs are the suites that were asked for; all four when empty.
	APIs []contract.API
	// Planned are the specs that the run meant to make.
	Planned []SpecResult
	// NotSelected are specs that exist but that the selection left out; they
	// explain why a clause was not exercised and appear in no list of specs.
	NotSelected []SpecResult
	// Elsewhere are specs that the selection takes and that another shard runs;
	// they count as those do.
	Elsewhere []SpecResult
	// Shards says which part of the whole this is; nil for a whole.
	Shards *Shards
	// NotOffered is why the target does not keep each of these clauses.
	NotOffered map[contract.ClauseID]string
	// Results are the specs that ended, in any order.
	Results []SpecResult
	Trouble []Trouble
	// Warnings are what the user should know of the configuration: a certificate
	// that soon ends. They judge nothing.
	Warnings []string
	// EvidenceFolder is where evidence files are going to lie; empty for none.
	EvidenceFolder string
	// Interrupted names the signal or the deadline that ended the run early.
	Interrupted string
	// FailOn are the levels whose breach fails the run; doc and std when empty.
	FailOn []contract.Level
	// Floors are the user's bounds on coverage.
	Floors Floors
	// Budgets are the user's bounds on times.
	Budgets Budgets
	// Profile weighs the findings; documented when empty.
	Profile profile.Profile
	// Waivers are what the user has accepted for a time; which of them hold is
	// decided by Start.
	Waivers waiver.List
	// Baseline are the breaches that the target is known to have; nil when the
	// run is not held against any.
	Baseline *baseline.Baseline
}

// apis are the suites asked for, in the contract's order.
func (r Run) apis() []contract.API {
	if len(r.APIs) == 0 {
		return contract.APIs()
	}
	return r.APIs
}

// profile is the one that weighs the findings.
func (r Run) profile() profile.Profile {
	if r.Profile == "" {
		return profile.Documented
	}
	return r.Profile
}

// failOn are the levels that fail a run; the default is the contract's.
func (r Run) failOn() []contract.Level {
	if len(r.FailOn) == 0 {
		return []contract.Level{contract.Doc, contract.Std}
	}
	return r.FailOn
}
