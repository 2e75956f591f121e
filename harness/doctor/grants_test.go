package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// tokens are what the bank gives for its predefined code of a scope.
func (p *patient) tokens(code string) (access, refresh string) {
	p.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {p.credentials.Codes[code]}, "redirect_uri": {p.credentials.RedirectURIs[0]}}
	request := httptest.NewRequest(http.MethodPost, p.endpoint("token_endpoint"), strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(p.credentials.ClientID, p.credentials.ClientSecret)
	recorded := httptest.NewRecorder()
	p.bank.Handler().ServeHTTP(recorded, request)
	var given struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(recorded.Body.Bytes(), &given); err != nil || given.AccessToken == "" || given.RefreshToken == "" {
		p.t.Fatalf("%d %s", recorded.Code, recorded.Body)
	}
	return given.AccessToken, given.RefreshToken
}

// endpoint is an address of the bank's discovery document.
func (p *patient) endpoint(member string) string {
	p.t.Helper()
	recorded := httptest.NewRecorder()
	p.bank.Handler().ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, "/open-banking/v3.0/.well-known/openid-configuration", nil))
	var document map[string]any
	if err := json.Unmarshal(recorded.Body.Bytes(), &document); err != nil {
		p.t.Fatal(err)
	}
	address, _ := document[member].(string)
	return address
}

// proving has the client prove itself in that way.
func proving(method string) func(*patient) {
	return func(p *patient) { p.set(map[string]any{"client.authMethod": method}) }
}

func TestTokens(t *testing.T) {
	t.Parallel()
	const step = "token for accounts"
	for _, c := range []struct {
		name  string
		spoil func(p *patient)
		state State
		words []string
	}{
		{"client_secret_post", proving("client_secret_post"), OK, []string{"client_secret_post"}},
		{"private_key_jwt", proving("private_key_jwt"), OK, []string{"private_key_jwt"}},
		{"a wrong secret", func(p *patient) { p.secret("client.secret", "not-the-secret-of-this-client") }, Failed,
			[]string{"status 401", "client_secret_basic", "check client.id and client.secret"}},
		{"another key", func(p *patient) {
			proving("private_key_jwt")(p)
			p.set(map[string]any{"client.signingKeyId": "unknown"})
		}, Failed, []string{"private_key_jwt", "client.signingKeyId"}},
		{"an unknown scope", func(p *patient) { p.set(map[string]any{"client.scopes.accounts": "payments"}) }, Failed, []string{"client.scopes.accounts"}},
		{"a bank that stumbles", func(p *patient) {
			p.change = func(r *http.Request, answer *httptest.ResponseRecorder) {
				if strings.HasSuffix(r.URL.Path, "/token") {
					answer.Code = http.StatusBadGateway
				}
			}
		}, Failed, []string{"a gateway answered: 502"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := plainly(t)
			p.set(map[string]any{"secondClient": map[string]any{}})
			c.spoil(p)
			report := p.examine()
			blame := map[State]Blame{Failed: Target}[c.state]
			if c.name == "a bank that stumbles" {
				blame = Environment
			}
			report.want(t, step, c.state, blame, c.words...)
			if c.state == Failed {
				report.want(t, "consent for accounts", Skipped, "", step)
			}
			if proofs := strings.Count(strings.Join(p.asked(), "\n"), "client_credentials"); strings.Contains(strings.Join(c.words, " "), "check client.id") && proofs != 1 {
				t.Errorf("a wrong secret was shown %d times", proofs)
			} else if proofs == 1 {
				report.want(t, "token for registrations", Skipped, "", "not shown again")
				report.want(t, "consent for funds confirmations", Skipped, "", "token for funds confirmations")
			}
			if text := dump(t, report); strings.Contains(text, "not-the-secret") {
				t.Errorf("the secret is shown: %s", text)
			}
		})
	}
}

