package config

import (
	"strings"
	"testing"
)

type edits = map[string]any

func provocation(status int, headers map[string]string) any {
	return []any{map[string]any{"status": status, "headers": headers}}
}

// burst provokes 429 by a burst alone.
func burst(status, requests int, within string, operations ...string) edits {
	return edits{"provoke": []any{map[string]any{"status": status,
		"burst": map[string]any{"operations": append([]string{}, operations...), "requests": requests, "within": within}}}}
}

// notOffered is a target on loopback that leaves clauses out.
func notOffered(reason string, clauses ...string) edits {
	return edits{"target.baseUrl": "http://127.0.0.1:8080",
		"target.notOffered": []any{map[string]any{"clauses": append([]string{}, clauses...), "reason": reason}}}
}

func env(name string) any { return map[string]any{"env": name} }

// with adds edits to those of a case that is valid.
func with(base edits, more edits) edits {
	all := edits{}
	for key, value := range base {
		all[key] = value
	}
	for key, value := range more {
		all[key] = value
	}
	return all
}

// Three configurations that ask for more than the minimal one does.
var (
	withTLS         = edits{"tls.certificateFile": "certificate.pem", "tls.keyFile": "transport.key"}
	withKey         = edits{"client.signingKeyFile": "signing.pkcs8.key", "client.signingKeyId": "kid"}
	withHeadless    = with(withKey, edits{"consents.way": "headless", "client.redirectUri": "https://tpp.example.com/cb"})
	withRegistering = with(withKey, edits{
		"registration.register": true, "registration.audience": "bank", "registration.softwareId": "software",
		"registration.softwareStatement": env("TEST_SECRET"), "client.redirectUri": "https://tpp.example.com/cb",
	})
	withSecond = edits{"secondClient.id": env("TEST_SECRET"), "secondClient.secret": env("TEST_SECRET")}
	withP12    = edits{"tls.pkcs12File": "client.p12", "tls.pkcs12Password": env("TEST_SECRET")}
	withProxy  = edits{"proxy.url": "http://proxy.example.com:3128"}
	withToken  = edits{"consents.way": "token", "consents.tokens.accounts": env("TEST_SECRET")}
	withCodes  = edits{"consents.way": "codes", "consents.codes.fundsConfirmations": env("TEST_SECRET"), "client.redirectUri": "https://tpp.example.com/cb"}
)

