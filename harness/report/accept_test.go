package report_test

import (
	"slices"
	"strings"
	"testing"

	"obconform/harness/baseline"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/report/junitcheck"
	"obconform/harness/waiver"
)

// accepts is a waiver that holds at noon.
func accepts(clause contract.ClauseID, operation contract.OperationID) waiver.Waiver {
	return waiver.Waiver{Clause: clause, Operation: operation, Reason: "promised", Ticket: "OB-1", Expires: "2026-01-02"}
}

// found is a spec that failed with a message that only relates its findings.
func found(s report.SpecResult, findings ...evidence.Finding) report.SpecResult {
	s = failed(s, findings...)
	s.Failures[0].OfFindings = true
	for _, f := range findings {
		s.Record.Exercised = append(s.Record.Exercised, f.Clause)
	}
	return s
}

// acceptingRuns are runs with all that a user can accept, for the tests of every
// report.
func acceptingRuns() (waived, expired, held report.Run) {
	breached := found(spec("A list must be stable", contract.AccListStable),
		breach(contract.AccListStable, contract.Std), breach(contract.ComMeta, contract.Adv))
	waived = runOf(spec("A list must be complete", contract.AccList200), breached)
	waived.Waivers = waiver.List{accepts(contract.AccListStable, ""), accepts(contract.ComJSON, contract.ListAccounts)}
	expired = runOf(spec("A list must be complete", contract.AccList200))
	expired.Waivers = waiver.List{{Clause: contract.ComJSON, Reason: "<promised>", Ticket: "OB&1", Expires: "2026-01-01"}}
	held = runOf(spec("A list must be complete", contract.AccList200), breached)
	known := baseline.Of(baseline.Fingerprint(evidence.Finding{Clause: contract.AccListStable, Operation: contract.ListAccounts, Status: 200,
		Where: "header x-fapi-interaction-id"}), baseline.Entry{Clause: contract.AccList200, Pointer: "body"}, baseline.Entry{Clause: contract.AccGet200, Pointer: "body"})
	held.Baseline = &known
	return waived, expired, held
}

func TestWhatIsWaivedFailsNothing(t *testing.T) {
	run, _, _ := acceptingRuns()
	results := report.Judge(run)
	stable := clauseOf(t, results, contract.AccListStable)
	if stable.Verdict != report.Waived || !strings.Contains(stable.Reason, "waived until 2026-01-02 (OB-1): promised") {
		t.Errorf("the clause is %s: %s", stable.Verdict, stable.Reason)
	}
	if clauseOf(t, results, contract.ComMeta).Verdict != report.Warned {
		t.Error("another clause's warning is gone")
	}
	if s := results.Specs[1]; s.State != report.StateSkipped || !strings.Contains(s.Reason, "ACC-LIST-STABLE is waived until") {
		t.Errorf("the spec is %s: %s", s.State, s.Reason)
	}
	if results.Outcome != report.OutcomePassed || report.ExitStatus(results) != 0 {
		t.Errorf("the run is %s", results.Outcome)
	}
	got := results.Waivers
	if len(got) != 2 || got[0].State != report.WaiverUsed || got[0].Findings != 1 || got[1].State != report.WaiverUnused || got[1].Findings != 0 {
		t.Errorf("waivers %+v", got)
	}
	run.Waivers = nil // the twin
	if results := report.Judge(run); results.Outcome != report.OutcomeFailed || results.Specs[1].State != report.StateFailed {
		t.Errorf("without the waiver: %s", results.Outcome)
	}
}

