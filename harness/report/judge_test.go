package report_test

import (
	"reflect"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

func TestVerdictOfAClause(t *testing.T) {
	const id = contract.AccListStable
	one, two := spec("one", id), with(spec("two", id), func(s *report.SpecResult) { s.Line = 20 })
	fails := breach(id, contract.Std)
	warns := breach(id, contract.Adv)
	interrupted := with(one, func(s *report.SpecResult) { s.State, s.Record = report.StateInterrupted, evidence.Record{} })
	for name, test := range map[string]struct {
		specs   []report.SpecResult
		verdict report.Verdict
		reason  string
		outcome report.Outcome
		exit    int
	}{
		"exercised without a finding":          {[]report.SpecResult{one}, report.Passed, "", report.OutcomePassed, 0},
		"one finding at a failing level":       {[]report.SpecResult{failed(one, fails)}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"a finding in a spec that passed":      {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{fails} })}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"a finding in a spec that was skipped": {[]report.SpecResult{with(skipped(one, "x"), func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{fails} })}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"a finding at another level":           {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{warns} })}, report.Warned, "1 finding", report.OutcomePassed, 0},
		"failing and warning":                  {[]report.SpecResult{failed(one, warns, fails)}, report.Failed, "2 findings", report.OutcomeFailed, 1},
		"an assertion without a finding":       {[]report.SpecResult{failed(one), two}, report.Failed, "failed by one", report.OutcomeFailed, 1},
		"an assertion beside a warning":        {[]report.SpecResult{failed(one, warns)}, report.Failed, "failed by one", report.OutcomeFailed, 1},
		"a panic":                              {[]report.SpecResult{errored(one, "boom")}, report.Inconclusive, "tool trouble: one", report.OutcomeInconclusive, 3},
		"a panic beside a pass":                {[]report.SpecResult{errored(one, "boom"), two}, report.Inconclusive, "tool trouble: one", report.OutcomeInconclusive, 3},
		"a panic beside a failure":             {[]report.SpecResult{errored(one, "boom"), failed(two, fails)}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"a panic that followed an assertion": {[]report.SpecResult{with(errored(one, "boom"), func(s *report.SpecResult) {
			s.Failures = append(s.Failures, report.Failure{State: report.StateFailed, Message: "no"})
		})}, report.Failed, "failed by one", report.OutcomeFailed, 1},
		"all inconclusive":               {[]report.SpecResult{inconclusive(one, "status 503"), inconclusive(two, "no answer")}, report.Inconclusive, "status 503; no answer", report.OutcomeInconclusive, 3},
		"one inconclusive, one passed":   {[]report.SpecResult{inconclusive(one, "status 503"), two}, report.Passed, "1 of its 2 specs could not judge it", report.OutcomeInconclusive, 3},
		"one inconclusive, one failed":   {[]report.SpecResult{inconclusive(one, "status 503"), failed(two, fails)}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"inconclusive with a finding":    {[]report.SpecResult{with(inconclusive(one, "x"), func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{fails} })}, report.Failed, "1 finding", report.OutcomeFailed, 1},
		"inconclusive by its record":     {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record = evidence.Record{Inconclusive: "gone"} })}, report.Inconclusive, "gone", report.OutcomeInconclusive, 3},
		"skipped":                        {[]report.SpecResult{skipped(one, "switched off")}, report.NotExercised, "switched off", report.OutcomeNothingExercised, 3},
		"skipped and passed":             {[]report.SpecResult{skipped(one, "switched off"), two}, report.Passed, "", report.OutcomePassed, 0},
		"interrupted":                    {[]report.SpecResult{interrupted}, report.NotExercised, "its spec was interrupted", report.OutcomeInconclusive, 3},
		"passed without an exchange":     {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record = evidence.Record{} })}, report.NotExercised, "it ended without putting its clauses to the test", report.OutcomeNothingExercised, 3},
		"passed on other clauses":        {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record.Exchanges = []evidence.Exchange{exchange(200, contract.ComJSON)} })}, report.NotExercised, "it ended without putting its clauses to the test", report.OutcomePassed, 0},
		"exercised by the spec itself":   {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.Record = evidence.Record{Exercised: []contract.ClauseID{id}} })}, report.Passed, "", report.OutcomePassed, 0},
		"failed on another clause first": {[]report.SpecResult{with(failed(one, breach(contract.ComStatus, contract.Doc)), func(s *report.SpecResult) { s.Record.Exchanges = []evidence.Exchange{exchange(200)} })}, report.NotExercised, "its spec failed before it came to it", report.OutcomeFailed, 1},
		"no spec":                        {nil, report.NotExercised, "no spec of this run tests it", report.OutcomeNothingExercised, 3},
		"an unknown state":               {[]report.SpecResult{with(one, func(s *report.SpecResult) { s.State = "fine" })}, report.Inconclusive, "tool trouble: one", report.OutcomeInconclusive, 3},
	} {
		t.Run(name, func(t *testing.T) {
			results := report.Judge(runOf(test.specs...))
			clause := clauseOf(t, results, id)
			if clause.Verdict != test.verdict || clause.Reason != test.reason {
				t.Errorf("got %s (%s), want %s (%s)", clause.Verdict, clause.Reason, test.verdict, test.reason)
			}
			if results.Outcome != test.outcome || report.ExitStatus(results) != test.exit {
				t.Errorf("got %s, exit status %d, want %s, %d", results.Outcome, report.ExitStatus(results), test.outcome, test.exit)
			}
		})
	}
}

