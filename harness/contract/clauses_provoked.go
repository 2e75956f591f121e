package contract

// Clauses on the refusals that every operation has in common.
const (
	Com401Missing ClauseID = "COM-401-MISSING"
	Com401Invalid ClauseID = "COM-401-INVALID"
	Com401Expired ClauseID = "COM-401-EXPIRED"
	Com403Scope   ClauseID = "COM-403-SCOPE"
	Com403Grant   ClauseID = "COM-403-GRANT"
	Com404Path    ClauseID = "COM-404-PATH"
	Com405Method  ClauseID = "COM-405-METHOD"
	Com406Accept  ClauseID = "COM-406-ACCEPT"
	Com415Type    ClauseID = "COM-415-TYPE"
	Com429Burst   ClauseID = "COM-429-BURST"
	Com500Fault   ClauseID = "COM-500-FAULT"
)

var provokedClauses = []Clause{
	{Com401Missing, Common, Doc,
		"A request without Authorization must be refused with 401.",
		Source{pageEach, "401 Unauthorized"}},
	{Com401Invalid, Common, Doc,
		"A request with a token that the bank never issued, with an altered token, or with an unknown Authorization scheme must be refused with 401.",
		Source{pageEach, "401 Unauthorized"}},
	{Com401Expired, Common, Std,
		"A request with a token past its lifetime must be refused with 401.",
		Source{"RFC 6750", "section 3.1"}},
	{Com403Scope, Common, Std,
		"A request with a valid token of another scope must be refused with 403.",
		Source{"RFC 6750", "section 3.1, insufficient_scope"}},
	{Com403Grant, Common, Doc,
		"A client-credentials token must be refused where an authorisation-code token is asked for, and the other way round, with 401 or 403.",
		Source{pageEach, "introduction, access token"}},
	{Com404Path, Common, Std,
		"A path below the API that does not exist must be answered with 404.",
		Source{"RFC 9110", "section 15.5.5"}},
	{Com405Method, Common, Doc,
		"A method that a path does not have must be refused with 405.",
		Source{pageEach, "405 Method Not Allowed"}},
	{Com406Accept, Common, Doc,
		"A request that accepts only application/xml must be refused with 406.",
		Source{pageEach, "406 Not Acceptable"}},
	{Com415Type, Common, Std,
		"A body sent as text/plain or application/xml must be refused with 415, 406 or 400.",
		Source{standardRW, "Content types"}},
	{Com429Burst, Common, Doc,
		"More requests than fair use allows must be answered with 429.",
		Source{pageEach, "429 Too Many Requests"}},
	{Com500Fault, Common, Doc,
		"A fault of the bank's own must be answered with 500 in the documented shape.",
		Source{pageEach, "500 Internal Server Error"}},
}
