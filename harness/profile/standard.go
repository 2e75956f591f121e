package profile

import (
	"slices"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// departure is a rule of the contract that the standards have otherwise: they do
// not have it at all, or have it more strictly.
type departure struct {
	clause contract.ClauseID
	// level, operations, where and expected narrow the rule down to part of the
	// clause; each is empty where it does not.
	level      contract.Level
	operations []contract.OperationID
	where      []string
	expected   string
	// raised is the level by the standards; empty: they do not ask for it.
	raised contract.Level
	reason string
}

var (
	registrations = []contract.OperationID{contract.RegisterClient, contract.GetClient, contract.UpdateClient}
	managed       = append(slices.Clone(registrations), contract.DeleteClient)
)

// departures is the profile standard, whole: any other finding counts for what
// it counts for by the contract. Most that the documentation asks for is Open
// Banking's own word, repeated; these rules are not.
var departures = []departure{
	{clause: contract.ComRetryAfter,
		reason: "RFC 6585 section 4 leaves Retry-After to the server"},
	{clause: contract.Com429Burst,
		reason: "no standard says when a server has to answer 429"},
	{clause: contract.ComFapiPresent, level: contract.Doc, operations: managed,
		reason: "x-fapi-interaction-id belongs to Open Banking's resources, not to registration"},
	{clause: contract.Dis200, where: []string{"/registration_endpoint"},
		reason: "registration_endpoint is optional in RFC 8414 and OpenID Connect Discovery"},
	{clause: contract.ComBody, level: contract.Doc, operations: registrations, where: []string{"/client_id", "/client_secret"}, expected: "a UUID (RFC 4122)",
		reason: "identifiers and secrets are opaque strings in RFC 7591 section 3.2.1"},
	{clause: contract.ComBody, level: contract.Doc, operations: registrations, where: []string{"/software_id"},
		reason: "software_id is any string in RFC 7591 section 2"},
	{clause: contract.Aac400Unsupported,
		reason: "Open Banking lets a bank support ReadOffers and ReadProducts"},
	{clause: contract.Aac201EveryPermission,
		reason: "Open Banking lets a bank leave out permissions of optional resources"},
	{clause: contract.ComBody, level: contract.Adv, operations: registrations, where: []string{"/iat", "/exp"}, expected: "seconds since 1970", raised: contract.Std,
		reason: "RFC 7519 section 2 has dates in seconds"},
}

// covers tells whether the finding is of the rule.
func (d departure) covers(f evidence.Finding) bool {
	return f.Clause == d.clause &&
		(d.level == "" || f.Level == d.level) &&
		(len(d.operations) == 0 || slices.Contains(d.operations, f.Operation)) &&
		(len(d.where) == 0 || slices.Contains(d.where, f.Where)) &&
		(d.expected == "" || f.Expected == d.expected)
}
