package mutate

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxBody bounds what is read of one body, in bytes.
const maxBody = 16 << 20

// Proxy stands between a client and a service.
type Proxy struct {
	// Upstream makes the requests to the service.
	Upstream http.RoundTripper
	// Rewrite says under which address of the proxy's each origin of the
	// service ("https://host:port") is reached, so that a client which follows
	// the addresses in answers stays with the proxy.
	Rewrite map[string]string
	// ReadOnly keeps requests that may change something from the service: those
	// of another method than GET, HEAD and OPTIONS, but for forms (RFC 6749 has
	// tokens asked for with one). They are refused here, with 403.
	ReadOnly bool

	mu        sync.Mutex
	learner   *Learner
	mutator   *Mutator
	templates Templates
	observer  string
	// fired and refused count, by observer, the answers that were changed and
	// the requests that were kept from the service.
	fired, refused map[string]int
	lost           int
}

// Learn makes the proxy show its answers to a learner.
func (p *Proxy) Learn(learner *Learner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.learner = learner
}

// Mutate makes the proxy change its answers; the templates are those of the
// catalogue that the mutation is from.
func (p *Proxy) Mutate(mutator *Mutator, templates Templates) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mutator, p.templates = mutator, templates
}

// Observe names who sees the answers from now on.
func (p *Proxy) Observe(observer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.observer = observer
}

// Fired says how many answers were changed, by observer.
func (p *Proxy) Fired() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.fired)
}

// Refused says how many requests were kept from the service, by observer.
func (p *Proxy) Refused() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.refused)
}

// Lost says how many requests the service did not answer: its connection was
// lost, or a gateway spoke in its place (502, 503, 504).
func (p *Proxy) Lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// For is the handler that stands for one origin of the service.
func (p *Proxy) For(origin *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.ReadOnly && !reads(r) {
			p.refuse(w)
			return
		}
		answer, err := p.ask(r, origin)
		p.mu.Lock()
		if err != nil || answer.Status >= http.StatusBadGateway && answer.Status <= http.StatusGatewayTimeout {
			p.lost++
		}
		p.mu.Unlock()
		if err != nil {
			hangUp(w) // the client sees what we see: no answer
			return
		}
		p.pass(r, answer).send(w)
	})
}

// reads tells whether a request changes nothing.
func reads(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	case http.MethodPost:
		return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	}
	return false
}

func (p *Proxy) refuse(w http.ResponseWriter) {
	p.mu.Lock()
	if p.refused == nil {
		p.refused = map[string]int{}
	}
	p.refused[p.observer]++
	p.mu.Unlock()
	http.Error(w, "the mutating proxy only reads", http.StatusForbidden)
}

// ask passes a request on and reads the answer whole, in no content coding.
func (p *Proxy) ask(r *http.Request, origin *url.URL) (Answer, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return Answer{}, err
	}
	target := *r.URL
	target.Scheme, target.Host = origin.Scheme, origin.Host
	out, err := http.NewRequestWithContext(r.Context(), r.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	if len(body) == 0 {
		out.Body, out.ContentLength = http.NoBody, 0
	}
	out.Header = r.Header.Clone()
	for _, name := range []string{"Accept-Encoding", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"} {
		out.Header.Del(name)
	}
	res, err := p.Upstream.RoundTrip(out)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err == nil && len(data) > maxBody {
		err = fmt.Errorf("a body of more than %d bytes", maxBody)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: data}, err
}

// pass redirects, shows and changes an answer.
func (p *Proxy) pass(r *http.Request, answer Answer) Answer {
	answer = p.redirect(answer)
	p.mu.Lock()
	defer p.mu.Unlock()
	path := r.URL.EscapedPath()
	if p.learner != nil {
		p.learner.See(r.Method, path, p.observer, answer)
	}
	if p.mutator == nil {
		return answer
	}
	if place := (Place{r.Method + " " + p.templates.Of(path), answer.Status}); place != p.mutator.mutation.Place {
		return answer
	}
	changed, done := p.mutator.Apply(answer)
	if done {
		if p.fired == nil {
			p.fired = map[string]int{}
		}
		p.fired[p.observer]++
	}
	return changed
}

// redirect makes the addresses in an answer lead through the proxy. The issuer
// (RFC 8414) is a name and no address to call; what was signed loses its
// signature when it changes.
func (p *Proxy) redirect(answer Answer) Answer {
	if len(p.Rewrite) == 0 {
		return answer
	}
	answer = answer.clone()
	if location := answer.Header.Get("Location"); location != "" {
		answer.Header.Set("Location", p.Through(location))
	}
	root, err := parse(answer.Body)
	if err != nil {
		return answer
	}
	var edits []edit
	root.walk("", func(pointer string, n *node) {
		if n.kind != isString || pointer == "/issuer" {
			return
		}
		if address := p.Through(n.text); address != n.text {
			edits = append(edits, edit{n.start, n.end, quote(address)})
		}
	})
	if len(edits) > 0 {
		(&Mutator{}).rebody(&answer, apply(answer.Body, edits))
	}
	return answer
}

// Through is an address by way of the proxy, or the text as it is.
func (p *Proxy) Through(text string) string {
	for origin, own := range p.Rewrite {
		if rest, ok := strings.CutPrefix(text, origin); ok && (rest == "" || strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "?")) {
			return own + rest
		}
	}
	return text
}

// send writes the answer.
func (a Answer) send(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range a.Header {
		if !framing[name] {
			header[name] = values
		}
	}
	if _, set := header["Content-Type"]; !set {
		header["Content-Type"] = nil // net/http guesses one unless the key is there
	}
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	body := a.Body
	if a.Cut {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body) // a client that has gone is nobody's loss
	if a.Cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // ends the connection
	}
}

func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// Server is a proxy that listens on loopback, for one origin.
type Server struct {
	// URL is its address, without a slash at its end.
	URL  string
	http *http.Server
	done chan struct{}
}

// Serve listens on a free port of loopback. The handler is asked for once the
// address is known.
func Serve(handler func(address string) (http.Handler, error)) (*Server, error) {
	listener, err := listen()
	if err != nil {
		return nil, err
	}
	server := &Server{URL: "http://" + listener.Addr().String(), done: make(chan struct{})}
	answering, err := handler(server.URL)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	server.http = &http.Server{Handler: answering, ErrorLog: silent(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(server.done)
		_ = server.http.Serve(listener) // always an error; after Close, the expected one
	}()
	return server, nil
}

// Close stops listening and drops all connections.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.done
}
