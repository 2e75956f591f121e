package conduct

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
)

// CLI-AUTHZ-SCOPE.
func holdAuthzScope(e *examination) {
	a := e.authorization()
	scope := a.get("scope")
	if !a.readable() || e.withheld(a.params.Get("scope")) && scope == "" {
		return
	}
	e.met()
	words := scopesOf(scope)
	if !slices.Contains(words, "openid") {
		e.breach(a.where("scope"), "openid among the scopes", quote(scope))
	}
	id, _ := a.intent(e.options.IntentClaim)
	if named, known := e.memory.consents.get(e.memory.of(id)); known && named.scope != "" && !slices.Contains(words, e.scopeName(named.scope)) {
		e.breach(a.where("scope"), e.scopeName(named.scope)+" among the scopes, as the consent needs", quote(scope))
	}
}

// scopeName is the bank's name for one of the contract's scopes.
func (e *examination) scopeName(scope string) string {
	if own := e.options.Scopes[scope]; own != "" {
		return own
	}
	return scope
}

// CLI-AUTHZ-REDIRECT.
func holdAuthzRedirect(e *examination) {
	a := e.authorization()
	redirect := a.get("redirect_uri")
	if !a.readable() || redirect == "" {
		return
	}
	registered, known := e.memory.clients.get(e.memory.of(a.get("client_id")))
	if !known || len(registered.redirects) == 0 {
		return
	}
	if !slices.Contains(registered.redirects, redirect) {
		e.breach(a.where("redirect_uri"), "a registered redirect URI", quote(redirect))
		return
	}
	e.met()
}

// CLI-AUTHZ-FRESH. A browser may load the same address again.
func holdAuthzFresh(e *examination) {
	a := e.authorization()
	if !a.readable() {
		return
	}
	// The bank's own pages may lead back with more in the query than the client sent.
	this := e.memory.of(e.req.URL.RawQuery, string(e.req.Body.Bytes))
	if a.given {
		this = e.memory.of(a.params.Get("request"))
	}
	for _, name := range []string{"state", "nonce"} {
		value := a.get(name)
		if value == "" {
			continue
		}
		e.met()
		k := e.memory.of(name, a.get("client_id"), value)
		if before, seen := e.memory.uses.get(k); seen && before != this {
			e.breach(a.where(name), "a "+name+" of its own", "that of an earlier request")
			continue
		}
		e.memory.uses.put(k, this)
	}
}

// maxLife is how long a request object or an assertion may be valid.
const maxLife = time.Hour

// CLI-AUTHZ-CLAIMS.
func holdAuthzClaims(e *examination) {
	a := e.authorization()
	if !a.readable() || !a.given {
		return
	}
	claims := a.object.Claims
	issuer, named := claims["iss"]
	switch id := a.get("client_id"); {
	case !named:
		e.breachAt(contract.Adv, "claim iss", "the client's id", "none")
	case id != "" && issuer != id:
		e.breach("claim iss", "the client's id", "another value")
	}
	audience := texts(claims["aud"])
	switch {
	case len(audience) == 0:
		e.breach("claim aud", "the bank's issuer", "none")
	case e.memory.issuerKnown && !slices.ContainsFunc(audience, e.isIssuer):
		e.breach("claim aud", "the issuer that discovery publishes", quote(audience[0]))
	}
	e.deadline(claims)
	e.met()
}

// deadline holds exp to a time to come, and advises one within the hour.
func (e *examination) deadline(claims map[string]any) {
	expires, ok := numericDate(claims["exp"])
	begins, _ := numericDate(claims["iat"])
	if begins.IsZero() {
		begins, _ = numericDate(claims["nbf"])
	}
	if begins.IsZero() || !e.started.IsZero() && begins.After(e.started) {
		begins = e.started
	}
	switch {
	case !ok:
		e.breach("claim exp", "seconds since 1970", "none")
	case e.started.IsZero():
	case !expires.After(e.started.Add(-e.options.ClockSkew)):
		e.breach("claim exp", "a time to come", "a time that is past")
	case expires.Sub(begins) > maxLife+e.options.ClockSkew:
		e.breachAt(contract.Adv, "claim exp", "an hour at most after it was made", expires.Sub(begins).String())
	}
}

func (e *examination) isIssuer(audience string) bool {
	_, known := e.memory.issuers.get(e.memory.of(strings.TrimSuffix(audience, "/")))
	return known
}

