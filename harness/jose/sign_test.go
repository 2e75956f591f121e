package jose_test

import (
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	gojose "github.com/go-jose/go-jose/v4"

	"obconform/harness/jose"
)

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// A curve's key signs ES256, and what negative cases need as well as an RSA key
// does.
func TestSignerOfACurve(t *testing.T) {
	key := curveKey(t, elliptic.P256())
	s, err := jose.NewSigner(key, kid)
	if err != nil {
		t.Fatal(err)
	}
	if s.Algorithm() != "ES256" || signer(t).Algorithm() != "PS256" {
		t.Errorf("the algorithms are %s and %s", s.Algorithm(), signer(t).Algorithm())
	}
	token, err := s.SignClaims(object{"iss": "tpp"})
	if err != nil {
		t.Fatal(err)
	}
	if header, payload, err := open(token, gojose.ES256, &key.PublicKey); err != nil || header.KeyID != kid || string(payload) != `{"iss":"tpp"}` {
		t.Errorf("%v, header %+v, payload %s", err, header, payload)
	}
	foreign, err := s.SignWithForeignKey(object{"iss": "tpp"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := open(foreign, gojose.ES256, &key.PublicKey); err == nil {
		t.Error("the foreign signature verifies with the client's key")
	}
	if _, err := s.SignHMACWithPublicKey(object{"iss": "tpp"}); err != nil {
		t.Error(err)
	}
	published, err := s.PublicJWKS()
	if err != nil || strings.Contains(string(published), `"d"`) || !strings.Contains(string(published), `"alg":"ES256"`) {
		t.Errorf("the public set is %s (%v)", published, err)
	}
	if _, err := jose.NewSigner(curveKey(t, elliptic.P384()), kid); err == nil {
		t.Error("a signer on P-384")
	}
}

func TestNewSignerRefuses(t *testing.T) {
	if _, err := jose.NewSigner(nil, kid); err == nil {
		t.Error("accepted without a key")
	}
	if _, err := jose.NewSigner(testKey(), ""); err == nil {
		t.Error("accepted without a kid")
	}
}

// open verifies a compact JWS independently of the package under test.
func open(token string, alg gojose.SignatureAlgorithm, key any) (header gojose.Header, payload []byte, err error) {
	parsed, err := gojose.ParseSignedCompact(token, []gojose.SignatureAlgorithm{alg})
	if err != nil {
		return header, nil, err
	}
	payload, err = parsed.Verify(key)
	return parsed.Signatures[0].Protected, payload, err
}

func TestSignClaims(t *testing.T) {
	token, err := signer(t).SignClaims(object{"iss": "tpp", "n": 1})
	if err != nil {
		t.Fatal(err)
	}
	header, payload, err := open(token, gojose.PS256, &testKey().PublicKey)
	if err != nil {
		t.Fatalf("does not verify: %v", err)
	}
	if header.KeyID != kid || header.ExtraHeaders["typ"] != "JWT" {
		t.Errorf("header %+v", header)
	}
	if string(payload) != `{"iss":"tpp","n":1}` {
		t.Errorf("payload %s", payload)
	}
	if _, err := signer(t).SignClaims(object{"f": func() {}}); err == nil {
		t.Error("signed what JSON cannot write")
	}
}

func TestSignPayload(t *testing.T) {
	token, err := signer(t).SignPayload([]byte("not JSON"))
	if err != nil {
		t.Fatal(err)
	}
	if _, payload, err := open(token, gojose.PS256, &testKey().PublicKey); err != nil || string(payload) != "not JSON" {
		t.Errorf("%q, %v", payload, err)
	}
}

func TestForgeries(t *testing.T) {
	s, claims := signer(t), object{"iss": "tpp"}
	make := func(token string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	public := &testKey().PublicKey
	valid := make(s.SignClaims(claims))
	if _, _, err := open(valid, gojose.PS256, public); err != nil {
		t.Fatalf("the valid twin does not verify: %v", err)
	}
	if _, _, err := open(make(s.SignWith("RS256", claims)), gojose.RS256, public); err != nil {
		t.Errorf("RS256: %v", err)
	}
	if _, err := s.SignWith("ES256", claims); err == nil {
		t.Error("signed ES256 with an RSA key")
	}
	foreign := make(s.SignWithForeignKey(claims))
	if _, _, err := open(foreign, gojose.PS256, public); err == nil {
		t.Error("the foreign key's signature verifies")
	}
	if strings.Split(foreign, ".")[0] != strings.Split(valid, ".")[0] || strings.Split(foreign, ".")[1] != strings.Split(valid, ".")[1] {
		t.Error("a foreign key changes more than the signature")
	}
	tampered := make(jose.Tamper(valid, object{"iss": "someone else"}))
	if _, _, err := open(tampered, gojose.PS256, public); err == nil {
		t.Error("the tampered token verifies")
	}
	if part := strings.Split(tampered, "."); part[0] != strings.Split(valid, ".")[0] || part[2] != strings.Split(valid, ".")[2] {
		t.Error("tampering changes more than the payload")
	}
}

func TestSignNone(t *testing.T) {
	token, err := signer(t).SignNone(object{"iss": "tpp"})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"alg":"none","kid":"bank-1","typ":"JWT"}`; string(header) != want || len(parts) != 3 || parts[2] != "" {
		t.Errorf("header %s, parts %q", header, parts)
	}
}

func TestSignHMACWithPublicKey(t *testing.T) {
	token, err := signer(t).SignHMACWithPublicKey(object{"iss": "tpp"})
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	cut := strings.LastIndex(token, ".")
	mac := hmac.New(sha256.New, pemBlock("PUBLIC KEY", der))
	mac.Write([]byte(token[:cut]))
	if got := token[cut+1:]; got != encode(mac.Sum(nil)) {
		t.Error("the signature is not HMAC-SHA256 keyed with the PEM text of the public key")
	}
}

func TestTamper(t *testing.T) {
	token, err := signer(t).SignClaims(object{"a": 1, "b": 12345678901234567})
	if err != nil {
		t.Fatal(err)
	}
	altered, err := jose.Tamper(token, object{"a": nil, "c": true})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(altered, ".")[1])
	if want := `{"b":12345678901234567,"c":true}`; err != nil || string(payload) != want {
		t.Errorf("got %s, %v, want %s", payload, err, want)
	}
	for name, c := range map[string]struct {
		token   string
		changes object
	}{
		"no change":           {token, object{"a": 1}},
		"two parts":           {"e30.e30", object{"a": 2}},
		"no Base64url":        {"e30.!.x", object{"a": 2}},
		"a payload of null":   {"e30." + encode([]byte("null")) + ".x", object{"a": 2}},
		"a value beyond JSON": {token, object{"a": func() {}}},
	} {
		if _, err := jose.Tamper(c.token, c.changes); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func claimsOf(t *testing.T, token string) object {
	t.Helper()
	_, payload, err := open(token, gojose.PS256, &testKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var claims object
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestClientAssertion(t *testing.T) {
	first, err := signer(t).ClientAssertion("client", "https://bank/token", now)
	if err != nil {
		t.Fatal(err)
	}
	second, err := signer(t).ClientAssertion("client", "https://bank/token", now)
	if err != nil {
		t.Fatal(err)
	}
	claims, again := claimsOf(t, first), claimsOf(t, second)
	if claims["jti"] == again["jti"] || claims["jti"] == "" {
		t.Errorf("jti %v and %v are not unique", claims["jti"], again["jti"])
	}
	delete(claims, "jti")
	want := object{"iss": "client", "sub": "client", "aud": "https://bank/token",
		"iat": float64(now.Unix()), "exp": float64(now.Add(5 * time.Minute).Unix())}
	if !reflect.DeepEqual(claims, want) {
		t.Errorf("got %v, want %v", claims, want)
	}
}

func TestRequestObject(t *testing.T) {
	parameters := url.Values{"client_id": {"client"}, "response_type": {"code id_token"}, "redirect_uri": {"https://tpp/back"},
		"scope": {"openid accounts"}, "state": {"st"}, "nonce": {"no"}}
	token, err := signer(t).RequestObject("https://bank", parameters, "consent", "openbanking_intent_id", now)
	if err != nil {
		t.Fatal(err)
	}
	claims := claimsOf(t, token)
	delete(claims, "jti")
	intent := object{"openbanking_intent_id": object{"value": "consent", "essential": true}}
	at := float64(now.Unix())
	want := object{"iss": "client", "aud": "https://bank", "iat": at, "nbf": at, "exp": at + 300, "client_id": "client",
		"response_type": "code id_token", "redirect_uri": "https://tpp/back", "scope": "openid accounts", "state": "st",
		"nonce": "no", "claims": object{"id_token": intent, "userinfo": intent}}
	if !reflect.DeepEqual(claims, want) {
		t.Errorf("got %v, want %v", claims, want)
	}
	if _, err := signer(t).RequestObject("https://bank", url.Values{"exp": {"0"}}, "consent", "x", now); err == nil {
		t.Error("a parameter may replace a claim")
	}
}

func TestUnverifiedClaims(t *testing.T) {
	token, err := signer(t).SignClaims(object{"a": "b"})
	if err != nil {
		t.Fatal(err)
	}
	if claims, ok := jose.UnverifiedClaims(token); !ok || claims["a"] != "b" {
		t.Errorf("%v, %v", claims, ok)
	}
	for _, broken := range []string{"", "a.b", "e30.!.", "e30." + encode([]byte("[]")) + "."} {
		if claims, ok := jose.UnverifiedClaims(broken); ok {
			t.Errorf("%q has claims %v", broken, claims)
		}
	}
}

func TestPublicJWKS(t *testing.T) {
	data, err := signer(t).PublicJWKS()
	if err != nil {
		t.Fatal(err)
	}
	set, problems := jose.ParseJWKS(data)
	wants(t, problems, "")
	if set.Len() != 1 {
		t.Errorf("%d keys, want 1", set.Len())
	}
}
