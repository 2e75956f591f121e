package tpp

import (
	"fmt"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/contract"
)

const aRegistration = `{"iss":"bank","iat":"1700000000","exp":"1800000000","aud":"c1","jti":"9a1c8a52-0f5d-4a51-8f0f-6f3a6f0a1b2c",
	"client_id":"c1","client_secret":"3fa85f64-5717-4562-b3fc-2c963f66afa6","redirect_uris":["https://tpp.example/a","https://tpp.example/b"],
	"tokenEndpointAuthMethod":"client_secret_basic","grant_types":["client_credentials","refresh_token"],"responseTypes":["code id_token"],
	"software_id":"s1","scope":"openid accounts","softwareStatement":"e30.e30.e30","applicationType":"web",
	"idTokenSignedResponseAlg":"PS256","requestObjectSigningAlg":"PS256","tokenEndpointAuthSigningAlg":"PS256","tls_client_auth_subject_dn":"CN=x"}`

// found runs a check and lists what it found, as "CLAUSE at place".
func found(c *Client, check func()) []string {
	before := len(c.spec.Findings)
	check()
	var list []string
	for _, f := range c.spec.Findings[before:] {
		list = append(list, fmt.Sprintf("%s at %s", f.Clause, f.Where))
	}
	return list
}

func wantFound(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("%s: found %q, want %q", what, got, want)
	}
}

func TestARegistrationIsReadAsItWasMade(t *testing.T) {
	c := testClient(t, "https://bank.example")
	made := c.testAnswer(t, contract.RegisterClient, 201, aRegistration)
	replaced := func(old, now string) string {
		if !strings.Contains(aRegistration, old) {
			t.Fatalf("no %s to replace", old)
		}
		return strings.Replace(aRegistration, old, now, 1)
	}
	for _, one := range []struct{ what, body, where string }{
		{"the same", aRegistration, ""},
		{"another spelling", replaced("tokenEndpointAuthMethod", "token_endpoint_auth_method"), ""},
		{"a number for digits", replaced(`"1700000000"`, `1700000000`), ""},
		{"another order of a list", replaced(`["client_credentials","refresh_token"]`, `["refresh_token","client_credentials"]`), ""},
		{"another order of scopes", replaced(`openid accounts`, `accounts openid`), ""},
		{"a masked secret", replaced("3fa85f64-5717-4562-b3fc-2c963f66afa6", "********"), ""},
		{"a secret masked like a UUID", replaced("3fa85f64-5717-4562-b3fc-2c963f66afa6", "00000000-0000-0000-0000-000000000000"), ""},
		{"no secret", replaced(`"client_secret":"3fa85f64-5717-4562-b3fc-2c963f66afa6",`, ""), ""},
		{"a secret masked but for its end", replaced("3fa85f64-5717-4562-b3fc-2c963f66afa6", "****afa6"), ""},
		{"a secret with a space", replaced("2c963f66afa6", "2c963f66afa6 "), "/client_secret"},
		{"another word for a secret", replaced("3fa85f64-5717-4562-b3fc-2c963f66afa6", "Reworded"), "/client_secret"},
		{"another secret", replaced("3fa85f64", "4fa85f64"), "/client_secret"},
		{"another issuer", replaced(`"iss":"bank"`, `"iss":"other"`), "/iss"},
		{"another iat", replaced(`1700000000`, `1700000001`), "/iat"},
		{"another client_id", replaced(`"client_id":"c1"`, `"client_id":"c2"`), "/client_id"},
		{"a redirect URI less", replaced(`,"https://tpp.example/b"`, ""), "/redirect_uris"},
		{"a grant more", replaced(`"refresh_token"`, `"refresh_token","authorization_code"`), "/grant_types"},
		{"response types torn apart", replaced(`"code id_token"`, `"code","id_token"`), "/responseTypes"},
		{"a scope less", replaced(`openid accounts`, `openid`), "/scope"},
		{"no scope", replaced(`"scope":"openid accounts",`, ""), "/scope"},
		{"another algorithm", replaced(`"idTokenSignedResponseAlg":"PS256"`, `"idTokenSignedResponseAlg":"RS256"`), "/idTokenSignedResponseAlg"},
		{"another statement", replaced(`e30.e30.e30`, `e30.e30.e31`), "/softwareStatement"},
		{"no subject", replaced(`,"tls_client_auth_subject_dn":"CN=x"`, ""), "/tls_client_auth_subject_dn"},
	} {
		var want []string
		if one.where != "" {
			want = []string{"DCR-GET-200 at " + one.where}
		}
		read := c.testAnswer(t, contract.GetClient, 200, one.body)
		wantFound(t, one.what, found(c, func() { read.CheckSameRegistration(contract.DcrGet200, made) }), want...)
	}
	more := c.testAnswer(t, contract.GetClient, 200, aRegistration)
	less := c.testAnswer(t, contract.RegisterClient, 201, replaced(`"jti":"9a1c8a52-0f5d-4a51-8f0f-6f3a6f0a1b2c",`, ""))
	wantFound(t, "a member that was not there", found(c, func() { more.CheckSameRegistration(contract.DcrGet200, less) }), "DCR-GET-200 at /jti")
	if strings.Contains(c.dump(t), "e30.e30") || strings.Contains(c.dump(t), "4fa85f64") {
		t.Error("a software statement or a secret is in the record")
	}
}