func TestEveryClauseOnce(t *testing.T) {
	for name, results := range everyKind() {
		var got, want []contract.ClauseID
		sum := 0
		for _, clause := range results.Clauses {
			got = append(got, clause.ID)
		}
		for _, clause := range contract.Clauses() {
			want = append(want, clause.ID)
		}
		for _, n := range results.Totals.Clauses {
			sum += n
		}
		if !reflect.DeepEqual(got, want) || sum != len(want) {
			t.Errorf("%s: clauses %v, %d in the totals, want the contract's %d", name, got, sum, len(want))
		}
	}
}

func TestOutcomeOfEveryKind(t *testing.T) {
	want := map[string]int{"passed": 0, "warned": 0, "with a warning": 0, "profiled": 0, "skipped": 0, "failed": 1, "not covered": 1, "assertion": 1, "hostile": 1, "inconclusive": 3,
		"all skipped": 3, "nothing": 3, "panic": 3, "setup failed": 3, "worker crashed": 3, "placeholder": 3, "interrupted": 130,
		"waived": 0, "expired": 1, "baseline": 0}
	kinds := everyKind()
	if len(kinds) != len(want) {
		t.Errorf("%d kinds, %d expectations", len(kinds), len(want))
	}
	for name, results := range kinds {
		if got := report.ExitStatus(results); got != want[name] {
			t.Errorf("%s: exit status %d (%s), want %d", name, got, results.Outcome, want[name])
		}
	}
}

func TestInterruptionGoesBeforeAFailure(t *testing.T) {
	run := runOf(failed(spec("one", contract.AccList200), breach(contract.AccList200, contract.Doc)))
	run.Interrupted = "SIGINT"
	results := report.Judge(run)
	if results.Outcome != report.OutcomeInterrupted || clauseOf(t, results, contract.AccList200).Verdict != report.Failed {
		t.Errorf("got %s, clause %s", results.Outcome, clauseOf(t, results, contract.AccList200).Verdict)
	}
}

func TestFailOnChoosesTheLevels(t *testing.T) {
	run := runOf(with(spec("one", contract.AccList200), func(s *report.SpecResult) {
		s.Record.Findings = []evidence.Finding{breach(contract.ComMeta, contract.Adv), breach(contract.ComBody, contract.Std)}
	}))
	for _, test := range []struct {
		failOn     []contract.Level
		meta, body report.Verdict
	}{
		{nil, report.Warned, report.Failed},
		{[]contract.Level{contract.Doc}, report.Warned, report.Warned},
		{contract.Levels(), report.Failed, report.Failed},
	} {
		run.FailOn = test.failOn
		results := report.Judge(run)
		meta, body := clauseOf(t, results, contract.ComMeta).Verdict, clauseOf(t, results, contract.ComBody).Verdict
		if meta != test.meta || body != test.body {
			t.Errorf("failOn %v: COM-META %s, COM-BODY %s, want %s, %s", test.failOn, meta, body, test.meta, test.body)
		}
	}
}

