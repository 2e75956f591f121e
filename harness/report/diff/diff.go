// Package diff compares two runs: which clauses broke and were mended, which
// operations became slower, and in what the target itself has changed. It works
// on results alone, as they are read from results.json; it sends nothing and
// judges nothing anew.
package diff

import (
	"fmt"
	"slices"
	"time"

	"obconform/harness/contract"
	"obconform/harness/profile"
	"obconform/harness/report"
	"obconform/harness/sights"
)

// Limits say what counts as slower: the p95 of an operation has become Ratio
// times as long, and by Floor at least. Operations with fewer than minAnswers
// answers in either run are not compared: their p95 is chance.
type Limits struct {
	Ratio float64
	Floor time.Duration
}

const minAnswers = 5

// Difference is what has changed between two runs. Its lists are in the
// contract's order, and empty rather than nil.
type Difference struct {
	Old Run `json:"old"`
	New Run `json:"new"`
	// Notes say what makes the two runs hard to compare.
	Notes []string `json:"notes"`
	// Broke are clauses that fail and did not: the one list that counts.
	Broke []Change `json:"broke"`
	// Mended are clauses that failed, were put to the test again and do not.
	Mended []Change `json:"mended"`
	// Worse and Better are clauses that got, or lost, a warning or a waiver.
	Worse  []Change `json:"worse"`
	Better []Change `json:"better"`
	// Appeared are clauses that were put to the test for the first time,
	// Disappeared those that no longer were.
	Appeared    []Change `json:"appeared"`
	Disappeared []Change `json:"disappeared"`
	Slower      []Timing `json:"slower"`
	// Drift is what the target itself says and answers otherwise, by group.
	Drift []Drift `json:"drift"`
}

// Run names one of the two runs.
type Run struct {
	Tool    string          `json:"tool"`
	Target  string          `json:"target"`
	Start   time.Time       `json:"start"`
	Outcome report.Outcome  `json:"outcome"`
	Profile profile.Profile `json:"profile"`
}

// Change is one clause with both verdicts; empty where a run does not know it.
type Change struct {
	Clause contract.ClauseID `json:"clause"`
	Level  contract.Level    `json:"level"`
	Rule   string            `json:"rule"`
	Old    report.Verdict    `json:"old"`
	New    report.Verdict    `json:"new"`
	// Reason is that of the new verdict, or of the old one where there is no new.
	Reason string `json:"reason"`
	// Where, Expected, Actual and Spec are those of the first finding of a
	// clause that broke; empty where there is none.
	Where    string `json:"where,omitempty"`
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Spec     string `json:"spec,omitempty"`
}

// Timing is an operation that became slower. Times are p95 in milliseconds.
type Timing struct {
	Operation contract.OperationID `json:"operation"`
	Old       float64              `json:"oldP95Milliseconds"`
	New       float64              `json:"newP95Milliseconds"`
	Ratio     float64              `json:"ratio"`
}

// Drift is what changed of one group of facts (see the package sights).
type Drift struct {
	Group string `json:"group"`
	// Added were not seen in the old run; of them Undocumented are members and
	// values that no model has.
	Added        []string `json:"added"`
	Undocumented []string `json:"undocumented"`
	// Gone were seen in the old run and not in the new one. Of models it is
	// empty: what answers happen to show depends on what was asked.
	Gone []string `json:"gone"`
}

// Compare compares an old run with a new one.
func Compare(before, after report.Results, limits Limits) Difference {
	d := Difference{Old: runOf(before), New: runOf(after), Notes: notes(before, after),
		Broke: []Change{}, Mended: []Change{}, Worse: []Change{}, Better: []Change{}, Appeared: []Change{}, Disappeared: []Change{},
		Slower: slower(before, after, limits), Drift: drift(before.Seen, after.Seen)}
	was := map[contract.ClauseID]report.ClauseResult{}
	for _, clause := range before.Clauses {
		was[clause.ID] = clause
	}
	for _, clause := range after.Clauses {
		d.clause(was[clause.ID], clause)
		delete(was, clause.ID)
	}
	for _, clause := range before.Clauses { // those that the new run does not know
		if _, left := was[clause.ID]; left && tested(clause.Verdict) {
			d.Disappeared = append(d.Disappeared, Change{Clause: clause.ID, Level: clause.Level, Rule: clause.Rule, Old: clause.Verdict, Reason: clause.Reason})
		}
	}
	return d
}

func runOf(results report.Results) Run {
	return Run{Tool: results.Tool, Target: report.TargetName(results), Start: results.Start, Outcome: results.Outcome, Profile: results.Profile}
}

