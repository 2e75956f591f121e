package audit

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// keySetType is the registered media type of a JWK set (RFC 7517, section 8.5.2),
// a set's right as much as the type of all JSON.
const keySetType = "application/jwk-set+json"

// readBody holds the body against COM-CONTENT-TYPE and COM-JSON and keeps what
// can be read of it. A body that nobody documents and that is no JSON breaches
// nothing (R5).
func (e *examination) readBody() {
	body := e.res.Body
	if e.isStatus(http.StatusNoContent) || len(body) == 0 || e.unreadable(body) {
		return // COM-EMPTY's, or the business of whoever misses it
	}
	media, charset, single := contentType(e.res.Header)
	labelled := media == "application/json" || e.op.ID == contract.GetJWKS && media == keySetType
	isJSON := !isHTML(e.res) && (labelled || isContainer(body))
	if !isJSON && !e.wantsJSON() && !labelled {
		return
	}
	if !e.unknownHeader("Content-Type") {
		e.contentType(labelled && isJSON && single && (charset == "" || strings.EqualFold(charset, "utf-8")))
	}
	if isJSON {
		e.strictJSON(body)
	}
}

// wantsJSON tells whether JSON is documented for the answer: a model, the
// discovery document, a key set, or what RFC 6749 says of a token endpoint.
func (e *examination) wantsJSON() bool {
	switch e.op.ID {
	case contract.GetDiscovery, contract.GetJWKS:
		return e.isStatus(http.StatusOK)
	case contract.RequestToken:
		return e.isStatus(http.StatusOK) || e.isTokenError()
	}
	return e.answer.Model != ""
}

// contentType reads the one Content-Type; what cannot be read has no media type.
func contentType(header http.Header) (media, charset string, single bool) {
	values := header.Values("Content-Type")
	if len(values) == 0 {
		return "", "", false
	}
	media, parameters, err := mime.ParseMediaType(values[0])
	if err != nil {
		return "", "", false
	}
	return media, parameters["charset"], len(values) == 1
}

// isContainer tells whether the body is a JSON object or array by its grammar,
// whatever else is wrong with it.
func isContainer(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	return len(body) > 0 && (body[0] == '{' || body[0] == '[') && json.Valid(body)
}

// COM-CONTENT-TYPE: a JSON body says so, in UTF-8 if in any charset, and where
// JSON is documented there is nothing else.
func (e *examination) contentType(right bool) {
	e.decide(contract.ComContentType)
	if right {
		return
	}
	actual := quoteAll(e.res.Header.Values("Content-Type"))
	if isHTML(e.res) {
		actual += " and an HTML page"
	}
	e.breach(contract.ComContentType, "header Content-Type", "application/json and JSON, in UTF-8", actual)
}

// COM-JSON: a JSON body is one strict RFC 8259 value, at most 64 levels deep.
func (e *examination) strictJSON(body []byte) {
	e.decide(contract.ComJSON)
	value, problems := strictjson.Parse(body)
	for _, problem := range problems {
		where := "body"
		if problem.Pointer != "" {
			where = problem.Pointer
		}
		e.breach(contract.ComJSON, where, "one strict JSON value", problem.Message)
	}
	if len(problems) == 0 {
		e.body, e.parsed, e.result.Body = value, true, value
	}
}
