package tpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"obconform/harness/audit"
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Prober asks a target single things outside of any spec, for one who wants to
// know whether it can be used at all. It keeps to the rate, the hosts and the
// limits of the configuration as every client does, and has no method that
// creates, changes or deletes anything but tokens.
type Prober struct{ client *Client }

// Probe is what came of one question.
type Probe struct {
	// Answer is the last answer, nil where nothing was sent.
	Answer *Answer
	// Ended says why nothing was sent, Inconclusive why no answer of the API's
	// own came; both empty where one did.
	Ended, Inconclusive string
	// Findings are what the audit found in it, redacted.
	Findings []evidence.Finding
	// Notes are remarks such as that a request was sent again, redacted.
	Notes []string
}

// NewProber is New for a prober.
func NewProber(cfg config.Config) (*Prober, error) {
	c, err := newClient(cfg, sweeping{})
	if err != nil {
		return nil, err
	}
	return &Prober{c}, nil
}

// Redact takes what is secret or personal out of a text.
func (p *Prober) Redact(text string) string { return p.client.redactor.Text(text) }

// ask asks one thing, with a record of its own.
func (p *Prober) ask(question func() *Answer) (probe Probe) {
	p.client.spec = newRecorder()
	defer func() {
		probe.Findings, probe.Notes = p.client.spec.Findings, p.client.spec.Notes
		if caught := recover(); caught != nil {
			ended, ours := caught.(halt)
			if !ours {
				panic(caught)
			}
			probe.Ended = ended.reason
		}
	}()
	answer := question()
	return Probe{Answer: answer, Inconclusive: p.Redact(answer.inconclusive)}
}

// Discovery reads the discovery document; what is asked later goes by it.
func (p *Prober) Discovery(ctx context.Context) Probe {
	return p.ask(func() *Answer {
		document := p.client.Call(ctx, contract.GetDiscovery, "")
		if document.Status == http.StatusOK && document.inconclusive == "" {
			p.client.memo["discovery"] = &remembered{value: document}
		}
		return document
	})
}

// EndpointsInUse are the members of the discovery document, as pointers without
// their first slash, that a run goes by.
func (p *Prober) EndpointsInUse() []string { return p.client.endpointsInUse() }

// Astray says where the discovery document leads that must not be called (R14),
// empty if nowhere.
func (p *Prober) Astray() string { return p.client.astray }

// Keys reads a key set (DIS-JWKS).
func (p *Prober) Keys(ctx context.Context, address string) Probe {
	return p.ask(func() *Answer { return p.client.FetchKeys(ctx, address) })
}

// Token asks for a client-credentials token of ours; the scope is as it is sent.
func (p *Prober) Token(ctx context.Context, scope string) Probe {
	return p.ask(func() *Answer {
		return p.client.TokenRequest(ctx, p.client.Self(), ClientCredentials(scope))
	})
}

// OtherToken asks for one of the second client's.
func (p *Prober) OtherToken(ctx context.Context, scope string) Probe {
	return p.ask(func() *Answer {
		other, _ := p.client.Other()
		return p.client.TokenRequest(ctx, other, ClientCredentials(scope))
	})
}

// Code trades a predefined code of consents.codes for its tokens; one that is
// good only once is used up by it. The scope is one of the contract's.
func (p *Prober) Code(ctx context.Context, code config.Secret, key, scope string) Probe {
	return p.ask(func() *Answer {
		return p.client.Exchange(ctx, p.client.PredefinedCode(code, key, scope), p.client.cfg.Client.RedirectURI)
	})
}

// Refresh trades a refresh token for others; the target may replace it, and so
// use it up. The scope is one of the contract's.
func (p *Prober) Refresh(ctx context.Context, token config.Secret, scope string) Probe {
	return p.ask(func() *Answer {
		p.client.learn(audit.AccessToken, token.Reveal())
		values := p.client.withScope(RefreshGrant(token.Reveal()), p.client.Scope(scope))
		return p.client.TokenRequest(ctx, p.client.Self(), values)
	})
}

