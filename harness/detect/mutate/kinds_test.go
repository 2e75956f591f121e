package mutate_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"obconform/harness/detect/mutate"
)

// answer is one with a bit of everything.
func answer(body string) mutate.Answer {
	return mutate.Answer{Status: 200, Body: []byte(body), Header: http.Header{
		"Content-Type": {"application/json"}, "X-Id": {"5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a11"}, "Retry-After": {"7"},
		"Location": {"https://client.example/back?state=s&code=abc1"}}}
}

// changed applies one mutation and demands that it does something.
func changed(t *testing.T, at, kind string, a mutate.Answer, sign mutate.Signer) mutate.Answer {
	t.Helper()
	before := string(a.Body)
	out, done := mutate.NewMutator(mutate.Mutation{Point: mutate.Point{At: at}, Kind: kind}, sign).Apply(a)
	if !done {
		t.Fatalf("%s: %s did nothing", at, kind)
	}
	if string(a.Body) != before {
		t.Fatalf("%s: %s changed the answer that it was given", at, kind)
	}
	return out
}

// Each kind of change of a member: what goes in, and what comes out, byte for byte.
func TestMembers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 600)
	for _, c := range []struct{ at, kind, in, out string }{
		{"/a", "drop", `{"a":1,"b":2}`, `{"b":2}`},
		{"/b", "drop", `{"a":1, "b":2 }`, `{"a":1 }`},
		{"/a", "drop", `{ "a" : 1 }`, `{  }`},
		{"/l/*", "drop", `{"l":[1,2]}`, `{"l":[2]}`},
		{"/l/*/a", "drop", `{"l":[{"a":1},{"a":2,"b":3}]}`, `{"l":[{},{"b":3}]}`},
		{"/a", "null", `{"a": "x"}`, `{"a": null}`},
		{"/", "null", `{"a":1}`, `null`},
		{"/", "retype", `{"a":1}`, `[{"a":1}]`},
		{"/a", "empty", `{"a":"x"}`, `{"a":""}`},
		{"/a", "empty", `{"a":[1]}`, `{"a":[]}`},
		{"/a", "empty", `{"a":{"b":1}}`, `{"a":{}}`},
		{"/a", "retype", `{"a":"x"}`, `{"a":1}`},
		{"/a", "retype", `{"a":"12"}`, `{"a":12}`},
		{"/a", "retype", `{"a":"012"}`, `{"a":1}`},
		{"/a", "retype", `{"a":12}`, `{"a":"12"}`},
		{"/a", "retype", `{"a":true}`, `{"a":"true"}`},
		{"/a", "retype", `{"a":["b"]}`, `{"a":"b"}`},
		{"/a", "retype", `{"a":{"b":1}}`, `{"a":[{"b":1}]}`},
		{"/a", "rename", `{"a": 1}`, `{"aX": 1}`},
		{"/Ab", "recase name", `{"Ab":1}`, `{"aB":1}`},
		{"/a", "name twice", `{"a": 1,"b":2}`, `{"a": 1,"a": 1,"b":2}`},
		{"/a", "lengthen", `{"a":"y"}`, `{"a":"y` + long + `"}`},
		{"/a", "add a space", `{"a":"y"}`, `{"a":"y "}`},
		{"/a", "recase", `{"a":"aB1"}`, `{"a":"Ab1"}`},
		{"/a", "replace word", `{"a":"Personal"}`, `{"a":"Reworded"}`},
		{"/a", "alter text", `{"a":"two words 9"}`, `{"a":"two words 0"}`},
		{"/a", "alter text", `{"a":"6f1b7f0e-01ff"}`, `{"a":"6f1b7f0e-01fa"}`},
		{"/a", "alter text", `{"a":"` + strings.Repeat("x1", 21) + `"}`, `{"a":"` + strings.Repeat("x1", 20) + `a1"}`},
		{"/a", "alter text", `{"a":"a1b2c3d4-01ff"}`, `{"a":"a1b2c3d4-01fa"}`}, // no word, though it begins with a letter
		{"/a", "shift date", `{"a":"2017-04-05T10:43:07+01:00"}`, `{"a":"2017-04-06T10:43:07+01:00"}`},
		{"/a", "strip zone", `{"a":"2017-04-05T10:43:07.5+01:00"}`, `{"a":"2017-04-05T10:43:07.5"}`},
		{"/a", "strip zone", `{"a":"2017-04-05T10:43:07Z"}`, `{"a":"2017-04-05T10:43:07"}`},
		{"/a", "day alone", `{"a":"2017-04-05T10:43:07Z"}`, `{"a":"2017-04-05"}`},
		{"/a", "increase", `{"a":41}`, `{"a":42}`},
		{"/a", "negate", `{"a":0}`, `{"a":-1}`},
		{"/a", "make a fraction", `{"a":1}`, `{"a":1.5}`},
		{"/a", "invert", `{"a":true}`, `{"a":false}`},
		{"/a", "double", `{"a":[1,2]}`, `{"a":[1,2,1,2]}`},
		{"/a", "reverse", `{"a":[1, 2]}`, `{"a":[2,1]}`},
		{"/a", "drop last", `{"a":[1,2]}`, `{"a":[1]}`},
		{"/a", "add a member", `{"a":{"b":1}}`, `{"a":{"b":1,"Added":"by nobody"}}`},
		{"/a", "add a member", `{"a":{}}`, `{"a":{"Added":"by nobody"}}`},
		{"/a", "another host", `{"a":"https://bank/x?y"}`, `{"a":"https://elsewhere.invalid/x?y"}`},
		{"/a", "another path", `{"a":"https://bank/x?y"}`, `{"a":"https://bank/elsewhere/x?y"}`},
		{"/a", "plain http", `{"a":"https://bank/x"}`, `{"a":"http://elsewhere.invalid/x"}`},
		{"/a~1b", "null", `{"a/b":1}`, `{"a/b":null}`},
	} {
		out := changed(t, c.at, c.kind, answer(c.in), nil)
		if string(out.Body) != c.out {
			t.Errorf("%s: %s of %s: expected %s, got %.80s", c.at, c.kind, c.in, c.out, out.Body)
		}
		if !json.Valid(out.Body) {
			t.Errorf("%s: %s of %s is not JSON any more", c.at, c.kind, c.in)
		}
	}
}

