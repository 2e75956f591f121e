package audit_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// answer is an exchange that keeps every clause, whatever the level.
func answer(t testing.TB, id contract.OperationID, status int) audit.Exchange {
	t.Helper()
	op, ok := contract.Lookup(id)
	if !ok {
		t.Fatalf("no operation %s", id)
	}
	documented, _ := op.Answer(status)
	path := "/open-banking" + strings.NewReplacer("{ClientId}", clientID, "{ConsentId}", consentID, "{AccountId}", "22289").Replace(op.Path)
	address, err := url.Parse(base + path)
	if err != nil {
		t.Fatal(err)
	}
	x := audit.Exchange{Operation: id, Started: ended.Add(-time.Second), Ended: ended,
		Request:  audit.Request{Method: op.Method, URL: address, Header: http.Header{}, InteractionID: sentID},
		Response: &audit.Response{Status: status, Header: http.Header{}}}
	header := x.Response.Header
	header.Set(contract.HeaderInteractionID, sentID)
	if op.RequestModel != "" {
		x.Request.Body = []byte("{}")
		x.Request.Header.Set("Content-Type", "application/json")
	}
	switch status {
	case 401:
		header.Set("WWW-Authenticate", "Bearer")
	case 405:
		header.Set("Allow", "OPTIONS")
	case 429:
		header.Set("Retry-After", "1")
	case 204:
		x.Response.Wire = &audit.Wire{HeaderBlock: []byte("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")}
	}
	body := bodyOf(id, status, documented.Model, base+path)
	if body == nil {
		return x
	}
	setBody(t, &x, body)
	for _, h := range documented.Headers {
		if h.Name == contract.HeaderSignature {
			header.Set(h.Name, detached(t, x.Response.Body))
		}
	}
	return x
}

// bodyOf is a body that keeps every clause, nil for none.
func bodyOf(id contract.OperationID, status int, model, self string) object {
	if model != "" && status >= 400 {
		return object{"Code": "400 BadRequest", "Id": "1", "Message": "No.",
			"Errors": list{object{"ErrorCode": "UK.OBIE.Field.Missing", "Message": "No.", "Path": "Data"}}}
	}
	const at = "2026-03-04T05:06:07+00:00"
	data := object{}
	switch id {
	case contract.GetDiscovery:
		return discoveryDocument()
	case contract.RegisterClient, contract.GetClient, contract.UpdateClient:
		return registrationBody(model)
	case contract.CreateAccountAccessConsent, contract.GetAccountAccessConsent:
		data = object{"ConsentId": consentID, "CreationDateTime": at, "Status": "AwaitingAuthorisation", "StatusUpdateDateTime": at, "Permissions": list{"ReadAccountsBasic"}, "ExpirationDateTime": at}
	case contract.ListAccounts, contract.GetAccount:
		data = object{"Account": list{account(1)}}
	case contract.CreateFundsConfirmationConsent, contract.GetFundsConfirmationConsent:
		data = object{"ConsentId": consentID, "CreationDateTime": at, "Status": "AwaitingAuthorisation", "StatusUpdateDateTime": at,
			"DebtorAccount": object{"SchemeName": "UK.OBIE.IBAN", "Identification": "GB29NWBK60161331926819", "Name": "Morag Tennant"}}
	case contract.CreateFundsConfirmation:
		data = object{"FundsConfirmationId": fundsID, "ConsentId": consentID, "CreationDateTime": at, "FundsAvailable": true,
			"Reference": "r", "InstructedAmount": object{"Amount": "1.00", "Currency": "GBP"}}
	}
	if model == "" {
		return nil
	}
	body := object{"Data": data, "Links": object{"Self": self}, "Meta": object{}}
	if strings.HasPrefix(model, "accountaccessconsents/") {
		body["Risk"] = object{}
	}
	return body
}

func account(n int) object {
	return object{"AccountId": fmt.Sprint(n), "Currency": "GBP", "AccountType": "Personal", "AccountSubType": "CurrentAccount", "Nickname": "Bills",
		"Account": list{object{"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "82604312345678", "Name": "Morag Tennant"}}}
}

func registrationBody(model string) object {
	if model == "" {
		return nil
	}
	return object{"client_id": clientID, "client_secret": theSecret, "token_endpoint_auth_method": "client_secret_basic",
		"iat": 1772000000, "jti": sentID, "redirect_uris": list{"https://tpp.example/cb"}}
}

func discoveryDocument() object {
	return object{"issuer": base, "registration_endpoint": base + "/register", "authorization_endpoint": base + "/authorize",
		"token_endpoint": base + "/token", "jwks_uri": base + "/jwks",
		"response_types_supported": list{"code"}, "subject_types_supported": list{"public"}, "id_token_signing_alg_values_supported": list{"PS256"},
		"token_endpoint_auth_methods_supported": list{"client_secret_basic"},
		"grant_types_supported":                 list{"client_credentials", "authorization_code"},
		"scopes_supported":                      list{"openid", "accounts", "fundsconfirmations"}}
}

func tokenAnswer(t testing.TB, status int, body object) audit.Exchange {
	t.Helper()
	x := answer(t, contract.RequestToken, status)
	x.Request.Form = url.Values{"grant_type": {"client_credentials"}}
	setBody(t, &x, body)
	x.Response.Header.Set("Cache-Control", "no-store")
	return x
}
