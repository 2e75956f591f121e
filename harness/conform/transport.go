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
	t.Cleanup(func() { tell(t, judge) })
	return &Transport{base: base, gate: judge}
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
