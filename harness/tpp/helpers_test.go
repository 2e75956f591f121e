package tpp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/strictjson"
)

// ending is how a spec was ended before its time; the zero ending is none.
type ending struct{ kind, message string }

// unwinding ends a spec like Ginkgo does, by a panic that ends recovers.
type unwinding struct{}

func (unwinding) Fail(message string) { panic(ending{"failed", message}) }
func (unwinding) Skip(message string) { panic(ending{"skipped", message}) }

// ends runs the body of a spec and answers how it was ended.
func ends(body func()) (how ending) {
	defer func() {
		if thrown := recover(); thrown != nil {
			var ok bool
			if how, ok = thrown.(ending); !ok {
				panic(thrown)
			}
		}
	}()
	body()
	return ending{}
}

// mustEnd fails the test unless the body ends in that way with those words.
func mustEnd(t *testing.T, kind string, words []string, body func()) {
	t.Helper()
	how := ends(body)
	if how.kind != kind {
		t.Fatalf("the spec ended %q (%s), want %q", how.kind, how.message, kind)
	}
	for _, word := range words {
		if !strings.Contains(how.message, word) {
			t.Errorf("the spec ended with %q, which does not say %q", how.message, word)
		}
	}
}

func mustRun(t *testing.T, body func()) {
	t.Helper()
	mustEnd(t, "", nil, body)
}

// received is one request that the bank of a test got.
type received struct {
	*http.Request
	body string
}

// bank is a scripted bank on loopback: each route answers as it is told.
type bank struct {
	*httptest.Server
	mu       sync.Mutex
	routes   map[string]http.HandlerFunc
	requests []received
}

const (
	discoveryPath = "/open-banking/v3.0/.well-known/openid-configuration"
	accountsPath  = "/open-banking/v3.1/aisp/accounts"
	consentsPath  = "/open-banking/v3.1/aisp/account-access-consents"
	fundsPath     = "/open-banking/v3.1/cbpii/funds-confirmation-consents"
	registerPath  = "/open-banking/v3.2/register"
)

// newBank has a discovery document that names its own endpoints, an empty key
// set, and a token endpoint that gives token-1, token-2 and so on.
func newBank(t *testing.T) *bank {
	t.Helper()
	b := &bank{routes: map[string]http.HandlerFunc{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	b.on("GET "+discoveryPath, reply(200, fmt.Sprintf(`{"issuer":%q,"token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/jwks",
		"authorization_endpoint":"%[1]s/authorize","registration_endpoint":"%[1]s%s"}`, b.URL, registerPath)))
	b.on("GET /jwks", reply(200, `{"keys":[]}`))
	issued := 0
	b.on("POST /token", func(w http.ResponseWriter, r *http.Request) {
		issued++
		tokenReply(fmt.Sprintf("access-token-%d", issued), 300)(w, r)
	})
	return b
}

func tokenReply(token string, life int) http.HandlerFunc {
	return reply(200, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, token, life), "Cache-Control", "no-store")
}

// on scripts the answers to a method and path, or to a method and all paths
// below one that ends in a slash.
func (b *bank) on(route string, handler http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.routes[route] = handler
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	b.mu.Lock()
	b.requests = append(b.requests, received{r, string(body)})
	handler := b.routes[r.Method+" "+r.URL.Path]
	if handler == nil {
		handler = b.routes[r.Method+" "+r.URL.Path[:strings.LastIndex(r.URL.Path, "/")+1]]
	}
	b.mu.Unlock()
	if handler == nil {
		handler = reply(404, "")
	}
	handler(w, r)
}

// got lists the requests for a method and a path or its beginning.
func (b *bank) got(method, path string) []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.requests), func(r received) bool {
		return r.Method != method || !strings.HasPrefix(r.URL.Path, path)
	})
}

// reply answers a status and a body, echoes the interaction id, and sets the
// header fields given as name and value.
func reply(status int, body string, fields ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if id := r.Header.Get(contract.HeaderInteractionID); id != "" {
			w.Header().Set(contract.HeaderInteractionID, id)
		}
		if body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		for i := 0; i < len(fields); i += 2 {
			w.Header().Add(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn answers by one handler after the other, and by the last from then on.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	turn := 0
	return func(w http.ResponseWriter, r *http.Request) {
		handler := handlers[min(turn, len(handlers)-1)]
		turn++
		handler(w, r)
	}
}

const oneError = `{"Code":"UK.OBIE.Field.Invalid","Message":"no","Errors":[{"ErrorCode":"UK.OBIE.Field.Invalid","Message":"no"}]}`

func consentReply(id string) http.HandlerFunc {
	now := time.Now().UTC().Format(time.RFC3339)
	return reply(201, fmt.Sprintf(`{"Data":{"ConsentId":%q,"Status":"AwaitingAuthorisation","CreationDateTime":%q,"StatusUpdateDateTime":%[2]q,
		"Permissions":["ReadAccountsBasic"]},"Risk":{},"Links":{"Self":"http://x%s"},"Meta":{}}`, id, now, consentsPath))
}

const (
	clientID     = "client-id-0001"
	clientSecret = "client/secret+0002 &c"
)

// testConfig is a configuration for a bank on loopback.
func testConfig(baseURL string, edits ...func(*config.Config)) config.Config {
	cfg := config.Default()
	cfg.Target.BaseURL = baseURL
	cfg.Target.SettleTime = 0
	cfg.Client.ID = config.Literal("id", clientID)
	cfg.Client.Secret = config.Literal("secret", clientSecret)
	cfg.Retries.Pause = config.Duration(time.Millisecond)
	cfg.Timeouts.Request = config.Duration(2 * time.Second)
	cfg.Limits = config.Limits{ResponseBytes: 64 << 10, HeaderBytes: 16 << 10}
	for _, edit := range edits {
		edit(&cfg)
	}
	return cfg
}

func testClient(t testing.TB, baseURL string, edits ...func(*config.Config)) *Client {
	t.Helper()
	c, err := newClient(testConfig(baseURL, edits...), unwinding{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.transport.CloseIdleConnections)
	return c
}

// answer is an answer with that JSON body, of an audit that found findings.
func (c *Client) testAnswer(t *testing.T, id contract.OperationID, status int, body string, findings ...evidence.Finding) *Answer {
	t.Helper()
	operation, ok := contract.Lookup(id)
	if !ok {
		t.Fatalf("no operation %s", id)
	}
	a := &Answer{client: c, operation: operation, Status: status, Header: http.Header{}, index: -1, findings: findings,
		Started: time.Now().Add(-time.Second), Ended: time.Now()}
	if body != "" {
		value, problems := strictjson.Parse([]byte(body))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", body, problems)
		}
		a.Body = value
	}
	return a
}

// dump is all that the client has kept of its specs so far, as it would be
// written down.
func (c *Client) dump(t testing.TB) string {
	t.Helper()
	c.detail()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(c.spec.Record); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func mustURL(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func formOf(t *testing.T, body string) url.Values {
	t.Helper()
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	return form
}
