package report_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/report/markdown"
	"obconform/harness/report/page"
)

// renderings are the reports that have to come out the same of results that
// were written down and read back.
func renderings() map[string]func(report.Results) (string, error) {
	text := func(options report.TerminalOptions) func(report.Results) (string, error) {
		return func(results report.Results) (string, error) {
			var out strings.Builder
			err := report.Terminal(&out, results, options)
			return out.String(), err
		}
	}
	file := func(render func(report.Results) ([]byte, error)) func(report.Results) (string, error) {
		return func(results report.Results) (string, error) {
			data, err := render(results)
			return string(data), err
		}
	}
	return map[string]func(report.Results) (string, error){
		"terminal":         text(report.TerminalOptions{}),
		"verbose terminal": text(report.TerminalOptions{Verbose: true, Color: true}),
		"JUnit":            file(report.JUnit),
		"results.json":     file(report.ResultsJSON),
	}
}

func readBack(t *testing.T, results report.Results) report.Results {
	t.Helper()
	data, err := report.ResultsJSON(results)
	if err != nil {
		t.Fatal(err)
	}
	back, err := report.ReadResults(data)
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, data)
	}
	return back
}

func rendersTheSame(t *testing.T, name string, results report.Results) {
	t.Helper()
	back := readBack(t, results)
	for kind, render := range renderings() {
		want, err := render(results)
		if err != nil {
			t.Fatal(err)
		}
		got, err := render(back)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: the %s of what was read back differs: %s", name, kind, firstDifference(want, got))
		}
	}
}

func firstDifference(want, got string) string {
	wanted, all := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range wanted {
		if i >= len(all) || wanted[i] != all[i] {
			return fmt.Sprintf("line %d\n want %q\n got  %q", i+1, wanted[i], strings.Join(all[i:min(i+1, len(all))], ""))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(all), len(wanted))
}

func TestWhatIsReadBackRendersTheSame(t *testing.T) {
	for name, results := range everyKind() {
		rendersTheSame(t, name, results)
		back := readBack(t, results)
		for kind, render := range map[string]func(report.Results) ([]byte, error){"page": page.Render, "Markdown": markdown.Render} {
			want, err := render(results)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := render(back); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: the %s of what was read back differs: %v, %s", name, kind, err, firstDifference(string(want), string(got)))
			}
		}
	}
}

// Any run at all, as far as results.json has room for it.
func TestWhatIsReadBackOfAnyRunRendersTheSame(t *testing.T) {
	for seed := range uint64(20) {
		results := report.Judge(anyRun(rand.New(rand.NewPCG(seed, 6))))
		if rendersTheSame(t, fmt.Sprint("seed ", seed), results); t.Failed() {
			return
		}
	}
}

// anyRun is a random run of specs of every state, with texts of every kind.
func anyRun(random *rand.Rand) report.Run {
	texts := []string{"", "plain", strings.Repeat("long ", 500), "\x1b[31m\u202e\xff]]>&<b>\n\t", strings.Repeat("é", 900), "cut … (77 bytes in all)"}
	text := func() string { return texts[random.IntN(len(texts))] }
	clauses := contract.Clauses()
	clause := func() contract.ClauseID { return clauses[random.IntN(len(clauses))].ID }
	operations := contract.Operations()
	var specs []report.SpecResult
	for i := range random.IntN(12) {
		s := spec(fmt.Sprint("spec ", i, text()), clause(), clause())
		s.Suite = contract.APIs()[random.IntN(4)]
		s.Labels = append(s.Labels, "legacy:OB-"+fmt.Sprint(i))
		s.Duration = time.Duration(random.Int64N(int64(time.Minute)))
		s.Record.Notes = []string{text()}
		s.Record.Exchanges = nil
		for range random.IntN(4) {
			operation := operations[random.IntN(len(operations))]
			x := exchange([]int{0, 200, 201, 400, 418}[random.IntN(5)], clause())
			x.Operation, x.ResponseBody, x.URL, x.Duration = operation.ID, text(), "https://bank.example/"+report.Line(text(), 150), time.Duration(random.Int64N(int64(time.Second)))
			if random.IntN(5) == 0 {
				x.Inconclusive = "status 503 " + text()
			}
			x.Burst = random.IntN(5) == 0
			s.Record.Exchanges = append(s.Record.Exchanges, x)
		}
		s.State = report.States()[random.IntN(len(report.States()))]
		if s.State == report.StateFailed || s.State == report.StateErrored {
			s.Failures = []report.Failure{{State: s.State, Message: text(), Location: "accounts/list.go:12"}}
		}
		s.Reason = text()
		for range random.IntN(30) {
			s.Record.Findings = append(s.Record.Findings, evidence.Finding{Clause: clause(), Level: contract.Levels()[random.IntN(3)],
				Where: text(), Expected: text(), Actual: text(), Exchange: random.IntN(5) - 1})
		}
		specs = append(specs, s)
	}
	run := runOf(specs...)
	run.Trouble = []report.Trouble{{What: text(), Detail: text()}}[:random.IntN(2)]
	run.Planned = append(run.Planned, planned(spec("never run", clause())))
	return run
}

