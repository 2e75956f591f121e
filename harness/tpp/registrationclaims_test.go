package tpp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/jose"
)

// Of a registration's claims nothing is hard-wired: each follows from the
// configuration, which can replace it or take it out.
func TestRegistrationClaimsFollowTheConfiguration(t *testing.T) {
	b := newBank(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := jose.NewSigner(key, "kid-2")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		edit  func(*config.Config)
		curve bool
		want  map[string]any // nil for a claim that must not be there
	}{
		"as it is": {func(*config.Config) {}, false, map[string]any{"iss": "software", "aud": b.URL, "response_types": []string{"code id_token"},
			"token_endpoint_auth_method": "client_secret_basic", "request_object_signing_alg": "PS256", "token_endpoint_auth_signing_alg": "PS256",
			"id_token_signed_response_alg": "PS256", "scope": "openid accounts fundsconfirmations", "tls_client_auth_subject_dn": nil}},
		"a key on a curve": {func(*config.Config) {}, true, map[string]any{"request_object_signing_alg": "ES256", "token_endpoint_auth_signing_alg": "ES256",
			"id_token_signed_response_alg": "PS256"}},
		"other scopes and a code": {func(cfg *config.Config) {
			cfg.Client.Scopes = config.Scopes{Accounts: "aisp", Funds: "cbpii"}
			cfg.Consents.ResponseType, cfg.Registration.Audience = "code", "the bank"
		}, false, map[string]any{"scope": "openid aisp cbpii", "response_types": []string{"code"}, "aud": "the bank"}},
		"a certificate": {func(cfg *config.Config) { cfg.Client.AuthMethod = "tls_client_auth" }, false,
			map[string]any{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=ours"}},
		"overridden": {func(cfg *config.Config) {
			cfg.Client.AuthMethod = "tls_client_auth"
			cfg.Registration.Claims = map[string]any{"tls_client_auth_subject_dn": "C=GB,CN=ours", "org_id": 1, "iss": "me",
				"response_types": nil, "software_id": nil, "never_there": nil}
		}, false, map[string]any{"tls_client_auth_subject_dn": "C=GB,CN=ours", "org_id": 1, "iss": "me", "response_types": nil, "software_id": nil, "never_there": nil}},
	} {
		c := signingClient(t, b, tc.edit)
		c.subject = "CN=ours"
		if tc.curve {
			c.signer = curve
		}
		var claims Document
		mustRun(t, func() { claims = c.RegistrationClaims(t.Context()) })
		for claim, want := range tc.want {
			got, present := claims[claim]
			if present != (want != nil) || present && !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s is %v, want %v", name, claim, got, want)
			}
		}
	}
}

// What was not asked for is the bank's choice.
func TestClaimsThatWereTakenOutAreNotHeldAgainstTheAnswer(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	answer := c.testAnswer(t, contract.RegisterClient, 201, `{"redirect_uris":["https://a"],"grant_types":["x"],"scope":"y","token_endpoint_auth_method":"z"}`)
	supported := map[string][]string{"token_endpoint_auth_method": {"client_secret_basic"}}
	answer.CheckRegistered(contract.Dcr201Echo, Document{}, supported)
	if len(c.spec.Findings) > 0 {
		t.Errorf("found %v", c.spec.Findings)
	}
	answer.CheckRegistered(contract.Dcr201Echo, Document{"redirect_uris": []string{"https://b"}, "grant_types": []string{"a"}, "scope": "b",
		"token_endpoint_auth_method": "client_secret_post"}, supported)
	if len(c.spec.Findings) != 4 {
		t.Errorf("found %v", c.spec.Findings)
	}
}

// A client that the bank does not know by its proof is reported with that.
func TestARefusedProofIsNamed(t *testing.T) {
	for method, want := range map[string]string{
		"client_secret_basic": "the client proved itself by client_secret_basic",
		"private_key_jwt":     `the client proved itself by private_key_jwt, PS256 with the key "kid-1"`,
		"tls_client_auth":     `the client proved itself by tls_client_auth, with the certificate "CN=ours"`,
	} {
		b := newBank(t)
		b.on("POST /token", reply(401, `{"error":"invalid_client"}`, "WWW-Authenticate", "Basic", "Cache-Control", "no-store"))
		c := signingClient(t, b, func(cfg *config.Config) { cfg.Client.AuthMethod, cfg.Client.SigningKeyID = method, "kid-1" })
		c.subject = "CN=ours"
		mustEnd(t, "failed", []string{"TOK-200", want}, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		b.on("POST /token", reply(400, `{"error":"invalid_scope"}`, "Cache-Control", "no-store"))
		c = signingClient(t, b)
		if how := ends(func() { c.Token(t.Context(), contract.ScopeAccounts) }); strings.Contains(how.message, "proved itself") {
			t.Errorf("%s: another refusal names the proof: %s", method, how.message)
		}
	}
}

// The second client has no key and no certificate of its own.
func TestTheSecondClientProvesItselfByItsSecret(t *testing.T) {
	for method, want := range map[string]string{"client_secret_basic": "client_secret_basic", "client_secret_post": "client_secret_post",
		"private_key_jwt": "client_secret_basic", "tls_client_auth": "client_secret_basic"} {
		c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) {
			cfg.Client.AuthMethod = method
			cfg.SecondClient = config.SecondClient{ID: config.Literal("id", "two"), Secret: config.Literal("secret", "2")}
		})
		if other, ok := c.Other(); !ok || other.Method != want {
			t.Errorf("%s: %+v", method, other)
		}
	}
}

// A client with a certificate uses the address that is for such, and names the
// token endpoint in its assertions all the same.
func TestAliasesForMutualTLS(t *testing.T) {
	for _, certificate := range []bool{false, true} {
		b := newBank(t)
		b.on("GET "+discoveryPath, reply(200, fmt.Sprintf(`{"issuer":%q,"token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/jwks",
			"mtls_endpoint_aliases":{"token_endpoint":"%[1]s/mtls/token"}}`, b.URL)))
		b.on("POST /mtls/token", tokenReply("access-token-1", 300))
		c := signingClient(t, b, func(cfg *config.Config) { cfg.Client.AuthMethod = "private_key_jwt" })
		used := "/token"
		if certificate {
			c.subject, used = "CN=ours", "/mtls/token"
		}
		mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		requests := b.got("POST", "/")
		if len(requests) != 1 || requests[0].URL.Path != used {
			t.Fatalf("with a certificate %t: %v", certificate, requests)
		}
		claims, _ := jose.UnverifiedClaims(formOf(t, requests[0].body).Get("client_assertion"))
		if claims["aud"] != b.URL+"/token" {
			t.Errorf("the audience is %v", claims["aud"])
		}
	}
}

// An assertion's audience is the token endpoint, or what the configuration says.
func TestAudienceOfAssertions(t *testing.T) {
	for configured, want := range map[string]string{"": "/token", "https://bank.example/issuer": "https://bank.example/issuer"} {
		b := newBank(t)
		c := signingClient(t, b, func(cfg *config.Config) {
			cfg.Client.AuthMethod, cfg.Client.AssertionAudience = "private_key_jwt", configured
		})
		mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		form := formOf(t, b.got("POST", "/token")[0].body)
		claims, ok := jose.UnverifiedClaims(form.Get("client_assertion"))
		if audience, _ := claims["aud"].(string); !ok || !strings.HasSuffix(audience, want) {
			t.Errorf("%q: the audience is %v, want %s", configured, claims["aud"], want)
		}
	}
}
