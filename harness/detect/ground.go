package detect

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"obconform/harness/config"
	"obconform/harness/detect/mutate"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/tpp"
)

// ground is where a trial takes place: a bank, perhaps with the mutating proxy
// in front of it, and the configuration that leads there.
type ground struct {
	config  config.Config
	options []tpp.Option   // of the client
	bank    *mockbank.Bank // nil where the bank is not ours
	proxy   *mutate.Proxy  // nil where there is none
	tidies  bool           // what the suites leave must be deleted
	closes  []func()
}

func (g *ground) close() {
	for i := len(g.closes) - 1; i >= 0; i-- {
		g.closes[i]()
	}
}

// inFront makes what a client meets out of the bank's own handler.
type inFront func(bank http.Handler) http.Handler

// newMockGround starts a mock bank over plain http, with something in front of
// it or as it is.
func newMockGround(options mockbank.Options, front inFront) (*ground, error) {
	g := &ground{}
	if err := g.serve(options, front); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

func (g *ground) serve(options mockbank.Options, front inFront) error {
	address, err := g.listen(options, front)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "obconform-trial-")
	if err != nil {
		return err
	}
	g.closes = append(g.closes, func() { _ = os.RemoveAll(dir) })
	file, err := embedded.WriteCredentials(dir, "mock bank on trial", address, g.bank.Credentials())
	if err != nil {
		return err
	}
	if g.config, err = config.Load(file, nil); err != nil {
		return fmt.Errorf("the configuration of the bank on trial: %w", err)
	}
	g.config.Timeouts.Request = config.Duration(requestTime)
	return nil
}

// listen starts the bank and answers where it is met.
func (g *ground) listen(options mockbank.Options, front inFront) (address string, err error) {
	if front == nil {
		if g.bank, err = mockbank.New(options); err != nil {
			return "", err
		}
		server, err := g.bank.Start("127.0.0.1:0")
		if err != nil {
			return "", err
		}
		g.closes = append(g.closes, func() { _ = server.Close() })
		return server.URL(), nil
	}
	server, err := mutate.Serve(func(address string) (http.Handler, error) {
		options.BaseURL = address
		if g.bank, err = mockbank.New(options); err != nil {
			return nil, err
		}
		return front(g.bank.Handler()), nil
	})
	if err != nil {
		return "", err
	}
	g.closes = append(g.closes, server.Close)
	return server.URL, nil
}

// newMutatingGround puts the mutating proxy in front of a mock bank. The two
// meet in memory: between them there is nothing to be seen.
func newMutatingGround(options mockbank.Options) (*ground, error) {
	proxy := &mutate.Proxy{}
	g, err := newMockGround(options, func(bank http.Handler) http.Handler {
		proxy.Upstream = inMemory{bank}
		return proxy.For(&url.URL{Scheme: "http", Host: "bank"})
	})
	if err != nil {
		return nil, err
	}
	g.proxy = proxy
	return g, nil
}

// inMemory makes requests to a handler without a connection.
type inMemory struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper; it never fails.
func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &memoryWriter{header: http.Header{}, status: http.StatusOK}
	m.handler.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), Request: r}, nil
}

type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *memoryWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *memoryWriter) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *memoryWriter) Write(data []byte) (int, error) { return w.body.Write(data) }
