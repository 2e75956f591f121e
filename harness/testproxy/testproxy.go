// Package testproxy is the recording, auditing reverse proxy that stands between
// a client and a sandbox. It owns how proxy, audit trail and listener are joined,
// and the certificates that the proxy shows to clients.
//
// It writes no report and decides no exit status.
package testproxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"obconform/harness/gate"
	"obconform/harness/tap"
	"obconform/harness/tap/trail"
)

// Options say what the proxy is.
type Options struct {
	// To is the bank's origin.
	To *url.URL
	// Transport makes the requests to it: see tap.Proxy.
	Transport http.RoundTripper
	// RewriteDiscovery makes the addresses in discovery documents lead through the
	// proxy.
	RewriteDiscovery bool
	// Certificate is what clients are shown; nil for plain HTTP.
	Certificate *tls.Certificate
	// ClientCA are the authorities of which every client must have a certificate;
	// nil where none is asked for.
	ClientCA *x509.CertPool
	// HTTP2 offers HTTP/2 to clients; only with a certificate.
	HTTP2 bool
	// Gate is how both sides are judged; the sources are the proxy's to say.
	Gate gate.Options
	// Record writes exchanges down, redacted; nil for nowhere.
	Record trail.Recorder
}

// Proxy is one that serves.
type Proxy struct {
	url    string
	http   *http.Server
	judge  *gate.Judge
	trail  *trail.Trail
	served chan struct{} // closed once the listener is done
	active *tap.Active
}

// unwinding is how long requests whose connections were closed are waited for:
// they have nothing more to do than to hand on what there was.
const unwinding = 2 * time.Second

// Time-outs of a connection. Bodies have none of their own: they pass as slowly
// as they come.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 60 * time.Second
)

// Start serves the proxy at an address, such as 127.0.0.1:0. The error says which
// option makes no sense, or is a *net.OpError where the address cannot be had.
func Start(addr string, options Options) (*Proxy, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &Proxy{served: make(chan struct{})}
	scheme := "http"
	if options.Certificate != nil {
		scheme = "https"
	}
	p.url = scheme + "://" + reachable(listener.Addr().(*net.TCPAddr))
	options.Gate.Sources = []string{fmt.Sprintf("%s by way of %s", options.To, p.url)}
	if options.Gate.Run.Target == nil {
		options.Gate.Run.Target = map[string]any{"target": map[string]any{"name": options.To.Host, "baseUrl": options.To.String()}}
	}
	if p.judge, err = gate.New(options.Gate); err != nil {
		_ = listener.Close()
		return nil, err
	}
	p.trail = trail.New(trail.Options{Judge: p.judge, Record: options.Record, Lossy: true})
	passing := tap.Proxy{To: options.To, Transport: options.Transport, Sink: p.trail.See, AsksCertificates: options.ClientCA != nil}
	if options.RewriteDiscovery {
		passing.Rewrite = tap.NewDiscovery(options.To)
	}
	p.active = &tap.Active{Next: passing.Handler()}
	p.http = &http.Server{Handler: p.active, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ErrorLog: log.New(io.Discard, "", 0), DisableGeneralOptionsHandler: true}
	if options.Certificate != nil {
		listener = tls.NewListener(listener, serverTLS(options))
	}
	go func() {
		defer close(p.served)
		_ = p.http.Serve(listener) // always an error; after Close, the expected one
	}()
	return p, nil
}

func serverTLS(options Options) *tls.Config {
	config := &tls.Config{Certificates: []tls.Certificate{*options.Certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if options.HTTP2 {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	if options.ClientCA != nil {
		config.ClientCAs, config.ClientAuth = options.ClientCA, tls.RequireAndVerifyClientCert
	}
	return config
}

// reachable is an address under which clients on this machine find a listener,
// which may listen on all interfaces.
func reachable(address *net.TCPAddr) string {
	if address.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(address.Port))
	}
	return address.String()
}

// URL is the address that the proxy serves, without a trailing slash.
func (p *Proxy) URL() string { return p.url }

// Judge has what the exchanges came to; after Close, all of them.
func (p *Proxy) Judge() *gate.Judge { return p.judge }

// Counts tells how many exchanges there were, and what was found.
func (p *Proxy) Counts() trail.Counts { return p.trail.Counts() }

// Close takes no more requests, lets those that are on their way come to their
// end as long as the context allows, and returns when all are judged and written
// down. The error says what was not written down.
func (p *Proxy) Close(ctx context.Context) error {
	if p.http.Shutdown(ctx) != nil {
		_ = p.http.Close() // a client that takes longer is cut off
		p.judge.Lose(p.active.Wait(unwinding))
	}
	<-p.served
	return p.trail.Close()
}
