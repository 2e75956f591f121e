package profile

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// departure is a rule of the contract that the standards have otherwise: they do
// not have it at all, or have it more strictly.
type departure struct {
	clause contract.ClauseID
	// level, operations, statuses, where, expected, wanted and actual narrow the
	// rule down to part of the clause; each is empty where it does not. What the
	// standards ask for as well must stay outside: a header that is malformed is
	// not one that is missing.
	level      contract.Level
	operations []contract.OperationID
	statuses   []int
	where      []string
	expected   string
	wanted     func(expected string) bool
	actual     func(string) bool
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
	{clause: contract.ComRetryAfter, actual: noneOrDate,
		reason: "RFC 6585 section 4 leaves Retry-After to the server, and RFC 9110 section 10.2.3 lets it be a date"},
	{clause: contract.Com429Burst,
		reason: "no standard says when a server has to answer 429"},
	{clause: contract.ComFapiPresent, level: contract.Doc, operations: managed,
		reason: "x-fapi-interaction-id belongs to Open Banking's resources, not to registration"},
	{clause: contract.Dis200, where: []string{"/registration_endpoint"}, actual: absent,
		reason: "registration_endpoint is optional in RFC 8414 and OpenID Connect Discovery"},
	{clause: contract.ComBody, level: contract.Doc, operations: registrations, where: []string{"/client_id", "/client_secret"}, expected: "a UUID (RFC 4122)", actual: someText,
		reason: "identifiers and secrets are opaque strings in RFC 7591 section 3.2.1"},
	{clause: contract.ComBody, level: contract.Doc, operations: registrations, where: []string{"/software_id"}, actual: someText,
		reason: "software_id is any string in RFC 7591 section 2"},
	{clause: contract.Aac400Unsupported, statuses: []int{http.StatusCreated},
		reason: "Open Banking lets a bank support ReadOffers and ReadProducts"},
	{clause: contract.Aac201EveryPermission, statuses: []int{http.StatusBadRequest}, wanted: namesOptional,
		reason: "Open Banking lets a bank leave out the permissions of optional resources"},
	{clause: contract.Com406Accept, operations: registrations, statuses: []int{http.StatusOK, http.StatusCreated},
		reason: "RFC 9110 section 12.5.1 lets a server disregard Accept; Open Banking forbids that of its resources alone"},
	{clause: contract.ComBody, level: contract.Doc, statuses: []int{http.StatusForbidden}, where: []string{"body"}, actual: noBody,
		reason: "the body of a 403 is optional in the Open Banking Read/Write profile, and RFC 7591 and RFC 7592 ask for none"},
	{clause: contract.ComBody, level: contract.Doc, operations: managed, statuses: []int{http.StatusInternalServerError}, where: []string{"body"}, actual: noBody,
		reason: "RFC 7591 section 3.2.2 asks for a body with 400 alone; Open Banking asks for one with each error of its resources"},
	{clause: contract.ComBody, level: contract.Doc, operations: []contract.OperationID{contract.RegisterClient}, where: []string{"/client_secret"}, actual: absent,
		reason: "client_secret is optional in RFC 7591 section 3.2.1"},
	{clause: contract.ComBody, level: contract.Adv, operations: registrations, where: []string{"/iat", "/exp"}, expected: "seconds since 1970", raised: contract.Std,
		reason: "RFC 7519 section 2 has dates in seconds"},
}

// covers tells whether the finding is of the rule.
func (d departure) covers(f evidence.Finding) bool {
	return f.Clause == d.clause &&
		(d.level == "" || f.Level == d.level) &&
		(len(d.operations) == 0 || slices.Contains(d.operations, f.Operation)) &&
		(len(d.statuses) == 0 || slices.Contains(d.statuses, f.Status)) &&
		(len(d.where) == 0 || slices.Contains(d.where, f.Where)) &&
		(d.expected == "" || f.Expected == d.expected) &&
		(d.wanted == nil || d.wanted(f.Expected)) &&
		(d.actual == nil || d.actual(f.Actual))
}

// mandatory are the permissions of the resources that every bank has to offer in
// Open Banking Read/Write v3.1, Account and Transaction API, Endpoints: accounts,
// balances and transactions.
var mandatory = []string{"ReadAccountsBasic", "ReadAccountsDetail", "ReadBalances",
	"ReadTransactionsBasic", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"}

// namesOptional: among what was asked for is a permission that a bank may leave
// out.
func namesOptional(expected string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(expected, func(r rune) bool { return r == ' ' || r == ',' }), func(word string) bool {
		return strings.HasPrefix(word, "Read") && !slices.Contains(mandatory, word)
	})
}

// The words in which the audit says what it has met.

// noBody: the answer has none.
func noBody(actual string) bool { return actual == "no body" }

// absent: nothing stands there.
func absent(actual string) bool { return actual == "no such member" }

// noneOrDate: there is no such header, or one with a date (RFC 9110 section
// 5.6.7).
func noneOrDate(actual string) bool {
	value, err := strconv.Unquote(actual)
	if err != nil {
		return actual == "no such header"
	}
	_, err = http.ParseTime(value)
	return err == nil
}

// someText: a string with something in it, be it shown or not.
func someText(actual string) bool {
	return strings.HasPrefix(actual, `"`) && actual != `""` ||
		strings.HasPrefix(actual, "a string of ") && !strings.HasPrefix(actual, "a string of 0 ")
}
