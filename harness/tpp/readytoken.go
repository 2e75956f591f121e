package tpp

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"obconform/harness/audit"
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/jose"
)

// readyToken is a token of the configuration that stands for a consent which
// somebody has authorised (R12, token).
type readyToken struct {
	secret    config.Secret
	key       string // under consents.tokens
	scope     string // as it is sent
	consentID string // empty where the configuration does not say
	// probe makes one call that only a token in force opens; nil where nothing
	// can be called.
	probe func(Grant) *Answer
}

// readyGrant is the grant behind a ready token. That the target takes the token
// no more is nobody's breach: the spec is inconclusive then.
func (c *Client) readyGrant(ctx context.Context, ready readyToken) Grant {
	if !ready.secret.IsSet() {
		c.NotExercised("consents.tokens." + ready.key + " is not configured")
	}
	c.learn(audit.AccessToken, ready.secret.Reveal())
	c.preauthorise(ready.consentID)
	if c.cfg.Consents.TokenKind == "refresh" {
		return c.refreshedGrant(ctx, ready)
	}
	// How long it lives nobody has told us.
	grant := Grant{Token: ready.secret.Reveal(), ConsentID: ready.consentID, ends: c.now().Add(24 * time.Hour)}
	if ready.probe != nil {
		if answer := ready.probe(grant); answer.Status == 401 {
			c.inconclusiveSpec("the target does not take the token of consents.tokens." + ready.key + " (401): it may have expired")
		}
	}
	return grant
}

// refreshedGrant trades a refresh token for an access token (RFC 6749, section
// 6). Where the target gives a new refresh token, that one is used from then on.
func (c *Client) refreshedGrant(ctx context.Context, ready readyToken) Grant {
	latest := ready.secret.Reveal()
	if known, ok := c.refreshed[ready.key]; ok {
		latest = known
	}
	answer := c.TokenRequest(ctx, c.Self(), c.withScope(RefreshGrant(latest), ready.scope))
	if answer.inconclusive != "" {
		c.inconclusiveSpec("the token endpoint: " + answer.inconclusive)
	}
	value, ok := answer.Text("/access_token")
	if !answer.granted() || !ok || value == "" {
		c.inconclusiveSpec(fmt.Sprintf("the target gave no access token for the refresh token of consents.tokens.%s%s", ready.key, answer.reasonGiven()))
	}
	if next, ok := answer.Text("/refresh_token"); ok && next != "" && next != latest {
		c.refreshed[ready.key] = next
		c.note("the target replaced the refresh token of consents.tokens.%s: the configured one may be used up", ready.key)
	}
	grant := Grant{Token: value, ConsentID: ready.consentID, Answer: answer}
	grant.ends, grant.lasts = lifeOf(answer, time.Hour)
	if serialized, _ := answer.Text("/id_token"); grant.ConsentID == "" && serialized != "" {
		claims, _ := jose.UnverifiedClaims(serialized)
		grant.ConsentID, _ = claims[c.cfg.Consents.IntentClaim].(string)
		c.preauthorise(grant.ConsentID)
	}
	return grant
}

// RefreshGrant are the values of a refresh request.
func RefreshGrant(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// withScope adds the scope to a token request where the target needs it
// (client.sendScopeOn); the standards know it with client credentials and
// refresh tokens (RFC 6749, sections 4.4.2 and 6), some targets with codes too.
func (c *Client) withScope(values url.Values, scope string) url.Values {
	if scope != "" && slices.Contains(c.cfg.Client.SendScopeOn, values.Get("grant_type")) {
		values.Set("scope", scope)
	}
	return values
}

// readyAccounts is the ready token of a set of permissions.
func (c *Client) readyAccounts(ctx context.Context, access Access) readyToken {
	tokens := c.cfg.Consents.Tokens
	ready := readyToken{
		secret: map[Access]config.Secret{AnyAccess: tokens.Accounts, BasicAccess: tokens.Basic, DetailAccess: tokens.Detail}[access],
		key:    string(access), scope: c.Scope(contract.ScopeAccounts),
		probe: func(grant Grant) *Answer {
			return c.Call(ctx, contract.ListAccounts, "", Bearer(grant.Token))
		},
	}
	if access == AnyAccess {
		ready.consentID = c.cfg.Consents.ConsentIDs.Accounts
	}
	return ready
}

func (c *Client) readyFunds(ctx context.Context) readyToken {
	ready := readyToken{secret: c.cfg.Consents.Tokens.Funds, key: "fundsConfirmations",
		scope: c.Scope(contract.ScopeFunds), consentID: c.cfg.Consents.ConsentIDs.Funds}
	if ready.consentID != "" {
		ready.probe = func(grant Grant) *Answer { return c.ConfirmFunds(ctx, grant, c.FundsConfirmation(grant)) }
	}
	return ready
}
