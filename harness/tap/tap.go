// Package tap sees HTTP exchanges as they go by: at the front door of a server
// (Front), or between a client and a server (Proxy). It owns what is kept of an
// exchange, how bytes pass through unchanged, and the queue between those who
// see exchanges and the one who audits them.
//
// It judges nothing and writes nothing: each exchange goes to a sink, before
// the client can act on its answer, so that what follows from an exchange is
// seen after it. It imports the shape of traffic and nothing else of ours.
package tap

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"

	"obconform/harness/traffic"
)

// Sink takes one exchange. It may be called from many goroutines.
type Sink func(traffic.Exchange)

// keptBody is how much is kept of a body, in bytes; what passes is not bounded.
const keptBody = 1 << 20

// capture keeps the beginning of a body that goes by. It is safe for concurrent
// use: a transport may still send a request when the answer is there.
type capture struct {
	mu    sync.Mutex
	kept  []byte
	cut   bool // more went by than was kept
	whole bool // the end went by
}

func (c *capture) add(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := keptBody - len(c.kept)
	if len(data) > room {
		data, c.cut = data[:room], true
	}
	c.kept = append(c.kept, data...)
}

func (c *capture) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = true
}

// body is what is known of the body by now.
func (c *capture) body() traffic.Body {
	c.mu.Lock()
	defer c.mu.Unlock()
	body := traffic.Body{Bytes: c.kept[:len(c.kept):len(c.kept)]}
	if c.cut || !c.whole {
		body.Lack = traffic.Cut
	}
	return body
}

// decoded undoes the content coding of a body. What it cannot undo is not
// known: it is not for a tap to say that a body is wrong.
func decoded(header http.Header, body traffic.Body) traffic.Body {
	coding := strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding")))
	if coding == "" || coding == "identity" || len(body.Bytes) == 0 {
		return body
	}
	if coding != "gzip" && coding != "x-gzip" {
		return traffic.Body{Lack: traffic.Unrecorded}
	}
	in, err := gzip.NewReader(bytes.NewReader(body.Bytes))
	if err != nil {
		return traffic.Body{Lack: traffic.Unrecorded}
	}
	plain, err := io.ReadAll(io.LimitReader(in, keptBody+1))
	if len(plain) > keptBody {
		plain, body.Lack = plain[:keptBody], traffic.Cut
	}
	if err != nil {
		body.Lack = traffic.Cut
	}
	body.Bytes = plain
	return body
}

// requestOf is what a request says but for its body, as it was sent to an
// address: origin is the scheme and host of it.
func requestOf(r *http.Request, scheme, host string) traffic.Request {
	address := *r.URL
	address.Scheme, address.Host, address.User = scheme, host, nil
	request := traffic.Request{Method: r.Method, URL: &address, Header: r.Header.Clone(), CertificateKnown: r.TLS != nil}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		request.Certificate = r.TLS.PeerCertificates[0].Raw
	}
	return request
}

// schemeOf is the scheme under which a request came.
func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}
