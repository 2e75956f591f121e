package mockbank_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// requestClaims are those of a valid request object for a consent.
func (f *fixture) requestClaims(consentID, scope string) map[string]any {
	return map[string]any{
		"iss": f.creds.ClientID, "aud": f.creds.Issuer, "exp": f.clock.Now().Unix() + 300, "client_id": f.creds.ClientID,
		"response_type": "code id_token", "redirect_uri": f.creds.RedirectURIs[0], "scope": "openid " + scope,
		"state": "s 1", "nonce": "n1",
		"claims": map[string]any{"id_token": map[string]any{"openbanking_intent_id": map[string]any{"value": consentID, "essential": true}}},
	}
}

func (f *fixture) authorizeRequest(claims map[string]any) url.Values {
	return url.Values{
		"client_id": {f.creds.ClientID}, "redirect_uri": {f.creds.RedirectURIs[0]}, "state": {"s 1"},
		"response_type": {"code id_token"}, "scope": {"openid accounts"}, "nonce": {"n1"}, "request": {f.sign(claims)},
	}
}

// authorize sends the browser there and reads what it brings back, and whether
// that came in the fragment.
func (f *fixture) authorize(params url.Values) (back url.Values, fragment bool) {
	f.t.Helper()
	answer := f.send(get(authorizePath + "?" + params.Encode())).must(302)
	location := answer.header.Get("Location")
	target, rest, fragment := strings.Cut(location, "#")
	if !fragment {
		target, rest, _ = strings.Cut(location, "?")
	}
	if target != f.creds.RedirectURIs[0] {
		f.t.Errorf("redirected to %q", location)
	}
	back, err := url.ParseQuery(rest)
	if err != nil || back.Get("state") != "s 1" || answer.header.Get("Cache-Control") != "no-store" {
		f.t.Errorf("redirect %q, %v", location, err)
	}
	return back, fragment
}

func (f *fixture) waitingConsent() string {
	f.t.Helper()
	return f.createAccountConsent(permitting("ReadAccountsDetail")).must(201).text("Data", "ConsentId")
}

func leftHalf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func TestHybridFlow(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	consent := f.waitingConsent()
	created := f.clock.Now()
	f.clock.advance(3 * time.Second)
	back, fragment := f.authorize(f.authorizeRequest(f.requestClaims(consent, "accounts")))
	front := f.openIDToken(back.Get("id_token"))
	if !fragment || front["openbanking_intent_id"] != consent || front["nonce"] != "n1" || front["acr"] == "" ||
		front["c_hash"] != leftHalf(back.Get("code")) || front["s_hash"] != leftHalf("s 1") {
		t.Errorf("fragment %v, claims %v", fragment, front)
	}
	decided := f.send(get(consentsPath + "/" + consent).bearer(f.clientToken("accounts"))).must(200)
	moved, err := time.Parse(time.RFC3339, decided.text("Data", "StatusUpdateDateTime"))
	if err != nil || decided.text("Data", "Status") != "Authorised" || moved.Sub(created) < 2*time.Second {
		t.Errorf("after authorization: %s", decided.body)
	}
	answer := f.redeem(back.Get("code")).must(200)
	claims := f.openIDToken(answer.text("id_token"))
	if claims["openbanking_intent_id"] != consent || claims["nonce"] != "n1" || claims["at_hash"] != leftHalf(answer.text("access_token")) {
		t.Errorf("claims %v", claims)
	}
	access := answer.text("access_token")
	f.send(get(accountsPath).bearer(access)).must(200)

	// The second use fails, and takes back what the first one gave.
	f.redeem(back.Get("code")).oauthError(400, "invalid_grant")
	f.send(get(accountsPath).bearer(access)).must(401)
	f.ask(form("refresh_token", "refresh_token", answer.text("refresh_token"))).oauthError(400, "invalid_grant")
}

func TestCodeFlow(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for mode, wantFragment := range map[string]bool{"": false, "query": false, "fragment": true} {
		claims := f.requestClaims(f.waitingConsent(), "accounts")
		claims["response_type"] = "code"
		delete(claims, "nonce")
		claims["claims"] = map[string]any{"userinfo": claims["claims"].(map[string]any)["id_token"]}
		params := f.authorizeRequest(claims)
		params.Set("response_type", "code")
		params.Del("nonce")
		if mode != "" {
			params.Set("response_mode", mode)
		}
		back, fragment := f.authorize(params)
		if fragment != wantFragment || back.Has("id_token") {
			t.Errorf("mode %q: fragment %v, %v", mode, fragment, back)
		}
		f.redeem(back.Get("code")).must(200)
	}
}

func TestFundsFlow(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	consent := f.createFundsConsent(f.fundsConsentBody()).must(201).text("Data", "ConsentId")
	back, _ := f.authorize(f.authorizeRequest(f.requestClaims(consent, "fundsconfirmations")))
	token := f.redeem(back.Get("code")).must(200).text("access_token")
	f.send(post(fundsPath, fundsBody(consent)).bearer(token)).must(201)

	stranger := f.createFundsConsent(debtorBody("UK.OBIE.BBAN", "1")).must(201).text("Data", "ConsentId")
	for range 2 { // rejected for good
		back, _ = f.authorize(f.authorizeRequest(f.requestClaims(stranger, "fundsconfirmations")))
		if back.Get("error") != "access_denied" {
			t.Errorf("a stranger's account: %v", back)
		}
	}
	rejected := f.send(get(fundsConsentsPath + "/" + stranger).bearer(f.clientToken("fundsconfirmations"))).must(200)
	if rejected.text("Data", "Status") != "Rejected" {
		t.Errorf("Status %s", rejected.text("Data", "Status"))
	}
}