func TestTroubleSurfaces(t *testing.T) {
	one := spec("one", contract.AccList200)
	for name, test := range map[string]struct {
		change func(*report.SpecResult)
		want   string
	}{
		"a finding of an unknown clause": {func(s *report.SpecResult) {
			s.Record.Findings = []evidence.Finding{breach("ACC-NOWHERE", contract.Doc)}
		}, `unknown clause "ACC-NOWHERE"`},
		"an unknown clause exercised":  {func(s *report.SpecResult) { s.Record.Exercised = []contract.ClauseID{"ACC-NOWHERE"} }, `unknown clause "ACC-NOWHERE" is said`},
		"a label of an unknown clause": {func(s *report.SpecResult) { s.Clauses = append([]contract.ClauseID{"ACC-NOWHERE"}, s.Clauses...) }, "is labelled with the unknown clause"},
		"a finding with an unknown level": {func(s *report.SpecResult) {
			s.Record.Findings = []evidence.Finding{breach(contract.AccList200, "must")}
		}, `unknown level "must"`},
		"a spec of no suite": {func(s *report.SpecResult) { s.Suite = "" }, "belongs to no suite"},
	} {
		t.Run(name, func(t *testing.T) {
			results := report.Judge(runOf(with(one, test.change)))
			if len(results.Trouble) != 1 || !strings.Contains(results.Trouble[0].What, test.want) {
				t.Fatalf("trouble %+v, want %q", results.Trouble, test.want)
			}
			if report.ExitStatus(results) == report.ExitPassed {
				t.Error("exit status 0")
			}
		})
	}
	if results := report.Judge(runOf(one)); len(results.Trouble) != 0 {
		t.Errorf("a sound run has trouble %+v", results.Trouble)
	}
}

func TestPlanAndResultsAreJoined(t *testing.T) {
	one, two := spec("one", contract.AccList200), spec("two", contract.AccListStable)
	again := with(one, func(s *report.SpecResult) { s.Line = 30 })
	run := runOf(again, one)
	run.Planned = []report.SpecResult{planned(one), planned(two), planned(again)}
	run.Results = append(run.Results, spec("unplanned", contract.AccListPages))
	run.NotSelected = []report.SpecResult{planned(spec("left out", contract.AccGet200))}
	results := report.Judge(run)
	var got []string
	for _, s := range results.Specs {
		got = append(got, s.Name+": "+string(s.State)+" "+s.Reason)
	}
	want := []string{"one: passed ", "two: not run the suite ended without a result for it", "one (2): passed ", "unplanned: passed "}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("specs %q, want %q", got, want)
	}
	if report.ExitStatus(results) != report.ExitInconclusive {
		t.Errorf("a planned spec without a result: exit status %d", report.ExitStatus(results))
	}
	for id, reason := range map[contract.ClauseID]string{contract.AccListStable: "not run: the suite ended without a result for it",
		contract.AccGet200: "not selected", contract.Aac201: "not selected", contract.ComAllow: "no answer that it applies to was seen",
		contract.AccHeaders: "no spec of this run tests it"} {
		if clause := clauseOf(t, results, id); clause.Verdict != report.NotExercised || clause.Reason != reason {
			t.Errorf("%s: %s (%s), want %s", id, clause.Verdict, clause.Reason, reason)
		}
	}
}

// What the target does not offer is no pass, and says why, whatever else was
// seen of it.
func TestClausesNotOffered(t *testing.T) {
	run := runOf(spec("one", contract.AccList200))
	run.NotOffered = map[contract.ClauseID]string{contract.ComFapiEcho: "it plays nothing back", contract.AccListStable: "it keeps nothing"}
	results := report.Judge(run)
	for id, reason := range run.NotOffered {
		if clause := clauseOf(t, results, id); clause.Verdict != report.NotExercised || clause.Reason != "not offered: "+reason {
			t.Errorf("%s: %s (%s)", id, clause.Verdict, clause.Reason)
		}
	}
}

