package main_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"obconform/harness/mockbank"
)

// signWith has the configuration name a signing key in that form.
func (s *secured) signWith(form string) {
	s.t.Helper()
	c := s.credentials
	text, kid := c.SigningKeyPEM, c.SigningKeyID
	if strings.Contains(form, "EC") {
		text, kid = c.CurveKeyPEM, c.CurveKeyID
	}
	block, _ := pem.Decode([]byte(text))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		s.t.Fatal(err)
	}
	settings := map[string]any{"client.signingKeyFile": "own-signing-key", "client.signingKeyId": kid}
	switch form {
	case "RSA, PKCS#1":
		text = pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key.(*rsa.PrivateKey)))
	case "EC, SEC 1":
		der, err := x509.MarshalECPrivateKey(key.(*ecdsa.PrivateKey))
		if err != nil {
			s.t.Fatal(err)
		}
		text = pemText("EC PRIVATE KEY", der)
	case "RSA, JWK", "EC, JWK":
		data, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: kid})
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(data)
		settings["client.signingKeyId"] = "" // the JWK says it
	}
	s.file("own-signing-key", text)
	s.amend(settings)
}

// proof tells how a token request proved its client, in the words of
// token_endpoint_auth_method, with the algorithm of what was signed.
func (one seen) proof() string {
	switch {
	case strings.HasPrefix(one.authorization, "Basic "):
		return "client_secret_basic"
	case one.form.Has("client_secret"):
		return "client_secret_post"
	case one.form.Has("client_assertion"):
		return "private_key_jwt " + algorithmOf(one.form.Get("client_assertion"))
	case one.form.Has("client_id") && one.client != "":
		return "tls_client_auth"
	}
	return "none"
}

// algorithmOf is the alg of a compact JWS.
func algorithmOf(token string) string {
	header, _, _ := strings.Cut(token, ".")
	var members struct{ Alg string }
	text, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || json.Unmarshal(text, &members) != nil {
		return ""
	}
	return members.Alg
}

// Each method of client authentication, with each kind and form of key, over
// mutual TLS and HTTP/2: the configured client and those that are registered.
func TestEveryClientAuthentication(t *testing.T) {
	t.Parallel()
	for method, forms := range map[string][]string{
		"client_secret_basic": {"RSA, PKCS#8", "EC, JWK"},
		"client_secret_post":  {"RSA, PKCS#1", "EC, SEC 1"},
		"private_key_jwt":     {"RSA, JWK", "EC, PKCS#8"},
		"tls_client_auth":     {"RSA, PKCS#8", "EC, JWK"},
	} {
		for _, form := range forms {
			t.Run(method+" "+form, func(t *testing.T) {
				t.Parallel()
				bank := secure(t, "", mockbank.Options{})
				bank.signWith(form)
				bank.amend(map[string]any{"client.authMethod": method, "registration.contentType": "application/jwt"})
				conformEssentially(t, bank.config).wantEssential(t)
				algorithm := "PS256"
				if strings.HasPrefix(form, "EC") {
					algorithm = "ES256"
				}
				bank.wantProof(method, algorithm)
				bank.wantVersions()
			})
		}
	}
}

// wantProof fails the test for a token request that was proved in another way,
// and for a request object signed with another algorithm. The second client of
// the configuration is another matter.
func (s *secured) wantProof(method, algorithm string) {
	s.t.Helper()
	want := method
	if method == "private_key_jwt" {
		want += " " + algorithm
	}
	requests := s.to(http.MethodPost, tokenPath)
	if len(requests) < 3 {
		s.t.Errorf("%d token requests", len(requests))
	}
	for _, one := range requests {
		if got := one.proof(); got != want {
			s.t.Errorf("a token request proves its client by %s, want %s", got, want)
		}
	}
	objects := s.to(http.MethodGet, "/oauth2/authorize")
	for _, one := range objects {
		if got := algorithmOf(one.query.Get("request")); got != algorithm {
			s.t.Errorf("a request object signed with %s, want %s", got, algorithm)
		}
	}
	if len(objects) == 0 {
		s.t.Error("no authorisation request")
	}
}

// wantVersions fails the test unless deletions came over HTTP/1.1, all else over
// HTTP/2, and all of it with our certificate.
func (s *secured) wantVersions() {
	s.t.Helper()
	for _, one := range s.all() {
		want := "HTTP/2.0"
		if one.method == http.MethodDelete {
			want = "HTTP/1.1"
		}
		if one.proto != want || one.client != "our TPP" {
			s.t.Errorf("%s %s over %s by %q, want %s", one.method, one.path, one.proto, one.client, want)
		}
	}
}

// A key that the bank does not know is refused by it, and the report says what
// it was that the bank refused.
func TestAnotherSigningKey(t *testing.T) {
	t.Parallel()
	bank, stranger := secure(t, "", mockbank.Options{}), newStranger(t)
	bank.amend(map[string]any{"client.authMethod": "private_key_jwt"})
	bank.file("signing-key.pem", stranger)
	r := conform(t, "--config", bank.config, "--label-filter", "clause:TOK-200")
	r.wantStatus(t, 1)
	wantText(t, r.out, "TOK-200", "the client proved itself by private_key_jwt, PS256 with the key "+strconv.Quote(bank.credentials.SigningKeyID))
}

