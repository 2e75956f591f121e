package main_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"obconform/harness/mockbank"
)

// authority is a certificate authority of the test's own.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	pair := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Now().AddDate(1, 0, 0)})
	a.certificate, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue makes a certificate with a key of its own, signed by itself where the
// authority has none yet.
func (a *authority) issue(template *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().AddDate(0, -1, 0)
	parent, signer := template, key
	if a.certificate != nil {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// client is the certificate of a TPP that is good for so many days.
func (a *authority) client(days int) tls.Certificate {
	return a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "our TPP", OrganizationalUnit: []string{"0015800001041RbAAI"}, Country: []string{"GB"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: time.Now().AddDate(0, 0, days)})
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// seen is one request as the bank saw it.
type seen struct {
	method, path, proto string
	client              string // common name of the client certificate
	form                url.Values
	authorization       string
	query               url.Values
}

// secured is a sound mock bank that serves TLS under an authority of the test's
// own, to nobody without a client certificate of it, over HTTP/2 and HTTP/1.1.
type secured struct {
	t           *testing.T
	ca          *authority
	credentials mockbank.Credentials
	address     string // the bank's public one
	server      *httptest.Server
	config      string
	client      tls.Certificate

	mu       sync.Mutex
	requests []seen
}

// secure starts one. Under another host's name than loopback's it can be reached
// through a proxy alone.
func secure(t *testing.T, host string, options mockbank.Options) *secured {
	t.Helper()
	s := &secured{t: t, ca: newAuthority(t, "the test's authority")}
	s.client = s.ca.client(90)
	s.server = httptest.NewUnstartedServer(nil)
	s.address = "https://" + s.server.Listener.Addr().String()
	if host != "" {
		s.address = "https://" + host
	}
	options.TLS, options.ClientSubject = true, s.client.Leaf.Subject.String()
	bank := newBank(t, s.address, options)
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		bank.Handler().ServeHTTP(w, r)
	})
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that must fail
	s.server.EnableHTTP2 = true
	s.server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: s.ca.pool(),
		Certificates: []tls.Certificate{s.ca.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "the bank"}, NotAfter: time.Now().AddDate(0, 6, 0),
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"bank.test"}})}}
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	s.credentials = bank.Credentials()
	s.config = amend(t, configure(t, s.address, s.credentials, nil), map[string]any{"target.kind": "mock"})
	s.file("ca.pem", pemText("CERTIFICATE", s.ca.certificate.Raw))
	s.present(s.client)
	return s
}

// note keeps a request, and puts back what it reads of it.
func (s *secured) note(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("reading a request: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	one := seen{method: r.Method, path: r.URL.Path, proto: r.Proto, authorization: r.Header.Get("Authorization"), query: r.URL.Query()}
	if strings.HasSuffix(r.URL.Path, tokenPath) {
		one.form, _ = url.ParseQuery(string(body)) // a spec may send anything
	}
	if len(r.TLS.PeerCertificates) > 0 {
		one.client = r.TLS.PeerCertificates[0].Subject.CommonName
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, one)
}

// to lists the requests of a method to a path, or below one that ends in "/".
func (s *secured) to(method, path string) []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []seen
	for _, one := range s.requests {
		if one.method == method && (one.path == path || strings.HasSuffix(path, "/") && strings.HasPrefix(one.path, path)) {
			found = append(found, one)
		}
	}
	return found
}

// all lists every request.
func (s *secured) all() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// forget begins the list of requests anew.
func (s *secured) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// amend sets keys of the bank's configuration.
func (s *secured) amend(settings map[string]any) {
	s.t.Helper()
	amend(s.t, s.config, settings)
}

// file writes a file beside the configuration.
func (s *secured) file(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.config), name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// present has the configuration name that client certificate, as a PEM pair.
func (s *secured) present(certificate tls.Certificate) {
	s.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		s.t.Fatal(err)
	}
	s.file("own.pem", pemText("CERTIFICATE", certificate.Certificate[0]))
	s.file("own-key.pem", pemText("PRIVATE KEY", key))
	s.amend(map[string]any{"tls.certificateFile": "own.pem", "tls.keyFile": "own-key.pem"})
}

// presentPKCS12 has the configuration name it as a PKCS#12 file.
func (s *secured) presentPKCS12(certificate tls.Certificate, password string) {
	s.t.Helper()
	data, err := pkcs12.Modern2023.Encode(certificate.PrivateKey, certificate.Leaf, []*x509.Certificate{s.ca.certificate}, password)
	if err != nil {
		s.t.Fatal(err)
	}
	s.file("own.p12", string(data))
	s.file("password.txt", password)
	s.amend(map[string]any{"tls": map[string]any{"caFile": "ca.pem", "pkcs12File": "own.p12", "pkcs12Password": map[string]any{"file": "password.txt"}}})
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// essential are a few clauses that show that everything works: tokens, a code,
// accounts, funds, a deletion, a registration and its management.
func essential() []string {
	return []string{"AAC-201", "AAC-DELETE-204", "ACC-LIST-200", "COF-FUNDS-201", "COM-EMPTY", "DCR-201", "DCR-201-USABLE", "DCR-GET-200",
		"DIS-JWKS", "TOK-200", "TOK-CODE", "TOK-IDTOKEN"}
}

// conformEssentially runs the specs of the essential clauses, but for the ones
// left out.
func conformEssentially(t *testing.T, config string, without ...string) conformed {
	t.Helper()
	var labels []string
	for _, clause := range essential() {
		if !slices.Contains(without, clause) && clause != "COM-EMPTY" { // which no spec proves alone
			labels = append(labels, "clause:"+clause)
		}
	}
	return conform(t, "--config", config, "--label-filter", strings.Join(labels, " || "))
}

// wantEssential fails the test unless the essential clauses passed, but for the
// ones left out, and nothing else happened.
func (r conformed) wantEssential(t *testing.T, without ...string) {
	t.Helper()
	r.wantStatus(t, 0)
	passed := r.withVerdict("passed")
	for _, clause := range essential() {
		if got := slices.Contains(passed, clause); got == slices.Contains(without, clause) {
			t.Errorf("%s passed: %t", clause, got)
		}
	}
	for _, verdict := range []string{"failed", "warned", "inconclusive"} {
		if clauses := r.withVerdict(verdict); len(clauses) > 0 {
			t.Errorf("%s: %q\n%s", verdict, clauses, r.out)
		}
	}
}
