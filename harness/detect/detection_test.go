package detect_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/detect"
	"obconform/harness/format/formattest"
	"obconform/harness/mockbank"
)

// mutation is a sighting of one.
func mutation(at, kind string, fired int, notice detect.Notice, clauses ...contract.ClauseID) detect.Sight {
	m := detect.MutationSighting{ID: "m-0123456789", Place: "GET /things/{} 200", At: at, Kind: kind, Fired: fired, Notice: notice,
		Owners: []contract.ClauseID{}, Clauses: append([]contract.ClauseID{}, clauses...), Outcome: detect.NotSeen}
	switch {
	case fired == 0:
		m.Outcome = detect.NeverReached
	case notice != "":
		m.Outcome = detect.CaughtOtherwise
	}
	return detect.Sight{Mutation: &m}
}

func fault(id string, fired int, byName bool, others ...contract.ClauseID) detect.Sight {
	sighting := detect.Sighting{Fault: mockbank.Fault{ID: id, Clause: "AAC-201", Sentence: "It is wrong."},
		Fired: fired, ByName: byName, Others: others}
	if byName {
		sighting.Notice = detect.Failure
	}
	return detect.Sight{Fault: &sighting}
}

// common is a fault of what every answer must be, which never showed.
func common() detect.Sight {
	return detect.Sight{Fault: &detect.Sighting{Fault: mockbank.Fault{ID: "com-body-a", Clause: "COM-BODY", Sentence: "It is wrong."}}}
}

// weighed is a matrix of those sights under that list.
func weighed(t *testing.T, list string, sights ...detect.Sight) detect.Detection {
	t.Helper()
	equivalences, err := detect.ParseEquivalences([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	d := detect.Detection{SchemaVersion: detect.Format().Version, Tool: "test", Target: "bank", Start: time.Unix(0, 0).UTC(),
		End: time.Unix(10, 0).UTC(), Suites: contract.APIs()}
	for _, sight := range sights {
		d.Add(sight)
	}
	d.Possible = len(d.Mutations)
	d.Weigh(equivalences, true)
	return d
}

const noList = `{"equivalences":[]}`

// What is red by name, red otherwise, reached and not seen, or never reached.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	d := weighed(t, noList,
		fault("aac-201-a", 3, true), fault("aac-201-b", 3, false, "COM-BODY"), fault("aac-201-c", 3, false), fault("aac-201-d", 0, false),
		fault("aac-201-e", 1, true, "COM-BODY", "ACC-LIST-200", "DCR-201", "AAC-201-ECHO"))
	want := map[string]detect.Outcome{"aac-201-a": detect.CaughtByName, "aac-201-b": detect.CaughtOtherwise,
		"aac-201-c": detect.NotSeen, "aac-201-d": detect.NeverReached, "aac-201-e": detect.CaughtByName}
	for _, row := range d.Faults {
		if row.Outcome != want[row.Fault.ID] {
			t.Errorf("%s: expected %s, got %s", row.Fault.ID, want[row.Fault.ID], row.Outcome)
		}
		if row.Imprecise != (row.Fault.ID == "aac-201-e") {
			t.Errorf("%s: imprecise is %v, with %v", row.Fault.ID, row.Imprecise, row.FalseSubjects)
		}
	}
	if d.Faults[0].Fault.ID != "aac-201-c" {
		t.Errorf("the first row is %s, not the survivor", d.Faults[0].Fault.ID)
	}
	if len(d.Problems) != 3 {
		t.Errorf("expected three problems, got %q", d.Problems)
	}
	if mean := d.Figures.MeanFalseSubjects; mean != 0.8 { // COM, and COM, ACC, DCR
		t.Errorf("the mean is %v", mean)
	}
}

// A fault of every answer that shows in those of another API is no problem of
// this suite's; one of an API that was not reached is.
func TestFaultsOfOtherSuites(t *testing.T) {
	t.Parallel()
	d := detect.Detection{Suites: []contract.API{contract.Accounts}}
	d.Add(common())
	d.Weigh(detect.Equivalences{}, false)
	if len(d.Problems) != 0 || !d.Nothing() {
		t.Errorf("a fault of another API's answers: %q, nothing: %t", d.Problems, d.Nothing())
	}
	d.Add(fault("aac-201-d", 0, false))
	d.Add(fault("aac-201-c", 1, false))
	d.Weigh(detect.Equivalences{}, false)
	if len(d.Problems) != 2 || !strings.HasPrefix(d.Problems[0], "aac-201-c") || !strings.HasPrefix(d.Problems[1], "aac-201-d") {
		t.Errorf("expected the two of the API, got %q", d.Problems)
	}
	if d.Nothing() {
		t.Error("one was reached, and nothing was tried")
	}
}

