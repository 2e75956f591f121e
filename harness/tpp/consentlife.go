package tpp

import (
	"context"
	"slices"

	"obconform/harness/contract"
)

// Statuses of a consent that waits for the customer, and of one that the
// customer has decided on (contract, section 2).
const awaiting = "AwaitingAuthorisation"

var decided = []string{"Authorised", "Rejected", "Revoked"}

// AuthoriseAccounts has the customer authorise an accounts consent of the
// spec's own, where the configuration lets us (R12).
func (c *Client) AuthoriseAccounts(ctx context.Context, consentID string) {
	c.needHeadless()
	c.authorise(ctx, consentID, c.Scope(contract.ScopeAccounts))
}

// CheckSameAccountsConsent holds an accounts consent against an earlier answer
// with the same one: all its data, but that Status and StatusUpdateDateTime may
// have moved on, once, since the customer decided.
func (a *Answer) CheckSameAccountsConsent(clause contract.ClauseID, earlier *Answer) {
	for _, pointer := range []string{"/Data/ConsentId", "/Data/CreationDateTime", "/Data/ExpirationDateTime",
		"/Data/TransactionFromDateTime", "/Data/TransactionToDateTime", "/Risk"} {
		a.CheckSameAs(clause, pointer, earlier)
	}
	permissions, ok := earlier.Texts("/Data/Permissions")
	if ok {
		a.CheckSameSet(clause, "/Data/Permissions", permissions)
	} else {
		a.CheckSameAs(clause, "/Data/Permissions", earlier)
	}
	a.checkStatusSince(clause, earlier)
}

func (a *Answer) checkStatusSince(clause contract.ClauseID, earlier *Answer) {
	before, _ := earlier.Text("/Data/Status")
	now, _ := a.Text("/Data/Status")
	if before != awaiting || !slices.Contains(decided, now) {
		a.CheckSameAs(clause, "/Data/Status", earlier)
		a.CheckSameAs(clause, "/Data/StatusUpdateDateTime", earlier)
		return
	}
	updated, ok := a.Instant("/Data/StatusUpdateDateTime")
	first, known := earlier.Instant("/Data/StatusUpdateDateTime")
	a.Check(clause, "/Data/StatusUpdateDateTime", ok && known && !updated.Before(first), "an instant not before the one that was there")
}

// CheckKept holds that a consent is still there after an attempt on it that
// must not have done anything.
func (c *Client) CheckKept(ctx context.Context, clause contract.ClauseID, id contract.OperationID, consentID string) {
	answer := c.withToken(ctx, id, consentID, nil)
	if slices.Contains([]int{400, 403, 404}, answer.Status) {
		c.deletedAlready(consentID) // so that its cleanup is not blamed as well
	}
	answer.Is(clause, 200)
}
