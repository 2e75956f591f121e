package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/report/agreement"
)

// verdicts is all that a whole run and its merged parts must agree on.
type verdicts struct {
	outcome string
	clauses map[string]string
	specs   map[string]string
	totals  map[string]map[string]int
	answers map[string]string
}

func verdictsOf(t *testing.T, dir string) verdicts {
	t.Helper()
	var document struct {
		results
		Totals     map[string]any
		Operations []struct {
			Operation string
			Statuses  []struct {
				Status  int
				Verdict string
			}
		}
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "results.json")), &document); err != nil {
		t.Fatal(err)
	}
	v := verdicts{outcome: document.Outcome, clauses: map[string]string{}, specs: map[string]string{}, totals: map[string]map[string]int{}, answers: map[string]string{}}
	for _, clause := range document.Clauses {
		v.clauses[clause.ID] = clause.Verdict
	}
	for _, spec := range document.Specs {
		v.specs[spec.Suite+": "+spec.Name] = spec.State
	}
	for _, of := range []string{"clauses", "specs", "answers"} {
		v.totals[of] = map[string]int{}
		for name, n := range document.Totals[of].(map[string]any) {
			v.totals[of][name] = int(n.(float64))
		}
	}
	for _, operation := range document.Operations {
		for _, status := range operation.Statuses {
			v.answers[fmt.Sprint(operation.Operation, status.Status)] = status.Verdict
		}
	}
	return v
}

// A run that was split by suites and put together again is the whole run.
func TestPartsMakeTheWhole(t *testing.T) {
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
	args := []string{"report"}
	for _, api := range contract.APIs() {
		part := conform(t, "--config", bank.config, "--suite", string(api))
		args = append(args, "--from", filepath.Join(part.dir, "results.json"))
	}
	dir := t.TempDir()
	merged := obconform(t, append(args, "--json", filepath.Join(dir, "results.json"), "--junit", filepath.Join(dir, "junit.xml"), "--html", filepath.Join(dir, "report.html"), "--markdown", filepath.Join(dir, "summary.md"))...)
	merged.wantStatus(t, 1)
	wantText(t, merged.out, "COM-FAPI-PRESENT (doc)", "FAILED", filepath.Join(dir, "report.html"))
	wantText(t, string(readFile(t, filepath.Join(dir, "summary.md"))), "COM-FAPI-PRESENT")
	readAgreeing(t, dir, agreement.CheckRemade)
	want, got := verdictsOf(t, whole.dir), verdictsOf(t, dir)
	if want.outcome != got.outcome || !reflect.DeepEqual(want.totals, got.totals) {
		t.Errorf("the whole: %s, %v, its parts: %s, %v", want.outcome, want.totals, got.outcome, got.totals)
	}
	sameWords(t, want.clauses, got.clauses)
	sameWords(t, want.specs, got.specs)
	sameWords(t, want.answers, got.answers)
}

func sameWords(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name := range maps.Keys(want) {
		if got[name] != want[name] {
			t.Errorf("%s: %q, and of the whole %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d entries, and of the whole %d", len(got), len(want))
	}
}

// Different targets are not mixed: each has reports of its own, and its name
// in them.
func TestTargetsAreKeptApart(t *testing.T) {
	t.Parallel()
	smoke := conform(t, "--smoke", "--suite", "accounts")
	other := strings.Replace(string(readFile(t, filepath.Join(smoke.dir, "results.json"))), `"name": "embedded mock bank"`, `"name": "Brand <b>"`, 1)
	dir := t.TempDir()
	path := filepath.Join(dir, "other.json")
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	both := obconform(t, "report", "--from", path, "--from", filepath.Join(smoke.dir, "results.json"), "--junit", filepath.Join(dir, "all.xml"))
	both.wantStatus(t, smoke.status)
	wantText(t, both.out, "target  ", "Brand")
	for name, suite := range map[string]string{"all-Brand-b-127-0-0-1.xml": "obconform.Brand-b-127-0-0-1.accounts", "all-embedded-mock-bank-127-0-0-1.xml": "obconform.embedded-mock-bank-127-0-0-1.accounts"} {
		wantText(t, string(readFile(t, filepath.Join(dir, name))), suite)
	}
}

// Names that are the same to a file system, or too long for it, do not make one
// target's reports replace another's.
func TestTargetsOfLikeNamesAreKeptApart(t *testing.T) {
	t.Parallel()
	smoke := conform(t, "--smoke", "--suite", "accounts")
	dir := t.TempDir()
	args := []string{"report", "--junit", filepath.Join(dir, "all.xml")}
	for i, name := range []string{"Brand-b", "Brand.b", "brand b", strings.Repeat("n", 190) + "1", strings.Repeat("n", 190) + "2", "!", "?"} {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".json"))
		text := strings.Replace(string(readFile(t, filepath.Join(smoke.dir, "results.json"))), `"name": "embedded mock bank"`, fmt.Sprintf("%q: %q", "name", name), 1)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--from", path)
	}
	obconform(t, args...).wantStatus(t, smoke.status)
	files, err := filepath.Glob(filepath.Join(dir, "all-*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	distinct := map[string]bool{}
	for _, file := range files {
		distinct[strings.ToLower(filepath.Base(file))] = true
	}
	if len(distinct) != 7 {
		t.Errorf("7 targets have %d files: %v", len(distinct), files)
	}
}

// What cannot be read is a mistake of the user's, named with file and place,
// all of them at once.
func TestResultsThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := conform(t, "--smoke", "--suite", "accounts")
	data := readFile(t, filepath.Join(good.dir, "results.json"))
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cut, hostile := file("cut.json", data[:len(data)/2]), file("hostile.json", []byte("{\"schemaVersion\": 1, \"\\u001b[31m\": 1}"))
	missing := filepath.Join(dir, "missing.json")
	original := filepath.Join(good.dir, "results.json")
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"report":         {[]string{"report", "--from", cut, "--from", missing, "--from", hostile, "--min-coverage", "x"}, []string{cut + ": is no strict JSON: line ", missing, hostile, `"/apis": required`, "--min-coverage"}},
		"one file twice": {[]string{"report", "--from", original, "--from", original}, []string{"are the same run"}},
		"a copy of it":   {[]string{"report", "--from", original, "--from", file("copy.json", data)}, []string{"are the same run"}},
		"no file":        {[]string{"report"}, []string{"--from"}},
		"no such folder": {[]string{"report", "--from", original, "--html", filepath.Join(dir, "no", "such.html")}, []string{"such.html"}},
	} {
		e := obconform(t, c.args...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, c.says...)
		if strings.Contains(e.errors+e.out, "\x1b") {
			t.Errorf("%s: a control character is printed", name)
		}
	}
}
