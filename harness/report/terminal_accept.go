package report

import "fmt"

// accepted prints what the user has accepted and the run has not met.
func (t *terminal) accepted() {
	printed := false
	for _, w := range t.results.Waivers {
		if w.State == WaiverUnused {
			if !printed {
				t.title("Waivers that met no finding")
				printed = true
			}
			t.printf("  %s: %s\n", Line(w.String(), maxValue), t.clauseState(w))
		}
	}
	b := t.results.Baseline
	if b == nil {
		return
	}
	t.title("Baseline")
	t.printf("  %s, which hold %s; %d no longer occur, %d could not be judged by this run\n",
		entries(b.Entries), plural(b.Findings, "finding"), len(b.Gone), len(b.Unjudged))
	for _, entry := range b.Gone {
		t.printf("  no longer occurs: %s\n", Line(entry.String(), maxValue))
	}
}

// entries counts entries of a baseline.
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// clauseState says how the clause of a waiver ended.
func (t *terminal) clauseState(w WaiverResult) string {
	for _, clause := range t.results.Clauses {
		if clause.ID == w.Clause {
			return "the clause is " + string(clause.Verdict)
		}
	}
	return "there is no such clause"
}

// expired prints the waivers that fail the run.
func (t *terminal) expired() {
	printed := false
	for _, w := range t.results.Waivers {
		if w.State != WaiverExpired {
			continue
		}
		if !printed {
			t.title("Waivers that have expired: renew them, or take them away")
			printed = true
		}
		t.printf("  %s\n", t.paint(string(Failed), Line(w.String(), maxValue)))
	}
}
