package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Where the bank under test has its resources.
const (
	discoveryPath = "/open-banking/v3.0/.well-known/openid-configuration"
	registerPath  = "/open-banking/v3.2/register"
	consentsPath  = "/open-banking/v3.1/aisp/account-access-consents"
	accountsPath  = "/open-banking/v3.1/aisp/accounts"
	debtorsPath   = "/open-banking/v3.1/cbpii/funds-confirmation-consents"
	fundsPath     = "/open-banking/v3.1/cbpii/funds-confirmations"
	tokenPath     = "/oauth2/token"
	keysPath      = "/oauth2/jwks"

	interactionID = "X-Fapi-Interaction-Id"
)

// to tells whether the exchange is that call and was answered so.
func (x exchange) to(method, path string, status int) bool {
	return x.request.Method == method && x.request.URL.Path == path && x.status == status
}

// below is the last segment of the path if that lies below another path, and
// the call is of that method.
func (x exchange) below(method, path string) (id string, ok bool) {
	id, ok = strings.CutPrefix(x.request.URL.Path, path+"/")
	return id, ok && x.request.Method == method
}

// ofResource tells whether the answer shows a resource that lives at the path:
// after its creation, and when it is read or changed.
func (x exchange) ofResource(path string) bool {
	_, read := x.below(http.MethodGet, path)
	return x.to(http.MethodPost, path, http.StatusCreated) || read && x.status == http.StatusOK
}

// unknown tells whether the bank refused because there is no such resource.
func (x exchange) unknown() bool {
	return x.status == http.StatusBadRequest && bytes.Contains(x.body, []byte(`"UK.OBIE.Resource.NotFound"`))
}

// form is what a token request sent.
func (x exchange) form() url.Values {
	values, err := url.ParseQuery(string(x.sent))
	if err != nil {
		return url.Values{}
	}
	return values
}

// bearer is the access token that was sent, "" for none.
func (x exchange) bearer() string {
	token, _ := strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	return token
}

// edit changes members of the answer's JSON object. A signature of what the
// bank had said goes with it.
func (a *reply) edit(change func(body map[string]any)) {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	var body map[string]any
	if decoder.Decode(&body) != nil {
		return
	}
	change(body)
	edited, err := json.Marshal(body)
	if err != nil {
		panic(err) // what was decoded can be encoded
	}
	a.body = edited
	a.header.Del("X-Jws-Signature")
}

// editData changes members of Data.
func (a *reply) editData(change func(data map[string]any)) {
	a.edit(func(body map[string]any) {
		if data, ok := body["Data"].(map[string]any); ok {
			change(data)
		}
	})
}

// editAccounts changes each account of a list.
func (a *reply) editAccounts(change func(account map[string]any)) {
	a.editData(func(data map[string]any) {
		list, _ := data["Account"].([]any)
		for _, item := range list {
			if account, ok := item.(map[string]any); ok {
				change(account)
			}
		}
	})
}

// bare makes an answer of a status that has no body.
func (a *reply) bare(status int) {
	a.status, a.body = status, nil
	a.header.Del("Content-Type")
}

// json makes an answer with that body.
func (a *reply) json(status int, body []byte) {
	a.status, a.body = status, body
	a.header.Set("Content-Type", "application/json")
}
