package tpp

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gojose "github.com/go-jose/go-jose/v4"
	gojwt "github.com/go-jose/go-jose/v4/jwt"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

const redirectURI = "https://tpp.example/callback"

// idBank is a bank that authorises consents and signs ID tokens.
type idBank struct {
	*bank
	t *testing.T
	// nonce is what the last authorisation request sent; claims replace the ID
	// token's own.
	nonce  string
	claims map[string]any
	// front are the claims of the ID token in the redirect that differ; noFront
	// leaves that token out.
	front   map[string]any
	noFront bool
	// withoutNonce leaves the nonce out of the ID token; life is expires_in.
	withoutNonce bool
	life         int
}

func newIDBank(t *testing.T) *idBank {
	t.Helper()
	b := &idBank{bank: consentBank(t), t: t, life: 60}
	signer, _ := testSigner(t)
	keys, err := signer.PublicJWKS()
	if err != nil {
		t.Fatal(err)
	}
	b.on("GET /jwks", reply(200, string(keys)))
	b.on("GET "+discoveryPath, reply(200, fmt.Sprintf(`{"issuer":%q,"token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/jwks",
		"authorization_endpoint":"%[1]s/authorize","id_token_signing_alg_values_supported":["PS256"]}`, b.URL)))
	b.on("GET /authorize", b.redirect("#code=the-code-1&state=STATE"))
	b.on("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Form.Get("grant_type") != "authorization_code" {
			tokenReply("client-token-1", 300)(w, r)
			return
		}
		token := b.idToken(b.claims)
		reply(200, fmt.Sprintf(`{"access_token":"granted-token-1","token_type":"Bearer","expires_in":%d,"id_token":%q}`, b.life, token), "Cache-Control", "no-store")(w, r)
	})
	return b
}

// idToken signs an ID token with those claims in place of its own.
func (b *idBank) idToken(differing map[string]any) string {
	b.t.Helper()
	claims := map[string]any{"iss": b.URL, "aud": clientID, "sub": "c1", "exp": time.Now().Add(time.Minute).Unix(),
		"iat": time.Now().Unix(), "nonce": b.nonce, "openbanking_intent_id": "c1"}
	maps.Copy(claims, differing)
	if b.withoutNonce {
		delete(claims, "nonce")
	}
	signer, _ := testSigner(b.t)
	token, err := signer.SignClaims(claims)
	if err != nil {
		b.t.Error(err)
	}
	return token
}

// redirect answers an authorisation request with a redirect of that ending, and
// with an ID token where the request asks for one.
func (b *idBank) redirect(ending string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b.nonce = r.URL.Query().Get("nonce")
		ending := ending
		if strings.Contains(r.URL.Query().Get("response_type"), "id_token") && strings.Contains(ending, "code=") && !b.noFront {
			ending += "&id_token=" + b.idToken(b.front)
		}
		reply(302, "", "Cache-Control", "no-store", "Location", redirectURI+strings.ReplaceAll(ending, "STATE", url.QueryEscape(r.URL.Query().Get("state"))))(w, r)
	}
}

func headless(cfg *config.Config) {
	cfg.Consents.Way, cfg.Client.RedirectURI = "headless", redirectURI
}

func (b *idBank) client(edits ...func(*config.Config)) *Client {
	b.t.Helper()
	c := testClient(b.t, b.URL, edits...)
	c.signer, _ = testSigner(b.t)
	return c
}

func TestHeadlessGrant(t *testing.T) {
	for name, ending := range map[string]string{"fragment": "#code=the-code-1&state=STATE", "query": "?code=the-code-1&state=STATE"} {
		b := newIDBank(t)
		b.on("GET /authorize", b.redirect(ending))
		c := b.client(headless)
		mustRun(t, func() {
			grant := c.AccountsGrant(t.Context(), BasicAccess)
			if again := c.AccountsGrant(t.Context(), BasicAccess); again.Token != grant.Token {
				t.Errorf("%s: another grant", name)
			}
			if grant.Token != "granted-token-1" || grant.ConsentID != "c1" || grant.Code.Value != "the-code-1" || grant.Code.Reusable {
				t.Errorf("%s: got %+v", name, grant)
			}
		})
		checkAuthorisation(t, b)
		form, err := url.ParseQuery(b.got("POST", "/token")[1].body)
		if err != nil || form.Get("code") != "the-code-1" || form.Get("redirect_uri") != redirectURI {
			t.Errorf("%s: the code was traded by %v (%v)", name, form, err)
		}
		if kept := c.dump(t); strings.Contains(kept, "the-code-1") || strings.Contains(kept, "granted-token-1") || strings.Contains(kept, "eyJ") {
			t.Errorf("%s: a secret is kept: %s", name, kept)
		}
		if !slices.Contains(c.spec.Exercised, contract.TokIDToken) || !slices.Contains(c.spec.Exercised, contract.TokIDTokenConsent) || c.failing() {
			t.Errorf("%s: exercised %v, findings %+v", name, c.spec.Exercised, c.spec.Findings)
		}
		mustRun(t, func() { c.cleanUpSpec(t.Context()) })
		if got := b.deletions(); len(got) > 0 || !slices.Equal(c.Leftovers(), []contract.API{contract.AccountAccessConsents}) {
			t.Errorf("%s: a shared consent was deleted with the spec: %v", name, got)
		}
	}
}

