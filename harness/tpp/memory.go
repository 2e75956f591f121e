package tpp

import "obconform/harness/evidence"

// remembered is something that specs share: a token, an authorised consent, a
// valid request that the bank has accepted.
type remembered struct {
	value  any
	failed bool
}

// shared answers what get has made the first time it was asked for, once a
// process. When get failed, the spec in which it did carries the finding;
// every later spec that needs it is not exercised, with that reason, and hides
// nothing. An inconclusive answer is not remembered.
func (c *Client) shared(key, what string, get func() any) any {
	if known := c.memo[key]; known != nil {
		if known.failed {
			c.NotExercised(evidence.Denied + what + "; the spec that asked for it first says why")
		}
		return known.value
	}
	made := &remembered{failed: true}
	c.memo[key] = made
	defer func() {
		if made.failed && (c.spec.Inconclusive != "" || c.spec.NotExercised != "" || c.spec.renewed) {
			delete(c.memo, key)
		}
	}()
	made.value = get()
	made.failed = false
	return made.value
}

// Twin makes sure, once a process, that the bank accepts the valid case beside
// which a negative one stands: no refusal counts without it. The valid case
// fails under its own clause.
func (c *Client) Twin(name string, valid func()) {
	c.shared("twin "+name, "its valid twin a success ("+name+")", func() any {
		valid()
		return nil
	})
}
