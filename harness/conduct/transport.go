package conduct

import (
	"net/netip"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// carriesCredential tells whether what the request is for, or how it was sent,
// makes it worth something to an eavesdropper.
func (e *examination) carriesCredential() bool {
	return e.auth.present || e.is(contract.RequestToken, contract.Authorize) || e.op.Group == contract.RegistrationPath && e.op.ID != ""
}

// CLI-TLS. Names without a dot and private addresses are those of one machine or
// of one test network, where a test bank listens without TLS.
func holdTLS(e *examination) {
	if !e.carriesCredential() {
		return
	}
	switch scheme := e.req.URL.Scheme; {
	case scheme == "http" && !isNear(e.req.URL.Hostname()):
		e.breach("scheme", "https", "http, to "+quote(e.req.URL.Hostname()))
	case scheme == "http", scheme == "https":
		e.met()
	}
}

// nearDomains are reserved for names that mean nothing outside (RFC 6761, RFC 6762,
// and ICANN's reservation of internal).
var nearDomains = []string{".localhost", ".test", ".local", ".internal"}

func isNear(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsUnspecified()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(host, ".") || slices.ContainsFunc(nearDomains, func(domain string) bool { return strings.HasSuffix(host, domain) })
}

// CLI-CERTIFICATE.
func holdCertificate(e *examination) {
	if !e.api && e.op.ID != contract.RequestToken || !e.req.CertificateKnown || e.req.URL.Scheme != "https" {
		return
	}
	if len(e.req.Certificate) == 0 {
		e.breach("certificate", "a client certificate", "none was presented")
		return
	}
	e.met()
}

// hasQuery tells whether the query has a parameter, without parsing it where it
// does not.
func (e *examination) hasQuery(name string) bool {
	raw := e.req.URL.RawQuery
	return (strings.Contains(raw, name) || strings.Contains(raw, "%")) && e.req.URL.Query().Has(name)
}

// CLI-URL-TOKEN. That a token stands there is a breach whatever its value.
func holdURLToken(e *examination) {
	if !e.api || e.op.Token == contract.NoToken {
		return
	}
	if where := e.tokenInURL(); where != "" {
		e.leaks = true
		e.breach(where, "the token in the Authorization header", "a token in the URL")
		return
	}
	e.met()
}

// tokenInURL is where the URL has an access token, empty for nowhere: under the
// name that is meant for it, or under any name the request's own, or one that the
// bank has issued.
func (e *examination) tokenInURL() string {
	if e.hasQuery("access_token") {
		return "query access_token"
	}
	if e.isAccessToken(e.route.Resource) {
		return "path"
	}
	if e.req.URL.RawQuery == "" {
		return ""
	}
	query := e.req.URL.Query()
	for _, name := range sortedKeys(query) {
		if e.isAccessToken(name) {
			return "query" // without the name, which is the token
		}
		if slices.ContainsFunc(query[name], e.isAccessToken) {
			return "query " + name
		}
	}
	return ""
}

// isAccessToken tells whether a text is the request's token, or one whose issue
// was seen.
func (e *examination) isAccessToken(text string) bool {
	if scheme, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "bearer") {
		text = strings.TrimSpace(rest)
	}
	if text == "" || e.withheld(text) {
		return false
	}
	if e.auth.scheme == "bearer" && text == e.auth.value {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	life, known := e.memory.tokens.get(e.memory.of(text))
	return known && life.issued
}

// CLI-URL-SECRET. A code belongs into the URL on its way to the client, not on
// its way to the bank.
func holdURLSecret(e *examination) {
	if _, password := userinfo(e); password {
		e.breach("userinfo", "no credentials in the URL", "a user and a password")
	}
	oauth := e.is(contract.RequestToken, contract.Authorize)
	for _, name := range []string{"client_secret", "client_assertion", "refresh_token", "code"} {
		if (oauth || name != "code") && e.hasQuery(name) {
			e.breach("query "+name, "no such parameter in the URL", "one")
		}
	}
	if oauth {
		e.met()
	}
}

func userinfo(e *examination) (user string, password bool) {
	if e.req.URL.User == nil {
		return "", false
	}
	_, password = e.req.URL.User.Password()
	return e.req.URL.User.Username(), password
}
