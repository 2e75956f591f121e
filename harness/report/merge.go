package report

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
)

// Merge makes one run of several at one target: shards, suites run apart, a run
// and the run of what failed in it. Each clause is judged anew from all specs,
// so that parts that share no spec come to what the whole run would have come
// to. A spec that several parts ran appears once, with the worst of its states
// and the exchanges and findings of all. The order of the parts does not matter.
//
// The floors, which may be none, are held against the coverage of the whole;
// those of the parts have had their say. The error says why parts cannot be
// merged.
func Merge(parts []Results, floors Floors) (Results, error) {
	switch {
	case len(parts) == 0:
		return Results{}, errors.New("there is nothing to merge")
	case len(parts) == 1 && floors == (Floors{}) && !parts[0].Shards.alone():
		return parts[0], nil
	}
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, inOrder)
	if err := mergeable(parts); err != nil {
		return Results{}, err
	}
	shards, err := joinShards(parts)
	if err != nil {
		return Results{}, err
	}
	m := merging{offsets: make([]map[specKey]int, len(parts))}
	run := joinRuns(parts)
	run.Floors, run.Shards = floors, shards
	run.Trouble = append(run.Trouble, shards.missing()...)
	m.j = newJudgement(run)
	m.j.accept, m.j.waivers, m.j.baseline = nil, joinWaivers(parts), joinBaselines(parts)
	for _, trouble := range m.j.trouble {
		m.j.known[trouble] = true // what a part has complained of is not said again
	}
	for i, part := range parts {
		m.specs(i, part)
		m.answers(part)
		gather(m.j.seen, part.Seen)
	}
	slices.SortStableFunc(m.all, func(a, b SpecVerdict) int { return cmp.Compare(place(a.Suite), place(b.Suite)) })
	for _, spec := range m.all {
		m.j.count(spec)
	}
	m.clauses(parts)
	results := m.j.results(m.all)
	if shards != nil && len(shards.Missing()) == 0 && shards.LeftOut == 0 {
		results.Baseline = toldByAll(run, results)
	}
	if len(parts) == 1 {
		results.EvidenceFolder = parts[0].EvidenceFolder
	}
	return results, nil
}

// inOrder puts parts in the order in which they ran.
func inOrder(a, b Results) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Seed, b.Seed),
		slices.Compare(a.Command, b.Command), slices.Compare(a.APIs, b.APIs), cmp.Compare(len(a.Specs), len(b.Specs)))
}

// mergeable refuses what was not judged by the same rules.
func mergeable(parts []Results) error {
	known := map[contract.ClauseID]bool{}
	for _, clause := range contract.Clauses() {
		known[clause.ID] = true
	}
	first := parts[0]
	for _, part := range parts {
		switch {
		case part.Traffic != nil:
			return fmt.Errorf("the results of %s are of traffic, which is judged as a whole: give all recordings to one check", when(part))
		case !slices.Equal(part.FailOn, first.FailOn):
			return fmt.Errorf("the runs of %s and %s were judged by other levels, %v and %v: run both with the same --fail-on",
				when(first), when(part), first.FailOn, part.FailOn)
		case part.Profile != first.Profile:
			return fmt.Errorf("the runs of %s and %s were judged by other profiles, %s and %s: run both with the same --profile",
				when(first), when(part), first.Profile, part.Profile)
		case !slices.EqualFunc(part.Waivers, first.Waivers, func(a, b WaiverResult) bool { return a.Waiver == b.Waiver }):
			return fmt.Errorf("the runs of %s and %s were judged by other waivers: run both with the same --waivers", when(first), when(part))
		case !slices.Equal(part.Baseline.entries(), first.Baseline.entries()) || (part.Baseline == nil) != (first.Baseline == nil):
			return fmt.Errorf("the runs of %s and %s were held against other baselines: run both with the same --baseline", when(first), when(part))
		}
		for _, spec := range part.Specs {
			for _, counted := range []map[contract.ClauseID]int{spec.Exercised, spec.Failing, spec.Accepted, spec.Warning} {
				for id := range counted {
					if !known[id] {
						return fmt.Errorf("the run of %s, by obconform %s, knows the clause %s, which this obconform does not", when(part), Line(part.Tool, maxShort), id)
					}
				}
			}
		}
	}
	return nil
}

func when(part Results) string { return part.Start.UTC().Format(time.RFC3339) }

