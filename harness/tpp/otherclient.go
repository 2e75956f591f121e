package tpp

import (
	"context"

	"obconform/harness/contract"
)

// ByOther sends a request with the second client's client-credentials token in
// place of ours.
func (c *Client) ByOther(ctx context.Context, scope string) Edit {
	return Bearer(c.TokenOf(ctx, c.SecondClient(), c.Scope(scope)))
}

// DeleteConsentByOther asks in the second client's name for the deletion of a
// consent of ours, without judging the answer; what becomes of the consent is
// CheckKept's business.
func (c *Client) DeleteConsentByOther(ctx context.Context, id contract.OperationID, consentID string) *Answer {
	operation, _ := contract.Lookup(id)
	return c.withToken(ctx, id, consentID, []Edit{c.ByOther(ctx, operation.Scope)})
}
