package tpp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// withTokens has a client use ready tokens.
func withTokens(kind string) func(*config.Config) {
	return func(cfg *config.Config) {
		cfg.Consents.Way, cfg.Consents.TokenKind = "token", kind
		cfg.Consents.Tokens.Accounts = config.Literal("accounts", "ready-token-1")
		cfg.Consents.Tokens.Funds = config.Literal("funds", "ready-token-2")
		cfg.Consents.ConsentIDs = config.ConsentIDs{Accounts: "a1", Funds: "f1"}
	}
}

const fundsAnswer = `{"Data":{"FundsConfirmationId":"1","ConsentId":"f1","CreationDateTime":"2026-01-01T00:00:00Z","FundsAvailable":true,
	"Reference":"r","InstructedAmount":{"Amount":"0.01","Currency":"GBP"}}}`

func TestReadyAccessTokens(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, reply(200, `{"Data":{"Account":[]}}`))
	b.on("POST /open-banking/v3.1/cbpii/funds-confirmations", reply(201, fundsAnswer))
	c := testClient(t, b.URL, withTokens("access"))
	mustRun(t, func() {
		if grant := c.AccountsGrant(t.Context(), AnyAccess); grant.Token != "ready-token-1" || grant.ConsentID != "a1" {
			t.Errorf("the accounts grant is %+v", grant)
		}
		if grant := c.FundsGrant(t.Context()); grant.Token != "ready-token-2" || grant.ConsentID != "f1" {
			t.Errorf("the funds grant is %+v", grant)
		}
		c.AccountsGrant(t.Context(), AnyAccess)
	})
	if got := b.got("GET", accountsPath); len(got) != 1 || got[0].Header.Get("Authorization") != "Bearer ready-token-1" {
		t.Errorf("%d probes", len(got))
	}
	if got := b.got("POST", "/token"); len(got) > 0 {
		t.Errorf("%d token requests", len(got))
	}
	mustEnd(t, "skipped", []string{"consents.tokens.basic is not configured"}, func() { c.AccountsGrant(t.Context(), BasicAccess) })
	for name, body := range map[string]func(){
		"a code to trade":  func() { c.TradeCode(t.Context(), contract.ScopeAccounts) },
		"a code of my own": func() { c.OwnCode(t.Context()) },
		"a code to spare":  func() { c.SpareCode(t.Context()) },
	} {
		how := ends(body)
		if how.kind != "skipped" || !strings.Contains(how.message, "consents.way is token") {
			t.Errorf("%s: %+v", name, how)
		}
	}
	mustEnd(t, "skipped", []string{"consents.way is not headless"}, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
	mustEnd(t, "skipped", []string{"no token expires"}, func() { c.ExpiredToken(t.Context(), contract.ListAccounts) })
	if kept := c.dump(t); strings.Contains(kept, "ready-token") {
		t.Errorf("a token is kept: %s", kept)
	}
}

// A token that is refused is nobody's breach; any other refusal is the spec's
// business.
func TestReadyAccessTokensThatAreRefused(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, reply(401, ""))
	c := testClient(t, b.URL, withTokens("access"))
	mustEnd(t, "failed", []string{"inconclusive", "consents.tokens.accounts (401)"}, func() { c.AccountsGrant(t.Context(), AnyAccess) })
	b.on("GET "+accountsPath, reply(403, oneError))
	c = testClient(t, b.URL, withTokens("access"))
	mustRun(t, func() { c.AccountsGrant(t.Context(), AnyAccess) })
	// Without a consent's identifier there is nothing to ask about funds.
	c = testClient(t, b.URL, withTokens("access"), func(cfg *config.Config) { cfg.Consents.ConsentIDs.Funds = "" })
	mustEnd(t, "skipped", []string{"which consent"}, func() { c.FundsConfirmation(c.FundsGrant(t.Context())) })
}

