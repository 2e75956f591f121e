package tpp

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/pace"
)

// consentBank makes consents c1, c2 and so on, and deletes them.
func consentBank(t *testing.T) *bank {
	t.Helper()
	b := newBank(t)
	made := 0
	b.on("POST "+consentsPath, func(w http.ResponseWriter, r *http.Request) {
		made++
		consentReply(fmt.Sprintf("c%d", made))(w, r)
	})
	b.on("DELETE "+consentsPath+"/", reply(204, ""))
	return b
}

func (b *bank) deletions() []string {
	var ids []string
	for _, r := range b.got("DELETE", "") {
		ids = append(ids, path.Base(r.URL.Path))
	}
	return ids
}

func createConsents(t *testing.T, c *Client, number int) {
	t.Helper()
	mustRun(t, func() {
		for range number {
			c.CreateAccountsConsent(t.Context(), AccountsConsent("ReadAccountsBasic")).Must(contract.Aac201, 201)
		}
	})
}

func TestCleanupDeletesLastFirst(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL)
	createConsents(t, c, 3)
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if got := b.deletions(); !slices.Equal(got, []string{"c3", "c2", "c1"}) {
		t.Errorf("deleted %v", got)
	}
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if got := b.deletions(); len(got) != 3 {
		t.Errorf("deleted again: %v", got)
	}
	c.nextSpec()
	mustRun(t, func() { // what was refused was not created
		b.on("POST "+consentsPath, reply(400, oneError))
		c.CreateAccountsConsent(t.Context(), AccountsConsent())
		c.cleanUpSpec(t.Context())
	})
	if got := b.deletions(); len(got) != 3 {
		t.Errorf("deleted what was not created: %v", got)
	}
}

// What a bank has made is deleted, whatever success it calls that; what it has
// refused was not made, even where the refusal names an identifier.
func TestCleanupOfWhatWasMadeWithAnotherStatus(t *testing.T) {
	for status, want := range map[int][]string{200: {"c1"}, 202: {"c1"}, 400: nil, 302: nil} {
		b := consentBank(t)
		b.on("POST "+consentsPath, reply(status, `{"Data":{"ConsentId":"c1"}}`))
		c := testClient(t, b.URL)
		mustRun(t, func() {
			c.CreateAccountsConsent(t.Context(), AccountsConsent("ReadAccountsBasic"))
			c.cleanUpSpec(t.Context())
		})
		if got := b.deletions(); !slices.Equal(got, want) {
			t.Errorf("answered with %d: deleted %q, want %q", status, got, want)
		}
	}
}

func TestCleanupGoesOnAfterAFailure(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL)
	createConsents(t, c, 3)
	b.on("DELETE "+consentsPath+"/c3", reply(500, oneError))
	b.on("DELETE "+consentsPath+"/c2", reply(503, ""))
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if got := b.deletions(); !slices.Equal(got, []string{"c3", "c2", "c1"}) {
		t.Errorf("deleted %v", got)
	}
	if !c.hasFinding(contract.AacDelete204) || c.spec.Inconclusive != "" || !strings.Contains(strings.Join(c.spec.Notes, ""), "could not delete an account access consent") {
		t.Errorf("findings %v, inconclusive %q, notes %q", c.spec.Findings, c.spec.Inconclusive, c.spec.Notes)
	}
}

func TestCleanupGoesOnAfterADeletionThatEndsTheSpec(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	var deleted []string
	for _, id := range []string{"a", "b", "c"} {
		c.atSpecEnd(cleanup{contract.Accounts, id, id, func(context.Context) {
			deleted = append(deleted, id)
			if id != "b" {
				c.NotExercised("no token")
			}
		}})
	}
	mustEnd(t, "skipped", nil, func() { c.cleanUpSpec(t.Context()) })
	if !slices.Equal(deleted, []string{"c", "b", "a"}) {
		t.Errorf("deleted %v", deleted)
	}
}

