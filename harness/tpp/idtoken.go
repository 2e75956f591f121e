package tpp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// CheckIDToken holds the ID token of a code's token answer against TOK-IDTOKEN
// and TOK-IDTOKEN-CONSENT, and answers its claims, nil where there are none to
// trust.
func (c *Client) CheckIDToken(ctx context.Context, a *Answer, code Code) map[string]any {
	serialized, ok := a.Text("/id_token")
	if !ok {
		a.Check(contract.TokCode, "/id_token", false, "an ID token")
		return nil
	}
	claims := c.verifyIDToken(ctx, a, "/id_token", serialized, code)
	c.checkConsentClaim(a, claims, code)
	return claims
}

// checkFrontChannel holds the ID token that the authorisation endpoint sends
// along with the code where the response type asks for one (OpenID Connect
// Core, section 3.3.2.5): it is an ID token like the other (TOK-IDTOKEN).
func (c *Client) checkFrontChannel(ctx context.Context, a *Answer, code Code) {
	const where = "header Location"
	if !slices.Contains(strings.Fields(c.cfg.Consents.ResponseType), "id_token") {
		return
	}
	serialized := redirectValues(a.Header.Get("Location")).Get("id_token")
	if serialized == "" {
		c.exercised(contract.TokIDToken)
		a.find(contract.TokIDToken, where, "an id_token, since response_type asks for one", "none")
		return
	}
	c.verifyIDToken(ctx, a, where, serialized, code)
}

// verifyIDToken holds an ID token against TOK-IDTOKEN and answers its claims,
// nil where there are none to read.
func (c *Client) verifyIDToken(ctx context.Context, a *Answer, where, serialized string, code Code) map[string]any {
	if c.auditor.Keys().Len() == 0 { // the key set may not have been there when discovery was read
		if reason := c.loadKeys(ctx, c.Discovery(ctx)); reason != "" {
			c.inconclusiveSpec("no key to verify the ID token with: " + reason)
		}
	}
	const listed = "id_token_signing_alg_values_supported"
	claims, problems := jose.VerifyIDToken(serialized, c.auditor.Keys(), jose.IDTokenExpectation{
		Issuer: c.Issuer(ctx), ClientID: c.cfg.Client.ID.Reveal(), Nonce: code.Nonce,
		Algorithms: c.Supported(ctx, listed),
		Now:        c.now(), Skew: time.Duration(c.cfg.Target.ClockSkew),
	})
	if c.auditor.Keys().Len() == 0 || c.Discovery(ctx).owned("/"+listed) {
		c.note("the ID token was not verified: the key set or the list of algorithms is at fault, which has its own finding")
	} else {
		c.exercised(contract.TokIDToken)
		for _, problem := range problems {
			a.findHabit(idTokenHabit(claims, problem), contract.TokIDToken, where, problem.Expected, problem.Actual)
		}
	}
	return claims
}

// checkConsentClaim holds that the ID token names the consent: the one that
// was authorised, or, for a predefined code, any.
func (c *Client) checkConsentClaim(a *Answer, claims map[string]any, code Code) {
	if claims == nil {
		return // what cannot be read has its finding already
	}
	name := c.cfg.Consents.IntentClaim
	named, _ := claims[name].(string)
	met := named != "" && (code.ConsentID == "" || named == code.ConsentID)
	if met {
		c.exercised(contract.TokIDTokenConsent)
		return
	}
	expected := fmt.Sprintf("the claim %s with the consent's identifier %q", name, code.ConsentID)
	a.find(contract.TokIDTokenConsent, "/id_token", expected, fmt.Sprintf("%q", named))
}
