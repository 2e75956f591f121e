package audit

import (
	"net/http"
	"net/url"
	"time"

	"obconform/harness/contract"
)

// Exchange is one request and what came of it, raw: nothing is redacted yet.
type Exchange struct {
	Operation contract.OperationID
	Request   Request
	// Response is nil where no status line was read.
	Response *Response
	// Err says why there is no answer, or why it is not whole.
	Err            error
	Started, Ended time.Time
	// Unknown is what is not known of an exchange that somebody else recorded: what
	// depends on it is neither exercised nor breached.
	Unknown Unknown
}

// Unknown is what is not known of an exchange; the zero value for one that was
// seen whole.
type Unknown struct {
	// RequestHeader and Header say that the fields of the request, or of the
	// answer, were not kept at all.
	RequestHeader, Header bool
	// RequestBody and Body say that a body was not kept, or not to its end.
	RequestBody, Body bool
	// Time says that it is not known when the answer came.
	Time bool
	// Placeholders says that values may have been replaced by what
	// traffic.Withheld recognises, Redacted that this was done to the answer's
	// body, which is then not the text that was sent.
	Placeholders, Redacted bool
}

// Request is what was sent, as far as the audit needs it.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
	// Form holds the parameters of a token request.
	Form url.Values
	// InteractionID is the x-fapi-interaction-id that was sent, empty for none.
	InteractionID string
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	// Body is the body after content decoding, RawBody before.
	Body, RawBody []byte
	// ContentLength is the length that was announced, -1 for none.
	ContentLength int64
	// Truncated says that the body ended early or could not be decoded,
	// TooLarge that it is longer than we read.
	Truncated, TooLarge bool
	// Wire is set where the answer was read from the connection itself.
	Wire *Wire
}

// Wire is an answer as it stood on the connection.
type Wire struct {
	// HeaderBlock runs from the status line to the empty line.
	HeaderBlock []byte
	// AfterHeader is every byte after that, up to the end of the connection.
	AfterHeader []byte
}
