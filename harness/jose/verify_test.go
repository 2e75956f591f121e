package jose_test

import (
	"strings"
	"testing"
	"time"

	gojose "github.com/go-jose/go-jose/v4"

	"obconform/harness/jose"
)

func TestParseJWKS(t *testing.T) {
	valid := jwk(testKey(), nil)
	short := jwk(testKey(), object{"n": encode(testKey().N.Bytes()[:128])})
	ec := object{"kty": "EC", "crv": "P-256", "kid": "ec", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
	for _, c := range []struct {
		name  string
		keys  []any
		where string
		count int
	}{
		{"one key", []any{valid}, "", 1},
		{"one key without kid", []any{jwk(testKey(), object{"kid": nil})}, "", 1},
		{"a key without use and alg", []any{jwk(testKey(), object{"use": nil, "alg": nil})}, "", 1},
		{"key_ops with verify", []any{jwk(testKey(), object{"key_ops": []any{"verify"}})}, "", 1},
		{"beside an elliptic curve's", []any{valid, ec}, "", 2},
		{"beside an unknown type", []any{valid, object{"kty": "AKP", "kid": "new"}}, "", 1},
		{"beside an encryption key", []any{valid, jwk(testKey(), object{"kid": "enc", "use": "enc", "alg": nil})}, "", 2},
		{"no keys", []any{}, "/keys", 0},
		{"an elliptic curve's alone", []any{ec}, "/keys", 1},
		{"an encryption key alone", []any{jwk(testKey(), object{"use": "enc"})}, "/keys", 1},
		{"a key for RS256 alone", []any{jwk(testKey(), object{"alg": "RS256"})}, "/keys", 1},
		{"a key for encrypting by key_ops alone", []any{jwk(testKey(), object{"key_ops": []any{"encrypt"}})}, "/keys", 0},
		{"a key of 1024 bits alone", []any{short}, "/keys", 1},
		{"a doubled kid", []any{valid, jwk(otherKey(), nil)}, "/keys/1/kid", 2},
		{"a missing kid among two", []any{valid, jwk(otherKey(), object{"kid": nil})}, "/keys/1/kid", 2},
		{"a kid that is a number", []any{valid, jwk(otherKey(), object{"kid": 7})}, "/keys/1/kid", 1},
		{"an empty use", []any{valid, jwk(otherKey(), object{"kid": "u", "use": ""})}, "/keys/1/use", 1},
		{"an empty alg", []any{valid, jwk(otherKey(), object{"kid": "u", "alg": ""})}, "/keys/1/alg", 1},
		{"a use that is a number", []any{valid, jwk(otherKey(), object{"kid": "u", "use": 7})}, "/keys/1/use", 1},
		{"an empty kid", []any{valid, jwk(otherKey(), object{"kid": ""})}, "/keys/1/kid", 1},
		{"a private exponent", []any{valid, jwk(otherKey(), object{"kid": "p", "d": "AQAB"})}, "/keys/1/d", 1},
		{"a private prime", []any{valid, jwk(otherKey(), object{"kid": "p", "p": "AQAB"})}, "/keys/1/p", 1},
		{"a symmetric key", []any{valid, object{"kty": "oct", "kid": "s", "k": "AQAB"}}, "/keys/1/k", 1},
		{"a key that is no object", []any{valid, "key"}, "/keys/1", 1},
		{"a key without type", []any{valid, jwk(otherKey(), object{"kid": "x", "kty": nil})}, "/keys/1/kty", 1},
		{"a modulus that is no Base64url", []any{valid, jwk(otherKey(), object{"kid": "x", "n": "!"})}, "/keys/1", 1},
		{"a key without modulus", []any{valid, jwk(otherKey(), object{"kid": "x", "n": nil})}, "/keys/1", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, problems := jose.ParseJWKS(marshal(t, object{"keys": c.keys}))
			wants(t, problems, c.where)
			if set.Len() != c.count {
				t.Errorf("%d usable keys, want %d", set.Len(), c.count)
			}
		})
	}
	for name, document := range map[string]string{"not JSON": `{`, "a list": `[]`, "no keys member": `{}`, "keys an object": `{"keys":{}}`} {
		if _, problems := jose.ParseJWKS([]byte(document)); len(problems) != 1 {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestKeySetWith(t *testing.T) {
	one, two := keySet(t, jwk(testKey(), nil)), keySet(t, jwk(otherKey(), nil))
	for _, c := range []struct {
		set  jose.KeySet
		want int
	}{{one.With(one), 1}, {one.With(two), 2}, {one.With(jose.KeySet{}), 1}, {jose.KeySet{}.With(two), 1}} {
		if c.set.Len() != c.want {
			t.Errorf("%d keys, want %d", c.set.Len(), c.want)
		}
	}
	if one.Len() != 1 {
		t.Error("With changes its receiver")
	}
	body := []byte("{}")
	wants(t, jose.VerifyDetached(detached(t, detachedHeader(), body), body, two.With(one), now, 0), "")
}

func expectation() jose.IDTokenExpectation {
	return jose.IDTokenExpectation{Issuer: "https://bank", ClientID: "client", Nonce: "n-1",
		Algorithms: []string{"PS256", "none", "HS256"}, Now: now, Skew: time.Minute}
}

func idClaims() object {
	return object{"iss": "https://bank", "aud": "client", "sub": "consent", "nonce": "n-1",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "openbanking_intent_id": "consent"}
}

func TestVerifyIDTokenClaims(t *testing.T) {
	keys := keySet(t, jwk(testKey(), nil))
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, c := range []struct {
		name    string
		changes object
		where   string
	}{
		{"as it should be", nil, ""},
		{"the client among others", object{"aud": []any{"x", "client"}}, ""},
		{"a fractional iat", object{"iat": float64(now.Unix()) + 0.5}, ""},
		{"iat ahead within the skew", object{"iat": at(time.Minute)}, ""},
		{"exp past within the skew", object{"exp": at(-59 * time.Second)}, ""},
		{"no issuer", object{"iss": nil}, "claim iss"},
		{"another issuer", object{"iss": "https://bank/"}, "claim iss"},
		{"no audience", object{"aud": nil}, "claim aud"},
		{"another audience", object{"aud": "client2"}, "claim aud"},
		{"other audiences", object{"aud": []any{"x"}}, "claim aud"},
		{"an audience of objects", object{"aud": []any{object{}}}, "claim aud"},
		{"no subject", object{"sub": nil}, "claim sub"},
		{"an empty subject", object{"sub": ""}, "claim sub"},
		{"a subject that is a number", object{"sub": 1}, "claim sub"},
		{"no exp", object{"exp": nil}, "claim exp"},
		{"exp a string", object{"exp": "2030"}, "claim exp"},
		{"exp in the past", object{"exp": at(-time.Minute)}, "claim exp"},
		{"no iat", object{"iat": nil}, "claim iat"},
		{"iat ahead", object{"iat": at(61 * time.Second)}, "claim iat"},
		{"iat in milliseconds", object{"iat": now.UnixMilli()}, "claim iat"},
		{"a negative iat", object{"iat": -1}, "claim iat"},
		{"no nonce", object{"nonce": nil}, "claim nonce"},
		{"another nonce", object{"nonce": "n-2"}, "claim nonce"},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := signer(t).SignClaims(changed(idClaims(), c.changes))
			if err != nil {
				t.Fatal(err)
			}
			claims, problems := jose.VerifyIDToken(token, keys, expectation())
			wants(t, problems, c.where)
			if claims["openbanking_intent_id"] != "consent" {
				t.Errorf("claims %v", claims)
			}
		})
	}
	unsent := expectation()
	unsent.Nonce = ""
	token, err := signer(t).SignClaims(changed(idClaims(), object{"nonce": nil}))
	if err != nil {
		t.Fatal(err)
	}
	_, problems := jose.VerifyIDToken(token, keys, unsent)
	wants(t, problems, "")
}

func TestVerifyIDTokenSignature(t *testing.T) {
	s, keys := signer(t), keySet(t, jwk(testKey(), nil))
	must := func(token string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	valid := must(s.SignClaims(idClaims()))
	part := strings.Split(valid, ".")
	withHeader := func(header string) string {
		protected := encode([]byte(header))
		return protected + "." + part[1] + "." + rawPS256(t, testKey(), protected, []byte(part[1]))
	}
	for _, c := range []struct {
		name, token, where string
	}{
		{"valid", valid, ""},
		{"valid, no kid", withHeader(`{"alg":"PS256"}`), ""},
		{"signed by another key", must(s.SignWithForeignKey(idClaims())), "signature"},
		{"payload altered", must(jose.Tamper(valid, object{"x": 1})), "signature"},
		{"signature of another header", encode([]byte(`{"alg":"PS256","kid":"bank-1"}`)) + "." + part[1] + "." + part[2], "signature"},
		{"an empty signature", part[0] + "." + part[1] + ".", "signature"},
		{"alg none, though listed", must(s.SignNone(idClaims())), "header alg"},
		{"HS256 with the public key, though listed", must(s.SignHMACWithPublicKey(idClaims())), "header alg"},
		{"RS256, not listed", must(s.SignWith("RS256", idClaims())), "header alg"},
		{"no alg", withHeader(`{"kid":"bank-1"}`), "header alg"},
		{"an unknown kid", withHeader(`{"alg":"PS256","kid":"other"}`), "header kid"},
		{"a kid that is a number", withHeader(`{"alg":"PS256","kid":1}`), "header kid"},
		{"an empty kid", withHeader(`{"alg":"PS256","kid":""}`), "header kid"},
		{"a critical extension", withHeader(`{"alg":"PS256","kid":"bank-1","crit":["x"],"x":1}`), "header crit"},
		{"a doubled header member", withHeader(`{"alg":"PS256","kid":"bank-1","kid":"bank-1"}`), "token"},
		{"a header that is a list", withHeader(`[]`), "token"},
		{"nothing", "", "token"},
		{"four parts", valid + ".x", "token"},
		{"two parts", part[0] + "." + part[1], "token"},
		{"padding", part[0] + "." + part[1] + "=." + part[2], "token"},
		{"a line break in the signature", part[0] + "." + part[1] + "." + part[2] + "\n", "token"},
		{"a header in standard Base64", "+" + valid, "token"},
		{"a payload that is no JSON", must(s.SignPayload([]byte("text"))), "token"},
		{"a payload with a doubled claim", must(s.SignPayload([]byte(`{"iss":"a","iss":"b"}`))), "token"},
		{"a huge token", strings.Repeat("a", 1<<17), "token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := jose.VerifyIDToken(c.token, keys, expectation())
			wants(t, problems, c.where)
		})
	}
	_, problems := jose.VerifyIDToken(valid, jose.KeySet{}, expectation())
	wants(t, problems, "header kid")
	_, problems = jose.VerifyIDToken(valid, keySet(t, jwk(testKey(), nil), jwk(testKey(), object{"kid": "enc", "use": "enc", "alg": nil})), expectation())
	wants(t, problems, "")
}

const (
	obIAT = "http://openbanking.org.uk/iat"
	obISS = "http://openbanking.org.uk/iss"
	obTAN = "http://openbanking.org.uk/tan"
)

func detachedHeader() object {
	return object{"alg": "PS256", "kid": kid, "b64": false, "crit": []any{"b64", obIAT, obISS, obTAN},
		obIAT: now.Unix(), obISS: "CN=bank", obTAN: "openbanking.org.uk"}
}

func detached(t testing.TB, header object, body []byte) string {
	t.Helper()
	protected := encode(marshal(t, header))
	if header["b64"] != any(false) {
		body = []byte(encode(body))
	}
	return protected + ".." + rawPS256(t, testKey(), protected, body)
}

func TestVerifyDetachedHeader(t *testing.T) {
	keys, body := keySet(t, jwk(testKey(), nil)), []byte(`{"Data":{}}`)
	for _, c := range []struct {
		name    string
		changes object
		where   string
	}{
		{"as it should be", nil, ""},
		{"crit in another order", object{"crit": []any{obTAN, obISS, "b64", obIAT}}, ""},
		{"further members", object{"typ": "JOSE", "cty": "application/json"}, ""},
		{"iat ahead within the skew", object{obIAT: now.Add(time.Minute).Unix()}, ""},
		{"iat ahead", object{obIAT: now.Add(61 * time.Second).Unix()}, "header " + obIAT},
		{"iat a string", object{obIAT: "2026-03-04"}, "header " + obIAT},
		{"no iat", object{obIAT: nil}, "header " + obIAT},
		{"no iss", object{obISS: nil}, "header " + obISS},
		{"an empty iss", object{obISS: ""}, "header " + obISS},
		{"no tan", object{obTAN: nil}, "header " + obTAN},
		{"a tan that is a list", object{obTAN: []any{}}, "header " + obTAN},
		{"no kid", object{"kid": nil}, "header kid"},
		{"an unknown kid", object{"kid": "other"}, "header kid"},
		{"no alg", object{"alg": nil}, "header alg"},
		{"alg RS256", object{"alg": "RS256"}, "header alg"},
		{"alg none", object{"alg": "none"}, "header alg"},
		{"no b64", object{"b64": nil}, "header b64"},
		{"b64 true", object{"b64": true}, "header b64"},
		{"b64 a string", object{"b64": "false"}, "header b64"},
		{"no crit", object{"crit": nil}, "header crit"},
		{"crit without b64", object{"crit": []any{obIAT, obISS, obTAN}}, "header crit"},
		{"crit without iat", object{"crit": []any{"b64", obISS, obTAN}}, "header crit"},
		{"crit with a fifth name", object{"crit": []any{"b64", obIAT, obISS, obTAN, "exp"}}, "header crit"},
		{"crit with a name twice", object{"crit": []any{"b64", obIAT, obISS, obISS}}, "header crit"},
		{"crit a string", object{"crit": "b64"}, "header crit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signature := detached(t, changed(detachedHeader(), c.changes), body)
			wants(t, jose.VerifyDetached(signature, body, keys, now, time.Minute), c.where)
		})
	}
}

