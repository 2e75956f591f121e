package tpp

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// request is one request on its way: what the operation documents, and what an
// Edit made of it.
type request struct {
	operation contract.Operation
	method    string
	url       string
	header    http.Header
	body      []byte
	form      url.Values
	// provoked is the status that the request asks for (R13), 0 for none.
	provoked int
	// burst has it sent many times instead of once.
	burst config.Burst
	// minted is the interaction id that we have made up for it.
	minted string
}

// Edit changes one thing about a request.
type Edit func(*request)

// NoAuthorization leaves the Authorization header out.
func NoAuthorization() Edit { return RemoveHeader("Authorization") }

// Authorization sends that value as Authorization.
func Authorization(value string) Edit { return Header("Authorization", value) }

// Bearer sends that access token (RFC 6750 section 2.1).
func Bearer(token string) Edit { return Authorization("Bearer " + token) }

// Header sets a request header.
func Header(name, value string) Edit {
	return func(r *request) { r.header.Set(name, value) }
}

// RemoveHeader leaves a request header out.
func RemoveHeader(name string) Edit {
	return func(r *request) { r.header.Del(name) }
}

// NoInteractionID sends no x-fapi-interaction-id, so that the bank has to make
// one up (COM-FAPI-MINT).
func NoInteractionID() Edit { return RemoveHeader(contract.HeaderInteractionID) }

// Method sends another method than the operation's.
func Method(method string) Edit {
	return func(r *request) { r.method = method }
}

// Below appends to the path.
func Below(suffix string) Edit {
	return func(r *request) { r.url += suffix }
}

// At sends the request to another address than the operation's, for links that
// an answer gives.
func At(address string) Edit {
	return func(r *request) { r.url = address }
}

// JSON sends that document.
func JSON(document any) Edit {
	return func(r *request) {
		body, err := json.Marshal(document)
		if err != nil {
			panic("tpp: a request body that is no JSON: " + err.Error())
		}
		r.body = body
		r.header.Set("Content-Type", "application/json")
	}
}

// Raw sends those bytes as the body and leaves the content type alone.
func Raw(body string) Edit {
	return func(r *request) { r.body = []byte(body) }
}

// form sends a token request (RFC 6749, appendix B).
func form(values url.Values) Edit {
	return func(r *request) {
		r.form = values
		r.body = []byte(values.Encode())
		r.header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

// build is the operation's documented request (R16: only documented headers,
// Content-Type with a body alone, Accept where one is expected).
func (c *Client) build(operation contract.Operation, address string, edits []Edit) *request {
	r := &request{operation: operation, method: operation.Method, url: address, header: http.Header{}}
	if operation.Documented() && operation.ID != contract.GetDiscovery {
		r.mint()
	}
	if operation.API != contract.DynamicRegistration {
		r.header.Set("X-Fapi-Auth-Date", c.now().UTC().Format(http.TimeFormat))
		r.header.Set("X-Fapi-Customer-Ip-Address", customerAddress)
	}
	if operation.Method != http.MethodDelete && operation.ID != contract.Authorize {
		r.header.Set("Accept", "application/json")
	}
	r.header.Set("Accept-Encoding", "gzip")
	for _, edit := range edits {
		edit(r)
	}
	return r
}

// createsOrDeletes tells whether the request makes something that we have to
// delete, or deletes it: that one is seen through, also when its spec is
// interrupted.
func (r *request) createsOrDeletes() bool {
	switch r.method {
	case http.MethodPost:
		return r.operation.Documented() && r.operation.ID != contract.CreateFundsConfirmation
	case http.MethodDelete:
		return r.operation.Documented()
	}
	return false
}

// customerAddress is the PSU's address in our requests, from the range that
// RFC 5737 keeps for documentation.
const customerAddress = "203.0.113.24"

// address is where an operation lives at this target; the resource's
// identifier is escaped as one path segment.
func (c *Client) address(operation contract.Operation, resource string) string {
	path := operation.Path
	if start := strings.Index(path, "{"); start >= 0 {
		path = path[:start] + url.PathEscape(resource)
	}
	return c.cfg.URL(operation.Group) + path
}
