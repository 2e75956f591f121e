package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"obconform/harness/jose"
	"obconform/harness/mockbank"
)

const (
	aisp  = "/open-banking/v3.1/aisp"
	cbpii = "/open-banking/v3.1/cbpii"
)

// Record has a client go the same way each time, at a mock bank with those
// faults that calls itself by the address, and keeps its exchanges. The error says
// which step failed.
func Record(address string, keys *mockbank.Keys, faults ...string) ([]Exchange, error) {
	bank, err := mockbank.New(mockbank.Options{BaseURL: address, Keys: keys, Faults: faults})
	if err != nil {
		return nil, err
	}
	c := &client{address: address, bank: bank.Handler(), credentials: bank.Credentials()}
	key, err := jose.ParsePrivateKey([]byte(c.credentials.SigningKeyPEM))
	if err != nil {
		return nil, err
	}
	if c.signer, err = jose.NewSigner(key.Signer, c.credentials.SigningKeyID); err != nil {
		return nil, err
	}
	for _, walk := range []func(){c.keysAndTokens, c.registration, c.accountConsent, c.accounts, c.funds} {
		if walk(); c.err != nil {
			return nil, c.err
		}
	}
	return c.tape, nil
}

// client is a client that records itself. After an error it does nothing more.
type client struct {
	address     string
	bank        http.Handler
	credentials mockbank.Credentials
	signer      *jose.Signer
	tape        []Exchange
	err         error

	ownAccounts, ownFunds string // tokens of client credentials
	consent               string
}

// do makes one request and answers the body of the answer.
func (c *client) do(step, method, path string, header http.Header, body string) []byte {
	if c.err != nil {
		return nil
	}
	x := Exchange{Step: step, Number: len(c.tape), Method: method, Address: c.address, Path: path, Header: header, Body: []byte(body), Started: time.Now()}
	request := httptest.NewRequest(method, c.address+path, strings.NewReader(body))
	request.Header = header.Clone()
	recorder := httptest.NewRecorder()
	c.bank.ServeHTTP(recorder, request)
	x.Status, x.AnswerHeader, x.AnswerBody, x.Ended = recorder.Code, recorder.Result().Header, recorder.Body.Bytes(), time.Now()
	c.tape = append(c.tape, x)
	return x.AnswerBody
}

// fields are the header fields of a call with that credential, empty for none.
func (c *client) fields(credential string, more ...string) http.Header {
	header := http.Header{}
	header.Set("Accept", "application/json")
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, "exchange ", len(c.tape)))
	id[6] = id[6]&0x0f | 0x40 // as if it were made by chance, and yet the same each time
	header.Set("x-fapi-interaction-id", id.String())
	if credential != "" {
		header.Set("Authorization", credential)
	}
	for i := 0; i+1 < len(more); i += 2 {
		if header.Set(more[i], more[i+1]); more[i+1] == "" {
			header.Del(more[i])
		}
	}
	return header
}

func (c *client) token(step string, form url.Values) string {
	basic := httptest.NewRequest(http.MethodGet, c.address, nil)
	basic.SetBasicAuth(c.credentials.ClientID, c.credentials.ClientSecret)
	header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": basic.Header["Authorization"]}
	return c.text(c.do(step, http.MethodPost, "/oauth2/token", header, form.Encode()), "access_token")
}

func (c *client) text(body []byte, names ...string) string {
	if c.err != nil {
		return ""
	}
	text, err := member(body, names...)
	if err != nil {
		c.err = fmt.Errorf("%s: %w", c.tape[len(c.tape)-1].Step, err)
	}
	return text
}

func (c *client) sign(claims map[string]any) string {
	text, err := c.signer.SignClaims(claims)
	if err != nil && c.err == nil {
		c.err = err
	}
	return text
}