// failing tells whether a finding would fail the spec, but for the shape of
// discovery's own test document.
func (c *Client) failing() bool {
	return slices.ContainsFunc(c.spec.Findings, func(f evidence.Finding) bool {
		return c.cfg.Profile.Fails(f, c.cfg.FailOn) && f.Operation != contract.GetDiscovery
	})
}

func checkAuthorisation(t *testing.T, b *idBank) {
	t.Helper()
	_, key := testSigner(t)
	query := b.got("GET", "/authorize")[0].URL.Query()
	object, err := gojwt.ParseSigned(query.Get("request"), []gojose.SignatureAlgorithm{gojose.PS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := object.Claims(&key.PublicKey, &claims); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"} {
		if query.Get(name) == "" || claims[name] != query.Get(name) {
			t.Errorf("%s is %q in the address, %v in the request object", name, query.Get(name), claims[name])
		}
	}
	intent := fmt.Sprint(claims["claims"])
	if claims["iss"] != clientID || claims["aud"] != b.URL || !strings.Contains(intent, "openbanking_intent_id:map[essential:true value:c1]") {
		t.Errorf("the request object is %v", claims)
	}
}

// elsewhere redirects with a code and the state to an address.
func elsewhere(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reply(302, "", "Cache-Control", "no-store", "Location", address+"?code=the-code-1&state="+url.QueryEscape(r.URL.Query().Get("state")))(w, r)
	}
}