func TestVerifyDetachedSignature(t *testing.T) {
	keys, body := keySet(t, jwk(testKey(), nil)), []byte(`{"Data":{}}`)
	valid := detached(t, detachedHeader(), body)
	part := strings.Split(valid, ".")
	last := part[2][:len(part[2])-2]
	for _, c := range []struct {
		name, signature, body, where string
	}{
		{"valid", valid, string(body), ""},
		{"a space more in the body", valid, string(body) + " ", "signature"},
		{"an empty body", valid, "", "signature"},
		{"a cut-off signature", part[0] + ".." + last, string(body), "signature"},
		{"an empty signature", part[0] + "..", string(body), "signature"},
		{"the body in the middle", part[0] + "." + encode(body) + "." + part[2], string(body), "token"},
		{"two parts", part[0] + "." + part[2], string(body), "token"},
		{"text", "signature", string(body), "token"},
		{"padding", valid + "==", string(body), "token"},
		{"a header that is no JSON", encode([]byte("x")) + ".." + part[2], string(body), "token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wants(t, jose.VerifyDetached(c.signature, []byte(c.body), keys, now, time.Minute), c.where)
		})
	}
	wants(t, jose.VerifyDetached(valid, body, jose.KeySet{}, now, time.Minute), "header kid")
	wants(t, jose.VerifyDetached(valid, body, keySet(t, jwk(otherKey(), nil)), now, time.Minute), "signature")
}

