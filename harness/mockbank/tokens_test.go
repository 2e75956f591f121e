package mockbank_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

func form(grant string, pairs ...string) url.Values {
	values := url.Values{"grant_type": {grant}}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// openIDToken verifies an ID token with the bank's key and returns its claims.
func (f *fixture) openIDToken(token string) map[string]any {
	f.t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		f.t.Fatal(err)
	}
	payload, err := parsed.Verify(f.bankKey())
	if err != nil {
		f.t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		f.t.Fatal(err)
	}
	now := float64(f.clock.Now().Unix())
	if claims["iss"] != f.creds.Issuer || claims["aud"] != f.creds.ClientID || claims["exp"].(float64) <= now ||
		claims["iat"].(float64) > now || claims["sub"] == "" {
		f.t.Errorf("claims of the ID token: %v", claims)
	}
	return claims
}

func (f *fixture) consentOf(tokenAnswer got) string {
	f.t.Helper()
	consent, _ := f.openIDToken(tokenAnswer.text("id_token"))["openbanking_intent_id"].(string)
	if consent == "" {
		f.t.Fatal("the ID token names no consent")
	}
	return consent
}

func TestDiscoveryAndKeys(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	answer := f.send(get(discoveryPath)).must(200)
	if answer.text("issuer")+"/.well-known/openid-configuration" != f.url+discoveryPath || answer.text("issuer") != f.creds.Issuer {
		t.Errorf("issuer %q", answer.text("issuer"))
	}
	for name, path := range map[string]string{
		"token_endpoint": tokenPath, "authorization_endpoint": authorizePath,
		"registration_endpoint": registerPath, "jwks_uri": "/oauth2/jwks",
	} {
		if answer.text(name) != f.url+path {
			t.Errorf("%s is %q", name, answer.text(name))
		}
	}
	for name, want := range map[string][]any{
		"scopes_supported":                      {"openid", "accounts", "fundsconfirmations"},
		"grant_types_supported":                 {"authorization_code", "client_credentials"},
		"response_types_supported":              {"code", "code id_token"},
		"subject_types_supported":               {"public"},
		"id_token_signing_alg_values_supported": {"PS256"},
		"token_endpoint_auth_methods_supported": {"client_secret_basic", "client_secret_post", "private_key_jwt"},
	} {
		got, _ := answer.at(name).([]any)
		for _, value := range want {
			if !slices.Contains(got, value) {
				t.Errorf("%s is %v", name, got)
			}
		}
	}
	keys := f.send(get("/oauth2/jwks")).must(200)
	key := keys.at("keys").([]any)[0].(map[string]any)
	if key["kty"] != "RSA" || key["alg"] != "PS256" || key["use"] != "sig" || key["kid"] == "" || key["d"] != nil {
		t.Errorf("published key %v", key)
	}
	f.send(sent{method: "POST", path: discoveryPath}).must(405)
}

func TestClientCredentials(t *testing.T) {
	f := newFixture(t, mockbank.Options{TokenLifetime: 90 * time.Second})
	answer := f.ask(form("client_credentials", "scope", "accounts")).must(200)
	if answer.text("access_token") == "" || answer.text("token_type") != "Bearer" || answer.at("expires_in") != 90.0 ||
		answer.text("scope") != "accounts" || answer.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %s", answer.header, answer.body)
	}
	if answer.at("id_token") != nil || answer.at("refresh_token") != nil {
		t.Errorf("too much: %s", answer.body)
	}
	if scope := f.ask(form("client_credentials")).must(200).text("scope"); scope != "openid accounts fundsconfirmations" {
		t.Errorf("default scope %q", scope)
	}
}