func TestRefreshTokens(t *testing.T) {
	b := newBank(t)
	var forms []url.Values
	b.on("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		forms = append(forms, r.Form)
		reply(200, fmt.Sprintf(`{"access_token":"fresh-token-%d","token_type":"Bearer","expires_in":60,"refresh_token":"next-token-%[1]d"}`, len(forms)),
			"Cache-Control", "no-store")(w, r)
	})
	c := testClient(t, b.URL, withTokens("refresh"), func(cfg *config.Config) { cfg.Client.SendScopeOn = []string{"refresh_token"} })
	mustRun(t, func() {
		grant := c.AccountsGrant(t.Context(), AnyAccess)
		if grant.Token != "fresh-token-1" || grant.ConsentID != "a1" || !c.canHaveAgain(grant) {
			t.Errorf("the grant is %+v", grant)
		}
		c.now = func() time.Time { return grant.Answer.Started.Add(2 * time.Minute) }
		if grant = c.AccountsGrant(t.Context(), AnyAccess); grant.Token != "fresh-token-2" {
			t.Errorf("after its life the grant is %+v", grant)
		}
	})
	if len(forms) != 2 || forms[0].Get("refresh_token") != "ready-token-1" || forms[1].Get("refresh_token") != "next-token-1" ||
		forms[0].Get("grant_type") != "refresh_token" || forms[0].Get("scope") != contract.ScopeAccounts {
		t.Errorf("the requests were %v", forms)
	}
	if !strings.Contains(strings.Join(c.spec.Notes, " "), "consents.tokens.accounts: the configured one may be used up") {
		t.Errorf("the notes are %q", c.spec.Notes)
	}
	if kept := c.dump(t); strings.Contains(kept, "next-token") || strings.Contains(kept, "fresh-token") {
		t.Errorf("a token is kept: %s", kept)
	}
}

// The live bank gives tokens with 201: what that counts for is the profile's to
// say, and the specs that live on the token are judged all the same.
func TestARefreshTokenAnsweredWith201(t *testing.T) {
	b := newBank(t)
	b.on("POST /token", reply(201, `{"access_token":"fresh","token_type":"Bearer","expires_in":60}`, "Cache-Control", "no-store"))
	c := testClient(t, b.URL, withTokens("refresh"))
	mustRun(t, func() {
		if grant := c.AccountsGrant(t.Context(), AnyAccess); grant.Token != "fresh" {
			t.Errorf("the grant is %+v", grant)
		}
	})
	if !slices.Contains(c.habits(), contract.TokenCreated) {
		t.Errorf("the 201 is not found: %+v", c.spec.Findings)
	}
}

func TestRefreshTokensThatAreRefused(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"refused":         reply(400, `{"error":"invalid_grant"}`, "Cache-Control", "no-store"),
		"no access token": reply(200, `{"token_type":"Bearer","expires_in":60}`, "Cache-Control", "no-store"),
		"an empty one":    reply(200, `{"access_token":"","token_type":"Bearer","expires_in":60}`, "Cache-Control", "no-store"),
		"with 202":        reply(202, `{"access_token":"t","token_type":"Bearer","expires_in":60}`, "Cache-Control", "no-store"),
		"a gateway":       reply(503, ""),
	} {
		b := newBank(t)
		b.on("POST /token", answer)
		c := testClient(t, b.URL, withTokens("refresh"))
		if how := ends(func() { c.AccountsGrant(t.Context(), AnyAccess) }); how.kind != "failed" || !strings.HasPrefix(how.message, "inconclusive: ") {
			t.Errorf("%s: %+v", name, how)
		}
	}
}

// Scope goes with the grants that the configuration names, and with no other.
func TestScopeOfCodeGrants(t *testing.T) {
	for _, sent := range []bool{false, true} {
		b := newIDBank(t)
		c := b.client(headless, func(cfg *config.Config) {
			cfg.Client.Scopes.Accounts = "aisp"
			if sent {
				cfg.Client.SendScopeOn = []string{"authorization_code"}
			}
		})
		mustRun(t, func() { c.AccountsGrant(t.Context(), BasicAccess) })
		requests := b.got("POST", "/token")
		form, err := url.ParseQuery(requests[len(requests)-1].body)
		want := map[bool]string{true: "aisp", false: ""}[sent]
		if err != nil || form.Get("grant_type") != "authorization_code" || form.Get("scope") != want {
			t.Errorf("sendScopeOn %t: the request was %v (%v)", sent, form, err)
		}
	}
}

func TestResponseModeIsAskedFor(t *testing.T) {
	for _, mode := range []string{"", "query", "fragment"} {
		b := newIDBank(t)
		c := b.client(headless, func(cfg *config.Config) { cfg.Consents.ResponseMode = mode })
		mustRun(t, func() { c.AccountsGrant(t.Context(), BasicAccess) })
		if query := b.got("GET", "/authorize")[0].URL.Query(); query.Get("response_mode") != mode || query.Has("response_mode") != (mode != "") {
			t.Errorf("%q: the request was %v", mode, query)
		}
	}
}
