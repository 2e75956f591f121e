package mockbank

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Server is a bank that listens.
type Server struct {
	url    string
	http   *http.Server
	served chan struct{} // closed once the listener is done
}

// Time-outs of a connection: generous for tests, finite for forgotten clients.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = 60 * time.Second
)

// Start listens on addr, such as 127.0.0.1:0, and serves until Close. Without
// Options.BaseURL the bank takes the listener's address for its own from then
// on. It returns an error when it cannot listen or make a server certificate.
func (b *Bank) Start(addr string) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("mock bank: listen: %w", err)
	}
	scheme := "http"
	if b.certs != nil {
		settings, err := b.certs.serverConfig(listener.Addr().(*net.TCPAddr).IP.String(), hostOf(b.options.BaseURL))
		if err != nil {
			_ = listener.Close()
			return nil, fmt.Errorf("mock bank: %w", err)
		}
		if b.options.RequireClientCert {
			settings.ClientAuth = tls.RequireAndVerifyClientCert
		}
		if b.options.HTTP2 {
			settings.NextProtos = []string{"h2", "http/1.1"}
		}
		scheme, listener = "https", tls.NewListener(listener, settings)
	}
	server := &Server{
		url:    scheme + "://" + reachable(listener.Addr().(*net.TCPAddr)),
		served: make(chan struct{}),
		http: &http.Server{
			Handler: b.Handler(), ErrorLog: b.logger(),
			ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		},
	}
	if b.options.BaseURL == "" {
		b.mu.Lock()
		b.base = server.url
		b.mu.Unlock()
	}
	go func() {
		defer close(server.served)
		_ = server.http.Serve(listener) // always an error; after Close, the expected one
	}()
	return server, nil
}

// URL is the address that the server listens on, without a trailing slash.
func (s *Server) URL() string { return s.url }

// Close stops listening, drops all connections and waits for the listener.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.served
	return err
}

// Shutdown stops listening, waits for the requests that are being answered as
// long as the context allows, and drops what is left; the error is then the
// context's.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close() // what is said is that time was up
	}
	<-s.served
	return err
}

// reachable is an address under which clients on this machine find a listener,
// which may listen on all interfaces.
func reachable(address *net.TCPAddr) string {
	if address.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(address.Port))
	}
	return address.String()
}

func (b *Bank) logger() *log.Logger {
	if b.options.Log != nil {
		return b.options.Log
	}
	return log.New(io.Discard, "", 0)
}

func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}