// joinRuns is what is known of the whole beside its specs.
func joinRuns(parts []Results) Run {
	run := Run{Tool: parts[0].Tool, Target: parts[0].Target, Start: parts[0].Start, End: parts[0].End, Seed: parts[0].Seed,
		Command: parts[0].Command, FailOn: parts[0].FailOn, Profile: parts[0].Profile,
		NotOffered: map[contract.ClauseID]string{}, Budgets: Budgets{Operations: map[contract.OperationID]time.Duration{}}}
	var interrupted reasons
	for _, part := range parts {
		if part.End.After(run.End) {
			run.End = part.End
		}
		if part.Tool != run.Tool && !strings.Contains(run.Tool, part.Tool) {
			run.Tool += ", " + part.Tool
		}
		if part.Interrupted != "" {
			interrupted.add(part.Interrupted)
		}
		known := part.Shards.missing() // which of them still are is said anew
		for _, trouble := range part.Trouble {
			if !slices.Contains(known, trouble) {
				run.Trouble = append(run.Trouble, trouble)
			}
		}
		for _, warning := range part.Warnings {
			if !slices.Contains(run.Warnings, warning) {
				run.Warnings = append(run.Warnings, warning)
			}
		}
		for _, timing := range part.Timings {
			run.Budgets.Operations[timing.Operation] = max(run.Budgets.Operations[timing.Operation], timing.Budget)
		}
		for _, clause := range part.Clauses {
			if reason, ok := strings.CutPrefix(clause.Reason, notOffered); ok {
				run.NotOffered[clause.ID] = reason
			}
		}
	}
	for _, api := range contract.APIs() {
		if slices.ContainsFunc(parts, func(part Results) bool { return slices.Contains(part.APIs, api) }) {
			run.APIs = append(run.APIs, api)
		}
	}
	run.Interrupted = interrupted.String()
	if len(parts) > 1 {
		run.Command = []string{"obconform", "report", fmt.Sprintf("(of %d runs)", len(parts))}
	}
	return run
}

// merging is the state of one Merge call.
type merging struct {
	j   *judgement
	all []SpecVerdict
	// offsets are, for each part, where its exchanges begin among those of a
	// spec that earlier parts ran too.
	offsets []map[specKey]int
}

// specs takes the specs of one part in.
func (m *merging) specs(part int, results Results) {
	at := map[specKey]int{}
	for i, spec := range m.all {
		at[specKey{spec.Suite, spec.Name}] = i
	}
	m.offsets[part] = map[specKey]int{}
	for _, spec := range results.Specs {
		key := specKey{spec.Suite, spec.Name}
		if i, known := at[key]; known {
			m.offsets[part][key] = len(m.all[i].Record.Exchanges)
			m.all[i] = fold(m.all[i], spec)
		} else {
			m.all = append(m.all, spec)
		}
	}
}

// gravity orders the states of a spec, the worst first; that a part skipped it
// does not take back that another put it to the test.
func gravity(state State) int {
	return slices.Index([]State{StateFailed, StateErrored, StateInterrupted, StateInconclusive, StateNotRun, StatePassed, StateSkipped}, state)
}

// fold joins two results of one spec.
func fold(a, b SpecVerdict) SpecVerdict {
	both, offset := a, len(a.Record.Exchanges)
	both.Failures = slices.Concat(a.Failures, b.Failures)
	if gravity(b.State) < gravity(a.State) {
		both.State, both.Reason = b.State, b.Reason
		both.Failures = slices.Concat(b.Failures, a.Failures)
	}
	if a.Started.IsZero() || !b.Started.IsZero() && b.Started.Before(a.Started) {
		both.Started = b.Started
	}
	both.Duration = a.Duration + b.Duration
	both.Record.Exchanges = slices.Concat(a.Record.Exchanges, b.Record.Exchanges)
	both.Record.Notes = slices.Clone(a.Record.Notes)
	for _, note := range b.Record.Notes {
		if !slices.Contains(both.Record.Notes, note) {
			both.Record.Notes = append(both.Record.Notes, note)
		}
	}
	both.Evidence = slices.Clone(a.Evidence)
	for _, i := range b.Evidence {
		both.Evidence = append(both.Evidence, i+offset)
	}
	both.Findings = joinGroups(a.Findings, shifted(b.Findings, func(FindingGroup) int { return offset }))
	slices.SortStableFunc(both.Findings, failingFirst)
	both.Omitted = a.Omitted + b.Omitted
	both.Exercised, both.Failing = sum(a.Exercised, b.Exercised), sum(a.Failing, b.Failing)
	both.Accepted, both.Warning = sum(a.Accepted, b.Accepted), sum(a.Warning, b.Warning)
	return both
}

