package tpp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"obconform/harness/audit"
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact/redacttest"
)

func secretsOf(cfg *config.Config) map[string]string {
	codes := &cfg.Consents.Codes
	planted := map[string]string{}
	for name, secret := range map[string]*config.Secret{
		"second-id": &cfg.SecondClient.ID, "second-secret": &cfg.SecondClient.Secret,
		"statement": &cfg.Registration.SoftwareStatement, "expired-statement": &cfg.Registration.ExpiredSoftwareStatement,
		"code-accounts": &codes.Accounts, "code-funds": &codes.Funds, "code-basic": &codes.Basic, "code-expired": &codes.Expired,
	} {
		planted[name] = name + `/planted "value" + 07`
		*secret = config.Literal(name, planted[name])
	}
	return planted
}

func TestRedactorTakesEverySecretOutOfEveryPlace(t *testing.T) {
	var planted map[string]string
	c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { planted = secretsOf(cfg) })
	c.learn(audit.AccessToken, "access-token/+ 1")
	c.learn(audit.AuthorizationCode, "code&of=the bank's")
	planted["client id"], planted["client secret"] = clientID, clientSecret
	planted["token"], planted["code"] = "access-token/+ 1", "code&of=the bank's"
	for kind, secret := range planted {
		for way, form := range redacttest.Ways(secret) {
			c.spec = newRecorder()
			address := &url.URL{Scheme: "https", Host: "bank.example", Path: "/path", RawQuery: "x=" + form}
			x := audit.Exchange{Operation: contract.GetAccountAccessConsent, Err: nil,
				Request:  audit.Request{Method: "GET", URL: address, Header: http.Header{"X-Test": {form}}, Body: []byte("before " + form + " after")},
				Response: &audit.Response{Status: 200, Header: http.Header{"X-Test": {form}}, Body: []byte(`{"a":"` + form + `"}`)}}
			c.record(x, audit.Result{Inconclusive: "reason " + form, Findings: []evidence.Finding{{Clause: contract.ComBody,
				Where: "/" + form, Expected: "not " + form, Actual: "but " + form}}})
			c.note("note %s", form)
			ends(func() { c.NotExercised("why " + form) })
			how := ends(func() { c.inconclusiveSpec("inconclusive " + form) })
			kept := c.dump(t)
			var again any
			if err := json.Unmarshal([]byte(kept), &again); err != nil {
				t.Fatal(err)
			}
			if redacttest.Shown(kept+how.message, secret) || strings.Contains(kept, "planted") {
				t.Errorf("the %s, %s, is kept: %.300s", kind, way, kept)
			}
			if exact := !strings.HasPrefix(way, "Base64 after"); exact && (!strings.Contains(kept, "before [") || !strings.Contains(kept, "] after")) {
				t.Errorf("the %s, %s, takes away what surrounds it: %.300s", kind, way, kept)
			}
		}
	}
}

func TestRedactorLeavesTheRestReadable(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { secretsOf(cfg) })
	for _, operation := range []contract.OperationID{contract.ListAccounts, contract.RegisterClient, contract.CreateFundsConfirmation} {
		if got := bodyOf(c, operation, beginning([]byte(oneError))); got != oneError {
			t.Errorf("%s: an error body became %s", operation, got)
		}
	}
	for _, text := range []string{"https://bank.example/aisp/accounts?page=2&encoded=%2Fpath", `{"Permissions":["ReadAccountsBasic"],"x":"\u00e9"}`, "status 400", ""} {
		if got := c.redactor.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := c.redactor.Header("Retry-After", "5"); got != "5" {
		t.Errorf("Retry-After became %q", got)
	}
}

