package conduct

import (
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// assertion is the client assertion of a token request; empty where there is
// none, or it cannot be read.
func (e *examination) assertion() jose.Unverified {
	if e.op.ID != contract.RequestToken {
		return jose.Unverified{}
	}
	if !e.did.jwt {
		e.did.jwt = true
		if text, ok := e.field("client_assertion"); ok {
			e.jwt, e.jwtProblems = jose.Peek(text)
		}
	}
	return e.jwt
}

// assertionType is what says that a client assertion is a JWT.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// CLI-ASSERTION.
func holdAssertion(e *examination) {
	if e.op.ID != contract.RequestToken {
		return
	}
	claims, header := e.assertion().Claims, e.jwt.Header
	if len(e.jwtProblems) > 0 {
		e.breach("form client_assertion", e.jwtProblems[0].Expected, e.jwtProblems[0].Actual)
		return
	}
	if claims == nil {
		return
	}
	e.met()
	if alg, _ := header["alg"].(string); alg == "" || alg == "none" {
		e.breach("jose alg", "a signature", quote(alg))
	}
	if values, _ := e.form(); values.Get("client_assertion_type") != assertionType && !e.withheld(values.Get("client_assertion_type")) {
		e.breach("form client_assertion_type", assertionType, quote(values.Get("client_assertion_type")))
	}
	issuer, _ := claims["iss"].(string)
	subject, _ := claims["sub"].(string)
	id, named := e.field("client_id")
	switch {
	case issuer == "" || issuer != subject:
		e.breach("claim sub", "the client's id, as in iss", "another value, or none")
	case named && id != subject:
		e.breach("claim sub", "the client_id of the form", "another")
	}
	if jti, _ := claims["jti"].(string); jti == "" {
		e.breach("claim jti", "an identifier", "none")
	}
	audience := texts(claims["aud"])
	switch {
	case len(audience) == 0:
		e.breach("claim aud", "the token endpoint or the issuer", "none")
	case e.memory.issuerKnown && !slices.ContainsFunc(audience, e.isTokenAudience):
		e.breach("claim aud", "the token endpoint or the issuer that discovery publishes", quote(audience[0]))
	}
	e.deadline(claims)
}

// isTokenAudience tells whether an audience is the issuer, a published token
// endpoint, or the address that the request went to.
func (e *examination) isTokenAudience(audience string) bool {
	if e.isIssuer(audience) {
		return true
	}
	if _, published := e.memory.endpoints.get(e.memory.of(audience)); published {
		return true
	}
	to := url.URL{Scheme: e.req.URL.Scheme, Host: e.req.URL.Host, Path: e.req.URL.Path, RawPath: e.req.URL.RawPath}
	return strings.TrimSuffix(audience, "/") == strings.TrimSuffix(to.String(), "/")
}

// CLI-ASSERTION-ONCE. One that never got an answer may not have arrived.
func holdAssertionOnce(e *examination) {
	if e.op.ID != contract.RequestToken || e.x.Response == nil {
		return
	}
	claims := e.assertion().Claims
	issuer, _ := claims["iss"].(string)
	jti, _ := claims["jti"].(string)
	if jti == "" {
		return
	}
	e.met()
	k := e.memory.of("assertion", issuer, jti)
	if _, seen := e.memory.jtis.get(k); seen {
		e.breach("claim jti", "a jti of its own", "that of an earlier assertion")
		return
	}
	e.memory.jtis.put(k, 1)
}
