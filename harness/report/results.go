package report

import (
	"time"

	"obconform/harness/baseline"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
	"obconform/harness/sights"
)

// Verdict is how a clause, or a documented answer, ended.
type Verdict string

// The verdicts of the contract. Waived is the verdict of a failure that the
// user has accepted.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Warned       Verdict = "warned"
	Waived       Verdict = "waived"
	Inconclusive Verdict = "inconclusive"
	NotExercised Verdict = "not exercised"
)

// Verdicts lists every verdict, in the order in which totals are printed.
func Verdicts() []Verdict {
	return []Verdict{Passed, Failed, Warned, Waived, Inconclusive, NotExercised}
}

// Outcome is how the whole run ended.
type Outcome string

// The outcomes of a run.
const (
	OutcomePassed           Outcome = "passed"
	OutcomeFailed           Outcome = "failed"
	OutcomeNotCovered       Outcome = "not covered"
	OutcomeInconclusive     Outcome = "inconclusive"
	OutcomeNothingExercised Outcome = "nothing exercised"
	// OutcomeEmptyShard is that of a shard for which the division left nothing:
	// no pass of anything, and nothing that this machine could do better.
	OutcomeEmptyShard  Outcome = "empty shard"
	OutcomeInterrupted Outcome = "interrupted"
)

// Results is a judged run: what every report is written from.
type Results struct {
	// Label tells the reports of one target from those of others that are made
	// with them; empty where there is one target.
	Label string
	// Subject is whom the run judged, Traffic what it counted: see Run.
	Subject     Subject
	Traffic     *Traffic
	Tool        string
	Target      map[string]any
	Start, End  time.Time
	Seed        int64
	Command     []string
	APIs        []contract.API
	FailOn      []contract.Level
	Profile     profile.Profile
	Interrupted string
	// Warnings are the configuration's: see Run.
	Warnings []string
	Outcome  Outcome
	// EvidenceFolder is where the evidence files lie, as the reports name it;
	// empty where none are written.
	EvidenceFolder string
	// Waivers are those of the run, in the order of their file.
	Waivers []WaiverResult
	// Baseline is nil when the run was not held against one.
	Baseline *BaselineResult
	// Shards says of which parts of a divided run this is; nil for a whole.
	Shards *Shards
	// Exchanges counts the exchanges of the whole run.
	Exchanges int
	Totals    Totals
	Trouble   []Trouble
	// Clauses holds every clause of the contract exactly once, in its order.
	Clauses    []ClauseResult
	Operations []OperationResult
	// Timings are how long each operation took that answered at all.
	Timings []Timing
	// Seen is what the run saw of the target, to be compared with another run.
	Seen     sights.Seen
	Coverage Coverage
	// Shortfalls say what of the coverage is below what the user asked for.
	Shortfalls []string
	// Specs are the planned specs and what became of them, by suite.
	Specs []SpecVerdict

	// breaches are for NextBaseline; results that were read from a file have none.
	breaches []baseline.Entry
}

// Totals counts what the lists of Results hold.
type Totals struct {
	Clauses map[Verdict]int `json:"clauses"`
	Specs   map[State]int   `json:"specs"`
	// Answers counts documented (operation, status) pairs by verdict.
	Answers map[Verdict]int `json:"answers"`
	// Findings counts single findings, at every level.
	Findings int `json:"findings"`
}

// ClauseResult is the verdict on one clause.
type ClauseResult struct {
	contract.Clause
	Verdict Verdict
	// Reason says why the verdict is what it is; empty for a plain pass.
	Reason string
	// Exchanges counts the exchanges that were held against the clause.
	Exchanges int
	Findings  []FindingGroup
	// Omitted counts the kinds of findings that a results.json left out.
	Omitted int
	// NotSelected counts the specs of the clause that the selection left out,
	// where it left out all of them.
	NotSelected int
}

// FindingGroup is a finding and its likes: the same clause, level, habit, place
// and expectation, weighed alike, wherever they were seen.
type FindingGroup struct {
	Clause contract.ClauseID
	Level  contract.Level
	// Where is the place with every array index as *, First that of the first
	// one as it was, and Places how many different ones there were.
	Where  string
	First  string
	Places int
	// Expected is what all of them expected.
	Expected string
	// Actual is that of the first one; Differs says that others had another.
	Actual  string
	Differs bool
	// Habit names the known habit of the bank that the findings are, if any.
	Habit contract.HabitID
	// Fails says whether the findings fail the run.
	Fails bool
	// Accepted says by what the user has accepted the findings, which then fail
	// nothing: a waiver, or the baseline; empty where nobody has.
	Accepted string
	// Profiled says why the profile weighs them otherwise than the contract;
	// empty where it does not.
	Profiled string
	Count    int
	// Operations are those that the findings were seen at, in order of sight.
	Operations []contract.OperationID
	// Example is the exchange of the first one, nil when it had none.
	Example *evidence.Exchange
	// Exchange is the example's index among the exchanges of Spec, -1 for none.
	Exchange int
	// Suite and Spec say where the first one was seen.
	Suite contract.API
	Spec  string
}

// OperationResult is the verdict on each answer of one documented operation.
type OperationResult struct {
	Operation contract.OperationID `json:"operation"`
	Statuses  []StatusResult       `json:"statuses"`
}

// StatusResult is the verdict on one (operation, status) pair.
type StatusResult struct {
	Status int `json:"status"`
	// Documented is false for a status that was seen but is not documented.
	Documented bool    `json:"documented"`
	Exchanges  int     `json:"exchanges"`
	Verdict    Verdict `json:"verdict"`
}

// SpecVerdict is a spec as it was judged: its State takes the findings and the
// run's levels into account. Its Record holds no findings of their own when it
// was read from a results.json: they are in Findings, grouped.
type SpecVerdict struct {
	SpecResult
	Findings []FindingGroup
	// Omitted counts the kinds of findings that a results.json left out.
	Omitted int
	// Exercised has the clauses that the spec put to the test, each with the
	// number of exchanges that were held against it.
	Exercised map[contract.ClauseID]int
	// Failing, Accepted and Warning count single findings by clause, those left out
	// among them: those that fail the run, and the others.
	Failing, Accepted, Warning map[contract.ClauseID]int
	// Evidence are the indexes of the exchanges whose headers and bodies are
	// kept: those with a finding and those that could not be judged.
	Evidence []int
}

// fails tells whether the spec has a finding that fails the run.
func (s SpecVerdict) fails() bool { return len(s.Failing) > 0 }
