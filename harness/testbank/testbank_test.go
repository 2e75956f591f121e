package testbank_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/tap/scenario"
	"obconform/harness/testbank"
	"obconform/harness/traffic"
)

var keys = sync.OnceValues(mockbank.GenerateKeys)

// recorder keeps what is written.
type recorder struct {
	mu      sync.Mutex
	written []traffic.Exchange
}

func (r *recorder) Flush() error { return nil }

func (r *recorder) Write(x traffic.Exchange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = append(r.written, x)
	return nil
}

// observer finds fault with requests that say so.
type observer struct{}

func (observer) Observe(x traffic.Exchange, _ traffic.Route) conduct.Result {
	clause := contract.ClientClauses()[0].ID
	result := conduct.Result{Exercised: []contract.ClauseID{clause}}
	if wrong := x.Request.Header.Get("X-Wrong"); wrong != "" {
		result.Findings = []evidence.Finding{{Clause: clause, Where: "header X-Wrong", Expected: "none", Actual: wrong, Exchange: -1}}
	}
	return result
}

func (observer) End(time.Time) conduct.Result { return conduct.Result{} }

// client is one of the bank's.
type client struct {
	t    *testing.T
	bank *testbank.Bank
	http *http.Client
}

func start(t *testing.T, options testbank.Options) *client {
	t.Helper()
	var err error
	if options.Bank.Keys, err = keys(); err != nil {
		t.Fatal(err)
	}
	if options.Gate.Observer == nil {
		options.Gate.Observer = observer{}
	}
	bank, err := testbank.Start("127.0.0.1:0", options)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t, bank, &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}}
	t.Cleanup(func() { c.close() })
	return c
}

func (c *client) close() error {
	c.http.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return c.bank.Close(ctx)
}

// send makes one request; fields are names and values of its header.
func (c *client) send(method, path, body string, fields ...string) (status int, text string, header http.Header) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.bank.URL()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		request.Header.Set(fields[i], fields[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(data), response.Header
}

// token is one of an authorised consent.
func (c *client) token() string {
	c.t.Helper()
	credentials := c.bank.Credentials()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {credentials.Codes["accounts"]}, "redirect_uri": {credentials.RedirectURIs[0]},
		"client_id": {credentials.ClientID}, "client_secret": {credentials.ClientSecret}}
	status, text, _ := c.send("POST", "/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var read struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(text), &read); status != 200 || err != nil {
		c.t.Fatalf("%d %s: %v", status, text, err)
	}
	return read.Token
}

const accounts = "/open-banking/v3.1/aisp/accounts"