// The ID token that comes with the code is held to what the other is held to.
func TestIDTokensOfTheFrontChannel(t *testing.T) {
	for name, tc := range map[string]struct {
		claims map[string]any
		absent bool
		broken bool
	}{
		"right":         {},
		"none":          {absent: true, broken: true},
		"another nonce": {claims: map[string]any{"nonce": "x"}, broken: true},
		"expired":       {claims: map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, broken: true},
	} {
		b := newIDBank(t)
		b.front, b.noFront = tc.claims, tc.absent
		c := b.client(headless, func(cfg *config.Config) { cfg.Consents.ResponseType = "code id_token" })
		mustRun(t, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
		if c.hasFinding(contract.TokIDToken) != tc.broken {
			t.Errorf("%s: findings %+v", name, c.spec.Findings)
		}
	}
	b := newIDBank(t)
	b.on("GET /authorize", b.redirect("#code=the-code-1&state=STATE&id_token=eyJhbGciOiJQUzI1NiJ9.e30.c2ln"))
	b.noFront = true
	c := b.client(headless, func(cfg *config.Config) { cfg.Consents.ResponseType = "code id_token" })
	mustRun(t, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
	if !c.hasFinding(contract.TokIDToken) {
		t.Errorf("a signature that does not verify: findings %+v", c.spec.Findings)
	}
}

func TestHeadlessWaysThatDoNotWork(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(b *idBank) http.HandlerFunc
		says   string
	}{
		"wrong state":       {func(b *idBank) http.HandlerFunc { return b.redirect("#code=the-code-1&state=other") }, "play back the state"},
		"no state":          {func(b *idBank) http.HandlerFunc { return b.redirect("#code=the-code-1") }, "play back the state"},
		"no code":           {func(b *idBank) http.HandlerFunc { return b.redirect("#state=STATE") }, "without a code"},
		"error in fragment": {func(b *idBank) http.HandlerFunc { return b.redirect("#error=access_denied&state=STATE") }, "access_denied"},
		"error in query":    {func(b *idBank) http.HandlerFunc { return b.redirect("?error=access_denied&state=STATE") }, "access_denied"},
		"no redirect":       {func(*idBank) http.HandlerFunc { return reply(200, `{"error":"no"}`) }, "did not redirect"},
		"a login page":      {func(*idBank) http.HandlerFunc { return reply(400, `{"error_description":"log in"}`) }, "log in"},
		"a bad address":     {func(*idBank) http.HandlerFunc { return reply(302, "", "Location", "https://%zz/#code=the-code-1") }, "without a code"},
		"another address":   {func(*idBank) http.HandlerFunc { return elsewhere("https://other.example/callback") }, "another address"},
		"a longer address":  {func(*idBank) http.HandlerFunc { return elsewhere(redirectURI + "/more") }, "another address"},
		"two codes":         {func(b *idBank) http.HandlerFunc { return b.redirect("#code=the-code-1&code=the-code-1&state=STATE") }, "a parameter twice"},
		"a gateway":         {func(*idBank) http.HandlerFunc { return reply(503, "") }, "gateway"},
	} {
		b := newIDBank(t)
		b.on("GET /authorize", tc.answer(b))
		c := b.client(headless)
		mustEnd(t, "failed", []string{"inconclusive", tc.says}, func() { c.AccountsGrant(t.Context(), AnyAccess) })
		if strings.Contains(c.dump(t), "the-code-1") {
			t.Errorf("%s: the code is kept", name)
		}
		mustRun(t, func() { c.cleanUpSpec(t.Context()) })
		if got := b.deletions(); !slices.Equal(got, []string{"c1"}) {
			t.Errorf("%s: deleted %v", name, got)
		}
	}
}

func TestPredefinedCodes(t *testing.T) {
	codes := func(cfg *config.Config) {
		cfg.Consents.Way, cfg.Client.RedirectURI = "codes", redirectURI
		cfg.Consents.Codes.Accounts = config.Literal("code", "predefined-code-1")
	}
	b := newIDBank(t)
	c := b.client(codes)
	mustRun(t, func() {
		if grant := c.AccountsGrant(t.Context(), AnyAccess); grant.ConsentID != "c1" || grant.Token != "granted-token-1" {
			t.Errorf("got %+v", grant)
		}
	})
	if form, _ := url.ParseQuery(b.got("POST", "/token")[0].body); form.Get("code") != "predefined-code-1" || strings.Contains(c.dump(t), "predefined-code-1") {
		t.Errorf("the code was traded by %v; kept: %s", form, c.dump(t))
	}
	mustEnd(t, "skipped", []string{"consents.codes.basic"}, func() { c.AccountsGrant(t.Context(), BasicAccess) })
	mustEnd(t, "skipped", []string{"consents.codes.fundsConfirmations"}, func() { c.FundsGrant(t.Context()) })
	mustEnd(t, "skipped", []string{"consents.way is not headless"}, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
	mustEnd(t, "skipped", []string{"consents.way is none"}, func() { b.client().FundsGrant(t.Context()) })
}

func TestIDTokensAreHeldAgainstTheirClauses(t *testing.T) {
	for name, tc := range map[string]struct {
		claims map[string]any
		clause contract.ClauseID
	}{
		"right":            {nil, ""},
		"another consent":  {map[string]any{"openbanking_intent_id": "c2"}, contract.TokIDTokenConsent},
		"no consent":       {map[string]any{"openbanking_intent_id": nil}, contract.TokIDTokenConsent},
		"another nonce":    {map[string]any{"nonce": "x"}, contract.TokIDToken},
		"another issuer":   {map[string]any{"iss": "https://other.example"}, contract.TokIDToken},
		"another audience": {map[string]any{"aud": "someone"}, contract.TokIDToken},
		"expired":          {map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, contract.TokIDToken},
	} {
		b := newIDBank(t)
		b.claims = tc.claims
		c := b.client(headless)
		mustRun(t, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
		if tc.clause == "" && c.failing() || tc.clause != "" && !c.hasFinding(tc.clause) {
			t.Errorf("%s: findings %+v, want %q", name, c.spec.Findings, tc.clause)
		}
	}
}

func TestIDTokensNeedTheKeySet(t *testing.T) {
	b := newIDBank(t)
	keys := b.routes["GET /jwks"]
	b.on("GET /jwks", reply(503, ""))
	c := b.client(headless)
	mustEnd(t, "failed", []string{"inconclusive", "no key"}, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
	if c.hasFinding(contract.TokIDToken) {
		t.Errorf("findings %+v", c.spec.Findings)
	}
	b.on("GET /jwks", keys)
	c.nextSpec()
	mustRun(t, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
	if c.hasFinding(contract.TokIDToken) || !slices.Contains(c.spec.Exercised, contract.TokIDToken) {
		t.Errorf("with the keys: findings %+v", c.spec.Findings)
	}
	b.on("GET /jwks", reply(200, `{"keys":[]}`)) // there, but empty
	c = b.client(headless)
	ends(func() { c.OwnAccountsGrant(context.WithoutCancel(t.Context()), AnyAccess) })
	if !c.hasFinding(contract.DisJWKS) || c.hasFinding(contract.TokIDToken) || slices.Contains(c.spec.Exercised, contract.TokIDToken) {
		t.Errorf("without keys: exercised %v, findings %+v", c.spec.Exercised, c.spec.Findings)
	}
}