// A salt of another length is another algorithm than PS256.
func TestVerifyDetachedSaltLength(t *testing.T) {
	body := []byte("{}")
	protected := encode(marshal(t, detachedHeader()))
	wants(t, jose.VerifyDetached(protected+".."+rawPSS(t, testKey(), protected, body, 20), body, keySet(t, jwk(testKey(), nil)), now, 0), "signature")
	wants(t, jose.VerifyDetached(protected+".."+rawPSS(t, testKey(), protected, body, 32), body, keySet(t, jwk(testKey(), nil)), now, 0), "")
}

// The library's own detached signatures are accepted: two ways to one format.
func TestVerifyDetachedAgreesWithGoJose(t *testing.T) {
	options := (&gojose.SignerOptions{}).WithBase64(false).WithHeader("kid", kid).
		WithHeader(obIAT, now.Unix()).WithHeader(obISS, "CN=bank").WithHeader(obTAN, "openbanking.org.uk").
		WithCritical(obIAT, obISS, obTAN)
	s, err := gojose.NewSigner(gojose.SigningKey{Algorithm: gojose.PS256, Key: testKey()}, options)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"Data":{"a":"b.c"}}`)
	signed, err := s.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signed.DetachedCompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	wants(t, jose.VerifyDetached(signature, body, keySet(t, jwk(testKey(), nil)), now, time.Minute), "")
}

func FuzzVerify(f *testing.F) {
	keys := keySet(f, jwk(testKey(), nil))
	body := []byte(`{}`)
	header := detachedHeader()
	f.Add(detached(f, header, body))
	token, err := signer(f).SignClaims(idClaims())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("e30..")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		if problems := jose.VerifyDetached(text, []byte("another body"), keys, now, time.Minute); len(problems) == 0 {
			t.Fatalf("verified %q over a body that was never signed", text)
		}
		if _, problems := jose.VerifyIDToken(text, keys, expectation()); len(problems) == 0 && text != token {
			t.Fatalf("verified %q, which was never signed", text)
		}
	})
}

func FuzzParseJWKS(f *testing.F) {
	f.Add(marshal(f, object{"keys": []any{jwk(testKey(), nil)}}))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, problems := jose.ParseJWKS(data)
		if len(problems) == 0 && set.Len() == 0 {
			t.Fatalf("no key and no problem in %q", data)
		}
	})
}
