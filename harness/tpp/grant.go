package tpp

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/audit"
	"obconform/harness/config"
	"obconform/harness/contract"
)

// Access names a set of permissions that an authorised accounts consent has.
type Access string

// The sets that the contract tells apart (R12).
const (
	// AnyAccess reads accounts, however much of them.
	AnyAccess Access = "accounts"
	// BasicAccess has ReadAccountsBasic alone.
	BasicAccess Access = "basic"
	// DetailAccess has ReadAccountsDetail.
	DetailAccess Access = "detail"
)

// permissions of each set, when we create the consent ourselves.
var permissions = map[Access][]string{
	AnyAccess:    {"ReadAccountsBasic", "ReadAccountsDetail"},
	BasicAccess:  {"ReadAccountsBasic"},
	DetailAccess: {"ReadAccountsDetail"},
}

// Code is an authorisation code and what it stands for.
type Code struct {
	Value string
	// Scope is the scope that it was asked for, as it is sent.
	Scope string
	// ConsentID is empty for a predefined code: its consent is in the ID token.
	ConsentID string
	// Nonce is what the authorisation request sent, empty for a predefined code.
	Nonce string
	// Reusable says that the code may be exchanged again (R11).
	Reusable bool
}

// Grant is an authorised consent with its token.
type Grant struct {
	Token     string
	ConsentID string
	Code      Code
	// Answer is the token endpoint's, nil for a ready access token.
	Answer *Answer
	// ends is when the token is no longer used.
	ends time.Time
	// lasts is when the token expires by the bank's word, later than ends.
	lasts time.Time
}

// AccountsGrant is an authorised accounts consent that specs share; nobody
// deletes it but the process's end.
func (c *Client) AccountsGrant(ctx context.Context, access Access) Grant {
	return c.sharedGrant(string(access), "an authorised accounts consent ("+string(access)+")", func() Grant {
		if c.cfg.Consents.Way == "token" {
			return c.readyGrant(ctx, c.readyAccounts(ctx, access))
		}
		return c.grant(ctx, c.accountsCode(ctx, access))
	})
}

// FundsGrant is an authorised funds confirmation consent that specs share.
func (c *Client) FundsGrant(ctx context.Context) Grant {
	return c.sharedGrant("funds", "an authorised funds confirmation consent", func() Grant {
		if c.cfg.Consents.Way == "token" {
			return c.readyGrant(ctx, c.readyFunds(ctx))
		}
		return c.grant(ctx, c.fundsCode(ctx))
	})
}

// sharedGrant gets a grant once, and another one when the life of its token
// nears its end.
func (c *Client) sharedGrant(name, what string, grant func() Grant) Grant {
	get := func() any {
		got := grant()
		c.share(got.ConsentID)
		return got
	}
	held := c.shared("grant "+name, what, get).(Grant)
	if c.now().Before(held.ends) {
		return held
	}
	if !c.canHaveAgain(held) {
		c.NotExercised("the access token of the predefined code has expired, and consents.codesReusable is false")
	}
	delete(c.memo, "grant "+name)
	return c.shared("grant "+name, what, get).(Grant)
}

// canHaveAgain tells whether a grant like that one can be had once more: not by
// a predefined code that is good only once, nor by a ready access token.
func (c *Client) canHaveAgain(grant Grant) bool {
	if c.cfg.Consents.Way == "token" {
		return c.cfg.Consents.TokenKind == "refresh"
	}
	return grant.Code.ConsentID != "" || grant.Code.Reusable
}

// OwnAccountsGrant is an authorised accounts consent that the spec may do with
// as it likes. Predefined consents are not ours to break (R11).
func (c *Client) OwnAccountsGrant(ctx context.Context, access Access) Grant {
	c.needHeadless()
	return c.grant(ctx, c.accountsCode(ctx, access))
}

// OwnFundsGrant is the same for funds confirmation.
func (c *Client) OwnFundsGrant(ctx context.Context) Grant {
	c.needHeadless()
	return c.grant(ctx, c.fundsCode(ctx))
}

func (c *Client) needHeadless() {
	if c.cfg.Consents.Way != "headless" {
		c.NotExercised("a consent of the spec's own cannot be authorised: consents.way is not headless")
	}
}

func (c *Client) accountsCode(ctx context.Context, access Access) Code {
	codes := c.cfg.Consents.Codes
	return c.code(ctx, accountsConsent, AccountsConsent(permissions[access]...),
		map[Access]config.Secret{AnyAccess: codes.Accounts, BasicAccess: codes.Basic, DetailAccess: codes.Detail}[access], string(access))
}

func (c *Client) fundsCode(ctx context.Context) Code {
	return c.code(ctx, fundsConsent, c.FundsConsent(), c.cfg.Consents.Codes.Funds, "fundsConfirmations")
}

