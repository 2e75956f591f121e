package mockbank

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// token is an access token, or a refresh token, with what it opens.
type token struct {
	value     string
	clientID  string
	grant     authentication // clientCredentials or authorisationCode
	scopes    []string
	consentID string // "" for client credentials
	expires   time.Time
}

// tokenResponse is the success of RFC 6749 section 5.1, with OpenID Connect's
// id_token.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

// issueToken is the token endpoint (TOK-*).
func (b *Bank) issueToken(c *call) answer {
	form, problem := readForm(c)
	if problem != "" {
		return oauthRefusal(http.StatusBadRequest, "invalid_request", problem)
	}
	caller, refused := b.authenticateClient(c, form)
	if refused != nil {
		return *refused
	}
	c.client = caller
	grantType := form.Get("grant_type")
	switch grantType {
	case "":
		return oauthRefusal(http.StatusBadRequest, "invalid_request", "grant_type is missing.")
	case grantClientCredentials, grantAuthorizationCode, grantRefreshToken:
	default:
		return oauthRefusal(http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported.")
	}
	if !slices.Contains(caller.registered.grantTypes, grantType) {
		return oauthRefusal(http.StatusBadRequest, "unauthorized_client", "The client has not registered this grant type.")
	}
	switch grantType {
	case grantClientCredentials:
		return b.grantClientCredentials(caller, form)
	case grantAuthorizationCode:
		return b.redeemCode(caller, form)
	default:
		return b.refresh(caller, form)
	}
}

// readForm reads the parameters of a form, none of which may come twice
// (RFC 6749 section 3.2).
func readForm(c *call) (url.Values, string) {
	if c.tooLong {
		return nil, "The body is too long."
	}
	if !hasMediaType(c.request.Header, []string{"application/x-www-form-urlencoded"}) {
		return nil, "The body must be a form."
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, "The form cannot be read."
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, "A parameter is given twice."
		}
	}
	return form, ""
}

func (b *Bank) grantClientCredentials(caller *client, form url.Values) answer {
	scopes, ok := narrowed(caller.registered.scopes, form.Get("scope"))
	if !ok {
		return oauthRefusal(http.StatusBadRequest, "invalid_scope", "The client has not registered this scope.")
	}
	access := b.newToken(caller.id, clientCredentials, scopes, "")
	return withoutStore(ok200(access, b.options.TokenLifetime))
}

// narrowed takes the scopes asked for, all of them when none is named, out of
// those that may be had.
func narrowed(available []string, asked string) ([]string, bool) {
	wanted := strings.Fields(asked)
	if len(wanted) == 0 {
		return available, true
	}
	for _, scope := range wanted {
		if !slices.Contains(available, scope) {
			return nil, false
		}
	}
	return unique(wanted), true
}

func (b *Bank) newToken(clientID string, grant authentication, scopes []string, consentID string) *token {
	fresh := &token{
		value: b.source.secret(), clientID: clientID, grant: grant, scopes: scopes, consentID: consentID,
		expires: b.now().Add(b.options.TokenLifetime),
	}
	b.tokens.put(fresh.value, fresh)
	return fresh
}

func tokenBody(access *token, lifetime time.Duration) tokenResponse {
	return tokenResponse{
		AccessToken: access.value,
		TokenType:   "Bearer",
		ExpiresIn:   int64(lifetime / time.Second),
		Scope:       strings.Join(access.scopes, " "),
	}
}

func ok200(access *token, lifetime time.Duration) answer { return ok(tokenBody(access, lifetime)) }

// redeemCode exchanges an authorization code (TOK-CODE, TOK-CODE-ONCE,
// TOK-CODE-REDIRECT). A code offered by the wrong client or with the wrong
// redirect URI stays good for its owner.
func (b *Bank) redeemCode(caller *client, form url.Values) answer {
	for _, name := range []string{"code", "redirect_uri"} {
		if form.Get(name) == "" {
			return oauthRefusal(http.StatusBadRequest, "invalid_request", name+" is missing.")
		}
	}
	value, redirect := form.Get("code"), form.Get("redirect_uri")
	if ready, found := b.predefined[value]; found {
		return b.redeemPredefined(caller, form, ready)
	}
	issued, found := b.codes.get(value)
	if !found || issued.clientID != caller.id || issued.redirectURI != redirect {
		return invalidGrant()
	}
	if issued.used {
		b.revokeTokens(issued)
		return invalidGrant()
	}
	if refused := b.scopeOf(form, issued.scopes); refused != nil {
		return *refused
	}
	if !b.now().Before(issued.expires) || b.grantOf(issued.consentID).unusable(b.now()) != "" {
		return invalidGrant()
	}
	issued.used = true
	access, response := b.tokensFor(caller, issued.scopes, issued.consentID)
	issued.access, issued.refresh = access.value, response.RefreshToken
	return b.withIDToken(response, access, issued.nonce)
}

