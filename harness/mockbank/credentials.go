package mockbank

import (
	"crypto/x509"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Credentials is all that a TPP needs to use the bank, and what a tester needs
// to make it refuse. Secrets are in the clear: they are worth nothing elsewhere.
type Credentials struct {
	ClientID           string `json:"clientId"` // predefined client
	ClientSecret       string `json:"clientSecret"`
	SecondClientID     string `json:"secondClientId"` // another TPP
	SecondClientSecret string `json:"secondClientSecret"`

	SigningKeyPEM string   `json:"signingKeyPem"` // PKCS #8; signs registrations, assertions, request objects
	SigningKeyID  string   `json:"signingKeyId"`  // kid
	CurveKeyPEM   string   `json:"curveKeyPem"`   // the same on P-256, for ES256
	CurveKeyID    string   `json:"curveKeyId"`
	SoftwareID    string   `json:"softwareId"` // 22 characters of Base62
	RedirectURIs  []string `json:"redirectUris"`
	Issuer        string   `json:"issuer"`   // of the bank; known once it has an address
	Audience      string   `json:"audience"` // what aud must name

	SoftwareStatement          string `json:"softwareStatement"`
	ExpiredSoftwareStatement   string `json:"expiredSoftwareStatement"`
	UntrustedSoftwareStatement string `json:"untrustedSoftwareStatement"` // signed by nobody the bank knows
	ForeignSoftwareStatement   string `json:"foreignSoftwareStatement"`   // of another software_id

	ServerCAPEM       string `json:"serverCaPem,omitempty"` // these four only with TLS
	ClientCertPEM     string `json:"clientCertPem,omitempty"`
	ClientKeyPEM      string `json:"clientKeyPem,omitempty"`
	ClientCertSubject string `json:"clientCertSubject,omitempty"` // RFC 4514

	// Codes are predefined authorization codes by name: accounts and
	// fundsconfirmations for the scopes; basic, detail, rejected, revoked,
	// expired and nopermission for account consents of that kind. Each may be
	// exchanged again and again, and yields a new consent every time.
	Codes map[string]string `json:"codes"`
	// Provoke is the request header that makes the bank answer a status.
	Provoke map[string]HeaderField `json:"provoke"`
	// RateLimit is how many requests a second are fair use; 0 means no limit.
	RateLimit int `json:"rateLimit"`

	DebtorAccount    DebtorAccount `json:"debtorAccount"`
	AccountCount     int           `json:"accountCount"`     // that an account consent covers
	ForeignAccountID string        `json:"foreignAccountId"` // exists, covered by no consent
	SettleTime       string        `json:"settleTime"`       // within which a new consent can be read; a duration of Go's
}

// HeaderField is one request header.
type HeaderField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// DebtorAccount is the account behind the predefined funds confirmation code.
type DebtorAccount struct {
	SchemeName     string `json:"schemeName"`
	Identification string `json:"identification"`
	Name           string `json:"name"`
	Currency       string `json:"currency"` // ISO 4217
	Balance        string `json:"balance"`  // decimal, in Currency
}

// tppIdentity is the part of the credentials that is made once.
type tppIdentity struct {
	clientID    string
	credentials Credentials
}

// Credentials returns what a TPP needs. Issuer and Audience are those of the
// address that the bank has at the time of the call.
func (b *Bank) Credentials() Credentials {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.tpp.credentials
	out.Issuer, out.Audience = b.issuer(), b.issuer()
	out.RateLimit = b.options.Strain.RateLimit
	out.RedirectURIs = append([]string(nil), out.RedirectURIs...)
	out.Codes, out.Provoke = maps.Clone(out.Codes), maps.Clone(out.Provoke)
	return out
}

// prepareTPPs makes the predefined clients, codes and statements.
func (b *Bank) prepareTPPs() error {
	redirects := []string{"https://tpp.example/callback", "https://tpp.example/other-callback"}
	debtor, id := customerAccounts[0], customerAccounts[0].identifications[0]
	out := Credentials{
		ClientID: b.source.uuid(), ClientSecret: b.source.uuid(),
		SecondClientID: b.source.uuid(), SecondClientSecret: b.source.uuid(),
		SigningKeyID: b.keys.tpp.id, CurveKeyID: b.keys.tppCurve.id, SoftwareID: b.source.softwareID(), RedirectURIs: redirects,
		Codes: map[string]string{}, Provoke: map[string]HeaderField{},
		DebtorAccount: DebtorAccount{
			SchemeName: id.SchemeName, Identification: id.Identification, Name: id.Name,
			Currency: debtor.currency, Balance: debtor.balance,
		},
		AccountCount: len(customerAccounts), ForeignAccountID: foreignAccount.id, SettleTime: "0s",
	}
	for _, status := range provokable {
		out.Provoke[strconv.Itoa(status)] = HeaderField{Name: provokeHeader, Value: strconv.Itoa(status)}
	}
	b.predefined = predefinedCodes(out.Codes, b.source)
	for _, key := range []struct {
		private any
		into    *string
	}{{b.keys.tpp.private, &out.SigningKeyPEM}, {b.keys.tppCurve.private, &out.CurveKeyPEM}} {
		der, err := x509.MarshalPKCS8PrivateKey(key.private)
		if err != nil {
			return fmt.Errorf("encode the TPP's key: %w", err)
		}
		*key.into = encodePEM("PRIVATE KEY", der)
	}
	if b.certs != nil {
		out.ServerCAPEM, out.ClientCertPEM = b.certs.caPEM, b.certs.clientCertPEM
		out.ClientKeyPEM, out.ClientCertSubject = b.certs.clientKeyPEM, b.certs.clientSubject
	}
	if b.options.ClientSubject != "" {
		out.ClientCertSubject = b.options.ClientSubject
	}
	if err := b.issueStatements(&out); err != nil {
		return fmt.Errorf("issue software statements: %w", err)
	}
	b.tpp = tppIdentity{clientID: out.ClientID, credentials: out}
	return b.addPredefinedClients(out)
}

func (b *Bank) issueStatements(out *Credentials) error {
	const year = 365 * 24 * time.Hour
	valid := statementDraft{softwareID: out.SoftwareID, redirectURIs: out.RedirectURIs, expires: b.now().Add(year), signer: b.keys.directory}
	expired, untrusted, foreign := valid, valid, valid
	expired.expires = b.now().Add(-time.Hour)
	untrusted.signer = b.keys.tpp // nobody trusts a statement that a TPP signs itself
	foreign.softwareID = b.source.softwareID()
	for _, wanted := range []struct {
		draft statementDraft
		into  *string
	}{
		{valid, &out.SoftwareStatement}, {expired, &out.ExpiredSoftwareStatement},
		{untrusted, &out.UntrustedSoftwareStatement}, {foreign, &out.ForeignSoftwareStatement},
	} {
		signed, err := b.issueStatement(wanted.draft)
		if err != nil {
			return err
		}
		*wanted.into = signed
	}
	return nil
}

// addPredefinedClients registers the TPP of the credentials and another one,
// which has neither its key nor its redirect URIs.
func (b *Bank) addPredefinedClients(out Credentials) error {
	second := statementDraft{softwareID: b.source.softwareID(), redirectURIs: []string{"https://other-tpp.example/callback"}, expires: b.now().Add(time.Hour), signer: b.keys.directory}
	secondStatement, err := b.issueStatement(second)
	if err != nil {
		return fmt.Errorf("issue the second client's software statement: %w", err)
	}
	now := b.now()
	base := metadata{
		issued: now.Unix(), expires: now.Add(registrationLifetime).Unix(),
		tokenEndpointAuthMethod: methodBasic,
		grantTypes:              []string{grantAuthorizationCode, grantClientCredentials, grantRefreshToken},
		responseTypes:           []string{responseTypeCode, responseTypeHybrid},
		scopes:                  []string{scopeOpenID, scopeAccounts, scopeFunds},
		applicationType:         "web",
		idTokenAlg:              string(jose.PS256), requestObjectAlg: string(jose.PS256), tokenEndpointAuthAlg: string(jose.PS256),
	}
	first, other := base, base
	first.jti, first.softwareID, first.softwareStatement = b.source.uuid(), out.SoftwareID, out.SoftwareStatement
	first.redirectURIs, first.tlsSubject = out.RedirectURIs, out.ClientCertSubject
	other.jti, other.softwareID, other.softwareStatement = b.source.uuid(), second.softwareID, secondStatement
	other.redirectURIs = second.redirectURIs
	keys := keySet{b.keys.tpp.id: &b.keys.tpp.private.PublicKey, b.keys.tppCurve.id: &b.keys.tppCurve.private.PublicKey}
	b.clients.put(out.ClientID, &client{id: out.ClientID, secret: out.ClientSecret, anyMethod: true, keys: keys, registered: first})
	b.clients.put(out.SecondClientID, &client{id: out.SecondClientID, secret: out.SecondClientSecret, anyMethod: true, registered: other})
	return nil
}
