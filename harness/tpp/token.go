package tpp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
)

// Identity is one registered client: how it proves itself at the token
// endpoint.
type Identity struct {
	ID     string
	Secret string
	// Method is a token endpoint authentication method of RFC 7591 section 2.
	Method string
}

// Self is the client of the configuration.
func (c *Client) Self() Identity {
	return Identity{ID: c.cfg.Client.ID.Reveal(), Secret: c.cfg.Client.Secret.Reveal(), Method: c.cfg.Client.AuthMethod}
}

// Other is the second client of the configuration; ok is false where it has
// none.
func (c *Client) Other() (other Identity, ok bool) {
	second, method := c.cfg.SecondClient, c.cfg.Client.AuthMethod
	if method != "client_secret_post" {
		method = "client_secret_basic" // its secret is all that it has: key and certificate are the first client's
	}
	return Identity{ID: second.ID.Reveal(), Secret: second.Secret.Reveal(), Method: method}, second.ID.IsSet()
}

// TokenRequest sends a token request of that client; an empty grant_type is
// left out. It does not judge the answer.
func (c *Client) TokenRequest(ctx context.Context, who Identity, values url.Values, edits ...Edit) *Answer {
	address := c.mutual(ctx, "token_endpoint")
	operation, _ := contract.Lookup(contract.RequestToken)
	prove, err := c.prove(who, c.endpoint(ctx, "token_endpoint"), values)
	if err != nil {
		c.NotExercised("the client cannot prove itself: " + err.Error())
	}
	answer := c.send(ctx, c.build(operation, address, append([]Edit{form(values), prove}, edits...)))
	answer.proof = c.proofOf(who)
	return answer
}

// proofOf says how a client proves itself, in words that hold no secret.
func (c *Client) proofOf(who Identity) string {
	switch who.Method {
	case "private_key_jwt":
		return fmt.Sprintf("private_key_jwt, %s with the key %q", c.algorithm(), c.cfg.Client.SigningKeyID)
	case "tls_client_auth":
		return fmt.Sprintf("tls_client_auth, with the certificate %q", c.subject)
	}
	return who.Method
}

// prove adds the client's proof to the form, or returns the edit that puts it
// into the header (RFC 6749 section 2.3.1, RFC 7523, RFC 8705).
func (c *Client) prove(who Identity, audience string, values url.Values) (Edit, error) {
	none := func(*request) {}
	refill := func() Edit { return form(values) }
	switch who.Method {
	case "client_secret_basic":
		return Authorization(c.basic(url.QueryEscape(who.ID), url.QueryEscape(who.Secret))), nil
	case "client_secret_post":
		values.Set("client_id", who.ID)
		values.Set("client_secret", who.Secret)
		return refill(), nil
	case "private_key_jwt":
		if configured := c.cfg.Client.AssertionAudience; configured != "" {
			audience = configured
		}
		assertion, err := c.signer.ClientAssertion(who.ID, audience, c.now())
		if err != nil {
			return none, err
		}
		values.Set("client_id", who.ID)
		values.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		values.Set("client_assertion", assertion)
		return refill(), nil
	default: // tls_client_auth: the certificate is the proof
		values.Set("client_id", who.ID)
		return refill(), nil
	}
}

// basic are credentials of the scheme Basic (RFC 7617), known to the redactor
// from now on.
func (c *Client) basic(name, secret string) string {
	value := basic(name, secret)
	c.redactor.Learn("client credentials", strings.TrimPrefix(value, "Basic "))
	return value
}

func basic(name, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+secret))
}

// ClientCredentials are the values of a client-credentials request for a scope;
// an empty scope is left out.
func ClientCredentials(scope string) url.Values {
	values := url.Values{"grant_type": {"client_credentials"}}
	if scope != "" {
		values.Set("scope", scope)
	}
	return values
}

