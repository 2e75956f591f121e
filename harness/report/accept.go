package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"obconform/harness/baseline"
	"obconform/harness/evidence"
	"obconform/harness/waiver"
)

// WaiverState is what came of a waiver in a run.
type WaiverState string

// The states of a waiver.
const (
	// WaiverUsed has waived findings.
	WaiverUsed WaiverState = "used"
	// WaiverUnused has met none.
	WaiverUnused WaiverState = "unused"
	// WaiverExpired holds no longer, and fails the run until it is renewed or
	// taken away.
	WaiverExpired WaiverState = "expired"
)

// WaiverResult is a waiver and what came of it.
type WaiverResult struct {
	waiver.Waiver
	State WaiverState `json:"state"`
	// Findings counts the single findings that it has waived.
	Findings int `json:"findings"`
}

// waives is what the waiver is for.
func (w WaiverResult) waives() string {
	if w.Operation == "" {
		return string(w.Clause)
	}
	return string(w.Clause) + " at " + string(w.Operation)
}

// String is the waiver in one line.
func (w WaiverResult) String() string {
	return fmt.Sprintf("%s until %s (%s): %s", w.waives(), w.Expires, w.Ticket, w.Reason)
}

// BaselineResult is what came of holding a run against a baseline.
type BaselineResult struct {
	// Entries counts the entries of the baseline, Findings the single findings
	// that it held.
	Entries  int `json:"entries"`
	Findings int `json:"findings"`
	// Held are the entries that occurred.
	Held []baseline.Entry `json:"held"`
	// Gone are entries that no longer occur, though the run was whole and put
	// their clauses to the test.
	Gone []baseline.Entry `json:"gone"`
	// Unjudged are entries that did not occur in a run that cannot tell: they
	// were not selected, it was interrupted, or their clauses were not judged.
	Unjudged []baseline.Entry `json:"unjudged"`
}

// acceptance is what a user has accepted of a run, and what of it occurred.
type acceptance struct {
	run  Run
	used map[int]int            // findings by the index of their waiver
	held map[baseline.Entry]int // findings by the entry of the baseline that holds them
	// breaches are the fingerprints of all findings that fail a run held
	// against no baseline.
	breaches []baseline.Entry
}

func newAcceptance(run Run) *acceptance {
	return &acceptance{run: run, used: map[int]int{}, held: map[baseline.Entry]int{}}
}

// of says by what a finding is accepted; empty for one that is not. A waiver
// goes before the baseline, which holds only what fails.
func (a *acceptance) of(f evidence.Finding, fails bool) string {
	if at := a.run.Waivers.For(f, a.run.Start); at >= 0 {
		a.used[at] += f.Count()
		w := a.run.Waivers[at]
		return Line(fmt.Sprintf("waived until %s (%s): %s", w.Expires, w.Ticket, w.Reason), maxValue)
	}
	if !fails {
		return ""
	}
	entry := baseline.Fingerprint(f)
	a.breaches = append(a.breaches, entry)
	if a.run.Baseline != nil && a.run.Baseline.Holds(entry) {
		a.held[entry] += f.Count()
		return "held by the baseline"
	}
	return ""
}

// waivers tells what came of each waiver.
func (a *acceptance) waivers() []WaiverResult {
	results := []WaiverResult{}
	for i, w := range a.run.Waivers {
		result := WaiverResult{Waiver: w, State: WaiverUnused, Findings: a.used[i]}
		switch {
		case w.Expired(a.run.Start):
			result.State = WaiverExpired
		case a.used[i] > 0:
			result.State = WaiverUsed
		}
		results = append(results, result)
	}
	return results
}

// baseline tells what came of the entries of the baseline; nil without one.
func (a *acceptance) baseline(results Results) *BaselineResult {
	if a.run.Baseline == nil {
		return nil
	}
	result := &BaselineResult{Held: []baseline.Entry{}, Gone: []baseline.Entry{}, Unjudged: []baseline.Entry{}}
	for _, entry := range a.run.Baseline.Entries() {
		result.Entries++
		result.Findings += a.held[entry]
		switch {
		case a.held[entry] > 0:
			result.Held = append(result.Held, entry)
		case a.canTell(results, entry):
			result.Gone = append(result.Gone, entry)
		default:
			result.Unjudged = append(result.Unjudged, entry)
		}
	}
	return result
}