func TestValidConfigurations(t *testing.T) {
	dir := testFolder(t)
	for name, given := range map[string]edits{
		"minimal": nil, "TLS": withTLS, "PKCS#8 key": withKey, "headless": withHeadless, "registering": withRegistering,
		"second client": withSecond, "codes": withCodes,
		"PKCS#1 key":                    with(withKey, edits{"client.signingKeyFile": "signing.pkcs1.key"}),
		"codes for accounts":            with(withCodes, edits{"consents.codes.fundsConfirmations": absent{}, "consents.codes.accounts": env("TEST_SECRET")}),
		"authorities":                   {"tls.caFile": "certificate.pem"},
		"an absolute path":              {"tls.caFile": dir + "/certificate.pem"},
		"http on 127.0.0.1":             {"target.baseUrl": "http://127.0.0.1:8080"},
		"http on 127.8.8.8":             {"target.baseUrl": "http://127.8.8.8"},
		"http on ::1":                   {"target.baseUrl": "http://[::1]:8080"},
		"http on localhost":             {"target.baseUrl": "http://localhost:8080"},
		"https with port and path":      {"target.baseUrl": "https://bank.example.com:8443/ob/"},
		"https on IPv6":                 {"target.baseUrl": "https://[2001:db8::1]"},
		"a root path":                   {"target.paths.accounts": "/"},
		"a path of one character":       {"target.paths.accounts": "/a"},
		"hosts":                         {"target.allowedHosts": []any{"a.example.com", "10.0.0.1:8443", "[::1]:8080", "my_host"}},
		"no hosts":                      {"target.allowedHosts": []any{}},
		"both statuses":                 {"target.initialConsentStatus": []any{"Authorised", "AwaitingAuthorisation"}},
		"keys on the base URL's host":   {"target.signatureJwksUrl": "https://bank.example.com/jwks?v=1"},
		"keys on an allowed host":       {"target.signatureJwksUrl": "https://keys.example.com/jwks", "target.allowedHosts": []any{"keys.example.com:443"}},
		"a redirect URI with a query":   {"client.redirectUri": "https://tpp.example.com/cb?a=b"},
		"private_key_jwt":               with(withKey, edits{"client.authMethod": "private_key_jwt", "client.secret": absent{}}),
		"tls_client_auth":               with(withTLS, edits{"client.authMethod": "tls_client_auth", "client.secret": absent{}}),
		"a second client without":       with(withKey, edits{"client.authMethod": "private_key_jwt", "secondClient.id": env("TEST_SECRET")}),
		"clauses not offered":           notOffered("it keeps nothing", "AAC-201-ECHO", "COM-FAPI-ECHO"),
		"a key of a curve":              with(withKey, edits{"client.signingKeyFile": "signing.curve.key"}),
		"a JWK":                         with(withKey, edits{"client.signingKeyFile": "signing.jwk"}),
		"a JWK with its own identifier": with(withKey, edits{"client.signingKeyFile": "signing.jwk", "client.signingKeyId": absent{}}),
		"PKCS#12":                       withP12,
		"PKCS#12 of old software":       with(withP12, edits{"tls.pkcs12File": "legacy.p12"}),
		"PKCS#12 without password":      {"tls.pkcs12File": "open.p12"},
		"PKCS#12 with the leaf last":    with(withP12, edits{"tls.pkcs12File": "leaf-last.p12"}),
		"PKCS#12 for tls_client_auth":   with(withP12, edits{"client.authMethod": "tls_client_auth", "client.secret": absent{}}),
		"both forms, and which one":     with(withTLS, edits{"tls.pkcs12File": "nowhere.p12", "tls.clientCertificate": "pem"}),
		"both forms, and the other one": with(withP12, edits{"tls.certificateFile": "nowhere.pem", "tls.clientCertificate": "pkcs12"}),
		"HTTP/2":                        {"target.httpVersion": "2"},
		"HTTP/1.1 on loopback":          {"target.baseUrl": "http://127.0.0.1:8080", "target.httpVersion": "1.1"},
		"a proxy":                       withProxy,
		"a proxy with credentials":      with(withProxy, edits{"proxy.user": "u", "proxy.password": env("TEST_SECRET")}),
		"a proxy with exceptions":       with(withProxy, edits{"proxy.noProxy": []any{"*", ".example.com", "*.example.com", "a.example.com:8443", "10.0.0.0/8", "::1", "fe80::/10"}}),
		"scope on every grant":          {"client.sendScopeOn": []any{"authorization_code", "refresh_token"}},
		"scope on no other grant":       {"client.sendScopeOn": []any{}},
		"a ready token":                 withToken,
		"a refresh token for funds":     {"consents.way": "token", "consents.tokenKind": "refresh", "consents.tokens.fundsConfirmations": env("TEST_SECRET")},
		"the query of a code":           {"consents.responseMode": "query", "consents.responseType": "code"},
		"the fragment of a code":        {"consents.responseMode": "fragment", "consents.responseType": "code"},
		"the fragment of both":          {"consents.responseMode": "fragment"},
		"two scopes":                    {"client.scopes.accounts": "openid accounts"},
		"a burst":                       burst(429, 100, "10s", "ListAccounts", "GetClient"),
		"the shortest burst":            burst(429, 2, "1s", "GetAccount"),
		"the longest burst":             burst(429, 500, "59s", "GetAccount"),
		"the quickest burst":            burst(429, 100, "2s", "GetAccount"),
		"a burst beside headers":        {"provoke": []any{map[string]any{"status": 429, "headers": map[string]string{"Prefer": "code=429"}, "burst": map[string]any{"operations": []string{"ListAccounts"}, "requests": 10, "within": "1s"}}}},
		"every status provoked":         {"provoke": []any{map[string]any{"status": 429, "headers": map[string]string{"Prefer": "code=429"}}, map[string]any{"status": 500, "headers": map[string]string{"Prefer": "code=500", "X-Mock": "a b"}}}},
		"no account at all":             {"fixtures.minimumAccounts": 0},
		"longest identification":        {"fixtures.debtorAccount.identification": strings.Repeat("é", 256)},
		"longest name":                  {"fixtures.debtorAccount.name": strings.Repeat("n", 70)},
		"longest second identification": {"fixtures.debtorAccount.secondaryIdentification": strings.Repeat("n", 34)},
		"longest account identifier":    {"fixtures.foreignAccountId": strings.Repeat("n", 40)},
		"longest amount":                {"fixtures.unavailableAmount": "1234567890123.12345"},
		"no settle time":                {"target.settleTime": "0s"},
		"no clock skew":                 {"target.clockSkew": "0s"},
		"equal time-outs":               {"timeouts.connect": "9m", "timeouts.request": "9m", "timeouts.spec": "9m", "timeouts.run": "9m"},
		"least limits":                  {"limits.responseBytes": 1, "limits.headerBytes": 1, "limits.jsonValues": 1},
		"most limits":                   {"limits.responseBytes": mostResponseBytes, "limits.headerBytes": mostHeaderBytes, "limits.jsonValues": mostJSONValues},
		"all levels":                    {"failOn": []any{"doc", "std", "adv"}},
		"budgets":                       {"budgets.p95": "1s", "budgets.operations": map[string]any{"ListAccounts": "1ns", "RequestToken": "0s"}},
		"a mock":                        {"target.kind": "mock"},
		"a sandbox":                     {"target.kind": "sandbox", "target.allowDestructive": true},
		"production":                    {"target.kind": "production"},
		"the slowest rate":              {"target.rate.requestsPerSecond": 0.01, "target.rate.burst": 1},
		"the fastest rate":              {"target.rate.requestsPerSecond": 10000, "target.rate.burst": 1000},
		"no rate":                       {"target.rate.requestsPerSecond": 0},
		"no patience":                   {"retries.reads": 0, "retries.pause": "1ms", "retries.longestWait": "0s"},
		"much patience":                 {"retries.reads": 10, "retries.pause": "30s", "retries.longestWait": "10m"},
		"no budget":                     {"budgets.p95": "0s", "budgets.operations": map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse("c.json", edited(t, given), dir, testEnviron()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRules breaks one rule at a time, by the smallest step from a valid case,
// and expects that one problem and no other.
func TestRules(t *testing.T) {
	dir := testFolder(t)
	for _, c := range []struct {
		name  string
		edits edits
		key   string
		want  string // part of the problem
	}{
		{"no base URL", edits{"target.baseUrl": absent{}}, "target.baseUrl", "got none"},
		{"a relative base URL", edits{"target.baseUrl": "bank.example.com"}, "target.baseUrl", "something else"},
		{"a base URL without host", edits{"target.baseUrl": "https:///x"}, "target.baseUrl", "something else"},
		{"an opaque base URL", edits{"target.baseUrl": "https:bank.example.com"}, "target.baseUrl", "something else"},
		{"http elsewhere", edits{"target.baseUrl": "http://bank.example.com/p"}, "target.baseUrl", `got "http://bank.example.com"`},
		{"http on a name like loopback", edits{"target.baseUrl": "http://localhost.example.com"}, "target.baseUrl", `got "http://localhost.example.com"`},
		{"http on 128.0.0.1", edits{"target.baseUrl": "http://128.0.0.1"}, "target.baseUrl", `got "http://128.0.0.1"`},
		{"another scheme", edits{"target.baseUrl": "ftp://bank.example.com"}, "target.baseUrl", `got "ftp://bank.example.com"`},
		{"a query", edits{"target.baseUrl": "https://bank.example.com?" + planted}, "target.baseUrl", "without a query"},
		{"an empty query", edits{"target.baseUrl": "https://bank.example.com?"}, "target.baseUrl", "without a query"},
		{"a fragment", edits{"target.baseUrl": "https://bank.example.com#" + planted}, "target.baseUrl", "without a fragment"},
		{"an empty fragment", edits{"target.baseUrl": "https://bank.example.com#"}, "target.baseUrl", "without a fragment"},
		{"credentials", edits{"target.baseUrl": "https://user:" + planted + "@bank.example.com"}, "target.baseUrl", "not shown"},
		{"a port out of range", edits{"target.baseUrl": "https://bank.example.com:65536"}, "target.baseUrl", "something else"},
		{"a broken escape", edits{"target.baseUrl": "https://bank.example.com/%zz" + planted}, "target.baseUrl", "something else"},
		{"no path", edits{"target.paths.accounts": ""}, "target.paths.accounts", "an empty string"},
		{"a relative path", edits{"target.paths.accounts": "open-banking"}, "target.paths.accounts", `"open-banking"`},
		{"a slash at the end", edits{"target.paths.accounts": "/a/"}, "target.paths.accounts", `"/a/"`},
		{"a path with a host", edits{"target.paths.accounts": "//host/a"}, "target.paths.accounts", `"//host/a"`},
		{"a path that climbs", edits{"target.paths.accounts": "/a/../b"}, "target.paths.accounts", `"/a/../b"`},
		{"a path with a query", edits{"target.paths.accounts": "/a?b"}, "target.paths.accounts", `"/a?b"`},
		{"a path with a fragment", edits{"target.paths.accounts": "/a#b"}, "target.paths.accounts", `"/a#b"`},
		{"a host with a scheme", edits{"target.allowedHosts": []any{"a.example.com", "https://b.example.com"}}, "target.allowedHosts[1]", "without scheme"},
		{"a host with a path", edits{"target.allowedHosts": []any{"b.example.com/x"}}, "target.allowedHosts[0]", "without scheme"},
		{"a host with a wildcard", edits{"target.allowedHosts": []any{"*.example.com"}}, "target.allowedHosts[0]", `"*.example.com"`},
		{"a host with a user", edits{"target.allowedHosts": []any{"a@b.example.com"}}, "target.allowedHosts[0]", "without scheme"},
		{"a host with an empty port", edits{"target.allowedHosts": []any{"b.example.com:"}}, "target.allowedHosts[0]", "without scheme"},
		{"an empty host", edits{"target.allowedHosts": []any{""}}, "target.allowedHosts[0]", "an empty string"},
		{"no status", edits{"target.initialConsentStatus": []any{}}, "target.initialConsentStatus", "an empty list"},
		{"another status", edits{"target.initialConsentStatus": []any{"Rejected"}}, "target.initialConsentStatus[0]", `got "Rejected"`},
		{"a status twice", edits{"target.initialConsentStatus": []any{"Authorised", "Authorised"}}, "target.initialConsentStatus[1]", "again"},
		{"keys over http", edits{"target.signatureJwksUrl": "http://bank.example.com/jwks"}, "target.signatureJwksUrl", "https"},
		{"keys on a foreign host", edits{"target.signatureJwksUrl": "https://keys.example.com/jwks"}, "target.signatureJwksUrl", "target.allowedHosts"},
		{"a negative settle time", edits{"target.settleTime": "-1ns"}, "target.settleTime", "got -1ns"},
		{"a settle time as long as a spec", edits{"target.settleTime": "2m"}, "target.settleTime", "got 2m0s"},
		{"a negative budget", edits{"budgets.p95": "-1ns"}, "budgets.p95", "got -1ns"},
		{"a negative budget of an operation", edits{"budgets.operations": map[string]any{"ListAccounts": "-1ns"}}, "budgets.operations.ListAccounts", "got -1ns"},
		{"a budget of a misspelt operation", edits{"budgets.operations": map[string]any{"ListAccount": "1s"}}, "budgets.operations.ListAccount", "did you mean ListAccounts?"},
		{"a budget of no operation at all", edits{"budgets.operations": map[string]any{"Everything": "1s"}}, "budgets.operations.Everything", "one of GetDiscovery, "},
		{"a budget that is a number", edits{"budgets.operations": map[string]any{"ListAccounts": 300}}, "budgets.operations.ListAccounts", "a duration such as"},
		{"a negative clock skew", edits{"target.clockSkew": "-1s"}, "target.clockSkew", "got -1s"},
		{"another kind", edits{"target.kind": "Sandbox"}, "target.kind", `expected one of mock, sandbox, production, got "Sandbox"`},
		{"too slow a rate", edits{"target.rate.requestsPerSecond": 0.009}, "target.rate.requestsPerSecond", "got 0.009"},
		{"too fast a rate", edits{"target.rate.requestsPerSecond": 10000.1}, "target.rate.requestsPerSecond", "got 10000.1"},
		{"a negative rate", edits{"target.rate.requestsPerSecond": -1}, "target.rate.requestsPerSecond", "got -1"},
		{"no burst", edits{"target.rate.burst": 0}, "target.rate.burst", "got 0"},
		{"too large a burst", edits{"target.rate.burst": 1001}, "target.rate.burst", "got 1001"},
		{"fewer than no repetitions", edits{"retries.reads": -1}, "retries.reads", "got -1"},
		{"too many repetitions", edits{"retries.reads": 11}, "retries.reads", "got 11"},
		{"no pause", edits{"retries.pause": "0s"}, "retries.pause", "got 0s"},
		{"too long a pause", edits{"retries.pause": "30001ms"}, "retries.pause", "got 30.001s"},
		{"a negative wait", edits{"retries.longestWait": "-1ns"}, "retries.longestWait", "got -1ns"},
		{"too long a wait", edits{"retries.longestWait": "601s"}, "retries.longestWait", "got 10m1s"},
		{"no authorities' file", edits{"tls.caFile": "missing.pem"}, "tls.caFile", `does not exist: "missing.pem"`},
		{"no authorities in it", edits{"tls.caFile": "transport.key"}, "tls.caFile", "a file without any"},
		{"an empty authorities' file", edits{"tls.caFile": "empty.pem"}, "tls.caFile", "a file without any"},
		{"a broken authority", edits{"tls.caFile": "broken.pem"}, "tls.caFile", "cannot be parsed"},
		{"a certificate without key", edits{"tls.certificateFile": "certificate.pem"}, "tls.keyFile", "beside tls.certificateFile"},
		{"a key without certificate", edits{"tls.keyFile": "transport.key"}, "tls.certificateFile", "beside tls.keyFile"},
		{"another key", with(withTLS, edits{"tls.keyFile": "other.key"}), "tls.keyFile", "another one"},
		{"a key for certificate", with(withTLS, edits{"tls.certificateFile": "transport.key"}), "tls.certificateFile", "a file without any"},
		{"a certificate for key", with(withTLS, edits{"tls.keyFile": "certificate.pem"}), "tls.keyFile", "a file without any"},
		{"an encrypted key", with(withTLS, edits{"tls.keyFile": "encrypted.key"}), "tls.keyFile", "an encrypted one"},
		{"no client", edits{"client.id": absent{}}, "client.id", "got none"},
		{"no client secret", edits{"client.secret": absent{}}, "client.secret", "client_secret_basic asks for"},
		{"no client secret for post", edits{"client.secret": absent{}, "client.authMethod": "client_secret_post"}, "client.secret", "client_secret_post asks for"},
		{"another method", edits{"client.authMethod": "basic"}, "client.authMethod", `expected one of client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth, got "basic"`},
		{"tls_client_auth without certificate", edits{"client.authMethod": "tls_client_auth"}, "tls.certificateFile", "tls_client_auth asks for"},
		{"private_key_jwt without key", with(withKey, edits{"client.authMethod": "private_key_jwt", "client.signingKeyFile": absent{}}), "client.signingKeyFile", "private_key_jwt asks for"},
		{"headless without key", with(withHeadless, edits{"client.signingKeyFile": absent{}}), "client.signingKeyFile", "headless asks for"},
		{"headless without redirect URI", with(withHeadless, edits{"client.redirectUri": absent{}}), "client.redirectUri", "headless asks for"},
		{"registering without key", with(withRegistering, edits{"client.signingKeyFile": absent{}}), "client.signingKeyFile", "registration.register asks for"},
		{"a key without identifier", with(withKey, edits{"client.signingKeyId": ""}), "client.signingKeyId", "the kid"},
		{"a weak key", with(withKey, edits{"client.signingKeyFile": "weak.key"}), "client.signingKeyFile", "RSA of 1024 bits"},
		{"a key of another curve", with(withKey, edits{"client.signingKeyFile": "other-curve.key"}), "client.signingKeyFile", "EC on the curve P-384"},
		{"an old encrypted key", with(withKey, edits{"client.signingKeyFile": "old-encrypted.key"}), "client.signingKeyFile", "an encrypted one"},
		{"a broken key", with(withKey, edits{"client.signingKeyFile": "broken.key"}), "client.signingKeyFile", "cannot be parsed"},
		{"a pasted key", with(withKey, edits{"client.signingKeyFile": "-----BEGIN PRIVATE KEY-----" + planted}), "client.signingKeyFile", "a text of 47 characters"},
		{"a relative redirect URI", edits{"client.redirectUri": "/cb"}, "client.redirectUri", "something else"},
		{"a redirect URI over http", edits{"client.redirectUri": "http://tpp.example.com/cb"}, "client.redirectUri", "https"},
		{"a redirect URI over http on loopback", edits{"client.redirectUri": "http://localhost/cb"}, "client.redirectUri", `got "http://localhost"`},
		{"a redirect URI with a fragment", edits{"client.redirectUri": "https://tpp.example.com/cb#x"}, "client.redirectUri", "fragment"},
		{"no accounts scope", edits{"client.scopes.accounts": ""}, "client.scopes.accounts", "an empty string"},
		{"a scope with a quote", edits{"client.scopes.fundsConfirmations": `a"b`}, "client.scopes.fundsConfirmations", "scope values"},
		{"a scope with two blanks", edits{"registration.managementScope": "a  b"}, "registration.managementScope", "single blanks"},
		{"a second secret without client", with(withSecond, edits{"secondClient.id": absent{}}), "secondClient.id", "beside secondClient.secret"},
		{"a second client without secret", with(withSecond, edits{"secondClient.secret": absent{}}), "secondClient.secret", "beside secondClient.id"},
		{"the same client twice", with(withSecond, edits{"secondClient.id": env("TEST_ID")}), "secondClient.id", "another client"},
		{"registering without audience", with(withRegistering, edits{"registration.audience": ""}), "registration.audience", "registration.register asks for"},
		{"registering without statement", with(withRegistering, edits{"registration.softwareStatement": absent{}}), "registration.softwareStatement", "registration.register asks for"},
		{"registering without software", with(withRegistering, edits{"registration.softwareId": ""}), "registration.softwareId", "registration.register asks for"},
		{"registering without redirect URI", with(withRegistering, edits{"client.redirectUri": ""}), "client.redirectUri", "registration.register asks for"},
		{"another content type", edits{"registration.contentType": "application/json"}, "registration.contentType", "application/jose"},
		{"another management", edits{"registration.managementAuth": "Bearer"}, "registration.managementAuth", "bearer, basic"},
		{"another error format", edits{"registration.errorFormat": "RFC7591"}, "registration.errorFormat", "rfc7591"},
		{"another way", edits{"consents.way": "manual"}, "consents.way", "headless, codes, token, none"},
		{"tokens without any", with(withToken, edits{"consents.tokens.accounts": absent{}}), "consents.tokens", "got neither"},
		{"tokens with another alone", with(withToken, edits{"consents.tokens.accounts": absent{}, "consents.tokens.detail": env("TEST_SECRET")}), "consents.tokens", "got neither"},
		{"another kind of token", with(withToken, edits{"consents.tokenKind": "id"}), "consents.tokenKind", "access, refresh"},
		{"too long a consent", edits{"consents.consentIds.accounts": strings.Repeat("n", 129)}, "consents.consentIds.accounts", "at most 128"},
		{"another response mode", edits{"consents.responseMode": "post"}, "consents.responseMode", `query or fragment, got "post"`},
		{"a response mode of a later version", edits{"consents.responseMode": "form_post"}, "consents.responseMode", "not available in this version"},
		{"an ID token in the query", edits{"consents.responseMode": "query"}, "consents.responseMode", "fragment, since"},
		{"scope on another grant", edits{"client.sendScopeOn": []any{"client_credentials"}}, "client.sendScopeOn[0]", "authorization_code, refresh_token"},
		{"scope on one grant twice", edits{"client.sendScopeOn": []any{"refresh_token", "refresh_token"}}, "client.sendScopeOn[1]", "again"},
		{"another version of HTTP", edits{"target.httpVersion": "3"}, "target.httpVersion", "auto, 1.1, 2"},
		{"HTTP/2 without TLS", edits{"target.httpVersion": "2", "target.baseUrl": "http://127.0.0.1:8080"}, "target.httpVersion", "auto or 1.1"},
		{"two client certificates", with(withTLS, withP12), "tls.clientCertificate", "both given"},
		{"another form", with(withTLS, edits{"tls.clientCertificate": "jks"}), "tls.clientCertificate", `pem or pkcs12, got "jks"`},
		{"the form without the pair", edits{"tls.clientCertificate": "pem"}, "tls.certificateFile", "clientCertificate pem asks for"},
		{"the form without the file", edits{"tls.clientCertificate": "pkcs12"}, "tls.pkcs12File", "clientCertificate pkcs12 asks for"},
		{"no PKCS#12 file", with(withP12, edits{"tls.pkcs12File": "missing.p12"}), "tls.pkcs12File", `does not exist: "missing.p12"`},
		{"a broken PKCS#12 file", with(withP12, edits{"tls.pkcs12File": "broken.p12"}), "tls.pkcs12File", "cannot be used"},
		{"PKCS#12 of another key", with(withP12, edits{"tls.pkcs12File": "foreign-key.p12"}), "tls.pkcs12File", "a key without its certificate"},
		{"another password", with(withP12, edits{"tls.pkcs12Password": env("TEST_ID")}), "tls.pkcs12Password", "another one (not shown)"},
		{"no password", with(withP12, edits{"tls.pkcs12Password": absent{}}), "tls.pkcs12Password", "got none"},
		{"a password without file", with(withP12, edits{"tls.pkcs12File": ""}), "tls.pkcs12File", "beside tls.pkcs12Password"},
		{"a certificate that ended", with(withTLS, edits{"tls.certificateFile": "ended.pem"}), "tls.certificateFile", "one that ended on "},
		{"a certificate that begins later", with(withTLS, edits{"tls.certificateFile": "begins-later.pem"}), "tls.certificateFile", "one that begins on "},
		{"PKCS#12 that ended", with(withP12, edits{"tls.pkcs12File": "ended.p12"}), "tls.pkcs12File", "one that ended on "},
		{"no proxy's address", edits{"proxy.url": "/proxy"}, "proxy.url", "something else"},
		{"a proxy over TLS", edits{"proxy.url": "https://proxy.example.com"}, "proxy.url", "not available in this version"},
		{"a proxy of another kind", edits{"proxy.url": "socks5://proxy.example.com:1080"}, "proxy.url", `got "socks5://proxy.example.com:1080"`},
		{"a proxy with credentials in it", edits{"proxy.url": "http://user:" + planted + "@proxy.example.com"}, "proxy.url", "not shown"},
		{"a proxy with a path", edits{"proxy.url": "http://proxy.example.com/x"}, "proxy.url", "without path"},
		{"a password for no proxy's user", with(withProxy, edits{"proxy.password": env("TEST_SECRET")}), "proxy.user", "beside proxy.password"},
		{"a user of no proxy", edits{"proxy.user": "u"}, "proxy.url", "beside proxy.user"},
		{"exceptions from no proxy", edits{"proxy.noProxy": []any{"a.example.com"}}, "proxy.url", "beside proxy.noProxy"},
		{"a user with a colon", with(withProxy, edits{"proxy.user": "a:b"}), "proxy.user", "without a colon"},
		{"an exception that is none", with(withProxy, edits{"proxy.noProxy": []any{"a.example.com", "a b"}}), "proxy.noProxy[1]", "CIDR range"},
		{"another response type", edits{"consents.responseType": "id_token code"}, "consents.responseType", "code id_token"},
		{"no intent claim", edits{"consents.intentClaim": ""}, "consents.intentClaim", "got none"},
		{"codes without any", with(withCodes, edits{"consents.codes.fundsConfirmations": absent{}}), "consents.codes", "got neither"},
		{"codes with another alone", with(withCodes, edits{"consents.codes.fundsConfirmations": absent{}, "consents.codes.basic": env("TEST_SECRET")}), "consents.codes", "got neither"},
		{"a state's code without redirect URI", edits{"consents.codes.revoked": env("TEST_SECRET")}, "client.redirectUri", "consents.codes asks for"},
		{"Basic management without secret", with(withKey, edits{"client.authMethod": "private_key_jwt", "client.secret": absent{}, "registration.managementAuth": "basic"}), "client.secret", "managementAuth basic asks for"},
		{"codes without redirect URI", with(withCodes, edits{"client.redirectUri": ""}), "client.redirectUri", "codes asks for"},
		{"fewer than no accounts", edits{"fixtures.minimumAccounts": -1}, "fixtures.minimumAccounts", "got -1"},
		{"no scheme", edits{"fixtures.debtorAccount.schemeName": ""}, "fixtures.debtorAccount.schemeName", "got none"},
		{"no identification", edits{"fixtures.debtorAccount.identification": ""}, "fixtures.debtorAccount.identification", "got 0"},
		{"too long an identification", edits{"fixtures.debtorAccount.identification": strings.Repeat("n", 257)}, "fixtures.debtorAccount.identification", "got 257"},
		{"too long a name", edits{"fixtures.debtorAccount.name": strings.Repeat("n", 71)}, "fixtures.debtorAccount.name", "got 71"},
		{"too long a second identification", edits{"fixtures.debtorAccount.secondaryIdentification": strings.Repeat("n", 35)}, "fixtures.debtorAccount.secondaryIdentification", "got 35"},
		{"a currency in lower case", edits{"fixtures.currency": "gbp"}, "fixtures.currency", `"gbp"`},
		{"a short other currency", edits{"fixtures.otherCurrency": "EU"}, "fixtures.otherCurrency", `"EU"`},
		{"the same currency", edits{"fixtures.otherCurrency": "GBP"}, "fixtures.otherCurrency", "another currency"},
		{"an amount without fraction", edits{"fixtures.availableAmount": "1"}, "fixtures.availableAmount", `"1"`},
		{"an amount of 14 digits", edits{"fixtures.unavailableAmount": "10000000000000.00"}, "fixtures.unavailableAmount", "1 to 13 digits"},
		{"an amount of 6 decimals", edits{"fixtures.availableAmount": "0.000001"}, "fixtures.availableAmount", "1 to 5 digits"},
		{"an amount with an exponent", edits{"fixtures.availableAmount": "1e999999999"}, "fixtures.availableAmount", "1 to 5 digits"},
		{"equal amounts", edits{"fixtures.availableAmount": "5.00", "fixtures.unavailableAmount": "5.0"}, "fixtures.unavailableAmount", "more than"},
		{"too long an account identifier", edits{"fixtures.foreignAccountId": strings.Repeat("n", 41)}, "fixtures.foreignAccountId", "at most 40"},
		{"a bank that leaves out clauses", with(notOffered("no", "AAC-201"), edits{"target.baseUrl": "https://bank.example.com"}), "target.notOffered", "only a mock on loopback"},
		{"a sandbox on loopback that leaves out clauses", with(notOffered("no", "AAC-201"), edits{"target.kind": "sandbox"}), "target.notOffered", "target.kind is sandbox"},
		{"clauses left out for no reason", notOffered(" ", "AAC-201"), "target.notOffered[0].reason", "got none"},
		{"no clause that is left out", notOffered("no"), "target.notOffered[0].clauses", "at least one"},
		{"an unknown clause left out", notOffered("no", "AAC-20"), "target.notOffered[0].clauses[0]", `"AAC-20"`},
		{"a clause left out twice", notOffered("no", "AAC-201", "AAC-201"), "target.notOffered[0].clauses[1]", "again"},
		{"an undocumented status", edits{"provoke": provocation(418, map[string]string{"Prefer": "x"})}, "provoke[0].status", "got 418"},
		{"a success", edits{"provoke": provocation(200, map[string]string{"Prefer": "x"})}, "provoke[0].status", "got 200"},
		{"no status to provoke", edits{"provoke": []any{map[string]any{"headers": map[string]string{"Prefer": "x"}}}}, "provoke[0].status", "got 0"},
		{"a status provoked twice", edits{"provoke": []any{map[string]any{"status": 429, "headers": map[string]string{"A": "x"}}, map[string]any{"status": 429, "headers": map[string]string{"A": "y"}}}}, "provoke[1].status", "429 again"},
		{"a burst for 500", burst(500, 100, "10s", "ListAccounts"), "provoke[0].burst", "one for 500"},
		{"a burst of nothing", burst(429, 100, "10s"), "provoke[0].burst.operations", "an empty list"},
		{"a burst of creations", burst(429, 100, "10s", "CreateAccountAccessConsent"), "provoke[0].burst.operations[0]", `"CreateAccountAccessConsent"`},
		{"a burst of discovery, which documents no 429", burst(429, 100, "10s", "GetDiscovery"), "provoke[0].burst.operations[0]", `"GetDiscovery"`},
		{"a burst of deletions", burst(429, 100, "10s", "ListAccounts", "DeleteClient"), "provoke[0].burst.operations[1]", `"DeleteClient"`},
		{"a burst twice", burst(429, 100, "10s", "ListAccounts", "ListAccounts"), "provoke[0].burst.operations[1]", "again"},
		{"a burst of one", burst(429, 1, "10s", "ListAccounts"), "provoke[0].burst.requests", "got 1"},
		{"a burst without end", burst(429, 501, "59s", "ListAccounts"), "provoke[0].burst.requests", "got 501"},
		{"a burst in no time", burst(429, 100, "0s", "ListAccounts"), "provoke[0].burst.within", "got 0s"},
		{"a burst that is too quick", burst(429, 101, "2s", "ListAccounts"), "provoke[0].burst.within", "at most 100 a second"},
		{"a burst that is too long", burst(429, 100, "61s", "ListAccounts"), "provoke[0].burst.within", "got 1m1s"},
		{"a burst of half a spec", edits{"timeouts.spec": "20s", "target.settleTime": "1s", "provoke": burst(429, 100, "10s", "ListAccounts")["provoke"]}, "provoke[0].burst.within", "less than half of timeouts.spec"},
		{"no header", edits{"provoke": provocation(429, map[string]string{})}, "provoke[0].headers", "got none"},
		{"an empty header name", edits{"provoke": provocation(429, map[string]string{"": "x"})}, "provoke[0].headers", "header names"},
		{"a broken header name", edits{"provoke": provocation(429, map[string]string{"A B": "x"})}, "provoke[0].headers", `"A B"`},
		{"an empty header value", edits{"provoke": provocation(429, map[string]string{"A": ""})}, "provoke[0].headers.A", "visible ASCII"},
		{"a header value of two lines", edits{"provoke": provocation(429, map[string]string{"A": planted + "\nB: x"})}, "provoke[0].headers.A", "visible ASCII"},
		{"a header in two cases", edits{"provoke": provocation(429, map[string]string{"Prefer": "x", "prefer": "y"})}, "provoke[0].headers.prefer", "again"},
		{"a header of the request's own", edits{"provoke": provocation(401, map[string]string{"authorization": planted})}, "provoke[0].headers.authorization", "have already"},
		{"no time to connect", edits{"timeouts.connect": "0s"}, "timeouts.connect", "more than 0s"},
		{"a negative time-out", edits{"timeouts.request": "-1s"}, "timeouts.request", "got -1s"},
		{"a request shorter than its connection", edits{"timeouts.request": "4999ms"}, "timeouts.request", "no less than timeouts.connect"},
		{"a spec shorter than a request", edits{"timeouts.spec": "14s", "target.settleTime": "0s"}, "timeouts.spec", "no less than timeouts.request"},
		{"a run shorter than a spec", edits{"timeouts.run": "119s"}, "timeouts.run", "no less than timeouts.spec"},
		{"no bytes", edits{"limits.responseBytes": 0}, "limits.responseBytes", "1 to 536870912 bytes"},
		{"no values", edits{"limits.jsonValues": 0}, "limits.jsonValues", "got 0"},
		{"too many values", edits{"limits.jsonValues": mostJSONValues + 1}, "limits.jsonValues", "got 10000001"},
		{"negative bytes", edits{"limits.headerBytes": -1}, "limits.headerBytes", "got -1"},
		{"too many bytes", edits{"limits.headerBytes": mostHeaderBytes + 1}, "limits.headerBytes", "got 16777217"},
		{"no level", edits{"failOn": []any{}}, "failOn", "an empty list"},
		{"another level", edits{"failOn": []any{"doc", "warn"}}, "failOn[1]", `"warn"`},
		{"a level twice", edits{"failOn": []any{"doc", "doc"}}, "failOn[1]", "again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("c.json", edited(t, c.edits), dir, testEnviron())
			problems := problemsOf(t, err)
			if len(problems) != 1 || problems[0].Key != c.key || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant one problem of %s with %q", err, c.key, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), planted) || !strings.HasPrefix(err.Error(), "c.json: ")) {
				t.Errorf("a problem without its file, or with a secret: %v", err)
			}
		})
	}
}

func TestPathsBecomeIndependentOfTheFolder(t *testing.T) {
	dir := testFolder(t)
	cfg, err := Parse("c.json", edited(t, with(withTLS, with(withKey, edits{"tls.caFile": "certificate.pem"}))), dir, testEnviron())
	if err != nil {
		t.Fatal(err)
	}
	for want, got := range map[string]string{
		"certificate.pem": cfg.TLS.CAFile, "transport.key": cfg.TLS.KeyFile, "signing.pkcs8.key": cfg.Client.SigningKeyFile,
	} {
		if got != dir+"/"+want {
			t.Errorf("got %s, want %s in %s", got, want, dir)
		}
	}
}