// token is an access token with the end of its life by our clock.
type token struct {
	value  string
	ends   time.Time
	answer *Answer
	// who and scope say whose it is, and what for.
	who   Identity
	scope string
}

// Token is a client-credentials access token of ours for a scope of the
// contract, fetched once and again when its life nears its end.
func (c *Client) Token(ctx context.Context, scope string) string {
	return c.TokenOf(ctx, c.Self(), c.Scope(scope))
}

// Scope is the configured value of one of the contract's scopes.
func (c *Client) Scope(scope string) string {
	switch scope {
	case contract.ScopeAccounts:
		return c.cfg.Client.Scopes.Accounts
	case contract.ScopeFunds:
		return c.cfg.Client.Scopes.Funds
	}
	return scope
}

// TokenOf is a client-credentials access token of that client.
func (c *Client) TokenOf(ctx context.Context, who Identity, scope string) string {
	return c.tokenOf(ctx, who, scope).value
}

func (c *Client) tokenOf(ctx context.Context, who Identity, scope string) token {
	key, clause := tokenKey(who, scope), c.tokenClause(who)
	get := func() any {
		answer := c.TokenRequest(ctx, who, ClientCredentials(scope)).Must(clause, 200)
		answer.checkScopeGranted(clause, scope)
		held := c.readToken(answer, clause)
		held.who, held.scope = who, scope
		return held
	}
	held := c.shared(key, "a client-credentials token", get).(token)
	if c.now().After(held.ends) {
		delete(c.memo, key)
		held = c.shared(key, "a client-credentials token", get).(token)
	}
	return held
}

func tokenKey(who Identity, scope string) string { return "token " + who.ID + " " + scope }

// tokenClause owns that a client gets a token: a client that a spec has
// registered has DCR-201-USABLE for it.
func (c *Client) tokenClause(who Identity) contract.ClauseID {
	if other, _ := c.Other(); who.ID != c.Self().ID && who.ID != other.ID {
		return contract.Dcr201Usable
	}
	return contract.Tok200
}

// readToken reads a token answer.
func (c *Client) readToken(a *Answer, clause contract.ClauseID) token {
	held := token{value: a.MustText(clause, "/access_token"), answer: a}
	held.ends, _ = lifeOf(a, time.Minute)
	return held
}

// lifeOf says when a token is no longer used, after nine tenths of its life, and
// when it expires. Where the answer does not say how long it lives (RFC 6749,
// section 5.1, lets it be left out), both are a guess.
func lifeOf(a *Answer, guess time.Duration) (ends, lasts time.Time) {
	if life, ok := a.Number("/expires_in"); ok && life > 0 {
		whole := life * float64(time.Second)
		return a.Started.Add(time.Duration(whole * 0.9)), a.Started.Add(time.Duration(whole))
	}
	return a.Started.Add(guess), a.Started.Add(guess)
}

// checkScopeGranted holds that the token, by the answer's own word, is good for
// what was asked for. Where the answer names no scope it is (RFC 6749, section
// 5.1); what is no scope at all, the audit has found.
func (a *Answer) checkScopeGranted(clause contract.ClauseID, asked string) {
	granted, named := a.Text("/scope")
	if !named || a.owned("/scope") {
		return
	}
	words := strings.Fields(granted)
	for _, word := range strings.Fields(asked) {
		a.Check(clause, "/scope", slices.Contains(words, word), "a scope with "+word+", which was asked for")
	}
}

// Number is the number at the pointer; ok is false for anything else.
func (a *Answer) Number(pointer string) (number float64, ok bool) {
	value, _ := a.Value(pointer)
	digits, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	number, err := digits.Float64()
	return number, err == nil
}

// Forget drops a token that a spec has made useless, so that the next one that
// needs it takes a fresh one.
func (c *Client) Forget(who Identity) {
	for key := range c.memo {
		if len(key) > len("token ")+len(who.ID) && key[:len("token ")+len(who.ID)] == "token "+who.ID {
			delete(c.memo, key)
		}
	}
}
