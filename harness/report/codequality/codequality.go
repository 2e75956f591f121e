// Package codequality writes a run's breaches as GitLab's code quality report,
// which merge requests compare with that of their target. It imports the
// reports' results and nothing that sends or judges.
package codequality

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"

	"obconform/harness/contract"
	"obconform/harness/report"
)

// most bounds the issues of the report.
const most = 500

// The shapes of the report.
type (
	issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	lines struct {
		Begin int `json:"begin"`
	}
)

// Render writes an issue for each kind of finding, and for each clause that a
// spec failed without one. Its fingerprint is the same as long as the fault is.
func Render(results report.Results) ([]byte, error) {
	issues := []issue{}
	for _, clause := range results.Clauses {
		if clause.Verdict == report.Failed && len(clause.Findings) == 0 {
			issues = append(issues, issueOf(clause, severity(clause.Level, true), clause.Reason, junit(results), ""))
		}
		for _, group := range clause.Findings {
			text := fmt.Sprintf("%s: expected %s, actual %s", group.Place(), report.Line(group.Expected, 200), report.Line(group.Actual, 200))
			file := junit(results)
			if evidence := results.EvidencePath(group.Suite, group.Spec); evidence != "" && group.Example != nil {
				file = evidence
			}
			expected := group.Expected
			if group.Habit != "" {
				expected = "" // one habit at one place is one fault, whatever was asked for
			}
			issues = append(issues, issueOf(clause, severity(group.Level, group.Fails), text, file,
				fmt.Sprint(group.Level, "\x00", group.Fails, "\x00", group.Habit, "\x00", group.Where, "\x00", expected)))
		}
	}
	issues = issues[:min(len(issues), most)]
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(issues); err != nil {
		return nil, fmt.Errorf("writing the code quality report: %w", err)
	}
	return report.EscapeJSON(out.Bytes()), nil
}

func issueOf(clause report.ClauseResult, severity, text, file, kind string) issue {
	sum := sha256.Sum256([]byte(string(clause.ID) + "\x00" + kind))
	return issue{Description: report.Line(fmt.Sprintf("%s: %s (%s)", clause.ID, clause.Rule, text), 1000), Check: string(clause.ID),
		Fingerprint: hex.EncodeToString(sum[:16]), Severity: severity, Location: location{Path: file, Lines: lines{Begin: 1}}}
}

// junit is the report that an issue without evidence points to.
func junit(results report.Results) string {
	return path.Join(path.Dir(results.EvidenceFolder), "junit.xml")
}

func severity(level contract.Level, fails bool) string {
	switch {
	case !fails:
		return "minor"
	case level == contract.Doc:
		return "critical"
	}
	return "major"
}