// What is not there cannot be changed, and what has no such type stays as it is.
func TestNothingToChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ at, kind, in string }{
		{"/b", "drop", `{"a":1}`}, {"/a", "invert", `{"a":1}`}, {"/a", "increase", `{"a":"x"}`}, {"/a", "shift date", `{"a":"soon"}`},
		{"/a", "empty", `{"a":""}`}, {"/a", "drop", `no JSON`}, {"/a", "drop", `{"a":1} {}`}, {"/a", "reverse", `{"a":[]}`},
		{"header Nowhere", "drop", `{}`}, {"header Location?none", "drop", `{}`}, {"body", "an empty object", `{}`},
		{"header X-Id", "damage signature", `{}`}, {"/t~claims/a", "drop", `{"t":"no token"}`},
	} {
		a := answer(c.in)
		if out, done := mutate.NewMutator(mutate.Mutation{Point: mutate.Point{At: c.at}, Kind: c.kind}, nil).Apply(a); done {
			t.Errorf("%s: %s of %s became %s", c.at, c.kind, c.in, out.Body)
		}
	}
}

// An identifier is swapped with another one that the same point has had.
func TestSwap(t *testing.T) {
	t.Parallel()
	m := mutate.NewMutator(mutate.Mutation{Point: mutate.Point{At: "/id"}, Kind: "swap identifiers"}, nil)
	for i, c := range []struct{ in, out string }{
		{`{"id":"one"}`, ""}, {`{"id":"two"}`, `{"id":"one"}`}, {`{"id":"one"}`, `{"id":"two"}`},
	} {
		out, done := m.Apply(answer(c.in))
		if done != (c.out != "") || done && string(out.Body) != c.out {
			t.Errorf("answer %d, %s: expected %s, got %s", i, c.in, c.out, out.Body)
		}
	}
}

