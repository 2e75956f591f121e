package tpp

import (
	"context"
	"slices"

	"obconform/harness/contract"
)

// kind is what the two kinds of consent have in common.
type kind struct {
	create, read, remove contract.OperationID
	scope                string
	created              contract.ClauseID
	deleted              contract.ClauseID
	name                 string
}

var accountsConsent = kind{contract.CreateAccountAccessConsent, contract.GetAccountAccessConsent, contract.DeleteAccountAccessConsent,
	contract.ScopeAccounts, contract.Aac201, contract.AacDelete204, "an account access consent"}

var fundsConsent = kind{contract.CreateFundsConfirmationConsent, contract.GetFundsConfirmationConsent, contract.DeleteFundsConfirmationConsent,
	contract.ScopeFunds, contract.CofConsent201, contract.CofConsentDelete204, "a funds confirmation consent"}

// AccountsConsent is a valid OBReadConsent1 for those permissions.
func AccountsConsent(permissions ...string) Document {
	return Document{"Data": map[string]any{"Permissions": permissions}, "Risk": map[string]any{}}
}

// FundsConsent is a valid OBFundsConfirmationConsent1 for the configured
// debtor account.
func (c *Client) FundsConsent() Document {
	account := c.cfg.Fixtures.DebtorAccount
	debtor := map[string]any{"SchemeName": account.SchemeName, "Identification": account.Identification}
	if account.Name != "" {
		debtor["Name"] = account.Name
	}
	if account.SecondaryIdentification != "" {
		debtor["SecondaryIdentification"] = account.SecondaryIdentification
	}
	return Document{"Data": map[string]any{"DebtorAccount": debtor}}
}

// CreateAccountsConsent asks for an account access consent; what is created is
// deleted at the spec's end.
func (c *Client) CreateAccountsConsent(ctx context.Context, document any, edits ...Edit) *Answer {
	return c.createConsent(ctx, accountsConsent, document, edits)
}

// CreateFundsConsent asks for a funds confirmation consent; what is created is
// deleted at the spec's end.
func (c *Client) CreateFundsConsent(ctx context.Context, document any, edits ...Edit) *Answer {
	return c.createConsent(ctx, fundsConsent, document, edits)
}

func (c *Client) createConsent(ctx context.Context, k kind, document any, edits []Edit) *Answer {
	edits = append([]Edit{Bearer(c.Token(ctx, k.scope)), JSON(document)}, edits...)
	answer := c.Call(ctx, k.create, "", edits...)
	// Also where it was answered with another success than it should have been.
	if id, ok := answer.Text("/Data/ConsentId"); ok && answer.Status/100 == 2 {
		c.atSpecEnd(cleanup{answer.operation.API, id, k.name, func(ctx context.Context) {
			if c.isPreauthorised(id) {
				c.note("%s is kept: the bank gave it the identifier of the pre-authorised one", k.name)
				return
			}
			c.deleted(c.deleteSettled(ctx, k, id), k.deleted, k.name)
		}})
	}
	return answer
}

// deleteSettled deletes a consent that may be too new to be deleted: where the
// bank refuses, it is asked once more when it shows the consent (R15).
func (c *Client) deleteSettled(ctx context.Context, k kind, id string) *Answer {
	answer := c.withToken(ctx, k.remove, id, nil)
	if c.cfg.Target.SettleTime > 0 && slices.Contains([]int{400, 403, 404}, answer.Status) {
		if c.GetNewConsent(ctx, k.read, id).Status == 200 {
			answer = c.withToken(ctx, k.remove, id, nil)
		}
	}
	return answer
}

// withToken calls an operation with the client-credentials token that it asks
// for.
func (c *Client) withToken(ctx context.Context, id contract.OperationID, resource string, edits []Edit) *Answer {
	operation, _ := contract.Lookup(id)
	return c.Call(ctx, id, resource, append([]Edit{Bearer(c.Token(ctx, operation.Scope))}, edits...)...)
}

// GetConsent reads a consent, of either kind by the operation.
func (c *Client) GetConsent(ctx context.Context, id contract.OperationID, consentID string, edits ...Edit) *Answer {
	return c.withToken(ctx, id, consentID, edits)
}

// GetNewConsent reads a consent that was just created, again and again within
// the target's settle time (R15); the repetition is noted.
func (c *Client) GetNewConsent(ctx context.Context, id contract.OperationID, consentID string) *Answer {
	return c.settle(ctx, func() *Answer { return c.withToken(ctx, id, consentID, nil) })
}

// DeleteConsent deletes a consent that a spec created; it will not be deleted
// again at the spec's end.
func (c *Client) DeleteConsent(ctx context.Context, id contract.OperationID, consentID string, edits ...Edit) *Answer {
	answer := c.withToken(ctx, id, consentID, edits)
	if answer.Status == 204 {
		c.deletedAlready(consentID)
	}
	return answer
}
