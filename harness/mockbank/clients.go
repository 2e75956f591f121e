package mockbank

import (
	"crypto/x509"
	"net/url"
	"slices"
	"strings"
)

// Client authentication methods of the token endpoint.
const (
	methodBasic      = "client_secret_basic"
	methodPost       = "client_secret_post"
	methodPrivateKey = "private_key_jwt"
	methodTLS        = "tls_client_auth"
)

// Grant types of RFC 6749.
const (
	grantAuthorizationCode = "authorization_code"
	grantClientCredentials = "client_credentials"
	grantRefreshToken      = "refresh_token"
)

// client is one registered TPP.
type client struct {
	id, secret string
	anyMethod  bool // the predefined clients may authenticate as they like
	keys       keySet
	registered metadata
}

// metadata is what a client registered, after defaults were filled in.
type metadata struct {
	jti                     string
	issued, expires         int64 // seconds since 1970
	redirectURIs            []string
	tokenEndpointAuthMethod string
	grantTypes              []string
	responseTypes           []string
	softwareID              string
	scopes                  []string
	softwareStatement       string
	applicationType         string
	idTokenAlg              string
	requestObjectAlg        string
	tokenEndpointAuthAlg    string // "" unless the method signs
	tlsSubject              string // "" unless the method is tls_client_auth
}

// authMethods are the client authentication methods on offer.
func (b *Bank) authMethods() []string {
	methods := []string{methodBasic, methodPost, methodPrivateKey}
	if b.certs != nil {
		methods = append(methods, methodTLS)
	}
	return methods
}

// authenticateClient establishes which client calls the token endpoint. On
// failure it returns nil and the answer to give (RFC 6749 section 5.2).
func (b *Bank) authenticateClient(c *call, form url.Values) (*client, *answer) {
	methods := presentedMethods(c, form)
	if len(methods) > 1 {
		a := oauthRefusal(400, "invalid_request", "Authenticate in one way only.")
		return nil, &a
	}
	found, proven := b.proveClient(c, form, methods)
	if proven && (found.anyMethod || found.registered.tokenEndpointAuthMethod == methods[0]) {
		return found, nil
	}
	a := oauthRefusal(401, "invalid_client", "The client could not be authenticated.").
		with("WWW-Authenticate", `Basic realm="mockbank"`)
	return nil, &a
}

func presentedMethods(c *call, form url.Values) []string {
	var methods []string
	if c.request.Header.Get("Authorization") != "" {
		methods = append(methods, methodBasic)
	}
	if form.Has("client_secret") {
		methods = append(methods, methodPost)
	}
	if form.Has("client_assertion") || form.Has("client_assertion_type") {
		methods = append(methods, methodPrivateKey)
	}
	if len(methods) == 0 && form.Has("client_id") && hasClientCertificate(c.request) {
		methods = append(methods, methodTLS)
	}
	return methods
}

func (b *Bank) proveClient(c *call, form url.Values, methods []string) (*client, bool) {
	if len(methods) == 0 {
		return nil, false
	}
	id, proof := form.Get("client_id"), form.Get("client_secret")
	switch methods[0] {
	case methodBasic:
		var ok bool
		if id, proof, ok = basicCredentials(c.request); !ok || form.Has("client_id") && form.Get("client_id") != id {
			return nil, false
		}
	case methodPrivateKey:
		return b.clientOfAssertion(form)
	}
	found, ok := b.clients.get(id)
	if !ok {
		return nil, false
	}
	if methods[0] == methodTLS {
		return found, sameSubject(found.registered.tlsSubject, c.request.TLS.PeerCertificates[0])
	}
	return found, sameSecret(found.secret, proof)
}

// clientOfAssertion verifies a client assertion (RFC 7523 section 3): signed by
// the client, about itself, for this bank, still valid, and not seen before.
func (b *Bank) clientOfAssertion(form url.Values) (*client, bool) {
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return nil, false
	}
	assertion, err := parseCompact(form.Get("client_assertion"))
	if err != nil {
		return nil, false
	}
	rd := &reading{}
	id := rd.text(assertion.claims, "sub", textRule{minimum: 1})
	found, ok := b.clients.get(id)
	if !ok || !found.signsWith(found.registered.tokenEndpointAuthAlg, assertion) || !assertion.verifies(found.keys) {
		return nil, false
	}
	issuer := rd.text(assertion.claims, "iss", textRule{})
	jti := rd.text(assertion.claims, "jti", textRule{minimum: 1})
	expires, _ := rd.number(assertion.claims, "exp")
	b.checkAudience(rd, assertion.claims)
	agrees := issuer == id && (!form.Has("client_id") || form.Get("client_id") == id)
	if len(rd.problems) > 0 || !agrees || expires <= float64(b.now().Unix()) {
		return nil, false
	}
	return found, b.firstUse(id + " " + jti)
}

// signsWith tells whether a client signed with the algorithm that it registered
// for the purpose (RFC 7591 section 2, OpenID Connect Registration section 2).
func (c *client) signsWith(registered string, signed *compactJWS) bool {
	return c.anyMethod || signed.algorithm() == registered
}

// checkAudience wants aud, a string or an array, to name this bank.
func (b *Bank) checkAudience(rd *reading, claims map[string]any) {
	value, given := rd.member(claims, "aud", true)
	if !given {
		return
	}
	audiences := []any{value}
	if several, ok := value.([]any); ok {
		audiences = several
	}
	own := []string{b.issuer(), b.base, b.base + tokenPath, b.base + registrationBase + "/register"}
	for _, audience := range audiences {
		text, ok := audience.(string)
		if !ok {
			rd.complain(fieldInvalid, "aud", "The audience must be a string or an array of strings.")
			return
		}
		if slices.Contains(own, text) {
			return
		}
	}
	rd.complain(fieldInvalid, "aud", "The audience is not this bank.")
}

// firstUse remembers an identifier that must not come twice.
func (b *Bank) firstUse(id string) bool {
	if _, seen := b.usedIDs.get(id); seen {
		return false
	}
	b.usedIDs.put(id, struct{}{})
	return true
}

// sameSubject compares a registered distinguished name with a certificate's,
// whichever way round and however spaced (RFC 8705 section 2.1.2 leaves the
// comparison to RFC 4514 strings; TPPs write both orders).
func sameSubject(registered string, certificate *x509.Certificate) bool {
	want := distinguishedName(registered)
	got := distinguishedName(certificate.Subject.String())
	if slices.Equal(want, got) {
		return true
	}
	slices.Reverse(got)
	return slices.Equal(want, got)
}

func distinguishedName(text string) []string {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return parts
}
