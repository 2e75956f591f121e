package tpp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"obconform/harness/contract"
)

// AlteredToken changes one character of the access token that the request
// carries.
func (c *Client) AlteredToken() Edit {
	return func(r *request) {
		scheme, token, _ := strings.Cut(r.header.Get("Authorization"), " ")
		altered := alter(token)
		c.redactor.Learn("altered access token", altered)
		r.header.Set("Authorization", scheme+" "+altered)
	}
}

// alter changes the character in the middle, whose every bit counts: the last
// one of a Base64url text may have bits that a lenient reader drops. It stays
// within the alphabet, and spares the dots of a JWT.
func alter(token string) string {
	if token == "" {
		return "A"
	}
	at := len(token) / 2
	for at > 0 && token[at] == '.' {
		at--
	}
	replacement := "A"
	if token[at] == 'A' {
		replacement = "B"
	}
	return token[:at] + replacement + token[at+1:]
}

// otherScope is the contract's scope that the operation does not ask for.
func (c *Client) otherScope(operation contract.Operation) string {
	if c.Scope(contract.ScopeAccounts) == c.Scope(contract.ScopeFunds) {
		c.NotExercised("there is no token of another scope: client.scopes.accounts and client.scopes.fundsConfirmations are the same")
	}
	if operation.Scope == contract.ScopeAccounts {
		return contract.ScopeFunds
	}
	return contract.ScopeAccounts
}

// TokenOfOtherScope is a valid token of the grant that the operation asks for,
// but of the other scope (COM-403-SCOPE).
func (c *Client) TokenOfOtherScope(ctx context.Context, id contract.OperationID) string {
	operation, _ := contract.Lookup(id)
	scope := c.otherScope(operation)
	if operation.Token == contract.AuthorizationCode {
		return c.grantFor(ctx, scope).Token
	}
	return c.Token(ctx, scope)
}

// TokenOfOtherGrant is a valid token of the scope that the operation asks for,
// but of the other grant (COM-403-GRANT).
func (c *Client) TokenOfOtherGrant(ctx context.Context, id contract.OperationID) string {
	operation, _ := contract.Lookup(id)
	if operation.Token == contract.AuthorizationCode {
		return c.Token(ctx, operation.Scope)
	}
	return c.grantFor(ctx, operation.Scope).Token
}

// grantFor is the shared grant of a scope.
func (c *Client) grantFor(ctx context.Context, scope string) Grant {
	if scope == contract.ScopeFunds {
		return c.FundsGrant(ctx)
	}
	return c.AccountsGrant(ctx, AnyAccess)
}

// longestLife is the longest life of a token whose end is waited for.
const longestLife = 5 * time.Second

// afterLife is waited on top: lifetimes are announced in whole seconds.
const afterLife = time.Second

// ExpiredToken is a token that fitted the operation until its life ended; the
// first spec that asks waits for that. Where tokens live too long to wait the
// spec is not exercised (COM-401-EXPIRED).
func (c *Client) ExpiredToken(ctx context.Context, id contract.OperationID) string {
	operation, _ := contract.Lookup(id)
	kind := fmt.Sprintf("%s token for %s", operation.Token, operation.Scope)
	return c.shared("expired "+kind, "an expired "+kind, func() any {
		if operation.Token == contract.AuthorizationCode {
			return c.outlive(ctx, c.grantFor(ctx, operation.Scope).Answer)
		}
		return c.outlive(ctx, c.tokenOf(ctx, c.Self(), c.Scope(operation.Scope)).answer)
	}).(string)
}

// outlive waits until the token of a token answer has expired.
func (c *Client) outlive(ctx context.Context, issued *Answer) string {
	if issued == nil {
		c.NotExercised("no token expires while a spec can wait: nobody says how long a ready access token lives")
	}
	seconds, ok := issued.Number("/expires_in")
	life := time.Duration(seconds * float64(time.Second))
	if !ok || life > longestLife {
		c.NotExercised(fmt.Sprintf("no token expires while a spec can wait: expires_in is %s s, at most %s is waited for",
			issued.describeAt("/expires_in"), longestLife))
	}
	select {
	case <-ctx.Done():
		c.inconclusiveSpec("the spec's time was over before the token's")
	case <-time.After(time.Until(issued.Ended.Add(life + afterLife))):
	}
	return issued.MustText(contract.Tok200, "/access_token")
}
