package mockbank_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"obconform/harness/mockbank"
)

func (f *fixture) curveKey() *ecdsa.PrivateKey {
	f.t.Helper()
	block, _ := pem.Decode([]byte(f.creds.CurveKeyPEM))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		f.t.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey)
}

// by signs with the key of that algorithm.
func (f *fixture) by(algorithm jose.SignatureAlgorithm, claims map[string]any) string {
	f.t.Helper()
	if algorithm == jose.ES256 {
		return signWith(f.t, algorithm, f.curveKey(), f.creds.CurveKeyID, claims)
	}
	return signWith(f.t, algorithm, f.tppKey(), f.creds.SigningKeyID, claims)
}

// A client signs with the algorithm that it registered, and with no other.
func TestClientsSignAsTheyRegistered(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	for _, c := range []struct {
		registered, signed jose.SignatureAlgorithm
		accepted           bool
	}{
		{jose.PS256, jose.PS256, true}, {jose.ES256, jose.ES256, true}, {jose.PS256, jose.ES256, false}, {jose.ES256, jose.PS256, false},
	} {
		claims := f.claims()
		claims["token_endpoint_auth_method"] = "private_key_jwt"
		claims["token_endpoint_auth_signing_alg"], claims["request_object_signing_alg"] = c.registered, c.registered
		registration := f.registration(claims)
		registration.body = f.by(c.signed, claims) // the software statement vouches for both keys
		answer := f.send(registration).must(201)
		id := answer.text("client_id")
		if got := answer.text("requestObjectSigningAlg"); got != string(c.registered) {
			t.Errorf("registered %s, shown %s", c.registered, got)
		}
		token := f.send(f.tokenRequest(url.Values{
			"grant_type": {"client_credentials"}, "scope": {"accounts"}, "client_id": {id},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion": {f.by(c.signed, map[string]any{"iss": id, "sub": id, "aud": f.creds.Issuer, "jti": uuid.NewString(),
				"exp": f.clock.Now().Unix() + 300})},
		}))
		if accepted := token.status == 200; accepted != c.accepted {
			t.Errorf("an assertion by %s of a client that registered %s: %d", c.signed, c.registered, token.status)
		}
		object := f.requestClaims(f.waitingConsent(), "accounts")
		object["iss"], object["client_id"] = id, id
		params := f.authorizeRequest(object)
		params.Set("client_id", id)
		params.Set("request", f.by(c.signed, object))
		back, _ := f.authorize(params)
		// The consent is the predefined client's: a request object that is taken
		// fails for that.
		want := map[bool]string{true: "invalid_request", false: "invalid_request_object"}[c.accepted]
		if got := back.Get("error"); got != want {
			t.Errorf("a request object by %s of a client that registered %s: %s, want %s", c.signed, c.registered, got, want)
		}
	}
}

// The algorithm and the key belong together, whatever kid a header names.
func TestAnotherKindOfKeyIsRefused(t *testing.T) {
	f := newFixture(t, mockbank.Options{})
	claims := f.claims()
	registration := f.registration(claims)
	registration.body = signWith(t, jose.ES256, f.curveKey(), f.creds.SigningKeyID, claims)
	f.send(registration).must(400)
	claims["request_object_signing_alg"] = "RS256"
	f.send(f.registration(claims)).must(400)
}

// HTTP/2 is offered where asked for, and HTTP/1.1 beside it.
func TestHTTP2IsOffered(t *testing.T) {
	for _, offered := range []bool{false, true} {
		f := newFixture(t, mockbank.Options{TLS: true, HTTP2: offered})
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(f.creds.ServerCAPEM))
		for version, protocols := range map[int]*http.Protocols{1: {}, 2: {}} {
			protocols.SetHTTP1(true)
			protocols.SetHTTP2(version == 2)
			transport := &http.Transport{Protocols: protocols, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
			response, err := (&http.Client{Transport: transport}).Get(f.url + discoveryPath)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			transport.CloseIdleConnections()
			want := 1
			if offered && version == 2 {
				want = 2
			}
			if response.ProtoMajor != want || response.StatusCode != 200 {
				t.Errorf("offered %t, asked for HTTP/%d: %s, %d", offered, version, response.Proto, response.StatusCode)
			}
		}
	}
}

// authority makes a certificate authority and a client certificate of it.
func authority(t *testing.T, subject pkix.Name) (caPEM string, client tls.Certificate) {
	t.Helper()
	issue := func(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if parent == nil {
			parent, signer = template, key
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made, key
	}
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	ca, caKey := issue(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TPPs' CA"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	leaf, key := issue(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: subject, NotBefore: from, NotAfter: to,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, ca, caKey)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})),
		tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

// A bank can take the certificates of another authority, tell its predefined
// client by one, and insist on having one.
func TestCertificatesOfAnotherAuthority(t *testing.T) {
	ca, mine := authority(t, pkix.Name{CommonName: "my TPP", Organization: []string{"Mine"}})
	_, stranger := authority(t, pkix.Name{CommonName: "my TPP", Organization: []string{"Mine"}})
	f := newFixture(t, mockbank.Options{TLS: true, ClientCA: ca, RequireClientCert: true, ClientSubject: mine.Leaf.Subject.String()})
	token := func() got {
		return f.send(f.tokenRequest(url.Values{"grant_type": {"client_credentials"}, "client_id": {f.creds.ClientID}}))
	}
	f.present(mine)
	token().must(200)
	own, err := tls.X509KeyPair([]byte(f.creds.ClientCertPEM), []byte(f.creds.ClientKeyPEM))
	if err != nil {
		t.Fatal(err)
	}
	f.present(own) // of the bank's own authority, but another subject
	token().oauthError(401, "invalid_client")
	for name, certificates := range map[string][]tls.Certificate{"a stranger's": {stranger}, "none": nil} {
		f.present(certificates...)
		if len(certificates) > 0 {
			transport := f.client.Transport.(*http.Transport)
			transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }
		}
		if response, err := f.client.Get(f.url + discoveryPath); err == nil {
			_ = response.Body.Close()
			t.Errorf("accepted with %s certificate", name)
		}
	}
	for name, wrong := range map[string]mockbank.Options{
		"no PEM":      {TLS: true, ClientCA: "x"},
		"without TLS": {ClientCA: ca}, "required without TLS": {RequireClientCert: true}, "HTTP/2 without TLS": {HTTP2: true},
	} {
		if _, err := mockbank.New(wrong); err == nil || !strings.HasPrefix(err.Error(), "mock bank: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A bank may want the scope named with codes and refresh tokens; where one is
// named it must be right, at any bank.
func TestScopeOfCodesAndRefreshTokens(t *testing.T) {
	for _, needed := range []bool{false, true} {
		f := newFixture(t, mockbank.Options{NeedScope: needed})
		redeem := form("authorization_code", "code", f.creds.Codes["accounts"], "redirect_uri", f.creds.RedirectURIs[0])
		redeem.Set("scope", "accounts")
		answer := f.ask(redeem).must(200)
		refresh := form("refresh_token", "refresh_token", answer.text("refresh_token"), "scope", "accounts")
		f.ask(refresh).must(200)
		for _, request := range []url.Values{redeem, refresh} {
			request.Set("scope", "fundsconfirmations")
			f.ask(request).oauthError(400, "invalid_scope")
			request.Del("scope")
			if needed {
				f.ask(request).oauthError(400, "invalid_scope")
			} else {
				f.ask(request).must(200)
			}
		}
	}
}
