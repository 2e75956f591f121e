package report

import (
	"slices"

	"obconform/harness/contract"
)

// answerKey is one (operation, status) pair.
type answerKey struct {
	operation contract.OperationID
	status    int
}

// answerTally gathers what a run has on one (operation, status) pair.
type answerTally struct {
	exchanges, conclusive int

	failed, accepted, warned bool
}

func (j *judgement) answer(operation contract.OperationID, status int) *answerTally {
	key := answerKey{operation, status}
	if j.answers[key] == nil {
		j.answers[key] = &answerTally{}
	}
	return j.answers[key]
}

// countExchanges adds a spec's exchanges and findings to the answers.
func (j *judgement) countExchanges(s SpecResult, weights []weight) {
	if j.run.Traffic == nil { // that has counted its own
		j.exchanges += len(s.Record.Exchanges)
		for _, x := range s.Record.Exchanges {
			t := j.answer(x.Operation, x.Status)
			t.exchanges++
			if x.Inconclusive == "" {
				t.conclusive++
				j.conclusive++
			}
		}
	}
	for i, f := range s.Record.Findings {
		if contract.IsClientClause(f.Clause) {
			continue // what the client did wrong is no fault of the answer
		}
		t := j.answer(f.Operation, f.Status)
		switch {
		case weights[i].fails:
			t.failed = true
		case weights[i].accepted != "":
			t.accepted = true
		default:
			t.warned = true
		}
	}
}

// operationResults lists the documented operations with each documented status
// and, after them, the undocumented ones that were seen.
func (j *judgement) operationResults() []OperationResult {
	results := []OperationResult{}
	for _, operation := range contract.Operations() {
		result := OperationResult{Operation: operation.ID, Statuses: []StatusResult{}}
		for _, answer := range operation.Answers {
			result.Statuses = append(result.Statuses, j.statusResult(operation.ID, answer.Status, true))
		}
		var others []int
		for key, t := range j.answers {
			if _, documented := operation.Answer(key.status); key.operation == operation.ID && !documented &&
				key.status != 0 && t.exchanges > 0 {
				others = append(others, key.status)
			}
		}
		slices.Sort(others)
		for _, status := range others {
			result.Statuses = append(result.Statuses, j.statusResult(operation.ID, status, false))
		}
		results = append(results, result)
	}
	return results
}

func (j *judgement) statusResult(operation contract.OperationID, status int, documented bool) StatusResult {
	t := j.answers[answerKey{operation, status}]
	if t == nil {
		t = &answerTally{}
	}
	result := StatusResult{Status: status, Documented: documented, Exchanges: t.exchanges}
	switch {
	case t.failed:
		result.Verdict = Failed
	case t.accepted:
		result.Verdict = Waived
	case t.warned:
		result.Verdict = Warned
	case t.conclusive > 0:
		result.Verdict = Passed
	case t.exchanges > 0:
		result.Verdict = Inconclusive
	default:
		result.Verdict = NotExercised
	}
	return result
}