// Each kind of change of a header.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at, kind string
		out      []string
	}{
		{"Content-Type", "drop", nil},
		{"Content-Type", "double", []string{"application/json", "application/json"}},
		{"Content-Type", "empty", []string{""}},
		{"Content-Type", "set text/plain", []string{"text/plain"}},
		{"Content-Type", "set application/json; charset=iso-8859-1", []string{"application/json; charset=iso-8859-1"}},
		{"X-Id", "double with another", []string{"5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a11", "5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a12"}},
		{"X-Id", "alter text", []string{"5f6f0c5e-9a0c-4c89-9a51-2d5c0f1b7a12"}},
		{"Retry-After", "negate", []string{"-8"}},
		{"Retry-After", "make a fraction", []string{"7.5"}},
		{"Location", "another host", []string{"https://elsewhere.invalid/back?state=s&code=abc1"}},
		{"Location?code", "drop", []string{"https://client.example/back?state=s"}},
		{"Location?code", "alter text", []string{"https://client.example/back?code=abc2&state=s"}},
		{"Location?code", "double", []string{"https://client.example/back?code=abc1&code=abc1&state=s"}},
		{"Location?state", "empty", []string{"https://client.example/back?code=abc1&state="}},
	} {
		name, _, _ := strings.Cut(c.at, "?")
		out := changed(t, "header "+c.at, c.kind, answer(`{}`), nil)
		if got := out.Header[name]; strings.Join(got, "|") != strings.Join(c.out, "|") || len(got) != len(c.out) {
			t.Errorf("%s: %s: expected %q, got %q", c.at, c.kind, c.out, got)
		}
	}
}

// Each kind of change of a body as a whole: what comes out is JSON, or is not.
func TestBodies(t *testing.T) {
	t.Parallel()
	const body = `{"a":"b"}`
	for _, c := range []struct {
		kind, out, mediaType string
		valid                bool
	}{
		{"double", body + body, "application/json", false},
		{"cut off the last byte", `{"a":"b"`, "application/json", false},
		{"byte-order mark", "\xef\xbb\xbf" + body, "application/json", false},
		{"in UTF-16", "\xff\xfe{\x00\"\x00a\x00\"\x00:\x00\"\x00b\x00\"\x00}\x00", "application/json", false},
		{"a byte that is not UTF-8", "{\"a\":\"b\xe9\"}", "application/json", true}, // Go's own check lets it pass
		{"garbage follows", body + "garbage", "application/json", false},
		{"another value follows", body + "{}", "application/json", false},
		{"a page of HTML", "<html><body>Something else</body></html>", "text/html", false},
		{"an empty object", "{}", "application/json", true},
		{"drop", "", "", false},
	} {
		out := changed(t, "body", c.kind, answer(body), nil)
		if string(out.Body) != c.out || out.Header.Get("Content-Type") != c.mediaType || json.Valid(out.Body) != c.valid {
			t.Errorf("%s: got %q of %q", c.kind, out.Body, out.Header.Get("Content-Type"))
		}
	}
	if out := changed(t, "body", "close the connection in the middle", answer(body), nil); !out.Cut || string(out.Body) != body {
		t.Errorf("the connection stays open: %+v", out)
	}
	if out := changed(t, "body", "text where there is none", answer(""), nil); string(out.Body) != "text" {
		t.Errorf("no text: %q", out.Body)
	}
}

// Another status takes the body along where HTTP allows one; a redirect does not.
func TestStatuses(t *testing.T) {
	t.Parallel()
	for kind, status := range map[string]int{"set 201": 201, "set 500": 500, "redirect 302": 302, "redirect 307": 307} {
		out := changed(t, "status", kind, answer(`{}`), nil)
		moved := strings.HasPrefix(kind, "redirect")
		if out.Status != status || moved != (out.Header.Get("Location") == "/elsewhere") || moved != (len(out.Body) == 0) {
			t.Errorf("%s: got %d %q, Location %q", kind, out.Status, out.Body, out.Header.Get("Location"))
		}
	}
	if out := changed(t, "status", "set 204", answer(`{}`), nil); len(out.Body) > 0 {
		t.Errorf("204 with the body %q", out.Body)
	}
}