func dump(t *testing.T, report Report) string {
	t.Helper()
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestConsents(t *testing.T) {
	t.Parallel()
	const accounts, funds = "consent for accounts", "consent for funds confirmations"
	ready := func(kind string) func(*patient) {
		return func(p *patient) {
			p.set(map[string]any{"consents.way": "token", "consents.tokenKind": kind})
			access, refresh := p.tokens("accounts")
			fundsAccess, fundsRefresh := p.tokens("fundsconfirmations")
			if kind == "refresh" {
				access, fundsAccess = refresh, fundsRefresh
			}
			p.secret("consents.tokens.accounts", access)
			p.secret("consents.tokens.fundsConfirmations", fundsAccess)
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(*patient)
		step  string
		state State
		words []string
	}{
		{"codes", func(*patient) {}, accounts, OK, []string{"consents.codes.accounts: a token was given", "consents.codes.basic", "consents.codes.detail"}},
		{"a code of funds", func(*patient) {}, funds, OK, []string{"consents.codes.fundsConfirmations: a token"}},
		{"a wrong code", func(p *patient) { p.secret("consents.codes.accounts", "no-code-of-the-bank") }, accounts, Failed, []string{"consents.codes.accounts: no token", "client.redirectUri"}},
		{"codes that are good once", func(p *patient) { p.set(map[string]any{"consents.codesReusable": false}) }, accounts, Skipped, []string{"used up"}},
		{"headless", func(p *patient) { p.set(map[string]any{"consents.way": "headless"}) }, accounts, Skipped, []string{"would have to be created"}},
		{"none", func(p *patient) { p.set(map[string]any{"consents.way": "none"}) }, funds, Skipped, []string{"consents.way is none"}},
		{"access tokens", ready("access"), accounts, OK, []string{"consents.tokens.accounts: it opens", "accounts"}},
		{"an access token of funds", ready("access"), funds, Skipped, []string{"would be created"}},
		{"an access token of nobody", func(p *patient) { ready("access")(p); p.secret("consents.tokens.accounts", "no-token-of-the-bank") }, accounts, Failed,
			[]string{"status 401", "consents.tokens.accounts"}},
		{"a refresh token", ready("refresh"), funds, OK, []string{"consents.tokens.fundsConfirmations: a token was given"}},
		{"a refresh token of nobody", func(p *patient) { ready("refresh")(p); p.secret("consents.tokens.accounts", "no-token-of-the-bank") }, accounts, Failed,
			[]string{"no token", "get a new one for consents.tokens.accounts"}},
		{"a refresh token that is replaced", func(p *patient) {
			ready("refresh")(p)
			p.edit("/token", func(given map[string]any) { given["refresh_token"] = "another-refresh-token" })
		}, accounts, Warning, []string{"replaced"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := plainly(t)
			c.spoil(p)
			report := p.examine()
			report.want(t, c.step, c.state, map[State]Blame{Failed: Target}[c.state], c.words...)
			codes := slices.ContainsFunc(p.asked(), func(r string) bool { return strings.Contains(r, "authorization_code") })
			if wanted := strings.Contains(c.name, "code") && c.name != "codes that are good once"; codes != wanted {
				t.Errorf("codes were sent: %t, want %t", codes, wanted)
			}
			if text := dump(t, report); strings.Contains(text, "of-the-bank") || strings.Contains(text, "another-refresh-token") {
				t.Errorf("a secret is shown: %s", text)
			}
		})
	}
}

// An examination that is interrupted, or whose time is over, ends at once, and
// says of each step that it was left out.
func TestEnded(t *testing.T) {
	t.Parallel()
	p := plainly(t)
	ctx, stop := context.WithCancelCause(context.Background())
	report := Examine(ctx, p.config, nil, func(r Result) {
		if r.Step == stepDiscovery {
			stop(errors.New("interrupted by hand"))
		}
	})
	report.want(t, stepDiscovery, OK, "")
	report.want(t, stepKeys, Skipped, "", "interrupted by hand")
	if slices.ContainsFunc(p.asked(), func(r string) bool { return strings.Contains(r, "/token") }) {
		t.Errorf("asked %q", p.asked())
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	Print(&out, Result{Step: "clock", State: Failed, Found: []string{"a\x1b[2Jb", strings.Repeat("x", 5000)}, Do: []string{"c\nd"}})
	text := out.String()
	if strings.Contains(text, "\x1b") || strings.Count(text, "\n") != 3 || len(text) > 2000 || !strings.Contains(text, "what to do: c") {
		t.Errorf("%q", text)
	}
	out.Reset()
	report := Report{Target: "https://bank.test", Steps: []Result{{Step: "clock", State: Failed, Blame: Environment, Found: []string{"a\x1b[2Jb"}, Do: []string{"c"}}}}
	if err := report.WriteJSON(&out, 3); err != nil {
		t.Fatal(err)
	}
	var back struct {
		ExitStatus int
		Target     string
		Steps      []Result
	}
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back.ExitStatus != 3 || back.Target != report.Target || len(back.Steps) != 1 ||
		back.Steps[0].Blame != Environment || back.Steps[0].Found[0] != `a\u{1b}[2Jb` {
		t.Errorf("%v %+v", err, back)
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	var report Report
	for _, blame := range []Blame{"", Environment, Target, Configuration} { // each worse than the one before
		report.Steps = append(report.Steps, Result{Blame: blame})
		if report.Worst() != blame {
			t.Errorf("%q, want %q", report.Worst(), blame)
		}
	}
}
