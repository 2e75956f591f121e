package mockbank

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLifetime bounds an authorization code; RFC 6749 section 4.1.2 recommends
// ten minutes at most.
const codeLifetime = 5 * time.Minute

// code is an authorization code and what became of it.
type code struct {
	value, clientID, redirectURI string
	scopes                       []string
	consentID, nonce             string
	expires                      time.Time
	used                         bool
	access, refresh              string // tokens that the first use gave
}

// authorization is an authorization request on its way to a decision.
type authorization struct {
	client       *client
	redirectURI  string
	responseType string
	mode         string // query or fragment
	state, nonce string
	scopes       []string
	consentID    string
}

// oauthProblem is an error of RFC 6749 section 4.1.2.1 or of OpenID Connect Core
// section 3.1.2.6.
type oauthProblem struct{ code, description string }

// authorize is the authorization endpoint. It approves without a person. Errors
// go back by redirect, except when client or redirect URI cannot be trusted.
func (b *Bank) authorize(c *call) answer {
	params, unreadable := authorizationParams(c)
	if unreadable != "" {
		return oauthRefusal(http.StatusBadRequest, "invalid_request", unreadable)
	}
	caller, known := b.clients.get(params.Get("client_id"))
	if !known {
		return oauthRefusal(http.StatusBadRequest, "invalid_request", "The client is not known.")
	}
	claims, problem := b.requestObject(caller, params.Get("request"))
	ask := authorization{client: caller, redirectURI: params.Get("redirect_uri"), state: params.Get("state")}
	merged := mergeParams(params, claims)
	if redirect := merged["redirect_uri"]; redirect != "" {
		ask.redirectURI = redirect
	}
	if !slices.Contains(caller.registered.redirectURIs, ask.redirectURI) {
		return oauthRefusal(http.StatusBadRequest, "invalid_request", "The redirect URI is not registered.")
	}
	ask.responseType, ask.mode = merged["response_type"], merged["response_mode"]
	if problem == nil {
		problem = ask.read(params, claims, merged)
	}
	if problem == nil {
		problem = b.approve(ask)
	}
	if problem != nil {
		return ask.redirect(url.Values{"error": {problem.code}, "error_description": {problem.description}})
	}
	return b.redirectWithCode(ask)
}

func authorizationParams(c *call) (url.Values, string) {
	if c.op.takes == formPayload {
		return readForm(c)
	}
	params, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return nil, "The query cannot be read."
	}
	for _, values := range params {
		if len(values) > 1 {
			return nil, "A parameter is given twice."
		}
	}
	return params, ""
}

// requestObject verifies the signed request object, which is required: the
// consent is named nowhere else.
func (b *Bank) requestObject(caller *client, text string) (map[string]any, *oauthProblem) {
	if text == "" {
		return nil, &oauthProblem{"invalid_request", "A signed request object is needed."}
	}
	request, err := parseCompact(text)
	if err != nil || !caller.signsWith(caller.registered.requestObjectAlg, request) || !request.verifies(caller.keys) {
		return nil, &oauthProblem{"invalid_request_object", "The request object is not signed by the client."}
	}
	rd := &reading{}
	issuer := rd.text(request.claims, "iss", textRule{})
	expires, _ := rd.number(request.claims, "exp")
	b.checkAudience(rd, request.claims)
	if len(rd.problems) > 0 || issuer != caller.id || expires <= float64(b.now().Unix()) {
		return nil, &oauthProblem{"invalid_request_object", "The request object is not of this client, for this bank, and in force."}
	}
	return request.claims, nil
}

// mergeParams lets the request object override the query (OpenID Connect Core
// section 6.1). A claim that is no string counts as absent.
func mergeParams(params url.Values, claims map[string]any) map[string]string {
	merged := map[string]string{}
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"} {
		merged[name] = params.Get(name)
		if text, ok := claims[name].(string); ok {
			merged[name] = text
		}
	}
	return merged
}

