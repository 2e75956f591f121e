package conform

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"obconform/harness/gate"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// Transport is an http.RoundTripper that passes everything on unchanged and
// judges it: what the bank answers, what the client asks, and the lives of tokens,
// codes and consents from one exchange to the next. It reports at the end of the
// test. It is safe for concurrent use.
type Transport struct {
	t    TB
	base http.RoundTripper
	gate *gate.Judge
}

// NewTransport judges what goes through base; http.DefaultTransport when nil. It
// ends the test where the options make no sense.
//
// It knows the documented paths, wherever they are rooted, and the endpoints of
// discovery documents that went by. What belongs to no operation of the contract
// is passed on and counted. At the end of the test each breach of a level that
// fails is an error, others are logged. A test in which nothing could be judged
// fails: it would prove nothing.
func NewTransport(t TB, base http.RoundTripper, options Options) *Transport {
	t.Helper()
	if base == nil {
		base = http.DefaultTransport
	}
	judge, err := options.gate()
	if err != nil {
		t.Fatalf("conform: %v", err)
		return nil
	}
	tr := &Transport{t: t, base: base, gate: judge}
	t.Cleanup(tr.report)
	return tr
}

// RoundTrip implements http.RoundTripper. Its errors are those of the base.
func (tr *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	outgoing, body := replayable(request)
	x := traffic.Exchange{Started: time.Now(), Request: traffic.Request{
		Method: methodOf(request), URL: request.URL, Header: request.Header.Clone(), Body: body}}
	response, err := tr.base.RoundTrip(outgoing)
	if err != nil {
		x.Err = err.Error()
	} else {
		var trouble error
		if x.Response, trouble = received(response); trouble != nil {
			x.Err = trouble.Error()
		}
	}
	x.Ended = time.Now()
	tr.gate.Add(x)
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

// Results is what the exchanges so far come to, as the reports of a run have it.
func (tr *Transport) Results() report.Results { return tr.gate.Results(time.Now()) }

// report tells the test what was found.
func (tr *Transport) report() {
	tr.t.Helper()
	results := tr.Results()
	for _, spec := range results.Specs {
		ticket := results.Ticket(spec)
		switch {
		case ticket == "":
		case spec.State == report.StateFailed:
			tr.t.Errorf("conform: %s\n%s", spec.Name, ticket)
		default:
			tr.t.Logf("conform: %s\n%s", spec.Name, ticket)
		}
	}
	for _, name := range results.Traffic.Unmet {
		tr.t.Errorf("conform: %s is required, and was not exercised", name)
	}
	judged := 0
	for _, answer := range results.Traffic.Answers {
		judged += answer.Exchanges - answer.Inconclusive
		if answer.Inconclusive > 0 {
			tr.t.Logf("conform: of %s, %d answers could not be judged (%s)", answer.Operation, answer.Inconclusive, report.StatusWord(answer.Status))
		}
	}
	if n := results.Traffic.Elsewhere; n > 0 {
		tr.t.Logf("conform: %d exchanges belong to no operation of the contract", n)
	}
	if judged == 0 {
		tr.t.Errorf("conform: no exchange could be judged")
	}
}