// Next to a waived breach, whatever else is wrong is as wrong as ever.
func TestAWaiverHidesNothingElse(t *testing.T) {
	own := spec("A list must be stable", contract.AccListStable, contract.AccListPages)
	mine := breach(contract.AccListStable, contract.Std)
	other := mine
	other.Operation = contract.GetAccount
	troubled := found(own, mine)
	troubled.Failures = append(troubled.Failures, report.Failure{State: report.StateErrored, Message: "panic"})
	gone := found(own, mine)
	gone.Record.Inconclusive = "status 503"
	gone.Failures = append(gone.Failures, report.Failure{State: report.StateInconclusive, Message: "inconclusive: status 503"})
	asserted := found(own, mine)
	asserted.Failures = append(asserted.Failures, report.Failure{State: report.StateFailed, Message: "one account, not two"})
	plain := failed(own, mine)
	short := found(spec("A list must be stable", contract.AccListStable), breach(contract.ComStatus, contract.Doc))
	short.Record.EndedEarly = true
	unjudged := inconclusive(spec("A list must be stable twice", contract.AccListStable), "status 503")
	for name, tc := range map[string]struct {
		specs   []report.SpecResult
		waiver  waiver.Waiver
		clause  contract.ClauseID
		verdict report.Verdict
		state   report.State
		outcome report.Outcome
	}{
		"another operation":        {[]report.SpecResult{found(own, mine, other)}, accepts(contract.AccListStable, contract.ListAccounts), contract.AccListStable, report.Failed, report.StateFailed, report.OutcomeFailed},
		"another clause":           {[]report.SpecResult{found(own, mine, breach(contract.ComJSON, contract.Std))}, accepts(contract.AccListStable, ""), contract.ComJSON, report.Failed, report.StateFailed, report.OutcomeFailed},
		"an assertion":             {[]report.SpecResult{asserted}, accepts(contract.AccListStable, ""), contract.AccListStable, report.Failed, report.StateFailed, report.OutcomeFailed},
		"a message of its own":     {[]report.SpecResult{plain}, accepts(contract.AccListStable, ""), contract.AccListStable, report.Failed, report.StateFailed, report.OutcomeFailed},
		"trouble of the tool":      {[]report.SpecResult{troubled}, accepts(contract.AccListStable, ""), contract.AccListStable, report.Inconclusive, report.StateErrored, report.OutcomeInconclusive},
		"an outage":                {[]report.SpecResult{gone}, accepts(contract.AccListStable, ""), contract.AccListStable, report.Waived, report.StateInconclusive, report.OutcomeInconclusive},
		"an outage of another":     {[]report.SpecResult{found(own, mine), unjudged}, accepts(contract.AccListStable, ""), contract.AccListStable, report.Waived, report.StateSkipped, report.OutcomeInconclusive},
		"what it did not come to":  {[]report.SpecResult{found(own, mine)}, accepts(contract.AccListStable, ""), contract.AccListPages, report.Passed, report.StateSkipped, report.OutcomePassed},
		"an end before its time":   {[]report.SpecResult{short}, accepts(contract.ComStatus, ""), contract.AccListStable, report.Passed, report.StateSkipped, report.OutcomePassed},
		"a clause never exercised": {[]report.SpecResult{skipped(own, "consents.way is none")}, accepts(contract.AccListStable, ""), contract.AccListStable, report.NotExercised, report.StateSkipped, report.OutcomeNothingExercised},
		"a common clause":          {[]report.SpecResult{found(own, breach(contract.ComMeta, contract.Doc))}, accepts(contract.ComMeta, ""), contract.ComMeta, report.Waived, report.StatePassed, report.OutcomePassed},
		"advice": {[]report.SpecResult{with(own, func(s *report.SpecResult) {
			s.Record.Findings = []evidence.Finding{breach(contract.ComMeta, contract.Adv)}
		})}, accepts(contract.ComMeta, ""), contract.ComMeta, report.Waived, report.StatePassed, report.OutcomePassed},
	} {
		run := runOf(tc.specs...)
		run.Waivers = waiver.List{tc.waiver}
		results := report.Judge(run)
		clause := clauseOf(t, results, tc.clause)
		if clause.Verdict != tc.verdict || results.Specs[0].State != tc.state || results.Outcome != tc.outcome {
			t.Errorf("%s: %s is %s (%s), the spec %s (%s), the run %s", name, tc.clause, clause.Verdict, clause.Reason,
				results.Specs[0].State, results.Specs[0].Reason, results.Outcome)
		}
	}
	run := runOf(found(own, mine), unjudged)
	run.Waivers = waiver.List{accepts(contract.AccListStable, "")}
	if reason := clauseOf(t, report.Judge(run), contract.AccListStable).Reason; !strings.Contains(reason, "1 of its 2 specs could not judge it") {
		t.Errorf("what an outage kept from it is not said: %s", reason)
	}
}

