package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/report"
	"obconform/harness/report/agreement"
	"obconform/harness/runner"
	"obconform/harness/shard"
	"obconform/suites"
)

// plannedSpecs are the specs of all suites as a plan has them.
func plannedSpecs(t *testing.T) []report.SpecResult {
	t.Helper()
	e := obconform(t, "list", "--json")
	e.wantStatus(t, 0)
	var list struct {
		Specs []struct {
			Suite         contract.API
			Section, Name string
			Labels        []string
		}
	}
	if err := json.Unmarshal([]byte(e.out), &list); err != nil {
		t.Fatal(err)
	}
	specs := make([]report.SpecResult, len(list.Specs))
	for i, spec := range list.Specs {
		specs[i] = report.SpecResult{Suite: spec.Suite, Section: spec.Section, Name: spec.Name, Labels: spec.Labels}
	}
	return specs
}

// The shards of the suites hold each spec once, for every number of shards, and
// what registers, changes or deletes clients is in the first one alone.
func TestPartsOfEveryNumber(t *testing.T) {
	t.Parallel()
	plan := runner.Plan{Specs: plannedSpecs(t)}
	how := runner.Sharding{Weigh: runner.Weights(nil, func(report.SpecResult) int { return 2 })}
	for count := 1; count <= shard.Most; count++ {
		// Every machine makes one cut; all of them are made for some numbers.
		made := []int{count}
		if slices.Contains([]int{2, 3, 5, 8, shard.Most}, count) {
			made = nil
			for i := range count {
				made = append(made, i+1)
			}
		}
		seen := map[string]int{}
		for _, index := range made {
			part, cut := plan.Shard(shard.Part{Index: index, Count: count}, how)
			if len(part.Specs)+len(part.Elsewhere) != len(plan.Specs) || len(cut.Of) != len(plan.Specs) {
				t.Fatalf("shard %d/%d: %d specs, and %d elsewhere, of %d flows", index, count, len(part.Specs), len(part.Elsewhere), len(cut.Of))
			}
			mine := 0
			for i, spec := range plan.Specs { // each is a flow of its own
				if of := cut.Of[i]; of < 1 || of > count || slices.Contains(spec.Labels, "destructive") && of != 1 {
					t.Fatalf("%q, labelled %v, is in shard %d of %d", spec.Name, spec.Labels, of, count)
				} else if of == index {
					mine++
				}
			}
			if mine != len(part.Specs) {
				t.Errorf("shard %d/%d has %d specs, and by the cut %d", index, count, len(part.Specs), mine)
			}
			for _, spec := range part.Specs {
				seen[string(spec.Suite)+spec.Name]++
			}
		}
		if len(made) == count && len(seen) != len(plan.Specs) {
			t.Errorf("%d shards have %d of %d specs", count, len(seen), len(plan.Specs))
		}
		for name, times := range seen {
			if times > 1 {
				t.Errorf("%q is in %d of %d shards", name, times, count)
			}
		}
	}
}

// wholeRun is what a run and its merged shards must agree on beside verdictsOf.
type wholeRun struct {
	Totals   struct{ Findings int }
	Clauses  []struct{ ID, Reason string }
	Coverage any
	Specs    []struct {
		Name   string
		Labels []string
		Reason string
	}
	Shards *report.Shards
	Seed   int64
}

