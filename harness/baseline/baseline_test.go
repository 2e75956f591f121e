package baseline_test

import (
	"bytes"
	"strings"
	"testing"

	"obconform/harness/baseline"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/format/formattest"
)

func TestFingerprint(t *testing.T) {
	at := func(where string) baseline.Entry {
		return baseline.Fingerprint(evidence.Finding{Clause: contract.ComBody, Level: contract.Doc, Operation: contract.ListAccounts,
			Status: 200, Where: where, Expected: "this", Actual: "that", Exchange: 7})
	}
	for where, pointer := range map[string]string{
		"/Data/Account/0/AccountType":  "/Data/Account/*/AccountType",
		"/Data/Account/12/Account/3":   "/Data/Account/*/Account/*",
		"/0/1/2":                       "/*/*/*",
		"/Data/Account2/x":             "/Data/Account2/x",
		"header x-fapi-interaction-id": "header x-fapi-interaction-id",
		"status":                       "status",
		"body":                         "body",
	} {
		if got, want := at(where), (baseline.Entry{Clause: contract.ComBody, Operation: contract.ListAccounts, Status: 200, Pointer: pointer}); got != want {
			t.Errorf("%s: %+v", where, got)
		}
	}
	if at("/Data/Account/0/X") != at("/Data/Account/9/X") || at("/Data/A") == at("/Data/B") {
		t.Error("places are not told apart as they should be")
	}
}

func TestABaselineIsReadAsItWasWritten(t *testing.T) {
	one := baseline.Entry{Clause: contract.ComBody, Operation: contract.ListAccounts, Status: 200, Pointer: `/Data/<"\u0001é`}
	two := baseline.Entry{Clause: contract.AacGet200, Operation: "", Status: 0, Pointer: "status"}
	for _, b := range []baseline.Baseline{{}, baseline.Of(one), baseline.Of(one, two, one)} {
		data, err := b.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := baseline.Parse(data)
		if err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		again, _ := back.Marshal()
		if !bytes.Equal(data, again) || len(back.Entries()) != len(b.Entries()) {
			t.Errorf("%s\n%s", data, again)
		}
	}
	b := baseline.Of(one, two, one)
	other := one
	other.Status = 201
	if !b.Holds(one) || !b.Holds(two) || b.Holds(other) || len(b.Entries()) != 2 || b.Entries()[0] != two {
		t.Errorf("%v", b.Entries())
	}
	if line := one.String(); !strings.Contains(line, "COM-BODY at ListAccounts 200, /Data/") {
		t.Errorf("in one line: %q", line)
	}
}

func TestFilesThatAreNoBaseline(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                       {"strict JSON"},
		"[]":                                     {"an object"},
		`{}`:                                     {"is no baseline: it has no number version"},
		`{"version":"1"}`:                        {"is no baseline: it has no number version"},
		`{"version":2,"entries":[]}`:             {"has version 2; this obconform reads 1: it comes from a newer obconform"},
		`{"version":1,"entrys":[]}`:              {"entries with clause"},
		`{"version":1,"entries":null}`:           {"entries with clause"},
		`{"version":1,"entries":[{"clause":1}]}`: {"entries with clause"},
		`{"version":1,"entries":[],"entries":[]}`: {"strict JSON"},
		`{"version":1,"entries":[{"clause":"X-1","operation":"Nothing","status":99,"pointer":""},{"clause":"COM-META","pointer":"body","status":1000}]}`: {
			"entries[0].clause: expected a clause", "entries[0].operation: expected an operation", "entries[0].pointer: expected a JSON pointer",
			"entries[0].status: expected an HTTP status", "entries[1].status"},
		`{"version":1,"entries":[` + strings.Repeat(`{"clause":"COM-META","pointer":"body"},`, 10_000) + `{}]}`: {"at most 10000"},
	} {
		_, err := baseline.Parse([]byte(text))
		if err == nil {
			t.Errorf("%.80s is read", text)
			continue
		}
		for _, words := range want {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%.80s: %v, without %q", text, err, words)
			}
		}
	}
}

// What is written keeps its schema, and what a later obconform has added to it
// is passed over.
func TestTheFormat(t *testing.T) {
	data, err := baseline.Of(baseline.Entry{Clause: contract.ComBody, Operation: contract.ListAccounts, Status: 200, Pointer: "/Data"}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := formattest.Closed(t, baseline.Format().Schema).Validate(data); err != nil {
		t.Error(err)
	}
	later := bytes.ReplaceAll(data, []byte("{"), []byte(`{"later": [1], `))
	back, err := baseline.Parse(later)
	if err != nil || len(back.Entries()) != 1 {
		t.Errorf("%v, %v", back, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":1,"entries":[{"clause":"COM-META","operation":"ListAccounts","status":200,"pointer":"/Meta"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := baseline.Parse(data)
		if err != nil {
			return
		}
		for _, entry := range b.Entries() {
			if !b.Holds(entry) {
				t.Errorf("%v is not held", entry)
			}
		}
	})
}
