package tpp

import (
	"context"
	"slices"

	"obconform/harness/contract"
)

// cleanup deletes one thing that was created.
type cleanup struct {
	api contract.API
	// id is the resource's identifier at the bank.
	id     string
	what   string
	delete func(ctx context.Context)
}

// atSpecEnd deletes the resource at the end of the spec.
func (c *Client) atSpecEnd(one cleanup) { c.spec.cleanups = append(c.spec.cleanups, one) }

// deletedAlready takes a resource that a spec has deleted itself off the lists.
func (c *Client) deletedAlready(id string) {
	is := func(one cleanup) bool { return one.id == id }
	c.spec.cleanups = slices.DeleteFunc(c.spec.cleanups, is)
	c.leftovers = slices.DeleteFunc(c.leftovers, is)
	c.fall(id)
}

// share keeps a resource for the specs to come: what the running spec created
// is not deleted at its end, but when the process has run them all.
func (c *Client) share(id string) {
	var rest []cleanup
	for _, one := range c.spec.cleanups {
		if one.id == id {
			c.leftovers = append(c.leftovers, one)
		} else {
			rest = append(rest, one)
		}
	}
	c.spec.cleanups = rest
}

// Leftovers names the APIs that shared resources are left of.
func (c *Client) Leftovers() []contract.API {
	var apis []contract.API
	for _, one := range c.leftovers {
		if !slices.Contains(apis, one.api) {
			apis = append(apis, one.api)
		}
	}
	return apis
}

// CleanUp deletes the resources of that API that the specs of this process
// shared, last first. It runs inside a spec or a suite's teardown: its
// exchanges are recorded and audited like all others. An interrupt of the run
// does not stop it.
func (c *Client) CleanUp(ctx context.Context, api contract.API) {
	var due, rest []cleanup
	for _, one := range c.leftovers {
		if one.api == api {
			due = append(due, one)
		} else {
			rest = append(rest, one)
		}
	}
	c.leftovers = rest
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	c.clean(ctx, &due)
}

// clean works the list off; one deletion that fails does not stop the others,
// not even where it ends the spec.
func (c *Client) clean(ctx context.Context, list *[]cleanup) {
	if len(*list) == 0 {
		return
	}
	last := (*list)[len(*list)-1]
	*list = (*list)[:len(*list)-1]
	defer c.clean(ctx, list)
	if c.Gone() != "" {
		c.tryToDelete(ctx, last)
		return
	}
	last.delete(ctx)
}

// tryToDelete deletes at a target that is gone, which may be so for what was
// asked last and no more. It is left alone after the first deletion without an
// answer: nobody has to wait for all of them.
func (c *Client) tryToDelete(ctx context.Context, one cleanup) {
	if c.forsaken {
		c.note("could not delete %s: the target is gone", one.what)
		return
	}
	c.lastTry = true
	defer func() { c.lastTry = false }()
	one.delete(ctx)
}

// deleted holds the answer to a deletion at a spec's end against the clause
// that owns it; an outage is noted, since the spec has its verdict already.
func (c *Client) deleted(a *Answer, clause contract.ClauseID, what string) {
	if a.inconclusive != "" {
		c.note("could not delete %s: %s", what, a.inconclusive)
		return
	}
	a.Is(clause, 204)
}
