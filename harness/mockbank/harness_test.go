package mockbank_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

const (
	consentsPath      = "/open-banking/v3.1/aisp/account-access-consents"
	accountsPath      = "/open-banking/v3.1/aisp/accounts"
	fundsConsentsPath = "/open-banking/v3.1/cbpii/funds-confirmation-consents"
	fundsPath         = "/open-banking/v3.1/cbpii/funds-confirmations"
	registerPath      = "/open-banking/v3.2/register"
	discoveryPath     = "/open-banking/v3.0/.well-known/openid-configuration"
	tokenPath         = "/oauth2/token"
	authorizePath     = "/oauth2/authorize"
)

// sharedKeys are made once: three RSA keys per bank would dominate the tests.
var sharedKeys = sync.OnceValues(mockbank.GenerateKeys)

// clock is a bank's clock that a test can move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a running bank and a TPP that talks to it.
type fixture struct {
	t      *testing.T
	bank   *mockbank.Bank
	url    string
	creds  mockbank.Credentials
	clock  *clock
	client *http.Client
}

func newFixture(t *testing.T, options mockbank.Options) *fixture {
	t.Helper()
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	moving := &clock{now: time.Now()}
	options.Keys, options.Now = keys, moving.Now
	bank, err := mockbank.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server, err := bank.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{
		t: t, bank: bank, url: server.URL(), creds: bank.Credentials(), clock: moving,
		client: &http.Client{
			Transport: transport, Timeout: 10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// sent is one request; the zero header set is filled in by send.
type sent struct {
	method, path, body string
	header             http.Header
}

func get(path string) sent  { return sent{method: "GET", path: path, header: http.Header{}} }
func drop(path string) sent { return sent{method: "DELETE", path: path, header: http.Header{}} }

func post(path, body string) sent {
	return sent{method: "POST", path: path, body: body, header: http.Header{"Content-Type": {"application/json"}}}
}

func (s sent) with(name, value string) sent {
	s.header = s.header.Clone()
	s.header.Set(name, value)
	return s
}

func (s sent) bearer(token string) sent { return s.with("Authorization", "Bearer "+token) }

// got is one answer.
type got struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// send does the request, and holds the answer against the rules that every
// answer must keep.
func (f *fixture) send(s sent) got {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), s.method, f.url+s.path, strings.NewReader(s.body))
	if err != nil {
		f.t.Fatal(err)
	}
	maps.Copy(request.Header, s.header)
	id := uuid.NewString()
	if request.Header.Get("x-fapi-interaction-id") == "" {
		request.Header.Set("x-fapi-interaction-id", id)
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	g := got{t: f.t, what: s.method + " " + s.path, status: response.StatusCode, header: response.Header, body: body}
	g.keepsCommonRules(request)
	if strings.HasPrefix(s.path, registerPath) {
		g.keepsSignatureRules(f)
	}
	return g
}

// token endpoint

func (f *fixture) tokenRequest(form url.Values) sent {
	return sent{method: "POST", path: tokenPath, body: form.Encode(), header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
}

func basic(s sent, id, secret string) sent {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(id, secret)
	return s.with("Authorization", request.Header.Get("Authorization"))
}

func (f *fixture) ask(form url.Values) got {
	f.t.Helper()
	return f.send(basic(f.tokenRequest(form), f.creds.ClientID, f.creds.ClientSecret))
}

func (f *fixture) clientToken(scope string) string {
	f.t.Helper()
	return f.ask(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}).must(200).text("access_token")
}

func (f *fixture) secondClientToken(scope string) string {
	f.t.Helper()
	request := f.tokenRequest(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
	return f.send(basic(request, f.creds.SecondClientID, f.creds.SecondClientSecret)).must(200).text("access_token")
}

func (f *fixture) redeem(code string) got {
	f.t.Helper()
	return f.ask(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {f.creds.RedirectURIs[0]}})
}

func (f *fixture) codeToken(name string) string {
	f.t.Helper()
	return f.redeem(f.creds.Codes[name]).must(200).text("access_token")
}

// signing

func (f *fixture) tppKey() *rsa.PrivateKey {
	f.t.Helper()
	block, _ := pem.Decode([]byte(f.creds.SigningKeyPEM))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		f.t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func (f *fixture) sign(claims map[string]any) string {
	f.t.Helper()
	return signWith(f.t, jose.PS256, f.tppKey(), f.creds.SigningKeyID, claims)
}

func signWith(t *testing.T, algorithm jose.SignatureAlgorithm, key any, keyID string, claims any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithHeader("kid", keyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, ok := claims.([]byte)
	if !ok {
		if payload, err = json.Marshal(claims); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func compactJSON(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
