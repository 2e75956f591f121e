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
	"obconform/harness/report"
	"obconform/harness/waiver"
)

const cutDigest = "0123456789abcdef"

// divided makes of a run as many shards; no spec decides where another runs.
func divided(run report.Run, count int) []report.Run {
	shards := make([]report.Run, count)
	of := func(s report.SpecResult) int { return len(s.Name) * 7 % count }
	for i := range shards {
		part := run
		part.Planned, part.Results, part.Trouble = nil, nil, nil
		part.Start = run.Start.Add(time.Duration(i) * time.Second)
		for _, s := range run.Planned {
			if of(s) == i {
				part.Planned = append(part.Planned, s)
			} else {
				part.Elsewhere = append(part.Elsewhere, s)
			}
		}
		for _, s := range run.Results {
			if of(s) == i {
				part.Results = append(part.Results, s)
			}
		}
		part.Shards = &report.Shards{Count: count, Present: []int{i + 1}, Cut: cutDigest, Specs: len(part.Planned), Of: len(run.Planned), LeftOut: len(run.NotSelected)}
		shards[i] = part
	}
	return shards
}

// shard is one of a run of the accounts suite.
func shard(index, count int, specs ...report.SpecResult) report.Results {
	run := runOf(specs...)
	run.Start, run.End = run.Start.Add(time.Duration(index)*time.Minute), run.End.Add(time.Duration(index)*time.Minute)
	run.Shards = &report.Shards{Count: count, Present: []int{index}, Cut: cutDigest, Specs: len(specs), Of: 2}
	return report.Judge(run)
}

// Merged shards are the whole run, whatever ran, how many there are, and in
// however many steps they are merged.
func TestShardsComeToTheWhole(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 10))
		whole := anyRun(random)
		whole.APIs, whole.Trouble = contract.APIs(), nil
		whole.NotSelected = []report.SpecResult{spec("left out", contract.Clauses()[random.IntN(len(contract.Clauses()))].ID)}
		whole.Planned[len(whole.Planned)-1].Suite = contract.Accounts
		count := 2 + random.IntN(4)
		var parts []report.Results
		for _, part := range divided(whole, count) {
			parts = append(parts, readBack(t, report.Judge(part)))
		}
		random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		want, all := judgedOf(report.Judge(whole)), merged(t, parts...)
		some := readBack(t, merged(t, parts[:count-1]...))
		if len(some.Trouble) != 1 || some.Outcome == report.OutcomePassed {
			t.Errorf("seed %d: a shard is missing, and the rest is %s with %v", seed, some.Outcome, some.Trouble)
		}
		for name, got := range map[string]report.Results{"at once": all, "in steps": merged(t, parts[count-1], some)} {
			if diff := differences(sorted(want), sorted(judgedOf(got))); diff != "" {
				t.Fatalf("seed %d, %d shards, %s:%s", seed, count, name, diff)
			}
			if got.Shards == nil || len(got.Shards.Missing()) > 0 {
				t.Errorf("seed %d, %s: %+v", seed, name, got.Shards)
			}
			rendersTheSame(t, fmt.Sprint("merged, seed ", seed), got)
		}
	}
}

// sorted is the same with the specs in the order of their names: that of the
// whole is lost when it is cut.
func sorted(j judged) judged {
	j.Specs = slices.Clone(j.Specs)
	slices.Sort(j.Specs)
	return j
}

