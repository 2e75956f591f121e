package conduct

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/traffic"
)

// CLI-CONSENT-GONE: of a token, a refresh token, an authorisation request and a
// question for funds. To read a consent that has ended, or to delete it again,
// does no harm.
func holdConsentGone(e *examination) {
	if e.started.IsZero() {
		return
	}
	var k key
	where := "header Authorization"
	switch life := e.issuedToken(); {
	case e.op.ID == contract.Authorize:
		id, _ := e.object.intent(e.options.IntentClaim)
		k, where = e.memory.of(id), "claim claims"
	case e.op.ID == contract.RequestToken:
		if old := e.refreshing(); old != nil {
			k, where = old.token.consent, "form refresh_token"
		}
	case e.op.ID == contract.CreateFundsConfirmation:
		id, _ := e.text("/Data/ConsentId")
		k, where = e.memory.of(id), "/Data/ConsentId"
	case life != nil && e.op.Token == contract.AuthorizationCode:
		k = life.consent
	}
	named, known := e.memory.consents.get(k)
	if !known {
		return
	}
	if why := named.over(e.started, e.options.ClockSkew); why != "" {
		e.breach(where, "a consent in force", "one that "+why)
		return
	}
	e.met()
}

// CLI-FUNDS-CONSENT.
func holdFundsConsent(e *examination) {
	life := e.issuedToken()
	id, ok := e.text("/Data/ConsentId")
	if e.op.ID != contract.CreateFundsConfirmation || life == nil || life.consent == 0 || !ok {
		return
	}
	if e.memory.of(id) != life.consent {
		e.breach("/Data/ConsentId", "the consent that the token was given for", "another")
		return
	}
	e.met()
}

// CLI-CONSENT-DELETED, as far as it shows before the end: a client that deletes
// its registration gives up every consent that it has.
func holdConsentDeleted(e *examination) {
	if e.status() != http.StatusNoContent {
		return
	}
	switch e.op.ID {
	case contract.DeleteAccountAccessConsent, contract.DeleteFundsConfirmationConsent:
		e.met()
	case contract.DeleteClient:
		if n := len(e.memory.left(e.route.Resource, e.started, e.options.ClockSkew)); n > 0 {
			e.breach("path", "a client without consents in force", fmt.Sprintf("one with %d", n))
		}
	}
}

// left are the authorised consents of a client, of all for none, that nobody
// deleted.
func (m *memory) left(owner string, at time.Time, skew time.Duration) []*consent {
	var left []*consent
	for _, life := range m.consents.lru.Values() {
		if life.created && life.authorised && (owner == "" || life.client == owner) && life.over(at, skew) == "" {
			left = append(left, life)
		}
	}
	return left
}

// End says what only the end shows: with Options.Whole, authorised consents that
// the client left behind, one finding for each kind; the operation is the one
// that was not called. Without it there is nothing to say: a consent may go on
// after the traffic that was seen.
func (a *Auditor) End(at time.Time) Result {
	a.mu.Lock()
	defer a.mu.Unlock()
	var result Result
	if !a.whole.Load() {
		return result
	}
	counts := map[contract.OperationID]int{}
	for _, life := range a.memory.left("", at, a.options.ClockSkew) {
		counts[life.operation]++
	}
	for _, id := range []contract.OperationID{contract.DeleteAccountAccessConsent, contract.DeleteFundsConfirmationConsent} {
		if counts[id] == 0 {
			continue
		}
		result.Exercised = []contract.ClauseID{contract.CliConsentDeleted}
		result.Findings = append(result.Findings, evidence.Finding{Clause: contract.CliConsentDeleted, Level: a.levels[contract.CliConsentDeleted],
			Operation: id, Where: "request", Expected: "every authorised consent deleted in the end", Actual: fmt.Sprintf("%d left behind", counts[id]), Exchange: -1})
	}
	return result
}

