package tpp

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"obconform/harness/config"
)

// NewTransport builds the transport of a target: verification on, TLS 1.2 or
// later, no automatic decompression (the audit wants the true bytes), bounded
// headers. It stays with HTTP/1.1, where what the bank wrote can be seen on
// the wire (COM-EMPTY).
func NewTransport(cfg config.Config) (*http.Transport, error) {
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		// Deletions take a connection of their own (wireTrip); most handshakes
		// are then short.
		ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if file := cfg.TLS.CAFile; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("tls.caFile: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.caFile: %s holds no PEM certificate", file)
		}
		tlsConfig.RootCAs = pool
	}
	if cfg.TLS.CertificateFile != "" {
		pair, err := tls.LoadX509KeyPair(cfg.TLS.CertificateFile, cfg.TLS.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.certificateFile and tls.keyFile: %w", err)
		}
		tlsConfig.Certificates = []tls.Certificate{pair}
	}
	dialer := &net.Dialer{Timeout: time.Duration(cfg.Timeouts.Connect)}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        tlsConfig,
		TLSHandshakeTimeout:    time.Duration(cfg.Timeouts.Connect),
		DisableCompression:     true,
		MaxResponseHeaderBytes: cfg.Limits.HeaderBytes,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		// A non-nil empty map keeps HTTP/2 off.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}, nil
}