// redeemPredefined exchanges a code of the test data, any number of times: each
// exchange makes a consent of its own, so that nobody's deletion harms another.
func (b *Bank) redeemPredefined(caller *client, form url.Values, ready predefinedCode) answer {
	if caller.id != b.tpp.clientID || !slices.Contains(caller.registered.redirectURIs, form.Get("redirect_uri")) {
		return invalidGrant()
	}
	scopes := []string{scopeOpenID, ready.scope}
	if refused := b.scopeOf(form, scopes); refused != nil {
		return *refused
	}
	consentID := ready.consent(b, caller.id)
	access, response := b.tokensFor(caller, scopes, consentID)
	return b.withIDToken(response, access, "")
}

// tokensFor makes the tokens of an authorised consent.
func (b *Bank) tokensFor(caller *client, scopes []string, consentID string) (*token, tokenResponse) {
	access := b.newToken(caller.id, authorisationCode, scopes, consentID)
	response := tokenBody(access, b.options.TokenLifetime)
	if slices.Contains(caller.registered.grantTypes, grantRefreshToken) {
		refresh := *access
		refresh.value = b.source.secret()
		b.refreshTokens.put(refresh.value, &refresh)
		response.RefreshToken = refresh.value
	}
	return access, response
}

func (b *Bank) withIDToken(response tokenResponse, access *token, nonce string) answer {
	claims := b.idTokenClaims(access.clientID, access.consentID, nonce)
	claims["at_hash"] = leftHalfHash(access.value)
	signed, err := b.signJWT(claims)
	if err != nil {
		return oauthRefusal(http.StatusInternalServerError, "server_error", "The ID token could not be signed.")
	}
	response.IDToken = signed
	return withoutStore(ok(response))
}

// revokeTokens takes back what the first use of a code gave, once the code is
// offered again (RFC 6749 section 4.1.2).
func (b *Bank) revokeTokens(issued *code) {
	b.tokens.remove(issued.access)
	b.refreshTokens.remove(issued.refresh)
}

// refresh gives a new access token (RFC 6749 section 6). The refresh token stays
// as it is and is not sent again. It needs a consent that exists; whether that
// still opens anything is for the resource to say.
func (b *Bank) refresh(caller *client, form url.Values) answer {
	if form.Get("refresh_token") == "" {
		return oauthRefusal(http.StatusBadRequest, "invalid_request", "refresh_token is missing.")
	}
	stored, found := b.refreshTokens.get(form.Get("refresh_token"))
	if !found || stored.clientID != caller.id || b.grantOf(stored.consentID) == nil {
		return invalidGrant()
	}
	if refused := b.scopeOf(form, stored.scopes); refused != nil {
		return *refused
	}
	scopes, _ := narrowed(stored.scopes, form.Get("scope"))
	access := b.newToken(caller.id, authorisationCode, scopes, stored.consentID)
	return withoutStore(ok200(access, b.options.TokenLifetime))
}

// scopeOf refuses a scope that is wider than what was granted (RFC 6749 section
// 6), and, at a bank that wants it named, its absence. OAuth does not know it in
// requests with a code; where it comes, it must be right.
func (b *Bank) scopeOf(form url.Values, granted []string) *answer {
	_, within := narrowed(granted, form.Get("scope"))
	missing := b.options.NeedScope && strings.TrimSpace(form.Get("scope")) == ""
	if within && !missing {
		return nil
	}
	description := "The scope is wider than the one granted."
	if missing {
		description = "The scope is missing."
	}
	a := oauthRefusal(http.StatusBadRequest, "invalid_scope", description)
	return &a
}

func invalidGrant() answer {
	return oauthRefusal(http.StatusBadRequest, "invalid_grant", "The grant is not valid for this request.")
}
