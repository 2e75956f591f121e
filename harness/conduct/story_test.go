package conduct_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/traffic"
)

const (
	base      = "https://bank.example/open-banking"
	issuer    = "https://bank.example"
	tokens    = "https://bank.example/oauth/token"
	authorize = "https://bank.example/oauth/authorize"
	redirect  = "https://tpp.example/cb"
	clientID  = "0b1e1d3c-7b41-4f0b-9d2a-6a2f4f4d9c11"
	software  = "65d1f27c4aeaLqX9sPv2"
	aac       = base + "/v3.1/aisp/account-access-consents"
	accounts  = base + "/v3.1/aisp/accounts"
	cof       = base + "/v3.1/cbpii/funds-confirmation-consents"
	funds     = base + "/v3.1/cbpii/funds-confirmations"
	register  = base + "/v3.2/register"
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// begin is when every story begins, by the recorder's clock.
var begin = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// object is a JSON object.
type object = map[string]any

// key signs what the client and the bank sign in tests.
var key = sync.OnceValue(func() *ecdsa.PrivateKey {
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return made
})

func sign(t testing.TB, claims object, header ...string) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithHeader("kid", "k1")
	if len(header) > 0 {
		options = &jose.SignerOptions{}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key()}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(marshal(t, claims))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withAlgorithm rewrites the header of a JWT; the signature stays as it is.
func withAlgorithm(t testing.TB, token, alg string) string {
	t.Helper()
	_, rest, _ := strings.Cut(token, ".")
	return base64.RawURLEncoding.EncodeToString(marshal(t, object{"alg": alg, "kid": "k1"})) + "." + rest
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// step is one exchange of a story.
type step struct {
	name string
	x    traffic.Exchange
}

// story is what a client does at the bank, from its first request to its last.
type story struct {
	t       testing.TB
	options conduct.Options
	steps   []step
	// end is whether the end is judged too.
	end bool
}

// at is the exchange of that name, to be changed.
func (s *story) at(name string) *traffic.Exchange {
	s.t.Helper()
	i := s.index(name)
	return &s.steps[i].x
}

func (s *story) index(name string) int {
	s.t.Helper()
	i := slices.IndexFunc(s.steps, func(one step) bool { return one.name == name })
	if i < 0 {
		s.t.Fatalf("the story has no step %q", name)
	}
	return i
}

// insert puts a copy of an exchange behind another, so long after its end.
func (s *story) insert(name, copyOf, behind string, after time.Duration) *traffic.Exchange {
	s.t.Helper()
	x := clone(*s.at(copyOf))
	i := s.index(behind)
	x.Started = s.steps[i].x.Ended.Add(after)
	x.Ended = x.Started.Add(20 * time.Millisecond)
	s.steps = slices.Insert(s.steps, i+1, step{name, x})
	return s.at(name)
}

func (s *story) drop(names ...string) {
	for _, name := range names {
		i := s.index(name)
		s.steps = slices.Delete(s.steps, i, i+1)
	}
}

func clone(x traffic.Exchange) traffic.Exchange {
	address := *x.Request.URL
	x.Request.URL, x.Request.Header = &address, x.Request.Header.Clone()
	if x.Response != nil {
		response := *x.Response
		response.Header = response.Header.Clone()
		x.Response = &response
	}
	return x
}

// told is what a story came to: every finding with the step that it was found at.
type told struct {
	exercised map[contract.ClauseID]bool
	findings  []found
}

type found struct {
	step string
	evidence.Finding
}

func (s *story) tell() told {
	s.t.Helper()
	auditor, err := conduct.New(s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	addresses := traffic.NewAddresses()
	result := told{exercised: map[contract.ClauseID]bool{}}
	note := func(name string, one conduct.Result) {
		for _, clause := range one.Exercised {
			result.exercised[clause] = true
		}
		for _, f := range one.Findings {
			result.findings = append(result.findings, found{name, f})
		}
		wellFormed(s.t, one)
	}
	for _, one := range s.steps {
		x := clone(one.x)
		note(one.name, auditor.Observe(x, addresses.Of(x.Request)))
		addresses.Learn(x)
	}
	if s.end {
		note("end", auditor.End(s.steps[len(s.steps)-1].x.Ended))
	}
	return result
}

// secrets stand in the stories and must stand in no finding.
var secrets = []string{"s3cret", "cc-accounts", "cc-funds", "at-accounts", "rt-accounts", "at-funds", "code-accounts", "code-funds", verifier, "08080021325698", "203.0.113.24", "Morag"}

// wellFormed fails where a result breaks what every result has to keep.
func wellFormed(t testing.TB, result conduct.Result) {
	t.Helper()
	for i, clause := range result.Exercised {
		if !contract.IsClientClause(clause) || slices.Contains(result.Exercised[:i], clause) {
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
			for _, hidden := range secrets {
				if strings.Contains(text, hidden) {
					t.Errorf("shows %q: %+v", hidden, f)
				}
			}
		}
		if f.Level == "" || f.Operation == "" || f.Exchange != -1 {
			t.Errorf("incomplete: %+v", f)
		}
	}
}

// teller writes a story.
type teller struct {
	*story
	now time.Time
}

func (w *teller) do(name, method, address string, header object, body []byte, status int, answer any, location ...string) {
	w.t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	x := traffic.Exchange{Started: w.now, Ended: w.now.Add(20 * time.Millisecond), Request: traffic.Request{Method: method, URL: target,
		Header: http.Header{}, Body: traffic.Body{Bytes: body}, Certificate: []byte{0x30}, CertificateKnown: true},
		Response: &traffic.Response{Status: status, Header: http.Header{}}}
	for field, value := range header {
		x.Request.Header.Set(field, value.(string))
	}
	if answer != nil {
		x.Response.Body.Bytes = marshal(w.t, answer)
	}
	for _, to := range location {
		x.Response.Header.Set("Location", to)
	}
	w.steps = append(w.steps, step{name, x})
	w.now = w.now.Add(10 * time.Second)
}

// api are the headers of a request to an API.
func api(token string, more ...string) object {
	header := object{"Authorization": "Bearer " + token, "X-Fapi-Interaction-Id": uuid.NewString(),
		"X-Fapi-Customer-Ip-Address": "203.0.113.24", "X-Fapi-Auth-Date": "Wed, 04 Mar 2026 05:00:00 GMT", "Accept": "application/json"}
	for i := 0; i+1 < len(more); i += 2 {
		header[more[i]] = more[i+1]
	}
	return header
}

func posting(token string) object {
	return api(token, "Content-Type", "application/json; charset=utf-8")
}

// deleting are the headers of a DELETE: R16 has no Accept there.
func deleting(token string) object {
	header := api(token)
	delete(header, "Accept")
	return header
}

func registrationClaims(t testing.TB, now time.Time) object {
	return object{"iss": software, "aud": "0015800000jfQ9aAAE", "jti": uuid.NewString(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"redirect_uris": []string{redirect, redirect + "2"}, "token_endpoint_auth_method": "private_key_jwt",
		"grant_types": []string{"authorization_code", "client_credentials", "refresh_token"}, "response_types": []string{"code id_token"},
		"software_id": software, "scope": "openid accounts fundsconfirmations", "application_type": "web",
		"software_statement":           sign(t, object{"iss": "OpenBanking Ltd", "software_id": software, "software_redirect_uris": []string{redirect, redirect + "2", "https://tpp.example/cb3"}}),
		"id_token_signed_response_alg": "PS256", "request_object_signing_alg": "PS256", "token_endpoint_auth_signing_alg": "PS256"}
}

func assertionClaims(now time.Time) object {
	return object{"iss": clientID, "sub": clientID, "aud": tokens, "jti": uuid.NewString(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
}

// form is a token request with a client assertion.
func form(t testing.TB, now time.Time, pairs ...string) url.Values {
	values := url.Values{"client_id": {clientID}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion": {sign(t, assertionClaims(now))}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

var formHeader = object{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

func (w *teller) token(name string, answer object, pairs ...string) {
	w.do(name, "POST", tokens, formHeader, []byte(form(w.t, w.now, pairs...).Encode()), 200, answer)
}

func idToken(t testing.TB, now time.Time, consent, nonce string) string {
	return sign(t, object{"iss": issuer, "aud": clientID, "sub": consent, "openbanking_intent_id": consent, "nonce": nonce, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()})
}

// requestObject are the claims of an authorisation request.
func requestObject(now time.Time, consent, scope, state string) object {
	intent := object{"openbanking_intent_id": object{"value": consent, "essential": true}}
	sum := sha256.Sum256([]byte(verifier))
	return object{"iss": clientID, "aud": issuer, "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(), "client_id": clientID,
		"response_type": "code id_token", "redirect_uri": redirect, "scope": "openid " + scope, "state": state, "nonce": "n-" + state,
		"code_challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method": "S256",
		"claims": object{"id_token": intent}}
}

// authorizeURL is the address that the browser is sent to.
func authorizeURL(t testing.TB, claims object) *url.URL {
	query := url.Values{"request": {sign(t, claims)}}
	for _, name := range []string{"client_id", "response_type", "redirect_uri", "scope", "state", "nonce"} {
		if text, ok := claims[name].(string); ok {
			query.Set(name, text)
		}
	}
	target, err := url.Parse(authorize + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func (f found) String() string {
	return fmt.Sprintf("at %q: %s (%s) in %q: expected %s, actual %s", f.step, f.Clause, f.Level, f.Where, f.Expected, f.Actual)
}
