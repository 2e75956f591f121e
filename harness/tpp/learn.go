package tpp

import (
	"encoding/json"
	"net/url"
	"strings"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// learnFrom makes the secrets that an answer brings known, before anything of
// it is audited or kept: the answer itself may show them a second time.
func (c *Client) learnFrom(x audit.Exchange) {
	if x.Response == nil {
		return
	}
	switch x.Operation {
	case contract.RequestToken:
		c.learnMember(x.Response.Body, audit.AccessToken, "access_token")
		c.learnMember(x.Response.Body, audit.AccessToken, "refresh_token")
	case contract.RegisterClient, contract.GetClient, contract.UpdateClient:
		c.learnMember(x.Response.Body, audit.ClientSecret, "client_secret")
	case contract.Authorize:
		c.learn(audit.AuthorizationCode, redirectValues(x.Response.Header.Get("Location")).Get("code"))
	}
}

// learnMember passes over a secret that is masked (DCR-GET-200).
func (c *Client) learnMember(body []byte, kind audit.SecretKind, name string) {
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return // what cannot be read is of no use to anybody
	}
	if value, _ := members[name].(string); strings.Trim(value, "*xX#.-•") != "" {
		c.learn(kind, value)
	}
}

// redirectValues are the parameters of an authorisation redirect: those of its
// query, or of its fragment where the query has no code.
func redirectValues(location string) url.Values {
	address, err := url.Parse(location)
	if err != nil {
		return url.Values{}
	}
	values := address.Query()
	fragment, err := url.ParseQuery(address.EscapedFragment())
	if err == nil && values.Get("code") == "" && len(fragment) > 0 {
		return fragment
	}
	return values
}
