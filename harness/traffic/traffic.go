// Package traffic is HTTP exchanges as somebody saw them who took no part: the
// front door of a test bank, a proxy, the reader of a recording. It owns the
// shape of such an exchange, what is not known of it, and which operation of the
// contract it is about.
//
// It imports the contract's vocabulary and nothing else of ours, sends nothing
// and judges nothing. Exchanges are raw: nothing in them is redacted unless
// whoever recorded them did it.
package traffic

import (
	"net/http"
	"net/url"
	"time"
)

// Exchange is one request and what came of it.
type Exchange struct {
	// Started is when the request began, Ended when the answer was whole. Each is
	// zero where it is not known.
	Started, Ended time.Time
	// Origin says where the exchange stands, for a reader who looks for it:
	// "traffic.har, entry 12". Empty for one that was seen as it went by.
	Origin string
	// Connection tells the exchanges of one connection from those of others;
	// empty where that is not known.
	Connection string
	Request    Request
	// Response is nil where no answer came, or none was recorded.
	Response *Response
	// Err says why there is no answer, or why it is not whole; empty for neither.
	Err string
}

// Request is what the client sent.
type Request struct {
	Method string
	// URL is absolute.
	URL *url.URL
	// Header has every field as it was sent, Host left out. A value that was
	// withheld is there as the placeholder that stands for it: see Withheld.
	Header http.Header
	Body   Body
	// Certificate is the client certificate, DER; nil for none, or where that is
	// not known.
	Certificate []byte
	// CertificateKnown tells whether the absence of a certificate means anything.
	CertificateKnown bool
}

// Response is what came back.
type Response struct {
	Status int
	// Header has every field as it was received.
	Header http.Header
	// Body is the body after content decoding.
	Body Body
}

// Body is a body, as far as it is known.
type Body struct {
	// Bytes is the body, or the beginning of it; empty where Lack is Unrecorded.
	Bytes []byte
	Lack  Lack
}

// Whole tells whether the bytes are all of the body, as it was.
func (b Body) Whole() bool { return b.Lack == Nothing }

// Lack is what is not known of a body.
type Lack string

// What a body can lack.
const (
	// Nothing is the lack of a body that is known whole.
	Nothing Lack = ""
	// Unrecorded marks a body that was not kept at all.
	Unrecorded Lack = "unrecorded"
	// Cut marks a body whose end was not kept.
	Cut Lack = "cut"
	// Redacted marks a body in which placeholders stand for some values.
	Redacted Lack = "redacted"
)
