package audit

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"obconform/harness/contract"
)

// COM-STATUS: the status is one that the operation documents, or 415 for a
// body of the wrong type (R7). Whether it fits the situation is the suites'
// business.
func (e *examination) status() {
	e.decide(contract.ComStatus)
	if e.documented {
		return
	}
	if e.res.Status == http.StatusUnsupportedMediaType && e.sentWrongType() {
		e.answer = contract.Answer{Status: e.res.Status, Headers: []contract.Header{{Name: contract.HeaderInteractionID, Level: contract.Std}}}
		e.documented = true
		return
	}
	e.breach(contract.ComStatus, "status", "a status that "+string(e.op.ID)+" documents: "+e.statuses(), fmt.Sprint(e.res.Status))
}

func (e *examination) statuses() string {
	var list []string
	for _, answer := range e.op.Answers {
		list = append(list, fmt.Sprint(answer.Status))
	}
	return strings.Join(list, ", ")
}

// sentWrongType tells whether the request had a body of another type than the
// operation takes; only then is 415 an answer of R7.
func (e *examination) sentWrongType() bool {
	if len(e.req.Body) == 0 && !e.unknown.RequestBody {
		return false
	}
	if e.unknownRequestHeader("Content-Type") {
		return true // for all that is known
	}
	media, _, err := mime.ParseMediaType(e.req.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return true
	case e.op.API == contract.DynamicRegistration:
		return media != "application/jose" && media != "application/jwt"
	}
	return media != "application/json"
}

// COM-EMPTY: a 204 has no body, nor announces one, on the wire. A client that
// hides the bytes behind the header can find a breach, but not its absence.
func (e *examination) empty() {
	if e.res.Status != http.StatusNoContent || e.unknown.Header && len(e.res.Body) == 0 {
		return
	}
	const expected = "no body: no Content-Length above 0, no Transfer-Encoding, no byte after the header"
	header := e.res.Header
	if wire := e.res.Wire; wire != nil {
		e.decide(contract.ComEmpty)
		header = headerOf(wire.HeaderBlock)
		if n := len(wire.AfterHeader); n > 0 {
			e.breach(contract.ComEmpty, "body", expected, fmt.Sprintf("%d bytes after the header", n))
		}
	} else if n := len(e.res.Body); n > 0 {
		e.breach(contract.ComEmpty, "body", expected, fmt.Sprintf("a body of %d bytes", n))
	}
	for _, value := range header.Values("Content-Length") {
		if strings.Trim(value, "0") != "" || value == "" {
			e.breach(contract.ComEmpty, "header Content-Length", expected, quote(value))
		}
	}
	if values := header.Values("Transfer-Encoding"); len(values) > 0 {
		e.breach(contract.ComEmpty, "header Transfer-Encoding", expected, quoteAll(values))
	}
}

// headerOf reads the fields of a header block leniently: what net/http would
// refuse or drop is just what is looked for.
func headerOf(block []byte) http.Header {
	header := http.Header{}
	for line := range bytes.Lines(block) {
		if name, value, ok := strings.Cut(string(line), ":"); ok {
			header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return header
}
