package config

import (
	"strings"
	"testing"
)

func TestAJWKBringsItsIdentifier(t *testing.T) {
	dir := testFolder(t)
	for given, want := range map[any]string{absent{}: "kid of the JWK", "the target's name": "the target's name"} {
		cfg, err := Parse("c.json", edited(t, edits{"client.signingKeyFile": "signing.jwk", "client.signingKeyId": given}), dir, testEnviron())
		if err != nil || cfg.Client.SigningKeyID != want {
			t.Errorf("the identifier is %q, want %q (%v)", cfg.Client.SigningKeyID, want, err)
		}
	}
}

func TestWarningsOfCertificatesThatEndSoon(t *testing.T) {
	dir := testFolder(t)
	for name, c := range map[string]struct {
		edits edits
		want  string // the beginning of the one warning, empty for none
	}{
		"31 days left":               {with(withTLS, edits{"tls.certificateFile": "ends-in-31-days.pem"}), ""},
		"29 days left":               {with(withTLS, edits{"tls.certificateFile": "ends-in-29-days.pem"}), `c.json: tls.certificateFile: the client certificate "CN=tpp" ends on `},
		"PKCS#12, 29 days left":      {with(withP12, edits{"tls.pkcs12File": "ends-in-29-days.p12"}), `c.json: tls.pkcs12File: the client certificate "CN=tpp" ends on `},
		"an authority, 29 days left": {edits{"tls.caFile": "ends-in-29-days.pem"}, `c.json: tls.caFile: the authority "CN=tpp" ends on `},
		"an authority that ended":    {edits{"tls.caFile": "ended.pem"}, `c.json: tls.caFile: the authority "CN=tpp" ended on `},
	} {
		cfg, err := Parse("c.json", edited(t, c.edits), dir, testEnviron())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		warnings := cfg.Warnings()
		if (c.want == "") != (len(warnings) == 0) || len(warnings) > 1 || len(warnings) == 1 && !strings.HasPrefix(warnings[0], c.want) {
			t.Errorf("%s: %q, want %q", name, warnings, c.want)
		}
	}
}

func TestCertificateIsReadInEitherForm(t *testing.T) {
	dir := testFolder(t)
	for name, given := range map[string]edits{"none": nil, "pem": withTLS, "pkcs12": withP12,
		"leaf last": with(withP12, edits{"tls.pkcs12File": "leaf-last.p12"})} {
		cfg, err := Parse("c.json", edited(t, given), dir, testEnviron())
		if err != nil {
			t.Fatal(err)
		}
		pair, err := cfg.TLS.Certificate()
		if err != nil || (pair == nil) != (name == "none") {
			t.Fatalf("%s: %v, %v", name, pair, err)
		}
		want := map[string]int{"none": 0, "pem": 1, "pkcs12": 1, "leaf last": 2}[name]
		if pair != nil && (len(pair.Certificate) != want || pair.PrivateKey == nil) {
			t.Errorf("%s: a chain of %d", name, len(pair.Certificate))
		}
	}
}

// Where registrations are made and cannot be deleted, a user is told before.
func TestWarningOfRegistrationsThatStay(t *testing.T) {
	dir := testFolder(t)
	const loopback = "http://127.0.0.1:8080"
	for name, c := range map[string]struct {
		edits edits
		warns bool
	}{
		"a mock":                           {edits{"target.baseUrl": loopback, "registration.delete": false}, true},
		"a sandbox that may break":         {edits{"target.kind": "sandbox", "target.allowDestructive": true, "registration.delete": false}, true},
		"production that may break":        {edits{"target.kind": "production", "target.allowDestructive": true, "registration.delete": false}, true},
		"a sandbox where none are made":    {edits{"target.kind": "sandbox", "registration.delete": false}, false},
		"production where none are made":   {edits{"target.kind": "production", "registration.delete": false}, false},
		"a mock where they are deleted":    {edits{"target.baseUrl": loopback}, false},
		"a mock that does not register":    {edits{"target.baseUrl": loopback, "registration.register": false, "registration.delete": false}, false},
		"a sandbox where they are deleted": {edits{"target.kind": "sandbox", "target.allowDestructive": true}, false},
	} {
		cfg, err := Parse("c.json", edited(t, with(withRegistering, c.edits)), dir, testEnviron())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		const says = "c.json: registration.delete: the registrations that a run makes stay behind"
		if warnings := cfg.Warnings(); c.warns != (len(warnings) == 1) || c.warns && !strings.HasPrefix(warnings[0], says) {
			t.Errorf("%s: %q", name, warnings)
		}
	}
}
