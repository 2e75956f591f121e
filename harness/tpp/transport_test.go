package tpp

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

func pemOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

// inconclusiveCall has the bank answer one GET and answers why that was
// inconclusive; there must be neither finding nor verdict then.
func inconclusiveCall(t *testing.T, handler http.HandlerFunc, edits ...func(*config.Config)) string {
	t.Helper()
	b := newBank(t)
	b.on("GET "+accountsPath, handler)
	c := testClient(t, b.URL, edits...)
	answer := c.Call(t.Context(), contract.ListAccounts, "")
	if len(c.spec.Findings) > 0 || len(c.spec.Exchanges[0].Exercised) > 0 {
		t.Errorf("an inconclusive answer has findings %v, exercised %v", c.spec.Findings, c.spec.Exchanges[0].Exercised)
	}
	mustEnd(t, "failed", []string{"inconclusive: ListAccounts: "}, func() { answer.Must(contract.AccList200, 200) })
	if len(c.spec.Exercised) > 0 || c.spec.Inconclusive == "" {
		t.Errorf("an inconclusive spec has exercised %v, inconclusive %q", c.spec.Exercised, c.spec.Inconclusive)
	}
	return c.spec.Exchanges[0].Inconclusive
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	b := newBank(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		b.on("GET "+accountsPath, reply(status, "", "Location", b.URL+"/elsewhere"))
		c := testClient(t, b.URL)
		if got := c.Call(t.Context(), contract.ListAccounts, "", Bearer("token")).Status; got != status {
			t.Errorf("got %d, want the redirect's own %d", got, status)
		}
		if c.spec.Findings[0].Clause != contract.ComStatus {
			t.Errorf("the redirect %d is no finding: %v", status, c.spec.Findings)
		}
	}
	b.on("GET "+accountsPath, reply(302, "", "Location", "https://%zz"))
	c := testClient(t, b.URL)
	if answer := c.Call(t.Context(), contract.ListAccounts, ""); answer.Status != 302 || answer.inconclusive != "" {
		t.Errorf("a redirect to nowhere: %d, inconclusive %q", answer.Status, answer.inconclusive)
	}
	if followed := b.got("GET", "/elsewhere"); len(followed) > 0 {
		t.Errorf("%d redirects were followed", len(followed))
	}
}

func TestTLSIsVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(reply(200, `{"Data":{"Account":[]}}`))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that must fail
	server.StartTLS()
	defer server.Close()
	c := testClient(t, server.URL)
	answer := c.Call(t.Context(), contract.ListAccounts, "")
	if got := c.spec.Exchanges[0].Inconclusive; answer.Status != 0 || !strings.Contains(got, "TLS failed") || len(c.spec.Findings) > 0 {
		t.Errorf("an unknown certificate: status %d, inconclusive %q, findings %v", answer.Status, got, c.spec.Findings)
	}
	c = testClient(t, server.URL, trusting(t, server))
	if answer := c.Call(t.Context(), contract.ListAccounts, ""); answer.Status != 200 {
		t.Errorf("a known certificate: status %d", answer.Status)
	}
}

// A server that speaks no better than TLS 1.1 is not spoken to.
func TestOldTLSIsRefused(t *testing.T) {
	for version, want := range map[uint16]int{tls.VersionTLS11: 0, tls.VersionTLS12: 200, tls.VersionTLS13: 200} {
		server := httptest.NewUnstartedServer(reply(200, `{"Data":{"Account":[]}}`))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version} // #nosec G402 -- an old server
		server.StartTLS()
		c := testClient(t, server.URL, trusting(t, server))
		answer := c.Call(t.Context(), contract.ListAccounts, "")
		if answer.Status != want || want == 0 && !strings.Contains(answer.inconclusive, "TLS failed") {
			t.Errorf("%s: status %d, inconclusive %q", tls.VersionName(version), answer.Status, answer.inconclusive)
		}
		c.transport.CloseIdleConnections()
		server.Close()
	}
}

// trusting has a client trust a server's certificate.
func trusting(t *testing.T, server *httptest.Server) func(*config.Config) {
	t.Helper()
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pemOf(server), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(cfg *config.Config) { cfg.TLS.CAFile = caFile }
}

// The version of HTTP is what the configuration says and the server offers;
// deletions keep to HTTP/1.1 unless they must not.
func TestVersionOfHTTP(t *testing.T) {
	for _, c := range []struct {
		version     string
		offersHTTP2 bool
		read, del   string // what the server saw, empty for nothing
	}{
		{"auto", true, "HTTP/2.0", "HTTP/1.1"}, {"auto", false, "HTTP/1.1", "HTTP/1.1"},
		{"1.1", true, "HTTP/1.1", "HTTP/1.1"}, {"1.1", false, "HTTP/1.1", "HTTP/1.1"},
		{"2", true, "HTTP/2.0", "HTTP/2.0"}, {"2", false, "", ""},
	} {
		var seen []string
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Proto)
			w.WriteHeader(http.StatusNoContent)
		}))
		server.EnableHTTP2 = c.offersHTTP2
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		client := testClient(t, server.URL, trusting(t, server), func(cfg *config.Config) { cfg.Target.HTTPVersion = c.version })
		client.pace.Answered() // so that one failure is no outage
		client.Call(t.Context(), contract.GetAccountAccessConsent, "c1")
		client.Call(t.Context(), contract.DeleteAccountAccessConsent, "c1")
		client.transport.CloseIdleConnections()
		server.Close()
		var want []string
		for _, version := range []string{c.read, c.del} {
			if version != "" {
				want = append(want, version)
			}
		}
		if !slices.Equal(seen, want) {
			t.Errorf("%s, HTTP/2 offered %t: the server saw %q, want %q", c.version, c.offersHTTP2, seen, want)
		}
	}
}