// A shard that is missing is named in every report and makes the whole
// inconclusive, however many are there; also one shard that is given alone.
func TestMissingShards(t *testing.T) {
	one, three := shard(1, 3, spec("one", contract.AccList200)), shard(3, 3, spec("two", contract.AccListStable))
	for name, c := range map[string]struct {
		parts   []report.Results
		missing []string
	}{
		"two of three": {[]report.Results{one, three}, []string{"2/3"}}, "one of three": {[]report.Results{one}, []string{"2/3", "3/3"}},
	} {
		got := merged(t, c.parts...)
		if got.Outcome != report.OutcomeInconclusive || report.ExitStatus(got) != 3 || !slices.Equal(got.Shards.Missing(), c.missing) {
			t.Errorf("%s: %s, %v", name, got.Outcome, got.Shards)
		}
		for kind, render := range renderings() {
			text, err := render(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, missing := range c.missing {
				if !strings.Contains(text, "shard "+missing+" is missing") {
					t.Errorf("%s: the %s does not say that %s is missing", name, kind, missing)
				}
			}
		}
	}
	missing := clauseOf(t, merged(t, one), contract.AccListStable)
	if missing.Verdict != report.NotExercised || !strings.Contains(missing.Reason, "missing: 2/3, 3/3") {
		t.Errorf("a clause of a missing shard is %s because %q", missing.Verdict, missing.Reason)
	}
	found := shard(2, 3, failed(spec("three", contract.AccListStable), breach(contract.AccListStable, contract.Std)))
	if got := merged(t, one, found); got.Outcome != report.OutcomeFailed {
		t.Errorf("a breach and a missing shard are %s", got.Outcome)
	}
}

// A shard alone is judged on its part, and says so; what others have is no gap
// of it.
func TestAShardIsJudgedOnItsPart(t *testing.T) {
	run := runOf(spec("one", contract.AccList200))
	run.Elsewhere = []report.SpecResult{spec("two", contract.AccListStable, contract.CofFunds201True)}
	run.NotSelected = []report.SpecResult{spec("three", contract.AccListPages)}
	run.APIs = contract.APIs()
	run.Shards = &report.Shards{Count: 2, Present: []int{1}, Cut: cutDigest, Specs: 1, Of: 2}
	got := report.Judge(run)
	if got.Outcome != report.OutcomePassed {
		t.Errorf("it is %s", got.Outcome)
	}
	for id, reason := range map[contract.ClauseID]string{contract.AccListStable: "not in this shard", contract.AccListPages: "not selected"} {
		if clause := clauseOf(t, got, id); clause.Reason != reason {
			t.Errorf("%s: %q, expected %q", id, clause.Reason, reason)
		}
	}
	for kind, render := range renderings() {
		text, err := render(got)
		if err != nil {
			t.Fatal(err)
		}
		if want := "1/2: 1 of 2 specs"; kind != "results.json" && !strings.Contains(text, want) {
			t.Errorf("the %s does not say %q", kind, want)
		}
		if lists := strings.Contains(text, "COF-FUNDS-201-TRUE"); kind == "terminal" && (lists || !strings.Contains(text, "not in this shard: ")) || kind == "verbose terminal" && !lists {
			t.Errorf("the %s lists what is in other shards: %v", kind, lists)
		}
		if kind == "JUnit" && (strings.Contains(text, "nothing was exercised") || strings.Contains(text, "confirmationoffunds")) {
			t.Error("the JUnit file has suites of which the shard has no spec")
		}
	}
	rendersTheSame(t, "a shard", got)
}

// A shard for which there is nothing is no failure of its job, and no pass of
// anything; where there is nothing for anybody, that is what counts.
func TestAnEmptyShard(t *testing.T) {
	empty := shard(3, 3)
	if empty.Outcome != report.OutcomeEmptyShard || report.ExitStatus(empty) != 0 {
		t.Errorf("%s, %d", empty.Outcome, report.ExitStatus(empty))
	}
	rendersTheSame(t, "an empty shard", empty)
	text, err := report.JUnit(empty)
	if err != nil || !strings.Contains(string(text), `<skipped message="3/3: this shard has nothing to run`) || strings.Contains(string(text), "<error") {
		t.Errorf("%v: %s", err, text)
	}
	broken := runOf()
	broken.Shards, broken.Trouble = empty.Shards, []report.Trouble{{What: "no worker process could be started"}}
	nobody := runOf()
	nobody.Shards = &report.Shards{Count: 3, Present: []int{3}, Cut: cutDigest}
	unfinished := runOf()
	unfinished.Shards = empty.Shards
	for want, got := range map[report.Outcome]report.Results{
		report.OutcomeInconclusive: report.Judge(broken), report.OutcomeNothingExercised: report.Judge(nobody),
	} {
		if got.Outcome != want {
			t.Errorf("%s, expected %s", got.Outcome, want)
		}
	}
	if got := report.Placeholder(unfinished); report.ExitStatus(got) == 0 {
		t.Errorf("before it has ended it is %s", got.Outcome)
	}
	whole := merged(t, shard(1, 3, spec("one", contract.AccList200)), shard(2, 3, spec("two", contract.AccListStable)), empty)
	if whole.Outcome != report.OutcomePassed || len(whole.Specs) != 2 {
		t.Errorf("with the others it is %s, %d specs", whole.Outcome, len(whole.Specs))
	}
	if got := merged(t, empty); got.Outcome == report.OutcomeEmptyShard || report.ExitStatus(got) != 3 {
		t.Errorf("given alone, as the whole, it is %s", got.Outcome)
	}
}

// Shards that are not of one run are refused, each for what tells it.
func TestShardsOfSeveralRuns(t *testing.T) {
	one := shard(1, 2, spec("one", contract.AccList200))
	changed := func(change func(*report.Results)) []report.Results {
		other := shard(2, 2, spec("two", contract.AccListStable))
		divided := *other.Shards
		other.Shards = &divided
		change(&other)
		return []report.Results{one, other}
	}
	target := func(object, name string, value any) report.Results {
		like := shard(2, 2, spec("two", contract.AccListStable))
		like.Target = map[string]any{object: map[string]any{name: value}}
		return like
	}
	whole := report.Judge(runOf(spec("one", contract.AccList200)))
	for name, c := range map[string]struct {
		parts []report.Results
		says  string
	}{
		"twice":          {[]report.Results{one, changed(func(r *report.Results) { r.Shards.Present = []int{1} })[1]}, "shard 1/2 is given twice"},
		"another number": {[]report.Results{one, shard(3, 3)}, "shard 1/2 and shard 3/3 are of runs that were cut into other numbers"},
		"a seed":         {changed(func(r *report.Results) { r.Seed = 8 }), "other seeds, 7 and 8"},
		"a version":      {changed(func(r *report.Results) { r.Tool = "1.2.4" }), "obconform 1.2.3 and 1.2.4"},
		"suites":         {changed(func(r *report.Results) { r.APIs = contract.APIs() }), "other suites"},
		"a cut":          {changed(func(r *report.Results) { r.Shards.Cut = "f" + cutDigest[1:] }), "other specs or by other weights"},
		"a selection":    {changed(func(r *report.Results) { r.Shards.Of = 3 }), "other specs or by other weights"},
		"a whole run":    {[]report.Results{one, whole}, "shard 1/2 is a part of a run and others are whole runs"},
		"a way":          {[]report.Results{one, target("consents", "way", "codes")}, "consents.way is <nil> and codes"},
		"a kind":         {[]report.Results{one, target("target", "allowDestructive", true)}, "target.allowDestructive is <nil> and true"},
		"a profile":      {changed(func(r *report.Results) { r.Profile = "observed" }), "other profiles"},
	} {
		if _, err := report.Merge(c.parts, report.Floors{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %q", name, err, c.says)
		}
	}
	if _, err := report.Merge(changed(func(*report.Results) {}), report.Floors{}); err != nil {
		t.Errorf("two shards of one run: %v", err)
	}
}

// What is accepted of shards is what is accepted of the whole, and together
// they tell what is gone from a baseline, where nothing was left out.
func TestAcceptedShardsAreTheWhole(t *testing.T) {
	_, _, whole := acceptingRuns()
	whole.Waivers = waiver.List{accepts(contract.ComMeta, ""), accepts(contract.ComJSON, "")}
	want := report.Judge(whole)
	if len(want.Baseline.Gone) == 0 || len(want.Baseline.Held) == 0 {
		t.Fatalf("the whole tells nothing: %+v", want.Baseline)
	}
	parts := divided(whole, 2)
	got := merged(t, report.Judge(parts[0]), report.Judge(parts[1]))
	if !reflect.DeepEqual(got.Baseline, want.Baseline) || !slices.Equal(got.Waivers, want.Waivers) || got.Outcome != want.Outcome {
		t.Errorf("%s, %+v, %+v, and the whole %s, %+v, %+v", got.Outcome, got.Baseline, got.Waivers, want.Outcome, want.Baseline, want.Waivers)
	}
	whole.NotSelected = []report.SpecResult{spec("left out", contract.AccListPages)}
	parts = divided(whole, 2)
	for name, results := range map[string]report.Results{
		"something was left out": merged(t, report.Judge(parts[0]), report.Judge(parts[1])), "a shard is missing": merged(t, report.Judge(parts[0])),
	} {
		if len(results.Baseline.Gone) > 0 {
			t.Errorf("%s, and the shards tell that %v are gone", name, results.Baseline.Gone)
		}
	}
}

// Whole runs may be merged as ever, also those that were put together from
// shards.
func TestMergedShardsAreAWhole(t *testing.T) {
	shards := merged(t, shard(1, 2, spec("one", contract.AccList200)), shard(2, 2, spec("two", contract.AccListStable)))
	got := merged(t, shards, later(spec("two", contract.AccListStable)))
	if got.Outcome != report.OutcomePassed || got.Shards != nil || len(got.Specs) != 2 || got.Exchanges != 3 {
		t.Errorf("%s, %+v, %d specs, %d exchanges", got.Outcome, got.Shards, len(got.Specs), got.Exchanges)
	}
	again := merged(t, shards)
	if !reflect.DeepEqual(again, shards) {
		t.Error("a whole alone is not itself")
	}
}

// A file whose shards cannot be is refused at its place.
func TestShardsThatCannotBeRead(t *testing.T) {
	data, _ := resultsJSON(t, shard(2, 3, spec("one", contract.AccList200)))
	for name, c := range map[string]struct{ old, new, says string }{
		"another":      {"\"present\": [\n   2\n  ]", "\"present\": [4]", "/shards/present/0"},
		"out of order": {"\"present\": [\n   2\n  ]", "\"merged\": true, \"present\": [3, 1]", "/shards/present/1"},
		"several":      {"\"present\": [\n   2\n  ]", "\"present\": [1, 2]", "/shards/merged"},
		"too many":     {"\"of\": 2", "\"of\": 0", "/shards/specs"},
		"not enough":   {"\"present\": [\n   2\n  ]", "\"merged\": true, \"present\": [1, 2, 3]", "/shards/specs"},
		"unlisted":     {"\"specs\": 1,\n  \"of\"", "\"specs\": 2,\n  \"of\"", "it says 2, and the file lists 1"},
		"no digest":    {cutDigest, "x", "/shards/cut"},
		"none":         {"\"present\": [\n   2\n  ]", "\"present\": []", "/shards/present"},
	} {
		broken := strings.Replace(string(data), c.old, c.new, 1)
		if broken == string(data) {
			t.Fatalf("%s: nothing is broken", name)
		}
		if _, err := report.ReadResults([]byte(broken)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %q", name, err, c.says)
		}
	}
}

// Shards of several targets are kept apart: each target lacks what only the
// other has.
func TestShardsOfSeveralTargets(t *testing.T) {
	one, other := shard(1, 2, spec("one", contract.AccList200)), shard(2, 2, spec("two", contract.AccListStable))
	other.Target = map[string]any{"target": map[string]any{"baseUrl": "https://other.example"}}
	names, parts := report.ByTarget([]report.Results{one, other})
	if len(names) != 2 {
		t.Fatalf("targets %q", names)
	}
	for name, missing := range map[string]string{"https://bank.example": "2/2", "https://other.example": "1/2"} {
		if got := merged(t, parts[name]...); got.Outcome != report.OutcomeInconclusive || !slices.Equal(got.Shards.Missing(), []string{missing}) {
			t.Errorf("%s: %s, %v is missing", name, got.Outcome, got.Shards.Missing())
		}
	}
}
