package tpp

import (
	"fmt"
	"slices"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// Provoke makes the target answer the operation with the status, in the way that
// the configuration knows: by a burst where that names the operation, else by
// headers. Without either the spec is not exercised (R13).
func (c *Client) Provoke(id contract.OperationID, status int) Edit {
	i := slices.IndexFunc(c.cfg.Provoke, func(p config.Provocation) bool { return p.Status == status })
	if i < 0 {
		c.NotExercised(fmt.Sprintf("provoke has no entry for the status %d", status))
	}
	provocation := c.cfg.Provoke[i]
	switch {
	case slices.Contains(provocation.Burst.Operations, id):
		if c.cfg.Kind() == config.Production && !c.changesAllowed {
			c.NotExercised(c.cfg.KindWords() + ": a burst is sent only with --allow-changes-on and the target's host")
		}
		return func(r *request) { r.provoked, r.burst = status, provocation.Burst }
	case len(provocation.Headers) == 0:
		c.NotExercised(fmt.Sprintf("the burst of provoke for %d does not name the operation", status))
	}
	return func(r *request) {
		r.provoked = status
		for name, value := range provocation.Headers {
			r.header.Set(name, value)
		}
	}
}

// MustBeProvoked ends the spec unless the provoking headers had their effect.
// That they have is for the configuration to know, and no duty of the bank's:
// an answer of another documented status leaves the spec not exercised.
func (a *Answer) MustBeProvoked(clause contract.ClauseID, status int) {
	if a.inconclusive == "" && a.Status != status && !a.undocumented() {
		a.client.NotExercised(fmt.Sprintf("the headers of provoke for %d made the target answer %d", status, a.Status))
	}
	a.Must(clause, status)
}