func sum(a, b map[contract.ClauseID]int) map[contract.ClauseID]int {
	both := maps.Clone(a)
	if both == nil {
		both = map[contract.ClauseID]int{}
	}
	for id, n := range b {
		both[id] += n
	}
	return both
}

// shifted are the groups with their examples where the exchanges have moved to.
func shifted(groups []FindingGroup, offset func(FindingGroup) int) []FindingGroup {
	moved := slices.Clone(groups)
	for i, group := range moved {
		if group.Exchange >= 0 {
			moved[i].Exchange += offset(group)
		}
	}
	return moved
}

// joinGroups joins groups of findings with their likes. Of how many different
// places they are is only known that it is no less than in either.
func joinGroups(lists ...[]FindingGroup) []FindingGroup {
	groups, index := []FindingGroup{}, map[groupKey]int{}
	for _, group := range slices.Concat(lists...) {
		key := group.key()
		at, known := index[key]
		if !known {
			index[key] = len(groups)
			groups = append(groups, group)
			continue
		}
		like := &groups[at]
		like.Count += group.Count
		like.Places = max(like.Places, group.Places)
		like.join(group)
	}
	return groups
}

// answers adds the answers of one part: what it says of each pair is the
// gravest that it saw, and so is what the whole says.
func (m *merging) answers(part Results) {
	m.j.exchanges += part.Exchanges
	for _, operation := range part.Operations {
		for _, status := range operation.Statuses {
			t := m.j.answer(operation.Operation, status.Status)
			t.exchanges += status.Exchanges
			t.failed = t.failed || status.Verdict == Failed
			t.accepted = t.accepted || status.Verdict == Waived
			t.warned = t.warned || status.Verdict == Warned
			if exercised(status.Verdict) {
				t.conclusive++
			}
		}
	}
	for _, spec := range part.Specs {
		for _, x := range spec.Record.Exchanges {
			if x.Inconclusive == "" {
				m.j.conclusive++
			}
		}
	}
}

// clauses adds what only the parts' own clauses know: the findings of all specs
// by kind, and whether the specs of the clause were left out by every part.
func (m *merging) clauses(parts []Results) {
	lists := map[contract.ClauseID][][]FindingGroup{}
	seen := map[contract.ClauseID]int{}
	for i, part := range parts {
		for _, clause := range part.Clauses {
			t := m.j.clauses[clause.ID]
			if t == nil {
				continue // of another version, and never exercised
			}
			lists[clause.ID] = append(lists[clause.ID], shifted(clause.Findings, func(group FindingGroup) int {
				return m.offsets[i][specKey{group.Suite, group.Spec}]
			}))
			t.omitted += clause.Omitted
			if seen[clause.ID]++; seen[clause.ID] == 1 {
				t.notSelected = clause.NotSelected
			}
			t.notSelected = min(t.notSelected, clause.NotSelected)
		}
	}
	for id, groups := range lists {
		m.j.clauses[id].found.groups = joinGroups(groups...)
	}
}

// TargetName is what tells one target from another: its name and its address,
// without the port of a bank on loopback, which has another one every time.
func TargetName(results Results) string {
	name := ""
	if members, ok := results.Target["target"].(map[string]any); ok {
		name, _ = members["name"].(string)
	}
	address := results.TargetAddress()
	if loopback := loopbackForm.FindString(address); loopback != "" {
		address = loopback
	}
	return strings.TrimSpace(Line(name, maxShort) + " " + address)
}

// ByTarget sorts runs by their targets, in the order of their names.
func ByTarget(all []Results) (names []string, parts map[string][]Results) {
	parts = map[string][]Results{}
	for _, results := range all {
		name := TargetName(results)
		parts[name] = append(parts[name], results)
	}
	return slices.Sorted(maps.Keys(parts)), parts
}

// loopbackForm finds an address on loopback, without its port.
var loopbackForm = regexp.MustCompile(`^https?://(?:127\.[0-9.]+|localhost|\[::1\])`)