func TestUnusableTransportFiles(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for key, edit := range map[string]func(*config.Config){
		"tls.caFile":                          func(cfg *config.Config) { cfg.TLS.CAFile = empty },
		"tls.caFile: open":                    func(cfg *config.Config) { cfg.TLS.CAFile = empty + "x" },
		"tls.certificateFile and tls.keyFile": func(cfg *config.Config) { cfg.TLS.CertificateFile, cfg.TLS.KeyFile = empty, empty },
		"signing key":                         func(cfg *config.Config) { cfg.Client.SigningKeyFile, cfg.Client.SigningKeyID = empty, "kid" },
	} {
		if _, err := New(testConfig("http://127.0.0.1:1", edit)); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestResponsesOverTheLimit(t *testing.T) {
	var written atomic.Int64
	endless := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for chunk := bytes.Repeat([]byte("x"), 64<<10); written.Load() < 1<<30; {
			n, err := w.Write(chunk)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	if got := inconclusiveCall(t, endless); !strings.Contains(got, "larger than the limit of 65536 bytes") {
		t.Errorf("a gigabyte: %q", got)
	}
	if n := written.Load(); n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
	atLimit := `"` + strings.Repeat("x", 64<<10-2) + `"`
	if got := inconclusiveCall(t, reply(200, atLimit+" ")); !strings.Contains(got, "larger than the limit") {
		t.Errorf("a byte over the limit: %q", got)
	}
	b := newBank(t)
	b.on("GET "+accountsPath, reply(200, atLimit))
	c := testClient(t, b.URL)
	if answer := c.Call(t.Context(), contract.ListAccounts, ""); answer.inconclusive != "" || len(answer.raw) != 64<<10 {
		t.Errorf("just the limit: %q, %d bytes", answer.inconclusive, len(answer.raw))
	}
	if got := inconclusiveCall(t, reply(200, "{}", "X-Long", strings.Repeat("x", 17<<10))); !strings.Contains(got, "header") {
		t.Errorf("a header over the limit: %q", got)
	}
}

func zip(data []byte) string {
	var out bytes.Buffer
	zipper := gzip.NewWriter(&out)
	_, _ = zipper.Write(data)
	_ = zipper.Close()
	return out.String()
}

func TestGzip(t *testing.T) {
	const body = `{"Data":{"Account":[]}}`
	b := newBank(t)
	b.on("GET "+accountsPath, reply(200, zip([]byte(body)), "Content-Encoding", "gzip"))
	c := testClient(t, b.URL)
	if answer := c.Call(t.Context(), contract.ListAccounts, ""); answer.inconclusive != "" || string(answer.raw) != body {
		t.Errorf("got %q, inconclusive %q", answer.raw, answer.inconclusive)
	}
	bomb := zip(make([]byte, 32<<20))
	for name, tc := range map[string]struct{ body, want string }{
		"a bomb":         {bomb, "larger than the limit"},
		"cut off":        {zip([]byte(body))[:20], "not whole"},
		"not gzip":       {body, "gzip"},
		"trailing bytes": {zip([]byte(body)) + "x", "gzip"},
	} {
		if got := inconclusiveCall(t, reply(200, tc.body, "Content-Encoding", "gzip")); !strings.Contains(got, "COM-TRANSPORT") || !(strings.Contains(got, tc.want) || strings.Contains(got, "not whole")) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := inconclusiveCall(t, reply(200, body, "Content-Encoding", "br")); !strings.Contains(got, "not asked for") {
		t.Errorf("another coding: %q", got)
	}
}

func TestAnswersThatAreNotWhole(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		_, _ = w.Write([]byte(`{"Data":`))
		panic(http.ErrAbortHandler)
	}
	if got := inconclusiveCall(t, cut); !strings.Contains(got, "closed early") {
		t.Errorf("cut off: %q", got)
	}
	hang := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	short := func(cfg *config.Config) { cfg.Timeouts.Request = config.Duration(200 * time.Millisecond) }
	for name, handler := range map[string]http.HandlerFunc{"in the body": hang, "before the header": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }} {
		start := time.Now()
		got := inconclusiveCall(t, handler, short)
		if took := time.Since(start); !strings.Contains(got, "time limit") || took > 3*time.Second || took < 200*time.Millisecond {
			t.Errorf("a hang %s: %q after %s", name, got, took)
		}
	}
	for _, status := range []int{502, 503, 504} {
		if got := inconclusiveCall(t, reply(status, oneError)); !strings.Contains(got, "gateway") {
			t.Errorf("%d: %q", status, got)
		}
	}
}

func TestACancelledContextEndsTheExchange(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := testClient(t, b.URL)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	c.Call(ctx, contract.ListAccounts, "")
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("took %s", took)
	}
	if got := c.spec.Exchanges[0].Inconclusive; !strings.Contains(got, "cancelled") {
		t.Errorf("inconclusive is %q", got)
	}
}

func TestErrorsDoNotRepeatTheAddress(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	c.Call(t.Context(), contract.ListAccounts, "", Below("?state=in-the-address"))
	kept, err := json.Marshal(c.spec.Exchanges[0].Inconclusive)
	if err != nil || strings.Contains(string(kept), "in-the-address") || !strings.Contains(string(kept), "refused") {
		t.Errorf("the reason is %s (%v)", kept, err)
	}
}
