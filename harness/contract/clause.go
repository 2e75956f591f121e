package contract

import "slices"

// ClauseID is the stable name of one clause, for instance AAC-400-TRANSACTIONS.
// Checks, reports, faults of the mock bank and waivers all use it.
type ClauseID string

// Clause is one obligation of the bank, or of a client (ClientClauses).
type Clause struct {
	ID    ClauseID `json:"id"`
	API   API      `json:"api"`
	Level Level    `json:"level"`
	// Rule is the obligation in our own words.
	Rule string `json:"rule"`
	// Source is where it comes from.
	Source Source `json:"source"`
}

// clauses is every clause in the contract's order; it is never written to.
var clauses = slices.Concat(commonClauses, provokedClauses, discoveryClauses, tokenClauses,
	registrationClauses, consentClauses, accountsClauses, fundsConsentClauses, fundsClauses)

// Clauses lists every obligation of the bank in the contract's order.
func Clauses() []Clause { return slices.Clone(clauses) }

// ClauseByID finds a clause, the bank's or a client's; ok is false for an unknown
// identifier.
func ClauseByID(id ClauseID) (clause Clause, ok bool) {
	for _, list := range [][]Clause{clauses, clientClauses} {
		for _, c := range list {
			if c.ID == id {
				return c, true
			}
		}
	}
	return Clause{}, false
}

// Audited tells whether a clause is held against every answer that it applies
// to, whichever spec got it.
func Audited(id ClauseID) bool {
	return slices.ContainsFunc(commonClauses, func(c Clause) bool { return c.ID == id })
}