func TestWhatWasAskedForComesBackAlsoFromTheConfiguration(t *testing.T) {
	c := testClient(t, "https://bank.example")
	asked := Document{"redirect_uris": []any{"https://tpp.example/a", "https://tpp.example/b"}, "scope": "openid accounts",
		"grant_types": []string{"client_credentials", "refresh_token"}, "id_token_signed_response_alg": "PS256"}
	supported := map[string][]string{"id_token_signed_response_alg": {"ES256"}}
	check := func(body string) []string {
		return found(c, func() {
			c.testAnswer(t, contract.RegisterClient, 201, body).CheckRegistered(contract.Dcr201Echo, asked, supported)
		})
	}
	wantFound(t, "the same", check(aRegistration))
	wantFound(t, "another that discovery lists", check(strings.Replace(aRegistration, `"idTokenSignedResponseAlg":"PS256"`, `"idTokenSignedResponseAlg":"ES256"`, 1)))
	wantFound(t, "fewer redirect URIs", check(strings.Replace(aRegistration, `,"https://tpp.example/b"`, "", 1)), "DCR-201-ECHO at /redirect_uris")
	wantFound(t, "another algorithm", check(strings.Replace(aRegistration, `"idTokenSignedResponseAlg":"PS256"`, `"idTokenSignedResponseAlg":"RS256"`, 1)),
		"DCR-201-ECHO at /idTokenSignedResponseAlg")
	wantFound(t, "a wider scope", check(strings.Replace(aRegistration, `openid accounts`, `openid accounts payments`, 1)), "DCR-201-ECHO at /scope")
}

func TestAnUnsupportedValueIsRefusedOrReplaced(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	c.Discovery(t.Context())
	check := func(member string, status int, body string) []string {
		return found(c, func() {
			ends(func() {
				c.CheckRefusedOrReplaced(t.Context(), c.testAnswer(t, contract.RegisterClient, status, body), member, Unsupported)
			})
		})
	}
	const named = `{"Code":"invalid_client_metadata","Message":"no","Errors":[{"ErrorCode":"X.Y","Message":"no"}]}`
	wantFound(t, "refused", check("grant_types", 400, named))
	wantFound(t, "refused without its code", check("grant_types", 400, oneError), "DCR-400-ERROR at /Code")
	wantFound(t, "refused with 403", check("grant_types", 403, named), "DCR-400-METADATA at status")
	wantFound(t, "replaced", check("grant_types", 201, `{"grant_types":["client_credentials"]}`))
	wantFound(t, "taken", check("grant_types", 201, `{"grant_types":["client_credentials","obconform_unsupported"]}`), "DCR-400-METADATA at /grant_types")
	wantFound(t, "none left", check("grant_types", 201, `{"grant_types":[]}`), "DCR-400-METADATA at /grant_types")
	wantFound(t, "not shown", check("grant_types", 201, `{}`), "DCR-400-METADATA at /grant_types")
	wantFound(t, "a method not shown", check("token_endpoint_auth_method", 201, `{}`))
	wantFound(t, "a method taken", check("token_endpoint_auth_method", 201, `{"tokenEndpointAuthMethod":"obconform_unsupported"}`),
		"DCR-400-METADATA at /tokenEndpointAuthMethod")
	wantFound(t, "a scope left out", check("scope", 201, `{"scope":"openid accounts"}`))
	wantFound(t, "a scope taken", check("scope", 201, `{"scope":"openid obconform_unsupported"}`), "DCR-400-METADATA at /scope")
	wantFound(t, "response types of R4", check("response_types", 201, `{"responseTypes":["code id_token","refresh_token"]}`))
}

