package tpp

import (
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
)

func ofKind(kind string, destructive bool) func(*config.Config) {
	return func(cfg *config.Config) { cfg.Target.Kind, cfg.Target.AllowDestructive = kind, destructive }
}

// Every method of every operation, at every kind of target: what may be sent is
// sent, and what may not never reaches the bank, whatever the spec means by it.
func TestWhatMayBeSentToAKindOfTarget(t *testing.T) {
	const (
		reads = iota
		consents
		everything
	)
	for name, c := range map[string]struct {
		kind                 string
		destructive, changes bool
		allowed              int
		says                 string // of what is withheld
	}{
		"loopback without a kind":     {"", false, false, everything, ""},
		"a mock":                      {config.Mock, false, false, everything, ""},
		"a sandbox":                   {config.Sandbox, false, false, consents, "target.kind is sandbox: registrations are made, changed and deleted only with target.allowDestructive"},
		"a sandbox that may break":    {config.Sandbox, true, false, everything, ""},
		"production":                  {config.Production, false, false, reads, "--allow-changes-on"},
		"production, keys alone":      {config.Production, true, false, reads, "--allow-changes-on"},
		"production, typed":           {config.Production, false, true, consents, "target.allowDestructive"},
		"production, typed, and keys": {config.Production, true, true, everything, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBank(t)
			client := testClient(t, b.URL, ofKind(c.kind, c.destructive))
			client.changesAllowed = c.changes
			for _, operation := range contract.Operations() {
				for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
					needs := consents
					switch {
					case method == "GET":
						needs = reads
					case operation.Group == contract.RegistrationPath:
						needs = everything
					}
					before := len(b.got(method, ""))
					client.nextSpec()
					how := ends(func() { client.Call(t.Context(), operation.ID, "x", Method(method)) })
					sent := len(b.got(method, "")) > before
					if sent != (needs <= c.allowed) {
						t.Errorf("%s with %s was sent: %t", operation.ID, method, sent)
					}
					if !sent && (how.kind != "skipped" || !strings.Contains(client.spec.NotExercised, c.says)) {
						t.Errorf("%s with %s ended %q because %q, want it to say %q", operation.ID, method, how.kind, client.spec.NotExercised, c.says)
					}
				}
			}
		})
	}
}

// Tokens can be had everywhere; a customer's decision is a change.
func TestTokensAndDecisionsInProduction(t *testing.T) {
	b := newBank(t)
	b.on("GET /authorize", reply(302, "", "Location", "https://tpp.example.com/cb?code=c"))
	c := testClient(t, b.URL, ofKind(config.Production, true))
	mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
	authorise := func() {
		operation, _ := contract.Lookup(contract.Authorize)
		c.send(t.Context(), c.build(operation, b.URL+"/authorize", nil))
	}
	mustEnd(t, "skipped", []string{"--allow-changes-on"}, authorise)
	if got := b.got("GET", "/authorize"); len(got) > 0 {
		t.Error("the authorisation endpoint was asked")
	}
	AllowingChanges(c)
	mustRun(t, authorise)
}

// What is withheld from the target is not held against it, and the next spec
// that needs a shared thing is told the same reason.
func TestWhatIsWithheldIsNotRemembered(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL, ofKind(config.Production, false))
	for range 2 {
		c.nextSpec()
		mustEnd(t, "skipped", []string{"--allow-changes-on"}, func() { c.StandingConsent(t.Context(), contract.GetAccountAccessConsent) })
	}
	if made := b.got("POST", consentsPath); len(made) > 0 || len(c.spec.Findings) > 0 {
		t.Errorf("%d consents were asked for, findings %v", len(made), c.spec.Findings)
	}
}