// CLI-ACCOUNT-ID. What is not known may have been learnt before the traffic
// began: it is made up only where the bank refuses it, although the client has
// been told what there is.
func holdAccountID(e *examination) {
	if e.op.ID != contract.GetAccount || e.route.Resource == "" {
		return
	}
	if _, known := e.memory.accounts.get(e.memory.of(e.route.Resource)); known {
		e.met()
		return
	}
	life := e.token()
	refused := slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}, e.status())
	if refused && (e.whole.Load() || life != nil && life.listed) {
		e.breach("path", "an AccountId of an answer", "one that no answer has had")
	}
}

// kindOfConsent is, for an operation on consents, the scope that they are for and
// the operation that deletes them.
func kindOfConsent(id contract.OperationID) (scope string, deletes contract.OperationID, ok bool) {
	switch id {
	case contract.CreateAccountAccessConsent, contract.GetAccountAccessConsent, contract.DeleteAccountAccessConsent:
		return contract.ScopeAccounts, contract.DeleteAccountAccessConsent, true
	case contract.CreateFundsConfirmationConsent, contract.GetFundsConfirmationConsent, contract.DeleteFundsConfirmationConsent:
		return contract.ScopeFunds, contract.DeleteFundsConfirmationConsent, true
	}
	return "", "", false
}

// rememberConsent follows a consent through its creation, its reading and its
// deletion.
func (e *examination) rememberConsent() {
	scope, deletes, ok := kindOfConsent(e.op.ID)
	if !ok || e.status()/100 != 2 {
		return
	}
	id := e.route.Resource
	if id == "" {
		id = e.answered("/Data/ConsentId")
	}
	k := e.memory.of(id)
	life, known := e.memory.consents.get(k)
	if !known {
		life = &consent{scope: scope, operation: deletes}
		e.memory.consents.put(k, life)
	}
	if owner := e.issuedToken(); owner != nil {
		life.client = owner.client
	}
	if e.req.Method == http.MethodPost {
		life.created = true
		life.expires, _ = e.dateTime("/Data/ExpirationDateTime")
	}
	end := func(why string) {
		if life.why == "" {
			life.gone, life.why = e.ended, why
		}
	}
	switch status := e.answered("/Data/Status"); {
	case e.req.Method == http.MethodDelete:
		end("was deleted")
	case status == "Rejected" || status == "Revoked":
		end("the bank has shown as " + strings.ToLower(status))
	case status == "Authorised":
		life.authorised = true
	}
}

// list is what is read of an answer with accounts.
type list struct {
	Data  struct{ Account []struct{ AccountId string } }
	Links struct{ Self, First, Prev, Next, Last string }
}

// rememberAccounts reads an answer with accounts: what is in it, and where its
// links lead. That is worth its time only where the same was not read before.
func (e *examination) rememberAccounts() {
	if !e.is(contract.ListAccounts, contract.GetAccount) || e.status() != http.StatusOK {
		return
	}
	body := e.x.Response.Body
	if body.Lack != traffic.Nothing && body.Lack != traffic.Redacted || len(body.Bytes) > maxBody {
		return
	}
	k := e.memory.of(e.auth.value, string(e.op.ID), string(body.Bytes))
	if _, before := e.memory.bodies.get(k); before {
		return
	}
	var answer list
	if json.Unmarshal(body.Bytes, &answer) != nil {
		return
	}
	e.memory.bodies.put(k, struct{}{})
	for _, account := range answer.Data.Account {
		e.memory.accounts.put(e.memory.of(account.AccountId), struct{}{})
	}
	links := answer.Links
	for _, link := range []string{links.Self, links.First, links.Prev, links.Next, links.Last} {
		if _, query, ok := strings.Cut(link, "?"); ok {
			e.memory.links.put(e.memory.of(string(e.op.ID), normalQuery(query)), struct{}{})
		}
	}
	if life := e.token(); life != nil && e.op.ID == contract.ListAccounts {
		life.linked = true
		life.listed = life.listed || links.Next == "" && e.req.URL.RawQuery == ""
	}
}
