// Package mockbank is a small, complete Open Banking bank (ASPSP) served over
// HTTP: discovery, dynamic client registration, token and authorization
// endpoints, account access consents, accounts and confirmation of funds. It
// honours every clause of the contract, so that a conformance run against it
// has nothing to report, and it is the ground on which faulty banks are built:
// Options.Faults breaks named sentences of the contract one by one, and
// Options.Manner makes use of the freedom that the contract leaves.
//
// It owns its own reading of the contract. It imports nothing else of this
// module: a header name misspelt in the auditor would otherwise be misspelt
// here too, and never be seen.
package mockbank

import (
	"fmt"
	"log"
	"net/http"
	"sync"
	"time"
)

// Options configure a Bank. The zero value is a working bank over plain HTTP.
type Options struct {
	// Now is the bank's clock; nil means time.Now.
	Now func() time.Time
	// Latency is waited before every answer.
	Latency time.Duration
	// TLS serves https with a certificate authority made for this bank. Client
	// certificates are verified when given, required to register, and required
	// at the token endpoint from clients registered for tls_client_auth.
	TLS bool
	// ClientCA is a PEM file's text with authorities whose client certificates
	// are taken beside the bank's own; only with TLS.
	ClientCA string
	// RequireClientCert ends a handshake without a client certificate; only with
	// TLS.
	RequireClientCert bool
	// ClientSubject is the subject (RFC 4514) of the certificate by which the
	// predefined client proves itself; empty for the one in Credentials.
	ClientSubject string
	// HTTP2 offers HTTP/2 beside HTTP/1.1; only with TLS.
	HTTP2 bool
	// NeedScope refuses token requests for a code or a refresh token that do not
	// name a scope.
	NeedScope bool
	// PageSize is the number of accounts on one page; 0 means 2.
	PageSize int
	// TokenLifetime is how long an access token lives; 0 means 5 minutes. It is
	// announced as expires_in in whole seconds, rounded down.
	TokenLifetime time.Duration
	// BaseURL is the public address, without a trailing slash, when it differs
	// from the one that Start listens on (a proxy in front, say).
	BaseURL string
	// Keys are the keys to use; nil makes new ones, which takes a moment.
	Keys *Keys
	// Faults are identifiers of Faults, the sentences of the contract to break.
	Faults []string
	// Manner is how the bank behaves where the contract leaves it free; empty
	// means MannerDocumented.
	Manner string
	// Habits are identifiers of Habits, each to be had without the others.
	Habits []string
	// Strain is what the bank goes through.
	Strain Strain
	// Seed makes identifiers, secrets, codes and the dates of resources the same
	// at each start, for the same requests in the same order; 0 makes new ones.
	// Keys and certificates, and with them signatures, are new all the same: the
	// standard library makes none to order. So are the times in signed tokens,
	// which clients hold against their own clock.
	Seed int64
	// Front is put before the bank's own handler; nil for nothing. It sees each
	// request first and each answer last.
	Front func(http.Handler) http.Handler
	// Log receives what net/http has to say about connections; nil drops it.
	Log *log.Logger
}

// Bounds on what a bank remembers: beyond them the oldest entry is forgotten,
// so that a mock which runs for weeks does not grow.
const (
	maxClients  = 2_000
	maxConsents = 10_000
	maxTokens   = 50_000
	maxCodes    = 10_000
	maxIDs      = 50_000
)

// Bank is one mock bank with its clients, consents, tokens and accounts, all in
// memory. It is safe for use by many goroutines.
type Bank struct {
	options Options
	keys    *Keys
	certs   *certificates // nil without TLS
	tpp     tppIdentity   // what Credentials hands out
	source  *source

	accounts     []account // of the one customer
	issuerSuffix string    // "" of a bank in its right mind

	mu            sync.Mutex // guards everything below
	deviations    deviations
	strained      strained
	base          string // public address, no trailing slash
	clients       *bounded[*client]
	accountGrants *bounded[*accountConsent]
	fundsGrants   *bounded[*fundsConsent]
	tokens        *bounded[*token]
	refreshTokens *bounded[*token]
	codes         *bounded[*code]
	predefined    map[string]predefinedCode // code value -> what it stands for
	usedIDs       *bounded[struct{}]        // jti of registrations and client assertions
}

