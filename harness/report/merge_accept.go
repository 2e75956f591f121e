package report

import (
	"slices"

	"obconform/harness/baseline"
)

// entries are those of the baseline, in its order; none of no baseline.
func (b *BaselineResult) entries() []baseline.Entry {
	if b == nil {
		return nil
	}
	return baseline.Of(slices.Concat(b.Held, b.Gone, b.Unjudged)...).Entries()
}

// joinWaivers tells what came of the waivers, the same in all parts: one that a
// part has used is used, one that has expired in a part has expired.
func joinWaivers(parts []Results) []WaiverResult {
	joined := slices.Clone(parts[0].Waivers)
	for _, part := range parts[1:] {
		for i, w := range part.Waivers {
			joined[i].Findings += w.Findings
			if w.State == WaiverExpired || w.State == WaiverUsed && joined[i].State == WaiverUnused {
				joined[i].State = w.State
			}
		}
	}
	return joined
}

// joinBaselines tells what came of the baseline, the same in all parts: an entry
// is held if a part has met it, and gone if another part could tell.
func joinBaselines(parts []Results) *BaselineResult {
	if parts[0].Baseline == nil {
		return nil
	}
	joined := &BaselineResult{Held: []baseline.Entry{}, Gone: []baseline.Entry{}, Unjudged: []baseline.Entry{}}
	for _, entry := range parts[0].Baseline.entries() {
		joined.Entries++
		held, gone := false, false
		for _, part := range parts {
			held = held || slices.Contains(part.Baseline.Held, entry)
			gone = gone || slices.Contains(part.Baseline.Gone, entry)
		}
		switch {
		case held:
			joined.Held = append(joined.Held, entry)
		case gone:
			joined.Gone = append(joined.Gone, entry)
		default:
			joined.Unjudged = append(joined.Unjudged, entry)
		}
	}
	for _, part := range parts {
		joined.Findings += part.Baseline.Findings
	}
	return joined
}

// toldByAll is what came of the baseline of shards that are the whole of all
// specs: together they can tell, as one run can, that an entry is gone.
func toldByAll(run Run, results Results) *BaselineResult {
	b, a := results.Baseline, acceptance{run: run}
	if b == nil {
		return nil
	}
	told := &BaselineResult{Entries: b.Entries, Findings: b.Findings, Held: b.Held, Gone: slices.Clone(b.Gone), Unjudged: []baseline.Entry{}}
	for _, entry := range b.Unjudged {
		if a.canTell(results, entry) {
			told.Gone = append(told.Gone, entry)
		} else {
			told.Unjudged = append(told.Unjudged, entry)
		}
	}
	return told
}
