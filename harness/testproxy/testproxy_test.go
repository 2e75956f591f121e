package testproxy_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/report"
	"obconform/harness/testproxy"
	"obconform/harness/traffic"
)

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

const accounts = "/open-banking/v3.1/aisp/accounts/a"

// bank refuses an account, rightly or with another interaction id than the client's.
func bank(t *testing.T, right bool) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := "93bac548-d2de-4546-b106-000000000000"
		if right {
			id = r.Header.Get("x-fapi-interaction-id")
		}
		w.Header().Set("x-fapi-interaction-id", id)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"Code":"403 Forbidden","Id":"1","Message":"no","Errors":[{"ErrorCode":"UK.OBIE.Resource.ConsentMismatch","Message":"no"}]}`)
	}))
	return server
}

func start(t *testing.T, options testproxy.Options) *testproxy.Proxy {
	t.Helper()
	proxy, err := testproxy.Start("127.0.0.1:0", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(t, proxy) })
	return proxy
}

func end(t *testing.T, proxy *testproxy.Proxy) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := proxy.Close(ctx); err != nil {
		t.Error(err)
	}
}

func ask(t *testing.T, client http.RoundTripper, address string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	request.Header.Set("x-fapi-interaction-id", "93bac548-d2de-4546-b106-880a5018460d")
	request.Header.Set("Authorization", "Bearer the-token-of-the-client")
	response, err := client.RoundTrip(request)
	if err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	return response, err
}

// Both sides of what passes are judged and recorded, and what is secret is not
// kept.
func TestBothSidesAreJudged(t *testing.T) {
	t.Parallel()
	for right, want := range map[bool]report.Verdict{true: report.Passed, false: report.Failed} {
		server := bank(t, right)
		server.Start()
		defer server.Close()
		to, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		record := &recorder{}
		proxy := start(t, testproxy.Options{To: to, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}, Record: record, Gate: gate.Options{Sides: gate.Both}})
		if response, err := ask(t, &http.Transport{}, proxy.URL()+accounts); err != nil || response.StatusCode != 403 {
			t.Fatalf("%v %v", response, err)
		}
		end(t, proxy)
		results := proxy.Judge().Results(time.Now())
		verdicts := map[contract.ClauseID]report.Verdict{}
		for _, clause := range results.Clauses {
			verdicts[clause.ID] = clause.Verdict
		}
		if verdicts["COM-FAPI-ECHO"] != want || verdicts["CLI-FAPI-ID"] != report.Passed {
			t.Errorf("right %t: COM-FAPI-ECHO %s, CLI-FAPI-ID %s", right, verdicts["COM-FAPI-ECHO"], verdicts["CLI-FAPI-ID"])
		}
		if results.Subject != report.SubjectTraffic || !strings.Contains(results.Traffic.Sources[0], server.URL+" by way of "+proxy.URL()) || proxy.Counts().Exchanges != 1 {
			t.Errorf("%s, %+v", results.Subject, results.Traffic)
		}
		if len(record.written) != 1 || record.written[0].Request.URL.String() != server.URL+accounts || record.written[0].Request.Header.Get("Authorization") != "Bearer [access token]" {
			t.Errorf("%+v", record.written)
		}
	}
}

// TLS on both sides: a client without a certificate is refused at the door, and
// the proxy shows its own to the bank.
func TestTLSOnBothSides(t *testing.T) {
	t.Parallel()
	server := bank(t, true)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	shown, _, err := testproxy.OwnCertificate()
	if err != nil {
		t.Fatal(err)
	}
	own, authority, err := testproxy.OwnCertificate("proxy.example")
	if err != nil {
		t.Fatal(err)
	}
	other, err := mockbank.New(mockbank.Options{TLS: true}) // has an authority with a client's certificate
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(other.Credentials().ServerCAPEM))
	certified, err := tls.X509KeyPair([]byte(other.Credentials().ClientCertPEM), []byte(other.Credentials().ClientKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	certificates := []tls.Certificate{certified}
	proxy := start(t, testproxy.Options{To: to, Certificate: own, ClientCA: clients, Gate: gate.Options{Sides: gate.Both},
		Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, Certificates: []tls.Certificate{*shown}, MinVersion: tls.VersionTLS12}}})
	trusts := x509.NewCertPool()
	if !trusts.AppendCertsFromPEM([]byte(authority)) {
		t.Fatal("the authority is no PEM")
	}
	for name, c := range map[string]struct {
		certificates []tls.Certificate
		server       string
		good         bool
	}{
		"with a certificate":                   {certificates, "", true},
		"by another name of the proxy's":       {certificates, "proxy.example", true},
		"by a name that the proxy has not":     {certificates, "other.example", false},
		"without a certificate":                {nil, "", false},
		"with a certificate of somebody's own": {[]tls.Certificate{*shown}, "", false},
	} {
		response, err := ask(t, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusts, ServerName: c.server, MinVersion: tls.VersionTLS12,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(c.certificates) == 0 {
					return &tls.Certificate{}, nil
				}
				return &c.certificates[0], nil
			}}}, proxy.URL()+accounts)
		if good := err == nil && response.StatusCode == 403; good != c.good {
			t.Errorf("%s: %v, %v", name, response, err)
		}
	}
}

// A bank whose certificate cannot be verified is not called.
func TestTheBankIsVerified(t *testing.T) {
	t.Parallel()
	server := bank(t, true)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := start(t, testproxy.Options{To: to, Transport: &http.Transport{DisableCompression: true}, Gate: gate.Options{Sides: gate.Both}})
	response, err := ask(t, &http.Transport{}, proxy.URL()+accounts)
	if err != nil || response.StatusCode != http.StatusBadGateway {
		t.Fatalf("%v %v", response, err)
	}
	end(t, proxy)
	if results := proxy.Judge().Results(time.Now()); results.Traffic.Inconclusive() != 1 {
		t.Errorf("%s, %+v", results.Outcome, results.Traffic)
	}
}

// An address that is taken, and options that make no sense, are said.
func TestStartRefuses(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	to := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	if _, err := testproxy.Start(listener.Addr().String(), testproxy.Options{To: to}); err == nil {
		t.Error("an address that is taken")
	}
	if _, err := testproxy.Start("127.0.0.1:0", testproxy.Options{To: to, Gate: gate.Options{Require: []string{"NoSuch"}}}); err == nil || !strings.Contains(err.Error(), "NoSuch") {
		t.Errorf("got %v", err)
	}
}
