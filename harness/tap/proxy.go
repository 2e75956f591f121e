package tap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"obconform/harness/traffic"
)

// Proxy stands between clients and one server. It passes method, path, query,
// header fields, bodies, trailers and statuses through as they are, and hands
// each exchange to its sink. Only the Host field is another, and what belongs to
// one connection (RFC 9110, section 7.6.1) ends with it; net/http writes names
// of fields in their canonical spelling, sorted.
//
// Requests that are not for a reverse proxy (CONNECT, those in absolute form,
// upgrades to another protocol) are refused and handed to nobody.
type Proxy struct {
	// To is the server's origin: scheme and host.
	To *url.URL
	// Transport makes the requests to it. It must leave content codings alone.
	Transport http.RoundTripper
	// AsksCertificates says that clients were asked for a certificate: only then
	// does it mean something that one has none.
	AsksCertificates bool
	// Sink takes each exchange, as the server saw it, before the last byte of its
	// answer leaves.
	Sink Sink
	// Rewrite may change an answer on its way to the client; the sink sees it as
	// it came. Nil changes none.
	Rewrite Rewriter
	// Log receives what cannot be said to a client; nil drops it.
	Log *log.Logger
}

// Rewriter changes the body of an answer for a client that reached the proxy at
// an origin. It answers false for one that it leaves alone, and is only asked
// about bodies that were kept whole.
type Rewriter interface {
	// Wants tells, by the exchange without a body, whether the body is of interest.
	Wants(traffic.Exchange) bool
	// Rewritten is the body for the client.
	Rewritten(x traffic.Exchange, origin string) (body []byte, changed bool)
}

// Handler is what serves the clients.
func (p Proxy) Handler() http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite: p.redirect, Transport: p.Transport, ModifyResponse: p.answered, ErrorHandler: p.failed,
		FlushInterval: -1, // at once: half an answer is an answer's half to the client too
		ErrorLog:      p.logger(), BufferPool: &bufferPool{sync.Pool{New: func() any { return new([32 << 10]byte) }}},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reason := foreign(r); reason != "" {
			refuse(w, http.StatusNotImplemented, reason)
			return
		}
		seen := &passing{sight: sight{sink: p.Sink, exchange: traffic.Exchange{Started: time.Now(), Connection: r.RemoteAddr,
			Request: requestOf(r, p.To.Scheme, p.To.Host)}}, origin: schemeOf(r) + "://" + r.Host}
		seen.exchange.Request.CertificateKnown = p.AsksCertificates
		if r.ContentLength != 0 {
			r.Body = &watchedBody{ReadCloser: r.Body, seen: &seen.request, length: r.ContentLength}
		} else {
			seen.request.end()
		}
		// An answer may come before the request's end; a connection that cannot is
		// none of HTTP/1's, or can anyway.
		_ = http.NewResponseController(w).EnableFullDuplex()
		// What the server does not say, net/http must not make up.
		w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
		reverse.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), passingKey{}, seen)))
	})
}

// passing is one exchange while it passes.
type passing struct {
	sight
	request capture
	// origin is that by which the client reached the proxy.
	origin string
}

// passingKey finds the exchange in the context of its request.
type passingKey struct{}

func passingOf(r *http.Request) *passing {
	seen, _ := r.Context().Value(passingKey{}).(*passing) // Handler puts it there
	return seen
}

// tell hands the exchange on, with as much of its request as went by.
func (p *passing) tell() {
	p.exchange.Request.Body = p.request.body()
	p.sight.tell()
}

// foreign says why a request is none for a reverse proxy; empty if it is one.
func foreign(r *http.Request) string {
	switch {
	case r.Method == http.MethodConnect || r.URL.IsAbs():
		return "this is a reverse proxy: give your client its address in the place of the bank's, and not as an HTTP proxy"
	case r.Header.Get("Upgrade") != "":
		return "this proxy does not pass on upgrades to another protocol"
	}
	return ""
}

// refuse answers in the proxy's own name.
func refuse(w http.ResponseWriter, status int, reason string) {
	http.Error(w, "obconform proxy: "+reason, status)
}

// forwarding are fields that httputil takes away; they are the client's.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}

