package audit

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// token holds the answers of the token endpoint to their shape. Whether the
// status fits the situation is the suites' business.
func (e *examination) token() {
	switch {
	case e.op.ID != contract.RequestToken:
	case e.isStatus(http.StatusOK):
		e.tokenGranted()
	case e.isTokenCreated():
		e.breachAsHabit(contract.TokenCreated, e.grantClause(), "status", "200", "201 with a token")
		e.tokenGranted()
	case e.isTokenError():
		e.tokenRefused()
	}
}

// isTokenError tells the statuses that RFC 6749, section 5.2, has error objects
// for, and 403, with which some refuse clients.
func (e *examination) isTokenError() bool {
	return e.isStatus(http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden)
}

// isTokenCreated tells whether a token came with 201, as if it were a resource.
func (e *examination) isTokenCreated() bool {
	value, _ := strictjson.Pointer(e.body, "/access_token")
	token, _ := value.(string)
	return e.isStatus(http.StatusCreated) && token != ""
}

// grantClause owns the success of the grant that was asked for.
func (e *examination) grantClause() contract.ClauseID {
	if e.req.Form.Get("grant_type") == "authorization_code" {
		return contract.TokCode
	}
	return contract.Tok200
}

// What RFC 6750, section 2.1, and RFC 6749, appendix A, let stand there: a token
// that a header can carry, words of a scope, and text without quotation marks
// and backslashes.
var (
	bearerToken = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)
	scopeWords  = regexp.MustCompile(`^[!#-\[\]-~]+( [!#-\[\]-~]+)*$`)
	plainText   = regexp.MustCompile(`^[ !#-\[\]-~]+$`)
)

func textOf(value any) string {
	text, _ := value.(string)
	return text
}

var positiveInteger = regexp.MustCompile(`^[1-9][0-9]*$`)

// TOK-200: the answer has a bearer token and its lifetime, and is not to be
// stored; a client-credentials grant brings neither an ID nor a refresh token.
// The lifetime may be missing from other grants (RFC 6749, section 5.1).
func (e *examination) tokenGranted() {
	if len(e.res.Body) > 0 && !e.parsed || e.unreadable(e.res.Body) {
		return
	}
	e.decide(contract.Tok200)
	object, ok := e.body.(map[string]any)
	if !ok {
		e.breach(contract.Tok200, "body", "a JSON object", e.bodyOutline())
		return
	}
	own := e.req.Form.Get("grant_type") == "client_credentials"
	if text, _ := object["access_token"].(string); !bearerToken.MatchString(text) {
		e.breach(contract.Tok200, "/access_token", "a bearer token (RFC 6750, section 2.1)", e.show("/access_token"))
	}
	if scope, present := object["scope"]; present && !scopeWords.MatchString(textOf(scope)) {
		e.breach(contract.Tok200, "/scope", "words with one space between them (RFC 6749, section 3.3)", e.show("/scope"))
	}
	if kind, _ := object["token_type"].(string); !strings.EqualFold(kind, "Bearer") {
		e.breach(contract.Tok200, "/token_type", "Bearer", e.show("/token_type"))
	}
	lifetime, present := object["expires_in"]
	if seconds, _ := lifetime.(json.Number); (own || present) && !positiveInteger.MatchString(seconds.String()) {
		e.breach(contract.Tok200, "/expires_in", "a positive integer", e.show("/expires_in"))
	}
	if values := e.res.Header.Values("Cache-Control"); !e.unknownHeader("Cache-Control") && !slices.Contains(tokens(values), "no-store") {
		e.breach(contract.Tok200, "header Cache-Control", "no-store", quoteAll(values))
	}
	for _, name := range []string{"id_token", "refresh_token"} {
		if _, present := object[name]; own && present {
			e.breachAt(contract.Adv, contract.Tok200, "/"+name, "no such member", e.show("/"+name))
		}
	}
}

func (e *examination) bodyOutline() string {
	if len(e.res.Body) == 0 {
		return "no body"
	}
	return outline(e.body)
}

// TOK-ERROR: a refusal is an object of RFC 6749, section 5.2.
func (e *examination) tokenRefused() {
	if len(e.res.Body) > 0 && !e.parsed || e.unreadable(e.res.Body) {
		return
	}
	e.decide(contract.TokError)
	object, ok := e.body.(map[string]any)
	if !ok {
		e.breach(contract.TokError, "body", "an OAuth error object", e.bodyOutline())
		return
	}
	if e.isOBIETokenError(object) {
		e.breachAsHabit(contract.TokenErrorOBIE, contract.TokError, "/error", "one of "+strings.Join(contract.TokenErrors(), ", "), "OBErrorResponse1")
		return
	}
	if code, _ := object["error"].(string); !slices.Contains(contract.TokenErrors(), code) {
		e.breach(contract.TokError, "/error", "one of "+strings.Join(contract.TokenErrors(), ", "), e.show("/error"))
	}
	for _, name := range []string{"error_description", "error_uri"} {
		if value, present := object[name]; present && !plainText.MatchString(textOf(value)) {
			e.breach(contract.TokError, "/"+name, "a string of printable ASCII without quotation marks and backslashes", e.show("/"+name))
		}
	}
}

// isOBIETokenError tells whether a refusal is an OBErrorResponse1 and no OAuth
// error object at all.
func (e *examination) isOBIETokenError(object map[string]any) bool {
	if _, present := object["error"]; present {
		return false
	}
	resource, _ := contract.Lookup(contract.CreateAccountAccessConsent)
	answer, _ := resource.Answer(http.StatusBadRequest)
	for _, l := range e.models[answer.Model] {
		if l.level != contract.Adv && len(l.schema.Validate(object)) > 0 {
			return false
		}
	}
	return true
}
