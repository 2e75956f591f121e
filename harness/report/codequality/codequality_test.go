package codequality_test

import (
	"encoding/json"
	"strings"
	"testing"

	"obconform/harness/report"
	"obconform/harness/report/codequality"
	"obconform/harness/report/specimen"
)

// issue is what GitLab reads.
type issue struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

func render(t *testing.T, results report.Results) (issues []issue) {
	t.Helper()
	results.EvidenceFolder = "out/evidence"
	data, err := codequality.Render(results)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &issues); err != nil {
		t.Fatal(err)
	}
	return issues
}

func TestEveryReportIsWhatGitLabReads(t *testing.T) {
	kinds := specimen.Kinds()
	kinds["nasty"], kinds["large"] = specimen.Hostile("\x1b[31m\u202e</script>"), specimen.Large(6000)
	severities := map[string]bool{"minor": true, "major": true, "critical": true}
	for name, results := range kinds {
		issues := render(t, results)
		if issues == nil {
			t.Errorf("%s: null and not an empty list", name)
		}
		wanted, seen := 0, map[string]bool{}
		for _, clause := range results.Clauses {
			wanted += len(clause.Findings)
			if clause.Verdict == report.Failed && len(clause.Findings) == 0 {
				wanted++
			}
		}
		if len(issues) != min(wanted, 500) {
			t.Errorf("%s: %d issues, expected %d", name, len(issues), wanted)
		}
		for _, issue := range issues {
			if issue.Description == "" || issue.Check == "" || len(issue.Fingerprint) != 32 || seen[issue.Fingerprint] || !severities[issue.Severity] ||
				issue.Location.Lines.Begin != 1 || !strings.HasPrefix(issue.Location.Path, "out/") || strings.ContainsAny(issue.Description, "\x1b\u202e") {
				t.Errorf("%s: %+v", name, issue)
			}
			seen[issue.Fingerprint] = true
		}
	}
}

// GitLab tells a new fault from an old one by its fingerprint.
func TestTheSameFaultHasTheSameFingerprint(t *testing.T) {
	first := render(t, specimen.Kinds()["failed"])
	results := specimen.Kinds()["failed"]
	results.Seed = 99
	for i := range results.Clauses {
		for j := range results.Clauses[i].Findings {
			results.Clauses[i].Findings[j].Actual, results.Clauses[i].Findings[j].Count = "something else", 77
		}
	}
	again := render(t, results)
	for i := range first {
		if first[i].Fingerprint != again[i].Fingerprint {
			t.Errorf("%+v\nand\n%+v", first[i], again[i])
		}
	}
	if first[0].Severity != "critical" || first[0].Check != "COM-FAPI-PRESENT" || !strings.HasPrefix(first[0].Location.Path, "out/evidence/accounts-") {
		t.Errorf("%+v", first[0])
	}
}