// exchange is the life of the code that the request wants to exchange; nil where
// it wants none. A code that was never seen has an empty life.
func (e *examination) exchange() *code {
	if e.op.ID != contract.RequestToken {
		return nil
	}
	grant, _ := e.field("grant_type")
	value, ok := e.field("code")
	if !ok || grant != "authorization_code" {
		return nil
	}
	if life, known := e.memory.codes.get(e.memory.of(value)); known {
		return life
	}
	return &code{}
}

// CLI-CODE-ONCE. A code that a bank gives to testers is good for many times: one
// whose authorisation was not seen is judged only where the bank refuses it.
func holdCodeOnce(e *examination) {
	life := e.exchange()
	if life == nil || !life.issued && life.exchanged.IsZero() {
		return
	}
	again := !life.exchanged.IsZero() && e.started.After(life.exchanged)
	switch {
	case again && (life.issued || e.status() == http.StatusBadRequest):
		e.breach("form code", "a code that was not exchanged before", "one that was")
	case !again:
		e.met()
	}
}

// CLI-CODE-REDIRECT.
func holdCodeRedirect(e *examination) {
	life := e.exchange()
	redirect, ok := e.field("redirect_uri")
	if life == nil || !ok {
		return
	}
	const where = "form redirect_uri"
	if life.issued && life.redirect != "" {
		e.met()
		if redirect != life.redirect {
			e.breach(where, "that of the authorisation request, "+quote(life.redirect), quote(redirect))
		}
		return
	}
	if registered, known := e.memory.clients.get(e.memory.of(e.caller())); known && len(registered.redirects) > 0 {
		e.met()
		if !slices.Contains(registered.redirects, redirect) {
			e.breach(where, "a registered redirect URI", quote(redirect))
		}
	}
}

// CLI-CODE-VERIFIER.
func holdCodeVerifier(e *examination) {
	life := e.exchange()
	if life == nil || !life.issued || life.challenge == "" {
		return
	}
	values, _ := e.form()
	verifier := values.Get("code_verifier")
	if e.withheld(verifier) {
		return
	}
	made := verifier
	if life.challengeMethod == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		made = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	switch {
	case verifier == "":
		e.breach("form code_verifier", "the verifier of the code_challenge that was sent", "none")
	case made != life.challenge:
		e.breach("form code_verifier", "the verifier of the code_challenge that was sent", "another")
	default:
		e.met()
	}
}

// CLI-STATE-CHECKED.
func holdStateChecked(e *examination) {
	life := e.exchange()
	if life == nil || !life.issued || life.state == 0 {
		return
	}
	if life.returned != life.state {
		e.breach("form code", "no exchange of a code that came with another state than was sent", "one")
		return
	}
	e.met()
}

// rememberAuthorization keeps an authorisation request, and the code that comes
// back from it, at once or from a later address of the bank's.
func (e *examination) rememberAuthorization() {
	if e.op.ID == contract.Authorize && e.object.readable() {
		a := &e.object
		id, _ := a.intent(e.options.IntentClaim)
		asked := &code{issued: true, redirect: short(a.get("redirect_uri")), state: e.memory.of(a.get("state")), nonce: e.memory.of(a.get("nonce")),
			scopes: shorts(scopesOf(a.get("scope"))), consent: e.memory.of(id),
			challenge: short(a.get("code_challenge")), challengeMethod: short(a.get("code_challenge_method"))}
		e.memory.pending.put(asked.state, asked)
		e.rememberCode(asked)
		return
	}
	if e.op.ID == "" || e.op.ID == contract.Authorize {
		e.rememberCode(nil)
	}
}

// rememberCode reads a code out of a redirect. Where the request that it answers
// is not known, it is the one whose state it gives back.
func (e *examination) rememberCode(asked *code) {
	if e.status()/100 != 3 || e.x.Response == nil {
		return
	}
	target, err := url.Parse(e.x.Response.Header.Get("Location"))
	if err != nil {
		return
	}
	back := target.Query()
	if fragment, err := url.ParseQuery(target.Fragment); err == nil && fragment.Get("code") != "" {
		back = fragment
	}
	value := back.Get("code")
	if value == "" || e.withheld(value) {
		return
	}
	if asked == nil {
		asked, _ = e.memory.pending.get(e.memory.of(back.Get("state")))
		address := strings.TrimSuffix(strings.TrimSuffix(target.String(), "#"+target.EscapedFragment()), "?"+target.RawQuery)
		if asked == nil || !strings.HasPrefix(asked.redirect, address) {
			return
		}
	}
	life := *asked
	if life.returned = e.memory.of(back.Get("state")); e.withheld(back.Get("state")) {
		life.state = 0
	}
	e.memory.codes.put(e.memory.of(value), &life)
}
