package contract

import "slices"

// clientClauses is every obligation of a client, in the order in which its
// requests meet them; it is never written to.
var clientClauses = slices.Concat(clientRequestClauses, clientRegistrationClauses, clientAuthorizationClauses,
	clientTokenRequestClauses, clientTokenUseClauses, clientConsentClauses, clientPaceClauses)

// ClientClauses lists the obligations of a client towards the bank, CLI-…, in
// the order in which its requests meet them. They are the same contract seen
// from the other side: what the bank's documentation and the standards behind it
// ask of a request, and of the requests of one client taken together.
func ClientClauses() []Clause { return slices.Clone(clientClauses) }

// IsClientClause tells a client's obligation from the bank's.
func IsClientClause(id ClauseID) bool {
	return slices.ContainsFunc(clientClauses, func(c Clause) bool { return c.ID == id })
}

const (
	headersRW   = "Headers, Request Headers"
	standardSec = "Open Banking Security Profile v1.1.2"
)
