package doctor

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/embedded"
	"obconform/harness/mockbank"
)

var bankKeys = sync.OnceValues(mockbank.GenerateKeys)

// authority is a certificate authority of the test's own.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	pair := a.issue(x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.certificate, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue makes a certificate, signed by itself where the authority has none yet.
func (a *authority) issue(template x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().AddDate(0, -2, 0)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().AddDate(1, 0, 0)
	}
	parent, signer := &template, key
	if a.certificate != nil {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) server(days int) tls.Certificate {
	return a.issue(x509.Certificate{Subject: pkix.Name{CommonName: "the bank"}, NotAfter: time.Now().AddDate(0, 0, days), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
}

func (a *authority) client(days int) tls.Certificate {
	return a.issue(x509.Certificate{Subject: pkix.Name{CommonName: "our TPP"}, NotAfter: time.Now().AddDate(0, 0, days),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// patient is a mock bank with a configuration for it. What a test spoils is
// spoilt before the examination.
type patient struct {
	t           *testing.T
	ca          *authority // nil over plain http
	bank        *mockbank.Bank
	credentials mockbank.Credentials
	server      *httptest.Server
	dir, config string
	http1       bool // and not HTTP/2 as well, over TLS
	// change alters an answer of the bank's on its way.
	change func(r *http.Request, answer *httptest.ResponseRecorder)

	mu       sync.Mutex
	requests []string
}

// plainly is one over plain http, and securely one over TLS that asks for a
// client certificate of the same authority; settle changes how it does that.
func plainly(t *testing.T) *patient {
	t.Helper()
	return begin(t, func(p *patient) { p.server.Start() }, "http")
}

func securely(t *testing.T, settle ...func(p *patient, settings *tls.Config)) *patient {
	t.Helper()
	return begin(t, func(p *patient) {
		p.ca = newAuthority(t, "the test's authority")
		settings := &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: p.ca.pool(),
			Certificates: []tls.Certificate{p.ca.server(90)}}
		for _, change := range settle {
			change(p, settings)
		}
		p.server.TLS, p.server.EnableHTTP2 = settings, !p.http1
		p.server.StartTLS()
	}, "https")
}

func begin(t *testing.T, start func(*patient), scheme string) *patient {
	t.Helper()
	p := &patient{t: t, change: func(*http.Request, *httptest.ResponseRecorder) {}}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(p.answer))
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that must fail
	made, err := bankKeys()
	if err != nil {
		t.Fatal(err)
	}
	address := scheme + "://" + p.server.Listener.Addr().String()
	if p.bank, err = mockbank.New(mockbank.Options{BaseURL: address, Keys: made, TLS: scheme == "https"}); err != nil {
		t.Fatal(err)
	}
	p.credentials = p.bank.Credentials()
	start(p)
	t.Cleanup(p.server.Close)
	p.dir = t.TempDir()
	if p.config, err = embedded.WriteCredentials(p.dir, "bank under test", address, p.credentials); err != nil {
		t.Fatal(err)
	}
	p.set(map[string]any{"consents.way": "codes", "retries.pause": "1ms", "timeouts.connect": "2s"})
	if p.ca != nil {
		p.file("ca.pem", pemText("CERTIFICATE", p.ca.certificate.Raw))
		p.present(p.ca.client(90))
	}
	return p
}

func (p *patient) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	p.mu.Lock()
	p.requests = append(p.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+form.Get("grant_type")))
	p.mu.Unlock()
	recorded := httptest.NewRecorder()
	p.bank.Handler().ServeHTTP(recorded, r)
	p.change(r, recorded)
	for name, values := range recorded.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(recorded.Body.Bytes()) // a client that has gone is not our business
}

// edit has answers to that path altered as JSON objects.
func (p *patient) edit(path string, alter func(object map[string]any)) {
	p.change = func(r *http.Request, answer *httptest.ResponseRecorder) {
		var object map[string]any
		if !strings.HasSuffix(r.URL.Path, path) || json.Unmarshal(answer.Body.Bytes(), &object) != nil {
			return
		}
		alter(object)
		data, err := json.Marshal(object)
		if err != nil {
			p.t.Error(err)
		}
		answer.Body = bytes.NewBuffer(data)
	}
}

// set sets dotted keys of the configuration.
func (p *patient) set(settings map[string]any) {
	p.t.Helper()
	data, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		p.t.Fatal(err)
	}
	for key, value := range settings {
		object, names := document, strings.Split(key, ".")
		for _, name := range names[:len(names)-1] {
			if _, there := object[name].(map[string]any); !there {
				object[name] = map[string]any{}
			}
			object = object[name].(map[string]any)
		}
		object[names[len(names)-1]] = value
	}
	if data, err = json.Marshal(document); err != nil {
		p.t.Fatal(err)
	}
	p.file(filepath.Base(p.config), string(data))
}

// secret sets a secret of the configuration.
func (p *patient) secret(key, value string) {
	p.t.Helper()
	p.file("secret-"+key, value)
	p.set(map[string]any{key: map[string]any{"file": "secret-" + key}})
}

func (p *patient) file(name, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// present has the configuration name that client certificate.
func (p *patient) present(pair tls.Certificate) {
	p.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		p.t.Fatal(err)
	}
	p.file("own.pem", pemText("CERTIFICATE", pair.Certificate[0]))
	p.file("own-key.pem", pemText("PRIVATE KEY", key))
	p.set(map[string]any{"tls": map[string]any{"caFile": "ca.pem", "certificateFile": "own.pem", "keyFile": "own-key.pem"}})
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// asked are the requests that the bank has received.
func (p *patient) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.requests...)
}

func (p *patient) examine() Report {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return Examine(ctx, p.config, nil, func(Result) {})
}

// of is the result of a step.
func (r Report) of(t *testing.T, step string) Result {
	t.Helper()
	for _, result := range r.Steps {
		if result.Step == step {
			return result
		}
	}
	t.Fatalf("no step %q", step)
	return Result{}
}

// want fails the test unless the step ended so, with those words in what it
// found or says to do.
func (r Report) want(t *testing.T, step string, state State, blame Blame, words ...string) {
	t.Helper()
	result := r.of(t, step)
	said := strings.Join(append(append([]string{}, result.Found...), result.Do...), "\n")
	if result.State != state || result.Blame != blame {
		t.Errorf("%s: %s %s, want %s %s:\n%s", step, result.State, result.Blame, state, blame, said)
	}
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("%s does not say %q:\n%s", step, word, said)
		}
	}
	if (state == Failed || state == Warning) && len(result.Do) == 0 {
		t.Errorf("%s does not say what to do", step)
	}
}