func notes(before, after report.Results) []string {
	list := []string{}
	add := func(differ bool, format string, args ...any) {
		if differ {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(report.TargetName(before) != report.TargetName(after), "the targets differ: %s, and %s", report.TargetName(before), report.TargetName(after))
	add(!slices.Equal(before.FailOn, after.FailOn), "the levels that fail a run differ: %v, and %v", before.FailOn, after.FailOn)
	add(before.Profile != after.Profile, "the profiles differ: %s, and %s", before.Profile, after.Profile)
	add(!slices.Equal(before.APIs, after.APIs), "the suites differ: %v, and %v", before.APIs, after.APIs)
	for _, run := range []struct {
		name    string
		results report.Results
	}{{"old", before}, {"new", after}} {
		add(run.results.Outcome == report.OutcomeInterrupted || len(run.results.Trouble) > 0, "the %s run is not complete: %s", run.name, run.results.Outcome)
		add(len(run.results.Shards.Missing()) > 0, "the %s run is a part: shard %s", run.name, run.results.ShardText())
	}
	return list
}

// tested tells whether a verdict comes from answers of the API.
func tested(verdict report.Verdict) bool {
	return verdict != "" && verdict != report.NotExercised && verdict != report.Inconclusive
}

// clause puts one clause of the new run into the list that it belongs to.
func (d *Difference) clause(was, is report.ClauseResult) {
	change := Change{Clause: is.ID, Level: is.Level, Rule: is.Rule, Old: was.Verdict, New: is.Verdict, Reason: is.Reason}
	switch {
	case is.Verdict == report.Failed && was.Verdict != report.Failed:
		if len(is.Findings) > 0 {
			first := is.Findings[0]
			change.Where, change.Expected, change.Actual, change.Spec = first.Where, first.Expected, first.Actual, first.Spec
		}
		d.Broke = append(d.Broke, change)
	case tested(was.Verdict) && !tested(is.Verdict):
		d.Disappeared = append(d.Disappeared, change)
	case !tested(was.Verdict) && tested(is.Verdict):
		d.Appeared = append(d.Appeared, change)
	case was.Verdict == is.Verdict || !tested(is.Verdict):
	case was.Verdict == report.Failed:
		d.Mended = append(d.Mended, change)
	case is.Verdict == report.Passed:
		d.Better = append(d.Better, change)
	default:
		d.Worse = append(d.Worse, change)
	}
}

func slower(before, after report.Results, limits Limits) []Timing {
	list := []Timing{}
	for _, now := range after.Timings {
		at := slices.IndexFunc(before.Timings, func(t report.Timing) bool { return t.Operation == now.Operation })
		if at < 0 || before.Timings[at].Count < minAnswers || now.Count < minAnswers {
			continue
		}
		then := before.Timings[at].P95
		if float64(now.P95) >= limits.Ratio*float64(then) && now.P95-then >= limits.Floor {
			list = append(list, Timing{Operation: now.Operation, Old: milliseconds(then), New: milliseconds(now.P95),
				Ratio: float64(now.P95) / float64(max(then, 1))})
		}
	}
	return list
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// drift compares the groups that both runs have seen anything of: what one of
// them never asked for has not changed.
func drift(before, after sights.Seen) []Drift {
	points := map[string][]string{}
	models, _ := sights.Models() // the tests of sights hold that they can be read
	for _, model := range models {
		points[model.Name] = model.Points
	}
	list := []Drift{}
	for _, group := range groups(after) {
		if len(before[group]) == 0 || len(after[group]) == 0 {
			continue
		}
		documented, isModel := points[group]
		change := Drift{Group: group, Added: missing(after[group], before[group]), Undocumented: []string{}, Gone: []string{}}
		if isModel {
			change.Undocumented = missing(change.Added, documented)
		} else {
			change.Gone = missing(before[group], after[group])
		}
		if len(change.Added)+len(change.Gone) > 0 {
			list = append(list, change)
		}
	}
	return list
}

// groups are the groups of facts, metadata before models.
func groups(seen sights.Seen) []string {
	list := []string{sights.Discovery, sights.Keys, sights.Registration}
	var others []string
	for group := range seen {
		if !slices.Contains(list, group) {
			others = append(others, group)
		}
	}
	slices.Sort(others)
	return append(list, others...)
}

// missing are the facts of one list that the other does not have.
func missing(facts, others []string) []string {
	return slices.DeleteFunc(append([]string{}, facts...), func(fact string) bool { return slices.Contains(others, fact) })
}