// read checks the parameters of a request whose object is genuine. State comes
// first, so that every later error carries it.
func (ask *authorization) read(params url.Values, claims map[string]any, merged map[string]string) *oauthProblem {
	ask.state, ask.nonce = merged["state"], merged["nonce"]
	for _, name := range []string{"client_id", "response_type", "redirect_uri"} {
		if params.Has(name) && params.Get(name) != merged[name] {
			return &oauthProblem{"invalid_request", "Query and request object differ in " + name + "."}
		}
	}
	switch {
	case ask.responseType == "":
		return &oauthProblem{"invalid_request", "response_type is missing."}
	case ask.responseType != responseTypeCode && ask.responseType != responseTypeHybrid:
		return &oauthProblem{"unsupported_response_type", "The response type is not supported."}
	case !slices.Contains(ask.client.registered.responseTypes, ask.responseType):
		return &oauthProblem{"unauthorized_client", "The client has not registered the response type."}
	case ask.mode != "" && ask.mode != "query" && ask.mode != "fragment",
		ask.mode == "query" && ask.responseType == responseTypeHybrid:
		return &oauthProblem{"invalid_request", "The response mode is not supported."}
	case ask.nonce == "" && ask.responseType == responseTypeHybrid:
		return &oauthProblem{"invalid_request", "nonce is missing."}
	}
	ask.scopes = unique(strings.Fields(merged["scope"]))
	if _, granted := narrowed(ask.client.registered.scopes, merged["scope"]); !granted || !slices.Contains(ask.scopes, scopeOpenID) {
		return &oauthProblem{"invalid_scope", "The scope must have openid, and nothing that is not registered."}
	}
	ask.consentID = intentID(claims)
	if ask.consentID == "" {
		return &oauthProblem{"invalid_request", "The request object names no consent."}
	}
	return nil
}

// intentID finds the consent in the claims request, for the ID token or for the
// userinfo endpoint.
func intentID(claims map[string]any) string {
	requested, _ := claims["claims"].(map[string]any)
	for _, target := range []string{"id_token", "userinfo"} {
		members, _ := requested[target].(map[string]any)
		intent, _ := members["openbanking_intent_id"].(map[string]any)
		if value, _ := intent["value"].(string); value != "" {
			return value
		}
	}
	return ""
}

// approve decides as the customer would: yes to a consent that waits, and to one
// already authorised (re-authentication); no to all else. A funds consent over
// an account that the customer does not hold is rejected for good.
func (b *Bank) approve(ask authorization) *oauthProblem {
	consent := b.grantOf(ask.consentID)
	if consent == nil || consent.clientID != ask.client.id {
		return &oauthProblem{"invalid_request", "The consent is not one of this client."}
	}
	if !slices.Contains(ask.scopes, consent.scope) {
		return &oauthProblem{"invalid_scope", "The scope does not fit the consent."}
	}
	now := b.now()
	if consent.expired(now) || consent.status == statusRejected || consent.status == statusRevoked {
		return &oauthProblem{"access_denied", "The consent can no longer be authorised."}
	}
	if consent.status == statusAuthorised {
		return nil
	}
	if funds, isFunds := b.fundsGrants.get(ask.consentID); isFunds {
		if _, held := accountHeld(funds.debtor); !held {
			consent.decide(statusRejected, b.source.date())
			return &oauthProblem{"access_denied", "The customer does not hold the account."}
		}
	}
	consent.decide(statusAuthorised, b.source.date())
	return nil
}

func (b *Bank) redirectWithCode(ask authorization) answer {
	issued := &code{
		value: b.source.secret(), clientID: ask.client.id, redirectURI: ask.redirectURI, scopes: ask.scopes,
		consentID: ask.consentID, nonce: ask.nonce, expires: b.now().Add(codeLifetime),
	}
	b.codes.put(issued.value, issued)
	params := url.Values{"code": {issued.value}}
	if ask.responseType == responseTypeHybrid {
		claims := b.idTokenClaims(ask.client.id, ask.consentID, ask.nonce)
		claims["c_hash"] = leftHalfHash(issued.value)
		if ask.state != "" {
			claims["s_hash"] = leftHalfHash(ask.state)
		}
		signed, err := b.signJWT(claims)
		if err != nil {
			return ask.redirect(url.Values{"error": {"server_error"}})
		}
		params.Set("id_token", signed)
	}
	return ask.redirect(params)
}

// redirect sends the browser back with params, in the query or the fragment as
// asked, by default as the response type has it.
func (ask *authorization) redirect(params url.Values) answer {
	if ask.state != "" {
		params.Set("state", ask.state)
	}
	separator := "?"
	if strings.Contains(ask.redirectURI, "?") {
		separator = "&"
	}
	if ask.mode == "fragment" || ask.responseType == responseTypeHybrid {
		separator = "#"
	}
	return withoutStore(reply(http.StatusFound, nil)).with("Location", ask.redirectURI+separator+params.Encode())
}
