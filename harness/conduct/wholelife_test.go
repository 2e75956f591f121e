package conduct_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// wholeLife is a valid life of a client, with everything that it can do.
func wholeLife(t testing.TB) *story {
	w := &teller{story: &story{t: t}, now: begin}
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key().Public(), KeyID: "k1", Use: "sig", Algorithm: "ES256"}}}
	w.do("discovery", "GET", base+"/v3.0/.well-known/openid-configuration", object{"Accept": "application/json"}, nil, 200,
		object{"issuer": issuer, "token_endpoint": tokens, "authorization_endpoint": authorize, "jwks_uri": "https://bank.example/jwks"})
	w.do("jwks", "GET", "https://bank.example/jwks", nil, nil, 200, keys)
	claims := registrationClaims(t, w.now)
	registered := maps.Clone(claims)
	registered["client_id"] = clientID
	jws := object{"Content-Type": "application/jose", "Accept": "application/json"}
	w.do("register", "POST", register, jws, []byte(sign(t, claims)), 201, registered)
	w.token("token accounts", object{"access_token": "cc-accounts", "token_type": "Bearer", "expires_in": 3600, "scope": "accounts"}, "grant_type", "client_credentials", "scope", "accounts")
	w.do("get client", "GET", register+"/"+clientID, api("cc-accounts"), nil, 200, registered)
	w.do("update client", "PUT", register+"/"+clientID, api("cc-accounts", "Content-Type", "application/jwt"), []byte(sign(t, registrationClaims(t, w.now))), 200, registered)
	w.accountsLife()
	w.fundsLife()
	w.do("delete client", "DELETE", register+"/"+clientID, deleting("cc-accounts"), nil, 204, nil)
	return w.story
}

func (w *teller) accountsLife() {
	consent := func(status string) object {
		return object{"Data": object{"ConsentId": "aac-1", "Status": status}, "Risk": object{}}
	}
	w.do("create consent", "POST", aac, posting("cc-accounts"), marshal(w.t, object{"Data": object{
		"Permissions":        []string{"ReadAccountsDetail", "ReadTransactionsBasic", "ReadTransactionsCredits"},
		"ExpirationDateTime": "2026-06-01T00:00:00+00:00", "TransactionFromDateTime": "2026-01-01T00:00:00Z", "TransactionToDateTime": "2026-02-01T00:00:00.5+01:00"},
		"Risk": object{}}), 201, consent("AwaitingAuthorisation"))
	w.authorize("authorize", requestObject(w.now, "aac-1", "accounts", "s-1"), "code-accounts")
	w.do("get consent", "GET", aac+"/aac-1", api("cc-accounts"), nil, 200, consent("Authorised"))
	w.do("get consent again", "GET", aac+"/aac-1", api("cc-accounts"), nil, 200, consent("Authorised"))
	w.token("exchange", object{"access_token": "at-accounts", "refresh_token": "rt-accounts", "token_type": "Bearer", "expires_in": 300, "id_token": idToken(w.t, w.now, "aac-1", "n-s-1")},
		"grant_type", "authorization_code", "code", "code-accounts", "redirect_uri", redirect, "code_verifier", verifier)
	page := func(id, next string) object {
		return object{"Data": object{"Account": []object{{"AccountId": id}}}, "Links": object{"Self": accounts, "Next": next}, "Meta": object{}}
	}
	w.do("list", "GET", accounts, api("at-accounts"), nil, 200, page("22289", accounts+"?page=2&of=2"))
	w.do("list page 2", "GET", accounts+"?of=2&page=2", api("at-accounts"), nil, 200, page("31820", ""))
	w.do("account", "GET", accounts+"/22289", api("at-accounts"), nil, 200, page("22289", ""))
	w.token("refresh", object{"access_token": "at-accounts-2", "refresh_token": "rt-accounts-2", "token_type": "Bearer", "expires_in": 300}, "grant_type", "refresh_token", "refresh_token", "rt-accounts")
	w.do("list all", "GET", accounts, api("at-accounts-2"), nil, 200, object{"Data": object{"Account": []object{{"AccountId": "22289"}, {"AccountId": "31820"}}}, "Links": object{"Self": accounts}})
	w.do("delete consent", "DELETE", aac+"/aac-1", deleting("cc-accounts"), nil, 204, nil)
}

func (w *teller) fundsLife() {
	consent := object{"Data": object{"ConsentId": "cof-1", "Status": "AwaitingAuthorisation"}}
	w.token("token funds", object{"access_token": "cc-funds", "token_type": "bearer", "expires_in": 3600}, "grant_type", "client_credentials", "scope", "fundsconfirmations")
	w.do("create funds consent", "POST", cof, posting("cc-funds"), marshal(w.t, object{"Data": object{"DebtorAccount": object{
		"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "08080021325698", "Name": "Morag Tennant"}}}), 201, consent)
	w.authorize("authorize funds", requestObject(w.now, "cof-1", "fundsconfirmations", "s-2"), "code-funds")
	w.token("exchange funds", object{"access_token": "at-funds", "token_type": "Bearer", "expires_in": 300, "id_token": idToken(w.t, w.now, "cof-1", "n-s-2")},
		"grant_type", "authorization_code", "code", "code-funds", "redirect_uri", redirect, "code_verifier", verifier)
	w.do("funds", "POST", funds, posting("at-funds"), marshal(w.t, object{"Data": object{"ConsentId": "cof-1", "Reference": "purchase 1",
		"InstructedAmount": object{"Amount": "20.00", "Currency": "GBP"}}}), 201, object{"Data": object{"FundsAvailable": true}})
	w.do("get funds consent", "GET", cof+"/cof-1", api("cc-funds"), nil, 200, consent)
	w.do("delete funds consent", "DELETE", cof+"/cof-1", deleting("cc-funds"), nil, 204, nil)
}

func (w *teller) authorize(name string, claims object, code string) {
	back := url.Values{"code": {code}, "state": {claims["state"].(string)}}
	w.do(name, "GET", authorizeURL(w.t, claims).String(), nil, nil, 302, nil, redirect+"#"+back.Encode())
}
