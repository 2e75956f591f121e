package detect

import (
	"slices"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// Outcome is what became of one fault or mutation.
type Outcome string

// The outcomes, the worst first.
const (
	// NotSeen: answers were changed, and no spec and no finding says so.
	NotSeen Outcome = "reached, not seen"
	// NeverReached: no answer was changed; nothing is known.
	NeverReached Outcome = "never reached"
	// CaughtOtherwise: something turned red, yet not the clause that was broken.
	CaughtOtherwise Outcome = "caught otherwise"
	// CaughtByName: the clause that was broken turned red.
	CaughtByName Outcome = "caught by name"
)

// Outcomes lists every outcome, the worst first.
func Outcomes() []Outcome { return []Outcome{NotSeen, NeverReached, CaughtOtherwise, CaughtByName} }

// outcomeOf weighs how often something showed, and what was noticed of it.
func outcomeOf(fired int, noticed, byName bool) Outcome {
	switch {
	case fired == 0:
		return NeverReached
	case byName:
		return CaughtByName
	case noticed:
		return CaughtOtherwise
	}
	return NotSeen
}

// Notice is how strongly something was noticed.
type Notice string

// The notices, the strongest first; "" is none.
const (
	// Failure: a clause or a spec failed; the run ends with status 1.
	Failure Notice = "failed"
	// Inconclusion: the suites could not judge; the run ends with status 3.
	Inconclusion Notice = "inconclusive"
	// Warning: advice was breached; the run ends with status 0 and says so.
	Warning Notice = "warned"
)

// noticed reads from results what stands out of them, beside what did without
// the change: the strongest notice, the clauses that gave it, the first spec
// that did not succeed, and trouble of the tool.
type noticed struct {
	notice  Notice
	clauses []contract.ClauseID
	spec    string
	trouble string
}

// Known are the clauses that stand out without any change: they notice nothing.
type Known struct {
	Failed []contract.ClauseID `json:"failed"`
	Warned []contract.ClauseID `json:"warned"`
}

// knownOf reads them from the results of a pass without change.
func knownOf(results report.Results) Known {
	known := Known{Failed: []contract.ClauseID{}, Warned: []contract.ClauseID{}}
	for _, clause := range results.Clauses {
		switch clause.Verdict {
		case report.Failed:
			known.Failed = append(known.Failed, clause.ID)
		case report.Warned:
			known.Warned = append(known.Warned, clause.ID)
		}
	}
	return known
}

// All are both sorts.
func (k Known) All() []contract.ClauseID { return slices.Concat(k.Failed, k.Warned) }

// anew tells whether a spec failed for more than clauses that are known to fail.
func (k Known) anew(spec report.SpecVerdict) bool {
	for clause := range spec.Failing {
		if !slices.Contains(k.Failed, clause) {
			return true
		}
	}
	return len(spec.Failing) == 0
}

// notice weighs the results of a trial beside what is known anyway.
func notice(results report.Results, known Known) noticed {
	var n noticed
	by := map[Notice][]contract.ClauseID{}
	for _, clause := range results.Clauses {
		switch clause.Verdict {
		case report.Failed:
			if !slices.Contains(known.Failed, clause.ID) {
				by[Failure] = append(by[Failure], clause.ID)
			}
		case report.Warned:
			if !slices.Contains(known.All(), clause.ID) {
				by[Warning] = append(by[Warning], clause.ID)
			}
		}
	}
	failed, inconclusive := len(by[Failure]) > 0, false
	for _, spec := range results.Specs {
		switch spec.State {
		case report.StateErrored:
			n.trouble = spec.Name + ": " + firstMessage(spec.SpecResult)
		case report.StateInconclusive:
			inconclusive = true
		case report.StateFailed:
			if !known.anew(spec) {
				continue
			}
			failed = true
		default:
			continue
		}
		if n.spec == "" {
			n.spec = spec.Name
		}
	}
	for _, trouble := range results.Trouble {
		n.trouble = trouble.What
	}
	switch {
	case failed:
		n.notice, n.clauses = Failure, append(by[Failure], by[Warning]...)
	case inconclusive:
		n.notice, n.clauses = Inconclusion, by[Warning]
	case len(by[Warning]) > 0:
		n.notice, n.clauses = Warning, by[Warning]
	}
	return n
}

func firstMessage(spec report.SpecResult) string {
	if len(spec.Failures) == 0 {
		return string(spec.State)
	}
	return report.Line(spec.Failures[0].Message, maxMessage)
}

// maxMessage bounds what is kept of a message, in characters.
const maxMessage = 200
