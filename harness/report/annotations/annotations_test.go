package annotations_test

import (
	"regexp"
	"strings"
	"testing"

	"obconform/harness/report"
	"obconform/harness/report/annotations"
	"obconform/harness/report/specimen"
)

var command = regexp.MustCompile(`^::(error|warning) title=([^,:]+)::(.*)$`)

func TestAnnotationsOfEveryKind(t *testing.T) {
	kinds := specimen.Kinds()
	kinds["nasty"] = specimen.Hostile("a\r\n::set-env name=PATH::x\n%0A,title=b::c\x1b[31m")
	kinds["large"] = specimen.Large(6000)
	for name, results := range kinds {
		counts := map[string]int{}
		for _, line := range annotations.Lines(results) {
			parts := command.FindStringSubmatch(line)
			if parts == nil || strings.ContainsAny(line, "\r\n\x1b") {
				t.Errorf("%s: %q is no single command", name, line)
				continue
			}
			counts[parts[1]]++
			if len(line) > 4000 {
				t.Errorf("%s: an annotation of %d bytes", name, len(line))
			}
		}
		clauses := results.Totals.Clauses
		wanted := min(clauses[report.Failed]+len(results.Trouble), 10)
		if results.Interrupted != "" {
			wanted = min(clauses[report.Failed]+len(results.Trouble)+1, 10)
		}
		if counts["error"] != wanted || counts["warning"] != min(clauses[report.Warned]+clauses[report.Inconclusive], 10) {
			t.Errorf("%s: %v, expected %d errors of %v", name, counts, wanted, clauses)
		}
	}
}

func TestAnAnnotationSaysWhatWasFound(t *testing.T) {
	results := specimen.Kinds()["failed"]
	results.EvidenceFolder = "reports/evidence"
	all := strings.Join(annotations.Lines(results), "\n")
	for _, want := range []string{"::error title=obconform%3A ACC-LIST-STABLE failed::", "%0Asource: ", "%0Awhere: /Data/Account/0/AccountType%0Aexpected: a string%0Aactual: a number%0Aobligation: A list must be stable%0A",
		"request: GET https://bank.example/open-banking/accounts -> status 200%0Ax-fapi-interaction-id sent c6a1", "%0Aevidence: reports/evidence/accounts-", "::warning title=obconform%3A COM-META warned::"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	many := annotations.Lines(specimen.Large(6000))
	if last := many[9]; !strings.HasPrefix(last, "::error title=obconform%3A more::") {
		t.Errorf("nothing says how many more: %s", last)
	}
}
