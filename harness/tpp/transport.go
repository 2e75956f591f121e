package tpp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"obconform/harness/config"
)

// NewTransport builds the transport of a target: verification on, TLS 1.2 or
// later, no automatic decompression (the audit wants the true bytes), bounded
// headers.
func NewTransport(cfg config.Config) (*http.Transport, error) {
	tlsConfig, err := newTLS(cfg.TLS)
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
		TLSClientConfig:        tlsConfig,
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

// newTLS is the TLS side of every connection to a target.
func newTLS(settings config.TLS) (*tls.Config, error) {
	authorities, err := settings.Authorities()
	if err != nil {
		return nil, err
	}
	certificate, err := settings.Certificate()
	if err != nil {
		return nil, err
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities,
		// Deletions take a connection of their own (wireTrip); most handshakes
		// are then short.
		ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if certificate != nil {
		// Whatever authorities the server names: they are hints (RFC 8446, section
		// 4.2.4), and a certificate that is silently not sent is a riddle.
		out.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return out, nil
}

// connected takes anything but 200 to a CONNECT for a refusal of the proxy's
// (RFC 9110, section 9.3.6).
func connected(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy refused to connect: it answered %d", res.StatusCode)
	}
	return nil
}
