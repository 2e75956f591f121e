package report_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
)

// split makes of a run of all suites one run per suite, as --suite does.
func split(run report.Run) []report.Run {
	var parts []report.Run
	for i, api := range contract.APIs() {
		part := run
		part.APIs, part.Planned, part.Results, part.NotSelected, part.Trouble = []contract.API{api}, nil, nil, nil, nil
		part.Start = run.Start.Add(time.Duration(i) * time.Second)
		for _, s := range run.Planned {
			if s.Suite == api {
				part.Planned = append(part.Planned, s)
			} else {
				part.NotSelected = append(part.NotSelected, s)
			}
		}
		for _, s := range run.Results {
			if s.Suite == api {
				part.Results = append(part.Results, s)
			}
		}
		parts = append(parts, part)
	}
	parts[0].Trouble = run.Trouble
	return parts
}

// judged is what a merged run must have exactly as the whole one has it.
type judged struct {
	Outcome    report.Outcome
	Exchanges  int
	Totals     report.Totals
	Clauses    []string
	Operations []report.OperationResult
	Timings    []report.Timing
	Seen       map[string][]string
	Coverage   report.Coverage
	Specs      []string
	Trouble    []report.Trouble
}

func judgedOf(results report.Results) judged {
	j := judged{Outcome: results.Outcome, Exchanges: results.Exchanges, Totals: results.Totals, Operations: results.Operations,
		Timings: results.Timings, Seen: results.Seen, Coverage: results.Coverage, Trouble: results.Trouble}
	for _, clause := range results.Clauses {
		count := 0
		for _, group := range clause.Findings {
			count += group.Count
		}
		j.Clauses = append(j.Clauses, fmt.Sprintf("%s %s: %s; %d exchanges, %d kinds of %d findings, %d not selected",
			clause.ID, clause.Verdict, clause.Reason, clause.Exchanges, len(clause.Findings)+clause.Omitted, count, clause.NotSelected))
	}
	for _, spec := range results.Specs {
		j.Specs = append(j.Specs, fmt.Sprintf("%s %s: %s %s %v %v %v", spec.Suite, spec.Name, spec.State, spec.Reason, spec.Exercised, spec.Failing, spec.Warning))
	}
	return j
}

func differences(want, got judged) string {
	var out strings.Builder
	for i := range reflect.TypeFor[judged]().NumField() {
		name := reflect.TypeFor[judged]().Field(i).Name
		w, g := reflect.ValueOf(want).Field(i).Interface(), reflect.ValueOf(got).Field(i).Interface()
		if texts, ok := w.([]string); ok {
			for k, text := range texts {
				if others := g.([]string); k >= len(others) || others[k] != text {
					fmt.Fprintf(&out, "\n%s\n want %s\n got  %s", name, text, strings.Join(others[k:min(k+1, len(others))], ""))
				}
			}
		} else if !reflect.DeepEqual(w, g) {
			fmt.Fprintf(&out, "\n%s\n want %+v\n got  %+v", name, w, g)
		}
	}
	return out.String()
}

