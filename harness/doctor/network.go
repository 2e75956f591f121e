package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"obconform/harness/tpp"
)

// connection is what the steps below HTTP have seen of the target's hosts.
type connection struct {
	base   *url.URL
	shaken tpp.Handshake
	asks   map[string]bool // for a client certificate, by host
}

func (e *examination) hostName(ctx context.Context) finding {
	base, err := url.Parse(e.cfg.Target.BaseURL)
	if err != nil { // it was checked when it was read
		return fail(Configuration, "mend target.baseUrl", "target.baseUrl cannot be read")
	}
	e.base = base
	if proxy := e.prober.Proxy(base); proxy != "" {
		return skip("the proxy %s looks it up", proxy)
	}
	name := base.Hostname()
	if net.ParseIP(name) != nil {
		return fine("%s is an address, there is nothing to look up", name)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(e.cfg.Timeouts.Connect))
	defer cancel()
	addresses, err := e.lookup(ctx, name)
	if err != nil {
		return fail(Environment, "check the spelling of target.baseUrl, and whether this machine's DNS knows the name (a VPN, or proxy.url, may be needed)",
			"%s cannot be looked up: %s", name, lookupReason(err))
	}
	return fine("%s is %s", name, strings.Join(addresses[:min(len(addresses), 4)], ", "))
}

func lookupReason(err error) string {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return err.Error()
	case dns.IsTimeout:
		return "the name server does not answer in time"
	case dns.IsNotFound:
		return "no such host"
	}
	return dns.Err
}

// connect only tries: the connection that stays is the handshake's.
func (e *examination) connect(ctx context.Context) finding {
	conn, err := e.prober.Dial(ctx, e.base)
	if err != nil {
		return dialFailed(e.base, e.prober.Proxy(e.base), err)
	}
	defer func() { _ = conn.Close() }()
	if proxy := e.prober.Proxy(e.base); proxy != "" {
		return fine("the proxy %s connects to %s", proxy, e.base.Host)
	}
	return fine("%s accepts connections", conn.RemoteAddr())
}

func dialFailed(address *url.URL, proxy string, err error) finding {
	do := "check host and port of target.baseUrl, whether the target is up, and whether a firewall lets this machine out"
	through := ""
	if proxy != "" {
		do, through = "check proxy.url, proxy.user and proxy.password, and whether the proxy may reach the target", " through the proxy "+proxy
	}
	var network net.Error
	reason := err.Error()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		reason = "the connection is refused: nothing listens there"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		reason = "no answer within timeouts.connect"
	}
	return fail(Environment, do, "%s cannot be reached%s: %s", address.Host, through, reason)
}

func (e *examination) tls(ctx context.Context) finding {
	if e.base.Scheme != "https" {
		return skip("target.baseUrl is plain http, for loopback alone")
	}
	conn, err := e.prober.Dial(ctx, e.base)
	if err != nil {
		return dialFailed(e.base, e.prober.Proxy(e.base), err)
	}
	defer func() { _ = conn.Close() }()
	e.shaken = e.prober.Shake(ctx, conn, e.base)
	if e.shaken.State == nil {
		return tlsFailed(e.base.Hostname(), e.shaken.Err)
	}
	if e.shaken.Err != nil && !aboutCertificate(e.shaken) {
		return tlsFailed(e.base.Hostname(), e.shaken.Err)
	}
	return e.served(e.shaken.State)
}

// served describes a handshake that shows the server's good certificate.
func (e *examination) served(state *tls.ConnectionState) finding {
	leaf := state.PeerCertificates[0]
	f := fine("%s, %s", tls.VersionName(state.Version), orNone(state.NegotiatedProtocol, "HTTP/1.1 (no protocol was agreed on)"))
	if chain := state.VerifiedChains; len(chain) > 0 {
		f = f.with("the server's certificate %q is good for %s until %s, by the authority %q", leaf.Subject, e.base.Hostname(), day(leaf.NotAfter), chain[0][len(chain[0])-1].Subject)
	}
	if e.cfg.Target.HTTPVersion == "2" && state.NegotiatedProtocol != "h2" {
		f = f.worsen(Environment, allowHTTP1, "the server does not offer HTTP/2, and target.httpVersion is 2")
	}
	if left := leaf.NotAfter.Sub(e.now()); left < 14*24*time.Hour {
		f = f.warn("tell the bank", "the server's certificate ends in %d days", int(left.Hours()/24))
	}
	return f
}

const allowHTTP1 = "set target.httpVersion to auto"