func (c *client) keysAndTokens() {
	plain := func() http.Header { return http.Header{"Accept": {"application/json"}} }
	c.do("discovery", http.MethodGet, "/open-banking/v3.0/.well-known/openid-configuration", plain(), "")
	c.do("keys", http.MethodGet, "/oauth2/jwks", plain(), "")
	c.ownAccounts = "Bearer " + c.token("token for accounts", url.Values{"grant_type": {"client_credentials"}, "scope": {"accounts"}})
	c.ownFunds = "Bearer " + c.token("token for funds", url.Values{"grant_type": {"client_credentials"}, "scope": {"fundsconfirmations"}})
}

func (c *client) registration() {
	const path = "/open-banking/v3.2/register"
	now := time.Now()
	request := c.sign(map[string]any{"iss": c.credentials.SoftwareID, "aud": c.credentials.Audience, "jti": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "redirect_uris": c.credentials.RedirectURIs,
		"token_endpoint_auth_method": "client_secret_basic", "grant_types": []string{"authorization_code", "client_credentials", "refresh_token"},
		"response_types": []string{"code"}, "software_id": c.credentials.SoftwareID, "scope": "openid accounts fundsconfirmations",
		"software_statement": c.credentials.SoftwareStatement, "application_type": "web",
		"id_token_signed_response_alg": "PS256", "request_object_signing_alg": "PS256", "token_endpoint_auth_signing_alg": "PS256"})
	registered := c.do("register", http.MethodPost, path, c.fields("", "Content-Type", "application/jose"), request)
	id, secret := c.text(registered, "client_id"), c.text(registered, "client_secret")
	c.do("register wrongly", http.MethodPost, path, c.fields("", "Content-Type", "application/jose"), "no JWS")
	basic := httptest.NewRequest(http.MethodGet, c.address, nil)
	basic.SetBasicAuth(id, secret)
	credential := basic.Header.Get("Authorization")
	c.do("read the registration", http.MethodGet, path+"/"+id, c.fields(credential), "")
	c.do("delete the registration", http.MethodDelete, path+"/"+id, c.fields(credential, "Accept", ""), "")
}

func (c *client) accountConsent() {
	const path = aisp + "/account-access-consents"
	body := `{"Data":{"Permissions":["ReadAccountsDetail","ReadBalances"],"ExpirationDateTime":"` + time.Now().AddDate(0, 3, 0).UTC().Format(time.RFC3339) + `"},"Risk":{}}`
	json := func() http.Header { return c.fields(c.ownAccounts, "Content-Type", "application/json") }
	c.consent = c.text(c.do("create a consent", http.MethodPost, path, json(), body), "Data", "ConsentId")
	c.do("create a consent wrongly", http.MethodPost, path, json(), `{"Data":{},"Risk":{}}`)
	c.do("read the consent", http.MethodGet, path+"/"+c.consent, c.fields(c.ownAccounts), "")
	c.do("read an unknown consent", http.MethodGet, path+"/"+uuid.NewString(), c.fields(c.ownAccounts), "")
}

// authorise has the customer consent, which the mock bank does at once, and
// exchanges the code. It answers the credential.
func (c *client) authorise(what, consent, scope string) string {
	redirect, nonce, state, now := c.credentials.RedirectURIs[0], uuid.NewString(), uuid.NewString(), time.Now()
	scope = "openid " + scope
	intent := map[string]any{"openbanking_intent_id": map[string]any{"value": consent, "essential": true}}
	query := url.Values{"client_id": {c.credentials.ClientID}, "response_type": {"code"}, "redirect_uri": {redirect}, "scope": {scope},
		"state": {state}, "nonce": {nonce}, "request": {c.sign(map[string]any{"iss": c.credentials.ClientID, "aud": c.credentials.Issuer,
			"exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(), "client_id": c.credentials.ClientID, "response_type": "code",
			"redirect_uri": redirect, "scope": scope, "state": state, "nonce": nonce, "claims": map[string]any{"id_token": intent}})}}
	c.do("authorise "+what, http.MethodGet, "/oauth2/authorize?"+query.Encode(), http.Header{}, "")
	if c.err != nil {
		return ""
	}
	back, err := url.Parse(c.tape[len(c.tape)-1].AnswerHeader.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		c.err = fmt.Errorf("authorise %s: no code comes back (%v)", what, err)
		return ""
	}
	return "Bearer " + c.token("exchange the code for "+what, url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirect}})
}

