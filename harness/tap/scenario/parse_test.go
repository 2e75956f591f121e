package scenario_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"obconform/harness/contract"
	"obconform/harness/tap/scenario"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource("scenario.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// steps is a file with those steps.
func steps(steps ...string) string { return `{"steps":[` + strings.Join(steps, ",") + `]}` }

// What the documentation allows is read, and the schema allows it too.
func TestParse(t *testing.T) {
	t.Parallel()
	documented := schema(t)
	for file, want := range map[string]scenario.Step{
		steps(`{"operation":"ListAccounts","call":2,"status":429,"headers":{"retry-after":"1"}}`): {
			Operation: contract.ListAccounts, Call: 2, Times: 1, Status: 429, Header: http.Header{"Retry-After": {"1"}}},
		steps(`{"operation":"RequestToken","delay":"1.5s","times":3}`): {
			Operation: contract.RequestToken, Call: 1, Times: 3, Delay: 1500 * time.Millisecond, Header: http.Header{}},
		steps(`{"operation":"GetAccount","drop":"after","delay":"10ms"}`): {
			Operation: contract.GetAccount, Call: 1, Times: 1, Delay: 10 * time.Millisecond, Drop: scenario.After, Header: http.Header{}},
		steps(`{"operation":"GetAccount","status":500,"body":{"a":["<",1.50]}}`): {
			Operation: contract.GetAccount, Call: 1, Times: 1, Status: 500, Body: []byte(`{"a":["<",1.50]}`), Header: http.Header{"Content-Type": {"application/json"}}},
		steps(`{"operation":"GetAccount","status":503,"text":"<html>","headers":{"Content-Type":"text/html","X":["a","b"],"x-fapi-interaction-id":null}}`): {
			Operation: contract.GetAccount, Call: 1, Times: 1, Status: 503, Body: []byte(`<html>`),
			Header: http.Header{"Content-Type": {"text/html"}, "X": {"a", "b"}, "X-Fapi-Interaction-Id": nil}},
		`{"$schema":"scenario.schema.json","steps":[{"operation":"GetAccount","status":200,"body":null}]}`: {
			Operation: contract.GetAccount, Call: 1, Times: 1, Status: 200, Body: []byte(`null`), Header: http.Header{"Content-Type": {"application/json"}}},
	} {
		got, problems := scenario.Parse([]byte(file))
		if len(problems) > 0 || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s:\n%+v, %v, expected\n%+v", file, got, problems, want)
		}
		if err := validate(documented, file); err != nil {
			t.Errorf("%s: the schema refuses it: %v", file, err)
		}
	}
}

func validate(s *jsonschema.Schema, file string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(file))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// Each way of being wrong is refused with its place, and by the schema too; its
// valid twin is in the same step without it.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	documented := schema(t)
	for members, want := range map[string]string{
		`"operation":"Listaccounts","status":200`: `/steps/0/operation: expected an operation`,
		`"status":200`: `/steps/0/operation: expected an operation`,
		`"operation":"GetAccount","call":0,"status":200`:                         `/steps/0/call: expected a whole number from 1 to 1000000, got 0`,
		`"operation":"GetAccount","call":1.5,"status":200`:                       `/steps/0/call: expected a whole number`,
		`"operation":"GetAccount","call":"1","status":200`:                       `/steps/0/call: expected a whole number from 1 to 1000000, got "1"`,
		`"operation":"GetAccount","times":0,"status":200`:                        `/steps/0/times: expected a whole number`,
		`"operation":"GetAccount","status":199`:                                  `/steps/0/status: expected a whole number from 200 to 599, got 199`,
		`"operation":"GetAccount","status":600`:                                  `/steps/0/status`,
		`"operation":"GetAccount","delay":500`:                                   `/steps/0/delay: expected a duration`,
		`"operation":"GetAccount","drop":"later"`:                                `/steps/0/drop: expected before, after or midway, got "later"`,
		`"operation":"GetAccount"`:                                               `/steps/0: expected a status, a delay or a drop`,
		`"operation":"GetAccount","status":200,"drop":"after"`:                   `/steps/0/drop: expected no status beside it, got 200`,
		`"operation":"GetAccount","delay":"1s","body":{}`:                        `/steps/0/body: expected a status beside it`,
		`"operation":"GetAccount","delay":"1s","headers":{"A":"b"}`:              `/steps/0/headers: expected a status beside it`,
		`"operation":"GetAccount","status":200,"body":{},"text":""`:              `/steps/0/text: expected a body or a text, got both`,
		`"operation":"GetAccount","status":204,"body":{}`:                        `/steps/0/status: expected a status whose answer can have a body, got 204`,
		`"operation":"GetAccount","status":200,"text":1`:                         `/steps/0/text: expected a text, got 1`,
		`"operation":"GetAccount","status":200,"headers":[]`:                     `/steps/0/headers: expected an object`,
		`"operation":"GetAccount","status":200,"headers":{"a b":"c"}`:            `/steps/0/headers/a b: expected the name of a header field`,
		`"operation":"GetAccount","status":200,"headers":{"content-length":"1"}`: `/steps/0/headers/content-length: expected no field that frames the answer`,
		`"operation":"GetAccount","status":200,"headers":{"A":[]}`:               `/steps/0/headers/A: expected a text`,
		`"operation":"GetAccount","status":200,"headers":{"A":[1]}`:              `/steps/0/headers/A: expected a text`,
		`"operation":"GetAccount","status":200,"header":{}`:                      `/steps/0/header: expected one of operation, call`,
	} {
		file := steps("{" + members + "}")
		_, problems := scenario.Parse([]byte(file))
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), want) {
			t.Errorf("%s: %q, expected %q", members, problems, want)
		}
		if err := validate(documented, file); err == nil {
			t.Errorf("%s: the schema allows it", members)
		}
	}
}

