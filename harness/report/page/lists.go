package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// apiClauses is the clauses of one API.
type apiClauses struct {
	ID, Title string
	API       contract.API
	Counts    []tile
	Clauses   []clauseRow
}

// clauseRow is one clause in its table.
type clauseRow struct {
	report.ClauseResult
	Reason string
	// Found is the anchor of what was found, "" for nothing.
	Found string
	Specs []specLink
}

// clauses lists the clauses by API, the common ones last, in the contract's order.
func (l *looker) clauses() []apiClauses {
	specs := map[contract.ClauseID][]specLink{}
	for _, spec := range l.results.Specs {
		for _, id := range unique(spec.Clauses) {
			specs[id] = append(specs[id], specLink{l.specID(spec.Suite, spec.Name), report.Line(spec.Name, maxName), word(spec.Suite)})
		}
	}
	var list []apiClauses
	for _, api := range append(contract.APIs(), contract.Common) {
		group := apiClauses{ID: "clauses-" + string(api), Title: api.Title(), API: api}
		counts := map[report.Verdict]int{}
		for _, clause := range l.results.Clauses {
			if clause.API != api {
				continue
			}
			row := clauseRow{ClauseResult: clause, Reason: report.Line(clause.Reason, maxLine), Specs: specs[clause.ID]}
			if hasFindings(clause.Verdict) {
				row.Found = "found-" + string(clause.ID)
			}
			counts[clause.Verdict]++
			group.Clauses = append(group.Clauses, row)
		}
		for _, verdict := range report.Verdicts() {
			if counts[verdict] > 0 {
				group.Counts = append(group.Counts, tile{Verdict: verdict, Count: counts[verdict]})
			}
		}
		list = append(list, group)
	}
	return list
}

// suite is the specs of one API by section.
type suite struct {
	Title    string
	API      contract.API
	Sections []section
}

type section struct {
	ID, Title string
	Counts    []tile
	Specs     []specRow
}

// specRow is one spec with its exchanges.
type specRow struct {
	ID, Name     string
	State        report.State
	Verdict      report.Verdict
	Levels       string
	Clauses      []contract.ClauseID
	Legacy       string
	Place        string
	Meta, Reason string
	Messages     []string
	Notes        []string
	// Found are the clauses that it found breached.
	Found     []contract.ClauseID
	Exchanges []string
}

func (l *looker) suites() []suite {
	var list []suite
	at := map[contract.API]int{}
	for _, spec := range l.results.Specs {
		if _, known := at[spec.Suite]; !known {
			at[spec.Suite] = len(list)
			list = append(list, suite{Title: suiteTitle(spec.Suite), API: word(spec.Suite)})
		}
		list[at[spec.Suite]].add(report.Line(spec.Section, maxName), l.spec(spec))
	}
	for _, s := range list {
		slices.SortStableFunc(s.Sections, func(a, b section) int { return cmp.Compare(a.Title, b.Title) })
		for i := range s.Sections {
			s.Sections[i].count()
		}
	}
	return list
}

// suiteTitle is the API's, or the text of a label that names none.
func suiteTitle(api contract.API) string {
	if slices.Contains(contract.APIs(), api) || api == contract.Common {
		return api.Title()
	}
	return "No suite " + report.Line(string(api), maxName)
}

// word is the name of a suite as one word for the filter.
func word(api contract.API) contract.API { return contract.API(slug(string(api))) }

func (s *suite) add(title string, spec specRow) {
	for i := range s.Sections {
		if s.Sections[i].Title == title {
			s.Sections[i].Specs = append(s.Sections[i].Specs, spec)
			return
		}
	}
	s.Sections = append(s.Sections, section{ID: "specs-" + string(s.API) + "-" + anchor(title), Title: title, Specs: []specRow{spec}})
}

func (s *section) count() {
	for _, verdict := range report.Verdicts() {
		n := 0
		for _, spec := range s.Specs {
			if spec.Verdict == verdict {
				n++
			}
		}
		if n > 0 {
			s.Counts = append(s.Counts, tile{Verdict: verdict, Count: n})
		}
	}
}

// verdictOf is what a spec's state looks like among the verdicts of clauses.
func verdictOf(state report.State, warned bool) report.Verdict {
	switch state {
	case report.StatePassed:
		if warned {
			return report.Warned
		}
		return report.Passed
	case report.StateFailed:
		return report.Failed
	case report.StateSkipped:
		return report.NotExercised
	}
	return report.Inconclusive
}

func (l *looker) spec(spec report.SpecVerdict) specRow {
	row := specRow{
		ID: l.specID(spec.Suite, spec.Name), Name: report.Line(spec.Name, maxName), State: spec.State,
		Verdict: verdictOf(spec.State, len(spec.Findings) > 0), Clauses: unique(spec.Clauses),
		Legacy: report.Line(strings.Join(spec.Legacy(), ", "), maxLine), Reason: report.Line(spec.Reason, maxLine),
		Notes: lines(spec.Record.Notes),
	}
	if spec.File != "" {
		row.Place = fmt.Sprintf("%s:%d", report.Line(spec.File, maxName), spec.Line)
	}
	row.Levels = words(levelsOf(spec.Clauses, spec.Findings))
	row.Meta = count(len(spec.Record.Exchanges), "exchange") + ", " + report.Milliseconds(spec.Duration)
	if !fails(spec) {
		for _, failure := range spec.Failures {
			row.Messages = append(row.Messages, report.Block(failure.Message, maxBody))
		}
	}
	for _, group := range spec.Findings {
		row.Found = append(row.Found, group.Clause)
	}
	row.Found = unique(row.Found)
	for _, x := range spec.Record.Exchanges {
		row.Exchanges = append(row.Exchanges, l.exchangeLine(x))
	}
	return row
}

// levelsOf are the levels of the clauses that a spec stands for, and of those
// that it found breached.
func levelsOf(clauses []contract.ClauseID, groups []report.FindingGroup) []contract.Level {
	var list []contract.Level
	for _, id := range clauses {
		if clause, ok := contract.ClauseByID(id); ok {
			list = append(list, clause.Level)
		}
	}
	for _, group := range groups {
		list = append(list, group.Level)
	}
	return unique(list)
}

// exchangeLine is one exchange in one line, with what finds it in the bank's logs.
func (l *looker) exchangeLine(x evidence.Exchange) string {
	line := fmt.Sprintf("%s, %s, %s", l.exchangeSummary(x), report.Milliseconds(x.Duration), clock(x.Started))
	if x.InteractionID != "" {
		line += ", " + report.Line(x.InteractionID, maxName)
	}
	if x.Origin != "" {
		line += ", " + report.Line(x.Origin, maxName)
	}
	if x.Inconclusive != "" {
		line += ", inconclusive: " + report.Line(x.Inconclusive, maxLine)
	}
	return line
}
