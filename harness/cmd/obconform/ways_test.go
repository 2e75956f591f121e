package main_test

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"obconform/harness/mockbank"
)

// call makes a request of the TPP's, beside the run.
func (s *secured) call(method, path, bearer, contentType, body string) []byte {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: s.ca.pool(), Certificates: []tls.Certificate{s.client}, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		s.t.Fatalf("%s %s: %d %s (%v)", method, path, response.StatusCode, answer, err)
	}
	return answer
}

// tokens are those that the predefined code of that name gives, with the consent
// behind them.
func (s *secured) tokens(code string) (access, refresh, consentID string) {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {s.credentials.Codes[code]}, "redirect_uri": {s.credentials.RedirectURIs[0]},
		"client_id": {s.credentials.ClientID}, "client_secret": {s.credentials.ClientSecret}, "scope": {code}}
	answer := s.call(http.MethodPost, tokenPath, "", "application/x-www-form-urlencoded", form.Encode())
	var claims struct {
		Consent string `json:"openbanking_intent_id"`
	}
	payload := strings.Split(text(answer, "id_token"), ".")[1]
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(decoded, &claims) != nil {
		s.t.Fatalf("the ID token: %v", err)
	}
	return text(answer, "access_token"), text(answer, "refresh_token"), claims.Consent
}

// Each way to a consent leads to accounts and funds, and to nothing that is not
// ours: what somebody else has authorised is there afterwards.
func TestEveryWayToAConsent(t *testing.T) {
	t.Parallel()
	secret := func(s *secured, name, value string) map[string]any {
		s.file(name, value)
		return map[string]any{"file": name}
	}
	for _, way := range []struct {
		name     string
		options  mockbank.Options
		settings func(s *secured) map[string]any
		grant    string   // whose token requests there must be
		without  []string // what this way cannot show
	}{
		{"codes", mockbank.Options{}, func(*secured) map[string]any { return map[string]any{"consents.way": "codes"} }, "authorization_code", nil},
		{"codes with a scope", mockbank.Options{NeedScope: true}, func(*secured) map[string]any {
			return map[string]any{"consents.way": "codes", "client.sendScopeOn": []string{"authorization_code"}}
		}, "authorization_code", nil},
		{"headless with a scope", mockbank.Options{NeedScope: true}, func(*secured) map[string]any {
			return map[string]any{"client.sendScopeOn": []string{"authorization_code"}}
		}, "authorization_code", nil},
		{"headless, code in the query", mockbank.Options{}, func(*secured) map[string]any {
			return map[string]any{"consents.responseType": "code", "consents.responseMode": "query"}
		}, "authorization_code", nil},
		{"headless, code in the fragment", mockbank.Options{}, func(*secured) map[string]any {
			return map[string]any{"consents.responseType": "code", "consents.responseMode": "fragment"}
		}, "authorization_code", nil},
		{"headless, code and ID token in the fragment", mockbank.Options{}, func(*secured) map[string]any {
			return map[string]any{"consents.responseType": "code id_token", "consents.responseMode": "fragment"}
		}, "authorization_code", nil},
		{"access tokens", mockbank.Options{}, func(s *secured) map[string]any {
			accounts, _, consent := s.tokens("accounts")
			funds, _, fundsConsent := s.tokens("fundsconfirmations")
			return map[string]any{"consents.way": "token",
				"consents.tokens.accounts":     secret(s, "token-accounts.txt", accounts),
				"consents.consentIds.accounts": consent, "consents.consentIds.fundsConfirmations": fundsConsent,
				"consents.tokens.fundsConfirmations": secret(s, "token-funds.txt", funds)}
		}, "client_credentials", []string{"TOK-CODE", "TOK-IDTOKEN"}},
		{"refresh tokens", mockbank.Options{NeedScope: true}, func(s *secured) map[string]any {
			_, accounts, consent := s.tokens("accounts")
			_, funds, fundsConsent := s.tokens("fundsconfirmations")
			return map[string]any{"consents.way": "token", "consents.tokenKind": "refresh", "client.sendScopeOn": []string{"refresh_token"},
				"consents.tokens.accounts":     secret(s, "token-accounts.txt", accounts),
				"consents.consentIds.accounts": consent, "consents.consentIds.fundsConfirmations": fundsConsent,
				"consents.tokens.fundsConfirmations": secret(s, "token-funds.txt", funds)}
		}, "refresh_token", []string{"TOK-CODE", "TOK-IDTOKEN"}},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			bank := secure(t, "", way.options)
			bank.amend(way.settings(bank))
			bank.forget() // ours, not the run's
			conformEssentially(t, bank.config).wantEssential(t, way.without...)
			bank.wantGrant(way.grant, len(way.without) > 0)
			bank.wantSharedConsentsKept()
		})
	}
}

// wantGrant fails the test unless there were token requests of that grant and,
// where consents come with tokens, none with a code.
func (s *secured) wantGrant(grant string, withoutCodes bool) {
	s.t.Helper()
	grants := map[string]int{}
	for _, one := range s.to(http.MethodPost, tokenPath) {
		grants[one.form.Get("grant_type")]++
	}
	if grants[grant] == 0 || withoutCodes && grants["authorization_code"] > 0 {
		s.t.Errorf("the token requests were of %v, want %s", grants, grant)
	}
}

