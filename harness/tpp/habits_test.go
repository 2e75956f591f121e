package tpp

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/profile"
)

func observed(cfg *config.Config) { cfg.Profile = profile.Observed }

// habits are those of the spec's findings, each once.
func (c *Client) habits() []contract.HabitID {
	var ids []contract.HabitID
	for _, f := range c.spec.Findings {
		if f.Habit != "" && !slices.Contains(ids, f.Habit) {
			ids = append(ids, f.Habit)
		}
	}
	return ids
}

func TestATokenWith201IsUsed(t *testing.T) {
	created := func(status int) http.HandlerFunc {
		return reply(status, `{"access_token":"created-token-1","token_type":"Bearer","expires_in":300}`, "Cache-Control", "no-store")
	}
	b := newBank(t)
	b.on("POST /token", created(201))
	c := testClient(t, b.URL)
	mustRun(t, func() {
		if token := c.Token(t.Context(), contract.ScopeAccounts); token != "created-token-1" {
			t.Errorf("the token is %q", token)
		}
	})
	if got := c.habits(); !slices.Equal(got, []contract.HabitID{contract.TokenCreated}) || !slices.Contains(c.spec.Exercised, contract.Tok200) {
		t.Errorf("habits %v, exercised %v", got, c.spec.Exercised)
	}
	mustEnd(t, "failed", []string{"TOK-200"}, c.stop)
	lenient := testClient(t, b.URL, observed)
	mustRun(t, func() { lenient.Discovery(t.Context()) })
	lenient.nextSpec() // the scripted bank's discovery has findings of its own
	mustRun(t, func() { lenient.Token(t.Context(), contract.ScopeAccounts) })
	mustEnd(t, "skipped", []string{"fails no run"}, lenient.stop)
	// A neighbour ends the spec under every profile.
	b.on("POST /token", created(202))
	mustEnd(t, "failed", []string{"TOK-200", "202"}, func() { testClient(t, b.URL, observed).Token(t.Context(), contract.ScopeAccounts) })
	// A token with 201 is no refusal.
	b.on("POST /token", created(201))
	refusing := testClient(t, b.URL, observed)
	mustEnd(t, "failed", []string{"TOK-SECRET"}, func() {
		refusing.TokenRequest(t.Context(), refusing.Self(), ClientCredentials("accounts")).CheckInvalidClient(refusing.Self())
	})
}

func TestAMissingNonceIsToldFromAnother(t *testing.T) {
	for name, tc := range map[string]struct {
		claims map[string]any
		habit  contract.HabitID
	}{
		"another": {map[string]any{"nonce": "x"}, ""},
		"null":    {map[string]any{"nonce": nil}, ""},
		"missing": {nil, contract.IDTokenWithoutNonce},
	} {
		b := newIDBank(t)
		b.claims = tc.claims
		b.withoutNonce = tc.habit != ""
		c := b.client(headless)
		mustRun(t, func() { c.OwnAccountsGrant(t.Context(), AnyAccess) })
		if !c.hasFinding(contract.TokIDToken) || slices.Contains(c.habits(), contract.IDTokenWithoutNonce) != (tc.habit != "") {
			t.Errorf("%s: %+v", name, c.spec.Findings)
		}
	}
}

func TestExpandedPermissions(t *testing.T) {
	asked := []string{"ReadAccountsDetail", "ReadBalances"}
	for answered, tc := range map[string]struct {
		habit contract.HabitID
		found bool
	}{
		`["ReadAccountsDetail","ReadBalances"]`:                                                {"", false},
		`["ReadAccountsDetail","ReadBalances","ReadAccountsBasic"]`:                            {"", false}, // implied
		`["ReadAccountsDetail","ReadBalances","ReadParty"]`:                                    {contract.PermissionsExpanded, true},
		`["ReadAccountsDetail","ReadParty"]`:                                                   {"", true},
		`["ReadAccountsDetail","ReadBalances","ReadOffers"]`:                                   {"", true},
		`["ReadAccountsDetail","ReadBalances","ReadEverything"]`:                               {"", true},
		`["ReadAccountsDetail","ReadBalances","ReadParty","ReadParty"]`:                        {"", true},
		`["ReadAccountsDetail","ReadBalances","ReadParty",7]`:                                  {"", true},
		`["ReadAccountsDetail","ReadBalances","ReadAccountsBasic","ReadParty","ReadPartyPSU"]`: {contract.PermissionsExpanded, true},
	} {
		c := testClient(t, "https://bank.example")
		c.testAnswer(t, contract.CreateAccountAccessConsent, 201, `{"Data":{"Permissions":`+answered+`}}`).CheckPermissions(contract.Aac201Echo, asked)
		if c.hasFinding(contract.Aac201Echo) != tc.found || slices.Contains(c.habits(), contract.PermissionsExpanded) != (tc.habit != "") {
			t.Errorf("%s: %+v", answered, c.spec.Findings)
		}
	}
}

