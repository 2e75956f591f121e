package contract

import "slices"

// HabitID is the stable name of a habit.
type HabitID string

// Habit is a way in which the live bank is known to depart from its
// documentation or from a standard. A check that meets just this departure
// names the habit in its finding; what that counts for is the profile's
// decision, never the check's.
type Habit struct {
	ID HabitID `json:"id"`
	// Clauses are those that the habit breaches.
	Clauses []ClauseID `json:"clauses"`
	// Sentence says what the bank does.
	Sentence string `json:"sentence"`
	// Recognised says by what it is told from its neighbours, which stay what
	// they are.
	Recognised string `json:"recognised"`
}

// The known habits.
const (
	TokenCreated             HabitID = "token-created"
	RegistrationMilliseconds HabitID = "registration-milliseconds"
	SelfCollection           HabitID = "self-collection"
	SelfEmpty                HabitID = "self-empty"
	PermissionsExpanded      HabitID = "permissions-expanded"
	TokenErrorOBIE           HabitID = "token-error-obie"
	RegistrationErrorRFC7591 HabitID = "registration-error-rfc7591"
	ErrorCodeForbidden       HabitID = "error-code-forbidden"
	IDTokenWithoutNonce      HabitID = "id-token-without-nonce"
	AccountsFiveMinutes      HabitID = "accounts-five-minutes"
)

// habits is every habit; it is never written to. The contract asks for no acr,
// and lets codes of other namespaces than UK.OBIE be: an ID token without acr
// and a code such as UK.CYBG.Forbidden breach nothing and need no row.
var habits = []Habit{
	{TokenCreated, []ClauseID{Tok200, TokCode},
		"A token is answered with 201 in place of 200.",
		"the token endpoint answers 201, with a non-empty access_token"},
	{RegistrationMilliseconds, []ClauseID{ComBody},
		"iat and exp of a registration are in milliseconds.",
		"iat or exp of a registration answer is a whole number of 12 to 14 digits"},
	{SelfCollection, []ClauseID{ComLinksSelf},
		"Links.Self of a resource that is read is the address of its collection.",
		"Links.Self is an absolute URI whose path is the request's without its last segment, at an operation on one resource"},
	{SelfEmpty, []ClauseID{ComLinksSelf},
		"Links.Self is an empty text.",
		"Links.Self is the empty string"},
	{PermissionsExpanded, []ClauseID{Aac201Echo},
		"A new consent has more permissions than were asked for.",
		"all permissions asked for are there, each once, and the others are codes that the bank supports"},
	{TokenErrorOBIE, []ClauseID{TokError},
		"The token endpoint refuses with OBErrorResponse1 in place of an OAuth error object.",
		"a 400, 401 or 403 of the token endpoint conforms to OBErrorResponse1 and has no member error"},
	{RegistrationErrorRFC7591, []ClauseID{ComBody},
		"A registration is refused with the error object of RFC 7591 in place of OBErrorResponse1.",
		"error is a code of RFC 7591, error_description a string or absent, and there is no member of OBErrorResponse1"},
	{ErrorCodeForbidden, []ClauseID{ComErrorCode},
		"A refusal has the error code UK.OBIE.Forbidden, which the published list does not have.",
		"the code is UK.OBIE.Forbidden"},
	{IDTokenWithoutNonce, []ClauseID{TokIDToken},
		"The ID token has no nonce, though one was sent.",
		"there is no claim nonce at all"},
	{AccountsFiveMinutes, []ClauseID{AccList200, AccListStable, AccListBasic, AccListDetail, AccListPages, AccListCurrency, AccGet200, AccHeaders},
		"Accounts can be read for only five minutes after the code was exchanged.",
		"a read of accounts that should be a 200 is a 401 or 403, five minutes or more after the code was exchanged, and the token has not expired"},
}

// Habits lists every known habit.
func Habits() []Habit { return slices.Clone(habits) }

// HabitByID finds a habit; ok is false for an unknown identifier.
func HabitByID(id HabitID) (habit Habit, ok bool) {
	for _, h := range habits {
		if h.ID == id {
			return h, true
		}
	}
	return Habit{}, false
}