// What says nothing is not taken for a good word: a trial without an outcome, a
// null bank that nobody asked, a survivor of a trial that went wrong.
func TestWhatProvesNothing(t *testing.T) {
	t.Parallel()
	d := weighed(t, noList, detect.Sight{}, detect.Sight{Null: &detect.NullSighting{Name: "silent", Specs: 700}},
		detect.Sight{Null: &detect.NullSighting{Name: "empty", Exchanges: 3}}, detect.Sight{Null: &detect.NullSighting{Name: "fine", Specs: 700, Exchanges: 3}})
	if len(d.Trouble) != 1 || len(d.Problems) != 2 || d.Nothing() {
		t.Errorf("trouble %q, problems %q", d.Trouble, d.Problems)
	}
	spoilt := mutation("/a", "drop", 2, "")
	spoilt.Mutation.Trouble = "the bank was away"
	d = weighed(t, noList, spoilt)
	if len(d.Problems) != 0 || len(d.Trouble) != 1 || d.Figures.Unlisted != 0 {
		t.Errorf("trouble %q, problems %q, %d survivors", d.Trouble, d.Problems, d.Figures.Unlisted)
	}
	if unreached := weighed(t, noList, mutation("/a", "drop", 0, "")); !unreached.Nothing() {
		t.Error("a mutation that was never reached shows something")
	}
}

// A survivor fails the proof unless the list allows it; one that was noticed
// does not, however it was.
func TestSurvivors(t *testing.T) {
	t.Parallel()
	sights := []detect.Sight{mutation("/a", "drop", 2, ""), mutation("/b", "drop", 2, detect.Failure, "COM-BODY"),
		mutation("/c", "drop", 2, detect.Warning, "COM-META"), mutation("/d", "drop", 0, ""), mutation("/e", "drop", 1, detect.Inconclusion)}
	d := weighed(t, noList, sights...)
	if len(d.Problems) != 2 || d.Figures.Unlisted != 2 || d.Mutations[0].At != "/a" {
		t.Errorf("expected /a and /d to be problems, got %q", d.Problems)
	}
	if n := d.Figures.Notices; n[detect.Failure] != 1 || n[detect.Warning] != 1 || n[detect.Inconclusion] != 1 {
		t.Errorf("notices: %v", n)
	}
	d = weighed(t, `{"equivalences":[{"places":["GET /things*"],"at":["/a","/d"],"kinds":["dr*"],"allowedBy":"R5","because":"It may."}]}`, sights...)
	if len(d.Problems) != 0 || d.Figures.Allowed != 2 || d.Equal[0].Survived != 2 {
		t.Errorf("the list allows both: %q, %+v", d.Problems, d.Equal)
	}
}