func (c *client) accounts() {
	const path = aisp + "/accounts"
	customers := c.authorise("accounts", c.consent, "accounts")
	list := c.do("list", http.MethodGet, path, c.fields(customers), "")
	var page struct{ Links struct{ Next string } }
	_ = json.NewDecoder(bytes.NewReader(list)).Decode(&page) // what follows the list may be a fault
	next, err := url.Parse(page.Links.Next)
	if err != nil || page.Links.Next == "" {
		c.err = fmt.Errorf("list: there is no second page (%v)", err)
		return
	}
	c.do("second page", http.MethodGet, next.RequestURI(), c.fields(customers), "")
	var first struct {
		Data struct{ Account []struct{ AccountId string } }
	}
	if _ = json.NewDecoder(bytes.NewReader(list)).Decode(&first); len(first.Data.Account) == 0 {
		c.err = fmt.Errorf("list: there is no account")
		return
	}
	c.do("one account", http.MethodGet, path+"/"+first.Data.Account[0].AccountId, c.fields(customers), "")
	c.do("an unknown account", http.MethodGet, path+"/nobody", c.fields(customers), "")
	c.do("list by the client", http.MethodGet, path, c.fields(c.ownAccounts), "")
	c.do("list without a token", http.MethodGet, path, c.fields(""), "")
	c.do("list as XML", http.MethodGet, path, c.fields(customers, "Accept", "application/xml"), "")
	for _, status := range []string{"429", "500"} {
		field := c.credentials.Provoke[status]
		c.do("list, "+status, http.MethodGet, path, c.fields(customers, field.Name, field.Value), "")
	}
	c.do("delete the list", http.MethodDelete, path, c.fields(customers), "")
	c.do("delete the consent", http.MethodDelete, aisp+"/account-access-consents/"+c.consent, c.fields(c.ownAccounts, "Accept", ""), "")
}

func (c *client) funds() {
	const path = cbpii + "/funds-confirmation-consents"
	account := c.credentials.DebtorAccount
	body, err := json.Marshal(map[string]any{"Data": map[string]any{"DebtorAccount": map[string]any{
		"SchemeName": account.SchemeName, "Identification": account.Identification, "Name": account.Name}}})
	if err != nil {
		c.err = err
		return
	}
	json := func(credential string) http.Header { return c.fields(credential, "Content-Type", "application/json") }
	first := c.do("create a funds consent", http.MethodPost, path, json(c.ownFunds), string(body))
	id := consentOf(first)
	c.do("create a funds consent wrongly", http.MethodPost, path, json(c.ownFunds), `{"Data":{}}`)
	c.do("read the funds consent", http.MethodGet, path+"/"+id, c.fields(c.ownFunds), "")
	customers := c.authorise("funds", id, "fundsconfirmations")
	confirm := `{"Data":{"ConsentId":"` + id + `","Reference":"Order 66","InstructedAmount":{"Amount":"0.01","Currency":"` + account.Currency + `"}}}`
	c.do("confirm funds", http.MethodPost, cbpii+"/funds-confirmations", json(customers), confirm)
	c.do("confirm funds wrongly", http.MethodPost, cbpii+"/funds-confirmations", json(customers), `{"Data":{"ConsentId":"`+id+`"}}`)
	c.do("delete the funds consent", http.MethodDelete, path+"/"+id, c.fields(c.ownFunds, "Accept", ""), "")
	other := consentOf(c.do("create another funds consent", http.MethodPost, path, json(c.ownFunds), string(body)))
	c.do("read the other funds consent", http.MethodGet, path+"/"+other, c.fields(c.ownFunds), "")
	c.do("delete the other funds consent", http.MethodDelete, path+"/"+other, c.fields(c.ownFunds, "Accept", ""), "")
}

// consentOf is a consent's identifier; it stands first in a body that may be no
// valid JSON, by a fault.
func consentOf(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `"ConsentId":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}
