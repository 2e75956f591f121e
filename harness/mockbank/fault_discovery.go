package mockbank

import (
	"github.com/go-jose/go-jose/v4"
)

// discoveryFaults break the provider's metadata and its keys.
func discoveryFaults() []fault {
	published := at(200, getDiscovery)
	return []fault{
		{Fault{"dis-200-without-registration", "DIS-200", "Discovery names no registration endpoint."},
			deviation{misanswer: dropping(published, "registration_endpoint")}},
		{Fault{"dis-200-without-issuer", "DIS-200", "Discovery names no issuer."},
			deviation{misanswer: dropping(published, "issuer")}},
		{Fault{"dis-200-without-response-types", "DIS-200", "Discovery names no response types."},
			deviation{misanswer: dropping(published, "response_types_supported")}},
		{Fault{"dis-200-empty-subject-types", "DIS-200", "Discovery has an empty list of subject types."},
			deviation{misanswer: setting(published, "subject_types_supported", []string{})}},
		{Fault{"dis-200-response-types-as-text", "DIS-200", "Discovery gives the response types as a string."},
			deviation{misanswer: setting(published, "response_types_supported", responseTypeCode)}},
		{Fault{"dis-https-plain-http", "DIS-HTTPS", "Discovery names an endpoint without TLS."},
			deviation{misanswer: setting(published, "revocation_endpoint", "http://bank.example/oauth2/revoke")}},
		{Fault{"dis-https-relative", "DIS-HTTPS", "Discovery names an endpoint by its path alone."},
			deviation{misanswer: setting(published, "userinfo_endpoint", "/oauth2/userinfo")}},
		{Fault{"dis-https-issuer-with-query", "DIS-HTTPS", "The issuer of discovery has a query."},
			issuedElsewhere("?v=3.0")},
		{Fault{"dis-https-issuer-with-fragment", "DIS-HTTPS", "The issuer of discovery has a fragment."},
			issuedElsewhere("#bank")},
		{Fault{"dis-capabilities-without-methods", "DIS-CAPABILITIES", "Discovery does not say how clients may authenticate."},
			deviation{misanswer: dropping(published, "token_endpoint_auth_methods_supported")}},
		{Fault{"dis-capabilities-without-client-credentials", "DIS-CAPABILITIES", "Discovery leaves out the client credentials grant."},
			deviation{misanswer: setting(published, "grant_types_supported", []string{grantAuthorizationCode, grantRefreshToken})}},
		{Fault{"dis-capabilities-without-funds", "DIS-CAPABILITIES", "Discovery leaves out the scope of funds confirmations."},
			deviation{misanswer: setting(published, "scopes_supported", []string{scopeOpenID, scopeAccounts})}},
		{Fault{"dis-jwks-private-key", "DIS-JWKS", "The set of keys shows the private half of a key."},
			deviation{misanswer: anotherKey(func(b *Bank) any { return jose.JSONWebKey{Key: b.keys.tpp.private, KeyID: "old"} })}},
		{Fault{"dis-jwks-shared-key", "DIS-JWKS", "The set of keys shows a symmetric key."},
			deviation{misanswer: anotherKey(func(b *Bank) any { return jose.JSONWebKey{Key: []byte(b.source.secret()), KeyID: "shared"} })}},
		{Fault{"dis-https-with-a-space", "DIS-HTTPS", "A URL of discovery has a space in it."},
			deviation{misanswer: setting(published, "userinfo_endpoint", "https://bank.example/oauth2/user info")}},
		{Fault{"dis-jwks-use-empty", "DIS-JWKS", "The use of a second key is empty."},
			deviation{misanswer: anotherKey(func(b *Bank) any {
				members := (&answer{body: b.keys.directory.public()}).object()
				members["use"] = ""
				return members
			})}},
		{Fault{"dis-jwks-kid-twice", "DIS-JWKS", "Two keys have one kid."},
			deviation{misanswer: anotherKey(func(b *Bank) any { return b.keys.bank.public() })}},
	}
}

// issuedElsewhere is a bank whose issuer is no plain URL.
func issuedElsewhere(suffix string) deviation {
	return deviation{
		prepare:   func(b *Bank) { b.issuerSuffix = suffix },
		misanswer: answering(at(200, getDiscovery), showsAnyway),
	}
}

// anotherKey publishes one key more.
func anotherKey(key func(b *Bank) any) misanswering {
	return answering(at(200, getKeys), func(b *Bank, _ *call, a *answer) bool {
		a.body = object{"keys": []any{b.keys.bank.public(), key(b)}}
		return true
	})
}

// reissuing changes the claims of the ID token of a token answer.
func reissuing(change func(b *Bank, claims object) bool) misanswering {
	return answering(at(200, issueToken), func(b *Bank, _ *call, a *answer) bool {
		body := a.object()
		text, _ := body["id_token"].(string)
		claims := claimsOf(text)
		if claims == nil || !change(b, claims) {
			return false
		}
		signed, err := b.signJWT(claims)
		body["id_token"] = signed
		return err == nil
	})
}