// The answer of another operation comes with its media type.
func TestAnotherAnswer(t *testing.T) {
	t.Parallel()
	with := mutate.Answer{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("other")}
	m := mutate.NewMutator(mutate.Mutation{Point: mutate.Point{At: "body"}, Kind: "answer of GET /other 200", With: &with}, nil)
	out, done := m.Apply(answer(`{}`))
	if !done || string(out.Body) != "other" || out.Header.Get("Content-Type") != "text/plain" || out.Header.Get("X-Id") == "" {
		t.Errorf("got %q, %v", out.Body, out.Header)
	}
	if _, done := m.Apply(with); done {
		t.Error("an answer was swapped with itself")
	}
}

// key signs for a service that this test plays.
type key struct{ private *rsa.PrivateKey }

func newKey(t *testing.T) key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key{private}
}

func (k key) sign(header, input []byte) ([]byte, bool) {
	if !bytes.Contains(header, []byte(`"ours"`)) {
		return nil, false
	}
	digest := sha256.Sum256(input)
	signature, err := rsa.SignPSS(rand.Reader, k.private, crypto.SHA256, digest[:], nil)
	return signature, err == nil
}

// token is a JWS over the payload; detached says what is sent of it.
func (k key) token(t *testing.T, header, payload string, detached bool) string {
	t.Helper()
	head, middle := base64.RawURLEncoding.EncodeToString([]byte(header)), payload
	if !detached {
		middle = base64.RawURLEncoding.EncodeToString([]byte(payload))
	}
	signature, _ := k.sign([]byte(header), []byte(head+"."+middle))
	if detached {
		middle = ""
	}
	return head + "." + middle + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// verifies tells whether a JWS is signed with the key, over a body if detached.
func (k key) verifies(token, body string) bool {
	parts := strings.Split(token, ".")
	if parts[1] == "" {
		parts[1] = body
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return err == nil && rsa.VerifyPSS(&k.private.PublicKey, crypto.SHA256, digest[:], signature, nil) == nil
}

const header = `{"alg":"PS256","kid":"ours","crit":["b64"]}`

// A body that changes is signed anew; without the key its signature goes; and a
// damaged signature is the one thing that does not verify.
func TestSignatures(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	a := answer(`{"a":1}`)
	a.Header.Set("X-Sig", k.token(t, header, `{"a":1}`, true))
	out := changed(t, "/a", "increase", a, k.sign)
	if !k.verifies(out.Header.Get("X-Sig"), `{"a":2}`) {
		t.Error("the changed body is not signed")
	}
	if out := changed(t, "/a", "increase", a, nil); out.Header.Get("X-Sig") != "" {
		t.Error("without a key a signature stays that does not verify")
	}
	if !k.verifies(a.Header.Get("X-Sig"), `{"a":1}`) {
		t.Error("the original has lost its signature")
	}
	for _, kind := range []string{"damage signature", "signature of another body"} {
		out := changed(t, "header X-Sig", kind, a, k.sign)
		if k.verifies(out.Header.Get("X-Sig"), `{"a":1}`) || string(out.Body) != `{"a":1}` {
			t.Errorf("%s: it still verifies", kind)
		}
	}
	out = changed(t, "header X-Sig~claims/crit", "drop", a, k.sign)
	if !k.verifies(out.Header.Get("X-Sig"), `{"a":1}`) || out.Header.Get("X-Sig") == a.Header.Get("X-Sig") {
		t.Error("a changed protected header is not signed")
	}
}

// The claims of a token in a body are changed and signed anew.
func TestTokens(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	body, _ := json.Marshal(map[string]string{"id_token": k.token(t, header, `{"iss":"me","exp":1}`, false)})
	out := changed(t, "/id_token~claims/iss", "drop", answer(string(body)), k.sign)
	var got map[string]string
	if err := json.Unmarshal(out.Body, &got); err != nil {
		t.Fatal(err)
	}
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(got["id_token"], ".")[1])
	if string(payload) != `{"exp":1}` || !k.verifies(got["id_token"], "") {
		t.Errorf("the claims are %s, signed: %v", payload, k.verifies(got["id_token"], ""))
	}
	out = changed(t, "/id_token", "damage signature", answer(string(body)), nil)
	if err := json.Unmarshal(out.Body, &got); err != nil || k.verifies(got["id_token"], "") {
		t.Error("the damaged token verifies")
	}
}
