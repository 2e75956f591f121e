package tpp

import (
	"fmt"
	"net/url"
	"strings"

	"obconform/harness/contract"
)

// noticeAstray looks where a discovery document leads before anything is sent
// there (R14): an endpoint of ours on a host that the configuration does not
// name ends the run, since nobody but the user can tell a move of the bank's
// from a trap. What is no address, or no secure one, is DIS-HTTPS' business.
func (c *Client) noticeAstray(document *Answer) {
	if document.operation.ID != contract.GetDiscovery || document.Status != 200 || c.astray != "" {
		return
	}
	var wrong []string
	for _, member := range c.endpointsInUse() {
		text, _ := document.Text("/" + member)
		address, err := url.Parse(text)
		if err != nil || address.Host == "" || insecure(address) != "" {
			continue
		}
		if reason := c.forbidden(address); reason != "" {
			wrong = append(wrong, fmt.Sprintf("discovery's %s is on %s", member, reason))
		}
	}
	c.astray = c.redactor.Text(strings.Join(wrong, "; "))
}

// endpointsInUse are the members of the discovery document that a run goes by.
func (c *Client) endpointsInUse() []string {
	members := []string{"token_endpoint", "jwks_uri"}
	if c.subject != "" {
		members = append(members, aliases+"token_endpoint")
	}
	if c.cfg.Consents.Way == "headless" {
		members = append(members, "authorization_endpoint")
	}
	if c.cfg.Registration.Register {
		members = append(members, "registration_endpoint")
	}
	return members
}

// Astray says where the discovery document leads that must not be called, empty
// if nowhere: the run cannot go on with this configuration.
func (c *Client) Astray() string { return c.astray }