func TestWhySpecsDidNotRun(t *testing.T) {
	kinds := everyKind()
	for name, want := range map[string]string{"worker crashed": "the worker crashed: exit status 2",
		"interrupted": "the run was interrupted: SIGTERM", "setup failed": "the set-up failed: no such key",
		"placeholder": "the run never reported its end"} {
		specs := kinds[name].Specs
		if last := specs[len(specs)-1]; last.State != report.StateNotRun || last.Reason != want {
			t.Errorf("%s: %s (%s), want not run (%s)", name, last.State, last.Reason, want)
		}
	}
}

func TestCommonClausesWhenOnlyTheEnvironmentAnswered(t *testing.T) {
	results := report.Judge(runOf(inconclusive(spec("one", contract.AccList200), "status 503")))
	if clause := clauseOf(t, results, contract.ComStatus); clause.Verdict != report.Inconclusive {
		t.Errorf("COM-STATUS %s (%s)", clause.Verdict, clause.Reason)
	}
}

func TestFindingsAreGrouped(t *testing.T) {
	s := failed(spec("one", contract.AccList200))
	for i := range 212 {
		x := exchange(200)
		if i%2 == 1 {
			x.Operation = contract.GetAccount
		}
		s.Record.Exchanges = append(s.Record.Exchanges, x)
		f := breach(contract.ComFapiPresent, contract.Doc)
		f.Exchange = i + 1
		s.Record.Findings = append(s.Record.Findings, f)
	}
	clause := clauseOf(t, report.Judge(runOf(s)), contract.ComFapiPresent)
	if clause.Exchanges != 212 || len(clause.Findings) != 1 || clause.Reason != "212 findings" {
		t.Fatalf("%d exchanges, %d groups, %s", clause.Exchanges, len(clause.Findings), clause.Reason)
	}
	group := clause.Findings[0]
	if group.Count != 212 || group.Differs || len(group.Operations) != 2 || group.Example == nil || group.Spec != "one" {
		t.Errorf("group %+v", group)
	}
	s.Record.Findings[1].Actual = "two"
	s.Record.Findings[2].Expected = "another"
	clause = clauseOf(t, report.Judge(runOf(s)), contract.ComFapiPresent)
	if len(clause.Findings) != 2 || !clause.Findings[0].Differs || clause.Findings[0].Count != 211 {
		t.Errorf("groups %+v", clause.Findings)
	}
}

func TestOperations(t *testing.T) {
	s := spec("one", contract.AccList200)
	unavailable := exchange(403)
	unavailable.Inconclusive = "a firewall's page"
	odd := breach(contract.ComMeta, contract.Adv)
	odd.Exchange = 3
	s.Record.Exchanges = []evidence.Exchange{exchange(200), exchange(400), unavailable, exchange(406), exchange(418), exchange(200)}
	s.Record.Findings = []evidence.Finding{breach(contract.ComFapiPresent, contract.Doc), odd}
	results := report.Judge(runOf(s))
	pairs := 0
	for _, operation := range results.Operations {
		for _, status := range operation.Statuses {
			if status.Documented {
				pairs++
			}
		}
		if operation.Operation != contract.ListAccounts {
			continue
		}
		want := []report.StatusResult{{200, true, 2, report.Failed}, {400, true, 1, report.Passed}, {401, true, 0, report.NotExercised},
			{403, true, 1, report.Inconclusive}, {404, true, 0, report.NotExercised}, {405, true, 0, report.NotExercised},
			{406, true, 1, report.Warned}, {429, true, 0, report.NotExercised}, {500, true, 0, report.NotExercised},
			{418, false, 1, report.Passed}}
		if !reflect.DeepEqual(operation.Statuses, want) {
			t.Errorf("statuses %+v\nwant %+v", operation.Statuses, want)
		}
	}
	if len(results.Operations) != 14 || pairs != 118 {
		t.Errorf("%d operations, %d documented pairs, want 14, 118", len(results.Operations), pairs)
	}
}

func TestJudgeChangesNothing(t *testing.T) {
	f := breach(contract.AccList200, "")
	run := runOf(with(spec("one", contract.AccList200), func(s *report.SpecResult) { s.Record.Findings = []evidence.Finding{f} }))
	report.Judge(run)
	report.Placeholder(run)
	if got := run.Results[0]; got.State != report.StatePassed || got.Record.Findings[0] != f || run.Planned[0].Reason != "" {
		t.Errorf("Judge changed its input: %+v", got)
	}
}
