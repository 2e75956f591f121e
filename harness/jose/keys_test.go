package jose_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gojose "github.com/go-jose/go-jose/v4"

	"obconform/harness/jose"
)

// curveKey makes a key on a curve.
func curveKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemBlock("PRIVATE KEY", der)
}

// privateJWK is a key as a JWK with members changed.
func privateJWK(t testing.TB, key any, changes object) []byte {
	t.Helper()
	var members object
	if err := json.Unmarshal(marshal(t, gojose.JSONWebKey{Key: key, KeyID: "from-the-jwk"}), &members); err != nil {
		t.Fatal(err)
	}
	return marshal(t, changed(members, changes))
}

func TestParsePrivateKey(t *testing.T) {
	curve := curveKey(t, elliptic.P256())
	sec1, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want interface{ Equal(crypto.PrivateKey) bool }
		id   string
	}{
		"PKCS#1":               {pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())), testKey(), ""},
		"PKCS#8":               {pkcs8(t, testKey()), testKey(), ""},
		"after a certificate":  {append(pemBlock("CERTIFICATE", []byte("x")), pkcs8(t, testKey())...), testKey(), ""},
		"a curve's, PKCS#8":    {pkcs8(t, curve), curve, ""},
		"a curve's, SEC 1":     {append(pemBlock("EC PARAMETERS", []byte("x")), pemBlock("EC PRIVATE KEY", sec1)...), curve, ""},
		"JWK":                  {append([]byte("\n "), privateJWK(t, testKey(), nil)...), testKey(), "from-the-jwk"},
		"JWK with alg and use": {privateJWK(t, testKey(), object{"alg": "PS256", "use": "sig"}), testKey(), "from-the-jwk"},
		"JWK of a curve":       {privateJWK(t, curve, object{"alg": "ES256", "kid": nil}), curve, ""},
	} {
		if key, err := jose.ParsePrivateKey(c.data); err != nil || !c.want.Equal(key.Signer) || key.ID != c.id {
			t.Errorf("%s: %v, kid %q", name, err, key.ID)
		}
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":                     {nil, "a file without any"},
		"no PEM":                      {[]byte("hunter2"), "a file without any"},
		"a public key":                {pemBlock("PUBLIC KEY", []byte("x")), "a file without any"},
		"an encrypted key":            {pemBlock("ENCRYPTED PRIVATE KEY", []byte("x")), "an encrypted one"},
		"a cut-off PKCS#1 key":        {pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())[:50]), "cannot be parsed"},
		"a cut-off PKCS#8 key":        {pemBlock("PRIVATE KEY", sec1[:50]), "cannot be parsed"},
		"a cut-off SEC 1 key":         {pemBlock("EC PRIVATE KEY", sec1[:50]), "cannot be parsed"},
		"another curve's key":         {pkcs8(t, curveKey(t, elliptic.P384())), "EC on the curve P-384"},
		"a key of another kind":       {pkcs8(t, edwards), "another kind"},
		"too short a key":             {pemBlock("RSA PRIVATE KEY", shortKey(t)), "RSA of 1024 bits"},
		"JSON that is no JWK":         {[]byte(`{"hunter2":1}`), "no JWK"},
		"a public JWK":                {privateJWK(t, &testKey().PublicKey, nil), "not the private half"},
		"a symmetric JWK":             {privateJWK(t, []byte("hunter2hunter2"), nil), "not the private half"},
		"a JWK of another algorithm":  {privateJWK(t, testKey(), object{"alg": "RS256"}), "to sign PS256"},
		"a JWK to encrypt with":       {privateJWK(t, testKey(), object{"use": "enc"}), "to sign PS256"},
		"a JWK of another curve":      {privateJWK(t, curveKey(t, elliptic.P521()), nil), "EC on the curve P-521"},
		"a curve's JWK to sign PS256": {privateJWK(t, curve, object{"alg": "PS256"}), "to sign ES256"},
	} {
		if _, err := jose.ParsePrivateKey(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats the input", name)
		}
	}
}

// shortKey is the PKCS#1 form of a 1024-bit key, which the standard library
// makes only for tests that insist.
func shortKey(t *testing.T) []byte {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return x509.MarshalPKCS1PrivateKey(key)
}

func TestLoadSigner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	if _, err := jose.LoadSigner(file, kid); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a missing file: %v", err)
	}
	for content, ok := range map[string]bool{
		"no key": false,
		string(pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey()))): true,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := jose.LoadSigner(file, kid); (err == nil) != ok {
			t.Errorf("ok %v: %v", ok, err)
		} else if err != nil && !strings.Contains(err.Error(), file) {
			t.Errorf("the error does not name the file: %v", err)
		}
	}
}
