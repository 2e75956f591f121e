package har

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/report"
	"obconform/harness/report/specimen"
)

func schemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("testdata/har-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("har-schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("har-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func render(t *testing.T, results report.Results) (data []byte, log logDocument) {
	t.Helper()
	data, err := Render(results)
	if err != nil {
		t.Fatal(err)
	}
	var parsed archive
	if err := json.Unmarshal(data, &parsed); err != nil {
		t.Fatal(err)
	}
	return data, parsed.Log
}

func valid(t *testing.T, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

const nasty = "\x00\x1b[31m</script>\u202e\u009b\xff \"'`|\r\n[secret]%zz%4"

func TestEveryArchiveIsOne(t *testing.T) {
	schema := schemaOf(t)
	kinds := specimen.Kinds()
	kinds["nasty"], kinds["large"] = specimen.Hostile(nasty), specimen.Large(3000)
	for name, results := range kinds {
		data, log := render(t, results)
		if err := valid(t, schema, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, r := range string(data) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s: the raw character %U", name, r)
				break
			}
		}
		pages, entries := 0, 0
		for _, spec := range results.Specs {
			if spec.HasEvidence() {
				pages, entries = pages+1, entries+len(spec.Record.Exchanges)
			}
		}
		if len(log.Pages) != pages || len(log.Entries) != entries {
			t.Errorf("%s: %d pages, %d entries; expected %d and %d", name, len(log.Pages), len(log.Entries), pages, entries)
		}
		for i := 1; i < len(log.Entries); i++ {
			if log.Entries[i].Started.Before(log.Entries[i-1].Started) {
				t.Fatalf("%s: the entry %d is older than the one before", name, i)
			}
		}
	}
}

// Each document is a valid one with exactly one thing broken.
func TestTheRulesRefuse(t *testing.T) {
	schema := schemaOf(t)
	data, _ := render(t, specimen.Kinds()["failed"])
	for _, change := range [][2]string{{`"version": "1.2",`, ``}, {`"status": 200`, `"status": "200"`}, {`"startedDateTime": "2026`, `"startedDateTime": "in 2026`},
		{`"cookies": []`, `"cookies": null`}, {`"url": "https://bank.example`, `"url": "https://[bank`}, {`"cache": {},`, ``}} {
		broken := strings.Replace(string(data), change[0], change[1], 1)
		if broken == string(data) || valid(t, schema, []byte(broken)) == nil {
			t.Errorf("%s as %s is accepted", change[0], change[1])
		}
	}
}

func TestAnEntrySaysWhatWasSentAndReceived(t *testing.T) {
	x := evidence.Exchange{Operation: contract.RequestToken, Method: "POST", URL: "https://bank.example/a%20b/[secret]/?x=1&y=%41&z", Started: specimen.Start(),
		Duration: 1500 * time.Microsecond, Status: 302, RequestBytes: 40, ResponseBytes: 7, RequestBody: "code=[code]", ResponseBody: "moved", ResponseCut: true,
		RequestHeaders:  []evidence.HeaderLine{{Name: "Content-Type", Value: "text/plain"}},
		ResponseHeaders: []evidence.HeaderLine{{Name: "content-type", Value: "text/html"}, {Name: "Location", Value: "/elsewhere"}}}
	e := entryOf(x, true)
	if e.Request.URL != "https://bank.example/a%20b/%5Bsecret%5D/?x=1&y=%41&z" || e.Request.BodySize != 40 || e.Request.Post.Text != "code=[code]" || e.Request.Post.MIME != "text/plain" {
		t.Errorf("request %+v", e.Request)
	}
	if q := e.Request.Query; len(q) != 3 || q[1] != (pair{"y", "A"}) || q[2] != (pair{"z", ""}) {
		t.Errorf("query %v", q)
	}
	if r := e.Response; r.StatusText != "Found" || r.Redirect != "/elsewhere" || r.Content.MIME != "text/html" || r.Content.Size != 7 || r.Content.Comment == "" {
		t.Errorf("response %+v", r)
	}
	if e.Time != 1.5 || e.Timings.Wait != 1.5 {
		t.Errorf("took %v, %v", e.Time, e.Timings)
	}
	if bare := entryOf(x, false); bare.Comment == "" || len(bare.Request.Headers) != 0 || bare.Request.Post != nil || bare.Response.Content.Text != "" {
		t.Errorf("without room %+v", bare)
	}
}

func TestTheArchiveStaysSmall(t *testing.T) {
	results := specimen.Large(6000)
	for i := range results.Specs {
		for j := range results.Specs[i].Record.Exchanges {
			results.Specs[i].Record.Exchanges[j].ResponseBody = strings.Repeat("x", 16<<10)
		}
	}
	data, log := render(t, results)
	shown := 0
	for _, e := range log.Entries {
		if e.Comment == "" {
			shown++
			if len(e.Clauses) == 0 {
				continue
			}
		} else if len(e.Clauses) > 0 {
			t.Error("an entry that shows a breach made room for one that does not")
		}
	}
	if len(data) > 12<<20 || shown == 0 || shown == len(log.Entries) {
		t.Errorf("%d bytes, %d of %d entries are whole", len(data), shown, len(log.Entries))
	}
}
