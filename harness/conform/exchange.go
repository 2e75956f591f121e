package conform

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// seen is an exchange with what only the auditor asks for.
type seen struct {
	traffic.Exchange
	// raw is the body of the answer before content decoding; nil where that is
	// the same.
	raw []byte
	// announced is the answer's Content-Length, -1 for none.
	announced int64
	// tooLarge says that the body is longer than was read.
	tooLarge bool
	// err is why the answer is not whole, nil where it is.
	err error
}

// exchangeOf reads an answer, and the request that it names unless another is
// given. Both bodies are put back.
func exchangeOf(operation contract.OperationID, request *http.Request, response *http.Response) (seen, error) {
	if response == nil {
		return seen{}, errors.New("conform: the response is nil")
	}
	if request == nil {
		request = response.Request
	}
	x := seen{Exchange: traffic.Exchange{Ended: time.Now(), Request: unknownRequest(operation)}, announced: response.ContentLength}
	if request != nil {
		var err error
		if x.Request, err = sent(request); err != nil {
			return seen{}, err
		}
	}
	x.Started = x.Ended
	x.read(response)
	return x, nil
}

// unknownRequest stands for a request that nobody has kept: it has no address.
func unknownRequest(operation contract.OperationID) traffic.Request {
	op, _ := contract.Lookup(operation)
	return traffic.Request{Method: op.Method, Header: http.Header{}}
}

// sent is a request as its client has it. A body that is used up already is
// taken from GetBody, and is unrecorded where there is no such function.
func sent(request *http.Request) (traffic.Request, error) {
	r := traffic.Request{Method: request.Method, URL: request.URL, Header: request.Header.Clone()}
	if r.Method == "" {
		r.Method = http.MethodGet // what net/http takes an empty method for
	}
	switch {
	case request.Body == nil || request.Body == http.NoBody:
	case request.GetBody == nil:
		r.Body.Lack = traffic.Unrecorded
	default:
		body, err := request.GetBody()
		if err != nil {
			return r, fmt.Errorf("conform: the body of the request: %w", err)
		}
		defer func() { _ = body.Close() }()
		data, err := io.ReadAll(io.LimitReader(body, maxBody+1))
		if err != nil {
			return r, fmt.Errorf("conform: the body of the request: %w", err)
		}
		if r.Body.Bytes = data; len(data) > maxBody {
			r.Body = traffic.Body{Bytes: data[:maxBody], Lack: traffic.Cut}
		}
	}
	return r, nil
}

// read reads the answer's body, as far as it is judged, and puts it back.
func (x *seen) read(response *http.Response) {
	x.Response = &traffic.Response{Status: response.StatusCode, Header: response.Header.Clone()}
	if response.Body == nil {
		return
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	response.Body = &putBack{Reader: io.MultiReader(bytes.NewReader(data), failing{err}, response.Body), rest: response.Body}
	x.raw, x.err, x.tooLarge = data, err, len(data) > maxBody
	x.Response.Body.Bytes = data
	if err != nil || x.tooLarge || len(data) == 0 || !strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		return
	}
	plain, err := unzip(data)
	if err != nil {
		x.err = fmt.Errorf("the gzip body cannot be decoded: %w", err)
		return
	}
	x.Response.Body.Bytes, x.tooLarge = plain, len(plain) > maxBody
}

// putBack is a body that was read: what was read, then what was not.
type putBack struct {
	io.Reader
	rest io.Closer
}

func (p *putBack) Close() error { return p.rest.Close() }

// failing repeats the error that ended the first reading, so that the client
// meets it as if nobody had read before; nil ends at once.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

func unzip(data []byte) ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(in, maxBody+1))
}

// audited is the exchange as the auditor takes it.
func (x seen) audited(operation contract.OperationID) audit.Exchange {
	a := audit.Exchange{Operation: operation, Started: x.Started, Ended: x.Ended, Err: x.err, Request: audit.Request{
		Method: x.Request.Method, URL: x.Request.URL, Header: x.Request.Header, Body: x.Request.Body.Bytes,
		InteractionID: x.Request.Header.Get(contract.HeaderInteractionID)}}
	if operation == contract.RequestToken {
		a.Request.Form, _ = url.ParseQuery(string(x.Request.Body.Bytes)) // what cannot be read is of no use
	}
	if x.Err != "" && a.Err == nil {
		a.Err = errors.New(x.Err)
	}
	if x.Response == nil {
		return a
	}
	body := x.Response.Body.Bytes
	a.Response = &audit.Response{Status: x.Response.Status, Header: x.Response.Header, Body: body, RawBody: body,
		ContentLength: -1, Truncated: x.err != nil, TooLarge: x.tooLarge}
	if x.raw != nil {
		a.Response.RawBody, a.Response.ContentLength = x.raw, x.announced
	}
	return a
}
