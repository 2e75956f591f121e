package report

import (
	"fmt"
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/sights"
)

// Judge weighs a run: a verdict for every clause of the contract, for every
// documented answer, for every spec, and for the run. It changes nothing in run.
func Judge(run Run) Results {
	j := newJudgement(run)
	specs := settle(run)
	verdicts := make([]SpecVerdict, len(specs))
	for i, spec := range specs {
		verdicts[i] = j.spec(spec)
	}
	for _, spec := range run.NotSelected {
		for _, id := range spec.Clauses {
			if t := j.clauses[id]; t != nil {
				t.notSelected++
			}
		}
	}
	elsewhere(run.Elsewhere, func(id contract.ClauseID) {
		if t := j.clauses[id]; t != nil {
			t.elsewhere++
		}
	})
	for i, trouble := range j.trouble {
		j.trouble[i].What, j.trouble[i].Detail = Line(trouble.What, maxValue), Block(trouble.Detail, maxKeptBody)
	}
	return j.results(verdicts)
}

// results puts together what was gathered of all specs.
func (j *judgement) results(verdicts []SpecVerdict) Results {
	run := j.run
	results := Results{
		Subject: run.Subject.orBank(), Traffic: run.Traffic.tidy(), Tool: run.Tool, Target: run.Target, Start: run.Start.UTC(), End: run.End.UTC(), Seed: run.Seed,
		Command: run.Command, APIs: run.apis(), FailOn: j.failOn, Profile: run.profile(), Interrupted: run.Interrupted,
		Warnings: run.Warnings, EvidenceFolder: run.EvidenceFolder, Shards: run.Shards,
		Exchanges: j.exchanges, Trouble: j.trouble, Specs: verdicts,
		Clauses: j.clauseResults(), Operations: j.operationResults(), Timings: j.timings(verdicts), Seen: tidy(j.seen),
	}
	results.Totals = total(results, j.findings)
	if j.accept != nil {
		results.Waivers, results.Baseline, results.breaches = j.accept.waivers(), j.accept.baseline(results), j.accept.breaches
	} else {
		results.Waivers, results.Baseline = j.waivers, j.baseline
	}
	results.Coverage = cover(results)
	results.Shortfalls = run.Floors.shortfalls(results.Coverage)
	results.Outcome = outcome(results)
	return results
}

func newJudgement(run Run) *judgement {
	j := &judgement{run: run, failOn: run.failOn(), accept: newAcceptance(run), clauses: map[contract.ClauseID]*tally{},
		answers: map[answerKey]*answerTally{}, known: map[Trouble]bool{}, seen: sights.Seen{}, trouble: slices.Clone(run.Trouble)}
	for _, clause := range run.Subject.clauses() {
		j.clauses[clause.ID] = newTally(clause)
	}
	if run.Traffic != nil {
		j.countTraffic(*run.Traffic)
	}
	return j
}

// Placeholder judges a run before it begins: every planned spec is not run. It
// is written first, so that a run that is killed leaves a report that says so
// and is green nowhere.
func Placeholder(run Run) Results {
	run.Results, run.Interrupted = nil, ""
	run.Trouble = []Trouble{{What: "the run never reported its end"}}
	return Judge(run)
}

// judgement is the state of one Judge call.
type judgement struct {
	run    Run
	failOn []contract.Level
	// accept is nil where parts have weighed their findings already; then what
	// came of waivers and baseline is given.
	accept   *acceptance
	waivers  []WaiverResult
	baseline *BaselineResult

	clauses map[contract.ClauseID]*tally
	answers map[answerKey]*answerTally
	trouble []Trouble
	known   map[Trouble]bool
	seen    sights.Seen
	// exchanges and findings are counted over the whole run; conclusive counts
	// the exchanges in which the API itself answered.
	exchanges, conclusive, findings int
}

// complain notes trouble once, however often it is met.
func (j *judgement) complain(suite contract.API, format string, args ...any) {
	trouble := Trouble{Suite: suite, What: fmt.Sprintf(format, args...)}
	if !j.known[trouble] {
		j.known[trouble] = true
		j.trouble = append(j.trouble, trouble)
	}
}