// New makes a bank with its keys, certificates and test data. It returns an
// error when a key or a certificate cannot be made, an option makes no sense, or
// there is no such fault or manner.
func New(options Options) (*Bank, error) {
	chosen, err := choose(options)
	if err != nil {
		return nil, fmt.Errorf("mock bank: %w", err)
	}
	if !options.TLS && (options.ClientCA != "" || options.RequireClientCert || options.HTTP2) {
		return nil, fmt.Errorf("mock bank: client certificates and HTTP/2 need TLS")
	}
	if options.PageSize < 0 || options.TokenLifetime < 0 || options.Latency < 0 {
		return nil, fmt.Errorf("mock bank: page size, token lifetime and latency must not be negative")
	}
	if err := options.Strain.valid(); err != nil {
		return nil, fmt.Errorf("mock bank: %w", err)
	}
	if options.TokenLifetime > 0 && options.TokenLifetime < time.Second {
		return nil, fmt.Errorf("mock bank: token lifetime %v is less than the second that expires_in can say", options.TokenLifetime)
	}
	setDefaults(&options)
	keys := options.Keys
	if keys == nil {
		if keys, err = GenerateKeys(); err != nil {
			return nil, fmt.Errorf("mock bank: %w", err)
		}
	}
	b := &Bank{
		options:       options,
		keys:          keys,
		base:          options.BaseURL,
		source:        newSource(options.Seed, options.Now),
		accounts:      customerAccounts,
		deviations:    deviations{chosen: chosen, memory: map[string]any{}, fired: map[string]int{}},
		clients:       newBounded[*client](maxClients),
		accountGrants: newBounded[*accountConsent](maxConsents),
		fundsGrants:   newBounded[*fundsConsent](maxConsents),
		tokens:        newBounded[*token](maxTokens),
		refreshTokens: newBounded[*token](maxTokens),
		codes:         newBounded[*code](maxCodes),
		usedIDs:       newBounded[struct{}](maxIDs),
	}
	if options.TLS {
		if b.certs, err = newCertificates(); err != nil {
			return nil, fmt.Errorf("mock bank: %w", err)
		}
		if options.ClientCA != "" && !b.certs.clients.AppendCertsFromPEM([]byte(options.ClientCA)) {
			return nil, fmt.Errorf("mock bank: the authorities of clients are no PEM certificates")
		}
	}
	if err := b.prepareTPPs(); err != nil {
		return nil, fmt.Errorf("mock bank: %w", err)
	}
	b.deviations.prepare(b)
	return b, nil
}

func setDefaults(options *Options) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.PageSize == 0 {
		options.PageSize = 2
	}
	if options.TokenLifetime == 0 {
		options.TokenLifetime = 5 * time.Minute
	}
	// A token must not outlive what expires_in says.
	options.TokenLifetime = options.TokenLifetime.Truncate(time.Second)
}

// Handler answers requests without a listener of its own. Links and metadata
// then name Options.BaseURL, which must be set.
func (b *Bank) Handler() http.Handler {
	if b.options.Front != nil {
		return b.options.Front(http.HandlerFunc(b.serve))
	}
	return http.HandlerFunc(b.serve)
}

func (b *Bank) now() time.Time { return b.options.Now() }

// issuer is the bank's OpenID Connect issuer: the address of its metadata
// without the well-known suffix (OpenID Connect Discovery 1.0, section 4).
func (b *Bank) issuer() string { return b.base + discoveryBase + b.issuerSuffix }
