// Package config reads, validates and redacts the configuration: one JSON file
// that describes a target, who we are there, and what a run may do, with every
// key open to an environment variable. It owns the defaults and every rule
// about what a configuration may say, and reports all that is wrong at once.
//
// It makes no request and knows no test framework, and refuses to import
// anything of ours but harness/contract, harness/profile and harness/waiver,
// whose words it uses, harness/jose, which reads keys, and harness/format and
// harness/deprecation, which say how what is written grows old.
package config

import (
	"slices"
	"time"

	"obconform/harness/contract"
	"obconform/harness/profile"
)

// Config is the whole configuration, validated; see config.example.json for a
// realistic value of every key.
type Config struct {
	Target       Target       `json:"target"`
	Proxy        Proxy        `json:"proxy"`
	TLS          TLS          `json:"tls"`
	Client       Client       `json:"client"`
	SecondClient SecondClient `json:"secondClient"`
	Registration Registration `json:"registration"`
	Consents     Consents     `json:"consents"`
	Fixtures     Fixtures     `json:"fixtures"`
	// Provoke says, per status, which request headers make the target give that
	// answer, or which burst of requests makes it answer 429 (R13).
	Provoke  []Provocation `json:"provoke"`
	Timeouts Timeouts      `json:"timeouts"`
	Limits   Limits        `json:"limits"`
	Retries  Retries       `json:"retries"`
	Budgets  Budgets       `json:"budgets"`
	// FailOn lists the levels whose breach fails a run; doc and std by default.
	FailOn []contract.Level `json:"failOn"`
	// Profile says what known departures of the bank count for: documented,
	// standard or observed.
	Profile profile.Profile `json:"profile"`
	// Waivers is a file of breaches that are accepted for a time, empty for none.
	Waivers string `json:"waivers"`

	warnings []string
}

// Warnings are what a user should know of a configuration that can be used all
// the same: one line each, naming key and file, such as a certificate that ends
// within 30 days.
func (c Config) Warnings() []string { return slices.Clone(c.warnings) }

// Target is the bank under test.
type Target struct {
	// Name stands in reports; without one, the host of BaseURL does.
	Name string `json:"name"`
	// BaseURL is scheme, host and optional port and path; https, http only on
	// loopback; without a slash at its end.
	BaseURL string `json:"baseUrl"`
	// Paths are the base paths below BaseURL, per path group (contract section
	// 1, R8); a group that the file leaves out keeps its documented path.
	Paths map[contract.PathGroup]string `json:"paths"`
	// AllowedHosts are the hosts ("name" or "name:port", port 443 where none is
	// named) that may be called beside BaseURL's own (R14).
	AllowedHosts []string `json:"allowedHosts"`
	// HTTPVersion is auto (HTTP/2 where the target offers it, else HTTP/1.1), 1.1
	// or 2. Deletions use HTTP/1.1 all the same, where what stands behind an
	// answer can be seen on the wire, unless it is 2.
	HTTPVersion string `json:"httpVersion"`
	// SettleTime is how long a new resource may need before it can be read (R15).
	SettleTime Duration `json:"settleTime"`
	// ClockSkew is the difference between the clocks that is allowed for.
	ClockSkew Duration `json:"clockSkew"`
	// InitialConsentStatus lists the statuses that a new consent may have:
	// AwaitingAuthorisation, and Authorised for a sandbox that pre-authorises.
	InitialConsentStatus []string `json:"initialConsentStatus"`
	// SignatureJWKSURL is where the keys of x-jws-signature are published, when
	// not in discovery's jwks_uri.
	SignatureJWKSURL string `json:"signatureJwksUrl"`
	// RequireSignature promotes COM-SIGNATURE-PRESENT from adv to doc (R10).
	RequireSignature bool `json:"requireSignature"`
	// NotOffered are clauses that the target cannot be asked to keep, because it
	// is no bank but a mock on loopback that answers from examples, for one.
	NotOffered []NotOffered `json:"notOffered"`
	// Kind is mock, sandbox or production, or empty; Config.Kind says what an
	// empty one counts as.
	Kind string `json:"kind"`
	// AllowDestructive lets a run register, change and delete registrations at a
	// target that is no mock (R9, R11).
	AllowDestructive bool `json:"allowDestructive"`
	// Rate is how fast the target may be asked, by all processes of a run.
	Rate Rate `json:"rate"`
}

// Rate is a budget of requests.
type Rate struct {
	// RequestsPerSecond is 0 for no limit.
	RequestsPerSecond float64 `json:"requestsPerSecond"`
	// Burst is how many requests may follow each other at once.
	Burst int `json:"burst"`
}

// Retries say how patient a run is with a target that is busy or stumbles.
type Retries struct {
	// Reads is how often a read is sent again after a gateway's error or a lost
	// connection; nothing else ever is.
	Reads int `json:"reads"`
	// Pause is waited before the first repetition, and twice as long before each
	// further one; also after a 429 that does not say how long.
	Pause Duration `json:"pause"`
	// LongestWait bounds what one request waits in all because a 429 asks for it.
	LongestWait Duration `json:"longestWait"`
}