// wantSharedConsentsKept fails the test for a deletion of a consent that was not
// created by the run.
func (s *secured) wantSharedConsentsKept() {
	s.t.Helper()
	created := len(s.to(http.MethodPost, consentsPath)) + len(s.to(http.MethodPost, debtorsPath))
	var deleted []string
	for _, path := range []string{consentsPath + "/", debtorsPath + "/"} {
		for _, one := range s.to(http.MethodDelete, path) {
			if !slices.Contains(deleted, one.path) {
				deleted = append(deleted, one.path)
			}
		}
	}
	if len(deleted) > created {
		s.t.Errorf("%d consents were created, %d deleted", created, len(deleted))
	}
}

// A ready token that the bank no longer takes decides nothing: it is no breach of
// the bank's, and no pass.
func TestATokenThatHasExpired(t *testing.T) {
	t.Parallel()
	for kind, says := range map[string]string{
		"access":  "the target does not take the token of consents.tokens.accounts (401): it may have expired",
		"refresh": "the target gave no access token for the refresh token of consents.tokens.accounts",
	} {
		bank := secure(t, "", mockbank.Options{})
		bank.file("token.txt", "a-token-of-last-year")
		bank.amend(map[string]any{"consents.way": "token", "consents.tokenKind": kind, "consents.tokens.accounts": map[string]any{"file": "token.txt"}})
		r := conform(t, "--config", bank.config, "--label-filter", "clause:ACC-LIST-200 || clause:COF-FUNDS-201")
		r.wantStatus(t, 3)
		wantText(t, r.out, says, "consents.tokens.fundsConfirmations is not configured")
		if failed := r.withVerdict("failed"); len(failed) > 0 {
			t.Errorf("%s: failed %q", kind, failed)
		}
	}
}

// A bank that gives what we create the identifier of the pre-authorised consent
// does not have that deleted.
func TestThePreauthorisedConsentIsNeverDeleted(t *testing.T) {
	t.Parallel()
	const shared = "5d3c8a4e-0b8f-4a3c-9c55-2f6f6d6a7b10"
	var deleted atomic.Int32
	bank := behind(t, func(x exchange) {
		if x.to(http.MethodPost, consentsPath, 201) {
			x.editData(func(data map[string]any) { data["ConsentId"] = shared })
		}
	}, func(r *http.Request) {
		if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, shared) {
			deleted.Add(1)
		}
	})
	config := amend(t, bank.config, map[string]any{"consents.consentIds.accounts": shared, "consents.way": "none"})
	r := conform(t, "--config", config, "--suite", "accountaccessconsents", "--label-filter", "clause:AAC-201 || clause:AAC-DELETE-204")
	if deleted.Load() > 0 || len(r.inState("passed", "failed")) == 0 {
		t.Errorf("the pre-authorised consent was deleted %d times\n%s", deleted.Load(), r.out)
	}
	config = amend(t, bank.config, map[string]any{"consents.consentIds.accounts": "another"})
	conform(t, "--config", config, "--suite", "accountaccessconsents", "--label-filter", "clause:AAC-201")
	if deleted.Load() == 0 {
		t.Error("what is not shared was not deleted")
	}
}

// Discovery that leads to a host which the configuration does not name ends the
// run before a credential is sent anywhere, with the host's name.
func TestDiscoveryLeadsAstray(t *testing.T) {
	t.Parallel()
	for procs, member := range map[string]string{"1": "token_endpoint", "2": "jwks_uri"} {
		t.Run(member, func(t *testing.T) {
			t.Parallel()
			var credentials atomic.Int32
			bank := behind(t, func(x exchange) {
				if x.to(http.MethodGet, discoveryPath, 200) {
					x.edit(func(body map[string]any) { body[member] = "https://elsewhere.example/x" })
				}
			}, func(r *http.Request) {
				if r.Header.Get("Authorization") != "" || r.URL.Path == tokenPath {
					credentials.Add(1)
				}
			})
			dir := t.TempDir()
			e := obconform(t, "run", "--config", bank.config, "--reports", dir, "--suite", "accounts", "--procs", procs)
			e.wantStatus(t, 2)
			wantText(t, e.errors, bank.config, "discovery's "+member+" is on elsewhere.example", "target.allowedHosts")
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("reports of a run that ends with 2: %v (%v)", left, err)
			}
			if n := credentials.Load(); n > 0 {
				t.Errorf("credentials were sent %d times", n)
			}
			// Allowed, it is the network that has no such host.
			config := amend(t, bank.config, map[string]any{"target.allowedHosts": []string{"elsewhere.example"}})
			e = obconform(t, "run", "--config", config, "--suite", "accounts", "--label-filter", "clause:ACC-LIST-200")
			if e.status == 2 {
				t.Errorf("an allowed host ends the run:\n%s", e.errors)
			}
		})
	}
}

// The name of a host is the bank's to choose: it does nothing to a terminal.
func TestDiscoveryLeadsAstrayByAHostileName(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(x exchange) {
		if x.to(http.MethodGet, discoveryPath, 200) {
			x.edit(func(body map[string]any) {
				body["token_endpoint"] = "https://red%C2%9B31m.example" + strings.Repeat("x", 5000) + "/"
			})
		}
	})
	e := obconform(t, "run", "--config", bank.config, "--suite", "accounts")
	e.wantStatus(t, 2)
	wantText(t, e.errors, "discovery's token_endpoint is on ", "31m.example")
	_, said, _ := strings.Cut(e.errors, "obconform: ")
	if strings.ContainsAny(e.errors, "\u009b\x1b") || len(said) > 2000 {
		t.Errorf("%d bytes: %.200q", len(said), e.errors)
	}
}
