package tpp

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

func withheldCodes(cfg *config.Config) {
	cfg.Client.RedirectURI = "https://tpp.example/callback"
	cfg.Consents.Codes.Rejected = config.Literal("code", "code-of-a-rejected-consent")
}

func TestConsentsThatOpenNothing(t *testing.T) {
	const accounts = `{"Data":{"Account":[]}}`
	for _, test := range []struct {
		name        string
		token, list http.HandlerFunc
		ends, found string
	}{
		{"refused by the API", tokenReply("withheld-token", 300), reply(403, oneError), "", ""},
		{"token refused by the API", tokenReply("withheld-token", 300), reply(401, ""), "", ""},
		{"served", tokenReply("withheld-token", 300), reply(200, accounts), "failed", "status"},
		{"answered with another error", tokenReply("withheld-token", 300), reply(400, oneError), "failed", "status"},
		{"code refused", reply(400, `{"error":"invalid_grant"}`, "Cache-Control", "no-store"), reply(200, accounts), "", ""},
		{"request refused", reply(400, `{"error":"invalid_request"}`, "Cache-Control", "no-store"), reply(200, accounts), "", "/error"},
		{"token endpoint at fault", reply(500, ``), reply(403, oneError), "failed", "status"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBank(t)
			b.on("POST /token", test.token)
			b.on("GET "+accountsPath, test.list)
			c := testClient(t, b.URL, withheldCodes)
			mustEnd(t, test.ends, nil, func() {
				c.MustBeWithheld(context.Background(), Rejected, contract.ListAccounts, "")
			})
			var places []string
			for _, f := range c.spec.Findings {
				if f.Clause == contract.Acc403Consent {
					places = append(places, f.Where)
				}
			}
			if test.found == "" && (len(places) > 0 || !containsClause(c.spec.Exercised, contract.Acc403Consent)) {
				t.Errorf("found breaches at %q, exercised %v", places, c.spec.Exercised)
			}
			if test.found != "" && !contains(places, test.found) {
				t.Errorf("found breaches at %q, want one at %q", places, test.found)
			}
		})
	}
}

func TestWithheldCodeIsExchangedOnce(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, reply(403, oneError))
	c := testClient(t, b.URL, withheldCodes)
	mustRun(t, func() {
		for range 2 {
			c.MustBeWithheld(context.Background(), Rejected, contract.ListAccounts, "")
		}
	})
	if got := len(b.got("POST", "/token")); got != 1 {
		t.Errorf("the code was exchanged %d times, want once", got)
	}
	mustEnd(t, "skipped", []string{"consents.codes.revoked"}, func() {
		c.MustBeWithheld(context.Background(), Revoked, contract.ListAccounts, "")
	})
}

func TestSecondClient(t *testing.T) {
	b := newBank(t)
	mustEnd(t, "skipped", []string{"secondClient.id"}, func() {
		testClient(t, b.URL).ByOther(context.Background(), contract.ScopeAccounts)
	})
	c := testClient(t, b.URL, func(cfg *config.Config) {
		cfg.SecondClient = config.SecondClient{ID: config.Literal("id", "second-id"), Secret: config.Literal("secret", "second-secret")}
	})
	b.on("GET "+consentsPath+"/", reply(403, oneError))
	mustRun(t, func() {
		ours := c.Token(context.Background(), contract.ScopeAccounts)
		c.GetConsent(context.Background(), contract.GetAccountAccessConsent, "1", c.ByOther(context.Background(), contract.ScopeAccounts))
		if sent := b.got("GET", consentsPath)[0].Header.Get("Authorization"); sent == "Bearer "+ours || sent == "" {
			t.Errorf("sent %q, want the second client's token", sent)
		}
	})
}

func TestAnAccount(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	b.on("GET "+accountsPath, reply(200, `{"Data":{"Account":[{"AccountId":"a","Currency":"GBP","AccountType":"Personal","AccountSubType":"Savings"}]}}`))
	mustRun(t, func() {
		if got := c.AnAccount(context.Background(), Grant{Token: "some-token"}); got != "a" {
			t.Errorf("got %q, want a", got)
		}
	})
	b.on("GET "+accountsPath, reply(200, `{"Data":{"Account":[]}}`))
	mustEnd(t, "failed", []string{"ACC-LIST-200"}, func() { c.AnAccount(context.Background(), Grant{Token: "some-token"}) })
}

func TestConsentIsKept(t *testing.T) {
	shown := consentReply("1")
	read := func(w http.ResponseWriter, r *http.Request) { shown(asOK{w}, r) }
	for _, test := range []struct {
		name    string
		get     http.HandlerFunc
		found   string
		deleted bool // at the spec's end, by us
	}{
		{"kept", read, "", true},
		{"gone", reply(400, oneError), "status", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBank(t)
			b.on("POST "+consentsPath, consentReply("1"))
			b.on("GET "+consentsPath+"/", test.get)
			b.on("DELETE "+consentsPath+"/", reply(204, ""))
			c := testClient(t, b.URL)
			mustRun(t, func() {
				c.CreateAccountsConsent(context.Background(), AccountsConsent("ReadAccountsBasic")).Must(contract.Aac201, 201)
				c.CheckKept(context.Background(), contract.AacDeleteUnknown, contract.GetAccountAccessConsent, "1")
				c.cleanUpSpec(context.Background())
			})
			if found := findingAt(c, contract.AacDeleteUnknown); found != test.found {
				t.Errorf("found a breach at %q, want %q", found, test.found)
			}
			if deleted := len(b.got("DELETE", consentsPath)) == 1; deleted != test.deleted {
				t.Errorf("deleted: %v, want %v", deleted, test.deleted)
			}
		})
	}
}

// asOK turns the answer to a creation into one to a read.
type asOK struct{ http.ResponseWriter }

func (w asOK) WriteHeader(int) { w.ResponseWriter.WriteHeader(200) }

func findingAt(c *Client, clause contract.ClauseID) string {
	for _, f := range c.spec.Findings {
		if f.Clause == clause {
			return f.Where
		}
	}
	return ""
}

func TestDeletionWaitsForANewConsent(t *testing.T) {
	for _, settle := range []time.Duration{0, 2 * time.Second} {
		t.Run(fmt.Sprint(settle), func(t *testing.T) {
			b := newBank(t)
			shown := consentReply("1")
			b.on("POST "+consentsPath, consentReply("1"))
			b.on("GET "+consentsPath+"/", inTurn(reply(400, oneError), func(w http.ResponseWriter, r *http.Request) { shown(asOK{w}, r) }))
			b.on("DELETE "+consentsPath+"/", inTurn(reply(400, oneError), reply(204, "")))
			c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Target.SettleTime = config.Duration(settle) })
			mustRun(t, func() {
				c.CreateAccountsConsent(context.Background(), AccountsConsent("ReadAccountsBasic")).Must(contract.Aac201, 201)
				c.cleanUpSpec(context.Background())
			})
			if settled := findingAt(c, contract.AacDelete204) == ""; settled != (settle > 0) {
				t.Errorf("settled: %v with a settle time of %s: %+v", settled, settle, c.spec.Findings)
			}
		})
	}
}