// Proxy is the HTTP proxy through which the target is called; never one on
// loopback. Where URL is empty, the variables HTTPS_PROXY and NO_PROXY count.
type Proxy struct {
	// URL is http, host and port; empty for none.
	URL string `json:"url"`
	// User and Password are what the proxy asks for by Basic, if it does.
	User     string `json:"user"`
	Password Secret `json:"password"`
	// NoProxy lists the hosts that are called without the proxy, in the form of
	// NO_PROXY: names (with their subdomains), addresses, CIDR ranges, or "*".
	NoProxy []string `json:"noProxy"`
}

// TLS is the transport's material; verification itself cannot be switched off.
// Once loaded, its paths no longer depend on the current folder.
type TLS struct {
	// CAFile is a PEM file of the authorities to trust, empty for the system's.
	CAFile string `json:"caFile"`
	// ClientCertificate says in which form the client certificate is given, pem
	// or pkcs12; empty for the one that is given.
	ClientCertificate string `json:"clientCertificate"`
	// CertificateFile and KeyFile are the PEM pair of the client certificate.
	CertificateFile string `json:"certificateFile"`
	KeyFile         string `json:"keyFile"`
	// PKCS12File holds both (RFC 7292), opened with PKCS12Password.
	PKCS12File     string `json:"pkcs12File"`
	PKCS12Password Secret `json:"pkcs12Password"`
}

// Client is who we are at the target: one registered client.
type Client struct {
	ID     Secret `json:"id"`
	Secret Secret `json:"secret"`
	// AuthMethod is client_secret_basic, client_secret_post, private_key_jwt or
	// tls_client_auth.
	AuthMethod string `json:"authMethod"`
	// AssertionAudience is the aud claim of private_key_jwt's assertions; empty
	// for the token endpoint's address.
	AssertionAudience string `json:"assertionAudience"`
	// SigningKeyFile is the private key (PEM or JWK) that signs registrations,
	// request objects and client assertions: PS256 by an RSA key, ES256 by one
	// on P-256.
	SigningKeyFile string `json:"signingKeyFile"`
	// SigningKeyID is the kid under which the target knows that key; a JWK's own
	// where none is given.
	SigningKeyID string `json:"signingKeyId"`
	// RedirectURI is one that is registered for this client.
	RedirectURI string `json:"redirectUri"`
	// Scopes are the scope values to ask for, per API scope of the contract.
	Scopes Scopes `json:"scopes"`
	// SendScopeOn lists the grants, beside client_credentials, whose token
	// requests name the scope: authorization_code, refresh_token.
	SendScopeOn []string `json:"sendScopeOn"`
}

// Scopes are the values sent as scope in token requests.
type Scopes struct {
	Accounts string `json:"accounts"`
	Funds    string `json:"fundsConfirmations"`
}

// SecondClient is another TPP at the same target, for what must be refused
// across clients; empty where there is none. It proves itself by its secret
// alone: key and certificate are the first client's.
type SecondClient struct {
	ID     Secret `json:"id"`
	Secret Secret `json:"secret"`
}

// Registration is how the target registers clients.
type Registration struct {
	// SoftwareStatement is the directory's JWS, the software_statement claim.
	SoftwareStatement Secret `json:"softwareStatement"`
	// SoftwareID is the software_id claim, and the request's issuer.
	SoftwareID string `json:"softwareId"`
	// ExpiredSoftwareStatement, ForeignSoftwareStatement (of another software)
	// and UntrustedSoftwareStatement are optional, for DCR-400-SSA.
	ExpiredSoftwareStatement   Secret `json:"expiredSoftwareStatement"`
	ForeignSoftwareStatement   Secret `json:"foreignSoftwareStatement"`
	UntrustedSoftwareStatement Secret `json:"untrustedSoftwareStatement"`
	// Audience is the aud claim of a registration request.
	Audience string `json:"audience"`
	// ContentType is application/jose or application/jwt.
	ContentType string `json:"contentType"`
	// ManagementAuth is bearer or basic (R1).
	ManagementAuth string `json:"managementAuth"`
	// ManagementScope is the scope of the management token.
	ManagementScope string `json:"managementScope"`
	// ErrorFormat is OBErrorResponse1 or rfc7591 (R2).
	ErrorFormat string `json:"errorFormat"`
	// Claims are added to every registration request, replacing ours of the same
	// name; null takes one of ours out.
	Claims map[string]any `json:"claims"`
	// Register, Get, Put and Delete are the capabilities of the target (R9).
	Register bool `json:"register"`
	Get      bool `json:"get"`
	Put      bool `json:"put"`
	Delete   bool `json:"delete"`
}

