package tpp

import (
	"net/http"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// Option is what a caller settles for a Client beside its configuration.
type Option func(*Client)

// AllowingChanges lets the client create and change things at a production
// target: a person has typed its host.
func AllowingChanges(c *Client) { c.changesAllowed = true }

// withheld says why a request must not be sent to a target of this kind, with
// the key or the flag that would allow it; empty if it may be. It goes by what
// is sent and not by what its spec is about: a bank may do what it should have
// refused.
func (c *Client) withheld(r *request) string {
	switch last := lastSegment(r.url); {
	case r.method == http.MethodDelete && c.isPreauthorised(last):
		return "the consent is the pre-authorised one, which is never deleted"
	case r.operation.Group == contract.RegistrationPath && r.changes() && c.isConfigured(last):
		return "the registration is that of a configured client, which is never changed or deleted"
	}
	kind := c.cfg.Kind()
	switch {
	case kind == config.Mock || !r.changes():
		return ""
	case kind == config.Production && !c.changesAllowed:
		return c.cfg.KindWords() + ": what creates or changes something is sent only with --allow-changes-on and the target's host"
	case r.operation.Group == contract.RegistrationPath && !c.cfg.Target.AllowDestructive:
		return c.cfg.KindWords() + ": registrations are made, changed and deleted only with target.allowDestructive"
	}
	return ""
}

// changes tells whether the bank might create, change or delete something. A
// token is nothing of the bank's that is left behind; a customer's decision is.
func (r *request) changes() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return r.operation.ID == contract.Authorize
	}
	return r.operation.ID != contract.RequestToken
}
