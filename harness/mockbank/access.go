package mockbank

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authenticate establishes who calls (COM-401-*). It fills in c.client and, for
// bearers, c.token.
func (b *Bank) authenticate(c *call) *answer {
	switch c.op.auth {
	case anybody:
		return nil
	case clientCertificate:
		if b.certs == nil || hasClientCertificate(c.request) {
			return nil
		}
		a := forbidden(problem{code: "Mockbank.ClientCertificate.Missing", message: "Registration needs mutual TLS."})
		return &a
	case registeredClient:
		if b.basicClient(c) || b.bearer(c) {
			return nil
		}
	default:
		if b.bearer(c) {
			return nil
		}
	}
	challenge := ""
	if c.request.Header.Get("Authorization") != "" {
		challenge = "invalid_token"
	}
	a := c.unauthorised(challenge)
	return &a
}

// unauthorised answers 401 with the challenges that the operation understands
// (COM-WWW-AUTHENTICATE). The error is left out when no credentials came at all
// (RFC 6750 section 3.1).
func (c *call) unauthorised(bearerError string) answer {
	bearer := `Bearer realm="mockbank"`
	if bearerError != "" {
		bearer += `, error="` + bearerError + `"`
	}
	a := reply(http.StatusUnauthorized, nil).with("WWW-Authenticate", bearer)
	if c.op.auth == registeredClient {
		a = a.with("WWW-Authenticate", `Basic realm="mockbank"`)
	}
	return a
}

// credentials splits the single Authorization header into scheme, in lower case,
// and value.
func credentials(r *http.Request) (scheme, value string) {
	fields := r.Header.Values("Authorization")
	if len(fields) != 1 {
		return "", ""
	}
	scheme, value, _ = strings.Cut(fields[0], " ")
	return strings.ToLower(scheme), strings.TrimLeft(value, " ")
}

// bearer finds the living token that the request presents, and its client.
func (b *Bank) bearer(c *call) bool {
	scheme, value := credentials(c.request)
	if scheme != "bearer" {
		return false
	}
	presented, ok := b.tokens.get(value)
	if !ok || !b.now().Before(presented.expires) {
		return false
	}
	// The client may have been deleted since (DCR-DELETE-GONE).
	owner, ok := b.clients.get(presented.clientID)
	if !ok {
		return false
	}
	c.token, c.client = presented, owner
	return true
}

// basicClient finds the client whose identifier and secret the request presents.
func (b *Bank) basicClient(c *call) bool {
	id, secret, ok := basicCredentials(c.request)
	if !ok {
		return false
	}
	found, ok := b.clients.get(id)
	if !ok || !sameSecret(found.secret, secret) {
		return false
	}
	c.client = found
	return true
}

// basicCredentials reads HTTP Basic with the form encoding that RFC 6749
// section 2.3.1 puts around identifier and secret.
func basicCredentials(r *http.Request) (id, secret string, ok bool) {
	scheme, value := credentials(r)
	if scheme != "basic" {
		return "", "", false
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(decoded), ":")
	if !ok {
		return "", "", false
	}
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	return id, secret, errID == nil && errSecret == nil
}

func sameSecret(want, got string) bool {
	return subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

func hasClientCertificate(r *http.Request) bool {
	return r.TLS != nil && len(r.TLS.PeerCertificates) > 0
}

// authorised decides whether the caller may use this operation at all
// (COM-403-*), before anything of the request is looked at.
func (b *Bank) authorised(c *call) *answer {
	var reason string
	switch c.op.auth {
	case clientCredentials, authorisationCode:
		reason = c.tokenUnfit()
	case registeredClient:
		reason = c.registrationUnfit()
	}
	if reason == "" {
		return nil
	}
	a := forbidden(problem{code: headerInvalid, message: reason, path: "Authorization"})
	return &a
}

func (c *call) tokenUnfit() string {
	if c.token.grant != c.op.auth {
		return "The access token comes from a grant that does not open this operation."
	}
	if !slices.Contains(c.token.scopes, c.op.scope) {
		return "The access token has not the scope of this operation."
	}
	return ""
}

// registrationUnfit treats another client's registration and one that does not
// exist alike, so that nobody learns which identifiers are in use.
func (c *call) registrationUnfit() string {
	if c.token != nil && c.token.grant != clientCredentials {
		return "Registration management needs a client-credentials token."
	}
	if c.client.id != c.id {
		return "The credentials are not those of this registration."
	}
	return ""
}