// The list is held to what it says: an entry without a survivor, an unknown
// clause, an entry without a reason.
func TestEquivalenceErrors(t *testing.T) {
	t.Parallel()
	entry := func(at, allowedBy, because string) string {
		return `{"equivalences":[{"places":["*"],"at":["` + at + `"],"kinds":["*"],"allowedBy":"` + allowedBy + `","because":"` + because + `"}]}`
	}
	survivor, caught := mutation("/a", "drop", 2, ""), mutation("/b", "drop", 2, detect.Failure)
	for _, c := range []struct{ what, list, problem string }{
		{"a valid entry", entry("/a", "COM-OPTIONAL", "It may."), ""},
		{"an entry of what is caught", entry("/b", "COM-OPTIONAL", "It may."), "no longer survives"},
		{"an entry of what is not there", entry("/z", "COM-OPTIONAL", "It may."), "no longer survives"},
		{"an unknown clause", entry("/a", "COM-NOTHING", "It may."), `no clause or decision "COM-NOTHING"`},
		{"an unknown decision", entry("/a", "R17", "It may."), `no clause or decision "R17"`},
		{"no reason", entry("/a", "R5", ""), "must all be there"},
	} {
		d := weighed(t, c.list, survivor, caught)
		found := slices.ContainsFunc(d.Problems, func(p string) bool { return c.problem != "" && strings.Contains(p, c.problem) })
		if found != (c.problem != "") {
			t.Errorf("%s: %q", c.what, d.Problems)
		}
	}
	for _, bad := range []string{`{"equivalences":[{"where":"*"}]}`, `{"equivalences":[]}{}`, `[]`, ``} {
		if _, err := detect.ParseEquivalences([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// In a sample an entry of which nothing was tried may well be right.
func TestEquivalencesOfASample(t *testing.T) {
	t.Parallel()
	list, err := detect.ParseEquivalences([]byte(`{"equivalences":[
		{"places":["*"],"at":["/not tried"],"kinds":["*"],"allowedBy":"R5","because":"It may."},
		{"places":["*"],"at":["/caught"],"kinds":["*"],"allowedBy":"R5","because":"It may."}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d := detect.Detection{Possible: 1000}
	d.Add(mutation("/caught", "drop", 1, detect.Failure))
	d.Weigh(list, true)
	if len(d.Problems) != 1 || !strings.Contains(d.Problems[0], "/caught") {
		t.Errorf("expected the caught one alone, got %q", d.Problems)
	}
	if d.Weigh(list, false); len(d.Problems) != 0 {
		t.Errorf("of a part of the suites nothing can be said: %q", d.Problems)
	}
}

// The list that the program carries is in order.
func TestEquivalenceList(t *testing.T) {
	t.Parallel()
	list, err := detect.LoadEquivalences()
	if err != nil {
		t.Fatal(err)
	}
	d := detect.Detection{}
	d.Weigh(list, false)
	if len(d.Problems) > 0 {
		t.Errorf("%q", d.Problems)
	}
}

// detection.json keeps its schema, empty and full.
func TestDetectionKeepsItsSchema(t *testing.T) {
	t.Parallel()
	schema := formattest.Closed(t, detect.Format().Schema)
	full := weighed(t, `{"equivalences":[{"places":["*"],"at":["/a"],"kinds":["*"],"allowedBy":"R5","because":"It may."}]}`,
		fault("aac-201-a", 3, true, "COM-BODY"), mutation("/a", "drop", 2, ""), mutation("/b", "drop", 2, detect.Failure, "COM-BODY"),
		detect.Sight{Null: &detect.NullSighting{Name: "none", Way: "codes", Passed: []string{"a spec"}, Clauses: []contract.ClauseID{}}},
		detect.Sight{Trouble: "a worker ended"})
	full.Interrupted = "interrupted by a signal"
	for name, d := range map[string]detect.Detection{"empty": weighed(t, noList), "full": full} {
		data, err := detect.JSON(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if schema.Validate(bytes.Replace(data, []byte("{"), []byte(`{"invented": true,`), 1)) == nil {
			t.Errorf("%s: it has members that its schema does not describe", name)
		}
	}
}

// The page and the text stay what they are whatever a bank, or a file, says.
func TestReportsAreInert(t *testing.T) {
	t.Parallel()
	const hostile = "</td><script>alert(1)</script><img src=x onerror=alert(1)>|[x](javascript:alert(1))\x1b[31m\u202e`"
	m := mutation(hostile, hostile, 1, detect.Failure)
	m.Mutation.Place, m.Mutation.Spec = hostile, hostile
	survivor := mutation(hostile, "drop", 1, "")
	d := weighed(t, noList, m, survivor, detect.Sight{Trouble: hostile},
		detect.Sight{Null: &detect.NullSighting{Name: hostile, Passed: []string{hostile}}})
	d.Target, d.Command, d.Tool, d.NotUsable = hostile, []string{hostile}, hostile, []string{hostile}
	page, err := detect.HTML(d)
	if err != nil {
		t.Fatal(err)
	}
	text, err := detect.Markdown(d)
	if err != nil {
		t.Fatal(err)
	}
	var summary bytes.Buffer
	if err := detect.Summary(&summary, d, []string{"detection.json"}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "\x1b", "\u202e"} {
		if bytes.Contains(page, []byte(bad)) || bytes.Contains(text, []byte(bad)) {
			t.Errorf("%q reaches a report", bad)
		}
	}
	if strings.ContainsAny(summary.String(), "\x1b\u202e") {
		t.Error("the summary can steer a terminal")
	}
	if !bytes.Contains(page, []byte(`content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`)) {
		t.Error("the page has no content security policy")
	}
	for _, outside := range []string{"http://", "https://", "src=\"", "@import", "url("} {
		if clean, _ := detect.HTML(weighed(t, noList)); bytes.Contains(clean, []byte(outside)) {
			t.Errorf("the page refers to something outside: %s", outside)
		}
	}
	if !json.Valid(must(t, func() ([]byte, error) { return detect.JSON(d) })) {
		t.Error("detection.json is no JSON")
	}
}

func must(t *testing.T, make func() ([]byte, error)) []byte {
	t.Helper()
	data, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
