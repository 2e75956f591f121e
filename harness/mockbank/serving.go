package mockbank

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds a request body, in bytes.
const maxBody = 64 << 10

// call is one request on its way through the bank.
type call struct {
	request  *http.Request
	routed          // where it leads
	body     []byte // nil when the operation takes none
	tooLong  bool
	cutShort bool           // the body could not be read to its end
	input    map[string]any // the body, where the operation takes JSON
	token    *token         // the access token presented, if any
	client   *client        // who calls, where the operation authenticates
	asSent   []byte         // the body before a deviation changed it
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
	if b.endure() {
		gateway(w)
		return
	}
	c := receive(r)
	out, err := b.render(c, b.answerTo(c))
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	out.send(w)
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

// receive finds the operation and reads the body that it takes.
func receive(r *http.Request) *call {
	c := &call{request: r, routed: route(r.Method, r.URL)}
	if c.op == nil || c.op.takes == noPayload {
		return c
	}
	// One byte more than allowed tells a body of the limit from a longer one.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	c.body, c.tooLong, c.cutShort = body, len(body) > maxBody, err != nil
	return c
}

func (b *Bank) answerTo(c *call) answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deviations.misread(b, c)
	a := b.handle(c)
	b.identify(&a)
	a.signed = c.documentsSignature(a.status)
	b.deviations.misanswer(b, c, &a)
	return a
}

// handle takes a call through the checks that all operations share, in the order
// in which a bank's gateway makes them, and then to the operation itself.
func (b *Bank) handle(c *call) answer {
	steps := []func(*call) *answer{
		b.found, b.unhurried, b.legible, b.provoked, b.authenticate, b.authorised, b.acceptable, b.headersInOrder, b.readPayload,
	}
	for _, step := range steps {
		if refusal := step(c); refusal != nil {
			return *refusal
		}
	}
	return c.op.handle(b, c)
}

// found refuses paths that the bank has not, and methods that the path has not.
func (b *Bank) found(c *call) *answer {
	var a answer
	switch {
	case c.op != nil:
		return nil
	case len(c.allowed) == 0:
		a = reply(http.StatusNotFound, nil)
	default:
		a = c.methodNotAllowed()
	}
	return &a
}

func (c *call) methodNotAllowed() answer {
	a := reply(http.StatusMethodNotAllowed, nil)
	if c.oauth {
		a = oauthRefusal(http.StatusMethodNotAllowed, "invalid_request", "The method is not supported here.")
	}
	return a.with("Allow", allowHeader(c.allowed, c.request.Method))
}

// legible refuses a body that breaks off.
func (b *Bank) legible(c *call) *answer {
	if !c.cutShort {
		return nil
	}
	a := c.badRequest(problem{code: fieldInvalid, message: "The body could not be read."})
	return &a
}

// documentsSignature tells where x-jws-signature is documented: on the answer to
// a new registration, and on the errors with a body of the registration API.
func (c *call) documentsSignature(status int) bool {
	switch status {
	case http.StatusCreated, http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError:
		return c.op != nil && c.op.family == registration
	default:
		return false
	}
}

// response is an answer as it goes over the wire.
type response struct {
	status  int
	header  http.Header
	body    []byte
	chunked bool // no length is announced
	framed  bool // framed even where HTTP has no body: see sendFramed
}

// render gives an answer its bytes and headers. The error is a body that cannot
// be written as JSON, or signed.
func (b *Bank) render(c *call, a answer) (response, error) {
	out := response{status: a.status, header: a.header.Clone()}
	out.header.Set(interactionIDHeader, b.interactionID(c.request))
	if a.body != nil {
		var err error
		if out.body, err = marshal(a.body); err != nil {
			return out, err
		}
		out.header.Set("Content-Type", "application/json")
		if a.signed {
			signature, err := b.signDetached(out.body)
			if err != nil {
				return out, err
			}
			out.header.Set(signatureHeader, signature)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deviations.distort(b, c, &out)
	return out, nil
}

// send is the only place that touches the wire. A failed write means that the
// client is gone: nobody is left to tell.
func (out response) send(w http.ResponseWriter) {
	if out.framed {
		out.sendFramed(w)
		return
	}
	maps.Copy(w.Header(), out.header)
	if len(out.body) == 0 {
		w.WriteHeader(out.status)
		return
	}
	if !out.chunked {
		w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	}
	w.WriteHeader(out.status)
	half := len(out.body) / 2
	_, _ = w.Write(out.body[:half])
	if flusher, ok := w.(http.Flusher); ok && out.chunked {
		flusher.Flush()
	}
	_, _ = w.Write(out.body[half:])
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
