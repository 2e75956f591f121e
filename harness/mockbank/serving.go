package mockbank

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds a request body, in bytes.
const maxBody = 64 << 10

// call is one request on its way through the bank.
type call struct {
	request *http.Request
	op      *operation
	id      string // {id} of the path
	body    []byte // nil when the operation takes none
	tooLong bool
	input   map[string]any // the body, where the operation takes JSON
	token   *token         // the access token presented, if any
	client  *client        // who calls, where the operation authenticates
}

// answer is one response before it is written. body is marshalled as JSON; nil
// means no body at all. It holds copies, never state that may still change.
type answer struct {
	status int
	header http.Header
	body   any
	signed bool // x-jws-signature is documented for it
}

func reply(status int, body any) answer {
	return answer{status: status, header: http.Header{}, body: body}
}

func (a answer) with(name, value string) answer {
	a.header.Add(name, value)
	return a
}

func (b *Bank) serve(w http.ResponseWriter, r *http.Request) {
	if !wait(r, b.options.Latency) {
		return
	}
	b.write(w, r, b.answerTo(r))
}

// wait sleeps, and tells whether the client is still there afterwards.
func wait(r *http.Request, latency time.Duration) bool {
	if latency == 0 {
		return true
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (b *Bank) answerTo(r *http.Request) answer {
	found := route(r.Method, r.URL)
	if len(found.allowed) == 0 {
		return reply(http.StatusNotFound, nil)
	}
	if found.operation == nil {
		return methodNotAllowed(found, r.Method)
	}
	c := &call{request: r, op: found.operation, id: found.id}
	if c.op.takes != noPayload {
		// One byte more than allowed tells a body of the limit from a longer one.
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if err != nil {
			return asDocumented(c.op, c.badRequest(problem{code: fieldInvalid, message: "The body could not be read."}))
		}
		c.body, c.tooLong = body, len(body) > maxBody
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return asDocumented(c.op, b.handle(c))
}

// handle takes a call through the checks that all operations share, in the order
// in which a bank's gateway makes them, and then to the operation itself.
func (b *Bank) handle(c *call) answer {
	steps := []func(*call) *answer{
		b.provoked, b.authenticate, b.authorised, b.acceptable, b.headersInOrder, b.readPayload,
	}
	for _, step := range steps {
		if refusal := step(c); refusal != nil {
			return *refusal
		}
	}
	return c.op.handle(b, c)
}

func methodNotAllowed(found routed, method string) answer {
	a := reply(http.StatusMethodNotAllowed, nil)
	if found.oauth {
		a = oauthRefusal(http.StatusMethodNotAllowed, "invalid_request", "The method is not supported here.")
	}
	return a.with("Allow", allowHeader(found.allowed, method))
}

// asDocumented marks an answer for x-jws-signature where that is documented: on
// the answer to a new registration, and on the errors with a body of the
// registration API.
func asDocumented(op *operation, a answer) answer {
	switch a.status {
	case http.StatusCreated, http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError:
		a.signed = op.family == registration
	}
	return a
}

// write sends an answer. It is the only place that touches the wire, so that the
// outward manner of the bank has one home.
func (b *Bank) write(w http.ResponseWriter, r *http.Request, a answer) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	header.Set(interactionIDHeader, interactionID(r))
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body, err := marshal(a.body)
	if err == nil && a.signed {
		var signature string
		signature, err = b.signDetached(body)
		header.Set(signatureHeader, signature)
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	// A failed write means that the client is gone: nobody is left to tell.
	_, _ = w.Write(body)
}

// marshal writes JSON without escaping <, > and &, which banks do not do either.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
