package tpp

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gojose "github.com/go-jose/go-jose/v4"
	gojwt "github.com/go-jose/go-jose/v4/jwt"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/jose"
	"obconform/harness/redact/redacttest"
)

// testKey is one key for all tests, since making one takes a while.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// testSigner signs as the TPP, and as the bank too.
func testSigner(t *testing.T) (*jose.Signer, *rsa.PrivateKey) {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(key, "kid-1")
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

func TestTokensAreFetchedOnceAndRenewed(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	clock := time.Now()
	c.now = func() time.Time { return clock }
	want := func(scope, token string) {
		t.Helper()
		mustRun(t, func() {
			if got := c.Token(t.Context(), scope); got != token {
				t.Errorf("after %s: got %s, want %s", time.Until(clock), got, token)
			}
		})
	}
	want(contract.ScopeAccounts, "access-token-1")
	want(contract.ScopeAccounts, "access-token-1")
	want(contract.ScopeFunds, "access-token-2")
	clock = clock.Add(269 * time.Second) // of 300, nine tenths are 270
	want(contract.ScopeAccounts, "access-token-1")
	clock = clock.Add(2 * time.Second)
	want(contract.ScopeAccounts, "access-token-3")
	want(contract.ScopeAccounts, "access-token-3")
	c.Forget(c.Self())
	want(contract.ScopeAccounts, "access-token-4")
	if n := len(b.got("GET", discoveryPath)); n != 1 {
		t.Errorf("discovery was read %d times", n)
	}
	form, err := url.ParseQuery(b.got("POST", "/token")[1].body)
	if err != nil || form.Encode() != "grant_type=client_credentials&scope=fundsconfirmations" {
		t.Errorf("the request was %s (%v)", form.Encode(), err)
	}
}

// A token whose own answer says that it is not good for what was asked for is
// none of that scope.
func TestATokenIsGoodForWhatWasAskedFor(t *testing.T) {
	for scope, right := range map[string]bool{
		`"accounts"`: true, `"openid accounts"`: true, `"fundsconfirmations"`: false, `"accountsX"`: false, `1`: true, // the audit's
	} {
		b := newBank(t)
		b.on("POST /token", reply(200, `{"access_token":"granted-token-9","token_type":"Bearer","expires_in":60,"scope":`+scope+`}`, "Cache-Control", "no-store"))
		c := testClient(t, b.URL)
		mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		found := slices.ContainsFunc(c.spec.Findings, func(f evidence.Finding) bool {
			return f.Clause == contract.Tok200 && f.Where == "/scope" && strings.HasPrefix(f.Expected, "a scope with")
		})
		if found == right {
			t.Errorf("%s: findings %+v", scope, c.spec.Findings)
		}
	}
}

func TestTokensOfClientsAreKeptApart(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL, func(cfg *config.Config) {
		cfg.SecondClient.ID, cfg.SecondClient.Secret = config.Literal("id", "second"), config.Literal("secret", "second-secret")
	})
	other, ok := c.Other()
	if first, second := c.TokenOf(t.Context(), c.Self(), "s"), c.TokenOf(t.Context(), other, "s"); !ok || first == second {
		t.Errorf("both have %s", first)
	}
	if user, _, _ := b.got("POST", "/token")[1].BasicAuth(); user != "second" {
		t.Errorf("the second client is %q", user)
	}
	if _, ok := testClient(t, b.URL).Other(); ok {
		t.Error("there is a second client without one")
	}
}

func TestClientAuthenticationOnTheWire(t *testing.T) {
	const id, secret = "client id:1", "sécret/+&%"
	signer, key := testSigner(t)
	for method, check := range map[string]func(t *testing.T, r received, form url.Values, address string){
		"client_secret_basic": func(t *testing.T, r received, form url.Values, _ string) {
			want := "Basic " + base64.StdEncoding.EncodeToString([]byte("client+id%3A1:s%C3%A9cret%2F%2B%26%25")) // RFC 6749, section 2.3.1
			if got := r.Header.Get("Authorization"); got != want || form.Has("client_id") || form.Has("client_secret") {
				t.Errorf("Authorization is %q, the form %v", got, form)
			}
		},
		"client_secret_post": func(t *testing.T, r received, form url.Values, _ string) {
			if form.Get("client_id") != id || form.Get("client_secret") != secret || r.Header.Get("Authorization") != "" {
				t.Errorf("the form is %v", form)
			}
		},
		"private_key_jwt": func(t *testing.T, r received, form url.Values, address string) {
			token, err := gojwt.ParseSigned(form.Get("client_assertion"), []gojose.SignatureAlgorithm{gojose.PS256})
			if err != nil {
				t.Fatal(err)
			}
			var claims gojwt.Claims
			if err := token.Claims(&key.PublicKey, &claims); err != nil {
				t.Fatal(err)
			}
			if err := claims.Validate(gojwt.Expected{Issuer: id, Subject: id, AnyAudience: gojwt.Audience{address + "/token"}, Time: time.Now()}); err != nil {
				t.Error(err)
			}
			if claims.ID == "" || claims.Expiry == nil || token.Headers[0].KeyID != "kid-1" || form.Has("client_secret") || r.Header.Get("Authorization") != "" ||
				form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
				t.Errorf("the form is %v, the claims %+v", form, claims)
			}
		},
		"tls_client_auth": func(t *testing.T, r received, form url.Values, _ string) {
			if form.Get("client_id") != id || len(form) != 3 || r.Header.Get("Authorization") != "" {
				t.Errorf("the form is %v", form)
			}
		},
	} {
		t.Run(method, func(t *testing.T) {
			b := newBank(t)
			c := testClient(t, b.URL)
			c.signer = signer
			c.redactor.Learn("secret", secret)
			mustRun(t, func() { c.TokenOf(t.Context(), Identity{ID: id, Secret: secret, Method: method}, "accounts") })
			r := b.got("POST", "/token")[0]
			form, err := url.ParseQuery(r.body)
			if err != nil || form.Get("grant_type") != "client_credentials" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("the form is %v as %q (%v)", form, r.Header.Get("Content-Type"), err)
			}
			check(t, r, form, b.URL)
			if kept := c.dump(t); redacttest.Shown(kept, secret) || strings.Contains(kept, "eyJ") || strings.Contains(kept, "access-token-1") {
				t.Errorf("a secret is kept: %s", kept)
			}
		})
	}
}

func TestUnusableTokenAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		ends   string
		clause contract.ClauseID
	}{
		"refused":      {reply(401, `{"error":"invalid_client"}`), "failed", contract.Tok200},
		"no token":     {reply(200, `{"token_type":"Bearer","expires_in":60}`, "Cache-Control", "no-store"), "failed", contract.Tok200},
		"empty token":  {tokenReply("", 60), "failed", contract.Tok200},
		"not JSON":     {reply(200, "token"), "failed", contract.ComJSON},
		"no endpoint":  {nil, "skipped", ""},
		"a gateway's":  {reply(502, ""), "failed", ""},
		"a good token": {tokenReply("access-token-x", 60), "", ""},
	} {
		b := newBank(t)
		if tc.answer != nil {
			b.on("POST /token", tc.answer)
		} else {
			b.on("GET "+discoveryPath, reply(200, `{"issuer":"`+b.URL+`"}`))
		}
		c := testClient(t, b.URL)
		mustEnd(t, tc.ends, nil, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		if tc.clause != "" && !c.hasFinding(tc.clause) {
			t.Errorf("%s: no finding of %s: %v", name, tc.clause, c.spec.Findings)
		}
	}
}

func TestTokenErrors(t *testing.T) {
	basic := Identity{Method: "client_secret_basic"}
	c := testClient(t, "http://127.0.0.1:1")
	for name, tc := range map[string]struct {
		status    int
		body      string
		challenge string
		who       Identity
		where     string
	}{
		"right":                {401, `{"error":"invalid_client"}`, `Basic realm="x"`, basic, ""},
		"right, in the body":   {400, `{"error":"invalid_client"}`, "", Identity{Method: "client_secret_post"}, ""},
		"another code":         {401, `{"error":"invalid_grant"}`, "Basic", basic, "/error"},
		"no code":              {401, `{}`, "Basic", basic, "/error"},
		"400 to Basic":         {400, `{"error":"invalid_client"}`, "Basic", basic, "status"},
		"no challenge":         {401, `{"error":"invalid_client"}`, "", basic, "header WWW-Authenticate"},
		"another challenge":    {401, `{"error":"invalid_client"}`, "Bearer", basic, "header WWW-Authenticate"},
		"a token after all":    {200, `{"access_token":"x"}`, "", basic, "status"},
		"among its challenges": {401, `{"error":"invalid_client"}`, `Bearer, Basic realm="x"`, basic, ""},
	} {
		c.nextSpec()
		a := c.testAnswer(t, contract.RequestToken, tc.status, tc.body)
		if tc.challenge != "" {
			a.Header.Set("WWW-Authenticate", tc.challenge)
		}
		ends(func() { a.CheckInvalidClient(tc.who) })
		switch {
		case tc.where == "" && (len(c.spec.Findings) > 0 || len(c.spec.Exercised) == 0):
			t.Errorf("%s: findings %+v", name, c.spec.Findings)
		case tc.where != "" && (len(c.spec.Findings) != 1 || c.spec.Findings[0].Where != tc.where):
			t.Errorf("%s: findings %+v, want one at %s", name, c.spec.Findings, tc.where)
		}
	}
}

func TestSecretsOfAnswersAreKnownBeforeTheyAreKept(t *testing.T) {
	b := newBank(t)
	leaky := func(w http.ResponseWriter, r *http.Request) {
		tokenReply("a-token-that-leaks", 60)(w, r)
	}
	b.on("POST /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Debug", "a-token-that-leaks")
		leaky(w, r)
	})
	b.on("POST "+registerPath, reply(201, `{"client_id":"c-1","client_secret":"a-secret-that-leaks","scope":"a-secret-that-leaks"}`))
	c := testClient(t, b.URL)
	ends(func() { c.Token(t.Context(), contract.ScopeAccounts) })
	ends(func() { c.Call(t.Context(), contract.RegisterClient, "", c.jose("a.b.c")...) })
	if kept := c.dump(t); strings.Contains(kept, "that-leaks") {
		t.Errorf("kept: %s", kept)
	}
	where := map[string]bool{}
	for _, f := range c.spec.Findings {
		if f.Clause == contract.ComSecrets && f.Level != contract.Adv {
			where[f.Where] = true
		}
	}
	if len(where) != 2 || !where["header X-Debug"] || !where["/scope"] {
		t.Errorf("COM-SECRETS is breached at %v", where)
	}
}