// newStranger is an RSA key that no bank knows.
func newStranger(t *testing.T) string {
	t.Helper()
	made, err := mockbank.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	bank, err := mockbank.New(mockbank.Options{Keys: made, BaseURL: "https://another.test"})
	if err != nil {
		t.Fatal(err)
	}
	return bank.Credentials().SigningKeyPEM
}

// The client certificate in a PKCS#12 file does what a PEM pair does.
func TestPKCS12(t *testing.T) {
	t.Parallel()
	bank := secure(t, "", mockbank.Options{})
	bank.presentPKCS12(bank.client, "a password of ours")
	bank.amend(map[string]any{"client.authMethod": "tls_client_auth"})
	conformEssentially(t, bank.config).wantEssential(t)
	bank.wantProof("tls_client_auth", "PS256")
	bank.file("password.txt", "another password")
	e := obconform(t, "run", "--config", bank.config)
	e.wantStatus(t, 2)
	wantText(t, e.errors, "tls.pkcs12Password", "another one (not shown)")
}

// Certificates that do not do: each ends the run in its own way, and none passes.
func TestCertificatesThatDoNotDo(t *testing.T) {
	t.Parallel()
	for _, wrong := range []struct {
		name   string
		spoil  func(*secured)
		status int
		says   []string
	}{
		{"an authority that does not know the bank", func(s *secured) {
			s.file("ca.pem", pemText("CERTIFICATE", newAuthority(s.t, "another authority").certificate.Raw))
		}, 3, []string{"TLS failed", "unknown authority"}},
		{"the system's authorities", func(s *secured) { s.amend(map[string]any{"tls.caFile": ""}) }, 3, []string{"TLS failed", "unknown authority"}},
		{"a client certificate of another authority", func(s *secured) { s.present(newAuthority(s.t, "another authority").client(90)) },
			3, []string{"INCONCLUSIVE"}},
		{"no client certificate", func(s *secured) { s.amend(map[string]any{"tls": map[string]any{"caFile": "ca.pem"}}) }, 3, []string{"INCONCLUSIVE"}},
		{"a client certificate that has ended", func(s *secured) { s.present(s.ca.client(-1)) }, 2,
			[]string{"tls.certificateFile", "in force", "one that ended on "}},
		{"another certificate's key", func(s *secured) {
			s.present(s.client)
			key, err := x509.MarshalPKCS8PrivateKey(s.ca.client(90).PrivateKey)
			if err != nil {
				s.t.Fatal(err)
			}
			s.file("own-key.pem", pemText("PRIVATE KEY", key))
		}, 2, []string{"tls.keyFile", "another one"}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			t.Parallel()
			bank := secure(t, "", mockbank.Options{})
			wrong.spoil(bank)
			dir := t.TempDir()
			e := obconform(t, "run", "--config", bank.config, "--reports", dir, "--suite", "accounts")
			e.wantStatus(t, wrong.status)
			wantText(t, e.out+e.errors, wrong.says...)
			if reached := bank.all(); len(reached) > 0 {
				t.Errorf("%d requests reached the bank", len(reached))
			}
			if _, err := os.Stat(filepath.Join(dir, "junit.xml")); (err == nil) != (wrong.status == 3) {
				t.Errorf("junit.xml after exit status %d: %v", wrong.status, err)
			}
		})
	}
}

// A certificate that soon ends is warned of, where it is read and where it is
// kept, and judges nothing.
func TestACertificateThatSoonEnds(t *testing.T) {
	t.Parallel()
	bank := secure(t, "", mockbank.Options{})
	bank.present(bank.ca.client(20))
	r := conform(t, "--config", bank.config, "--label-filter", "clause:DIS-200")
	r.wantStatus(t, 0)
	const warning = "tls.certificateFile: the client certificate \"CN=our TPP,OU=0015800001041RbAAI,C=GB\" ends on "
	wantText(t, r.out, "warning ", warning)
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], warning) {
		t.Errorf("results.json has the warnings %q", r.Warnings)
	}
	checked := obconform(t, "config", "check", bank.config)
	checked.wantStatus(t, 0)
	wantText(t, checked.out, warning)
	bank.present(bank.client)
	if r := conform(t, "--config", bank.config, "--label-filter", "clause:DIS-200"); len(r.Warnings) > 0 || strings.Contains(r.out, "warning ") {
		t.Errorf("a warning of nothing: %q", r.Warnings)
	}
}

// HTTP/1.1 alone, and HTTP/2 alone, deletions included.
func TestOneVersionOfHTTP(t *testing.T) {
	t.Parallel()
	for version, proto := range map[string]string{"1.1": "HTTP/1.1", "2": "HTTP/2.0"} {
		bank := secure(t, "", mockbank.Options{})
		bank.amend(map[string]any{"target.httpVersion": version})
		conformEssentially(t, bank.config).wantEssential(t)
		if slices.ContainsFunc(bank.all(), func(one seen) bool { return one.proto != proto }) {
			t.Errorf("%s: not all of it over %s", version, proto)
		}
	}
}