// A run in which a breach that fails nothing let no clause of a suite be put to
// the test is no pass, in no report; one clause of the suite makes it one.
func TestNothingButWhatIsAccepted(t *testing.T) {
	elsewhere := func(s *report.SpecResult) { s.Suite = contract.DynamicRegistration }
	theirs, mine := breach(contract.AacGet200, contract.Std), breach(contract.AccListPages, contract.Std)
	first := found(with(spec("A client must be read", contract.DcrGet200), elsewhere), theirs)
	first.Record.Exchanges[0].Exercised, first.Record.EndedEarly = nil, true
	denied := skipped(spec("A list must be stable", contract.AccListStable), evidence.Denied+"a token")
	own := spec("A list must have pages", contract.AccListPages)
	entry := func(clause contract.ClauseID) baseline.Entry {
		return baseline.Entry{Clause: clause, Operation: contract.ListAccounts, Status: 200, Pointer: "header x-fapi-interaction-id"}
	}
	known := baseline.Of(entry(contract.AacGet200), entry(contract.AccListPages))
	for name, accept := range map[string]func(*report.Run){
		"waived": func(run *report.Run) {
			run.Waivers = waiver.List{accepts(contract.AacGet200, ""), accepts(contract.AccListPages, "")}
		},
		"held": func(run *report.Run) { run.Baseline = &known },
	} {
		for twin, tc := range map[string]struct {
			specs    []report.SpecResult
			shadowed string // empty for a pass
		}{
			"nothing":              {[]report.SpecResult{first, denied}, "dynamicregistration, accounts"},
			"one suite of two":     {[]report.SpecResult{first, own}, "dynamicregistration"},
			"the suite that asked": {[]report.SpecResult{with(first, func(s *report.SpecResult) { s.Suite = contract.Accounts }), own}, ""},
			"one clause":           {[]report.SpecResult{denied, own}, ""},
			"a breach of its own":  {[]report.SpecResult{denied, found(own, mine)}, ""},
			"the configuration's": {[]report.SpecResult{skipped(spec("A list", contract.AccListStable), "consents.way is none"),
				found(with(spec("A discovery", contract.Dis200), elsewhere), theirs)}, ""},
		} {
			run := runOf(tc.specs...)
			accept(&run)
			results := report.Judge(run)
			want, meaning := report.OutcomePassed, ""
			if tc.shadowed != "" {
				want, meaning = report.OutcomeInconclusive, "every clause of "+tc.shadowed+" from"
			}
			if results.Outcome != want || !strings.Contains(results.Meaning(), meaning) {
				t.Errorf("%s, %s: the run is %s: %s", name, twin, results.Outcome, results.Meaning())
			}
			_, cases := render(t, name, results)
			if red := slices.ContainsFunc(cases, func(c junitcheck.Case) bool { return c.Result == "error" }); red != (tc.shadowed != "") {
				t.Errorf("%s, %s: an error in the JUnit file: %t", name, twin, red)
			}
		}
	}
}

