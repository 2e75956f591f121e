// Package annotations writes a run's failures as workflow commands, which
// GitHub shows beside a change. It imports the reports' results and nothing
// that sends or judges.
package annotations

import (
	"fmt"
	"strings"

	"obconform/harness/report"
)

// GitHub shows ten errors and ten warnings of a step and drops the rest.
const (
	most    = 10
	maxText = 300
)

// Lines are the annotations, one workflow command each: breaches and trouble of
// the tool as errors, what does not fail the run as warnings.
func Lines(results report.Results) []string {
	var errors, warnings []annotation
	for _, clause := range results.Clauses {
		switch clause.Verdict {
		case report.Failed:
			errors = append(errors, ofClause(results, clause))
		case report.Warned, report.Inconclusive:
			warnings = append(warnings, ofClause(results, clause))
		}
	}
	for _, trouble := range results.Trouble {
		errors = append(errors, annotation{"trouble of the tool", []string{trouble.What}})
	}
	if results.Interrupted != "" {
		errors = append(errors, annotation{"interrupted", []string{results.Interrupted}})
	}
	return append(lines("error", errors), lines("warning", warnings)...)
}

// annotation is one of them: a title and lines of text.
type annotation struct {
	title string
	lines []string
}

func ofClause(results report.Results, clause report.ClauseResult) annotation {
	a := annotation{fmt.Sprintf("%s %s", clause.ID, clause.Verdict), []string{clause.Rule, "source: " + clause.Source.String(), clause.Reason}}
	if len(clause.Findings) == 0 || clause.Verdict == report.Inconclusive {
		return a
	}
	group := clause.Findings[0]
	a.lines = append(a.lines, "where: "+group.Place(), "expected: "+group.Expected, "actual: "+group.Actual, "obligation: "+group.Spec)
	if x := group.Example; x != nil {
		a.lines = append(a.lines, fmt.Sprintf("request: %s %s -> %s", x.Method, x.URL, report.StatusWord(x.Status)), "x-fapi-interaction-id "+report.InteractionIDs(*x))
		if file := results.EvidencePath(group.Suite, group.Spec); file != "" {
			a.lines = append(a.lines, "evidence: "+file)
		}
	}
	return a
}

// lines are the commands, of which the last counts those that GitHub would drop.
func lines(command string, all []annotation) []string {
	if more := len(all) - most + 1; more > 1 {
		all = append(all[:most-1:most-1], annotation{"more", []string{fmt.Sprintf("%d more: see the reports", more)}})
	}
	written := make([]string, len(all))
	for i, a := range all {
		text := make([]string, len(a.lines))
		for j, line := range a.lines {
			text[j] = report.Line(line, maxText)
		}
		written[i] = fmt.Sprintf("::%s title=%s::%s", command, property("obconform: "+report.Line(a.title, maxText)), data(strings.Join(text, "\n")))
	}
	return written
}

// data escapes the text of a command, as GitHub's runner reads it.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property escapes a property of a command.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
