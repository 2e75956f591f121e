package report

import (
	"slices"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Budgets are the times within which 95 of 100 answers should come: a soft
// bound of the user's own. Passing one is shown and fails nothing; the contract
// says nothing of speed.
type Budgets struct {
	// P95 holds for every operation that Operations does not name; 0 is none.
	P95 time.Duration
	// Operations are the budgets of single operations; 0 is none.
	Operations map[contract.OperationID]time.Duration
}

// of is the budget of an operation, 0 for none.
func (b Budgets) of(operation contract.OperationID) time.Duration {
	if budget, named := b.Operations[operation]; named {
		return budget
	}
	return b.P95
}

// Timing is how long one operation took to answer: the time of an exchange runs
// from its start to the last byte of the answer, in whole microseconds, as
// results.json keeps it.
type Timing struct {
	Operation contract.OperationID
	// Count is the number of answers; those that did not come, came from the
	// environment and not from the API, or to a burst, have no part in it.
	Count int
	// P50 and P95 are percentiles by nearest rank: the least time that so many
	// of 100 answers did not take longer than. Each is one that was measured.
	P50, P95, Max time.Duration
	// Budget is the bound on P95 that the user has set, 0 for none.
	Budget time.Duration
}

// Over tells whether the operation is slower than its budget allows.
func (t Timing) Over() bool { return t.Budget > 0 && t.P95 > t.Budget }

// Timings measures every operation that answered at least once, the documented
// ones first, in the contract's order. It depends on the exchanges alone and
// not on their order, so that runs can be merged.
func Timings(specs []SpecVerdict, budgets Budgets) []Timing {
	times := map[contract.OperationID][]time.Duration{}
	for _, spec := range specs {
		for _, x := range spec.Record.Exchanges {
			if answered(x) && !x.Burst {
				times[x.Operation] = append(times[x.Operation], x.Duration.Truncate(time.Microsecond))
			}
		}
	}
	timings := []Timing{}
	for _, operation := range contract.Endpoints() {
		measured := times[operation.ID]
		if len(measured) == 0 {
			continue
		}
		slices.Sort(measured)
		timings = append(timings, Timing{Operation: operation.ID, Count: len(measured), P50: percentile(measured, 50),
			P95: percentile(measured, 95), Max: measured[len(measured)-1], Budget: budgets.of(operation.ID)})
	}
	return timings
}

// answered tells an exchange that the API itself answered.
func answered(x evidence.Exchange) bool { return x.Status != 0 && x.Inconclusive == "" }

// percentile is the p-th of sorted times by nearest rank: the one at position
// ceil(p/100 × n), counted from 1.
func percentile(sorted []time.Duration, p int) time.Duration {
	rank := (p*len(sorted) + 99) / 100
	return sorted[max(rank, 1)-1]
}