func wholeRunOf(t *testing.T, dir string) wholeRun {
	t.Helper()
	var w wholeRun
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "results.json")), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// Two machines that share a target run the whole between them: merged, their
// results are those of one that ran all, up to times and identifiers. Neither
// changes registrations while the other does.
func TestPartsOfTwoMachinesMakeTheWhole(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(x exchange) {
		// No spec shares a refusal of this operation with another, as they do the
		// acceptance of its valid twin.
		if strings.HasSuffix(x.request.URL.Path, "/funds-confirmations") && x.status == http.StatusBadRequest {
			x.header.Del("x-fapi-interaction-id")
		}
	})
	whole := conform(t, "--config", bank.config)
	whole.wantStatus(t, 1)
	wantRequests(t, whole)
	timings := filepath.Join(whole.dir, "results.json")
	dirs := []string{t.TempDir(), t.TempDir()}
	var machines []*process
	for i, dir := range dirs {
		machines = append(machines, begin(t, "run", "--config", bank.config, "--reports", dir, "--shard", fmt.Sprint(i+1, "/2"), "--timings", timings))
	}
	var files []string
	for i, machine := range machines {
		e := machine.wait(patience)
		wantText(t, e.out, fmt.Sprintf("shard   %d/2: ", i+1))
		readReports(t, dirs[i])
		files = append(files, filepath.Join(dirs[i], "results.json"))
		for _, spec := range wholeRunOf(t, dirs[i]).Specs {
			if i > 0 && slices.Contains(spec.Labels, "destructive") {
				t.Errorf("the second machine ran %q, which is destructive", spec.Name)
			}
		}
	}
	dir := t.TempDir()
	merged := obconform(t, "report", "--json", filepath.Join(dir, "results.json"), "--junit", filepath.Join(dir, "junit.xml"),
		"--html", filepath.Join(dir, "report.html"), "--markdown", filepath.Join(dir, "summary.md"), "--from", files[1], files[0])
	merged.wantStatus(t, 1)
	wantText(t, merged.out, "shard   all 2: ", "FAILED", "COM-FAPI-PRESENT (doc)")
	readAgreeing(t, dir, agreement.CheckRemade)
	want, got := verdictsOf(t, whole.dir), verdictsOf(t, dir)
	if want.outcome != got.outcome || !reflect.DeepEqual(want.totals, got.totals) {
		t.Errorf("the whole: %s, %v, its shards: %s, %v", want.outcome, want.totals, got.outcome, got.totals)
	}
	sameWords(t, want.clauses, got.clauses)
	sameWords(t, want.specs, got.specs)
	sameWords(t, want.answers, got.answers)
	one, all := wholeRunOf(t, whole.dir), wholeRunOf(t, dir)
	if !reflect.DeepEqual(one.Clauses, all.Clauses) || !reflect.DeepEqual(one.Coverage, all.Coverage) || one.Totals != all.Totals {
		t.Errorf("of the whole\n%+v\n%+v\nand of its shards\n%+v\n%+v", one.Clauses, one.Coverage, all.Clauses, all.Coverage)
	}
	if s := all.Shards; s == nil || s.Count != 2 || !s.Merged || s.Specs != s.Of {
		t.Errorf("its shards: %+v", s)
	}

	// One of them alone is not the whole, and says which is missing.
	half := obconform(t, "report", files[0])
	half.wantStatus(t, 3)
	wantText(t, half.out, "shard 2/2 is missing", "INCONCLUSIVE")
	obconform(t, "report", files[0], files[0]).wantStatus(t, 2)
}

// wantRequests fails the test for each section whose specs make, on average, two
// requests more or fewer than it says: shards are weighed by that.
func wantRequests(t *testing.T, whole conformed) {
	t.Helper()
	for _, suite := range suites.All() {
		for _, section := range suite.Sections {
			specs, requests := 0, 0
			for _, spec := range whole.Specs {
				if spec.Suite == string(suite.API) && spec.Section == section.Name {
					specs++
					requests += len(spec.Exchanges)
				}
			}
			if specs == 0 || section.Requests < 1 || max(requests-specs*section.Requests, specs*section.Requests-requests) > 2*specs {
				t.Errorf("%s/%s says that a spec makes %d requests; its %d make %d", suite.API, section.Name, section.Requests, specs, requests)
			}
		}
	}
}