// What a client does is judged, recorded and shown, and nothing secret is.
func TestAClientIsAudited(t *testing.T) {
	t.Parallel()
	record := &recorder{}
	c := start(t, testbank.Options{Record: record, Gate: gate.Options{Require: []string{"ListAccounts", "DeleteAccountAccessConsent"}}})
	token, credentials := c.token(), c.bank.Credentials()
	const hostile = `"><script>alert(1)</script>`
	if status, text, _ := c.send("GET", accounts, "", "Authorization", "Bearer "+token, "X-Wrong", hostile, "X-Copy", token); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if status, _, _ := c.send("GET", "/open-banking/v3.1/aisp/nothing", ""); status != 404 {
		t.Errorf("an unknown path: %d", status)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if counts := c.bank.Counts(); counts.Exchanges != 3 || counts.Findings != 1 {
		t.Errorf("%+v", counts)
	}
	if len(record.written) != 3 || record.written[1].Request.URL.String() != c.bank.URL()+accounts || record.written[1].Response.Status != 200 {
		t.Fatalf("%+v", record.written)
	}
	shown := ""
	for _, x := range record.written {
		shown += fmt.Sprintf("%s %v %s", x.Request.URL, x.Request.Header, x.Request.Body.Bytes)
		if x.Response != nil {
			shown += fmt.Sprintf(" %v %s\n", x.Response.Header, x.Response.Body.Bytes)
		}
	}
	for name, secret := range map[string]string{"token": token, "client secret": credentials.ClientSecret, "code": credentials.Codes["accounts"], "account": credentials.DebtorAccount.Identification} {
		if strings.Contains(shown, secret) {
			t.Errorf("the %s is recorded: %s", name, shown)
		}
	}
	results := c.bank.Judge().Results(time.Now())
	if results.Outcome != report.OutcomeFailed || results.Exchanges != 3 || fmt.Sprint(results.Traffic.Unmet) != "[DeleteAccountAccessConsent]" || results.Traffic.Sources[0] != c.bank.URL() {
		t.Errorf("%s, %+v", results.Outcome, results.Traffic)
	}
}

// The page shows state, scenario and exchanges, without a secret or a script, and
// is itself no exchange.
func TestPage(t *testing.T) {
	t.Parallel()
	step := scenario.Step{Operation: contract.GetAccount, Call: 1, Times: 1, Status: 503}
	c := start(t, testbank.Options{Bank: mockbank.Options{Seed: 5}, Scenario: []scenario.Step{step}})
	token, credentials := c.token(), c.bank.Credentials()
	const hostile = `"><script>alert(1)</script>`
	c.send("GET", accounts+"?x="+url.QueryEscape(hostile), `<img src=x onerror=alert(1)>`, "Authorization", "Bearer "+token, "X-Wrong", hostile, "X-Copy", token)
	c.send("GET", accounts+"/1", "")
	var page string
	for end := time.Now().Add(30 * time.Second); !strings.Contains(page, "<b>3</b> exchanges"); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the exchanges are not shown: %s", page)
		}
		var status int
		var header http.Header
		if status, page, header = c.send("GET", "/", ""); status != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Fatalf("%d %v", status, header)
		}
	}
	for _, want := range []string{"ListAccounts", "RequestToken", "seed <b>5</b>", "GetAccount, call 1", "status 503", "<td>yes</td>", string(contract.ClientClauses()[0].ID),
		"&lt;script&gt;alert(1)", "&lt;img src=x", "Authorised", credentials.ClientID} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for name, unwanted := range map[string]string{"a script": "<script", "an element of another's": "<img", "the token": token, "the secret": credentials.ClientSecret,
		"a code": credentials.Codes["accounts"], "an account number": credentials.DebtorAccount.Identification} {
		if strings.Contains(page, unwanted) {
			t.Errorf("the page has %s:\n%s", name, page)
		}
	}
	if status, text, _ := c.send("POST", "/", ""); status != 404 || text != "" {
		t.Errorf("another method at /: %d %q, expected the bank's answer", status, text)
	}
	if status, text, _ := c.send("HEAD", "/", ""); status != 200 || text != "" {
		t.Errorf("HEAD: %d %q", status, text)
	}
}

// A client that is told to wait comes to its end, and the client's own host name
// changes nothing.
func TestScenario(t *testing.T) {
	t.Parallel()
	steps, problems := scenario.Parse([]byte(`{"steps":[{"operation":"RequestToken","call":2,"status":429,"headers":{"Retry-After":"1"}},{"operation":"ListAccounts","call":7,"status":500}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := start(t, testbank.Options{Scenario: steps})
	c.token()
	if status, _, header := c.send("POST", "/oauth2/token", "", "x-fapi-interaction-id", "93bac548-d2de-4546-b106-880a5018460d"); status != 429 ||
		header.Get("Retry-After") != "1" || header.Get("x-fapi-interaction-id") != "93bac548-d2de-4546-b106-880a5018460d" {
		t.Errorf("%d %v", status, header)
	}
	c.token()
	if unmet := c.bank.Unmet(); len(unmet) != 1 || unmet[0].Operation != contract.ListAccounts {
		t.Errorf("%v", unmet)
	}
}

// What cannot be is said before anything is served.
func TestStartRefuses(t *testing.T) {
	t.Parallel()
	made, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	for want, options := range map[string]testbank.Options{
		"fault":   {Bank: mockbank.Options{Faults: []string{"no-such"}, Keys: made}},
		"require": {Bank: mockbank.Options{Keys: made}, Gate: gate.Options{Require: []string{"NoSuch"}}},
	} {
		if bank, err := testbank.Start("127.0.0.1:0", options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", want, bank, err)
		}
	}
}

// A request that is cut off at the end, since its body does not come, is judged
// like any other.
func TestCloseCountsWhatItCutsOff(t *testing.T) {
	t.Parallel()
	c := start(t, testbank.Options{})
	connection, err := net.Dial("tcp", strings.TrimPrefix(c.bank.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if line, err := bufio.NewReader(connection).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.bank.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if results := c.bank.Judge().Results(time.Now()); results.Exchanges != 1 {
		t.Errorf("%d exchanges, %+v", results.Exchanges, results.Traffic)
	}
}
