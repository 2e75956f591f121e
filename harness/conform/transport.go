package conform

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/traffic"
)

// Transport is an http.RoundTripper that passes everything on unchanged and
// judges it. It reports at the end of the test: findings that fail one as errors,
// others as log lines. It is safe for concurrent use.
type Transport struct {
	t         TB
	base      http.RoundTripper
	judge     *Judge
	addresses *traffic.Addresses

	mu      sync.Mutex
	kinds   []*kind
	index   map[kindKey]*kind
	judged  int
	without map[string]int // exchanges that were not judged, by the reason
}

// kindKey is what makes two findings the same for the reader.
type kindKey struct {
	clause          contract.ClauseID
	level           contract.Level
	operation       contract.OperationID
	where, expected string
}

// kind is findings of one kind: the first, and how many there were.
type kind struct {
	first Finding
	count int
}

// maxKinds bounds what is kept, whatever a server answers.
const maxKinds = 200

// NewTransport judges what goes through base; http.DefaultTransport when nil. It
// ends the test where the options make no sense.
//
// It knows the documented paths, wherever they are rooted, and the endpoints of
// discovery documents that went by. What belongs to no operation of the contract
// is passed on and counted. A test in which no exchange could be judged fails: it
// would prove nothing.
func NewTransport(t TB, base http.RoundTripper, options Options) *Transport {
	t.Helper()
	if base == nil {
		base = http.DefaultTransport
	}
	judge, err := New(options)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	tr := &Transport{t: t, base: base, judge: judge, addresses: traffic.NewAddresses(), index: map[kindKey]*kind{}, without: map[string]int{}}
	t.Cleanup(tr.report)
	return tr
}

// RoundTrip implements http.RoundTripper. Its errors are those of the base.
func (tr *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	outgoing, body := replayable(request)
	started := time.Now()
	response, err := tr.base.RoundTrip(outgoing)
	x := seen{Exchange: traffic.Exchange{Started: started, Request: traffic.Request{
		Method: request.Method, URL: request.URL, Header: request.Header.Clone(), Body: body}}}
	if x.Request.Method == "" {
		x.Request.Method = http.MethodGet
	}
	if err != nil {
		x.Ended, x.Err = time.Now(), err.Error()
	} else {
		x.announced = response.ContentLength
		x.read(response)
		x.Ended = time.Now()
	}
	tr.add(x)
	return response, err
}

// replayable is the request with a body that was read once already, and that
// body. A body that is longer than what is judged still goes out whole.
func replayable(request *http.Request) (*http.Request, traffic.Body) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, traffic.Body{}
	}
	data, err := io.ReadAll(io.LimitReader(request.Body, maxBody+1))
	body := traffic.Body{Bytes: data}
	if err != nil || len(data) > maxBody {
		body.Lack = traffic.Cut
	}
	outgoing := request.Clone(request.Context())
	rest := io.Reader(request.Body)
	if err != nil {
		rest = failing{err}
	}
	outgoing.Body = &putBack{Reader: io.MultiReader(bytes.NewReader(data), rest), rest: request.Body}
	return outgoing, body
}

// add judges one exchange.
func (tr *Transport) add(x seen) {
	operation := tr.addresses.Of(x.Request).Operation
	if operation == "" {
		tr.skip("it belongs to no operation of the contract")
		return
	}
	tr.addresses.Learn(x.Exchange)
	if operation == contract.GetJWKS && x.Response != nil && x.Response.Status == http.StatusOK {
		tr.judge.auditor.AddKeys(x.Response.Body.Bytes)
	}
	findings, err := tr.judge.judge(operation, x)
	if err != nil {
		tr.skip(strings.TrimPrefix(err.Error(), "conform: "))
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.judged++
	for _, f := range findings {
		key := kindKey{f.Clause.ID, f.Level, f.Operation, evidence.AnyIndex(f.Where), f.Expected}
		if known := tr.index[key]; known != nil {
			known.count++
		} else if len(tr.kinds) < maxKinds {
			fresh := &kind{first: f, count: 1}
			tr.index[key] = fresh
			tr.kinds = append(tr.kinds, fresh)
		}
	}
}

func (tr *Transport) skip(reason string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if _, known := tr.without[reason]; known || len(tr.without) < maxKinds {
		tr.without[reason]++
	}
}

// Findings are what was found so far, the first of each kind.
func (tr *Transport) Findings() []Finding {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	var all []Finding
	for _, k := range tr.kinds {
		all = append(all, k.first)
	}
	return all
}

// report tells the test what was found.
func (tr *Transport) report() {
	tr.t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, k := range tr.kinds {
		say, times := tr.t.Logf, ""
		if k.first.Fails {
			say = tr.t.Errorf
		}
		if k.count > 1 {
			times = fmt.Sprintf(", %d times", k.count)
		}
		say("conform: %s%s\n%s", k.first.Operation, times, k.first)
	}
	for _, reason := range slices.Sorted(maps.Keys(tr.without)) {
		tr.t.Logf("conform: %d not judged: %s", tr.without[reason], reason)
	}
	if tr.judged == 0 {
		tr.t.Errorf("conform: no exchange could be judged")
	}
}
