package conform

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// exchangeOf reads an answer, and the request that it names unless another is
// given. Both bodies are put back. The error says that the answer is not whole.
func exchangeOf(operation contract.OperationID, request *http.Request, response *http.Response) (x traffic.Exchange, err error) {
	if response == nil {
		return x, errors.New("conform: the response is nil")
	}
	if request == nil {
		request = response.Request
	}
	x = traffic.Exchange{Started: time.Now()}
	if request == nil {
		// Nobody has kept the request: it has no address, and a method that is
		// likely.
		op, _ := contract.Lookup(operation)
		x.Origin = "an answer without its request"
		x.Request = traffic.Request{Method: op.Method, Body: traffic.Body{Lack: traffic.Unrecorded}}
	} else if x.Request, err = sentBy(request); err != nil {
		return x, err
	}
	x.Response, err = received(response)
	x.Ended = time.Now()
	if err != nil {
		return x, fmt.Errorf("conform: the answer of %s could not be judged: %w", operation, err)
	}
	return x, nil
}

// sentBy is a request as its client has it. A body that is used up already is
// taken from GetBody, and is unrecorded where there is no such function.
func sentBy(request *http.Request) (traffic.Request, error) {
	r := traffic.Request{Method: methodOf(request), URL: request.URL, Header: request.Header.Clone()}
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

// methodOf is the request's method; net/http takes an empty one for GET.
func methodOf(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

// received reads an answer, as far as it is judged, and puts its body back. The
// error says why it is not whole.
func received(response *http.Response) (*traffic.Response, error) {
	r := &traffic.Response{Status: response.StatusCode, Header: response.Header.Clone()}
	if response.Body == nil {
		return r, nil
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	response.Body = &putBack{Reader: io.MultiReader(bytes.NewReader(data), failing{err}, response.Body), rest: response.Body}
	r.Body.Bytes = data
	announced := response.ContentLength >= 0 && response.StatusCode != http.StatusNoContent && response.StatusCode != http.StatusNotModified &&
		(response.Request == nil || response.Request.Method != http.MethodHead)
	switch {
	case err != nil:
		return r, fmt.Errorf("it is not whole: %w", err)
	case len(data) > maxBody:
		return r, errTooLarge
	case announced && int64(len(data)) != response.ContentLength:
		return r, fmt.Errorf("%d bytes were announced, %d arrived", response.ContentLength, len(data))
	case len(data) == 0 || !strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip"):
		return r, nil
	}
	plain, err := unzip(data)
	switch {
	case err != nil:
		return r, fmt.Errorf("the gzip body cannot be decoded: %w", err)
	case len(plain) > maxBody:
		return r, errTooLarge
	}
	r.Body.Bytes = plain
	return r, nil
}

var errTooLarge = fmt.Errorf("the body is larger than the limit of %d bytes", maxBody)

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
