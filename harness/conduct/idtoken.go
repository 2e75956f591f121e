package conduct

import (
	"net/http"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// signatures are the algorithms that a published key can verify.
var signatures = []string{"PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"}

// checkIDToken looks at the ID token of an answer as the client has to (OpenID
// Connect Core 1.0, section 3.1.3.7), as far as what that needs is known, and
// learns the consent from it.
func (e *examination) checkIDToken(life *token, exchanged *code) {
	text := e.answered("/id_token")
	const partsOfJWE = 5
	if text == "" || strings.Count(text, ".") == partsOfJWE-1 {
		return
	}
	life.checked = true
	expect := jose.IDTokenExpectation{ClientID: life.client, Algorithms: signatures, Now: e.ended, Skew: e.options.ClockSkew}
	claims, problems := jose.VerifyIDToken(text, e.memory.keys, expect)
	if claims == nil {
		life.fault = "no readable form"
		return
	}
	if id, _ := claims[e.options.IntentClaim].(string); id != "" {
		life.consent = e.memory.of(id)
	}
	if issuer, _ := claims["iss"].(string); e.memory.issuerKnown && !e.isIssuer(issuer) {
		life.fault = "another issuer"
		return
	}
	for _, fault := range []struct {
		known        bool
		where, words string
	}{
		{e.memory.keysKnown, "signature", "a signature that does not verify"},
		{life.client != "", "claim aud", "another audience"},
		{!e.ended.IsZero(), "claim exp", "an end that is past"},
	} {
		if fault.known && slices.ContainsFunc(problems, func(p jose.Problem) bool { return p.Where == fault.where }) {
			life.fault = fault.words
			return
		}
	}
	if nonce, _ := claims["nonce"].(string); exchanged.nonce != 0 && e.memory.of(nonce) != exchanged.nonce {
		life.fault = "another nonce, or none"
	}
}

// rememberKeys keeps the bank's keys, and what discovery publishes.
func (e *examination) rememberKeys() {
	if e.status() != http.StatusOK {
		return
	}
	switch e.op.ID {
	case contract.GetJWKS:
		if body := e.x.Response.Body; body.Whole() {
			keys, _ := jose.ParseJWKS(body.Bytes)
			e.memory.keys, e.memory.keysKnown = e.memory.keys.With(keys), true
		}
	case contract.GetDiscovery:
		if issuer := e.answered("/issuer"); issuer != "" {
			e.memory.issuers.put(e.memory.of(strings.TrimSuffix(issuer, "/")), struct{}{})
			e.memory.issuerKnown = true
		}
		for _, pointer := range []string{"/token_endpoint", "/mtls_endpoint_aliases/token_endpoint"} {
			e.memory.endpoints.put(e.memory.of(e.answered(pointer)), struct{}{})
		}
	}
}
