package tpp

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

func TestAlterChangesOneCharacterThatCounts(t *testing.T) {
	for _, token := range []string{"", "A", "AAAA", "bcd", "eyJh.eyJpc3Mi.c2ln", "a.b", "a..", strings.Repeat("x", 43)} {
		altered := alter(token)
		if altered == token {
			t.Errorf("%q is unchanged", token)
		}
		if strings.Count(altered, ".") != strings.Count(token, ".") {
			t.Errorf("%q became %q: a JWT is no JWT any more", token, altered)
		}
		changed := 0
		for i := range min(len(token), len(altered)) {
			if token[i] != altered[i] {
				changed++
			}
		}
		if changed+len(altered)-len(token) != 1 {
			t.Errorf("%q became %q: not one character changed", token, altered)
		}
		if len(token) > 1 && altered[len(altered)-1] != token[len(token)-1] {
			t.Errorf("%q became %q: the last character may not count", token, altered)
		}
	}
}

func TestAnAlteredTokenIsSentAndNeverShown(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	const token = "a-token-of-twenty-one"
	c.Call(t.Context(), contract.ListAccounts, "", Bearer(token), c.AlteredToken())
	sent := b.got("GET", accountsPath)[0].Header.Get("Authorization")
	if sent != "Bearer "+alter(token) {
		t.Errorf("sent %q", sent)
	}
	if strings.Contains(c.dump(t), alter(token)) {
		t.Error("the altered token is in the record")
	}
}

func TestATokenOfAnotherScopeNeedsAnotherScope(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	mustRun(t, func() { c.TokenOfOtherScope(t.Context(), contract.GetAccountAccessConsent) })
	if got := b.got("POST", "/token"); len(got) != 1 || !strings.Contains(got[0].body, "scope=fundsconfirmations") {
		t.Errorf("asked %d times for a token, not for the other scope", len(got))
	}
	same := testClient(t, b.URL, func(cfg *config.Config) { cfg.Client.Scopes.Funds = cfg.Client.Scopes.Accounts })
	mustEnd(t, "skipped", []string{"client.scopes.accounts"}, func() { same.TokenOfOtherScope(t.Context(), contract.GetAccountAccessConsent) })
}

func TestATokenOfAnotherGrant(t *testing.T) {
	c := testClient(t, newBank(t).URL)
	mustRun(t, func() {
		if got := c.TokenOfOtherGrant(t.Context(), contract.ListAccounts); got != "access-token-1" {
			t.Errorf("got %q in place of a client-credentials token", got)
		}
	})
	mustEnd(t, "skipped", []string{"consents.way"}, func() { c.TokenOfOtherGrant(t.Context(), contract.GetFundsConfirmationConsent) })
}

func TestAnExpiredTokenIsWaitedForAndNotLong(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.on("POST /token", inTurn(tokenReply("short-lived-token", 1), tokenReply("second-token", 300)))
	c := testClient(t, b.URL)
	start := time.Now()
	mustRun(t, func() {
		if got := c.ExpiredToken(t.Context(), contract.GetFundsConfirmationConsent); got != "short-lived-token" {
			t.Errorf("got %q", got)
		}
	})
	if waited := time.Since(start); waited < 2*time.Second {
		t.Errorf("waited %s only", waited)
	}
	if got := c.Token(t.Context(), contract.ScopeFunds); got != "second-token" {
		t.Errorf("the expired token is still in use: %q", got)
	}
	long := testClient(t, newBank(t).URL)
	mustEnd(t, "skipped", []string{"expires_in is 300 s"}, func() { long.ExpiredToken(t.Context(), contract.GetFundsConfirmationConsent) })
}

func TestProvokingHeadersComeFromTheConfiguration(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, reply(http.StatusTooManyRequests, "", "Retry-After", "1"))
	c := testClient(t, b.URL, func(cfg *config.Config) {
		cfg.Provoke = []config.Provocation{{Status: 429, Headers: map[string]string{"Prefer": "code=429"}}}
	})
	var answer *Answer
	mustRun(t, func() { answer = c.Call(t.Context(), contract.ListAccounts, "", c.Provoke(contract.ListAccounts, 429)) })
	if got := b.got("GET", accountsPath)[0].Header.Get("Prefer"); got != "code=429" {
		t.Errorf("sent Prefer %q", got)
	}
	mustRun(t, func() { answer.MustBeProvoked(contract.ComStatus, 429) })
	mustEnd(t, "skipped", []string{"provoke for 406", "answer 429"}, func() { answer.MustBeProvoked(contract.ComStatus, 406) })
	mustEnd(t, "skipped", []string{"provoke", "500"}, func() { c.Provoke(contract.ListAccounts, 500) })
}
