package audit_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gojose "github.com/go-jose/go-jose/v4"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

const (
	sentID    = "93bac548-d2de-4546-b106-880a5018460d"
	consentID = "urn-vm-intent-88379"
	fundsID   = "836403"
	clientID  = "0b1e1d3c-7b41-4f0b-9d2a-6a2f4f4d9c11"
	theSecret = "5e3f7f0a-0c64-4c83-8f5e-2b8f6d7f1a90"
	theToken  = "mF_9.B5f-4.1JqM-token"
	theCode   = "SplxlOBeZQQYbYS6WxSbIA"
	base      = "https://bank.example"
)

var (
	ended  = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
)

type (
	object = map[string]any
	list   = []any
	edit   func(*audit.Exchange)
)

func newAuditor(t testing.TB, options audit.Options) *audit.Auditor {
	t.Helper()
	if options.ClockSkew == 0 {
		options.ClockSkew = time.Minute
	}
	options.MaxResponseBytes, options.MaxJSONValues = 1<<20, 1_000_000
	a, err := audit.New(options)
	if err != nil {
		t.Fatal(err)
	}
	a.AddKeys(jwks(t))
	a.Learn(audit.ClientSecret, theSecret)
	a.Learn(audit.AccessToken, theToken)
	a.Learn(audit.AuthorizationCode, theCode)
	return a
}

func jwks(t testing.TB) []byte {
	t.Helper()
	return marshal(t, gojose.JSONWebKeySet{Keys: []gojose.JSONWebKey{{Key: &rsaKey().PublicKey, KeyID: "bank", Algorithm: "PS256", Use: "sig"}}})
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// detached signs a body as the contract wants it.
func detached(t testing.TB, body []byte) string {
	t.Helper()
	const ns = "http://openbanking.org.uk/"
	options := (&gojose.SignerOptions{}).WithBase64(false).WithHeader("kid", "bank").WithHeader(ns+"iat", ended.Unix()).
		WithHeader(ns+"iss", "CN=bank").WithHeader(ns+"tan", "openbanking.org.uk").WithCritical(ns+"iat", ns+"iss", ns+"tan")
	signer, err := gojose.NewSigner(gojose.SigningKey{Algorithm: gojose.PS256, Key: rsaKey()}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signed.DetachedCompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func setBody(t testing.TB, x *audit.Exchange, body any) {
	t.Helper()
	setRaw(x, marshal(t, body))
	x.Response.Header.Set("Content-Type", "application/json; charset=utf-8")
	x.Response.Header.Set("Cache-Control", "no-store")
}

func setRaw(x *audit.Exchange, body []byte) {
	x.Response.Body, x.Response.RawBody, x.Response.ContentLength = body, body, int64(len(body))
}

// raw replaces the body by these bytes, and signs them where a signature was.
func raw(t testing.TB, body string) edit {
	return func(x *audit.Exchange) {
		setRaw(x, []byte(body))
		if x.Response.Header.Get(contract.HeaderSignature) != "" {
			x.Response.Header.Set(contract.HeaderSignature, detached(t, []byte(body)))
		}
	}
}

// header sets a response header to these values, none to take it out.
func header(name string, values ...string) edit {
	return func(x *audit.Exchange) {
		x.Response.Header.Del(name)
		for _, value := range values {
			x.Response.Header.Add(name, value)
		}
	}
}

// member sets, or with gone takes out, one member of the JSON body.
func member(t testing.TB, pointer string, value any) edit {
	return func(x *audit.Exchange) {
		t.Helper()
		decoder := json.NewDecoder(bytes.NewReader(x.Response.Body))
		decoder.UseNumber()
		var body any
		if err := decoder.Decode(&body); err != nil {
			t.Fatal(err)
		}
		names := strings.Split(pointer, "/")[1:]
		at := body
		for _, name := range names[:len(names)-1] {
			switch v := at.(type) {
			case map[string]any:
				at = v[name]
			case []any:
				at = v[name[0]-'0']
			}
		}
		parent, ok := at.(map[string]any)
		if !ok {
			t.Fatalf("nothing to change at %s", pointer)
		}
		parent[names[len(names)-1]] = value
		if value == gone {
			delete(parent, names[len(names)-1])
		}
		raw(t, string(marshal(t, body)))(x)
	}
}

// gone is the value of a member that is taken out.
var gone any = new(int)

// with is a copy of an exchange with edits.
func with(x audit.Exchange, edits ...edit) audit.Exchange {
	response := *x.Response
	response.Header, x.Request.Header = response.Header.Clone(), x.Request.Header.Clone()
	x.Response = &response
	for _, e := range edits {
		e(&x)
	}
	return x
}

func noRequestID(x *audit.Exchange) { x.Request.InteractionID = "" }

// want is the one finding that an exchange should have.
type want struct {
	clause contract.ClauseID
	level  contract.Level
	where  string
}

// expectFinding fails unless the exchange has exactly that finding.
func expectFinding(t *testing.T, result audit.Result, w want) {
	t.Helper()
	if result.Inconclusive != "" {
		t.Fatalf("inconclusive: %s", result.Inconclusive)
	}
	if len(result.Findings) != 1 {
		t.Fatalf("got %d findings, want one of %s: %+v", len(result.Findings), w.clause, result.Findings)
	}
	f := result.Findings[0]
	if f.Clause != w.clause || f.Level != w.level || f.Where != w.where {
		t.Errorf("got %s at %s in %q, want %s at %s in %q", f.Clause, f.Level, f.Where, w.clause, w.level, w.where)
	}
	wellFormed(t, result)
}

// wellFormed fails where a result breaks what every result has to keep.
func wellFormed(t *testing.T, result audit.Result) {
	t.Helper()
	for i, clause := range result.Exercised {
		if _, ok := contract.ClauseByID(clause); !ok || slices.Contains(result.Exercised[:i], clause) {
			t.Errorf("%s is unknown or exercised twice", clause)
		}
	}
	for _, f := range result.Findings {
		if !slices.Contains(result.Exercised, f.Clause) {
			t.Errorf("a finding of %s, which was not exercised", f.Clause)
		}
		for _, text := range []string{f.Where, f.Expected, f.Actual} {
			if text == "" || len([]rune(text)) > 200 || strings.ContainsAny(text, "\x00\n\r\x1b") {
				t.Errorf("badly worded: %+v", f)
			}
			for _, hidden := range []string{theSecret, theToken, theCode, "82604312345678", "GB29NWBK60161331926819", "Morag Tennant"} {
				if strings.Contains(text, hidden) {
					t.Errorf("shows %q: %+v", hidden, f)
				}
			}
		}
		if f.Level == "" || f.Operation == "" || f.Status == 0 || f.Exchange != -1 {
			t.Errorf("incomplete: %+v", f)
		}
	}
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
