package report

import (
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// groupKey is what makes two findings the same for the reader: a bank that
// drops one header everywhere has one fault, not one per exchange.
type groupKey struct {
	clause          contract.ClauseID
	level           contract.Level
	habit           contract.HabitID
	fails           bool
	where, expected string
}

// group gathers the findings of one spec, in order of sight, those that fail
// the run first. Findings of unknown clauses are left out: they are trouble.
func (j *judgement) group(s SpecResult) []FindingGroup {
	groups := []FindingGroup{}
	index := map[groupKey]int{}
	for _, f := range s.Record.Findings {
		if j.clauses[f.Clause] == nil {
			continue
		}
		weight := j.run.profile().Weigh(f)
		single := FindingGroup{Clause: f.Clause, Level: weight.Level, Habit: f.Habit, Where: f.Where, Expected: f.Expected, Actual: f.Actual,
			Fails: j.fails(f), Profiled: weight.Reason, Count: 1, Suite: s.Suite, Spec: s.Name, Exchange: -1}
		if x := exchangeOf(s.Record, f); x != nil {
			single.Example, single.Exchange = copied(x), f.Exchange
		}
		if f.Operation != "" {
			single.Operations = []contract.OperationID{f.Operation}
		}
		groups = merge(groups, index, single)
	}
	slices.SortStableFunc(groups, func(a, b FindingGroup) int {
		switch {
		case a.Fails == b.Fails:
			return 0
		case a.Fails:
			return -1
		}
		return 1
	})
	return groups
}

// fails tells whether a finding fails the run.
func (j *judgement) fails(f evidence.Finding) bool { return j.run.profile().Fails(f, j.failOn) }

// merge adds a group to those of its likes.
func merge(groups []FindingGroup, index map[groupKey]int, group FindingGroup) []FindingGroup {
	key := groupKey{group.Clause, group.Level, group.Habit, group.Fails, group.Where, group.Expected}
	if group.Habit != "" {
		key.expected = "" // one habit at one place is one fault, whatever was asked for
	}
	at, ok := index[key]
	if !ok {
		index[key] = len(groups)
		group.Operations = slices.Clone(group.Operations)
		return append(groups, group)
	}
	like := &groups[at]
	like.Count += group.Count
	like.Differs = like.Differs || group.Differs || like.Actual != group.Actual
	for _, operation := range group.Operations {
		if !slices.Contains(like.Operations, operation) {
			like.Operations = append(like.Operations, operation)
		}
	}
	if like.Example == nil {
		like.Example, like.Exchange, like.Suite, like.Spec = group.Example, group.Exchange, group.Suite, group.Spec
	}
	return groups
}

func copied(x *evidence.Exchange) *evidence.Exchange {
	kept := *x
	return &kept
}
