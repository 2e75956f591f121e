package audit_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/url"
	"slices"
	"strings"
	"testing"

	gojose "github.com/go-jose/go-jose/v4"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

func TestSecretClause(t *testing.T) {
	ok := func(edits ...edit) audit.Exchange { return with(answer(t, contract.ListAccounts, 200), edits...) }
	refused := func(message string) audit.Exchange {
		return with(answer(t, contract.ListAccounts, 400), member(t, "/Message", message))
	}
	registered := func(edits ...edit) audit.Exchange {
		return with(answer(t, contract.RegisterClient, 201), edits...)
	}
	redirect := func(location string, edits ...edit) audit.Exchange {
		return with(with(answer(t, contract.Authorize, 302), header("Location", location), header("Cache-Control", "private, No-Store")), edits...)
	}
	granted := func(edits ...edit) audit.Exchange {
		return with(tokenAnswer(t, 200, object{"access_token": theToken, "token_type": "bearer", "expires_in": 60}), edits...)
	}
	const c, std, adv = contract.ComSecrets, contract.Std, contract.Adv
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "none", x: ok(), clause: c},
		{name: "a token in a message", x: refused("The token " + theToken + " is wrong."), clause: c, level: std, where: "/Message"},
		{name: "a token but for a character", x: refused("The token " + theToken[1:] + " is wrong."), clause: c},
		{name: "a code in a message", x: refused(theCode), clause: c, level: std, where: "/Message"},
		{name: "a secret escaped", x: with(refused("x"), raw(t, strings.Replace(string(refused(theSecret).Response.Body), theSecret, `\u0035`+theSecret[1:], 1))), clause: c, level: std, where: "/Message"},
		{name: "a token as a member's name", x: with(answer(t, contract.ListAccounts, 404), raw(t, `{"error":"x","`+theToken+`":1}`), header("Content-Type", "application/json")), clause: c, level: std, where: "body"},
		{name: "a token in a header", x: ok(header("X-Debug", theToken)), clause: c, level: std, where: "header X-Debug"},
		{name: "a token in a text", x: with(answer(t, contract.ListAccounts, 404), raw(t, theToken)), clause: c, level: std, where: "body"},
		{name: "a client's secret in its registration", x: registered(), clause: c},
		{name: "a client's secret on reading", x: answer(t, contract.GetClient, 200), clause: c},
		{name: "a client's secret elsewhere in its registration", x: registered(member(t, "/scope", theSecret)), clause: c, level: std, where: "/scope"},
		{name: "a token in a registration", x: registered(member(t, "/scope", theToken)), clause: c, level: std, where: "/scope"},
		{name: "a token in place of the secret", x: with(answer(t, contract.GetClient, 200), member(t, "/client_secret", theToken)), clause: c, level: std, where: "/client_secret"},
		{name: "a client's secret in a token answer", x: granted(member(t, "/scope", theSecret)), clause: c, level: std, where: "/scope"},
		{name: "a token in a token answer", x: granted(), clause: c},
		{name: "a code in a token answer", x: granted(member(t, "/scope", theCode)), clause: c, level: std, where: "/scope"},
		{name: "a code in the redirect", x: redirect("https://tpp.example/cb?code=" + theCode), clause: c},
		{name: "a token in the redirect", x: redirect("https://tpp.example/cb?token=" + theToken), clause: c, level: std, where: "header Location"},
		{name: "a code in another header of the redirect", x: redirect("https://tpp.example/cb?code="+theCode, header("X-Debug", theCode)), clause: c, level: std, where: "header X-Debug"},
		{name: "a code in a posted form", x: with(answer(t, contract.Authorize, 200), raw(t, theCode)), clause: c},
		{name: "a secret in a form", x: with(answer(t, contract.Authorize, 200), raw(t, theSecret)), clause: c, level: std, where: "body"},
		{name: "a registration that may be stored", x: registered(header("Cache-Control", "private")), clause: c, level: adv, where: "header Cache-Control"},
		{name: "a masked secret that may be stored", x: with(answer(t, contract.GetClient, 200), member(t, "/client_secret", "****"), header("Cache-Control")), clause: c},
		{name: "a redirect that may be stored", x: redirect("https://tpp.example/cb#code=unknown", header("Cache-Control")), clause: c, level: adv, where: "header Cache-Control"},
	})
	ignorant, err := audit.New(audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ignorant.Learn(audit.ClientSecret, "short")
	if result := ignorant.Check(ok(header("X", "short"))); slices.Contains(result.Exercised, c) {
		t.Error("decided without a secret to look for")
	}
}

