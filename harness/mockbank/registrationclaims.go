package mockbank

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// clockTolerance is how far a client's clock may be ahead, in seconds.
const clockTolerance = 60

// readClaims checks the claims of a registration request after Open Banking
// Dynamic Client Registration v3.2, and fills in defaults.
func (b *Bank) readClaims(rd *reading, claims map[string]any, statement *softwareStatement) metadata {
	now := b.now()
	b.checkAudience(rd, claims)
	b.checkTimes(rd, claims)
	if id := rd.text(claims, "software_id", textRule{optional: true, minimum: 1}); id != "" && id != statement.softwareID {
		rd.complain(fieldInvalid, "software_statement", "The statement is about other software.")
	}
	if issuer := rd.text(claims, "iss", textRule{minimum: 1}); issuer != "" && issuer != statement.softwareID {
		rd.complain(fieldInvalid, "iss", "The issuer must be the software.")
	}
	asked := metadata{
		jti:        rd.text(claims, "jti", textRule{minimum: 1}),
		issued:     now.Unix(),
		expires:    now.Add(registrationLifetime).Unix(),
		softwareID: statement.softwareID,
		// The bank signs PS256 alone.
		idTokenAlg:              rd.choice(claims, "id_token_signed_response_alg", true, string(jose.PS256)),
		requestObjectAlg:        rd.choice(claims, "request_object_signing_alg", true, algorithmNames()...),
		tokenEndpointAuthAlg:    rd.choice(claims, "token_endpoint_auth_signing_alg", false, algorithmNames()...),
		tokenEndpointAuthMethod: rd.choice(claims, "token_endpoint_auth_method", true, b.authMethods()...),
		applicationType:         rd.choice(claims, "application_type", true, "web", "mobile"),
		tlsSubject:              rd.text(claims, "tls_client_auth_subject_dn", textRule{optional: true, minimum: 1}),
	}
	if asked.jti != "" && !isUUID(asked.jti) {
		rd.complain(fieldInvalid, "jti", "The identifier must be a UUID.")
	}
	rd.readGrants(claims, &asked)
	rd.readScope(claims, statement, &asked)
	rd.readRedirects(claims, statement, &asked)
	rd.fitMethod(&asked)
	return asked
}

// checkTimes wants exp in the future and iat not in it (DCR-400-TIME).
func (b *Bank) checkTimes(rd *reading, claims map[string]any) {
	now := float64(b.now().Unix())
	if expires, given := rd.number(claims, "exp"); given && expires <= now {
		rd.complain(fieldInvalid, "exp", "The request has expired.")
	}
	if issued, given := rd.number(claims, "iat"); given && issued > now+clockTolerance {
		rd.complain(fieldInvalid, "iat", "The request is from the future.")
	}
}

// choice returns a string claim that must have one of a few values.
func (rd *reading) choice(claims map[string]any, name string, required bool, values ...string) string {
	before := len(rd.problems)
	text := rd.text(claims, name, textRule{optional: !required})
	_, given := claims[name]
	if given && len(rd.problems) == before && !slices.Contains(values, text) {
		rd.complain(fieldInvalid, name, "The value is not supported.")
	}
	return text
}

// choices returns an array claim whose elements must be among a few values.
func (rd *reading) choices(claims map[string]any, name string, required bool, values ...string) []string {
	chosen := unique(rd.texts(claims, name, required))
	for _, one := range chosen {
		if !slices.Contains(values, one) {
			rd.complain(fieldInvalid, name, "A value is not supported.")
		}
	}
	return chosen
}

func (rd *reading) readGrants(claims map[string]any, asked *metadata) {
	asked.grantTypes = rd.choices(claims, "grant_types", true, grantAuthorizationCode, grantClientCredentials, grantRefreshToken)
	asked.responseTypes = rd.choices(claims, "response_types", false, responseTypeCode, responseTypeHybrid)
	if asked.responseTypes == nil && slices.Contains(asked.grantTypes, grantAuthorizationCode) {
		asked.responseTypes = []string{responseTypeHybrid}
	}
}

func (rd *reading) readScope(claims map[string]any, statement *softwareStatement, asked *metadata) {
	text := rd.text(claims, "scope", textRule{optional: true})
	_, given := claims["scope"]
	scopes, granted := narrowed(statement.scopes, text)
	if !granted || given && strings.TrimSpace(text) == "" {
		rd.complain(fieldInvalid, "scope", "The software statement does not grant this scope.")
	}
	asked.scopes = scopes
}

func (rd *reading) readRedirects(claims map[string]any, statement *softwareStatement, asked *metadata) {
	asked.redirectURIs = unique(rd.texts(claims, "redirect_uris", false))
	for _, redirect := range asked.redirectURIs {
		if !isRedirectURI(redirect) || !slices.Contains(statement.redirectURIs, redirect) {
			rd.complain(fieldInvalid, "redirect_uris", "A redirect URI is not permitted.")
		}
	}
	if asked.redirectURIs == nil {
		asked.redirectURIs = statement.redirectURIs
	}
}

// isRedirectURI wants an absolute https URI, not on the own machine, without a
// fragment (DCR-400-REDIRECT).
func isRedirectURI(text string) bool {
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "https" || strings.Contains(text, "#") {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(address.Hostname(), "."))
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.IsLoopback() && !ip.IsUnspecified()
}

// fitMethod settles what belongs to the authentication method: its algorithm
// where it signs, the certificate's subject where it is mutual TLS.
func (rd *reading) fitMethod(asked *metadata) {
	if asked.tokenEndpointAuthMethod == methodPrivateKey && asked.tokenEndpointAuthAlg == "" {
		asked.tokenEndpointAuthAlg = string(jose.PS256)
	}
	if asked.tokenEndpointAuthMethod == methodTLS && asked.tlsSubject == "" {
		rd.complain(fieldMissing, "tls_client_auth_subject_dn", "The method needs the subject of the certificate.")
	}
}