func TestAHugeRunIsReadBack(t *testing.T) {
	results := report.Judge(hugeRun(strings.Repeat("<&\x00\x1b\xff]]>x", 1<<16)))
	back := readBack(t, results)
	if back.Outcome != results.Outcome || len(back.Specs) != len(results.Specs) || back.Totals.Findings != results.Totals.Findings {
		t.Errorf("%s, %d specs, %d findings", back.Outcome, len(back.Specs), back.Totals.Findings)
	}
	for i, spec := range back.Specs {
		if len(spec.Findings) == 0 || !spec.Findings[0].Fails || len(spec.Failing) != len(results.Specs[i].Failing) {
			t.Fatalf("the spec %q lost its failure", spec.Name)
		}
	}
	if _, err := report.JUnit(back); err != nil {
		t.Error(err)
	}
}

// Each file is a good one with exactly one thing broken; its error names the
// place.
func TestResultsThatCannotBeRead(t *testing.T) {
	data, _ := resultsJSON(t, everyKind()["failed"])
	for name, broken := range map[string]struct{ old, new, want string }{
		"no JSON":                    {`"seed": 7`, `"seed": oops`, "line 11, column 10 (at /seed): has 'o' where a value was expected"},
		"a member twice":             {`"seed": 7,`, `"seed": 7, "seed": 7,`, "(at /seed): has the member \"seed\" more than once"},
		"another version":            {`"schemaVersion": 1`, `"schemaVersion": 2`, "has schemaVersion 2; this obconform reads 1: it comes from a newer obconform"},
		"no version":                 {`"schemaVersion": 1,`, ``, "is no results: it has no number schemaVersion"},
		"a missing member":           {` "seed": 7,`, ``, `at "/seed": required: want a member: an integer`},
		"an unknown verdict":         {`"verdict": "failed"`, `"verdict": "broken"`, `at "/clauses/5/verdict": enum: want one of passed, failed`},
		"a number for a text":        {`"tool": "1.2.3"`, `"tool": 1`, `at "/tool": type: want a string, got 1`},
		"an impossible time":         {`"start": "2026-01-02T11:00:00Z"`, `"start": "2026-13-02T11:00:00Z"`, `cannot be read: parsing time "2026-13-02T11:00:00Z"`},
		"a total that is not so":     {`"failed": 2,`, `"failed": 0,`, "at /totals/clauses/failed: it says 0, and the rest of the file comes to 2"},
		"another exit status":        {`"exitStatus": 1`, `"exitStatus": 0`, "at /exitStatus: it says 0, and the rest of the file comes to 1"},
		"other exchanges":            {`"exchanges": 2`, `"exchanges": 3`, "at /exchanges: it says 3, and the rest of the file comes to 2"},
		"a finding of no spec":       {`"spec": "A list must be stable"`, `"spec": "Nothing"`, "at /clauses/5/findings/0/spec: there is no such spec"},
		"an example that is not":     {`"exchange": 0`, `"exchange": 1`, "at /clauses/5/findings/0/exchange: the spec has 1 exchange"},
		"a clause twice":             {`"id": "COM-BODY"`, `"id": "COM-STATUS"`, "at /clauses/1/id: COM-STATUS is listed a second time"},
		"an operation twice":         {`"operation": "GetClient"`, `"operation": "GetDiscovery"`, "at /operations/2/operation: GetDiscovery is listed a second time"},
		"a status twice":             {`"status": 405,`, `"status": 406,`, "at /operations/1/statuses/6/status: RegisterClient 406 is listed a second time"},
		"a spec twice":               {`"name": "A list must be stable"`, `"name": "A list must be complete"`, "at /specs/1/name: a second spec of that name"},
		"a duration past all bounds": {`"milliseconds": 1500`, `"milliseconds": 1e300`, "at /specs/0/milliseconds: longer than a year"},
		"a time that was not":        {`"maxMilliseconds": 1.234`, `"maxMilliseconds": 1.233`, "at /timings/0: the exchanges of the file say otherwise"},
		"a count past all bounds":    {`"exchanges": 2`, `"exchanges": 100000000000000000000`, `at "/exchanges": maximum: want an integer from 0 to 100000000, got 1000`},
	} {
		text := strings.Replace(string(data), broken.old, broken.new, 1)
		if text == string(data) {
			t.Errorf("%s: the case breaks nothing", name)
		} else if _, err := report.ReadResults([]byte(text)); err == nil || !strings.Contains(err.Error(), broken.want) {
			t.Errorf("%s: %v, want %q", name, err, broken.want)
		}
	}
}