func (g got) oauthError(status int, code string) {
	g.t.Helper()
	if g.must(status).text("error") != code {
		g.t.Errorf("%s: error %q, want %q", g.what, g.text("error"), code)
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	valid := form("client_credentials")
	redirect := f.creds.RedirectURIs[0]
	code := f.creds.Codes["accounts"]
	withBody := func(body string) sent {
		request := basic(f.tokenRequest(valid), f.creds.ClientID, f.creds.ClientSecret)
		request.body = body
		return request
	}
	post := func(id, secret string) sent {
		return f.tokenRequest(form("client_credentials", "client_id", id, "client_secret", secret))
	}
	second := func(values url.Values) sent {
		return basic(f.tokenRequest(values), f.creds.SecondClientID, f.creds.SecondClientSecret)
	}
	first := func(values url.Values) sent { return withBody(values.Encode()) }
	for _, one := range []struct {
		name    string
		request sent
		status  int
		error   string
	}{
		{"wrong secret", basic(f.tokenRequest(valid), f.creds.ClientID, "wrong"), 401, "invalid_client"},
		{"unknown client", basic(f.tokenRequest(valid), uuid.NewString(), f.creds.ClientSecret), 401, "invalid_client"},
		{"another's secret", basic(f.tokenRequest(valid), f.creds.ClientID, f.creds.SecondClientSecret), 401, "invalid_client"},
		{"no authentication", f.tokenRequest(valid), 401, "invalid_client"},
		{"identifier alone", f.tokenRequest(form("client_credentials", "client_id", f.creds.ClientID)), 401, "invalid_client"},
		{"wrong secret in the body", post(f.creds.ClientID, "wrong"), 401, "invalid_client"},
		{"bearer in place of basic", f.tokenRequest(valid).bearer("x"), 401, "invalid_client"},
		{"two ways at once", basic(post(f.creds.ClientID, f.creds.ClientSecret), f.creds.ClientID, f.creds.ClientSecret), 400, "invalid_request"},
		{"unknown grant", first(form("password")), 400, "unsupported_grant_type"},
		{"missing grant", first(url.Values{"scope": {"accounts"}}), 400, "invalid_request"},
		{"parameter twice", withBody("grant_type=client_credentials&grant_type=client_credentials"), 400, "invalid_request"},
		{"no form", withBody("%zz"), 400, "invalid_request"},
		{"JSON", withBody("{}").with("Content-Type", "application/json"), 400, "invalid_request"},
		{"unknown scope", first(form("client_credentials", "scope", "payments")), 400, "invalid_scope"},
		{"scope half known", first(form("client_credentials", "scope", "accounts payments")), 400, "invalid_scope"},
		{"no code", first(form("authorization_code", "redirect_uri", redirect)), 400, "invalid_request"},
		{"no redirect URI", first(form("authorization_code", "code", code)), 400, "invalid_request"},
		{"made-up code", first(form("authorization_code", "code", "x", "redirect_uri", redirect)), 400, "invalid_grant"},
		{"other redirect URI", first(form("authorization_code", "code", code, "redirect_uri", "https://x.example/")), 400, "invalid_grant"},
		{"another's code", second(form("authorization_code", "code", code, "redirect_uri", redirect)), 400, "invalid_grant"},
		{"no refresh token", first(form("refresh_token")), 400, "invalid_request"},
		{"made-up refresh token", first(form("refresh_token", "refresh_token", "x")), 400, "invalid_grant"},
		{"another method", sent{method: "GET", path: tokenPath}, 405, "invalid_request"},
	} {
		t.Run(one.name, func(t *testing.T) { f.send(one.request).oauthError(one.status, one.error) })
	}
}

func TestUnregisteredGrant(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.claims()
	claims["grant_types"] = []string{"authorization_code"}
	answer := f.send(f.registration(claims)).must(201)
	f.tokenOf(registered{answer.text("client_id"), answer.text("client_secret")}).oauthError(400, "unauthorized_client")
}

func TestRefreshToken(t *testing.T) {
	f := newFixture(t, mockbank.Options{TokenLifetime: time.Minute})
	answer := f.redeem(f.creds.Codes["basic"]).must(200)
	f.clock.advance(2 * time.Minute)
	f.send(get(accountsPath).bearer(answer.text("access_token"))).must(401)
	refresh := form("refresh_token", "refresh_token", answer.text("refresh_token"))
	for range 2 {
		fresh := f.ask(refresh).must(200)
		f.send(get(accountsPath).bearer(fresh.text("access_token"))).must(200)
	}
	refresh.Set("scope", "fundsconfirmations")
	f.ask(refresh).oauthError(400, "invalid_scope")
	refresh.Set("scope", "accounts")
	f.send(basic(f.tokenRequest(refresh), f.creds.SecondClientID, f.creds.SecondClientSecret)).oauthError(400, "invalid_grant")
	f.ask(refresh).must(200)
}

// assertion is a valid client assertion of the predefined client.
func (f *fixture) assertion() map[string]any {
	now := f.clock.Now().Unix()
	return map[string]any{"iss": f.creds.ClientID, "sub": f.creds.ClientID, "aud": f.url + tokenPath, "iat": now, "exp": now + 60, "jti": uuid.NewString()}
}

func (f *fixture) assert(assertion string) got {
	f.t.Helper()
	return f.send(f.tokenRequest(form("client_credentials",
		"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion)))
}

func TestPrivateKeyJWT(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	valid := f.sign(f.assertion())
	f.assert(valid).must(200)
	f.assert(valid).oauthError(401, "invalid_client") // once only
	for name, change := range map[string]func(map[string]any){
		"expired":          func(c map[string]any) { c["exp"] = f.clock.Now().Unix() },
		"no exp":           func(c map[string]any) { delete(c, "exp") },
		"no jti":           func(c map[string]any) { delete(c, "jti") },
		"other issuer":     func(c map[string]any) { c["iss"] = f.creds.SecondClientID },
		"other client":     func(c map[string]any) { c["iss"], c["sub"] = f.creds.SecondClientID, f.creds.SecondClientID },
		"for another bank": func(c map[string]any) { c["aud"] = "https://other.example" },
		"no audience":      func(c map[string]any) { delete(c, "aud") },
	} {
		t.Run(name, func(t *testing.T) {
			claims := f.assertion()
			change(claims)
			f.assert(f.sign(claims)).oauthError(401, "invalid_client")
		})
	}
	f.assert(alter(f.sign(f.assertion()))).oauthError(401, "invalid_client")
	f.assert("x").oauthError(401, "invalid_client")
}

func TestRegisteredMethodBinds(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.claims()
	claims["token_endpoint_auth_method"] = "private_key_jwt"
	answer := f.send(f.registration(claims)).must(201)
	client := registered{answer.text("client_id"), answer.text("client_secret")}
	f.tokenOf(client).oauthError(401, "invalid_client")
	assertion := f.assertion()
	assertion["iss"], assertion["sub"] = client.id, client.id
	token := f.assert(f.sign(assertion)).must(200).text("access_token")
	f.send(get(registerPath + "/" + client.id).bearer(token)).must(200)
}

func TestPredefinedCodesAreOneClients(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	sibling := f.register() // of the same software, with the same redirect URI
	request := f.tokenRequest(form("authorization_code", "code", f.creds.Codes["accounts"], "redirect_uri", f.creds.RedirectURIs[0]))
	f.send(basic(request, sibling.id, sibling.secret)).oauthError(400, "invalid_grant")
}

func TestSecretInTheBody(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	f.send(f.tokenRequest(form("client_credentials", "client_id", f.creds.ClientID, "client_secret", f.creds.ClientSecret))).must(200)
}
