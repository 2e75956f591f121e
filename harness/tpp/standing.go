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

// StandingConsent is the identifier of a consent that waits for its customer,
// for specs of that operation that mean to change nothing. Each operation has
// its own, so that what one breaks is not blamed on another.
func (c *Client) StandingConsent(ctx context.Context, id contract.OperationID) string {
	operation, _ := contract.Lookup(id)
	k, document := accountsConsent, AccountsConsent("ReadAccountsBasic")
	if operation.Scope == contract.ScopeFunds {
		k, document = fundsConsent, c.FundsConsent()
	}
	return c.standingOne("consent for "+string(id), k.name, func() standing {
		created := c.createConsent(ctx, k, document, nil).Must(k.created, 201).MustText(k.created, "/Data/ConsentId")
		c.GetNewConsent(ctx, k.read, created) // whoever uses it next must not have to wait (R15)
		return standing{created, created}
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
		return c.AnAccount(ctx, c.AccountsGrant(ctx, AnyAccess))
	}).(string)
}

// TidyUp deletes what the spec has created so far.
func (c *Client) TidyUp(ctx context.Context) { c.cleanUpSpec(ctx) }