// Accounts that close five minutes after the code was exchanged: the refusal is
// recognised then and not before, and the next spec gets a grant that is young.
func TestAccountsForFiveMinutes(t *testing.T) {
	for name, tc := range map[string]struct {
		passed, life time.Duration
		status       int
		habit        bool
	}{
		"after five minutes, 403":     {5 * time.Minute, time.Hour, 403, true},
		"after five minutes, 401":     {5 * time.Minute, time.Hour, 401, true},
		"after five minutes, 404":     {5 * time.Minute, time.Hour, 404, false},
		"after four minutes and 59 s": {5*time.Minute - time.Second, time.Hour, 403, false},
		"after the token's life":      {6 * time.Minute, 5*time.Minute + 30*time.Second, 403, false},
	} {
		b := newIDBank(t)
		b.life = int(tc.life.Seconds())
		b.on("GET "+accountsPath, reply(tc.status, oneError))
		c := b.client(headless)
		later := time.Duration(0)
		c.now = func() time.Time { return time.Now().Add(later) }
		var grant Grant
		mustRun(t, func() { grant = c.AccountsGrant(t.Context(), AnyAccess) })
		later = tc.passed
		c.nextSpec()
		mustEnd(t, "failed", []string{"ACC-LIST-200"}, func() {
			c.Call(t.Context(), contract.ListAccounts, "", Bearer(grant.Token)).Must(contract.AccList200, 200)
		})
		if got := slices.Contains(c.habits(), contract.AccountsFiveMinutes); got != tc.habit {
			t.Errorf("%s: recognised is %v: %+v", name, got, c.spec.Findings)
		}
		if renewed := c.memo["grant accounts"] == nil; renewed != tc.habit {
			t.Errorf("%s: the grant is to be had anew: %v", name, renewed)
		}
		if !tc.habit {
			continue
		}
		c.cfg.Profile = profile.Observed
		c.nextSpec()
		mustRun(t, func() { c.AccountsGrant(t.Context(), AnyAccess) })
		if n := len(b.got("POST", "/token")); n < 4 { // two client tokens at most, and two codes
			t.Errorf("%s: %d token requests: the code was not exchanged again", name, n)
		}
	}
}

// A twin that fails for the window alone is asked for again.
func TestWhatAWindowClosedIsAskedForAgain(t *testing.T) {
	b := newIDBank(t)
	b.life = 3600
	b.on("GET "+accountsPath, inTurn(reply(403, oneError), reply(200, `{"Data":{"Account":[]},"Links":{"Self":"https://x`+accountsPath+`"},"Meta":{}}`)))
	c := b.client(headless, observed)
	later := time.Duration(0)
	c.now = func() time.Time { return time.Now().Add(later) }
	var grant Grant
	mustRun(t, func() { grant = c.AccountsGrant(t.Context(), AnyAccess) })
	later = 6 * time.Minute
	twin := func() {
		c.Twin("a list", func() {
			c.Call(t.Context(), contract.ListAccounts, "", Bearer(grant.Token)).Must(contract.AccList200, 200)
		})
	}
	c.nextSpec()
	mustEnd(t, "skipped", []string{"fails no run"}, twin)
	c.nextSpec()
	mustRun(t, twin)
}

// A grant of a code that can be exchanged once only is kept: it is all there is.
func TestAWindowOfAPredefinedCode(t *testing.T) {
	for _, reusable := range []bool{false, true} {
		c := testClient(t, "https://bank.example")
		c.memo["grant accounts"] = &remembered{value: Grant{Token: "token-of-a-code", Code: Code{Value: "code", Reusable: reusable},
			Answer: &Answer{Ended: time.Now().Add(-10 * time.Minute)}, lasts: time.Now().Add(time.Hour)}}
		answer := c.testAnswer(t, contract.GetAccount, 403, oneError)
		answer.bearer = "token-of-a-code"
		mustEnd(t, "failed", nil, func() { answer.Must(contract.AccGet200, 200) })
		if kept := c.memo["grant accounts"] != nil; kept == reusable {
			t.Errorf("reusable %v: kept is %v", reusable, kept)
		}
		if got := fmt.Sprint(c.habits()); got != "[accounts-five-minutes]" {
			t.Errorf("habits %s", got)
		}
	}
}
