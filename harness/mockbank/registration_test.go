package mockbank_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

// claims are those of a valid registration request, new each time.
func (f *fixture) claims() map[string]any {
	now := f.clock.Now().Unix()
	return map[string]any{
		"iss": f.creds.SoftwareID, "iat": now, "exp": now + 300, "aud": f.creds.Audience, "jti": uuid.NewString(),
		"redirect_uris":                   []string{f.creds.RedirectURIs[0]},
		"token_endpoint_auth_method":      "client_secret_basic",
		"grant_types":                     []string{"authorization_code", "client_credentials"},
		"response_types":                  []string{"code id_token"},
		"software_id":                     f.creds.SoftwareID,
		"scope":                           "openid accounts",
		"software_statement":              f.creds.SoftwareStatement,
		"application_type":                "web",
		"id_token_signed_response_alg":    "PS256",
		"request_object_signing_alg":      "PS256",
		"token_endpoint_auth_signing_alg": "PS256",
	}
}

func (f *fixture) registration(claims map[string]any) sent {
	f.t.Helper()
	return jws(f.sign(claims))
}

func jws(body string) sent {
	return sent{method: "POST", path: registerPath, body: body, header: http.Header{"Content-Type": {"application/jose"}}}
}

// registered is a client made by registration.
type registered struct{ id, secret string }

func (f *fixture) register() registered {
	f.t.Helper()
	answer := f.send(f.registration(f.claims())).must(201)
	return registered{answer.text("client_id"), answer.text("client_secret")}
}

func (f *fixture) tokenOf(of registered) got {
	f.t.Helper()
	return f.send(basic(f.tokenRequest(url.Values{"grant_type": {"client_credentials"}}), of.id, of.secret))
}

