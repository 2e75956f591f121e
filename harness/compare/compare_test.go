package compare

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
)

// recorded is the address of a bank that nobody asks again.
const recorded = "https://bank.example"

// judged is what the gate finds in a recording that fails a check.
func judged(t *testing.T, tape []Exchange) []evidence.Finding {
	t.Helper()
	judge, err := gate.New(gate.Options{Sides: gate.Bank})
	if err != nil {
		t.Fatal(err)
	}
	var all []evidence.Finding
	for _, x := range tape {
		seen, err := x.Traffic()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, judge.Add(seen).Findings...)
	}
	return all
}

// Each planted fault is found, by its own clause and by nothing else, and without
// one there is nothing to find.
func TestEveryPlantedFaultIsFoundAndNothingIsInvented(t *testing.T) {
	t.Parallel()
	recordings, err := RecordAll(recorded)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range judged(t, recordings.Clean) {
		if f.Level != contract.Adv {
			t.Errorf("invented: %+v", f)
		}
	}
	clauses := map[string]contract.ClauseID{}
	for _, fault := range mockbank.Faults() {
		clauses[fault.ID] = contract.ClauseID(fault.Clause)
	}
	for i, fault := range Faults() {
		found := false
		for _, f := range judged(t, recordings.Faulty[i]) {
			own := f.Clause == clauses[fault.ID]
			found = found || own && f.Level != contract.Adv
			if !own && f.Level != contract.Adv {
				t.Errorf("%s: also found %s at %s: %s", fault.ID, f.Clause, f.Where, f.Actual)
			}
		}
		if !found {
			t.Errorf("%s: %s is not found", fault.ID, clauses[fault.ID])
		}
	}
	if len(Faults()) != 24 {
		t.Errorf("%d faults are planted", len(Faults()))
	}
}

// What is expected of an answer comes from the documentation, and the answers of
// the clean recording have it.
func TestExpectations(t *testing.T) {
	t.Parallel()
	recordings, err := RecordAll(recorded)
	if err != nil {
		t.Fatal(err)
	}
	document, err := NewDocument("http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	clean, faulty := recordings.Works(Work{Document: document})
	if len(faulty.Tape) != len(clean.Tape)*len(Faults()) || len(faulty.Expect) != len(faulty.Tape) {
		t.Errorf("%d exchanges and %d expectations of %d recordings of %d", len(faulty.Tape), len(faulty.Expect), len(Faults()), len(clean.Tape))
	}
	documented := 0
	for i, x := range clean.Tape {
		e := clean.Expect[i]
		for name, value := range e.Headers {
			if got := x.AnswerHeader.Get(name); got != value {
				t.Errorf("%s: expected %s %q, the clean answer has %q", x.Step, name, value, got)
			}
		}
		for name := range e.Present {
			if x.AnswerHeader.Get(name) == "" {
				t.Errorf("%s: expected %s, and the clean answer has none", x.Step, name)
			}
		}
		if (e.Schema != nil) != (len(x.AnswerBody) > 0) {
			t.Errorf("%s: a schema: %t, and a body of %d bytes", x.Step, e.Schema != nil, len(x.AnswerBody))
		}
		if e.operation != nil {
			documented++
		}
	}
	if documented < 30 {
		t.Errorf("%d of %d exchanges are documented", documented, len(clean.Tape))
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	tape := []Exchange{{Status: 201, AnswerHeader: http.Header{"X-One": {"a", "b"}, "Content-Type": {"application/json"}}, AnswerBody: []byte("{}")}, {Status: 404}}
	server := httptest.NewServer(Repeat(tape))
	t.Cleanup(server.Close)
	for i, want := range []int{201, 404, 599} {
		for _, byPath := range []bool{true, false} {
			path := "/anything"
			if byPath {
				path = PathPrefix + strconv.Itoa(i) + path
			}
			request, err := http.NewRequest(http.MethodPost, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !byPath {
				request.Header.Set(NumberHeader, strconv.Itoa(i))
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != want || i == 0 && len(response.Header["X-One"]) != 2 || i > 0 && response.Header.Get("Content-Type") != "" {
				t.Errorf("%d by path %t: %s, %v", i, byPath, response.Status, response.Header)
			}
		}
	}
}

func TestFound(t *testing.T) {
	t.Parallel()
	recordings := Recordings{Clean: []Exchange{{Step: "one"}, {Step: "two"}}, Faulty: make([][]Exchange, 3)}
	got := recordings.Found(map[int]bool{0: true}, map[int]bool{0: true, 3: true, -1: true, 99: true})
	if want := []string{"", "two", ""}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("found %q", got)
	}
}

// A client that sends the requests again finds the same.
func TestLive(t *testing.T) {
	t.Parallel()
	keys, err := mockbank.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[string]int{"": 0, "com-body-on-the-second-page": 1, "com-signature-by-another-key": 1} {
		var faults []string
		if fault != "" {
			faults = append(faults, fault)
		}
		tape, server := atLoopback(t, keys, faults...)
		work := Work{Dir: t.TempDir()}
		file, err := work.write("tape.json", tape)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		results := filepath.Join(work.Dir, "results.json")
		if err := Live(file, results); err != nil {
			t.Fatal(err)
		}
		if failed, err := breaches(results); err != nil || len(failed) != want {
			t.Errorf("%q: breaches at %v, expected %d (%v)", fault, failed, want, err)
		}
	}
}

// atLoopback is a recording, repeated where it was made. Another process may have
// taken the port meanwhile: then it is made anew.
func atLoopback(t *testing.T, keys *mockbank.Keys, faults ...string) ([]Exchange, *httptest.Server) {
	t.Helper()
	var taken error
	for range 10 {
		address, err := Loopback()
		if err != nil {
			t.Fatal(err)
		}
		tape, err := Record(address, keys, faults...)
		if err != nil {
			t.Fatal(err)
		}
		server, err := repeating(tape)
		if err == nil {
			return tape, server
		}
		taken = err
	}
	t.Fatal(taken)
	return nil, nil
}
