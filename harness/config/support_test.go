package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// planted is a secret's value that must not show anywhere.
const planted = "pl4nted-s3cret-VALUE"

// testEnviron is the environment of a test's configuration.
func testEnviron(more ...string) []string {
	return append([]string{"PATH=/bin", "TEST_ID=client-one", "TEST_SECRET=" + planted, "TEST_EMPTY=", "test_lower=x"}, more...)
}

// minimal is the shortest configuration that is valid.
const minimal = `{
  "target": {"baseUrl": "https://bank.example.com"},
  "client": {"id": {"env": "TEST_ID"}, "secret": {"env": "TEST_SECRET"}},
  "registration": {"register": false},
  "fixtures": {"debtorAccount": {"identification": "80200110203345"}}
}`

// absent takes a key out of a document.
type absent struct{}

// edited is the minimal configuration with values set at dotted keys.
func edited(t testing.TB, edits map[string]any) []byte {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal([]byte(minimal), &document); err != nil {
		t.Fatal(err)
	}
	for _, key := range sortedKeys(edits) {
		names := strings.Split(key, ".")
		object := document
		for _, name := range names[:len(names)-1] {
			if _, exists := object[name].(map[string]any); !exists {
				object[name] = map[string]any{}
			}
			object = object[name].(map[string]any)
		}
		last := names[len(names)-1]
		if _, remove := edits[key].(absent); remove {
			delete(object, last)
			continue
		}
		object[last] = edits[key]
	}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// problemsOf is the list behind a *Problems; any other error fails the test.
func problemsOf(t testing.TB, err error) []Problem {
	t.Helper()
	if err == nil {
		return nil
	}
	var problems *Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is %T, want *Problems", err)
	}
	if len(problems.List) == 0 {
		t.Fatal("an error without a problem")
	}
	return problems.List
}

// keysOf lists the keys of problems, sorted.
func keysOf(problems []Problem) []string {
	var keys []string
	for _, problem := range problems {
		keys = append(keys, problem.Key)
	}
	slices.Sort(keys)
	return keys
}

// material is PEM text of every kind that a configuration may name.
type material struct{ files map[string]string }

// testMaterial is made once: RSA keys are slow to make.
var testMaterial = sync.OnceValue(func() material {
	signing, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	must(err)
	transport, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tpp"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0), IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, transport.Public(), transport)
	must(err)
	dated := func(begins, ends time.Duration) []byte {
		of := *template
		of.NotBefore, of.NotAfter = time.Now().Add(begins), time.Now().Add(ends)
		der, err := x509.CreateCertificate(rand.Reader, &of, &of, transport.Public(), transport)
		must(err)
		return der
	}
	const day = 24 * time.Hour
	curve, err := x509.MarshalPKCS8PrivateKey(other)
	must(err)
	otherCurve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(err)
	otherCurveDER, err := x509.MarshalPKCS8PrivateKey(otherCurve)
	must(err)
	jwk, err := json.Marshal(jose.JSONWebKey{Key: other, KeyID: "kid of the JWK"})
	must(err)
	transportDER, err := x509.MarshalPKCS8PrivateKey(transport)
	must(err)
	otherDER, err := x509.MarshalECPrivateKey(other)
	must(err)
	signingDER, err := x509.MarshalPKCS8PrivateKey(signing)
	must(err)
	return material{map[string]string{
		"certificate.pem":     pemText("CERTIFICATE", certificate),
		"transport.key":       pemText("PRIVATE KEY", transportDER),
		"other.key":           pemText("EC PRIVATE KEY", otherDER),
		"signing.pkcs8.key":   pemText("PRIVATE KEY", signingDER),
		"signing.pkcs1.key":   pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(signing)),
		"weak.key":            pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak)),
		"encrypted.key":       pemText("ENCRYPTED PRIVATE KEY", []byte("x")),
		"old-encrypted.key":   "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\neA==\n-----END RSA PRIVATE KEY-----\n",
		"signing.curve.key":   pemText("PRIVATE KEY", curve),
		"other-curve.key":     pemText("PRIVATE KEY", otherCurveDER),
		"signing.jwk":         string(jwk),
		"ends-in-29-days.pem": pemText("CERTIFICATE", dated(-day, 29*day+time.Hour)),
		"ends-in-31-days.pem": pemText("CERTIFICATE", dated(-day, 31*day)),
		"ended.pem":           pemText("CERTIFICATE", dated(-2*day, -time.Hour)),
		"begins-later.pem":    pemText("CERTIFICATE", dated(time.Hour, 90*day)),
		"client.p12":          p12(transport, certificate, planted),
		"legacy.p12":          legacyP12(transport, certificate, planted),
		"open.p12":            p12(transport, certificate, ""),
		"ended.p12":           p12(transport, dated(-2*day, -time.Hour), planted),
		"ends-in-29-days.p12": p12(transport, dated(-day, 29*day+time.Hour), planted),
		"foreign-key.p12":     p12(other, certificate, planted),
		"leaf-last.p12":       p12(other, certificate, planted, leafOf(other)),
		"broken.p12":          "not PKCS#12",
		"broken.key":          pemText("PRIVATE KEY", []byte("x")),
		"broken.pem":          pemText("CERTIFICATE", []byte("x")),
		"empty.pem":           "",
		"waivers.json":        `[]`,
		"software-statement":  "header.payload.signature\r\n",
		"two-lines":           "one\ntwo\n",
		"blank":               " \n",
		"byte-order-mark":     "\ufeffvalue",
		"long":                strings.Repeat("x", longestFile+1),
	}}
})

// p12 is a PKCS#12 file of a key, a certificate, and a chain.
func p12(key any, certificate []byte, password string, chain ...*x509.Certificate) string {
	return encodeP12(pkcs12.Modern2023, key, certificate, password, chain...)
}

// legacyP12 is encrypted as old software does.
func legacyP12(key any, certificate []byte, password string) string {
	return encodeP12(pkcs12.LegacyRC2, key, certificate, password)
}

func encodeP12(encoder *pkcs12.Encoder, key any, certificate []byte, password string, chain ...*x509.Certificate) string {
	parsed, err := x509.ParseCertificate(certificate)
	must(err)
	data, err := encoder.Encode(key, parsed, chain, password)
	must(err)
	return string(data)
}

// leafOf is a certificate for that key.
func leafOf(key *ecdsa.PrivateKey) *x509.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(err)
	certificate, err := x509.ParseCertificate(der)
	must(err)
	return certificate
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// testFolder holds the material as files.
func testFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range testMaterial().files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return dir
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
