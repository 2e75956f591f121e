package diff_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/report/diff"
	"obconform/harness/sights"
)

var limits = diff.Limits{Ratio: 1.5, Floor: 50 * time.Millisecond}

// of is a run with that verdict on one clause.
func of(verdict report.Verdict) report.Results {
	results := report.Results{Outcome: report.OutcomePassed, Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if verdict != "" {
		clause := report.ClauseResult{Clause: contract.Clause{ID: "ACC-LIST-200", Level: contract.Doc, Rule: "a rule"}, Verdict: verdict, Reason: "a reason"}
		if verdict == report.Failed {
			clause.Findings = []report.FindingGroup{{Where: "/Data", Expected: "an object", Actual: "\x1b[31mnull", Spec: "A list"}}
		}
		results.Clauses = []report.ClauseResult{clause}
	}
	return results
}

func TestEveryPairOfVerdicts(t *testing.T) {
	const none = report.Verdict("")
	lists := map[string]func(diff.Difference) []diff.Change{
		"broke": func(d diff.Difference) []diff.Change { return d.Broke }, "mended": func(d diff.Difference) []diff.Change { return d.Mended },
		"worse": func(d diff.Difference) []diff.Change { return d.Worse }, "better": func(d diff.Difference) []diff.Change { return d.Better },
		"appeared": func(d diff.Difference) []diff.Change { return d.Appeared }, "disappeared": func(d diff.Difference) []diff.Change { return d.Disappeared },
	}
	// By old verdict, then for each new one in this order.
	verdicts := []report.Verdict{report.Passed, report.Failed, report.Warned, report.Waived, report.Inconclusive, report.NotExercised, none}
	for i, wants := range [][]string{
		{"", "broke", "worse", "worse", "disappeared", "disappeared", "disappeared"},
		{"mended", "", "mended", "mended", "disappeared", "disappeared", "disappeared"},
		{"better", "broke", "", "worse", "disappeared", "disappeared", "disappeared"},
		{"better", "broke", "worse", "", "disappeared", "disappeared", "disappeared"},
		{"appeared", "broke", "appeared", "appeared", "", "", ""},
		{"appeared", "broke", "appeared", "appeared", "", "", ""},
		{"appeared", "broke", "appeared", "appeared", "", "", ""},
	} {
		for j, want := range wants {
			d := diff.Compare(of(verdicts[i]), of(verdicts[j]), limits)
			for name, list := range lists {
				switch changes := list(d); {
				case changes == nil:
					t.Errorf("%s is nil", name)
				case len(changes) != 0 && name != want, len(changes) != 1 && name == want:
					t.Errorf("%q, now %q: %s %+v, want it in %q", verdicts[i], verdicts[j], name, changes, want)
				case name == want && (changes[0].Old != verdicts[i] || changes[0].New != verdicts[j] || changes[0].Clause != "ACC-LIST-200"):
					t.Errorf("%+v", changes[0])
				}
			}
		}
	}
}

func timed(count int, p95 time.Duration) report.Results {
	results := of(report.Passed)
	results.Timings = []report.Timing{{Operation: contract.ListAccounts, Count: count, P95: p95}}
	return results
}

func TestSlower(t *testing.T) {
	ms := time.Millisecond
	for name, c := range map[string]struct {
		before, after report.Results
		slower        bool
	}{
		"by ratio and floor":       {timed(5, 100*ms), timed(5, 150*ms), true},
		"just under the ratio":     {timed(5, 100*ms), timed(5, 150*ms-1), false},
		"just under the floor":     {timed(5, 10*ms), timed(5, 60*ms-1), false},
		"at the floor":             {timed(5, 10*ms), timed(5, 60*ms), true},
		"too few answers before":   {timed(4, 100*ms), timed(5, 500*ms), false},
		"too few answers after":    {timed(5, 100*ms), timed(4, 500*ms), false},
		"faster":                   {timed(5, 500*ms), timed(5, 100*ms), false},
		"not asked before":         {of(report.Passed), timed(5, 500*ms), false},
		"from nothing that counts": {timed(5, 0), timed(5, 500*ms), true},
	} {
		got := diff.Compare(c.before, c.after, limits).Slower
		if (len(got) == 1) != c.slower {
			t.Errorf("%s: %+v", name, got)
		}
		if c.slower && name == "at the floor" && got[0] != (diff.Timing{Operation: contract.ListAccounts, Old: 10, New: 60, Ratio: 6}) {
			t.Errorf("%+v", got[0])
		}
	}
}

func TestDrift(t *testing.T) {
	const model = "accounts/OBReadAccount4"
	before, after := of(report.Passed), of(report.Passed)
	before.Seen = sights.Seen{"keys": {"kid a", "kid b"}, "discovery": {"x = 1"}, model: {"/Data", "/Meta"}, "registration": {"scope = a"}}
	after.Seen = sights.Seen{"keys": {"kid b", "kid c"}, "discovery": {"x = 1"}, model: {"/Data", "/Data/Account", "/Data/Odd"}, "accounts/OBErrorResponse1": {"/Code"}}
	got := diff.Compare(before, after, limits).Drift
	if len(got) != 2 || got[0].Group != "keys" || !slices.Equal(got[0].Added, []string{"kid c"}) || !slices.Equal(got[0].Gone, []string{"kid a"}) ||
		got[1].Group != model || !slices.Equal(got[1].Added, []string{"/Data/Account", "/Data/Odd"}) || !slices.Equal(got[1].Undocumented, []string{"/Data/Odd"}) || len(got[1].Gone) != 0 {
		t.Errorf("%+v", got)
	}
	if same := diff.Compare(before, before, limits); len(same.Drift) != 0 || same.Drift == nil {
		t.Errorf("%+v", same.Drift)
	}
}

func TestNotes(t *testing.T) {
	before, after := of(report.Passed), of(report.Passed)
	if notes := diff.Compare(before, after, limits).Notes; len(notes) != 0 {
		t.Errorf("%q", notes)
	}
	after.Target = map[string]any{"baseUrl": "https://other.example"}
	after.FailOn, after.Profile, after.APIs, after.Outcome = contract.Levels(), "observed", contract.APIs()[:1], report.OutcomeInterrupted
	before.Shards = &report.Shards{Count: 4, Present: []int{2}, Cut: "0123456789abcdef", Specs: 1, Of: 3}
	after.Shards = &report.Shards{Count: 1, Present: []int{1}, Cut: "0123456789abcdef", Specs: 3, Of: 3} // a whole
	notes := strings.Join(diff.Compare(before, after, limits).Notes, "\n")
	for _, want := range []string{"the targets differ", "the levels", "the profiles", "the suites", "the new run is not complete: interrupted", "the old run is a part: shard 2/4: 1 of 3 specs"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in %q", want, notes)
		}
	}
	if strings.Contains(notes, "the new run is a part") {
		t.Errorf("a whole is taken for a part: %q", notes)
	}
}

func TestHowItReads(t *testing.T) {
	before, after := timed(9, time.Second), of(report.Failed)
	after.Timings = timed(9, 2*time.Second).Timings
	before.Seen, after.Seen = sights.Seen{"keys": {"kid a"}, "accounts/OBReadAccount4": {"/Data"}}, sights.Seen{"keys": {"kid \u202eb"}, "accounts/OBReadAccount4": {"/Odd"}}
	d := diff.Compare(before, after, limits)
	var out strings.Builder
	if err := d.Text(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"old  2026-01-02T03:04:05Z", "\nBroke\n  ACC-LIST-200 (doc): passed, now failed: a reason\n    where:    /Data\n    expected: an object\n    actual:   \\u{1b}[31mnull\n    spec:     A list\n",
		"ListAccounts                     1000.0 ms, now 2000.0 ms (2.0 times)", "    + kid \\u{202e}b\n    - kid a\n", "    + /Odd (not documented)\n", "\n1 broke, 0 mended, 0 appeared, 0 disappeared, 1 slower, 2 changed of the target\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := d.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var back diff.Difference
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || len(back.Broke) != 1 || back.Broke[0].Spec != "A list" || back.Mended == nil {
		t.Errorf("%v, %s", err, out.String())
	}
}
