package report_test

import (
	"encoding/json"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/format/formattest"
	"obconform/harness/report"
)

func schemaOfResults(t *testing.T) formattest.Schema {
	t.Helper()
	return formattest.Closed(t, report.Format().Schema)
}

func resultsJSON(t *testing.T, results report.Results) (data []byte, document map[string]any) {
	t.Helper()
	data, err := report.ResultsJSON(results)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	return data, document
}

func TestResultsJSONKeepsItsSchema(t *testing.T) {
	schema := schemaOfResults(t)
	for name, results := range everyKind() {
		data, _ := resultsJSON(t, results)
		if err := schema.Validate(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each document is a valid one with exactly one thing broken.
func TestTheSchemaRefuses(t *testing.T) {
	schema := schemaOfResults(t)
	data, _ := resultsJSON(t, everyKind()["failed"])
	if err := schema.Validate(data); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]struct{ old, new string }{
		"an unknown member":     {`"seed": 7`, `"seed": 7, "extra": 1`},
		"a missing member":      {` "seed": 7,`, ``},
		"an unknown verdict":    {`"verdict": "failed"`, `"verdict": "broken"`},
		"an unknown outcome":    {`"outcome": "failed"`, `"outcome": "bad"`},
		"another exit status":   {`"exitStatus": 1`, `"exitStatus": 4`},
		"another version":       {`"schemaVersion": 1`, `"schemaVersion": 2`},
		"a null list":           {`"trouble": []`, `"trouble": null`},
		"a local time":          {`"start": "2026-01-02T11:00:00Z"`, `"start": "2026-01-02T12:00:00+01:00"`},
		"an unknown level":      {`"level": "std"`, `"level": "must"`},
		"a finding's own extra": {`"differs": false`, `"differs": false, "x": 1`},
	} {
		broken := strings.Replace(string(data), change.old, change.new, 1)
		if broken == string(data) {
			t.Errorf("%s: the case breaks nothing", name)
		} else if schema.Validate([]byte(broken)) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestResultsJSONSays(t *testing.T) {
	data, document := resultsJSON(t, everyKind()["failed"])
	if document["outcome"] != "failed" || document["exitStatus"] != 1.0 || document["exchanges"] != 2.0 || document["tool"] != "1.2.3" {
		t.Errorf("%.900s", data)
	}
	if n := len(document["clauses"].([]any)); n != len(contract.Clauses()) {
		t.Errorf("%d clauses", n)
	}
	found := false
	for _, value := range document["clauses"].([]any) {
		if clause := value.(map[string]any); clause["id"] == string(contract.ComFapiPresent) {
			finding := clause["findings"].([]any)[0].(map[string]any)
			found = clause["verdict"] == "failed" && clause["level"] == "doc" && clause["api"] == "common" && clause["exchanges"] == 1.0 &&
				finding["expected"] == "exactly one" && finding["actual"] == "none" && finding["spec"] == "A list must be stable"
		}
	}
	if !found {
		t.Error("the failed clause is not there as it failed")
	}
	specs := document["specs"].([]any)
	detail := func(spec int) any {
		return specs[spec].(map[string]any)["exchanges"].([]any)[0].(map[string]any)["detail"]
	}
	if detail(0) != nil || detail(1) == nil {
		t.Errorf("detail of an exchange without a finding %v, with one %v", detail(0), detail(1))
	}
}

func TestResultsJSONKeepsWarnings(t *testing.T) {
	kinds := everyKind()
	if _, document := resultsJSON(t, kinds["with a warning"]); len(document["warnings"].([]any)) != 1 {
		t.Errorf("the warnings are %v", document["warnings"])
	}
	if _, document := resultsJSON(t, kinds["passed"]); len(document["warnings"].([]any)) != 0 {
		t.Errorf("without one the warnings are %v", document["warnings"])
	}
}

func TestResultsJSONStaysSmall(t *testing.T) {
	results := report.Judge(hugeRun(strings.Repeat("<&\x00\x1b\xff]]>x", 1<<16)))
	data, document := resultsJSON(t, results)
	if len(data) > 8<<20 {
		t.Errorf("%d bytes", len(data))
	}
	t.Logf("%d bytes", len(data))
	if err := schemaOfResults(t).Validate(data); err != nil {
		t.Error(err)
	}
	if n := results.Exchanges; n != 10500 || document["exchanges"] != 10500.0 {
		t.Errorf("%d exchanges", n)
	}
	omitted := 0.0
	for _, value := range document["specs"].([]any) {
		omitted += value.(map[string]any)["findingsOmitted"].(float64)
	}
	if omitted == 0 {
		t.Error("nothing says that findings were left out")
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	s := failed(spec("one", contract.AccList200), breach(contract.AccList200, contract.Doc))
	s.Record.Exchanges[0].ResponseBody = strings.Repeat("x", 5000)
	data, _ := resultsJSON(t, report.Judge(runOf(s)))
	if !strings.Contains(string(data), strings.Repeat("x", 4096)+" … (5000 bytes in all)") || strings.Contains(string(data), strings.Repeat("x", 4097)) {
		t.Error("the body is not cut at 4 KiB with a note")
	}
}
