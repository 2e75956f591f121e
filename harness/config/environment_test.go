package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestEnvName(t *testing.T) {
	for key, want := range map[string]string{
		"target.baseUrl":                "OBCONFORM_TARGET_BASE_URL",
		"failOn":                        "OBCONFORM_FAIL_ON",
		"client.id.env":                 "OBCONFORM_CLIENT_ID_ENV",
		"target.signatureJwksUrl":       "OBCONFORM_TARGET_SIGNATURE_JWKS_URL",
		"consents.codes.noPermission":   "OBCONFORM_CONSENTS_CODES_NO_PERMISSION",
		"target.paths.accounts":         "OBCONFORM_TARGET_PATHS_ACCOUNTS",
		"fixtures.debtorAccount.name":   "OBCONFORM_FIXTURES_DEBTOR_ACCOUNT_NAME",
		"registration.errorFormat.file": "OBCONFORM_REGISTRATION_ERROR_FORMAT_FILE",
	} {
		if got := EnvName(key); got != want {
			t.Errorf("EnvName(%s) = %s, want %s", key, got, want)
		}
	}
}

func TestVariableNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	keys := map[string]bool{}
	for _, variable := range Variables() {
		if other, taken := seen[variable.Name]; taken {
			t.Errorf("%s stands for %s and %s", variable.Name, other, variable.Key)
		}
		seen[variable.Name] = variable.Key
		keys[variable.Key] = true
	}
	for _, key := range Keys() {
		if !keys[key] {
			t.Errorf("%s has no variable", key)
		}
	}
	if len(keys) != len(Keys()) || len(keys) < 60 {
		t.Errorf("%d keys, %d of them with variables", len(Keys()), len(keys))
	}
}