func TestAnExpiredWaiverFailsTheRun(t *testing.T) {
	_, run, _ := acceptingRuns()
	results := report.Judge(run)
	if results.Outcome != report.OutcomeFailed || report.ExitStatus(results) != 1 || results.Totals.Clauses[report.Failed] != 0 {
		t.Errorf("the run is %s", results.Outcome)
	}
	if got := results.Meaning(); got != "1 waiver expired; no clause failed" {
		t.Errorf("it means %q", got)
	}
	var out strings.Builder
	if err := report.Terminal(&out, results, report.TerminalOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Waivers that have expired", "COM-JSON until 2026-01-01 (OB&1): <promised>"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("the terminal does not say %q:\n%s", words, &out)
		}
	}
	_, cases := render(t, "expired", results)
	if !slices.ContainsFunc(cases, func(c junitcheck.Case) bool {
		return c.Suite == "obconform.run" && c.Name == "waiver: COM-JSON" && c.Result == "failure"
	}) {
		t.Errorf("no failure in the JUnit file: %+v", cases)
	}
	// What an expired waiver was for fails again.
	breached := runOf(found(spec("A list must be JSON", contract.AccList200), breach(contract.ComJSON, contract.Std)))
	breached.Waivers = run.Waivers
	if results := report.Judge(breached); clauseOf(t, results, contract.ComJSON).Verdict != report.Failed || results.Waivers[0].Findings != 0 {
		t.Errorf("an expired waiver waives: %+v", results.Waivers)
	}
	// An interruption is one still.
	run.Interrupted = "SIGTERM"
	if results := report.Judge(run); report.ExitStatus(results) != 130 {
		t.Errorf("exit status %d", report.ExitStatus(results))
	}
}

func TestARunHeldAgainstABaseline(t *testing.T) {
	_, _, run := acceptingRuns()
	results := report.Judge(run)
	if c := clauseOf(t, results, contract.AccListStable); c.Verdict != report.Waived || !strings.Contains(c.Reason, "held by the baseline") || report.ExitStatus(results) != 0 {
		t.Errorf("%s: %s, the run %s", c.Verdict, c.Reason, results.Outcome)
	}
	b := results.Baseline
	if b.Entries != 3 || b.Findings != 1 || len(b.Unjudged) != 1 || len(b.Held) != 1 || len(b.Gone) != 1 || b.Gone[0].Clause != contract.AccList200 {
		t.Errorf("the baseline came to %+v", b)
	}
	if clauseOf(t, results, contract.ComMeta).Verdict != report.Warned {
		t.Error("the baseline holds a warning")
	}
	// A breach of another status, place or operation is new.
	for name, change := range map[string]func(*evidence.Finding){
		"another status":    func(f *evidence.Finding) { f.Status = 201 },
		"another place":     func(f *evidence.Finding) { f.Where = "header Retry-After" },
		"another operation": func(f *evidence.Finding) { f.Operation = contract.GetAccount },
		"another clause":    func(f *evidence.Finding) { f.Clause = contract.AccListBasic },
	} {
		f := breach(contract.AccListStable, contract.Std)
		change(&f)
		changed := runOf(found(spec("A list must be stable", contract.AccListStable), breach(contract.AccListStable, contract.Std), f))
		changed.Baseline = run.Baseline
		if results := report.Judge(changed); report.ExitStatus(results) != 1 || results.Specs[0].State != report.StateFailed {
			t.Errorf("%s is held: %s", name, results.Outcome)
		}
	}
	// A run that is not whole shows of nothing that it is gone.
	for name, change := range map[string]func(*report.Run){
		"interrupted": func(r *report.Run) { r.Interrupted = "SIGTERM" },
		"selected":    func(r *report.Run) { r.NotSelected = []report.SpecResult{planned(spec("Another", contract.AccGet200))} },
		"troubled":    func(r *report.Run) { r.Trouble = []report.Trouble{{What: "the worker crashed"}} },
		"unjudged": func(r *report.Run) {
			r.Results = append(r.Results, inconclusive(spec("Another", contract.AccGet200), "503"))
		},
	} {
		part := run
		part.Results = slices.Clone(run.Results)
		change(&part)
		if b := report.Judge(part).Baseline; len(b.Gone) != 0 || len(b.Unjudged) != 2 {
			t.Errorf("%s: %+v", name, b)
		}
	}
	run.Waivers = waiver.List{accepts(contract.AccListStable, "")}
	if results := report.Judge(run); results.Waivers[0].Findings != 1 || results.Baseline.Findings != 0 {
		t.Errorf("a waiver comes after the baseline: %+v, %+v", results.Waivers, results.Baseline)
	}
}

