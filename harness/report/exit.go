package report

import (
	"strings"

	"obconform/harness/contract"
)

// The exit statuses of a run. 2 is for usage and configuration: a run that has
// begun never ends with it. Traffic does where a recording is damaged.
const (
	ExitPassed       = 0
	ExitFailed       = 1
	ExitDamaged      = 2
	ExitInconclusive = 3
	ExitInterrupted  = 130
)

// ExitStatus is the exit status of the process that made the run.
func ExitStatus(results Results) int {
	if results.Traffic != nil && len(results.Traffic.Damaged) > 0 && results.Outcome != OutcomeInterrupted {
		return ExitDamaged
	}
	switch results.Outcome {
	case OutcomePassed, OutcomeEmptyShard:
		return ExitPassed
	case OutcomeFailed, OutcomeNotCovered:
		return ExitFailed
	case OutcomeInterrupted:
		return ExitInterrupted
	}
	return ExitInconclusive
}

// Meaning says in one sentence what the outcome is.
func (o Outcome) Meaning() string {
	switch o {
	case OutcomePassed:
		return "nothing that was put to the test failed"
	case OutcomeFailed:
		return "at least one clause is breached"
	case OutcomeNotCovered:
		return "nothing that was put to the test failed, but less was covered than was asked for"
	case OutcomeInterrupted:
		return "the run was ended early: what it had seen until then is reported"
	case OutcomeEmptyShard:
		return "the run was cut into more parts than it has for this one: there was nothing to do"
	case OutcomeNothingExercised:
		return "no clause was put to the test: this is no pass"
	}
	return "nothing failed, but not everything could be judged: this is no pass"
}

// Meaning says in one sentence what came of the run.
func (r Results) Meaning() string {
	if ExitStatus(r) == ExitDamaged {
		return r.meaning() + "; " + plural(len(r.Traffic.Damaged), "recording") + " damaged, and judged up to there"
	}
	return r.meaning()
}

func (r Results) meaning() string {
	if r.Outcome == OutcomeFailed && r.Traffic != nil && len(r.Traffic.Unmet) > 0 {
		what, joined := "no clause failed", ", but "
		if r.Totals.Clauses[Failed] > 0 {
			what, joined = r.breached(), ", and "
		}
		return what + joined + "not all that had to be exercised was: " + strings.Join(r.Traffic.Unmet, ", ")
	}
	if apis := shadowed(r); len(apis) > 0 && r.Outcome == OutcomeInconclusive {
		return "nothing failed, but what was found, and fails no run, kept every clause of " + strings.Join(apis, ", ") +
			" from being put to the test: this is no pass"
	}
	if n := expired(r.Waivers); n > 0 && r.Outcome == OutcomeFailed {
		if r.Totals.Clauses[Failed]+r.Totals.Specs[StateFailed] == 0 {
			return plural(n, "waiver") + " expired; no clause failed"
		}
		return r.breached() + ", and " + plural(n, "waiver") + " expired"
	}
	if r.Outcome == OutcomeFailed {
		return r.breached()
	}
	return r.Outcome.Meaning()
}

// breached says who breaches the contract.
func (r Results) breached() string {
	bank, client := false, false
	for _, clause := range r.Clauses {
		if clause.Verdict == Failed {
			client = client || contract.IsClientClause(clause.ID)
			bank = bank || !contract.IsClientClause(clause.ID)
		}
	}
	switch {
	case bank && client:
		return "the bank and the client each breach at least one clause"
	case client:
		return "the client breaches at least one clause"
	}
	return "the bank breaches at least one clause"
}

// outcome weighs the whole run: an interruption over all, a failure over what
// could not be judged, and that over an empty run. Coverage comes last: a run
// that an outage cut short is no proof of a gap.
func outcome(results Results) Outcome {
	clauses, specs := results.Totals.Clauses, results.Totals.Specs
	unjudged := clauses[Inconclusive] + specs[StateErrored] + specs[StateInconclusive] +
		specs[StateInterrupted] + specs[StateNotRun] + len(results.Trouble)
	exercised := clauses[Passed] + clauses[Failed] + clauses[Warned] + clauses[Waived]
	switch {
	case results.Interrupted != "":
		return OutcomeInterrupted
	case clauses[Failed]+specs[StateFailed] > 0 || expired(results.Waivers) > 0:
		return OutcomeFailed
	case unjudged > 0:
		return OutcomeInconclusive
	case results.Shards.empty():
		return OutcomeEmptyShard
	case exercised == 0:
		return OutcomeNothingExercised
	case len(shadowed(results)) > 0:
		return OutcomeInconclusive
	case len(results.Shortfalls) > 0:
		return OutcomeNotCovered
	}
	return OutcomePassed
}
