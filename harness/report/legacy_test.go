package report

import (
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

func TestLegacyIdentifiersAreThoseOfTheLabels(t *testing.T) {
	for _, one := range []struct {
		labels, want []string
	}{
		{[]string{"api:accounts", "legacy:OB-301-ACC-100000", "legacy: DCR-001"}, []string{"OB-301-ACC-100000", "DCR-001"}},
		{[]string{"api:accounts", "clause:ACC-LIST-200"}, nil},
	} {
		if got := (SpecResult{Labels: one.labels}).Legacy(); !slices.Equal(got, one.want) {
			t.Errorf("%q: %q", one.labels, got)
		}
	}
}

func TestReportsShowLegacyIdentifiers(t *testing.T) {
	finding := evidence.Finding{Clause: contract.AccList200, Level: contract.Doc, Where: "status", Expected: "200", Actual: "500", Exchange: -1}
	for _, label := range []string{"legacy:OB-301-ACC-100000", "smoke"} {
		spec := SpecResult{Suite: contract.Accounts, Section: "list", Name: "A list must be", File: "accounts/list.go", Line: 1, State: StateFailed,
			Labels: []string{label}, Clauses: []contract.ClauseID{contract.AccList200}, Record: evidence.Record{Findings: []evidence.Finding{finding}}}
		results := Judge(Run{Planned: []SpecResult{spec}, Results: []SpecResult{spec}})
		junit, err := JUnit(results)
		if err != nil {
			t.Fatal(err)
		}
		document, err := ResultsJSON(results)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.HasPrefix(label, "legacy:")
		for name, text := range map[string]string{"JUnit": string(junit), "results.json": string(document)} {
			if strings.Contains(text, "OB-301-ACC-100000") != want {
				t.Errorf("%s with the label %s shows the identifier: %v", name, label, !want)
			}
		}
	}
}