// TestEveryKeyHasItsVariable sets each variable in turn to a value that is
// neither the default nor the file's, and looks where it arrives.
func TestEveryKeyHasItsVariable(t *testing.T) {
	dir := testFolder(t)
	base := edited(t, map[string]any{
		"client.signingKeyFile": "signing.pkcs1.key", "client.signingKeyId": "kid",
		"tls.certificateFile": "certificate.pem", "tls.keyFile": "transport.key",
		"tls.clientCertificate": "pem", "tls.pkcs12File": "client.p12", "tls.pkcs12Password": map[string]any{"env": "TEST_SECRET"},
		"proxy.url": "http://proxy.example.com:3128", "proxy.user": "me", "client.redirectUri": "https://tpp.example.com/callback",
		"secondClient.id": map[string]any{"env": "TEST_SECRET"}, "secondClient.secret": map[string]any{"env": "TEST_SECRET"},
	})
	before, err := Parse("c.json", base, dir, testEnviron())
	if err != nil {
		t.Fatal(err)
	}
	special := map[string]string{
		"target.baseUrl": "https://other.example.com", "client.redirectUri": "https://tpp.example.com/cb",
		"target.initialConsentStatus": `["Authorised"]`, "target.signatureJwksUrl": "https://bank.example.com/jwks",
		"target.allowedHosts": `["a.example.com:8443"]`, "target.kind": "sandbox", "target.rate.requestsPerSecond": "0.5",
		"target.notOffered":  `[{"clauses":["AAC-201"],"reason":"none"}]`,
		"target.httpVersion": "2",
		"proxy.url":          "http://other.example.com:3128", "proxy.noProxy": `["a.example.com"]`,
		"tls.clientCertificate": "pkcs12", "tls.pkcs12File": dir + "/./client.p12", "client.sendScopeOn": `["refresh_token"]`,
		"consents.responseMode": "fragment", "consents.tokenKind": "refresh",
		"client.authMethod": "client_secret_post", "client.signingKeyFile": "signing.pkcs8.key",
		"tls.caFile": "certificate.pem", "tls.certificateFile": dir + "/./certificate.pem", "tls.keyFile": dir + "/./transport.key",
		"registration.contentType": "application/jwt", "registration.managementAuth": "basic",
		"registration.errorFormat": "rfc7591", "registration.claims": `{"a":[1]}`,
		"consents.way": "headless", "consents.responseType": "code",
		"fixtures.currency": "USD", "fixtures.otherCurrency": "CHF", "fixtures.availableAmount": "1.00", "fixtures.unavailableAmount": "5.00",
		"provoke": `[{"status":500,"headers":{"Prefer":"code=500"}}]`, "failOn": `["adv"]`, "profile": "observed", "waivers": "waivers.json",
		"budgets.operations": `{"ListAccounts":"1s"}`,
		"timeouts.connect":   "4s", "timeouts.request": "20s", "timeouts.spec": "3m", "timeouts.run": "11m",
	}
	general := map[reflect.Kind]string{reflect.Bool: "", reflect.Int: "7", reflect.Int64: "7000", reflect.String: "changed"}
	for _, leaf := range leavesOf("", reflect.TypeFor[Config]()) {
		value, isSpecial := special[leaf.key]
		if !isSpecial {
			value = general[leaf.typ.Kind()]
		}
		was := valueAt(reflect.ValueOf(before), leaf.key)
		environ := testEnviron("OVERRIDE=changed")
		switch {
		case leaf.typ == secretType:
			environ = append(environ, EnvName(leaf.key)+"_ENV=OVERRIDE")
		case leaf.typ == durationType && !isSpecial:
			environ = append(environ, EnvName(leaf.key)+"=17s")
		case leaf.typ.Kind() == reflect.Bool:
			text, _ := json.Marshal(!was.(bool))
			environ = append(environ, EnvName(leaf.key)+"="+string(text))
		case strings.HasPrefix(leaf.key, "target.paths."):
			environ = append(environ, EnvName(leaf.key)+"=/changed")
		default:
			environ = append(environ, EnvName(leaf.key)+"="+value)
		}
		after, problems := readOnly(t, base, dir, environ)
		now := valueAt(reflect.ValueOf(after), leaf.key)
		if secret, ok := now.(Secret); ok {
			now, was = secret.Reveal(), ""
			if now != "changed" {
				t.Errorf("%s: the secret is not that of the variable", leaf.key)
			}
		}
		if reflect.DeepEqual(now, was) {
			t.Errorf("%s: still %v, problems %v", leaf.key, was, problems)
		}
		if leaf.key != "target.notOffered" && leaf.key != "consents.way" && leaf.key != "registration.register" && len(problems) > 0 {
			t.Errorf("%s: %v", leaf.key, problems)
		}
	}
}

// readOnly is Parse, giving the configuration even where it has problems: some
// keys cannot be changed alone.
func readOnly(t *testing.T, data []byte, dir string, environ []string) (Config, []Problem) {
	t.Helper()
	cfg, err := Parse("c.json", data, dir, environ)
	if err == nil {
		return cfg, nil
	}
	l := newLoader("c.json", dir, environ)
	document, _ := readDocument("", data, l.report)
	l.assign(reflect.ValueOf(l.cfg).Elem(), document, "")
	l.overlay()
	return *l.cfg, problemsOf(t, err)
}

