package report

import (
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
)

// groupKey is what makes two findings the same for the reader: a bank that
// drops one header everywhere has one fault, not one per exchange, and one that
// drops a member of each of ten accounts has one, not ten.
type groupKey struct {
	clause          contract.ClauseID
	level           contract.Level
	habit           contract.HabitID
	fails           bool
	accepted        string
	where, expected string
}

// grouping gathers findings, in order of sight.
type grouping struct {
	groups []FindingGroup
	index  map[groupKey]int
	// places are the different places of each group.
	places map[groupKey]map[string]bool
}

func newGrouping() *grouping {
	return &grouping{groups: []FindingGroup{}, index: map[groupKey]int{}, places: map[groupKey]map[string]bool{}}
}

// add adds one finding to its likes.
func (g *grouping) add(single FindingGroup) {
	key := single.key()
	at, ok := g.index[key]
	if !ok {
		at = len(g.groups)
		g.index[key], g.places[key] = at, map[string]bool{}
		g.groups = append(g.groups, single)
	}
	like := &g.groups[at]
	g.places[key][single.First] = true
	like.Places = len(g.places[key])
	if !ok {
		return
	}
	like.Count += single.Count
	like.join(single)
}

func (g FindingGroup) key() groupKey {
	key := groupKey{g.Clause, g.Level, g.Habit, g.Fails, g.Accepted, g.Where, g.Expected}
	if g.Habit != "" {
		key.expected = "" // one habit at one place is one fault, whatever was asked for
	}
	return key
}

// join adds what another of the same kind says, but for the counts.
func (g *FindingGroup) join(other FindingGroup) {
	g.Differs = g.Differs || other.Differs || g.Actual != other.Actual
	for _, operation := range other.Operations {
		if !slices.Contains(g.Operations, operation) {
			g.Operations = append(slices.Clip(g.Operations), operation)
		}
	}
	// The example is the place and the actual value of the finding it belongs to.
	if g.Example == nil && other.Example != nil {
		g.Example, g.Exchange, g.Suite, g.Spec = other.Example, other.Exchange, other.Suite, other.Spec
		g.First, g.Actual = other.First, other.Actual
	}
}

// singles are the findings of one spec, those that fail the run first, each as
// a group of its own. Findings of unknown clauses are left out: they are trouble.
func (j *judgement) singles(s SpecResult, weights []weight) []FindingGroup {
	var singles []FindingGroup
	for i, f := range s.Record.Findings {
		if j.clauses[f.Clause] == nil {
			continue
		}
		w := weights[i]
		single := FindingGroup{Clause: f.Clause, Level: w.Level, Habit: f.Habit, Where: evidence.AnyIndex(f.Where), First: f.Where,
			Expected: f.Expected, Actual: f.Actual, Fails: w.fails, Accepted: w.accepted, Profiled: w.Reason, Count: f.Count(), Differs: f.Differs,
			Suite: s.Suite, Spec: s.Name, Exchange: -1}
		if x := exchangeOf(s.Record, f); x != nil {
			single.Example, single.Exchange = copied(x), f.Exchange
		}
		if f.Operation != "" {
			single.Operations = []contract.OperationID{f.Operation}
		}
		singles = append(singles, single)
	}
	slices.SortStableFunc(singles, failingFirst)
	return singles
}

func failingFirst(a, b FindingGroup) int {
	switch {
	case a.Fails == b.Fails:
		return 0
	case a.Fails:
		return -1
	}
	return 1
}

// weight is what one finding counts for: whether it fails the run, or else by
// what it is accepted.
type weight struct {
	profile.Weight
	fails    bool
	accepted string
}

// weigh weighs the findings of one spec, once: what is accepted is counted.
func (j *judgement) weigh(s SpecResult) []weight {
	weights := make([]weight, len(s.Record.Findings))
	for i, f := range s.Record.Findings {
		w := weight{Weight: j.run.profile().Weigh(f), fails: j.run.profile().Fails(f, j.failOn)}
		if j.clauses[f.Clause] != nil { // that of an unknown clause is trouble, which nobody accepts
			w.accepted = j.accept.of(f, w.fails)
		}
		w.fails = w.fails && w.accepted == ""
		weights[i] = w
	}
	return weights
}

// group gathers the findings of one spec.
func group(singles []FindingGroup) []FindingGroup {
	all := newGrouping()
	for _, single := range singles {
		all.add(single)
	}
	return all.groups
}

func copied(x *evidence.Exchange) *evidence.Exchange {
	kept := *x
	return &kept
}
