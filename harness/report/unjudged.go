package report

// Unjudged are specs that ended without a verdict, in one state and for one
// reason.
type Unjudged struct {
	State  State
	Reason string
	Count  int
	// First is the first of them.
	First SpecVerdict
}

// Unjudged groups the specs that were inconclusive, interrupted or not run: a
// clause that other specs have proved does not show them.
func (r Results) Unjudged() []Unjudged {
	type key struct {
		state  State
		reason string
	}
	var groups []Unjudged
	index := map[key]int{}
	for _, spec := range r.Specs {
		if spec.State != StateInconclusive && spec.State != StateInterrupted && spec.State != StateNotRun {
			continue
		}
		reason := spec.Reason
		if reason == "" && len(spec.Failures) > 0 {
			reason = spec.Failures[0].Message
		}
		at, known := index[key{spec.State, reason}]
		if !known {
			at = len(groups)
			index[key{spec.State, reason}] = at
			groups = append(groups, Unjudged{State: spec.State, Reason: reason, First: spec})
		}
		groups[at].Count++
	}
	return groups
}
