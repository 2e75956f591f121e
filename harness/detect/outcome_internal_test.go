package detect

import (
	"slices"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/mockbank"
	"obconform/harness/report"
)

// judged are results in which clauses ended so, and specs failed of those.
func judged(verdicts map[contract.ClauseID]report.Verdict, failed ...map[contract.ClauseID]int) report.Results {
	var results report.Results
	for _, clause := range contract.Clauses() {
		if verdict, ok := verdicts[clause.ID]; ok {
			results.Clauses = append(results.Clauses, report.ClauseResult{Clause: clause, Verdict: verdict})
		}
	}
	for _, failing := range failed {
		results.Specs = append(results.Specs, report.SpecVerdict{SpecResult: report.SpecResult{Name: "a spec", State: report.StateFailed}, Failing: failing})
	}
	return results
}

// What stands out without any change is no notice, and hides none.
func TestWhatIsKnownNoticesNothing(t *testing.T) {
	t.Parallel()
	known := Known{Failed: []contract.ClauseID{contract.ComBody}, Warned: []contract.ClauseID{contract.ComMeta}}
	type verdicts = map[contract.ClauseID]report.Verdict
	type failing = map[contract.ClauseID]int
	for name, c := range map[string]struct {
		results report.Results
		notice  Notice
		clause  contract.ClauseID
	}{
		"nothing":                     {judged(nil), "", ""},
		"what failed before":          {judged(verdicts{contract.ComBody: report.Failed}, failing{contract.ComBody: 1}), "", ""},
		"what was warned of before":   {judged(verdicts{contract.ComMeta: report.Warned}), "", ""},
		"what failed is warned of":    {judged(verdicts{contract.ComBody: report.Warned}), "", ""},
		"what was warned of fails":    {judged(verdicts{contract.ComMeta: report.Failed}, failing{contract.ComMeta: 1}), Failure, contract.ComMeta},
		"another clause":              {judged(verdicts{contract.ComJSON: report.Failed}, failing{contract.ComJSON: 1}), Failure, contract.ComJSON},
		"another beside the known":    {judged(verdicts{contract.ComBody: report.Failed, contract.ComJSON: report.Failed}, failing{contract.ComBody: 1, contract.ComJSON: 1}), Failure, contract.ComJSON},
		"another warning":             {judged(verdicts{contract.ComOptional: report.Warned}), Warning, contract.ComOptional},
		"a spec that no clause fails": {judged(nil, failing{}), Failure, ""},
	} {
		got := notice(c.results, known)
		if got.notice != c.notice || c.clause != "" && !slices.Equal(got.clauses, []contract.ClauseID{c.clause}) {
			t.Errorf("%s: %q by %v, expected %q by %s", name, got.notice, got.clauses, c.notice, c.clause)
		}
	}
	got := knownOf(judged(verdicts{contract.ComBody: report.Failed, contract.ComMeta: report.Warned, contract.ComJSON: report.Passed, contract.ComAllow: report.Inconclusive}))
	if !slices.Equal(got.Failed, known.Failed) || !slices.Equal(got.Warned, known.Warned) {
		t.Errorf("known is %+v", got)
	}
}

// A fault is caught by name when its own clause fails because of it, and by a
// warning where it breaks advice alone.
func TestWhatCatchesAFault(t *testing.T) {
	t.Parallel()
	type verdicts = map[contract.ClauseID]report.Verdict
	for name, c := range map[string]struct {
		fault    string
		clause   contract.ClauseID
		fired    int
		verdicts verdicts
		known    []contract.ClauseID
		byName   bool
		notice   Notice
		others   []contract.ClauseID
	}{
		"its clause":                    {"aac-201-a", contract.Aac201, 1, verdicts{contract.Aac201: report.Failed}, nil, true, Failure, nil},
		"another one":                   {"aac-201-a", contract.Aac201, 1, verdicts{contract.ComBody: report.Failed}, nil, false, "", []contract.ClauseID{contract.ComBody}},
		"it never showed":               {"aac-201-a", contract.Aac201, 0, verdicts{contract.Aac201: report.Failed}, nil, false, "", nil},
		"red anyway":                    {"aac-201-a", contract.Aac201, 1, verdicts{contract.Aac201: report.Failed}, []contract.ClauseID{contract.Aac201}, false, "", nil},
		"a warning is too little":       {"aac-201-a", contract.Aac201, 1, verdicts{contract.Aac201: report.Warned}, nil, false, Warning, nil},
		"a warning of advice":           {"com-meta-a", contract.ComMeta, 1, verdicts{contract.ComMeta: report.Warned}, nil, true, Warning, nil},
		"a warning of a part's advice":  {"acc-get-unknown-is-404", contract.AccGetUnknown, 1, verdicts{contract.AccGetUnknown: report.Warned}, nil, true, Warning, nil},
		"what could not be judged only": {"aac-201-a", contract.Aac201, 1, verdicts{contract.Aac201: report.Inconclusive}, nil, false, "", nil},
	} {
		seen := Sighting{Fault: mockbank.Fault{ID: c.fault, Clause: string(c.clause)}}
		seen.add(Trial{Results: judged(c.verdicts), Fired: map[string]int{c.fault: c.fired}}, c.known)
		if seen.ByName != c.byName || seen.Notice != c.notice || !slices.Equal(seen.Others, c.others) || seen.Fired != c.fired {
			t.Errorf("%s: %+v", name, seen)
		}
		d := Detection{}
		d.Add(Sight{Fault: &seen})
		want := outcomeOf(c.fired, c.notice != "" || len(c.others) > 0, c.byName)
		if d.Faults[0].Outcome != want {
			t.Errorf("%s: %s, expected %s", name, d.Faults[0].Outcome, want)
		}
	}
}

// The faults of which a warning is enough exist, break a clause that otherwise
// fails a run, and are no more than these.
func TestAdvisedFaults(t *testing.T) {
	t.Parallel()
	for id, word := range advised() {
		i := slices.IndexFunc(mockbank.Faults(), func(f mockbank.Fault) bool { return f.ID == id })
		if i < 0 {
			t.Errorf("there is no fault %s", id)
			continue
		}
		clause, _ := contract.ClauseByID(contract.ClauseID(mockbank.Faults()[i].Clause))
		if clause.Level == contract.Adv || word == "" {
			t.Errorf("%s breaks %s, which is %s", id, clause.ID, clause.Level)
		}
	}
}
