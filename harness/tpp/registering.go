package tpp

import (
	"context"
	"slices"

	"obconform/harness/contract"
)

// Registration is a client that the spec has registered, with the answer.
type Registration struct {
	Identity
	Answer *Answer
}

// FirstRegistration registers a client, which the bank must accept unless it
// has registered the same software before: then it may refuse (R9), and the
// spec is not exercised.
func (c *Client) FirstRegistration(ctx context.Context) Registration {
	c.Needs(CanRegister)
	answer := c.Register(ctx, c.Sign(c.RegistrationClaims(ctx)))
	if c.memo[registeredBefore] != nil {
		c.needAccepted(answer)
	}
	return c.mustBeRegistered(answer)
}

// Registered registers a client of the spec's own. A refusal says nothing of
// what the spec is about, and may be right (R9): the spec is not exercised.
func (c *Client) Registered(ctx context.Context) Registration {
	c.Needs(CanRegister)
	return c.RegisteredBy(ctx, c.Sign(c.RegistrationClaims(ctx)))
}

// RegisteredBy is Registered with a valid request of the spec's own.
func (c *Client) RegisteredBy(ctx context.Context, request string) Registration {
	answer := c.Register(ctx, request)
	c.needAccepted(answer)
	return c.mustBeRegistered(answer)
}

// registeredBefore is the key under which it is remembered that the bank has
// accepted a registration.
const registeredBefore = "a registration was accepted"

func (c *Client) needAccepted(a *Answer) {
	if a.inconclusive == "" && slices.Contains([]int{400, 401, 403}, a.Status) {
		c.NotExercised("the bank refused to register the client" + a.reasonGiven() +
			": a second registration of the same software may be refused (R9), and the first is DCR-201's")
	}
}

func (c *Client) mustBeRegistered(a *Answer) Registration {
	a.Must(contract.Dcr201, 201).MustText(contract.Dcr201, "/client_id")
	identity, _ := c.registered(a)
	return Registration{Identity: identity, Answer: a}
}

// RegistersValid makes sure, once a process, that the bank registers a valid
// request: the twin of all those that it must refuse. The client is deleted at
// once, so that no later refusal can be for its sake (R9).
func (c *Client) RegistersValid(ctx context.Context) {
	c.Twin("a valid registration", func() {
		c.Registered(ctx)
		c.TidyUp(ctx)
	})
}

// RegistersAgain makes sure, once a process, that the bank registers the same
// software a second time, so that a refusal has another reason (R9).
func (c *Client) RegistersAgain(ctx context.Context) {
	c.Twin("a second registration", func() {
		for range 2 {
			c.Registered(ctx)
			c.TidyUp(ctx)
		}
	})
}

// Reader is a client whose registration a spec may read, but not change: one
// of the spec's own, or the configured one where the target registers nobody.
func (c *Client) Reader(ctx context.Context) Identity {
	c.Needs(CanGet)
	if !c.cfg.Registration.Register {
		return c.Self()
	}
	return c.Registered(ctx).Identity
}

// deleteRegistration deletes a registration at a spec's end. Where its client
// has nothing to do it with, that is noted: it is no finding of a spec that
// was about something else.
func (c *Client) deleteRegistration(ctx context.Context, who Identity) {
	const what = "a registration"
	credential, ok := c.credentialToCleanUp(ctx, who)
	if !ok {
		c.note("could not delete %s: its client got no token, or has no secret", what)
		return
	}
	c.deleted(c.Call(ctx, contract.DeleteClient, who.ID, Authorization(credential)), contract.DcrDelete204, what)
	c.deletedAlready(who.ID)
	c.Forget(who)
}

func (c *Client) credentialToCleanUp(ctx context.Context, who Identity) (credential string, ok bool) {
	if c.cfg.Registration.ManagementAuth == "basic" {
		return c.basic(who.ID, who.Secret), who.Secret != ""
	}
	if c.hasToken(who) {
		return c.ManagementCredential(ctx, who), true
	}
	answer := c.ManagementToken(ctx, who)
	token, ok := answer.Text("/access_token")
	return "Bearer " + token, ok && answer.granted()
}
