package tpp

import (
	"fmt"

	"obconform/harness/contract"
)

// Provoke makes the target answer with the status, in the way that the
// configuration knows; without one the spec is not exercised (R13).
func (c *Client) Provoke(status int) Edit {
	for _, provocation := range c.cfg.Provoke {
		if provocation.Status != status {
			continue
		}
		return func(r *request) {
			r.provoked = status
			for name, value := range provocation.Headers {
				r.header.Set(name, value)
			}
		}
	}
	c.NotExercised(fmt.Sprintf("provoke has no entry for the status %d", status))
	return nil
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