func TestDiscoveryClauses(t *testing.T) {
	doc := func(pointer string, value any) audit.Exchange {
		return with(answer(t, contract.GetDiscovery, 200), member(t, pointer, value))
	}
	vectors := []vector{
		{name: "whole", x: answer(t, contract.GetDiscovery, 200), clause: contract.Dis200},
		{name: "empty", x: with(answer(t, contract.GetDiscovery, 200), raw(t, "")), clause: contract.Dis200, level: contract.Doc, where: "body"},
		{name: "a list", x: with(answer(t, contract.GetDiscovery, 200), raw(t, "[]")), clause: contract.Dis200, level: contract.Doc, where: "body"},
		{name: "no JSON", x: with(answer(t, contract.GetDiscovery, 200), raw(t, "{")), clause: contract.ComJSON, level: contract.Std, where: "body"},
		{name: "JSON", x: answer(t, contract.GetDiscovery, 200), clause: contract.ComJSON},
		{name: "an empty list", x: doc("/response_types_supported", list{}), clause: contract.Dis200, level: contract.Std, where: "/response_types_supported"},
		{name: "a list of numbers", x: doc("/subject_types_supported", list{1}), clause: contract.Dis200, level: contract.Std, where: "/subject_types_supported"},
		{name: "a text for a list", x: doc("/id_token_signing_alg_values_supported", "PS256"), clause: contract.Dis200, level: contract.Std, where: "/id_token_signing_alg_values_supported"},
		{name: "https", x: answer(t, contract.GetDiscovery, 200), clause: contract.DisHTTPS},
		{name: "http on loopback", x: doc("/token_endpoint", "http://127.0.0.1:1/token"), clause: contract.DisHTTPS},
		{name: "http on localhost", x: doc("/token_endpoint", "http://localhost/token"), clause: contract.DisHTTPS},
		{name: "http on another host", x: doc("/token_endpoint", "http://bank.example/token"), clause: contract.DisHTTPS, level: contract.Std, where: "/token_endpoint"},
		{name: "a relative URL", x: doc("/jwks_uri", "/jwks"), clause: contract.DisHTTPS, level: contract.Std, where: "/jwks_uri"},
		{name: "a URL with a space", x: doc("/jwks_uri", "https://bank.example/jwks "), clause: contract.DisHTTPS, level: contract.Std, where: "/jwks_uri"},
		{name: "a URL with a space encoded", x: doc("/jwks_uri", "https://bank.example/jwks%20"), clause: contract.DisHTTPS},
		{name: "a URL without host", x: doc("/jwks_uri", "https:///jwks"), clause: contract.DisHTTPS, level: contract.Std, where: "/jwks_uri"},
		{name: "an optional URL", x: doc("/userinfo_endpoint", "ftp://bank.example"), clause: contract.DisHTTPS, level: contract.Std, where: "/userinfo_endpoint"},
		{name: "an alias", x: doc("/mtls_endpoint_aliases", object{"token_endpoint": "http://bank.example"}), clause: contract.DisHTTPS, level: contract.Std, where: "/mtls_endpoint_aliases/token_endpoint"},
		{name: "an issuer with a query", x: doc("/issuer", base+"?a=b"), clause: contract.DisHTTPS, level: contract.Std, where: "/issuer"},
		{name: "an issuer with an empty fragment", x: doc("/issuer", base+"#"), clause: contract.DisHTTPS, level: contract.Std, where: "/issuer"},
		{name: "all", x: answer(t, contract.GetDiscovery, 200), clause: contract.DisCapabilities},
		{name: "no methods", x: doc("/token_endpoint_auth_methods_supported", gone), clause: contract.DisCapabilities, level: contract.Adv, where: "/token_endpoint_auth_methods_supported"},
		{name: "a missing grant", x: doc("/grant_types_supported", list{"client_credentials"}), clause: contract.DisCapabilities, level: contract.Adv, where: "/grant_types_supported"},
		{name: "a missing scope", x: doc("/scopes_supported", list{"openid", "accounts"}), clause: contract.DisCapabilities, level: contract.Adv, where: "/scopes_supported"},
		{name: "members with values", x: answer(t, contract.GetDiscovery, 200), clause: contract.ComOptional},
		{name: "an optional null", x: doc("/acr_values_supported", nil), clause: contract.ComOptional, level: contract.Adv, where: "/acr_values_supported"},
		{name: "an optional empty text", x: doc("/op_policy_uri", ""), clause: contract.ComOptional, level: contract.Adv, where: "/op_policy_uri"},
		{name: "an optional empty object", x: doc("/mtls_endpoint_aliases", object{}), clause: contract.ComOptional, level: contract.Adv, where: "/mtls_endpoint_aliases"},
		{name: "another status", x: answer(t, contract.GetDiscovery, 404), clause: contract.ComStatus, level: contract.Doc, where: "status"},
		{name: "the status", x: answer(t, contract.GetDiscovery, 200), clause: contract.ComStatus},
	}
	for name, level := range map[string]contract.Level{"registration_endpoint": contract.Doc, "issuer": contract.Std,
		"authorization_endpoint": contract.Std, "token_endpoint": contract.Std, "jwks_uri": contract.Std,
		"response_types_supported": contract.Std, "subject_types_supported": contract.Std, "id_token_signing_alg_values_supported": contract.Std} {
		vectors = append(vectors, vector{name: "no " + name, x: doc("/"+name, gone), clause: contract.Dis200, level: level, where: "/" + name},
			vector{name: "a number for " + name, x: doc("/"+name, 1), clause: contract.Dis200, level: level, where: "/" + name})
	}
	run(t, newAuditor(t, audit.Options{}), vectors)
}