func TestFilesThatAreNoResults(t *testing.T) {
	for text, want := range map[string]string{
		"":            "the document is empty",
		"[]":          "expected an object",
		"null":        "expected an object",
		"{}":          "no number schemaVersion",
		"\xff{}":      "not valid UTF-8",
		"{}{}":        "bytes after the JSON value",
		"<testsuite>": "has '<' where a value was expected",
		strings.Repeat("[", 100) + strings.Repeat("]", 100): "nested deeper than 64 levels",
		`{"schemaVersion": 1}`:                              `at "/apis": required`,
		"{\"schemaVersion\": \"\x1b\"}":                     "control character",
	} {
		if _, err := report.ReadResults([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	if _, err := report.ReadResults(bytes.Repeat([]byte(" "), report.MaxResultsBytes+1)); err == nil || !strings.Contains(err.Error(), "at most 67108864 are read") {
		t.Errorf("a huge file: %v", err)
	}
}

// What a later obconform of the same version of the format has added is passed
// over, wherever it stands.
func TestMembersOfALaterObconformArePassedOver(t *testing.T) {
	results := everyKind()["failed"]
	data, _ := resultsJSON(t, results)
	for _, at := range []string{`"seed": 7`, `"totals": {`, `"id": "COM-STATUS"`, `"differs": false`, `"operation": "RegisterClient"`} {
		later := strings.Replace(string(data), at, strings.Replace(at, `"`, `"later": {"a": [1]}, "`, 1), 1)
		if strings.HasSuffix(at, "{") {
			later = strings.Replace(string(data), at, at+`"later": 1,`, 1)
		}
		if later == string(data) {
			t.Fatalf("nothing is added at %s", at)
		}
		back, err := report.ReadResults([]byte(later))
		if err != nil {
			t.Errorf("with a member beside %s: %v", at, err)
			continue
		}
		if again, err := report.ResultsJSON(back); err != nil || !bytes.Equal(again, data) {
			t.Errorf("with a member beside %s it is read otherwise: %v", at, err)
		}
	}
}

// A file of an obconform before this one, of the same version, is read as it was
// meant: what has come since is not asked of it.
func TestAFileOfAnEarlierObconformIsRead(t *testing.T) {
	packed, err := os.Open("testdata/results-1.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	results, err := report.ReadResults(data)
	if err != nil {
		t.Fatal(err)
	}
	if results.Outcome != report.OutcomeFailed || len(results.Specs) == 0 || results.Totals.Findings == 0 || results.Exchanges == 0 {
		t.Errorf("%s, %d specs, %d findings, %d exchanges", results.Outcome, len(results.Specs), results.Totals.Findings, results.Exchanges)
	}
	for name, render := range renderings() {
		if _, err := render(results); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that was cut off anywhere is refused.
func TestAFileThatWasCutOffIsRefused(t *testing.T) {
	data, _ := resultsJSON(t, everyKind()["failed"])
	for at := 0; at < len(data)-2; at += 1 + len(data)/200 {
		if _, err := report.ReadResults(data[:at]); err == nil {
			t.Fatalf("the first %d of %d bytes are read", at, len(data))
		}
	}
}

// Whatever the file, there is an error or something that every report can be
// made of.
func FuzzReadResults(f *testing.F) {
	kinds := everyKind()
	for _, name := range []string{"failed", "hostile"} {
		data, err := report.ResultsJSON(kinds[name])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		results, err := report.ReadResults(data)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x00\x1b\r\u009b") {
				t.Errorf("the error has control characters: %q", err)
			}
			return
		}
		for name, render := range renderings() {
			if _, err := render(results); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