// Accounts lists the accounts that a ready access token opens.
func (p *Prober) Accounts(ctx context.Context, token config.Secret) Probe {
	return p.ask(func() *Answer {
		p.client.learn(audit.AccessToken, token.Reveal())
		return p.client.Call(ctx, contract.ListAccounts, "", Bearer(token.Reveal()))
	})
}

// Refused says how an answer refuses, in words for a person: the status, what
// the bank gave as the reason, and how the client proved itself.
func (a *Answer) Refused() string {
	return a.client.redactor.Text(fmt.Sprintf("status %d%s", a.Status, a.reasonGiven()))
}

// Dial connects to the host of an address of the target's, through the proxy
// where one is configured. The caller closes the connection; the error is the
// network's.
func (p *Prober) Dial(ctx context.Context, address *url.URL) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Duration(p.client.cfg.Timeouts.Connect))
	defer cancel()
	if reason := p.client.forbidden(address); reason != "" {
		return nil, errors.New("not called: " + reason)
	}
	request := (&http.Request{URL: address}).WithContext(ctx)
	return p.client.dial(ctx, request, withPort(address))
}

// Proxy is the host of the proxy through which an address is called, empty
// where there is none.
func (p *Prober) Proxy(address *url.URL) string {
	if p.client.transport.Proxy == nil {
		return ""
	}
	proxy, err := p.client.transport.Proxy(&http.Request{URL: address})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}

// Handshake is what a TLS handshake has shown.
type Handshake struct {
	// State is nil where the server's own certificate was not accepted, or none
	// was received.
	State *tls.ConnectionState
	// Asked tells whether the server asked for a client certificate.
	Asked bool
	// Err is what ended the handshake. A State beside it says that we took the
	// server's certificate, and that the server ended it.
	Err error
}

// patienceForRefusal is how long a refusal of the client certificate is waited
// for: with TLS 1.3 it comes after the handshake (RFC 8446, section 4.4.2.4).
const patienceForRefusal = 3 * time.Second

// Shake shakes hands as every request to the address does.
func (p *Prober) Shake(ctx context.Context, conn net.Conn, address *url.URL) (shaken Handshake) {
	settings := p.client.transport.TLSClientConfig.Clone()
	var ticket firstTicket
	settings.ServerName, settings.ClientSessionCache = address.Hostname(), &ticket
	settings.NextProtos = map[string][]string{"1.1": {"http/1.1"}, "2": {"h2"}}[p.client.cfg.Target.HTTPVersion]
	if settings.NextProtos == nil {
		settings.NextProtos = []string{"h2", "http/1.1"}
	}
	settings.VerifyConnection = func(state tls.ConnectionState) error {
		shaken.State = &state
		return nil
	}
	ours := settings.GetClientCertificate
	settings.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		shaken.Asked = true
		if ours == nil {
			return &tls.Certificate{}, nil
		}
		return ours(info)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.client.cfg.Timeouts.Connect))
	defer cancel()
	secure := tls.Client(conn, settings)
	if shaken.Err = secure.HandshakeContext(ctx); shaken.Err != nil {
		return shaken
	}
	state := secure.ConnectionState()
	shaken.State = &state
	if state.Version >= tls.VersionTLS13 && shaken.Asked {
		ticket.came = func() { _ = secure.SetReadDeadline(time.Unix(1, 0)) } // a closed connection needs none
		shaken.Err = awaitRefusal(secure)
	}
	return shaken
}

// firstTicket is a session cache that keeps nothing and notices a ticket: a
// server gives one to a client that it has accepted (RFC 8446, section 4.6.1).
type firstTicket struct{ came func() }

// Get implements tls.ClientSessionCache.
func (*firstTicket) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

// Put implements tls.ClientSessionCache.
func (f *firstTicket) Put(_ string, state *tls.ClientSessionState) {
	if state != nil && f.came != nil {
		f.came()
	}
}

// awaitRefusal reads until the server says something: an alert is a refusal.
func awaitRefusal(conn *tls.Conn) error {
	if err := conn.SetReadDeadline(time.Now().Add(patienceForRefusal)); err != nil {
		return err
	}
	_, err := conn.Read(make([]byte, 1))
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return nil // it has given a ticket, or waits for a request
	}
	return err
}