func TestKeySetClause(t *testing.T) {
	set := func(body string) audit.Exchange {
		return with(answer(t, contract.GetJWKS, 200), raw(t, body), header("Content-Type", "application/json"))
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private := string(marshal(t, gojose.JSONWebKeySet{Keys: []gojose.JSONWebKey{{Key: &rsaKey().PublicKey, KeyID: "bank", Algorithm: "PS256", Use: "sig"},
		{Key: &other.PublicKey, KeyID: "other"}}}))
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "public", x: set(string(jwks(t))), clause: contract.DisJWKS},
		{name: "two", x: set(private), clause: contract.DisJWKS},
		{name: "a doubled kid", x: set(strings.Replace(private, `"other"`, `"bank"`, 1)), clause: contract.DisJWKS, level: contract.Std, where: "/keys/1/kid"},
		{name: "a private member", x: set(strings.Replace(private, `"kid":"other"`, `"kid":"other","d":"x"`, 1)), clause: contract.DisJWKS, level: contract.Std, where: "/keys/1/d"},
		{name: "no key for PS256", x: set(`{"keys":[]}`), clause: contract.DisJWKS, level: contract.Std, where: "/keys"},
		{name: "nothing", x: set(""), clause: contract.DisJWKS, level: contract.Std, where: "body"},
		{name: "another status", x: answer(t, contract.GetJWKS, 404), clause: contract.DisJWKS, level: contract.Std, where: "status"},
	})
}

