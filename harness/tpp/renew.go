package tpp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"obconform/harness/contract"
)

// tokenBook knows what became of tokens.
type tokenBook struct {
	// accepted holds the Authorization values that the target has taken.
	accepted map[string]bool
	// replaced gives the token that stands in the place of an old one: a spec
	// may hold that for longer than it is good.
	replaced map[string]string
	// renewed counts the tokens that were asked for in the place of others.
	renewed int
}

// mostRenewed bounds how many tokens a process replaces. A bank may revoke some
// on the way; one that takes hardly any for as long as its own expires_in says
// (RFC 6749, section 5.1) does not accept valid requests, and their clauses say so.
const mostRenewed = 10

// withNewToken gives the request a new token in the place of one that the target took
// before, within its life, and takes no more: it has been revoked, or the
// target has forgotten it. The request must be one that asks for this very
// token, since some are sent to see it refused.
func (c *Client) withNewToken(ctx context.Context, r *request, a *Answer) (why string) {
	value := r.header.Get("Authorization")
	old, isBearer := strings.CutPrefix(value, "Bearer ")
	if !isBearer || !c.tokens.accepted[value] {
		return ""
	}
	fresh := c.tokens.replaced[old]
	if renew := c.renewable(r, old); fresh == "" && renew != nil {
		if c.tokens.renewed == mostRenewed {
			a.token = fmt.Sprintf("the token was taken before and its time is not over, as with %d that were replaced already", mostRenewed)
			return ""
		}
		c.tokens.renewed++
		fresh = renew(ctx)
	}
	if fresh == "" || fresh == old {
		return ""
	}
	c.tokens.replaced[old] = fresh
	r.header.Set("Authorization", "Bearer "+fresh)
	return "401 to a token that was taken before: a new one was asked for"
}

// fundsGrant is the key of the shared funds grant; all others are of accounts.
const fundsGrant = "grant funds"

// renewable is how another token like the old one is asked for; nil where the old
// one is none that the operation asks for. It answers empty where none is given.
func (c *Client) renewable(r *request, old string) func(context.Context) string {
	for key, known := range c.memo {
		switch held := known.value.(type) {
		case token:
			if held.value == old && c.now().Before(held.ends) && c.asksFor(r, held) {
				return func(ctx context.Context) string { return c.reissueToken(ctx, key, held) }
			}
		case Grant:
			if held.Token == old && c.now().Before(held.ends) && c.opens(held, key, r) {
				return func(ctx context.Context) string { return c.reissueGrant(ctx, key, held) }
			}
		}
	}
	return nil
}

// asksFor tells whether a client-credentials token is the one that the
// operation asks for.
func (c *Client) asksFor(r *request, held token) bool {
	switch r.operation.Token {
	case contract.ClientCredentials:
		return held.who.ID == c.Self().ID && held.scope == c.Scope(r.operation.Scope)
	case contract.Management:
		return held.who.ID == lastSegment(r.url) && held.scope == c.cfg.Registration.ManagementScope
	}
	return false
}

// opens tells whether a grant is one that the operation asks for. Accounts that
// are closed when their window is over are a habit of the bank's (statusHabit),
// which no new token may hide.
func (c *Client) opens(held Grant, key string, r *request) bool {
	switch {
	case r.operation.Token != contract.AuthorizationCode || (key == fundsGrant) != (r.operation.Scope == contract.ScopeFunds):
		return false
	case r.operation.Scope == contract.ScopeAccounts && held.Answer != nil:
		return c.now().Before(held.Answer.Ended.Add(accountsWindow))
	}
	return true
}

func (c *Client) reissueToken(ctx context.Context, key string, held token) string {
	answer := c.TokenRequest(ctx, held.who, ClientCredentials(held.scope))
	value := answer.tokenGiven()
	if value == "" {
		return ""
	}
	fresh := c.readToken(answer, contract.Tok200)
	fresh.who, fresh.scope = held.who, held.scope
	c.memo[key] = &remembered{value: fresh}
	return value
}

// tokenGiven is the access token of a successful answer, else empty.
func (a *Answer) tokenGiven() string {
	value, _ := a.Text("/access_token")
	if a.inconclusive != "" || a.Status/100 != 2 {
		return ""
	}
	return value
}

// reissueGrant gets another token for the same consent: by the code, where it
// is good for more than once, or by the refresh token.
func (c *Client) reissueGrant(ctx context.Context, key string, held Grant) string {
	delete(c.memo, key) // should it fail, the next spec gets one of a new consent
	var refresh string
	if held.Answer != nil {
		refresh, _ = held.Answer.Text("/refresh_token")
	}
	var answer *Answer
	switch {
	case c.cfg.Consents.Way == "token" && c.cfg.Consents.TokenKind == "refresh":
		held = c.refreshedGrant(ctx, c.readyFor(ctx, key))
		c.memo[key] = &remembered{value: held}
		return held.Token
	case held.Code.Reusable:
		answer = c.Exchange(ctx, held.Code, c.cfg.Client.RedirectURI)
	case refresh != "":
		answer = c.TokenRequest(ctx, c.Self(), c.withScope(RefreshGrant(refresh), held.Code.Scope))
	default:
		return ""
	}
	value := answer.tokenGiven()
	if value == "" {
		return ""
	}
	held.Token, held.Answer = value, answer
	held.ends, held.lasts = lifeOf(answer, time.Hour)
	c.memo[key] = &remembered{value: held}
	return value
}

// readyFor is the ready token that a shared grant was made from.
func (c *Client) readyFor(ctx context.Context, key string) readyToken {
	if key == fundsGrant {
		return c.readyFunds(ctx)
	}
	return c.readyAccounts(ctx, Access(strings.TrimPrefix(key, "grant ")))
}