// spec judges one spec and adds what it saw to the clauses and answers.
func (j *judgement) spec(s SpecResult) SpecVerdict {
	if place(s.Suite) == len(contract.APIs()) && (j.run.Traffic == nil || s.Suite != contract.Common) {
		j.complain("", "the spec %q belongs to no suite: it carries no label %s<name>", s.Name, labelAPI)
	}
	// Texts are held to what a results.json keeps, so that reports made of one
	// say the same as those made now.
	s.Reason, s.Failures = Line(s.Reason, maxValue), slices.Clone(s.Failures)
	for i := range s.Failures {
		s.Failures[i].Message = Block(s.Failures[i].Message, maxKeptBody)
	}
	s.Record.Findings = slices.Clone(s.Record.Findings)
	for i := range s.Record.Findings {
		j.normalise(&s, &s.Record.Findings[i])
	}
	weights := j.weigh(s)
	singles := j.singles(s, weights)
	gather(j.seen, s.Record.Seen)
	exercised := j.exercised(s)
	verdict := SpecVerdict{SpecResult: s, Findings: group(singles), Exercised: map[contract.ClauseID]int{}, Evidence: telling(s.Record)}
	for id, exchanges := range exercised {
		verdict.Exercised[id] = max(len(exchanges), s.Record.Tally[id])
	}
	verdict.Failing, verdict.Accepted, verdict.Warning = count(verdict.Findings)
	verdict.State, verdict.Reason = j.stateOf(verdict)
	if last := len(s.Record.Exchanges) - 1; verdict.HasEvidence() && !verdict.fails() && !slices.Contains(verdict.Evidence, last) {
		verdict.Evidence = append(verdict.Evidence, last) // the best guess at where it ended
	}
	j.countExchanges(s, weights)
	for _, single := range singles {
		j.clauses[single.Clause].found.add(single)
	}
	j.count(verdict)
	return verdict
}

// count adds what one spec came to to the clauses that it put to the test and
// to those that it is labelled with.
func (j *judgement) count(s SpecVerdict) {
	for id, exchanges := range s.Exercised {
		j.clauses[id].exercised = true
		j.clauses[id].exchanges += exchanges
	}
	for id, n := range s.Failing {
		j.clauses[id].failing += n
		j.findings += n
	}
	for id, n := range s.Accepted {
		j.clauses[id].accepted += n
		j.findings += n
	}
	for id, n := range s.Warning {
		j.clauses[id].warning += n
		j.findings += n
	}
	j.label(s)
}

