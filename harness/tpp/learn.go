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
	case contract.RequestToken, contract.RegisterClient, contract.GetClient, contract.UpdateClient:
		c.learnMembers(x.Operation, x.Response.Body)
	case contract.Authorize:
		c.learn(audit.AuthorizationCode, redirectValues(x.Response.Header.Get("Location")).Get("code"))
	}
}

// learnMembers passes over a secret that is masked (DCR-GET-200). It reads no
// other member: the body may be of any size.
func (c *Client) learnMembers(operation contract.OperationID, body []byte) {
	var members struct {
		AccessToken  json.RawMessage `json:"access_token"`
		RefreshToken json.RawMessage `json:"refresh_token"`
		ClientSecret json.RawMessage `json:"client_secret"`
	}
	if json.Unmarshal(body, &members) != nil {
		return // what cannot be read is of no use to anybody
	}
	learn := func(kind audit.SecretKind, member json.RawMessage) {
		var value string
		if json.Unmarshal(member, &value) == nil && strings.Trim(value, "*xX#.-•") != "" {
			c.learn(kind, value)
		}
	}
	if operation == contract.RequestToken {
		learn(audit.AccessToken, members.AccessToken)
		learn(audit.AccessToken, members.RefreshToken)
		return
	}
	learn(audit.ClientSecret, members.ClientSecret)
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
