package trail_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/gate"
	"obconform/harness/recording"
	"obconform/harness/report"
	"obconform/harness/tap/trail"
	"obconform/harness/traffic"
)

// observer finds something in each exchange whose query says so.
type observer struct{ entered, leave chan struct{} }

func (o observer) Observe(x traffic.Exchange, _ traffic.Route) conduct.Result {
	if o.entered != nil {
		o.entered <- struct{}{}
		<-o.leave
	}
	clause := contract.ClientClauses()[0].ID
	result := conduct.Result{Exercised: []contract.ClauseID{clause}}
	if strings.Contains(x.Request.URL.RawQuery, "wrong") {
		result.Findings = []evidence.Finding{{Clause: clause, Where: "request", Expected: "right", Actual: "wrong, with the-secret-token", Exchange: -1}}
	}
	return result
}

func (o observer) End(time.Time) conduct.Result { return conduct.Result{} }

func newJudge(t *testing.T, o observer) *gate.Judge {
	t.Helper()
	judge, err := gate.New(gate.Options{Sides: gate.Client, Observer: o})
	if err != nil {
		t.Fatal(err)
	}
	return judge
}

// exchange is one with a secret.
func exchange(query string) traffic.Exchange {
	address, _ := url.Parse("https://bank.example/open-banking/v3.1/aisp/accounts?" + query)
	return traffic.Exchange{Started: time.Now(), Ended: time.Now(),
		Request:  traffic.Request{Method: "GET", URL: address, Header: http.Header{"Authorization": {"Bearer the-secret-token"}}},
		Response: &traffic.Response{Status: 200, Header: http.Header{}}}
}

// recorder keeps what is written, until it fails.
type recorder struct {
	written []traffic.Exchange
	most    int
}

func (r *recorder) Flush() error { return nil }

func (r *recorder) Write(x traffic.Exchange) error {
	if len(r.written) == r.most {
		return errors.New("the disk is full")
	}
	r.written = append(r.written, x)
	return nil
}

// Each exchange is judged, written down without its secrets, and remembered, the
// newest first.
func TestTrail(t *testing.T) {
	t.Parallel()
	judge, record := newJudge(t, observer{}), &recorder{most: 100}
	tr := trail.New(trail.Options{Judge: judge, Record: record, Recent: 3})
	for i := range 5 {
		query := fmt.Sprintf("n=%d", i)
		if i%2 == 0 {
			query += "&wrong"
		}
		tr.See(exchange(query))
	}
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	if counts := tr.Counts(); counts != (trail.Counts{Exchanges: 5, Findings: 3}) {
		t.Errorf("%+v", counts)
	}
	if results := judge.Results(time.Now()); results.Exchanges != 5 || results.Outcome != report.OutcomeFailed {
		t.Errorf("%d exchanges, %s", results.Exchanges, results.Outcome)
	}
	if len(record.written) != 5 || record.written[4].Request.URL.RawQuery != "n=4&wrong" {
		t.Errorf("%+v", record.written)
	}
	recent := tr.Recent()
	var numbers []int
	for _, entry := range recent {
		numbers = append(numbers, entry.Number)
		if len(entry.Judged.Findings) != entry.Number%2 || entry.Judged.Route.Operation != contract.ListAccounts {
			t.Errorf("number %d: %+v", entry.Number, entry.Judged)
		}
	}
	if fmt.Sprint(numbers) != "[5 4 3]" {
		t.Errorf("recent: %v", numbers)
	}
	if shown := fmt.Sprintf("%+v %+v", recent, record.written); strings.Contains(shown, "the-secret-token") {
		t.Errorf("a secret is kept: %s", shown)
	}
	if one := trail.New(trail.Options{Judge: judge, Recent: 3}); len(one.Recent()) != 0 || one.Close() != nil {
		t.Error("a trail of nothing")
	}
}

// A recorder that fails fails for good, is said to, and keeps nothing from being
// judged.
func TestTrailWithoutRoomOnTheDisk(t *testing.T) {
	t.Parallel()
	judge, record := newJudge(t, observer{}), &recorder{most: 2}
	tr := trail.New(trail.Options{Judge: judge, Record: record})
	for range 5 {
		tr.See(exchange(""))
	}
	err := tr.Close()
	if err == nil || err.Error() != "3 exchanges were judged and not recorded: the disk is full" {
		t.Errorf("got %v", err)
	}
	if counts := tr.Counts(); counts != (trail.Counts{Exchanges: 5, Unwritten: 3}) {
		t.Errorf("%+v", counts)
	}
}

// One who must not wait does not: what there is no room for is counted, and makes
// the verdict an uncertain one. One who may wait loses nothing.
func TestTrailThatFallsBehind(t *testing.T) {
	t.Parallel()
	large := exchange("")
	large.Response.Body.Bytes = make([]byte, 40<<20)
	o := observer{make(chan struct{}), make(chan struct{})}
	judge := newJudge(t, o)
	tr := trail.New(trail.Options{Judge: judge, Lossy: true})
	tr.See(exchange(""))
	<-o.entered
	for range 4 {
		tr.See(large)
	}
	if missed := tr.Counts().Missed; missed != 3 {
		t.Errorf("%d missed", missed)
	}
	o.leave <- struct{}{}
	<-o.entered
	o.leave <- struct{}{}
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	if results := judge.Results(time.Now()); results.Exchanges != 5 || results.Traffic.Unaudited != 3 || results.Outcome != report.OutcomeInconclusive {
		t.Errorf("%d exchanges, %+v, %s", results.Exchanges, results.Traffic, results.Outcome)
	}

	waits := trail.New(trail.Options{Judge: newJudge(t, observer{})})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { waits.See(large) })
	}
	all.Wait()
	if err := waits.Close(); err != nil || waits.Counts() != (trail.Counts{Exchanges: 4}) {
		t.Errorf("%+v, %v", waits.Counts(), err)
	}
}

// A recording of bounded length takes whole exchanges alone, and is there as soon
// as no exchange waits.
func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "exchanges.ndjson")
	one := len(recording.Append(nil, exchange("n=1"))) + 1
	file, err := trail.Create(path, int64(2*one+one/2))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false} {
		if err := file.Write(exchange("n=1")); (err == nil) != want {
			t.Errorf("number %d: %v", i+1, err)
		}
	}
	if err := file.Flush(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("\n")) != 2 || !bytes.HasSuffix(data, []byte("}\n")) {
		t.Errorf("%q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if err := file.Write(exchange("")); err == nil && file.Flush() == nil {
		t.Error("a closed file takes exchanges")
	}
	if _, err := trail.Create(filepath.Join(path, "x"), 1); err == nil {
		t.Error("a file below a file")
	}
}

// A trail on disk can be read as soon as nothing waits.
func TestTrailIsThereWhenNothingWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "exchanges.ndjson")
	file, err := trail.Create(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	tr := trail.New(trail.Options{Judge: newJudge(t, observer{}), Record: file})
	tr.See(exchange(""))
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if data, _ := os.ReadFile(path); bytes.HasSuffix(data, []byte("}\n")) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing was written")
		}
	}
	if err := errors.Join(tr.Close(), file.Close()); err != nil {
		t.Error(err)
	}
}