func orNone(text, none string) string {
	if text == "" {
		return none
	}
	return text
}

// tlsFailed says what is wrong with the server's certificate, or what else ended
// the handshake.
func tlsFailed(host string, err error) finding {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &authority):
		do := "set tls.caFile to the root certificate (PEM) of the authority that the target's certificate is from, beside the intermediate ones if the server does not send them"
		if authority.Cert != nil {
			return fail(Environment, do, "the server's certificate %q, issued by %q, is from an authority that is not trusted", authority.Cert.Subject, authority.Cert.Issuer)
		}
		return fail(Environment, do, "the server's certificate is from an authority that is not trusted")
	case errors.As(err, &name):
		names := strings.Join(name.Certificate.DNSNames, ", ")
		for _, ip := range name.Certificate.IPAddresses {
			names = strings.Trim(names+", "+ip.String(), ", ")
		}
		return fail(Environment, "call the target by a name that its certificate has (target.baseUrl), or look who answers there: a proxy, another service",
			"the server's certificate is not for %s but for %s", host, orNone(names, "no name at all"))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fail(Environment, "check this machine's clock; if it is right, the bank has to renew its certificate",
			"the server's certificate is in force from %s until %s alone", day(invalid.Cert.NotBefore), day(invalid.Cert.NotAfter))
	case errors.As(err, &record):
		return fail(Environment, "check scheme and port of target.baseUrl", "what answers there does not speak TLS")
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return fail(Environment, "look whether a firewall or proxy lets TLS through", "the handshake was not over within timeouts.connect")
	case alerted(err) && strings.Contains(err.Error(), "no application protocol"):
		return fail(Environment, allowHTTP1, "the server does not speak the version of HTTP that target.httpVersion names")
	case alerted(err) && strings.Contains(err.Error(), "protocol version"):
		return fail(Environment, "the bank has to offer TLS 1.2 or later", "the server offers no version of TLS that is acceptable: %v", err)
	}
	return fail(Environment, "look what stands between here and the target: a proxy, a firewall, a service that is no HTTPS server; or which host name the server wants", "the TLS handshake failed: %v", err)
}

// alerted tells an alert of the other side's from an error of ours.
func alerted(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

// aboutCertificate tells whether what ended a handshake, after we had taken the
// server's certificate, is most likely that the server did not take ours: it
// asked for one, and then sent an alert or hung up.
func aboutCertificate(shaken tpp.Handshake) bool {
	err := shaken.Err
	hungUp := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	return shaken.State != nil && shaken.Asked && (alerted(err) || hungUp)
}

func (e *examination) mutual(context.Context) finding {
	if e.base.Scheme != "https" {
		return skip("there is no TLS")
	}
	return e.presented(e.base.Host, e.shaken)
}

// presented says what became of our certificate at a host.
func (e *examination) presented(host string, shaken tpp.Handshake) finding {
	e.asks[host] = shaken.Asked
	pair, _ := e.cfg.TLS.Certificate() // which was read before
	switch {
	case !shaken.Asked && pair == nil:
		return fine("%s does not ask for one, and none is configured", host)
	case !shaken.Asked:
		return fine("%s does not ask for one", host)
	case shaken.Err == nil && pair == nil:
		return fine("%s asks for one and goes on without", host)
	case shaken.Err == nil:
		return fine("%s asked for it and took it", host)
	case pair == nil:
		return fail(Environment, "set tls.certificateFile and tls.keyFile, or tls.pkcs12File", "%s wants a client certificate, and none is configured: %v", host, shaken.Err)
	}
	return fail(Environment, refusedCertificate(pair.Leaf, shaken.Err), "%s did not take the certificate %q: %v", host, pair.Leaf.Subject, shaken.Err)
}

// refusedCertificate says what to do by the alert that came (RFC 8446, section
// 6.2).
func refusedCertificate(leaf *x509.Certificate, err error) string {
	switch text := err.Error(); {
	case strings.Contains(text, "unknown certificate authority"), strings.Contains(text, "unknown authority"):
		return fmt.Sprintf("the target does not know %q: use a certificate of the directory that it trusts, and put the intermediate certificates behind it in tls.certificateFile", leaf.Issuer)
	case strings.Contains(text, "expired"):
		return "the target counts it as expired: compare the clocks"
	case strings.Contains(text, "revoked"):
		return "it has been revoked: get another one"
	}
	return "check that it is the transport certificate of the right directory (sandbox or production), with its intermediate certificates in tls.certificateFile, and that the bank has let it in"
}