func TestTheNextBaseline(t *testing.T) {
	entries := func(run report.Run) (lines []string, kept int, ok bool) {
		next, kept, ok := report.NextBaseline(run, report.Judge(run))
		for _, entry := range next.Entries() {
			lines = append(lines, string(entry.Clause))
		}
		return lines, kept, ok
	}
	_, _, run := acceptingRuns()
	// What is gone goes, what could not be judged stays, what is held stays.
	if got, kept, ok := entries(run); !ok || kept != 1 || !slices.Equal(got, []string{"ACC-GET-200", "ACC-LIST-STABLE"}) {
		t.Errorf("got %q, %d kept, %v", got, kept, ok)
	}
	part := run
	part.NotSelected = []report.SpecResult{planned(spec("Another", contract.AccGet200))}
	if got, kept, _ := entries(part); kept != 2 || len(got) != 3 {
		t.Errorf("of a part: %q, %d kept", got, kept)
	}
	interrupted := run
	interrupted.Interrupted = "SIGTERM"
	if got, _, ok := entries(interrupted); ok || len(got) > 0 {
		t.Errorf("of an interrupted run: %q", got)
	}
	fresh := run
	fresh.Baseline = nil
	if got, kept, ok := entries(fresh); !ok || kept != 0 || !slices.Equal(got, []string{"ACC-LIST-STABLE"}) {
		t.Errorf("the first: %q, %d kept, %v", got, kept, ok)
	}
	// What is waived, and what only warns, is not written down.
	fresh.Waivers = waiver.List{accepts(contract.AccListStable, "")}
	if got, _, _ := entries(fresh); len(got) != 0 {
		t.Errorf("with a waiver: %q", got)
	}
}

// What is accepted of parts is what would be accepted of the whole.
func TestAcceptedPartsAreMerged(t *testing.T) {
	_, _, whole := acceptingRuns()
	whole.Waivers = waiver.List{accepts(contract.ComMeta, ""), accepts(contract.ComJSON, "")}
	first, second := whole, whole
	first.Planned, first.Results, first.NotSelected = whole.Planned[:1], whole.Results[:1], whole.Planned[1:]
	second.Planned, second.Results, second.NotSelected = whole.Planned[1:], whole.Results[1:], whole.Planned[:1]
	got, err := report.Merge([]report.Results{report.Judge(first), report.Judge(second)}, report.Floors{})
	if err != nil {
		t.Fatal(err)
	}
	want := report.Judge(whole)
	if got.Outcome != want.Outcome || !slices.Equal(got.Waivers, want.Waivers) || !slices.Equal(got.Baseline.Held, want.Baseline.Held) ||
		got.Baseline.Findings != want.Baseline.Findings || clauseOf(t, got, contract.AccListStable).Verdict != report.Waived {
		t.Errorf("got %s, %+v, %+v; want %s, %+v, %+v", got.Outcome, got.Waivers, got.Baseline, want.Outcome, want.Waivers, want.Baseline)
	}
	if len(got.Baseline.Gone) != 0 || len(got.Baseline.Unjudged) != 2 {
		t.Errorf("no part could tell, and the whole says %+v", got.Baseline)
	}
	for name, change := range map[string]func(*report.Run){
		"waivers": func(r *report.Run) { r.Waivers = r.Waivers[:1] }, "no baseline": func(r *report.Run) { r.Baseline = nil },
		"baseline": func(r *report.Run) { other := baseline.Of(r.Baseline.Entries()[1:]...); r.Baseline = &other },
	} {
		changed := second
		change(&changed)
		if _, err := report.Merge([]report.Results{report.Judge(first), report.Judge(changed)}, report.Floors{}); err == nil {
			t.Errorf("%s: runs judged by other rules are merged", name)
		}
	}
}
