package evidencefile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"obconform/harness/evidence"
	"obconform/harness/format/formattest"
	"obconform/harness/report"
	"obconform/harness/report/evidencefile"
	"obconform/harness/report/specimen"
)

func schemaOf(t *testing.T) formattest.Schema {
	t.Helper()
	return formattest.Closed(t, evidencefile.Format().Schema)
}

func render(t *testing.T, results report.Results) []evidencefile.File {
	t.Helper()
	files, err := evidencefile.Render(results)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const nasty = "\x00\x1b[31m</script>\u202e\u009b\xff \"'`|\r\n\U000e0001"

func TestEveryFileKeepsItsSchema(t *testing.T) {
	schema := schemaOf(t)
	kinds := specimen.Kinds()
	kinds["nasty"] = specimen.Hostile(nasty)
	for name, results := range kinds {
		var want, got []string
		for _, spec := range results.Specs {
			if spec.HasEvidence() {
				want = append(want, report.EvidenceName(spec.Suite, spec.Name))
			}
		}
		for _, file := range render(t, results) {
			got = append(got, file.Name)
			if err := schema.Validate(file.Data); err != nil {
				t.Errorf("%s: %s: %v", name, file.Name, err)
			}
			for _, r := range string(file.Data) {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("%s: the raw character %U", name, r)
					break
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, expected %q", name, got, want)
		}
	}
}

// Each document is a valid one with exactly one thing broken.
func TestTheSchemaRefuses(t *testing.T) {
	schema := schemaOf(t)
	data := render(t, specimen.Kinds()["failed"])[0].Data
	for _, change := range [][2]string{{`"schemaVersion": 1,`, `"schemaVersion": 2,`}, {`"state": "failed"`, `"state": "bad"`}, {`"curl": `, `"wget": `},
		{`"level": "std"`, `"level": "must"`}, {`"exchange": 0`, `"exchange": -2`}, {`"notes": []`, `"notes": null`}, {`"response": {`, `"response": 1, "x": {`}} {
		broken := strings.Replace(string(data), change[0], change[1], 1)
		if broken == string(data) || schema.Validate([]byte(broken)) == nil {
			t.Errorf("%s as %s is accepted", change[0], change[1])
		}
	}
}

// written is what the tests look at of a file.
type written struct {
	Spec, State string
	Findings    []struct{ Clause, Rule, Source, Where, Expected, Actual string }
	Exchanges   []struct {
		Method, URL, Curl, InteractionID, ReceivedInteractionID string
		Status                                                  int
		Request, Response                                       *struct {
			Headers []evidence.HeaderLine
			Body    string
			Bytes   int
		}
	}
}

func read(t *testing.T, file evidencefile.File) (w written) {
	t.Helper()
	if err := json.Unmarshal(file.Data, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAFileHoldsWhatATicketNeeds(t *testing.T) {
	w := read(t, render(t, specimen.Kinds()["failed"])[0])
	if w.Spec != "A list must be stable" || w.State != "failed" || len(w.Findings) != 2 || w.Findings[1].Clause != "ACC-LIST-STABLE" ||
		w.Findings[1].Rule == "" || !strings.Contains(w.Findings[1].Source, "Open Banking Read/Write") || w.Findings[1].Where != "/Data/Account/0/AccountType" {
		t.Errorf("%+v", w)
	}
	x := w.Exchanges[0]
	if x.Method != "GET" || x.Status != 200 || !strings.HasPrefix(x.Curl, "curl ") || !strings.Contains(x.Curl, "${ACCESS_TOKEN:?}") ||
		x.Request.Headers[1].Value != "Bearer [access token]" || x.Response.Body != `{"Data":{"Account":[]}}` {
		t.Errorf("%+v", x)
	}
}

// What was sent and received comes back exactly, however hostile.
func TestTextsComeBackExactly(t *testing.T) {
	text := strings.ToValidUTF8(nasty, "\ufffd")
	hostile := 0
	for _, file := range render(t, specimen.Hostile(text)) {
		x := read(t, file).Exchanges[0]
		if x.Method != text {
			continue // not of the hostile text's making
		}
		if hostile++; x.Request.Body != text || x.Request.Headers[0].Value != text || x.Response.Body != text {
			t.Errorf("%+v", x)
		}
	}
	if hostile == 0 {
		t.Error("no hostile exchange was written")
	}
}

func TestAllFilesTogetherStaySmall(t *testing.T) {
	results := specimen.Large(6000)
	for i := range results.Specs {
		for j := range results.Specs[i].Record.Exchanges {
			results.Specs[i].Record.Exchanges[j].ResponseBody = strings.Repeat("x", 16<<10)
		}
	}
	size, cut := 0, 0
	for _, file := range render(t, results) {
		size += len(file.Data)
		for _, x := range read(t, file).Exchanges {
			if x.Request == nil {
				cut++
			}
		}
	}
	if size > 14<<20 || cut == 0 {
		t.Errorf("%d bytes, %d exchanges without bodies", size, cut)
	}
}
