package mockbank_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"obconform/harness/mockbank"
)

// keepsSignatureRules wants a signature on the answers of the registration API
// that document one, and only there, and verifies it by hand: go-jose refuses
// the critical headers of Open Banking.
func (g got) keepsSignatureRules(f *fixture) {
	g.t.Helper()
	signature := g.header.Get("x-jws-signature")
	documented := slices.Contains([]int{201, 400, 403, 500}, g.status)
	if documented != (signature != "") {
		g.t.Errorf("%s %d: x-jws-signature %q", g.what, g.status, signature)
	}
	if signature == "" {
		return
	}
	if err := f.verifyDetached(signature, g.body); err != nil {
		g.t.Errorf("%s %d: %v", g.what, g.status, err)
	}
}

func (f *fixture) bankKey() *rsa.PublicKey {
	f.t.Helper()
	response, err := f.client.Get(f.url + "/oauth2/jwks")
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		f.t.Fatal(err)
	}
	return set.Keys[0].Key.(*rsa.PublicKey)
}

func (f *fixture) verifyDetached(signature string, body []byte) error {
	if err := verifyDetached(f.bankKey(), signature, body); err != nil {
		return err
	}
	protected, _, _ := strings.Cut(signature, ".")
	header, err := base64.RawURLEncoding.DecodeString(protected)
	if err != nil {
		return err
	}
	return checkSignatureHeader(header, f.clock.Now().Unix())
}

// verifyDetached holds a detached signature against the body, not its header.
func verifyDetached(key *rsa.PublicKey, signature string, body []byte) error {
	parts := strings.Split(signature, ".")
	if len(parts) != 3 || parts[1] != "" {
		return fmt.Errorf("not detached: %q", signature)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + string(body)))
	return rsa.VerifyPSS(key, crypto.SHA256, digest[:], raw, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}

func checkSignatureHeader(encoded []byte, now int64) error {
	var header struct {
		Alg, Kid string
		B64      *bool
		Crit     []string
		Iat      int64  `json:"http://openbanking.org.uk/iat"`
		Iss      string `json:"http://openbanking.org.uk/iss"`
		Tan      string `json:"http://openbanking.org.uk/tan"`
	}
	if err := json.Unmarshal(encoded, &header); err != nil {
		return err
	}
	slices.Sort(header.Crit)
	want := []string{"b64", "http://openbanking.org.uk/iat", "http://openbanking.org.uk/iss", "http://openbanking.org.uk/tan"}
	if header.Alg != "PS256" || header.Kid == "" || header.B64 == nil || *header.B64 || header.Iss == "" || header.Tan == "" ||
		header.Iat > now || !slices.Equal(header.Crit, want) {
		return fmt.Errorf("signature header %s", encoded)
	}
	return nil
}

func TestDetachedSignatureCoversTheBody(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	answer := f.send(f.registration(f.claims())).must(201)
	signature := answer.header.Get("x-jws-signature")
	if err := f.verifyDetached(signature, answer.body); err != nil {
		t.Error(err)
	}
	if err := f.verifyDetached(signature, append(answer.body, ' ')); err == nil {
		t.Error("the signature verifies over another body")
	}
}