// canTell tells whether a run that has not met a breach shows that it is gone:
// only a whole run does, and only of clauses that it put to the test.
func (a *acceptance) canTell(results Results, entry baseline.Entry) bool {
	return whole(a.run, results) && slices.ContainsFunc(results.Clauses, func(c ClauseResult) bool {
		return c.ID == entry.Clause && c.Verdict != NotExercised && c.Verdict != Inconclusive
	})
}

// whole tells whether a run has made all specs that there are, each to its end
// and to a verdict.
func whole(run Run, results Results) bool {
	specs := results.Totals.Specs
	return run.Interrupted == "" && len(run.NotSelected)+len(run.Elsewhere) == 0 && len(results.Trouble) == 0 &&
		specs[StateNotRun]+specs[StateErrored]+specs[StateInconclusive]+specs[StateInterrupted] == 0
}

// NextBaseline is the baseline that accepts what the run has found: an entry for
// each finding that failed it, or would have without its baseline, and each
// older entry that the run cannot tell to be gone; kept counts the latter. There
// is none after an interruption, which has seen only part: ok is false.
func NextBaseline(run Run, results Results) (next baseline.Baseline, kept int, ok bool) {
	if results.Interrupted != "" {
		return baseline.Baseline{}, 0, false
	}
	entries := slices.Clone(results.breaches)
	if run.Baseline != nil {
		a := newAcceptance(run)
		for _, entry := range run.Baseline.Entries() {
			if !slices.Contains(results.breaches, entry) && !a.canTell(results, entry) {
				entries = append(entries, entry)
				kept++
			}
		}
	}
	return baseline.Of(entries...), kept, true
}

// acceptedOf says by what the first accepted finding of a spec is accepted, and
// of which clause it is; empty where there is none.
func acceptedOf(s SpecVerdict) string {
	for _, group := range s.Findings {
		if group.Accepted != "" {
			return string(group.Clause) + " is " + group.Accepted
		}
	}
	return ""
}

// withoutAccepted is a spec that failed for accepted findings alone as it ended
// otherwise: skipped, where one of its own clauses was breached or it did not come to
// its end, and passed where only others were breached.
func withoutAccepted(s SpecVerdict, accepted string) SpecVerdict {
	ofFindings := func(f Failure) bool { return f.OfFindings }
	if s.State != StateFailed || !slices.ContainsFunc(s.Failures, ofFindings) {
		return s // it went on, or failed for something else
	}
	rest := slices.DeleteFunc(slices.Clone(s.Failures), ofFindings)
	if s.State = stateOf(types.SpecStatePassed, rest); s.State != StatePassed {
		return s
	}
	for _, id := range s.Clauses {
		breached := slices.ContainsFunc(s.Findings, func(g FindingGroup) bool { return g.Clause == id && g.Accepted != "" })
		if _, seen := s.Exercised[id]; breached || !seen || s.Record.EndedEarly {
			s.State, s.Reason = StateSkipped, accepted
		}
	}
	return s
}

// shadowed lists the suites of which no clause of their own was put to the test,
// since the bank did not give what their specs need first, a token for one, and
// that fails no run: it is accepted, or a warning. A file of accepted breaches
// that was written while the target let nobody in must not be a pass for ever.
func shadowed(results Results) []string {
	var suites []string
	for _, s := range results.Specs {
		denied := s.State == StateSkipped && (acceptedOf(s) != "" || strings.HasPrefix(s.Reason, evidence.Denied))
		own := func(c ClauseResult) bool { return c.API == s.Suite && exercised(c.Verdict) }
		if denied && !slices.Contains(suites, string(s.Suite)) && !slices.ContainsFunc(results.Clauses, own) {
			suites = append(suites, string(s.Suite))
		}
	}
	return suites
}

// expired counts the waivers that hold no longer.
func expired(waivers []WaiverResult) int {
	n := 0
	for _, w := range waivers {
		if w.State == WaiverExpired {
			n++
		}
	}
	return n
}
