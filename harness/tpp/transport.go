package tpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"obconform/harness/config"
)

// NewTransport builds the transport of a target: verification on, TLS 1.2 or
// later, our certificate where there is one, no automatic decompression (the
// audit wants the true bytes), bounded headers. The error says which file of the
// configuration cannot be used.
func NewTransport(cfg config.Config) (*http.Transport, error) {
	certificate, err := cfg.TLS.Certificate()
	if err != nil {
		return nil, err
	}
	authorities, err := cfg.TLS.Authorities()
	if err != nil {
		return nil, err
	}
	proxy, err := proxyOf(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: time.Duration(cfg.Timeouts.Connect)}
	transport := &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: connected,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        newTLS(authorities, certificate),
		TLSHandshakeTimeout:    time.Duration(cfg.Timeouts.Connect),
		DisableCompression:     true,
		MaxResponseHeaderBytes: cfg.Limits.HeaderBytes,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		Protocols:              new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(cfg.Target.HTTPVersion != "2")
	transport.Protocols.SetHTTP2(cfg.Target.HTTPVersion != "1.1")
	return transport, nil
}

// newTLS is the TLS side of every connection to a target; nil authorities are
// the system's.
func newTLS(authorities *x509.CertPool, certificate *tls.Certificate) *tls.Config {
	out := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities,
		// Deletions take a connection of their own (wireTrip); most handshakes
		// are then short.
		ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if certificate != nil {
		// Whatever authorities the server names: they are hints (RFC 8446, section
		// 4.2.4), and a certificate that is silently not sent is a riddle.
		out.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return out
}

// connected takes anything but 200 to a CONNECT for a refusal of the proxy's
// (RFC 9110, section 9.3.6).
func connected(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy refused to connect: it answered %d", res.StatusCode)
	}
	return nil
}
