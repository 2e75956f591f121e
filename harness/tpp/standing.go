package tpp

import (
	"context"
	"maps"

	"obconform/harness/contract"
)

// standing is a resource of ours that specs share until one of them deletes
// it: the next one that asks gets a new one.
type standing struct {
	id    string
	value any
}

// standingOne keeps what get has created for the specs to come.
func (c *Client) standingOne(key, what string, get func() standing) any {
	return c.shared("standing "+key, what, func() any {
		made := get()
		c.share(made.id)
		return made
	}).(standing).value
}

// fall forgets a resource that has been deleted.
func (c *Client) fall(id string) {
	if own := c.spec.registration; own != nil && own.ID == id {
		c.spec.registration = nil
	}
	maps.DeleteFunc(c.memo, func(_ string, known *remembered) bool {
		one, ok := known.value.(standing)
		return ok && one.id == id
	})
}

// StandingAccountsConsent is the identifier of an account access consent that
// waits for its customer, for specs that mean to change nothing.
func (c *Client) StandingAccountsConsent(ctx context.Context) string {
	return c.standingConsent(ctx, accountsConsent, AccountsConsent("ReadAccountsBasic"), contract.GetAccountAccessConsent)
}

// StandingFundsConsent is the same for funds confirmation.
func (c *Client) StandingFundsConsent(ctx context.Context) string {
	return c.standingConsent(ctx, fundsConsent, c.FundsConsent(), contract.GetFundsConfirmationConsent)
}

func (c *Client) standingConsent(ctx context.Context, k kind, document Document, read contract.OperationID) string {
	return c.standingOne(k.name, k.name, func() standing {
		id := c.createConsent(ctx, k, document, nil).Must(k.created, 201).MustText(k.created, "/Data/ConsentId")
		c.GetNewConsent(ctx, read, id) // whoever uses it next must not have to wait (R15)
		return standing{id, id}
	}).(string)
}

// OwnRegistration is a client that the spec has registered, the same one
// however often it asks, since a target may refuse a second (R9); it is
// deleted at the spec's end.
func (c *Client) OwnRegistration(ctx context.Context) Identity {
	if c.spec.registration == nil {
		registered := c.Registered(ctx)
		c.spec.registration = &registered.Identity
	}
	return *c.spec.registration
}

// StandingAccount is the AccountId of an account that the shared accounts
// grant reads.
func (c *Client) StandingAccount(ctx context.Context) string {
	return c.shared("standing account", "a list of accounts", func() any {
		id := c.ListAccounts(ctx, c.AccountsGrant(ctx, AnyAccess)).MustHave(contract.AccList200)[0].ID
		if id == "" {
			c.NotExercised("the list of accounts gives no AccountId to read an account by")
		}
		return id
	}).(string)
}

// TidyUp deletes what the spec has created so far.
func (c *Client) TidyUp(ctx context.Context) { c.cleanUpSpec(ctx) }
