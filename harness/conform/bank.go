package conform

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"obconform/harness/embedded"
	"obconform/harness/mockbank"
)

// TB is what this package asks of a test. A *testing.T is one, and so is
// GinkgoT().
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// Bank is a mock bank that keeps the contract, or breaks it as it is told, and
// serves on a loopback port until the end of the test.
type Bank struct {
	// URL is the bank's address, without a trailing slash. Over TLS it is an
	// https one, by a certificate authority that Client trusts.
	URL string
	// Credentials is all that a client needs at this bank, in memory.
	Credentials mockbank.Credentials
	// ConfigFile is a configuration of obconform for this bank, in the test's
	// temporary folder, beside files with the credentials.
	ConfigFile string

	t      TB
	client *http.Client
}

// keys are shared by the banks of a test binary: to make them takes longer than
// most tests do.
var keys = sync.OnceValues(mockbank.GenerateKeys)

// NewBank starts a mock bank, and ends the test where it cannot. The zero options
// are a bank over plain HTTP that keeps every clause; TLS adds https and client
// certificates, Faults names what it breaks.
func NewBank(t TB, options mockbank.Options) *Bank {
	t.Helper()
	if options.Keys == nil {
		shared, err := keys()
		if err != nil {
			t.Fatalf("conform: the keys of the mock bank: %v", err)
			return nil
		}
		options.Keys = shared
	}
	made, err := mockbank.New(options)
	if err != nil {
		t.Fatalf("conform: the mock bank: %v", err)
		return nil
	}
	server, err := made.Start("127.0.0.1:0")
	if err != nil {
		t.Fatalf("conform: the mock bank: %v", err)
		return nil
	}
	bank := &Bank{URL: server.URL(), Credentials: made.Credentials(), t: t}
	if bank.client, err = newClient(bank.Credentials); err == nil {
		bank.ConfigFile, err = embedded.WriteCredentials(t.TempDir(), "mock bank", bank.URL, bank.Credentials)
	}
	t.Cleanup(func() {
		bank.client.CloseIdleConnections()
		_ = server.Close() // nobody is left to be told
	})
	if err != nil {
		t.Fatalf("conform: the credentials of the mock bank: %v", err)
	}
	return bank
}

// newClient trusts the bank, proves itself by the client's certificate, and
// follows no redirect: the one of the authorisation endpoint brings the code.
func newClient(c mockbank.Credentials) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the bank is on loopback
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if c.ServerCAPEM == "" {
		return client, nil
	}
	pair, err := tls.X509KeyPair([]byte(c.ClientCertPEM), []byte(c.ClientKeyPEM))
	if err != nil {
		return client, err
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(c.ServerCAPEM))
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return client, nil
}

// Client is a client that trusts the bank, has the client's certificate where the
// bank serves TLS, and follows no redirect. It is shared by its callers.
func (b *Bank) Client() *http.Client { return b.client }

// ClientToken is an access token of a client-credentials grant for the scope,
// accounts or fundsconfirmations. It ends the test where there is none.
func (b *Bank) ClientToken(scope string) string {
	b.t.Helper()
	return b.token(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
}

// CustomerToken is an access token for a consent that a customer has authorised
// already, by the name of a predefined code: see mockbank.Credentials.Codes. It
// ends the test where there is none.
func (b *Bank) CustomerToken(code string) string {
	b.t.Helper()
	return b.token(url.Values{"grant_type": {"authorization_code"}, "code": {b.Credentials.Codes[code]}, "redirect_uri": {b.Credentials.RedirectURIs[0]}})
}

func (b *Bank) token(form url.Values) string {
	b.t.Helper()
	token, err := b.askToken(form)
	if err != nil {
		b.t.Fatalf("conform: the mock bank gives no token for %s: %v", form.Get("grant_type"), err)
	}
	return token
}

func (b *Bank) askToken(form url.Values) (string, error) {
	metadata, err := b.discover()
	if err != nil {
		return "", err
	}
	request, err := http.NewRequest(http.MethodPost, metadata.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(b.Credentials.ClientID), url.QueryEscape(b.Credentials.ClientSecret))
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := b.ask(request, &granted); err != nil {
		return "", err
	}
	if granted.AccessToken == "" {
		return "", fmt.Errorf("the answer has no access_token")
	}
	return granted.AccessToken, nil
}

// metadata is what the bank publishes of itself.
type metadata struct {
	Token string `json:"token_endpoint"`
	Keys  string `json:"jwks_uri"`
}

func (b *Bank) discover() (published metadata, err error) {
	request, err := http.NewRequest(http.MethodGet, b.URL+"/open-banking/v3.0/.well-known/openid-configuration", nil)
	if err != nil {
		return published, err
	}
	err = b.ask(request, &published)
	return published, err
}

// ask makes a request that the bank answers with 200 and JSON.
func (b *Bank) ask(request *http.Request, answer any) error {
	response, err := b.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", request.URL.Path, response.StatusCode, body)
	}
	return json.Unmarshal(body, answer)
}

// Judge is a judge that verifies signatures with this bank's keys. It ends the
// test where they cannot be read or the options make no sense.
func (b *Bank) Judge(options Options) *Judge {
	b.t.Helper()
	if options.JWKS == nil {
		keys, err := b.keys()
		if err != nil {
			b.t.Fatalf("conform: the keys of the mock bank: %v", err)
		}
		options.JWKS = keys
	}
	judge, err := New(options)
	if err != nil {
		b.t.Fatalf("%v", err)
	}
	return judge
}

func (b *Bank) keys() (json.RawMessage, error) {
	metadata, err := b.discover()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodGet, metadata.Keys, nil)
	if err != nil {
		return nil, err
	}
	var set json.RawMessage
	err = b.ask(request, &set)
	return set, err
}
