package report

import (
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// tally gathers what a run has on one clause.
type tally struct {
	clause    contract.Clause
	exercised bool
	exchanges int
	found     *grouping
	// failing, accepted and warning count the single findings that fail the run,
	// that would if nobody had accepted them, and the others; omitted the kinds
	// that a results.json left out.
	failing, accepted, warning, omitted int
	// specs, unjudged and notSelected count the specs that carry the clause as
	// a label: those that ended, of them those that could not judge it, and
	// those that the selection left out.
	specs, unjudged, notSelected int
	// elsewhere counts the specs of the clause that other shards have.
	elsewhere int
	// asserted names specs that failed without a finding, troubled those that
	// the tool itself broke.
	asserted, troubled reasons
	// inconclusive and idle say why specs did not exercise the clause.
	inconclusive, idle reasons
}

func newTally(clause contract.Clause) *tally {
	return &tally{clause: clause, found: newGrouping()}
}

// ended notes how a spec that carries the clause as a label ended; seen tells
// whether it put the clause to the test.
func (t *tally) ended(s SpecVerdict, seen bool) {
	t.specs++
	switch s.State {
	case StateInconclusive:
		t.unjudged++
		t.inconclusive.add(s.Reason)
	case StateInterrupted:
		t.unjudged++
		t.idle.add("its spec was interrupted")
	case StateNotRun:
		t.unjudged++
		t.idle.add("not run: " + s.Reason)
	case StateErrored:
		t.unjudged++
	case StateSkipped:
		t.idle.add(s.Reason)
	case StateFailed:
		if !seen {
			t.idle.add("its spec failed before it came to it")
		}
	case StatePassed:
		if !seen {
			t.idle.add("its spec ended without putting it to the test")
		}
	}
}

// result is the verdict. A failure is hidden by nothing; an accepted one hides
// neither that nor trouble of the tool; a warning is a fact and goes before what
// could not be judged; trouble of the tool goes before a
// pass, because the broken spec might have seen what the others did not.
func (t *tally) result(j *judgement) ClauseResult {
	r := ClauseResult{Clause: t.clause, Exchanges: t.exchanges, Findings: t.found.groups, Omitted: t.omitted}
	if t.specs == 0 {
		r.NotSelected = t.notSelected
	}
	count, accepted := t.failing+t.warning+t.accepted, reasons{}
	for _, group := range t.found.groups {
		if group.Accepted != "" {
			accepted.add(group.Accepted)
		}
	}
	switch {
	case t.failing > 0:
		r.Verdict, r.Reason = Failed, plural(count, "finding")
	case len(t.asserted.list) > 0:
		r.Verdict, r.Reason = Failed, "failed by "+t.asserted.String()
	case t.accepted > 0 && len(t.troubled.list) > 0:
		r.Verdict, r.Reason = Inconclusive, "tool trouble: "+t.troubled.String()+"; "+accepted.String()
	case t.accepted > 0:
		r.Verdict, r.Reason = Waived, plural(count, "finding")+": "+accepted.String()
		if t.unjudged > 0 {
			r.Reason += fmt.Sprintf("; %d of its %s could not judge it", t.unjudged, plural(t.specs, "spec"))
		}
	case count > 0:
		r.Verdict, r.Reason = Warned, plural(count, "finding")
	case len(t.troubled.list) > 0:
		r.Verdict, r.Reason = Inconclusive, "tool trouble: "+t.troubled.String()
	case t.exercised:
		r.Verdict = Passed
		if t.unjudged > 0 {
			r.Reason = fmt.Sprintf("%d of its %s could not judge it", t.unjudged, plural(t.specs, "spec"))
		}
	case j.run.NotOffered[t.clause.ID] != "":
		r.Verdict, r.Reason = NotExercised, notOffered+j.run.NotOffered[t.clause.ID]
	case len(t.inconclusive.list) > 0:
		r.Verdict, r.Reason = Inconclusive, t.inconclusive.String()
	case t.specs == 0 && t.clause.API == contract.Common && t.notSelected+t.elsewhere == 0 && j.exchanges > 0 && j.conclusive == 0:
		r.Verdict, r.Reason = Inconclusive, "only the environment answered, never the API"
	default:
		r.Verdict, r.Reason = NotExercised, t.whyNot(j)
	}
	return r
}

// notHere is the reason of a clause whose specs other shards have.
const notHere = "not in this shard"

// notOffered begins the reason of a clause that the target does not keep.
const notOffered = "not offered: "

func (t *tally) whyNot(j *judgement) string {
	switch {
	case len(t.idle.list) > 0:
		return t.idle.String()
	case t.elsewhere > 0:
		return notHere
	case t.notSelected > 0:
		return "not selected"
	case j.run.Traffic != nil:
		return "no exchange that it applies to was seen whole"
	case t.clause.API == contract.Common:
		return "no answer that it applies to was seen"
	case !slices.Contains(j.run.apis(), t.clause.API):
		return "not selected"
	}
	if missing := j.run.Shards.Missing(); len(missing) > 0 && !j.run.Shards.alone() {
		return "not in the shards that are here; missing: " + strings.Join(missing, ", ")
	}
	return "no spec of this run tests it"
}

func (j *judgement) clauseResults() []ClauseResult {
	clauses := j.run.Subject.clauses()
	results := make([]ClauseResult, len(clauses))
	for i, clause := range clauses {
		results[i] = j.clauses[clause.ID].result(j)
	}
	return results
}

// reasons is a list of different texts in order of sight.
type reasons struct{ list []string }

func (r *reasons) add(text string) {
	if text == "" {
		text = "no reason was given"
	}
	if !slices.Contains(r.list, text) {
		r.list = append(r.list, text)
	}
}

// String shows the first few.
func (r *reasons) String() string {
	const most = 3
	if len(r.list) <= most {
		return strings.Join(r.list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(r.list[:most], "; "), len(r.list)-most)
}

// plural counts things: "1 finding", "2 findings".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
