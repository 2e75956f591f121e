package tpp

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/leftovers"
)

// TestAstray: discovery that leads to a host which is not allowed ends it all;
// what is no address, or is not used, does not.
func TestAstray(t *testing.T) {
	allowed := func(cfg *config.Config) { cfg.Target.AllowedHosts = []string{"keys.example:8443"} }
	noRegistering := func(cfg *config.Config) { cfg.Registration.Register = false }
	for _, tc := range []struct {
		member, address string
		edit            func(*config.Config)
		astray          string // a part of the reason, empty for none
	}{
		{"token_endpoint", "https://elsewhere.example/token", headless, "discovery's token_endpoint is on elsewhere.example, which is neither"},
		{"jwks_uri", "https://keys.example/jwks", allowed, "discovery's jwks_uri is on keys.example, "},
		{"jwks_uri", "https://keys.example:8443/jwks", allowed, ""},
		{"authorization_endpoint", "https://elsewhere.example/a", headless, "authorization_endpoint is on elsewhere.example"},
		{"authorization_endpoint", "https://elsewhere.example/a", allowed, ""},
		{"registration_endpoint", "https://elsewhere.example/r", allowed, "registration_endpoint is on elsewhere.example"},
		{"registration_endpoint", "https://elsewhere.example/r", noRegistering, ""},
		{"userinfo_endpoint", "https://elsewhere.example/u", headless, ""},
		{"token_endpoint", "https://127.0.0.1:1/token", headless, "token_endpoint is on 127.0.0.1:1"},
		{"token_endpoint", "http://elsewhere.example/token", headless, ""}, // DIS-HTTPS
		{"token_endpoint", "/token", headless, ""},
		{"token_endpoint", "", headless, ""},
	} {
		b := newBank(t)
		members := map[string]string{"token_endpoint": b.URL + "/token", "jwks_uri": b.URL + "/jwks",
			"authorization_endpoint": b.URL + "/authorize", "registration_endpoint": b.URL + registerPath}
		members[tc.member] = tc.address
		document, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		b.on("GET "+discoveryPath, reply(200, string(document)))
		c := testClient(t, b.URL, tc.edit)
		ends(func() { c.Call(t.Context(), contract.GetDiscovery, "") })
		if got := c.Astray(); (got == "") != (tc.astray == "") || !strings.Contains(got, tc.astray) {
			t.Errorf("%s on %s: astray %q, want %q", tc.member, tc.address, got, tc.astray)
		}
		if tc.astray == "" {
			continue
		}
		before := len(b.got("", "")) + len(b.got("GET", "/"))
		mustEnd(t, "failed", []string{"inconclusive", tc.astray}, func() { c.Call(t.Context(), contract.ListAccounts, "", Bearer("a token")) })
		if after := len(b.got("", "")) + len(b.got("GET", "/")); after != before {
			t.Errorf("%s: the bank was called afterwards", tc.member)
		}
	}
}

// All that leads astray is named at once; an address for clients with a
// certificate counts for those alone.
func TestAstrayInSeveralWays(t *testing.T) {
	b := newBank(t)
	b.on("GET "+discoveryPath, reply(200, `{"token_endpoint":"https://a.example/token","jwks_uri":"https://b.example/jwks",
		"mtls_endpoint_aliases":{"token_endpoint":"https://c.example/token"}}`))
	for _, certificate := range []bool{false, true} {
		c := testClient(t, b.URL)
		if certificate {
			c.subject = "CN=ours"
		}
		ends(func() { c.Discovery(t.Context()) })
		got := c.Astray()
		if !strings.Contains(got, "a.example") || !strings.Contains(got, "; discovery's jwks_uri is on b.example") || strings.Contains(got, "c.example") != certificate {
			t.Errorf("with a certificate %t: astray %q", certificate, got)
		}
	}
}

// A bank that answers a registration with one of the configured clients' own
// does not make it ours to change or delete: not by a spec, not by its cleanup,
// not by obconform cleanup.
func TestConfiguredClientsAreKept(t *testing.T) {
	for _, id := range []string{clientID, "second/1", "c1"} {
		b := newBank(t)
		b.on("POST "+registerPath, reply(201, strings.Replace(aRegistration, `"client_id":"c1"`, `"client_id":"`+id+`"`, 1)))
		b.on("PUT "+registerPath+"/", reply(200, aRegistration))
		b.on("DELETE "+registerPath+"/", reply(204, ""))
		c := signingClient(t, b, func(cfg *config.Config) { cfg.SecondClient.ID = config.Literal("second", "second/1") })
		path := filepath.Join(t.TempDir(), leftovers.File)
		log := leftovers.NewLog(path, b.URL, false)
		Remembering(log)(c)
		kept := id != "c1"
		mustRun(t, func() { c.Registered(t.Context()) })
		if got := leftIDs(t, path); (len(got) == 0) != kept {
			t.Errorf("%s: %q are remembered", id, got)
		}
		for _, operation := range []contract.OperationID{contract.UpdateClient, contract.DeleteClient} {
			for _, method := range []string{"PUT", "DELETE", "PATCH"} {
				if how := ends(func() { c.Call(t.Context(), operation, id, Method(method)) }); (how.kind == "skipped") != kept {
					t.Errorf("%s: %s by %s ended %+v", id, method, operation, how)
				}
			}
		}
		before := len(b.got("DELETE", "/"))
		mustRun(t, func() { c.cleanUpSpec(t.Context()) })
		if deleted := len(b.got("DELETE", "/")) > before; deleted == kept {
			t.Errorf("%s: deleted by the cleanup: %t", id, deleted)
		}
		if noted := strings.Contains(strings.Join(c.spec.Notes, " "), "is kept: "); noted != kept {
			t.Errorf("%s: the notes are %q", id, c.spec.Notes)
		}
		mustRun(t, func() { c.Call(t.Context(), contract.GetClient, id) })
		_ = log.Close()
	}
}

// The pre-authorised consent is not deleted: not by a spec, not by its cleanup.
func TestPreauthorisedConsents(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Consents.ConsentIDs.Funds = "shared 1/x" })
	c.preauthorise("c1") // the identifier that the bank gives
	mustRun(t, func() {
		c.CreateAccountsConsent(t.Context(), AccountsConsent("ReadAccountsBasic"))
		c.cleanUpSpec(t.Context())
	})
	if !strings.Contains(strings.Join(c.spec.Notes, " "), "is kept: ") {
		t.Errorf("the notes are %q", c.spec.Notes)
	}
	for id, operation := range map[string]contract.OperationID{"c1": contract.DeleteAccountAccessConsent, "shared 1/x": contract.DeleteFundsConfirmationConsent} {
		mustEnd(t, "skipped", []string{"never deleted"}, func() { c.DeleteConsent(t.Context(), operation, id) })
	}
	if got := b.got("DELETE", "/"); len(got) > 0 {
		t.Errorf("%d deletions", len(got))
	}
	mustRun(t, func() { c.DeleteConsent(t.Context(), contract.DeleteAccountAccessConsent, "c2") })
	if got := b.got("DELETE", "/"); len(got) != 1 {
		t.Errorf("%d deletions of another consent", len(got))
	}
}