// code gets a code in the configured way (R12).
func (c *Client) code(ctx context.Context, k kind, document Document, predefined config.Secret, key string) Code {
	switch c.cfg.Consents.Way {
	case "codes":
		return c.PredefinedCode(predefined, key, k.scope)
	case "headless":
		id := c.createConsent(ctx, k, document, nil).Must(k.created, 201).MustText(k.created, "/Data/ConsentId")
		if c.cfg.Target.SettleTime > 0 {
			c.GetNewConsent(ctx, k.read, id) // it cannot be authorised before it can be used (R15)
		}
		return c.authorise(ctx, id, c.Scope(k.scope))
	}
	c.NotExercised("no consent can be authorised: consents.way is " + c.cfg.Consents.Way)
	return Code{}
}

// PredefinedCode is a code of the target's test data for a scope of the
// contract, by its key under consents.codes.
func (c *Client) PredefinedCode(secret config.Secret, key, scope string) Code {
	if !secret.IsSet() {
		c.NotExercised("consents.codes." + key + " is not configured")
	}
	c.learn(audit.AuthorizationCode, secret.Reveal())
	return Code{Value: secret.Reveal(), Scope: c.Scope(scope), Reusable: c.cfg.Consents.CodesReusable}
}

// authorise sends the customer's browser to the authorisation endpoint with a
// signed request object that names the consent, and reads the code from the
// redirect without following it (R12).
func (c *Client) authorise(ctx context.Context, consentID, scope string) Code {
	code := Code{ConsentID: consentID, Scope: scope, Nonce: uuid.NewString()}
	issuer, endpoint := c.Issuer(ctx), c.endpoint(ctx, "authorization_endpoint")
	values := url.Values{
		"response_type": {c.cfg.Consents.ResponseType}, "client_id": {c.cfg.Client.ID.Reveal()},
		"redirect_uri": {c.cfg.Client.RedirectURI}, "scope": {"openid " + scope},
		"state": {uuid.NewString()}, "nonce": {code.Nonce},
	}
	if mode := c.cfg.Consents.ResponseMode; mode != "" {
		values.Set("response_mode", mode)
	}
	object, err := c.signer.RequestObject(issuer, values, consentID, c.cfg.Consents.IntentClaim, c.now())
	if err != nil {
		c.NotExercised("the request object cannot be signed: " + err.Error())
	}
	values.Set("request", object)
	operation, _ := contract.Lookup(contract.Authorize)
	answer := c.send(ctx, c.build(operation, endpoint+separator(endpoint)+values.Encode(), nil))
	code.Value = c.readRedirect(answer, values.Get("state"))
	c.checkFrontChannel(ctx, answer, code)
	return code
}

func separator(address string) string {
	if strings.Contains(address, "?") {
		return "&"
	}
	return "?"
}

// readRedirect takes the code from the redirect's query or fragment. Getting
// there is no clause of the contract: where it fails the spec is inconclusive.
func (c *Client) readRedirect(a *Answer, state string) string {
	if a.inconclusive != "" {
		c.inconclusiveSpec("Authorize: " + a.inconclusive)
	}
	if !slices.Contains([]int{302, 303}, a.Status) {
		c.inconclusiveSpec("the authorisation endpoint did not redirect with a code" + a.reasonGiven())
	}
	location := a.Header.Get("Location")
	values := redirectValues(location)
	code := values.Get("code")
	switch {
	case code == "":
		c.inconclusiveSpec("the authorisation endpoint redirected without a code: " + values.Get("error") + " " + values.Get("error_description"))
	case !leadsTo(location, c.cfg.Client.RedirectURI):
		c.inconclusiveSpec("the authorisation endpoint redirected to another address than the client's redirect URI")
	case len(values["code"]) > 1 || len(values["state"]) > 1:
		c.inconclusiveSpec("the authorisation endpoint sent a parameter twice (RFC 6749, section 3.1)")
	case values.Get("state") != state:
		c.inconclusiveSpec("the authorisation endpoint did not play back the state")
	}
	return code
}

// leadsTo tells whether a redirect goes to the redirect URI, with whatever query
// or fragment the answer adds (RFC 6749, section 4.1.2).
func leadsTo(location, redirectURI string) bool {
	rest, ok := strings.CutPrefix(location, redirectURI)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], "?#&"))
}

// Exchange trades a code for tokens, without judging the answer.
func (c *Client) Exchange(ctx context.Context, code Code, redirectURI string) *Answer {
	return c.TokenRequest(ctx, c.Self(), c.withScope(CodeGrant(code.Value, redirectURI), code.Scope))
}

// CodeGrant are the values of an authorisation-code request.
func CodeGrant(code, redirectURI string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}}
}

// grant trades a code for a token and learns the consent's identifier from the
// ID token where the code does not say it.
func (c *Client) grant(ctx context.Context, code Code) Grant {
	answer := c.Exchange(ctx, code, c.cfg.Client.RedirectURI).Must(contract.TokCode, 200)
	held := c.readToken(answer, contract.TokCode)
	grant := Grant{Code: code, Answer: answer, ConsentID: code.ConsentID, Token: held.value}
	grant.ends, grant.lasts = lifeOf(answer, time.Hour)
	if claims := c.CheckIDToken(ctx, answer, code); grant.ConsentID == "" {
		grant.ConsentID, _ = claims[c.cfg.Consents.IntentClaim].(string)
		c.preauthorise(grant.ConsentID)
	}
	return grant
}