func TestTokenClauses(t *testing.T) {
	granted := func(edits ...edit) audit.Exchange {
		return with(tokenAnswer(t, 200, object{"access_token": "another-token", "token_type": "Bearer", "expires_in": 60}), edits...)
	}
	byCode := func(x *audit.Exchange) { x.Request.Form = url.Values{"grant_type": {"authorization_code"}} }
	refused := func(status int, edits ...edit) audit.Exchange {
		return with(tokenAnswer(t, status, object{"error": "invalid_client"}), edits...)
	}
	const ok, no, std = contract.Tok200, contract.TokError, contract.Std
	run(t, newAuditor(t, audit.Options{}), []vector{
		{name: "whole", x: granted(), clause: ok},
		{name: "bearer in capitals", x: granted(member(t, "/token_type", "BEARER")), clause: ok},
		{name: "no token", x: granted(member(t, "/access_token", gone)), clause: ok, level: std, where: "/access_token"},
		{name: "a token with a space", x: granted(member(t, "/access_token", "another token")), clause: ok, level: std, where: "/access_token"},
		{name: "a scope", x: granted(member(t, "/scope", "openid accounts")), clause: ok},
		{name: "a scope that is a number", x: granted(member(t, "/scope", 1)), clause: ok, level: std, where: "/scope"},
		{name: "an empty scope", x: granted(member(t, "/scope", "")), clause: ok, level: std, where: "/scope"},
		{name: "a scope that is a list", x: granted(member(t, "/scope", list{"accounts"})), clause: ok, level: std, where: "/scope"},
		{name: "a scope with a space too many", x: granted(member(t, "/scope", "openid  accounts")), clause: ok, level: std, where: "/scope"},
		{name: "an empty token", x: granted(member(t, "/access_token", "")), clause: ok, level: std, where: "/access_token"},
		{name: "a token that is a number", x: granted(member(t, "/access_token", 1)), clause: ok, level: std, where: "/access_token"},
		{name: "no type", x: granted(member(t, "/token_type", gone)), clause: ok, level: std, where: "/token_type"},
		{name: "another type", x: granted(member(t, "/token_type", "mac")), clause: ok, level: std, where: "/token_type"},
		{name: "no lifetime", x: granted(member(t, "/expires_in", gone)), clause: ok, level: std, where: "/expires_in"},
		{name: "no lifetime of a code's token", x: granted(member(t, "/expires_in", gone), byCode), clause: ok},
		{name: "a lifetime of nothing", x: granted(member(t, "/expires_in", 0)), clause: ok, level: std, where: "/expires_in"},
		{name: "a negative lifetime of a code's token", x: granted(member(t, "/expires_in", -1), byCode), clause: ok, level: std, where: "/expires_in"},
		{name: "a lifetime as text", x: granted(member(t, "/expires_in", "60")), clause: ok, level: std, where: "/expires_in"},
		{name: "a lifetime with a fraction", x: granted(member(t, "/expires_in", 1.5)), clause: ok, level: std, where: "/expires_in"},
		{name: "may be stored", x: granted(header("Cache-Control", "no-cache")), clause: ok, level: std, where: "header Cache-Control"},
		{name: "an ID token", x: granted(member(t, "/id_token", "x")), clause: ok, level: contract.Adv, where: "/id_token"},
		{name: "a refresh token", x: granted(member(t, "/refresh_token", "x")), clause: ok, level: contract.Adv, where: "/refresh_token"},
		{name: "both of a code's token", x: granted(member(t, "/refresh_token", "x"), member(t, "/id_token", "x"), byCode), clause: ok},
		{name: "a list", x: granted(raw(t, "[]")), clause: ok, level: std, where: "body"},
		{name: "nothing", x: granted(raw(t, "")), clause: ok, level: std, where: "body"},
		{name: "a refusal", x: refused(401), clause: ok, undecided: true},

		{name: "400", x: refused(400), clause: no},
		{name: "with a description", x: refused(401, member(t, "/error_description", "No.")), clause: no},
		{name: "no error", x: refused(400, member(t, "/error", gone)), clause: no, level: std, where: "/error"},
		{name: "an unknown error", x: refused(401, member(t, "/error", "Invalid_Client")), clause: no, level: std, where: "/error"},
		{name: "an empty description", x: refused(401, member(t, "/error_description", "")), clause: no, level: std, where: "/error_description"},
		{name: "a description with a quotation mark", x: refused(401, member(t, "/error_description", `No "x".`)), clause: no, level: std, where: "/error_description"},
		{name: "a description that is a list", x: refused(400, member(t, "/error_description", list{})), clause: no, level: std, where: "/error_description"},
		{name: "an address that is a number", x: refused(400, member(t, "/error_uri", 1)), clause: no, level: std, where: "/error_uri"},
		{name: "nothing", x: refused(401, raw(t, "")), clause: no, level: std, where: "body"},
		{name: "a list", x: refused(403, raw(t, "[]")), clause: no, level: std, where: "body"},
		{name: "another status", x: with(answer(t, contract.RequestToken, 405)), clause: no, undecided: true},
	})
}