func TestRegistrationEchoes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	answer := f.send(f.registration(f.claims())).must(201)
	want := map[string]any{
		"redirect_uris":               []any{f.creds.RedirectURIs[0]},
		"tokenEndpointAuthMethod":     "client_secret_basic",
		"grant_types":                 []any{"authorization_code", "client_credentials"},
		"responseTypes":               []any{"code id_token"},
		"scope":                       "openid accounts",
		"software_id":                 f.creds.SoftwareID,
		"softwareStatement":           f.creds.SoftwareStatement,
		"applicationType":             "web",
		"idTokenSignedResponseAlg":    "PS256",
		"requestObjectSigningAlg":     "PS256",
		"tokenEndpointAuthSigningAlg": "PS256",
	}
	for name, value := range want {
		if compactJSON(t, answer.at(name)) != compactJSON(t, value) {
			t.Errorf("%s is %v, want %v", name, answer.at(name), value)
		}
	}
	for _, name := range []string{"client_id", "client_secret", "jti"} {
		if _, err := uuid.Parse(answer.text(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if answer.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", answer.header.Get("Cache-Control"))
	}
	again := f.send(f.registration(f.claims()).with("Content-Type", "application/jwt")).must(201)
	if again.text("client_id") == answer.text("client_id") {
		t.Error("two registrations have one client id")
	}
	f.tokenOf(registered{answer.text("client_id"), answer.text("client_secret")}).must(200)
}

func TestRegistrationAcceptsVariants(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for name, change := range map[string]func(map[string]any){
		"audience list":       func(c map[string]any) { c["aud"] = []string{"https://other.example", f.creds.Audience} },
		"no redirect_uris":    func(c map[string]any) { delete(c, "redirect_uris") },
		"no response_types":   func(c map[string]any) { delete(c, "response_types") },
		"no scope":            func(c map[string]any) { delete(c, "scope") },
		"no software_id":      func(c map[string]any) { delete(c, "software_id") },
		"no auth alg":         func(c map[string]any) { delete(c, "token_endpoint_auth_signing_alg") },
		"private_key_jwt":     func(c map[string]any) { c["token_endpoint_auth_method"] = "private_key_jwt" },
		"unknown claim":       func(c map[string]any) { c["client_name"] = "x" },
		"both redirect URIs":  func(c map[string]any) { c["redirect_uris"] = f.creds.RedirectURIs },
		"clock a bit ahead":   func(c map[string]any) { c["iat"] = f.clock.Now().Unix() + 20 },
		"plain response type": func(c map[string]any) { c["response_types"] = []string{"code"} },
	} {
		t.Run(name, func(t *testing.T) {
			claims := f.claims()
			change(claims)
			f.send(f.registration(claims)).must(201)
		})
	}
}

func TestRegistrationRefusesClaims(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	set := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) { c[name] = value }
	}
	now := f.clock.Now().Unix()
	cases := map[string]struct {
		change func(map[string]any)
		code   string
	}{
		"exp in the past":          {set("exp", now-1), "invalid_client_metadata"},
		"iat in the far future":    {set("iat", now+7200), "invalid_client_metadata"},
		"iat in milliseconds":      {set("iat", now*1000), "invalid_client_metadata"},
		"aud of another bank":      {set("aud", "https://other.example"), "invalid_client_metadata"},
		"iss of other software":    {set("iss", "other"), "invalid_client_metadata"},
		"jti no UUID":              {set("jti", "1"), "invalid_client_metadata"},
		"redirect over http":       {set("redirect_uris", []string{"http://tpp.example/callback"}), "invalid_redirect_uri"},
		"redirect to localhost":    {set("redirect_uris", []string{"https://localhost/callback"}), "invalid_redirect_uri"},
		"redirect with fragment":   {set("redirect_uris", []string{f.creds.RedirectURIs[0] + "#x"}), "invalid_redirect_uri"},
		"redirect not granted":     {set("redirect_uris", []string{"https://tpp.example/elsewhere"}), "invalid_redirect_uri"},
		"one redirect not granted": {set("redirect_uris", []string{f.creds.RedirectURIs[0], "https://x.example/"}), "invalid_redirect_uri"},
		"no redirect in list":      {set("redirect_uris", []string{}), "invalid_redirect_uri"},
		"statement expired":        {set("software_statement", f.creds.ExpiredSoftwareStatement), "invalid_software_statement"},
		"statement untrusted":      {set("software_statement", f.creds.UntrustedSoftwareStatement), "unapproved_software_statement"},
		"statement foreign":        {set("software_statement", f.creds.ForeignSoftwareStatement), "invalid_software_statement"},
		"statement altered":        {set("software_statement", alter(f.creds.SoftwareStatement)), "invalid_software_statement"},
		"statement no JWS":         {set("software_statement", "x"), "invalid_software_statement"},
		"other software_id":        {set("software_id", "other"), "invalid_software_statement"},
		"unknown method":           {set("token_endpoint_auth_method", "client_secret_jwt"), "invalid_client_metadata"},
		"TLS method without TLS":   {set("token_endpoint_auth_method", "tls_client_auth"), "invalid_client_metadata"},
		"unknown grant":            {set("grant_types", []string{"client_credentials", "password"}), "invalid_client_metadata"},
		"unknown response type":    {set("response_types", []string{"token"}), "invalid_client_metadata"},
		"id token RS256":           {set("id_token_signed_response_alg", "RS256"), "invalid_client_metadata"},
		"request object none":      {set("request_object_signing_alg", "none"), "invalid_client_metadata"},
		"assertion HS256":          {set("token_endpoint_auth_signing_alg", "HS256"), "invalid_client_metadata"},
		"scope not granted":        {set("scope", "openid payments"), "invalid_client_metadata"},
		"empty scope":              {set("scope", ""), "invalid_client_metadata"},
		"unknown application type": {set("application_type", "desktop"), "invalid_client_metadata"},
	}
	for _, name := range []string{"iss", "iat", "exp", "aud", "jti", "token_endpoint_auth_method", "grant_types", "application_type", "id_token_signed_response_alg", "request_object_signing_alg"} {
		cases["missing "+name] = struct {
			change func(map[string]any)
			code   string
		}{func(c map[string]any) { delete(c, name) }, "invalid_client_metadata"}
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			claims := f.claims()
			one.change(claims)
			answer := f.send(f.registration(claims)).must(400)
			if answer.text("Code") != one.code {
				t.Errorf("Code %q, want %q: %s", answer.text("Code"), one.code, answer.body)
			}
		})
	}
	t.Run("missing software_statement", func(t *testing.T) {
		claims := f.claims()
		delete(claims, "software_statement")
		if code := f.send(f.registration(claims)).must(400).text("Code"); code != "invalid_software_statement" {
			t.Errorf("Code %q", code)
		}
	})
}

// alter changes the payload of a compact JWS and leaves its signature.
func alter(compact string) string {
	parts := strings.Split(compact, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	payload = append(payload[:len(payload)-1], []byte(`,"x":1}`)...)
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2]
}

func TestRegistrationRefusesWrongTypes(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for name, value := range f.claims() {
		var wrong any = 12
		if name == "iat" || name == "exp" {
			wrong = "soon"
		}
		for _, other := range []any{wrong, nil, map[string]any{}} {
			claims := f.claims()
			claims[name] = other
			if answer := f.send(f.registration(claims)); answer.status != 400 {
				t.Errorf("%s as %v in place of %v: %d", name, other, value, answer.status)
			}
		}
	}
}

