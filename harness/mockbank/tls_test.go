package mockbank_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// newTLSFixture trusts the bank's authority and presents the TPP's certificate.
func newTLSFixture(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t, mockbank.Options{TLS: true})
	certificate, err := tls.X509KeyPair([]byte(f.creds.ClientCertPEM), []byte(f.creds.ClientKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	f.present(certificate)
	return f
}

func (f *fixture) present(certificates ...tls.Certificate) {
	f.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(f.creds.ServerCAPEM)) {
		f.t.Fatal("no authority in the credentials")
	}
	transport := f.client.Transport.(*http.Transport)
	transport.CloseIdleConnections()
	fresh := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12}}
	f.t.Cleanup(fresh.CloseIdleConnections)
	f.client.Transport = fresh
}

func TestRegistrationNeedsAClientCertificate(t *testing.T) {
	f := newTLSFixture(t)
	if !strings.HasPrefix(f.send(get(discoveryPath)).must(200).text("registration_endpoint"), "https://") {
		t.Error("discovery names no https address")
	}
	f.send(f.registration(f.claims())).must(201)
	f.present()
	f.send(get(discoveryPath)).must(200)
	f.send(f.registration(f.claims())).must(403)
	f.ask(form("client_credentials")).must(200)
}

func TestTLSClientAuth(t *testing.T) {
	f := newTLSFixture(t)
	claims := f.claims()
	claims["token_endpoint_auth_method"] = "tls_client_auth"
	f.send(f.registration(claims)).must(400) // the subject is missing
	claims["tls_client_auth_subject_dn"] = "CN=someone else,C=GB"
	other := f.send(f.registration(claims)).must(201).text("client_id")
	claims = f.claims()
	claims["token_endpoint_auth_method"] = "tls_client_auth"
	claims["tls_client_auth_subject_dn"] = f.creds.ClientCertSubject
	mine := f.send(f.registration(claims)).must(201).text("client_id")

	ask := func(id string) got {
		return f.send(f.tokenRequest(url.Values{"grant_type": {"client_credentials"}, "client_id": {id}}))
	}
	ask(mine).must(200)
	ask(f.creds.ClientID).must(200)
	ask(other).oauthError(401, "invalid_client")
	f.present()
	ask(mine).oauthError(401, "invalid_client")
}

func TestUnknownClientCertificateIsRefused(t *testing.T) {
	f := newTLSFixture(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stranger"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	stranger := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	f.present()
	// Without this the client would not even offer a certificate of an
	// authority that the server does not name.
	transport := f.client.Transport.(*http.Transport)
	transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }
	response, err := f.client.Get(f.url + discoveryPath)
	if err == nil {
		_ = response.Body.Close()
		t.Error("a certificate of an unknown authority is accepted")
	}
}

func TestPublicAddress(t *testing.T) {
	f := newFixture(t, mockbank.Options{BaseURL: "https://bank.example"})
	if issuer := f.send(get(discoveryPath)).must(200).text("issuer"); issuer != "https://bank.example/open-banking/v3.0" || f.creds.Issuer != issuer {
		t.Errorf("issuer %q, credentials say %q", issuer, f.creds.Issuer)
	}
}

func TestHandlerServesWithoutAListener(t *testing.T) {
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	bank, err := mockbank.New(mockbank.Options{BaseURL: "https://bank.example", Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	bank.Handler().ServeHTTP(recorder, httptest.NewRequest("GET", discoveryPath, nil))
	if recorder.Code != 200 || !strings.Contains(recorder.Body.String(), `"token_endpoint":"https://bank.example/oauth2/token"`) {
		t.Errorf("%d %s", recorder.Code, recorder.Body)
	}
}

func TestStartReportsAnAddressInUse(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	if second, err := f.bank.Start(strings.TrimPrefix(f.url, "http://")); err == nil {
		_ = second.Close()
		t.Error("two listeners on one address")
	}
}

func TestConcurrentUse(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	body := f.tokenRequest(form("client_credentials", "client_id", f.creds.ClientID, "client_secret", f.creds.ClientSecret)).body
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				response, err := f.client.Post(f.url+tokenPath, "application/x-www-form-urlencoded", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != 200 || f.bank.Credentials().ClientID != f.creds.ClientID {
					t.Errorf("status %d", response.StatusCode)
				}
			}
		})
	}
	group.Wait()
}