func TestCodeBelongsToItsRequest(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	back, _ := f.authorize(f.authorizeRequest(f.requestClaims(f.waitingConsent(), "accounts")))
	request := form("authorization_code", "code", back.Get("code"), "redirect_uri", f.creds.RedirectURIs[1])
	f.ask(request).oauthError(400, "invalid_grant")
	request.Set("redirect_uri", f.creds.RedirectURIs[0])
	f.send(basic(f.tokenRequest(request), f.creds.SecondClientID, f.creds.SecondClientSecret)).oauthError(400, "invalid_grant")
	f.ask(request).must(200)
}

func TestCodeExpires(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	back, _ := f.authorize(f.authorizeRequest(f.requestClaims(f.waitingConsent(), "accounts")))
	f.clock.advance(6 * time.Minute)
	f.redeem(back.Get("code")).oauthError(400, "invalid_grant")
}

func TestAuthorizeByPost(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	request := f.tokenRequest(f.authorizeRequest(f.requestClaims(f.waitingConsent(), "accounts")))
	request.path = authorizePath
	f.send(request).must(302)
}

func TestReauthorization(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	consent := f.waitingConsent()
	for range 2 {
		back, _ := f.authorize(f.authorizeRequest(f.requestClaims(consent, "accounts")))
		f.redeem(back.Get("code")).must(200)
	}
}

func TestAuthorizeRefusesByRedirect(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	other := f.send(post(consentsPath, basicConsent).bearer(f.secondClientToken("accounts"))).must(201).text("Data", "ConsentId")
	set := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) { c[name] = value }
	}
	for name, one := range map[string]struct {
		change func(map[string]any)
		error  string
	}{
		"another's consent":   {func(c map[string]any) { maps.Copy(c, f.requestClaims(other, "accounts")) }, "invalid_request"},
		"unknown consent":     {func(c map[string]any) { maps.Copy(c, f.requestClaims("x", "accounts")) }, "invalid_request"},
		"no consent":          {func(c map[string]any) { delete(c, "claims") }, "invalid_request"},
		"wrong scope":         {set("scope", "openid fundsconfirmations"), "invalid_scope"},
		"no openid":           {set("scope", "accounts"), "invalid_scope"},
		"unregistered scope":  {set("scope", "openid accounts payments"), "invalid_scope"},
		"no nonce":            {set("nonce", ""), "invalid_request"},
		"other response type": {set("response_type", "code"), "invalid_request"},
		"hybrid by query":     {set("response_mode", "query"), "invalid_request"},
		"form post":           {set("response_mode", "form_post"), "invalid_request"},
		"expired object":      {set("exp", f.clock.Now().Unix()), "invalid_request_object"},
		"object without exp":  {func(c map[string]any) { delete(c, "exp") }, "invalid_request_object"},
		"object of another":   {set("iss", f.creds.SecondClientID), "invalid_request_object"},
		"for another bank":    {set("aud", "https://other.example"), "invalid_request_object"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := f.requestClaims(f.waitingConsent(), "accounts")
			one.change(claims)
			back, _ := f.authorize(f.authorizeRequest(claims))
			if back.Get("error") != one.error || back.Has("code") {
				t.Errorf("%v, want %s", back, one.error)
			}
		})
	}
	for name, change := range map[string]func(url.Values){
		"altered object":            func(p url.Values) { p.Set("request", alter(p.Get("request"))) },
		"no object":                 func(p url.Values) { p.Del("request") },
		"unsupported response type": func(p url.Values) { p.Set("response_type", "token") },
	} {
		t.Run(name, func(t *testing.T) {
			params := f.authorizeRequest(f.requestClaims(f.waitingConsent(), "accounts"))
			change(params)
			if back, _ := f.authorize(params); !back.Has("error") || back.Has("code") {
				t.Errorf("%v", back)
			}
		})
	}
}

func TestUnsupportedResponseType(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.requestClaims(f.waitingConsent(), "accounts")
	claims["response_type"] = "token"
	params := f.authorizeRequest(claims)
	params.Set("response_type", "token")
	if back, _ := f.authorize(params); back.Get("error") != "unsupported_response_type" {
		t.Errorf("%v", back)
	}
}

func TestAuthorizeRefusesOutright(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.requestClaims(f.waitingConsent(), "accounts")
	params := f.authorizeRequest(claims)
	unknown := maps.Clone(params)
	unknown.Set("client_id", "x")
	f.send(get(authorizePath+"?"+unknown.Encode())).oauthError(400, "invalid_request")
	claims["redirect_uri"] = "https://evil.example/"
	f.send(get(authorizePath+"?"+f.authorizeRequest(claims).Encode())).oauthError(400, "invalid_request")
	elsewhere := maps.Clone(params)
	elsewhere.Set("redirect_uri", "https://evil.example/")
	elsewhere.Del("request")
	f.send(get(authorizePath+"?"+elsewhere.Encode())).oauthError(400, "invalid_request")
	f.send(get(authorizePath+"?"+params.Encode()+"&client_id=x")).oauthError(400, "invalid_request")
	f.send(get(authorizePath+"?client_id=%zz")).oauthError(400, "invalid_request")
}
