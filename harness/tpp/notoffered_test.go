package tpp

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Of a clause that the target does not offer nothing is exercised and nothing
// found; all others are held as ever, and so is this one where it is offered.
func TestClausesNotOffered(t *testing.T) {
	for _, offered := range []bool{true, false} {
		b := newBank(t)
		// Another interaction id, and a link that is no text.
		b.on("GET "+accountsPath, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set(contract.HeaderInteractionID, "93bac548-d2de-4546-b106-880a5018460d")
			_, _ = io.WriteString(w, `{"Data":{"Account":[]},"Links":{"Self":1}}`)
		})
		c := testClient(t, b.URL, func(cfg *config.Config) {
			if !offered {
				cfg.Target.NotOffered = []config.NotOffered{{Clauses: []contract.ClauseID{contract.ComFapiEcho, contract.AccListStable}, Reason: "it keeps nothing"}}
			}
		})
		answer := c.Call(t.Context(), contract.ListAccounts, "")
		answer.Check(contract.AccListStable, "/Data/Account", true, "what was there before")
		answer.Check(contract.AccListStable, "/Data/Account", false, "what was there before")
		exercised := append(slices.Clone(c.spec.Exercised), c.spec.Exchanges[0].Exercised...)
		for clause, held := range map[contract.ClauseID]bool{contract.ComFapiEcho: offered, contract.AccListStable: offered, contract.ComBody: true} {
			found := slices.ContainsFunc(c.spec.Findings, func(f evidence.Finding) bool { return f.Clause == clause })
			if found != held || slices.Contains(exercised, clause) != held {
				t.Errorf("offered %v: %s is found %v, exercised in %v, want %v", offered, clause, found, exercised, held)
			}
		}
	}
}

// A spec that proves such clauses alone is left out, and says so.
func TestSpecOfAClauseNotOffered(t *testing.T) {
	c := testClient(t, newBank(t).URL, func(cfg *config.Config) {
		cfg.Target.NotOffered = []config.NotOffered{{Clauses: []contract.ClauseID{contract.Aac201Echo}, Reason: "it keeps nothing"}}
	})
	mustEnd(t, "skipped", []string{"not offered: it keeps nothing"}, func() {
		c.needOffered([]string{"api:accounts", "clause:AAC-201-ECHO", "smoke"})
	})
	mustRun(t, func() { c.needOffered([]string{"api:accounts", "clause:AAC-201-ECHO", "clause:AAC-201"}) })
	mustRun(t, func() { c.needOffered([]string{"api:accounts", "clause:AAC-201", "smoke"}) })
	mustRun(t, func() { c.needOffered([]string{"api:accounts"}) })
}
