// Package conduct holds a client's requests against the clauses that a client
// has to keep (CLI-…): each request by itself, and what it is in the life of
// tokens, consents and registrations that went by before.
//
// It imports the contract's vocabulary, the shape of traffic and what reads
// signatures and schemas; it does no I/O, knows no clock but the exchanges', and
// refuses to import the mock bank, or what sends or reports. What it remembers
// is bounded: of the oldest lives it forgets, and then judges nothing about them.
package conduct

import (
	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// Result is what one exchange says about the client.
type Result struct {
	// Exercised are the clauses that the exchange decided, met or breached.
	Exercised []contract.ClauseID
	// Findings are the breaches; Exchange is -1 in all.
	Findings []evidence.Finding
}