// A run that was split by suites and merged is the whole run, whatever ran.
func TestPartsComeToTheWhole(t *testing.T) {
	for seed := range uint64(25) {
		random := rand.New(rand.NewPCG(seed, 9))
		whole := anyRun(random)
		whole.APIs = contract.APIs()
		whole.Trouble = nil
		whole.Planned[len(whole.Planned)-1].Suite = contract.Accounts
		var parts []report.Results
		for _, part := range split(whole) {
			parts = append(parts, readBack(t, report.Judge(part)))
		}
		random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		merged, err := report.Merge(parts, report.Floors{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := differences(judgedOf(report.Judge(whole)), judgedOf(merged)); diff != "" {
			t.Fatalf("seed %d:%s", seed, diff)
		}
		rendersTheSame(t, fmt.Sprint("merged, seed ", seed), merged)
	}
}

func merged(t *testing.T, parts ...report.Results) report.Results {
	t.Helper()
	results, err := report.Merge(parts, report.Floors{})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// later is the same run an hour later, of other specs.
func later(specs ...report.SpecResult) report.Results {
	run := runOf(specs...)
	run.Start, run.End = run.Start.Add(time.Hour), run.End.Add(time.Hour)
	return report.Judge(run)
}

func TestASpecOfTwoPartsHasItsWorstState(t *testing.T) {
	one := spec("one", contract.AccListStable)
	results := map[report.State]report.SpecResult{
		report.StatePassed: one, report.StateFailed: failed(one, breach(contract.AccListStable, contract.Std)), report.StateErrored: errored(one, "panic"),
		report.StateInconclusive: inconclusive(one, "status 503"), report.StateSkipped: skipped(one, "none"), report.StateNotRun: planned(one),
	}
	order := []report.State{report.StateFailed, report.StateErrored, report.StateInconclusive, report.StateNotRun, report.StatePassed, report.StateSkipped}
	for i, worse := range order {
		for _, better := range order[i:] {
			for _, parts := range [][]report.Results{
				{report.Judge(runOf(results[worse])), later(results[better])}, {report.Judge(runOf(results[better])), later(results[worse])},
			} {
				got := merged(t, parts...)
				if len(got.Specs) != 1 || got.Specs[0].State != worse || got.Totals.Specs[worse] != 1 || got.Exchanges != parts[0].Exchanges+parts[1].Exchanges {
					t.Errorf("%s and %s: %d specs, %s, %d exchanges", worse, better, len(got.Specs), got.Specs[0].State, got.Exchanges)
				}
				readBack(t, got) // it agrees with itself
			}
		}
	}
}

// Findings of both parts are kept and counted, and their examples are still
// theirs.
func TestFindingsOfTwoPartsAreJoined(t *testing.T) {
	one := failed(spec("one", contract.AccListStable), breach(contract.AccListStable, contract.Std))
	other := failed(spec("one", contract.AccListStable), breach(contract.AccListStable, contract.Std), breach(contract.ComMeta, contract.Adv))
	other.Record.Exchanges = append([]evidence.Exchange{exchange(201)}, other.Record.Exchanges...)
	for i := range other.Record.Findings {
		other.Record.Findings[i].Exchange = 1
	}
	other.Record.Exchanges[1].InteractionID = "the other's"
	got := merged(t, later(other), report.Judge(runOf(one)))
	clause := clauseOf(t, got, contract.AccListStable)
	if clause.Verdict != report.Failed || clause.Reason != "2 findings" || len(clause.Findings) != 1 || clause.Findings[0].Count != 2 || clause.Findings[0].Exchange != 0 {
		t.Errorf("%+v", clause)
	}
	meta := clauseOf(t, got, contract.ComMeta)
	if len(meta.Findings) != 1 || meta.Findings[0].Exchange != 2 || got.Specs[0].Record.Exchanges[2].InteractionID != "the other's" {
		t.Errorf("%+v", meta)
	}
	if back := readBack(t, got); clauseOf(t, back, contract.ComMeta).Findings[0].Example.InteractionID != "the other's" {
		t.Error("the example is another's")
	}
}

func TestOrderOfPartsDoesNotMatter(t *testing.T) {
	a, b, c := report.Judge(runOf(spec("one", contract.AccList200))), later(failed(spec("two", contract.AccListStable))), everyKind()["interrupted"]
	want, err := report.ResultsJSON(merged(t, a, b, c))
	if err != nil {
		t.Fatal(err)
	}
	for _, parts := range [][]report.Results{{a, c, b}, {b, a, c}, {c, b, a}} {
		if got, err := report.ResultsJSON(merged(t, parts...)); err != nil || string(got) != string(want) {
			t.Errorf("%v, %s", err, firstDifference(string(want), string(got)))
		}
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	a := report.Judge(runOf(spec("one", contract.AccList200)))
	levels, profiled, unknown := a, a, readBack(t, a)
	levels.FailOn, profiled.Profile = contract.Levels(), "observed"
	unknown.Specs[0].Exercised = map[contract.ClauseID]int{"ACC-NEW": 1}
	for want, parts := range map[string][]report.Results{
		"nothing to merge": nil, "other levels, [doc std] and [doc std adv]": {a, levels}, "other profiles": {a, profiled}, "knows the clause ACC-NEW": {a, unknown},
	} {
		if _, err := report.Merge(parts, report.Floors{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestTheWholeHasFloorsOfItsOwn(t *testing.T) {
	run := runOf(spec("one", contract.AccList200))
	run.Floors = report.Floors{Clauses: 100}
	part := report.Judge(run)
	if got := merged(t, part); !slices.Equal(got.Shortfalls, part.Shortfalls) || got.Outcome != report.OutcomeNotCovered {
		t.Errorf("of one part: %q", got.Shortfalls)
	}
	if got := merged(t, part, later(spec("two", contract.AccListStable))); len(got.Shortfalls) != 0 || got.Outcome != report.OutcomePassed {
		t.Errorf("without floors: %q", got.Shortfalls)
	}
	got, err := report.Merge([]report.Results{part}, report.Floors{Answers: 50})
	if err != nil || len(got.Shortfalls) != 1 || !strings.HasPrefix(got.Shortfalls[0], "answers: 1 of 18") {
		t.Errorf("%q, %v", got.Shortfalls, err)
	}
}

func TestTargetsAreToldApart(t *testing.T) {
	at := func(name, address string) report.Results {
		return report.Results{Target: map[string]any{"target": map[string]any{"name": name, "baseUrl": address}}}
	}
	names, parts := report.ByTarget([]report.Results{at("b", "https://bank.example"), at("a", "https://bank.example"), at("b", "https://bank.example"),
		at("b", "https://127.0.0.1:1234"), at("b", "https://127.0.0.1:99"), at("b", "https://bank.example:99"), {}})
	want := []string{"a https://bank.example", "b https://127.0.0.1", "b https://bank.example", "b https://bank.example:99", "unknown"}
	if !slices.Equal(names, want) || len(parts[want[1]]) != 2 || len(parts[want[2]]) != 2 {
		t.Errorf("%q", names)
	}
}
