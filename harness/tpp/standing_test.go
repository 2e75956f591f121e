package tpp

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"obconform/harness/contract"
)

// aBankOfConsents creates funds consents with identifiers of their own, shows
// them and deletes them.
func aBankOfConsents(t *testing.T) *bank {
	b := newBank(t)
	created := 0
	b.on("POST "+fundsPath, func(w http.ResponseWriter, r *http.Request) {
		created++
		consentReply(fmt.Sprintf("consent-%d", created))(w, r)
	})
	b.on("GET "+fundsPath+"/", consentReply("any"))
	b.on("DELETE "+fundsPath+"/", reply(204, ""))
	return b
}

func TestAStandingConsentStandsUntilItIsDeleted(t *testing.T) {
	b := aBankOfConsents(t)
	c := testClient(t, b.URL)
	const read, remove = contract.GetFundsConfirmationConsent, contract.DeleteFundsConfirmationConsent
	next := func(id contract.OperationID) (consent string) {
		c.spec = newRecorder() // as every spec has its own
		mustRun(t, func() { consent = c.StandingConsent(context.Background(), id) })
		return consent
	}
	first := next(read)
	if again := next(read); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	if other := next(remove); other == first {
		t.Error("two operations share a consent")
	}
	if len(c.leftovers) != 2 {
		t.Errorf("%d consents are to be deleted at the end, want 2", len(c.leftovers))
	}
	mustRun(t, func() { c.DeleteConsent(context.Background(), remove, first) })
	if len(c.leftovers) != 1 {
		t.Errorf("%d consents are to be deleted at the end, want 1", len(c.leftovers))
	}
	if again := next(read); again == first {
		t.Error("a consent that was deleted still stands")
	}
	c.spec = newRecorder()
	mustRun(t, func() { c.CleanUp(context.Background(), contract.ConfirmationOfFunds) })
	if created, deleted := len(b.got("POST", fundsPath)), len(b.got("DELETE", fundsPath)); created != 3 || deleted != 3 {
		t.Errorf("%d created, %d deleted", created, deleted)
	}
}

func TestTidyUpDeletesWhatTheSpecCreated(t *testing.T) {
	b := aBankOfConsents(t)
	c := testClient(t, b.URL)
	mustRun(t, func() {
		c.CreateFundsConsent(context.Background(), Document{})
		c.TidyUp(context.Background())
		c.cleanUpSpec(context.Background())
	})
	if deleted := len(b.got("DELETE", fundsPath)); deleted != 1 {
		t.Errorf("deleted %d times, want once", deleted)
	}
}