func TestRedactorTakesPersonalMembersOutByTheirPlace(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	bodies := map[string]string{
		"members":          `{"Account":[{"SchemeName":"UK.OBIE.IBAN","Identification":"PRIVATE","SecondaryIdentification":"PRIVATE","Name":"PRIVATE \"x\" PRIVATE"}],"Nickname":"PRIVATE","Description" : "PRIVATE"}`,
		"a number":         `{"Identification": 4242424242PRIVATE, "SchemeName":"UK.OBIE.IBAN"}`,
		"an array":         `{"Name":["PRIVATE","PRIVATE"],"SchemeName":"UK.OBIE.IBAN"}`,
		"an object":        `{"Name":{"first":"PRIVATE","last":"PRIVATE"},"SchemeName":"UK.OBIE.IBAN"}`,
		"another case":     `{"SchemeName":"UK.OBIE.IBAN","identification":"PRIVATE","NAME":"PRIVATE"}`,
		"an escaped name":  `{"SchemeName":"UK.OBIE.IBAN","N\u0061me":"PRIVATE"}`,
		"cut off":          `{"SchemeName":"UK.OBIE.IBAN","Name":"PRIVATE PRIV`,
		"cut at an escape": `{"SchemeName":"UK.OBIE.IBAN","Name":"PRIVATE \`,
		"not JSON":         `SchemeName UK.OBIE.IBAN <p>"Name": "PRIVATE"</p>`,
		"invalid UTF-8":    "{\"SchemeName\":\"UK.OBIE.IBAN\",\"Name\":\"PRIVATE \xff\xfe PRIVATE\"}",
	}
	for name, body := range bodies {
		for _, operation := range []contract.OperationID{contract.GetAccount, contract.CreateFundsConfirmationConsent} {
			got := bodyOf(c, operation, beginning([]byte(body)))
			if strings.Contains(got, "PRIV") || !strings.Contains(got, "UK.OBIE.IBAN") {
				t.Errorf("%s, %s: %s", name, operation, got)
			}
		}
	}
	// The same words where they are no account's.
	if got := bodyOf(c, contract.RegisterClient, beginning([]byte(`{"Name":"kept"}`))); !strings.Contains(got, "kept") {
		t.Errorf("a registration became %s", got)
	}
}

func TestRedactorTakesUnknownCredentialsOutByTheirPlace(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	bodies := map[string]string{
		"token answer":   `{"token_type":"Bearer","access_token":"UNKNOWN","refresh_token":"UNKNOWN","id_token":"UNKNOWN"}`,
		"registration":   `{"token_type":"Bearer","client_secret":"UNKNOWN","registration_access_token":"UNKNOWN","software_statement":"UNKNOWN","softwareStatement":"UNKNOWN"}`,
		"cut off":        `{"token_type":"Bearer","access_token":"UNKNO`,
		"a number":       `{"token_type":"Bearer","access_token":1234UNKNOWN}`,
		"form":           `token_type=Bearer&code=UNKNOWN&client_secret=UNKNOWN&client_assertion=UNKNOWN&refresh_token=UNKNOWN`,
		"form beginning": `code=UNKNOWN&x=token_type`,
		"error":          `{"token_type":"","error":"invalid_grant","code":"UNKNOWN"}`,
	}
	for name, body := range bodies {
		if got := bodyOf(c, contract.RequestToken, beginning([]byte(body))); strings.Contains(got, "UNKN") || !strings.Contains(got, "token_type") {
			t.Errorf("%s: %s", name, got)
		}
	}
	const location = "https://tpp.example/cb#state=kept&code=UNKNOWN&access_token=UNKNOWN"
	if got := c.redactor.Header("Location", location); strings.Contains(got, "UNKN") || !strings.Contains(got, "state=kept") {
		t.Errorf("Location became %s", got)
	}
}

func TestRedactorHeaders(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	c.learn(audit.AccessToken, "known-token-1")
	for _, tc := range []struct{ name, value, want string }{
		{"Authorization", "Bearer known-token-1", "Bearer [access token]"},
		{"Authorization", "Bearer unknown-token", "Bearer [credential]"},
		{"Authorization", "Bearer known-token-1x", "Bearer [credential]"},
		{"authorization", `Digest username="u", response="r"`, "Digest [credential]"},
		{"Authorization", "a-credential-without-a-scheme", "[credential]"},
		{"Authorization", "a.credential with/spaces", "[credential]"},
		{"Authorization", "", "[credential]"},
		{"Proxy-Authorization", "Basic dTpw", "Basic [credential]"},
		{"Set-Cookie", "session=1; Path=/", "[cookie]"},
		{"Cookie", "session=1", "[cookie]"},
		{"X-Other", "known-token-1", "[access token]"},
		{"X-Other", "ordinary", "ordinary"},
	} {
		if got := c.redactor.Header(tc.name, tc.value); got != tc.want {
			t.Errorf("%s: %q became %q, want %q", tc.name, tc.value, got, tc.want)
		}
	}
}

func TestRedactorTakesShortSecretsOutToo(t *testing.T) {
	for _, secret := range []string{"pw", "pin1", "12345"} {
		c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { cfg.Client.Secret = config.Literal("secret", secret) })
		for _, text := range []string{"client_secret=" + secret + "&x=1", `{"a":"` + secret + `"}`, "x" + secret + "x",
			base64.StdEncoding.EncodeToString([]byte(clientID + ":" + secret))} {
			if got := c.redactor.Text(text); redacttest.Shown(got, secret) || got == text {
				t.Errorf("%q became %q", text, got)
			}
		}
	}
	// Nothing is no secret.
	c := testClient(t, "http://127.0.0.1:1", func(cfg *config.Config) { cfg.Client.Secret = config.Secret{} })
	if got := c.redactor.Text("as it was"); got != "as it was" {
		t.Errorf("an empty secret makes %q", got)
	}
}

func TestRedactorHugeBodies(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	filler := strings.Repeat("x", 10<<20)
	edge := filler[:4*maxBody-len(clientSecret)/2]
	for name, body := range map[string]string{
		"at its beginning": clientSecret + filler, "where it is cut": filler[:maxBody-5] + clientSecret + filler,
		"where reading ends": edge + clientSecret + filler, "everywhere": strings.Repeat(clientSecret+" ", 10<<20/len(clientSecret)),
		"a body of credentials": `{"access_token":"` + strings.Repeat("client/s", 10<<17) + `"}`,
	} {
		start := time.Now()
		got := bodyOf(c, contract.RequestToken, beginning([]byte(body)))
		if len(got) > maxBody+60 || strings.Contains(got, "client/s") {
			t.Errorf("%s: %d bytes are kept: %.80q … %q", name, len(got), got, got[max(0, len(got)-80):])
		}
		if took := time.Since(start); took > 10*time.Second { // far above what it takes, far below what a quadratic search would
			t.Errorf("%s: took %s", name, took)
		}
	}
	if got := bodyOf(c, contract.ListAccounts, beginning([]byte(filler))); !strings.HasSuffix(got, "(10485760 bytes in all)") {
		t.Errorf("the length is not told: %q", got[len(got)-60:])
	}
}

// bodyOf is a body as it is kept.
func bodyOf(c *Client, operation contract.OperationID, body rawBody) string {
	text, _ := c.body(operation, body)
	return text
}