func TestOverlay(t *testing.T) {
	dir := testFolder(t)
	for _, c := range []struct {
		name    string
		environ []string
		want    []string // each problem; none where it is valid
	}{
		{"the last of two counts", []string{"OBCONFORM_TIMEOUTS_RUN=soon", "OBCONFORM_TIMEOUTS_RUN=20m"}, nil},
		{"a file in place of a variable", []string{"OBCONFORM_CLIENT_SECRET_FILE=software-statement"}, nil},
		{"a secret's variable may be named like ours", []string{"OBCONFORM_CLIENT_SECRET_ENV=OBCONFORM_MY_OWN", "OBCONFORM_MY_OWN=x"}, nil},
		{"another program's variable", []string{"OBCONFORMANCE=1", "TARGET_BASE_URL=x"}, nil},
		{"no number", []string{"OBCONFORM_LIMITS_HEADER_BYTES=many"}, []string{"environment variable OBCONFORM_LIMITS_HEADER_BYTES: limits.headerBytes: expected JSON"}},
		{"a string for a number", []string{`OBCONFORM_LIMITS_HEADER_BYTES="1"`}, []string{"environment variable OBCONFORM_LIMITS_HEADER_BYTES: limits.headerBytes: expected a whole number, got a string"}},
		{"an empty boolean", []string{"OBCONFORM_REGISTRATION_GET="}, []string{"environment variable OBCONFORM_REGISTRATION_GET: registration.get: expected JSON"}},
		{"a rule", []string{"OBCONFORM_CLIENT_AUTH_METHOD=basic"}, []string{`environment variable OBCONFORM_CLIENT_AUTH_METHOD: client.authMethod: expected one of client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth, got "basic"`}},
		{"a rule of a neighbour", []string{"OBCONFORM_TARGET_NAME=x", "OBCONFORM_CLIENT_REDIRECT_URI=http://a"}, []string{"environment variable OBCONFORM_CLIENT_REDIRECT_URI: client.redirectUri: expected an absolute https address"}},
		{"not UTF-8", []string{"OBCONFORM_TARGET_NAME=\xff"}, []string{"environment variable OBCONFORM_TARGET_NAME: target.name: expected UTF-8"}},
		{"a misspelt variable", []string{"OBCONFORM_TARGET_BASEURL=" + planted}, []string{"environment variable OBCONFORM_TARGET_BASEURL: expected a known variable (did you mean OBCONFORM_TARGET_BASE_URL?), got an unknown one"}},
		{"an unknown variable", []string{"OBCONFORM_COLOUR=" + planted}, []string{"environment variable OBCONFORM_COLOUR: expected no such variable, got an unknown one"}},
		{"a secret's value", []string{"OBCONFORM_CLIENT_SECRET=" + planted}, []string{"environment variable OBCONFORM_CLIENT_SECRET: expected OBCONFORM_CLIENT_SECRET_ENV with the name of a variable"}},
		{"a secret's value as name", []string{"OBCONFORM_CLIENT_SECRET_ENV=" + planted}, []string{"environment variable OBCONFORM_CLIENT_SECRET_ENV: client.secret: expected the name of an environment variable, got one that is not set"}},
		{"a secret's both ways", []string{"OBCONFORM_CLIENT_SECRET_ENV=TEST_ID", "OBCONFORM_CLIENT_SECRET_FILE=software-statement"}, []string{"environment variable OBCONFORM_CLIENT_SECRET_ENV and OBCONFORM_CLIENT_SECRET_FILE: client.secret: expected exactly one of"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("c.json", []byte(minimal), dir, testEnviron(c.environ...))
			problems := problemsOf(t, err)
			if len(problems) != len(c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			for i, want := range c.want {
				if got := problems[i].String(); !strings.HasPrefix(got, want) || strings.Contains(got, planted) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestOverlayKeepsWhatItDoesNotName(t *testing.T) {
	data := edited(t, map[string]any{"target.paths": map[string]any{"accounts": "/file/accounts", "registration": "/file/dcr"}, "target.name": "file"})
	cfg, err := Parse("c.json", data, t.TempDir(), testEnviron("OBCONFORM_TARGET_PATHS_ACCOUNTS=/env", "OBCONFORM_CLIENT_SECRET_ENV=TEST_ID"))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Target.Paths["accounts"], cfg.Target.Paths["registration"], cfg.Target.Paths["discovery"],
		cfg.Target.Name, cfg.Client.ID.Source(), cfg.Client.Secret.Source()}
	want := []string{"/env", "/file/dcr", "/open-banking/v3.0", "file", "env TEST_ID", "env TEST_ID"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
