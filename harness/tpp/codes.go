package tpp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// TradeCode trades an authorisation code of the scope for its tokens, as
// TOK-CODE and TOK-IDTOKEN have it. A predefined code that is good only once
// is traded once a process, by the first spec that needs it.
func (c *Client) TradeCode(ctx context.Context, scope string) Grant {
	c.needCodes()
	if c.cfg.Consents.Way == "codes" && !c.cfg.Consents.CodesReusable {
		return c.grantFor(ctx, scope)
	}
	if scope == contract.ScopeFunds {
		return c.grant(ctx, c.fundsCode(ctx))
	}
	return c.grant(ctx, c.accountsCode(ctx, AnyAccess))
}

// OwnCode is an authorisation code that the spec may use up.
func (c *Client) OwnCode(ctx context.Context) Code {
	c.needCodes()
	if c.cfg.Consents.Way == "codes" {
		c.NotExercised(fmt.Sprintf("a code of the spec's own cannot be had: consents.way is codes (consents.codesReusable is %t)",
			c.cfg.Consents.CodesReusable))
	}
	return c.accountsCode(ctx, AnyAccess)
}

// SpareCode is an authorisation code that the spec may offer in vain: one of
// its own, or a predefined one that is good for more than once.
func (c *Client) SpareCode(ctx context.Context) Code {
	c.needCodes()
	if c.cfg.Consents.Way == "codes" && !c.cfg.Consents.CodesReusable {
		c.NotExercised("there is no code to spare: consents.codesReusable is false")
	}
	return c.accountsCode(ctx, AnyAccess)
}

// needCodes ends the spec as not exercised where consents come with tokens.
func (c *Client) needCodes() {
	if c.cfg.Consents.Way == "token" {
		c.NotExercised("there is no authorisation code: consents.way is token")
	}
}

// SecondClient is the second client of the configuration; where there is none
// that can prove itself the spec is not exercised.
func (c *Client) SecondClient() Identity {
	other, ok := c.Other()
	if !ok {
		c.NotExercised("there is no second client: secondClient.id is not configured")
	}
	if other.Secret == "" {
		c.NotExercised("the second client cannot prove itself: secondClient.secret is not configured")
	}
	return other
}

// NeedSecret ends the spec as not exercised where the client proves itself
// without a secret.
func (c *Client) NeedSecret(who Identity) {
	if !strings.HasPrefix(who.Method, "client_secret_") {
		c.NotExercised("the client proves itself without a secret: client.authMethod is " + who.Method)
	}
}

// WrongSecret is that client with one character of its secret changed.
func (c *Client) WrongSecret(who Identity) Identity {
	c.NeedSecret(who)
	who.Secret = alter(who.Secret)
	c.redactor.Learn("altered client secret", who.Secret)
	return who
}

// CheckScopeRefused holds the answer to a token request for a scope that the
// client never registered (TOK-SCOPE): 400 invalid_scope, or a token whose
// scope is named and does not have it.
func (a *Answer) CheckScopeRefused(clause contract.ClauseID, unregistered string) {
	if a.Must(clause, 400, 200).Status == 400 {
		a.CheckTokenError(clause, "invalid_scope", 400)
		return
	}
	granted, ok := a.Text("/scope")
	words := strings.Fields(granted)
	a.Check(clause, "/scope", ok && len(words) > 0 && !slices.Contains(words, unregistered), "the scope that was granted, without "+unregistered)
}