// A target that is gone may take deletions all the same; when the first has no
// answer, it is left alone. Nothing else is asked of it.
func TestCleanupOfATargetThatIsGone(t *testing.T) {
	for _, one := range []struct {
		answer http.HandlerFunc
		tried  []string
		noted  int
	}{
		{reply(204, ""), []string{"c3", "c2", "c1"}, 0},
		{reply(503, ""), []string{"c3"}, 3},
	} {
		b := consentBank(t)
		b.on("DELETE "+consentsPath+"/", one.answer)
		c := testClient(t, b.URL)
		createConsents(t, c, 3)
		for range pace.GoneAfter {
			c.pace.Failed("status 503")
		}
		mustRun(t, func() { c.cleanUpSpec(t.Context()) })
		if got := b.deletions(); !slices.Equal(got, one.tried) || len(c.spec.Notes) != one.noted {
			t.Errorf("tried to delete %v, expected %v; notes %q", got, one.tried, c.spec.Notes)
		}
		mustEnd(t, "failed", []string{"the target is gone"}, func() { c.Call(t.Context(), contract.ListAccounts, "") })
	}
}

func TestWhatASpecHasDeletedIsNotDeletedAgain(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL)
	createConsents(t, c, 2)
	mustRun(t, func() {
		c.DeleteConsent(t.Context(), contract.DeleteAccountAccessConsent, "c1").Must(contract.AacDelete204, 204)
		c.cleanUpSpec(t.Context())
	})
	if got := b.deletions(); !slices.Equal(got, []string{"c1", "c2"}) {
		t.Errorf("deleted %v", got)
	}
	// A deletion that was refused has deleted nothing.
	c.nextSpec()
	createConsents(t, c, 1)
	b.on("DELETE "+consentsPath+"/c3", inTurn(reply(400, oneError), reply(204, "")))
	mustRun(t, func() {
		c.DeleteConsent(t.Context(), contract.DeleteAccountAccessConsent, "c3")
		c.cleanUpSpec(t.Context())
	})
	if got := b.deletions(); !slices.Equal(got[2:], []string{"c3", "c3"}) {
		t.Errorf("deleted %v", got)
	}
}

func TestSharedResourcesAreDeletedAtTheEndByAPI(t *testing.T) {
	b := consentBank(t)
	c := testClient(t, b.URL)
	createConsents(t, c, 3)
	var funds int
	c.atSpecEnd(cleanup{contract.ConfirmationOfFunds, "f1", "a funds consent", func(context.Context) { funds++ }})
	for _, id := range []string{"c1", "f1", "c3", "unknown"} {
		c.share(id)
	}
	mustRun(t, func() { c.cleanUpSpec(t.Context()) })
	if got := b.deletions(); !slices.Equal(got, []string{"c2"}) || funds != 0 {
		t.Errorf("at the spec's end: deleted %v, %d", got, funds)
	}
	if got := c.Leftovers(); !slices.Equal(got, []contract.API{contract.AccountAccessConsents, contract.ConfirmationOfFunds}) {
		t.Errorf("leftovers of %v", got)
	}
	c.nextSpec()
	mustRun(t, func() { c.CleanUp(t.Context(), contract.AccountAccessConsents) })
	if got := b.deletions(); !slices.Equal(got, []string{"c2", "c3", "c1"}) || funds != 0 {
		t.Errorf("at the end: deleted %v, %d", got, funds)
	}
	mustRun(t, func() { c.CleanUp(t.Context(), contract.ConfirmationOfFunds) })
	if got := c.Leftovers(); len(got) > 0 || funds != 1 {
		t.Errorf("leftovers of %v, %d funds consents deleted", got, funds)
	}
	// A shared one that a spec deletes is no leftover any more.
	c.nextSpec()
	createConsents(t, c, 1)
	c.share("c4")
	mustRun(t, func() {
		c.DeleteConsent(t.Context(), contract.DeleteAccountAccessConsent, "c4")
		c.CleanUp(t.Context(), contract.AccountAccessConsents)
	})
	if got := b.deletions(); !slices.Equal(got[3:], []string{"c4"}) {
		t.Errorf("deleted %v", got)
	}
}
