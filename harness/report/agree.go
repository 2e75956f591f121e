package report

import (
	"fmt"
	"maps"
	"slices"

	"obconform/harness/contract"
)

// agree holds a file against itself: a report made from totals that are not
// those of its lists would be believed.
func (r *reader) agree(d document, results Results) {
	r.unique(d)
	findings, exchanges := 0, 0
	exercised := map[contract.ClauseID]int{}
	for _, spec := range results.Specs {
		exchanges += len(spec.Record.Exchanges)
		for id, n := range spec.Exercised {
			exercised[id] += n
		}
		for _, n := range slices.Concat(slices.Collect(maps.Values(spec.Failing)), slices.Collect(maps.Values(spec.Accepted)), slices.Collect(maps.Values(spec.Warning))) {
			findings += n
		}
	}
	if d.Traffic != nil {
		exchanges = r.traffic(d)
	}
	r.same("/exchanges", d.Exchanges, exchanges)
	for i, clause := range d.Clauses {
		r.same(fmt.Sprintf("/clauses/%d/exchanges", i), clause.Exchanges, exercised[clause.ID])
	}
	counted := total(results, findings)
	for _, verdict := range Verdicts() {
		r.same("/totals/clauses/"+string(verdict), d.Totals.Clauses[verdict], counted.Clauses[verdict])
		r.same("/totals/answers/"+string(verdict), d.Totals.Answers[verdict], counted.Answers[verdict])
	}
	for _, state := range States() {
		r.same("/totals/specs/"+string(state), d.Totals.Specs[state], counted.Specs[state])
	}
	r.same("/totals/findings", d.Totals.Findings, counted.Findings)
	r.same("/exitStatus", d.ExitStatus, ExitStatus(results))
	r.shards(d.Shards, len(d.Specs))
}

// traffic holds the counts of traffic against each other, and answers how many
// exchanges there were.
func (r *reader) traffic(d document) int {
	answers := map[answerKey]int{}
	for i, answer := range d.Traffic.Answers {
		at := fmt.Sprintf("/traffic/answers/%d", i)
		key := answerKey{answer.Operation, answer.Status}
		if _, taken := answers[key]; taken {
			r.problems.add("at %s: %s %d is listed a second time", at, Line(string(answer.Operation), maxShort), answer.Status)
		}
		if answer.Inconclusive > answer.Exchanges {
			r.problems.add("at %s/inconclusive: more than there were exchanges", at)
		}
		answers[key] = answer.Exchanges
	}
	for i, operation := range d.Operations {
		for j, status := range operation.Statuses {
			r.same(fmt.Sprintf("/operations/%d/statuses/%d/exchanges", i, j), status.Exchanges, answers[answerKey{operation.Operation, status.Status}])
		}
	}
	return d.Traffic.Judged() + d.Traffic.Elsewhere + d.Traffic.Unaudited
}

// same compares a number of the file with what the rest of it comes to.
func (r *reader) same(at string, said, counted int) {
	if said != counted {
		r.problems.add("at %s: it says %d, and the rest of the file comes to %d", at, said, counted)
	}
}

// unique refuses a clause, an operation or an answer that is listed twice.
func (r *reader) unique(d document) {
	taken := map[string]bool{}
	once := func(at, name string) {
		if taken[name] {
			r.problems.add("at %s: %s is listed a second time", at, Line(name, maxShort))
		}
		taken[name] = true
	}
	for i, clause := range d.Clauses {
		once(fmt.Sprintf("/clauses/%d/id", i), string(clause.ID))
	}
	for i, operation := range d.Operations {
		once(fmt.Sprintf("/operations/%d/operation", i), string(operation.Operation))
		for j, status := range operation.Statuses {
			once(fmt.Sprintf("/operations/%d/statuses/%d/status", i, j), fmt.Sprintf("%s %d", operation.Operation, status.Status))
		}
	}
}

// shards refuses parts that cannot be of one run, and a list that lacks specs
// which were planned for them.
func (r *reader) shards(s *Shards, listed int) {
	if s == nil {
		return
	}
	for i, index := range s.Present {
		if index > s.Count || i > 0 && index <= s.Present[i-1] {
			r.problems.add("at /shards/present/%d: expected a shard of %d, in order, got %d", i, s.Count, index)
		}
	}
	switch {
	case listed < s.Specs:
		r.problems.add("at /shards/specs: it says %d, and the file lists %d", s.Specs, listed)
	case s.Specs > s.Of:
		r.problems.add("at /shards/specs: expected no more than the %d of the whole, got %d", s.Of, s.Specs)
	case len(s.Present) == s.Count && s.Specs != s.Of:
		r.problems.add("at /shards/specs: expected the %d of the whole of which no shard is missing, got %d", s.Of, s.Specs)
	}
	if !s.Merged && len(s.Present) > 1 {
		r.problems.add("at /shards/merged: expected true, where %d shards are here", len(s.Present))
	}
}
