// Package tpp is the actor: a third-party provider that builds requests, gets
// tokens and consents, sends, records and redacts each exchange, has it
// audited, and deletes what it created. What is true of every flow lives here,
// so that a spec says only what it proves.
//
// It fails specs through Ginkgo and knows no schema: what is true of every
// answer is the auditor's business.
package tpp

import (
	"net/http"
	"sync/atomic"
	"time"

	"obconform/harness/audit"
	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/jose"
	"obconform/harness/leftovers"
	"obconform/harness/pace"
	"obconform/harness/redact"
	"obconform/harness/sights"
)

// Client is one TPP at one target. It belongs to one process and runs one
// spec at a time; it is not safe for concurrent use.
type Client struct {
	cfg       config.Config
	transport *http.Transport
	auditor   *audit.Auditor
	signer    *jose.Signer // nil where the configuration names no key
	subject   string       // of our certificate (RFC 4514), empty where we have none
	redactor  *redact.Redactor
	spec      *recorder
	book      *sights.Book
	// notOffered is why the target does not keep each of these clauses.
	notOffered map[contract.ClauseID]string
	memo       map[string]*remembered
	leftovers  []cleanup
	reporter   Reporter
	now        func() time.Time

	changesAllowed bool
	log            *leftovers.Log // nil where nothing is to be remembered
	pace           Pace
	tokens         tokenBook
	silent         int          // requests in a row that ran out of time
	resent         atomic.Int32 // requests that net/http has sent again

	astray        string            // where discovery leads that must not be called
	refreshed     map[string]string // the latest refresh token, by its key under consents.tokens
	preauthorised []string          // consents that are never deleted
	// lastTry lets deletions be sent to a target that is gone; forsaken says that
	// one of them had no answer either.
	lastTry, forsaken bool
}

// New makes the TPP that the configuration describes. It makes no request; the
// error says which file of the configuration cannot be used.
func New(cfg config.Config, options ...Option) (*Client, error) {
	c, err := newClient(cfg, ginkgoReporter{})
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		option(c)
	}
	return c, nil
}

func newClient(cfg config.Config, reporter Reporter) (*Client, error) {
	certificate, err := cfg.TLS.Certificate()
	if err != nil {
		return nil, err
	}
	transport, err := NewTransport(cfg)
	if err != nil {
		return nil, err
	}
	auditor, err := audit.New(audit.Options{
		ClockSkew:          time.Duration(cfg.Target.ClockSkew),
		RFC7591Errors:      acceptsRFC7591(cfg),
		RequireSignature:   cfg.Target.RequireSignature,
		MaxResponseBytes:   cfg.Limits.ResponseBytes,
		MaxJSONValues:      int(cfg.Limits.JSONValues),
		RegistrationMethod: cfg.Client.AuthMethod,
	})
	if err != nil {
		return nil, err
	}
	book, err := sights.NewBook(cfg.Target.BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, book: book, transport: transport,
		auditor: auditor, redactor: newRedactor(cfg), notOffered: cfg.ClausesNotOffered(),
		memo: map[string]*remembered{}, refreshed: map[string]string{}, reporter: reporter, now: time.Now,
		pace:   pace.NewKeeper(PaceOf(cfg)),
		tokens: tokenBook{accepted: map[string]bool{}, replaced: map[string]string{}},
	}
	if certificate != nil {
		c.subject = certificate.Leaf.Subject.String()
	}
	c.spec = newRecorder()
	if cfg.Client.SigningKeyFile != "" {
		if c.signer, err = jose.LoadSigner(cfg.Client.SigningKeyFile, cfg.Client.SigningKeyID); err != nil {
			return nil, err
		}
	}
	c.learn(audit.ClientSecret, cfg.Client.Secret.Reveal())
	c.learn(audit.ClientSecret, cfg.SecondClient.Secret.Reveal())
	for _, secret := range cfg.Secrets() {
		c.redactor.Learn("secret", secret) // software statements, codes: nothing that an answer must not repeat
	}
	c.preauthorise(cfg.Consents.ConsentIDs.Accounts)
	c.preauthorise(cfg.Consents.ConsentIDs.Funds)
	return c, nil
}

// Config is the configuration that the client was made from.
func (c *Client) Config() config.Config { return c.cfg }

// learn makes a secret known to the redactor and to the auditor, who looks for
// it in answers (COM-SECRETS).
func (c *Client) learn(kind audit.SecretKind, value string) {
	if value == "" {
		return
	}
	c.redactor.Learn(string(kind), value)
	c.auditor.Learn(kind, value)
}