// Consents is how an authorised consent comes about (R12).
type Consents struct {
	// Way is headless, codes, token, or none.
	Way string `json:"way"`
	// ResponseType is what headless asks for: "code" or "code id_token".
	ResponseType string `json:"responseType"`
	// ResponseMode is where headless asks to have the code: query, fragment, or
	// empty for the place that belongs to the response type.
	ResponseMode string `json:"responseMode"`
	// IntentClaim is the ID token's claim with the consent's identifier.
	IntentClaim string `json:"intentClaim"`
	// CodesReusable says that a predefined code may be exchanged again (R11).
	CodesReusable bool `json:"codesReusable"`
	// Codes are used where Way is codes, those of a state always.
	Codes Codes `json:"codes"`
	// TokenKind says what Tokens are: access, or refresh.
	TokenKind string `json:"tokenKind"`
	// Tokens are used where Way is token.
	Tokens Tokens `json:"tokens"`
	// ConsentIDs are the pre-authorised consents behind codes or tokens, where no
	// ID token tells them. They are never deleted.
	ConsentIDs ConsentIDs `json:"consentIds"`
}

// Tokens are ready tokens of authorised consents: one per scope, and optionally
// one per permission set of an accounts consent (R12).
type Tokens struct {
	Accounts Secret `json:"accounts"`
	Funds    Secret `json:"fundsConfirmations"`
	Basic    Secret `json:"basic"`
	Detail   Secret `json:"detail"`
}

// ConsentIDs are identifiers of consents, one per scope.
type ConsentIDs struct {
	Accounts string `json:"accounts"`
	Funds    string `json:"fundsConfirmations"`
}

// Codes are the target's predefined authorisation codes: one per scope, and
// optionally one per permission set and state of an accounts consent (R12).
type Codes struct {
	Accounts     Secret `json:"accounts"`
	Funds        Secret `json:"fundsConfirmations"`
	Basic        Secret `json:"basic"`
	Detail       Secret `json:"detail"`
	Rejected     Secret `json:"rejected"`
	Revoked      Secret `json:"revoked"`
	Expired      Secret `json:"expired"`
	NoPermission Secret `json:"noPermission"`
}

// Fixtures is what the target's test data holds.
type Fixtures struct {
	// MinimumAccounts is how many accounts the test customer has at least.
	MinimumAccounts int `json:"minimumAccounts"`
	// DebtorAccount is an account of the customer's, for funds consents.
	DebtorAccount DebtorAccount `json:"debtorAccount"`
	// Currency is the currency of DebtorAccount; OtherCurrency is not.
	Currency      string `json:"currency"`
	OtherCurrency string `json:"otherCurrency"`
	// AvailableAmount is always available, UnavailableAmount never.
	AvailableAmount   string `json:"availableAmount"`
	UnavailableAmount string `json:"unavailableAmount"`
	// ForeignAccountID is an account that no consent covers.
	ForeignAccountID string `json:"foreignAccountId"`
}

// DebtorAccount is OBFundsConfirmationConsent1's account.
type DebtorAccount struct {
	SchemeName              string `json:"schemeName"`
	Identification          string `json:"identification"`
	Name                    string `json:"name"`
	SecondaryIdentification string `json:"secondaryIdentification"`
}

// Provocation makes the target answer with Status when a request carries
// Headers. The operations of a Burst are provoked by that instead.
type Provocation struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Burst   Burst             `json:"burst"`
}

// Burst is more requests than the target's fair use allows (R13, COM-429-BURST);
// the zero value is none. It is held to its own bounds and not to target.rate.
type Burst struct {
	// Operations are the reads that are asked for so often, each in a burst of
	// its own.
	Operations []contract.OperationID `json:"operations"`
	// Requests is how many are sent at most: the first 429 ends the burst.
	Requests int `json:"requests"`
	// Within is the time in which so many requests are more than fair use
	// allows. They are sent evenly in its first half.
	Within Duration `json:"within"`
}

// IsSet tells whether there is a burst at all.
func (b Burst) IsSet() bool { return len(b.Operations) > 0 || b.Requests != 0 || b.Within != 0 }

// Timeouts bound every wait; each is positive, and none outlasts the next
// wider one.
type Timeouts struct {
	// Connect bounds the connection, and then the TLS handshake.
	Connect Duration `json:"connect"`
	// Request bounds one exchange, until the last byte of the answer.
	Request Duration `json:"request"`
	// Spec bounds one spec with its cleanup, Run the whole run.
	Spec Duration `json:"spec"`
	Run  Duration `json:"run"`
}

// Limits bound what is read from the target.
type Limits struct {
	// ResponseBytes is the longest body that is read, in bytes.
	ResponseBytes int64 `json:"responseBytes"`
	// HeaderBytes is the longest header block that is read, in bytes.
	HeaderBytes int64 `json:"headerBytes"`
	// JSONValues is how many values the largest body that is read may have:
	// small ones take a hundred times their bytes once they are checked.
	JSONValues int64 `json:"jsonValues"`
}

// Budgets are times within which 95 of 100 answers should come. Passing one is
// a warning and fails nothing: the contract says nothing of speed.
type Budgets struct {
	// P95 holds for each operation that Operations does not name; 0s is none.
	P95 Duration `json:"p95"`
	// Operations are the budgets of single operations; 0s is none.
	Operations map[contract.OperationID]Duration `json:"operations"`
}

// Duration is a time span, written in JSON like "30s" or "1m30s".
type Duration time.Duration

// String is the span as the configuration file writes it.
func (d Duration) String() string { return time.Duration(d).String() }
