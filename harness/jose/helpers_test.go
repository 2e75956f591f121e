package jose_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/jose"
)

const kid = "bank-1"

var (
	now     = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	testKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
	otherKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
)

type object = map[string]any

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func signer(t testing.TB) *jose.Signer {
	t.Helper()
	s, err := jose.NewSigner(testKey(), kid)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// jwk is a public key as a JWK, with members changed: nil takes one out.
func jwk(key *rsa.PrivateKey, changes object) object {
	members := object{"kty": "RSA", "kid": kid, "use": "sig", "alg": "PS256",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())}
	return changed(members, changes)
}

func changed(members, changes object) object {
	out := object{}
	for name, value := range members {
		out[name] = value
	}
	for name, value := range changes {
		out[name] = value
		if value == nil {
			delete(out, name)
		}
	}
	return out
}

func keySet(t testing.TB, keys ...object) jose.KeySet {
	t.Helper()
	set, problems := jose.ParseJWKS(marshal(t, object{"keys": keys}))
	if len(problems) > 0 {
		t.Fatalf("the test's own key set: %+v", problems)
	}
	return set
}

// rawPS256 signs header + "." + payload as it stands.
func rawPS256(t testing.TB, key *rsa.PrivateKey, header string, payload []byte) string {
	t.Helper()
	return rawPSS(t, key, header, payload, sha256.Size)
}

// rawPSS is rawPS256 with a salt of any length, in bytes.
func rawPSS(t testing.TB, key *rsa.PrivateKey, header string, payload []byte, salt int) string {
	t.Helper()
	digest := sha256.Sum256(append([]byte(header+"."), payload...))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: salt})
	if err != nil {
		t.Fatal(err)
	}
	return encode(signature)
}

// wants fails unless exactly one problem, at where, is there; where "" wants none.
func wants(t *testing.T, problems []jose.Problem, where string) {
	t.Helper()
	switch {
	case where == "" && len(problems) > 0:
		t.Errorf("unexpected: %+v", problems)
	case where != "" && (len(problems) != 1 || problems[0].Where != where):
		t.Errorf("got %+v, want one problem at %q", problems, where)
	}
	for _, p := range problems {
		if p.Expected == "" || p.Actual == "" || strings.ContainsAny(p.Actual, "\n\x1b") {
			t.Errorf("badly worded: %+v", p)
		}
	}
}