// redirect sends a request to the server, its path and query as they were
// written.
func (p Proxy) redirect(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = p.To.Scheme, p.To.Host, p.To.Host
	path, query, found := strings.Cut(r.In.RequestURI, "?")
	r.Out.URL.RawQuery, r.Out.URL.ForceQuery = query, found
	if !strings.HasPrefix(path, "//") { // an opaque address that begins so names a host
		r.Out.URL.Opaque = path
	}
	r.Out.Trailer = r.In.Trailer // filled when the body has ended
	for _, name := range forwarding {
		if values, sent := r.In.Header[name]; sent {
			r.Out.Header[name] = values
		}
	}
}

// answered watches an answer on its way.
func (p Proxy) answered(response *http.Response) error {
	seen := passingOf(response.Request)
	seen.exchange.Response = &traffic.Response{Status: response.StatusCode, Header: response.Header.Clone()}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return errors.New("the bank switched to another protocol")
	}
	if p.Rewrite != nil && p.Rewrite.Wants(seen.exchange) {
		return p.rewrite(response, seen)
	}
	body := &watchedAnswer{ReadCloser: response.Body, seen: seen, length: response.ContentLength}
	if response.Body == http.NoBody || response.ContentLength == 0 || response.Request.Method == http.MethodHead {
		body.end(true)
	}
	response.Body = body
	return nil
}

// rewrite reads an answer whole and passes it on as the rewriter wants it.
func (p Proxy) rewrite(response *http.Response, seen *passing) error {
	data, err := io.ReadAll(io.LimitReader(response.Body, keptBody+1))
	if err == nil && len(data) > keptBody {
		err = fmt.Errorf("it is longer than %d bytes", keptBody)
	}
	if err != nil {
		return fmt.Errorf("the answer cannot be read whole: %w", err)
	}
	body := decoded(response.Header, traffic.Body{Bytes: data})
	seen.exchange.Response.Body = body
	seen.tell()
	if body.Whole() {
		if changed, did := p.Rewrite.Rewritten(seen.exchange, seen.origin); did {
			data = changed
			response.Header.Del("Content-Encoding")
		}
	}
	response.Header.Set("Content-Length", fmt.Sprint(len(data)))
	response.ContentLength = int64(len(data))
	response.Body = struct {
		io.Reader
		io.Closer
	}{strings.NewReader(string(data)), response.Body}
	return nil
}

// failed answers for a server that does not.
func (p Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	seen := passingOf(r)
	reason := "the bank cannot be reached: " + err.Error()
	if r.Context().Err() != nil {
		reason = "the client went away"
	}
	seen.exchange.Response, seen.exchange.Err = nil, reason
	seen.tell()
	refuse(w, http.StatusBadGateway, reason)
}

func (p Proxy) logger() *log.Logger {
	if p.Log != nil {
		return p.Log
	}
	return log.New(io.Discard, "", 0)
}

// watchedBody is a request's body while it is sent on.
type watchedBody struct {
	io.ReadCloser
	seen   *capture
	length int64 // -1 where it is not announced
	read   int64
}

func (b *watchedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.seen.add(into[:n])
	if b.read += int64(n); err == io.EOF || b.read == b.length {
		b.seen.end()
	}
	return n, err
}

// watchedAnswer is an answer's body while it is sent on.
type watchedAnswer struct {
	io.ReadCloser
	seen   *passing
	kept   capture
	length int64
	read   int64
}

func (a *watchedAnswer) Read(into []byte) (int, error) {
	n, err := a.ReadCloser.Read(into)
	a.kept.add(into[:n])
	a.read += int64(n)
	switch {
	case err == io.EOF || a.read == a.length:
		a.end(true)
	case err != nil:
		a.seen.exchange.Err = "the bank's answer broke off: " + err.Error()
		a.end(false)
	}
	return n, err
}

// Close ends an answer that its client no longer wanted, if it has not ended.
func (a *watchedAnswer) Close() error {
	if !a.seen.told {
		a.seen.exchange.Err = "the client went away"
		a.end(false)
	}
	return a.ReadCloser.Close()
}

// end hands the exchange on.
func (a *watchedAnswer) end(whole bool) {
	if whole {
		a.kept.end()
	}
	a.seen.exchange.Response.Body = decoded(a.seen.exchange.Response.Header, a.kept.body())
	a.seen.tell()
}

// bufferPool saves the buffers in which bodies are copied.
type bufferPool struct{ pool sync.Pool }

func (b *bufferPool) Get() []byte { return b.pool.Get().(*[32 << 10]byte)[:] }

func (b *bufferPool) Put(buffer []byte) { b.pool.Put((*[32 << 10]byte)(buffer)) }