// What cannot be a shard is a mistake of the user's, and a shard for which
// there is nothing is none.
func TestPartsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"an unset variable": {[]string{"--shard", ""}, []string{"--shard: expected I/N", `got ""`}},
		"no part":           {[]string{"--shard", "0/4"}, []string{"--shard: expected I/N", "0/4"}},
		"no engine, and more": {[]string{"--shard", "auto", "--timings", "nowhere.json", "--procs", "0", "--min-coverage", "10"},
			[]string{"--shard: expected one of the variables CI_NODE_INDEX", "--timings: open nowhere.json", "--procs", "--min-coverage"}},
		"no shard":             {[]string{"--timings", "nowhere.json", "--own-target"}, []string{"--timings: expected --shard", "--own-target: expected --shard"}},
		"a baseline of a part": {[]string{"--shard", "1/2", "--baseline", "b.json", "--update-baseline"}, []string{"--update-baseline"}},
	} {
		e := obconform(t, append([]string{"run"}, c.args...)...)
		if e.status != 2 {
			t.Errorf("%s ends with %d", name, e.status)
		}
		wantText(t, e.errors, c.says...)
	}
	empty := 0
	for i := range 3 {
		// One spec, which is in one of them.
		r := conform(t, "--shard", fmt.Sprint(i+1, "/3"), "--smoke", "--suite", "confirmationoffunds")
		r.wantStatus(t, 0)
		if len(specsOf(r)) == 0 {
			empty++
			wantText(t, r.out, "this shard has nothing to run", "EMPTY SHARD", "(exit status 0)")
		}
	}
	if empty != 2 {
		t.Errorf("%d of 3 shards of one spec are empty", empty)
	}
	nothing := conform(t, "--shard", "1/2", "--label-filter", "clause:NO-SUCH-CLAUSE")
	nothing.wantStatus(t, 3)
}

// The engine's variables say which part it is where they are asked, and not
// otherwise.
func TestPartsOfAnEngine(t *testing.T) {
	t.Parallel()
	gitlab := []string{"CI_NODE_INDEX=2", "CI_NODE_TOTAL=2"}
	for name, c := range map[string]struct {
		environ, args []string
		says          string
	}{
		"asked":      {gitlab, []string{"--shard", "auto"}, "shard   2/2: "},
		"Kubernetes": {[]string{"JOB_COMPLETION_INDEX=0"}, []string{"--shard", "auto/2"}, "shard   1/2: "},
		"not asked":  {gitlab, nil, ""},
	} {
		dir := t.TempDir()
		out := within(t, c.environ, append([]string{"run", "--smoke", "--reports", dir}, c.args...)...)
		// Who runs it again is not asked for the engine's variables.
		if part := strings.TrimSuffix(strings.TrimPrefix(c.says, "shard   "), ": "); !strings.Contains(string(readFile(t, filepath.Join(dir, "results.json"))), `"`+part+`"`) {
			t.Errorf("%s: the command is not that of shard %q", name, part)
		}
		if strings.Contains(out, "shard ") != (c.says != "") || !strings.Contains(out, c.says) {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// Machines that share a target share its rate; what each asks in a second is
// its part, unless they do not share it.
func TestPartsShareTheRate(t *testing.T) {
	t.Parallel()
	config := mocked(t, map[string]any{"target.rate": map[string]any{"requestsPerSecond": 40, "burst": 2}})
	r := conform(t, "--config", config, "--shard", "1/4", "--smoke")
	r.wantStatus(t, 0)
	if least := time.Duration(r.Exchanges-1) * time.Second / 10; r.Exchanges < 2 || r.took < least {
		t.Errorf("%d exchanges took %s, expected at least %s", r.Exchanges, r.took, least)
	}
	wantText(t, strings.Join(r.Warnings, "\n"), "each keeps to 10 requests a second")
	own := conform(t, "--config", config, "--shard", "1/4", "--smoke", "--own-target")
	own.wantStatus(t, 0)
	if len(own.Warnings) > 0 {
		t.Errorf("of a target of its own it says %q", own.Warnings)
	}
}