func TestARegistrationErrorNamesItsCode(t *testing.T) {
	for _, one := range []struct {
		what, format, body string
		status             int
		found              bool
	}{
		{"in Code", "", `{"Code":"invalid_redirect_uri"}`, 400, false},
		{"in the second ErrorCode", "", `{"Code":"400","Errors":[{"ErrorCode":"a"},{"ErrorCode":"invalid_redirect_uri"}]}`, 400, false},
		{"another one", "", `{"Code":"invalid_client_metadata"}`, 400, true},
		{"none", "", oneError, 400, true},
		{"none beside 403", "", oneError, 403, true},
		{"no body beside 401", "", "", 401, false},
		{"in error, not configured", "", `{"error":"invalid_redirect_uri"}`, 400, true},
		{"in error, configured", "rfc7591", `{"error":"invalid_redirect_uri"}`, 400, false},
		{"another in error, configured", "rfc7591", `{"error":"invalid_client_metadata"}`, 400, true},
	} {
		c := testClient(t, "https://bank.example", func(cfg *config.Config) { cfg.Registration.ErrorFormat = one.format })
		got := found(c, func() {
			c.testAnswer(t, contract.RegisterClient, one.status, one.body).CheckRegistrationError(InvalidRedirectURI)
		})
		if (len(got) > 0) != one.found {
			t.Errorf("%s: found %q", one.what, got)
		}
	}
}

func TestAScopeNeverRegisteredIsRefusedOrNarrowed(t *testing.T) {
	c := testClient(t, "https://bank.example")
	for _, one := range []struct {
		what, body, where string
		status            int
	}{
		{"refused", `{"error":"invalid_scope"}`, "", 400},
		{"refused by another name", `{"error":"invalid_request"}`, "/error", 400},
		{"refused with 401", `{"error":"invalid_scope"}`, "status", 401},
		{"narrowed and named", `{"scope":"accounts openid"}`, "", 200},
		{"granted", `{"scope":"accounts never"}`, "/scope", 200},
		{"granted silently", `{}`, "/scope", 200},
		{"named as nothing", `{"scope":" "}`, "/scope", 200},
	} {
		var want []string
		if one.where != "" {
			want = []string{"TOK-SCOPE at " + one.where}
		}
		answer := c.testAnswer(t, contract.RequestToken, one.status, one.body)
		wantFound(t, one.what, found(c, func() { ends(func() { answer.CheckScopeRefused(contract.TokScope, "never") }) }), want...)
	}
}

func TestAnInvalidClientIsChallengedByBasic(t *testing.T) {
	c := testClient(t, "https://bank.example")
	who := Identity{Method: "client_secret_basic"}
	for challenge, right := range map[string]bool{
		`Basic realm="x"`: true, `basic realm="x"`: true, `Basic`: true, `Bearer realm="a", Basic realm="b"`: true,
		`Bearer realm="a"`: false, `Basically`: false, ``: false,
	} {
		answer := c.testAnswer(t, contract.RequestToken, 401, `{"error":"invalid_client"}`)
		answer.Header.Add("WWW-Authenticate", challenge)
		if got := found(c, func() { answer.CheckInvalidClient(who) }); (len(got) == 0) != right {
			t.Errorf("%q: found %q", challenge, got)
		}
	}
}