// telling are the exchanges that a reader wants to see whole.
func telling(record evidence.Record) []int {
	indexes := []int{}
	for i, x := range record.Exchanges {
		if x.Inconclusive != "" || slices.ContainsFunc(record.Findings, func(f evidence.Finding) bool { return f.Exchange == i }) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// count counts the single findings of groups by clause.
func count(groups []FindingGroup) (failing, accepted, warning map[contract.ClauseID]int) {
	failing, accepted, warning = map[contract.ClauseID]int{}, map[contract.ClauseID]int{}, map[contract.ClauseID]int{}
	for _, group := range groups {
		switch {
		case group.Fails:
			failing[group.Clause] += group.Count
		case group.Accepted != "":
			accepted[group.Clause] += group.Count
		default:
			warning[group.Clause] += group.Count
		}
	}
	return failing, accepted, warning
}

// normalise fills in what a finding leaves to its clause and its exchange. A
// clause or a level that the contract does not know is a fault of the tool and
// surfaces as trouble.
func (j *judgement) normalise(s *SpecResult, f *evidence.Finding) {
	t := j.clauses[f.Clause]
	if t == nil {
		j.complain(s.Suite, "a finding names the unknown clause %q: expected %s, actual %s (spec %q)",
			f.Clause, Line(f.Expected, maxShort), Line(f.Actual, maxShort), s.Name)
		return
	}
	switch {
	case f.Level == "":
		f.Level = t.clause.Level
	case !slices.Contains(contract.Levels(), f.Level):
		j.complain(s.Suite, "a finding of %s has the unknown level %q; that of the clause is used", f.Clause, f.Level)
		f.Level = t.clause.Level
	}
	if _, known := contract.HabitByID(f.Habit); f.Habit != "" && !known {
		j.complain(s.Suite, "a finding of %s names the unknown habit %q; it counts as any other", f.Clause, f.Habit)
		f.Habit = ""
	}
	if x := exchangeOf(s.Record, *f); x != nil {
		if f.Operation == "" {
			f.Operation = x.Operation
		}
		if f.Status == 0 {
			f.Status = x.Status
		}
	}
}

// exchangeOf is the exchange of a finding, nil when it has none.
func exchangeOf(record evidence.Record, f evidence.Finding) *evidence.Exchange {
	if f.Exchange < 0 || f.Exchange >= len(record.Exchanges) {
		return nil
	}
	return &record.Exchanges[f.Exchange]
}

// exercised are the clauses that the spec put to the test, with the exchanges
// that were held against each. Answers of the environment exercise nothing.
func (j *judgement) exercised(s SpecResult) map[contract.ClauseID]map[int]bool {
	all := map[contract.ClauseID]map[int]bool{}
	add := func(id contract.ClauseID, exchange int) {
		if j.clauses[id] == nil {
			j.complain(s.Suite, "the unknown clause %q is said to be exercised (spec %q)", id, s.Name)
			return
		}
		if all[id] == nil {
			all[id] = map[int]bool{}
		}
		if exchange >= 0 {
			all[id][exchange] = true
		}
	}
	for i, exchange := range s.Record.Exchanges {
		if exchange.Inconclusive != "" {
			continue
		}
		for _, id := range exchange.Exercised {
			add(id, i)
		}
	}
	for _, id := range s.Record.Exercised {
		add(id, -1)
	}
	for id := range s.Record.Tally {
		add(id, -1)
	}
	for _, f := range s.Record.Findings {
		if j.clauses[f.Clause] == nil {
			continue // normalise has complained of it
		}
		index := -1
		if exchangeOf(s.Record, f) != nil {
			index = f.Exchange
		}
		add(f.Clause, index)
	}
	return all
}

// stateOf is the spec's state in the light of its findings and the run's levels.
func (j *judgement) stateOf(s SpecVerdict) (State, string) {
	if accepted := acceptedOf(s); accepted != "" && !s.fails() {
		s = withoutAccepted(s, accepted)
	}
	asserted := s.State == StateFailed || slices.ContainsFunc(s.Failures, func(f Failure) bool { return f.State == StateFailed && !f.OfFindings })
	switch {
	case s.fails() || asserted:
		return StateFailed, s.Reason
	case !slices.Contains(States(), s.State):
		j.complain(s.Suite, "the spec %q ended in the unknown state %q", s.Name, s.State)
		return StateErrored, s.Reason
	case s.State != StatePassed:
		return s.State, s.Reason
	case s.Record.Inconclusive != "":
		return StateInconclusive, Line(s.Record.Inconclusive, maxValue)
	}
	if s.Record.Met {
		return StatePassed, s.Reason
	}
	for _, id := range s.Clauses {
		if _, ok := s.Exercised[id]; ok {
			return StatePassed, s.Reason
		}
	}
	// A green spec that looked at nothing must not be counted as a pass.
	return StateSkipped, "it ended without putting its clauses to the test"
}

// label tells the clauses of the spec's labels how it ended.
func (j *judgement) label(s SpecVerdict) {
	asserted := s.State == StateFailed && !s.fails()
	troubled := s.State == StateErrored ||
		slices.ContainsFunc(s.Failures, func(f Failure) bool { return f.State == StateErrored })
	for _, id := range s.Clauses {
		t := j.clauses[id]
		if t == nil {
			j.complain(s.Suite, "the spec %q is labelled with the unknown clause %q", s.Name, id)
			continue
		}
		_, seen := s.Exercised[id]
		t.ended(s, seen)
		if asserted {
			t.asserted.add(s.Name)
		}
		if troubled {
			t.troubled.add(s.Name)
		}
	}
}

func total(results Results, findings int) Totals {
	t := Totals{Clauses: map[Verdict]int{}, Specs: map[State]int{}, Answers: map[Verdict]int{}, Findings: findings}
	for _, verdict := range Verdicts() {
		t.Clauses[verdict], t.Answers[verdict] = 0, 0
	}
	for _, state := range States() {
		t.Specs[state] = 0
	}
	for _, clause := range results.Clauses {
		t.Clauses[clause.Verdict]++
	}
	for _, spec := range results.Specs {
		t.Specs[spec.State]++
	}
	for _, operation := range results.Operations {
		for _, status := range operation.Statuses {
			if status.Documented {
				t.Answers[status.Verdict]++
			}
		}
	}
	return t
}