func TestRegistrationRefusesBadSignatures(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	valid := f.sign(f.claims())
	parts := strings.Split(valid, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"`+f.creds.SigningKeyID+`"}`)) + "." + parts[1] + "."
	for name, body := range map[string]string{
		"empty":           "",
		"not a JWS":       "hello",
		"JSON":            `{"a":1}`,
		"five parts":      valid + "." + parts[1] + "." + parts[2],
		"two parts":       parts[0] + "." + parts[1],
		"bad base64":      parts[0] + ".!" + parts[1] + "." + parts[2],
		"padded base64":   valid + "=",
		"payload no JSON": signWith(t, jose.PS256, f.tppKey(), f.creds.SigningKeyID, []byte("hello")),
		"payload a list":  signWith(t, jose.PS256, f.tppKey(), f.creds.SigningKeyID, []byte("[]")),
		"altered":         alter(valid),
		"no algorithm":    none,
		"no signature":    parts[0] + "." + parts[1] + ".",
		"another kid":     signWith(t, jose.PS256, f.tppKey(), "other", f.claims()),
		"RS256":           signWith(t, jose.RS256, f.tppKey(), f.creds.SigningKeyID, f.claims()),
		"HS256":           signWith(t, jose.HS256, []byte(strings.Repeat("public key", 10)), f.creds.SigningKeyID, f.claims()),
	} {
		t.Run(name, func(t *testing.T) { f.send(jws(body)).must(400) })
	}
	t.Run("another key", func(t *testing.T) {
		other, err := mockbank.New(mockbank.Options{})
		if err != nil {
			t.Fatal(err)
		}
		stranger := &fixture{t: t, creds: other.Credentials()}
		body := signWith(t, jose.PS256, stranger.tppKey(), f.creds.SigningKeyID, f.claims())
		f.send(jws(body)).must(400)
	})
	t.Run("replayed", func(t *testing.T) {
		f.send(jws(valid)).must(201)
		f.send(jws(valid)).must(400)
	})
	t.Run("wrong type of content", func(t *testing.T) {
		f.send(f.registration(f.claims()).with("Content-Type", "text/plain")).must(415)
	})
}

func TestManageRegistration(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	mine, other := f.register(), f.register()
	token := f.tokenOf(mine).must(200).text("access_token")
	path := registerPath + "/" + mine.id
	update := func(change func(map[string]any)) sent {
		claims := f.claims()
		change(claims)
		request := f.registration(claims)
		request.method, request.path = "PUT", path
		return request
	}
	first := f.send(get(path).bearer(token)).must(200)
	if string(first.body) != string(f.send(basic(get(path), mine.id, mine.secret)).must(200).body) {
		t.Error("Basic and Bearer see different registrations")
	}
	scopeless := func(c map[string]any) { c["scope"] = "openid accounts fundsconfirmations" }

	t.Run("wrong credentials", func(t *testing.T) {
		for _, request := range []sent{get(path), update(scopeless), drop(path)} {
			f.send(request).must(401)
			f.send(request.bearer("made-up")).must(401)
			f.send(basic(request, mine.id, other.secret)).must(401)
			f.send(request.with("Authorization", "Digest x")).must(401)
			f.send(basic(request, other.id, other.secret)).must(403)
		}
		f.send(get(registerPath + "/" + uuid.NewString()).bearer(token)).must(403)
		f.send(get(registerPath + "/" + f.creds.ClientID).bearer(f.codeToken("accounts"))).must(403)
	})
	t.Run("refused update", func(t *testing.T) {
		f.send(update(func(c map[string]any) { c["scope"] = "payments" }).bearer(token)).must(400)
		f.send(update(func(c map[string]any) { c["client_id"] = other.id }).bearer(token)).must(400)
		if string(f.send(get(path).bearer(token)).must(200).body) != string(first.body) {
			t.Error("a refused update changed something")
		}
	})
	t.Run("update", func(t *testing.T) {
		answer := f.send(update(scopeless).bearer(token)).must(200)
		after := f.send(get(path).bearer(token)).must(200)
		if string(answer.body) != string(after.body) || after.text("scope") != "openid accounts fundsconfirmations" ||
			after.text("client_id") != mine.id || after.text("client_secret") != mine.secret {
			t.Errorf("after the update: %s", after.body)
		}
	})
	t.Run("delete", func(t *testing.T) {
		f.send(drop(path).bearer(token)).must(204)
		for _, request := range []sent{get(path), update(scopeless), drop(path)} {
			f.send(request.bearer(token)).must(401)
			f.send(basic(request, mine.id, mine.secret)).must(401)
		}
		f.tokenOf(mine).must(401)
		f.tokenOf(other).must(200)
	})
}

func TestUpdateKeepsTheSoftware(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.claims()
	request := f.registration(claims)
	request.method, request.path = "PUT", registerPath+"/"+f.creds.SecondClientID
	f.send(basic(request, f.creds.SecondClientID, f.creds.SecondClientSecret)).must(400)
	f.send(f.registration(claims)).must(201) // a refused identifier is not used up
}

func TestStatementOutlivesNothing(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	f.send(f.registration(f.claims())).must(201)
	f.clock.advance(366 * 24 * time.Hour)
	if code := f.send(f.registration(maps.Clone(f.claims()))).must(400).text("Code"); code != "invalid_software_statement" {
		t.Errorf("Code %q", code)
	}
}
