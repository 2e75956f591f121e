package page

import (
	"cmp"
	"slices"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// reasonSection is the clauses of one verdict by the reason of it: what the run
// could not judge, or did not put to the test.
type reasonSection struct {
	ID, Title string
	Verdict   report.Verdict
	Clauses   int
	Reasons   []reason
}

type reason struct {
	Text    string
	Clauses []report.ClauseResult
}

func reasonSections(clauses []report.ClauseResult) []reasonSection {
	var sections []reasonSection
	for _, one := range []reasonSection{
		{Title: "Inconclusive", Verdict: report.Inconclusive}, {Title: "Not exercised", Verdict: report.NotExercised},
	} {
		one.ID = sectionID(one.Verdict)
		for _, clause := range clauses {
			if clause.Verdict == one.Verdict {
				one.add(clause)
			}
		}
		if len(one.Reasons) > 0 {
			slices.SortStableFunc(one.Reasons, func(a, b reason) int { return cmp.Compare(len(b.Clauses), len(a.Clauses)) })
			sections = append(sections, one)
		}
	}
	return sections
}

func (s *reasonSection) add(clause report.ClauseResult) {
	s.Clauses++
	text := report.Line(clause.Reason, maxLine)
	at := slices.IndexFunc(s.Reasons, func(r reason) bool { return r.Text == text })
	if at < 0 {
		at = len(s.Reasons)
		s.Reasons = append(s.Reasons, reason{Text: text})
	}
	s.Reasons[at].Clauses = append(s.Reasons[at].Clauses, clause)
}

// APIs are those of the clauses, for the filter.
func (r reason) APIs() string {
	var list []contract.API
	for _, clause := range r.Clauses {
		list = append(list, clause.API)
	}
	return words(unique(list))
}

// Levels are those of the clauses, for the filter.
func (r reason) Levels() string {
	var list []contract.Level
	for _, clause := range r.Clauses {
		list = append(list, clause.Level)
	}
	return words(unique(list))
}