// What a schema cannot say is refused too.
func TestParseRefusesWhatNoSchemaCan(t *testing.T) {
	t.Parallel()
	one := `{"operation":"GetAccount","call":2,"times":3,"status":200}`
	for file, want := range map[string]string{
		`{"version":2,"steps":[{"operation":"GetAccount","status":200}]}`: "/version: expected a file that this obconform reads, got one that has version 2; this obconform reads 1",
		"":                                  "strict JSON",
		`{"steps":1,"steps":[]}`:            "strict JSON",
		`[]`:                                "expected an object with steps",
		`{}`:                                "/steps: expected a list of one step or more, got none",
		`{"steps":[]}`:                      "/steps: expected a list of one step or more, got a list of 0",
		`{"steps":[1]}`:                     "/steps/0: expected an object",
		`{"step":[],"steps":[` + one + `]}`: "/step: expected one of steps",
		steps(one, `{"operation":"GetAccount","call":4,"status":200}`):                "/steps/1: expected one step for a call, got a second one for what step 0 is about, GetAccount, calls 2 to 4",
		steps(`{"operation":"GetAccount","status":200,"headers":{"A":"x\ny"}}`):       "/steps/0/headers/A: expected a text",
		steps(`{"operation":"GetAccount","status":200,"headers":{"a":"x","A":"y"}}`):  "/steps/0/headers/a: expected each field once",
		steps(`{"operation":"GetAccount","delay":"11m"}`):                             "/steps/0/delay: expected a duration",
		steps(`{"operation":"GetAccount","delay":"0s"}`):                              "/steps/0/delay: expected a duration",
		steps(strings.Repeat(`{"operation":"GetAccount","status":200},`, 1000) + one): "/steps: expected at most 1000 steps, got 1001",
		strings.Repeat(" ", scenario.MaxBytes+1):                                      fmt.Sprintf("expected at most %d bytes", scenario.MaxBytes),
	} {
		_, problems := scenario.Parse([]byte(file))
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("%.200s: %q, expected %q", file, problems, want)
		}
	}
	if _, problems := scenario.Parse([]byte(steps(one, `{"operation":"GetAccount","call":5,"status":200}`, `{"operation":"ListAccounts","call":2,"status":200}`))); len(problems) > 0 {
		t.Errorf("neighbours: %v", problems)
	}
}

// All problems are said at once.
func TestParseSaysAllProblems(t *testing.T) {
	t.Parallel()
	_, problems := scenario.Parse([]byte(`{"step":1,"steps":[{"operation":"x","call":0},{"status":1,"headers":{"a b":1}}]}`))
	if len(problems) != 7 {
		t.Errorf("%d problems: %q", len(problems), problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(steps(`{"operation":"ListAccounts","call":2,"status":429,"headers":{"retry-after":["1"]},"text":"x"}`)))
	f.Add([]byte(`{"steps":[{"operation":"GetAccount","delay":"1s","drop":"midway"},null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, problems := scenario.Parse(data)
		if len(read) == 0 && len(problems) == 0 {
			t.Errorf("%q: neither steps nor problems", data)
		}
		for _, step := range read {
			if step.Call < 1 || step.Times < 1 || step.Status == 0 && step.Delay == 0 && step.Drop == "" {
				t.Errorf("%q: %+v", data, step)
			}
		}
	})
}
