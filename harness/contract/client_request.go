package contract

// Clauses on every request of a client, whatever it asks for.
const (
	CliMethod            ClauseID = "CLI-METHOD"
	CliHeaderOnce        ClauseID = "CLI-HEADER-ONCE"
	CliAuth              ClauseID = "CLI-AUTH"
	CliContentType       ClauseID = "CLI-CONTENT-TYPE"
	CliContentTypeUnused ClauseID = "CLI-CONTENT-TYPE-UNUSED"
	CliAccept            ClauseID = "CLI-ACCEPT"
	CliBody              ClauseID = "CLI-BODY"
	CliNoBody            ClauseID = "CLI-NO-BODY"
	CliJSON              ClauseID = "CLI-JSON"
	CliModel             ClauseID = "CLI-MODEL"
	CliUnknownMember     ClauseID = "CLI-UNKNOWN-MEMBER"
	CliDateTime          ClauseID = "CLI-DATETIME"
	CliFapiDate          ClauseID = "CLI-FAPI-DATE"
	CliFapiIP            ClauseID = "CLI-FAPI-IP"
	CliFapiID            ClauseID = "CLI-FAPI-ID"
	CliFapiIDFresh       ClauseID = "CLI-FAPI-ID-FRESH"
	CliTLS               ClauseID = "CLI-TLS"
	CliCertificate       ClauseID = "CLI-CERTIFICATE"
	CliURLToken          ClauseID = "CLI-URL-TOKEN"
	CliURLSecret         ClauseID = "CLI-URL-SECRET"
)

var clientRequestClauses = []Clause{
	{CliMethod, Common, Doc,
		"A request must use a method that the documentation has for its path.",
		Source{pageEach, "API calls"}},
	{CliHeaderOnce, Common, Std,
		"Authorization, Content-Type and the x-fapi headers must stand once in a request.",
		Source{"RFC 9110", "section 5.3"}},
	{CliAuth, Common, Doc,
		"A request that needs a credential must carry it in one Authorization header, by the scheme Bearer; on a registration Basic is possible too (R1).",
		Source{pageEach, "Authorization"}},
	{CliContentType, Common, Doc,
		"A JSON body must be sent as application/json; a charset may only be utf-8.",
		Source{pageAAC, "POST, Content-Type"}},
	{CliContentTypeUnused, Common, Adv,
		"A request without a body should carry no Content-Type (R16).",
		Source{standardRW, headersRW + ", Content-Type"}},
	{CliAccept, Common, Std,
		"An Accept header, where there is one, must admit application/json from an operation that answers with JSON.",
		Source{standardRW, headersRW + ", Accept"}},
	{CliBody, Common, Doc,
		"A request to create or to update must carry the documented body.",
		Source{pageEach, "API calls, body"}},
	{CliNoBody, Common, Adv,
		"A GET and a DELETE should carry no body.",
		Source{"RFC 9110", "sections 9.3.1 and 9.3.5"}},
	{CliJSON, Common, Std,
		"A JSON body must be exactly one RFC 8259 value: valid UTF-8, no byte-order mark, nothing after it, no member name twice in one object, no more than 64 levels deep.",
		Source{"RFC 8259", "sections 2, 4 and 8.1"}},
	{CliModel, Common, Doc,
		"A JSON body must conform to the documented model of the request: its members, their types, values and lengths.",
		Source{pageEach, "API calls, body, and Models"}},
	{CliUnknownMember, Common, Adv,
		"A JSON body should have no member that its documented model does not have.",
		Source{standardRW, "Data Model; OBReadConsent1, OBFundsConfirmationConsent1, OBFundsConfirmation1"}},
	{CliDateTime, Common, Doc,
		"A date-time member must be an ISO 8601 date-time that exists, and should be an RFC 3339 one with a timezone.",
		Source{pageEach, "Models, ISODateTime"}},
	{CliFapiDate, Common, Doc,
		"x-fapi-auth-date must be an RFC 7231 full date, as \"Sun, 10 Sep 2017 19:43:31 GMT\" (the documentation also has UTC), and should not lie in the future.",
		Source{pageEach, "x-fapi-auth-date"}},
	{CliFapiIP, Common, Doc,
		"x-fapi-customer-ip-address must be one IP address, of either version, without a port.",
		Source{pageEach, "x-fapi-customer-ip-address"}},
	{CliFapiID, Common, Doc,
		"x-fapi-interaction-id must be an RFC 4122 UUID.",
		Source{pageEach, "x-fapi-interaction-id"}},
	{CliFapiIDFresh, Common, Adv,
		"A request should have an x-fapi-interaction-id of its own; the same request sent again may keep it.",
		Source{standardRW, headersRW + ", x-fapi-interaction-id"}},
	{CliTLS, Common, Std,
		"A credential must not be sent over plain http to another machine.",
		Source{"RFC 6749", "sections 1.6, 3.1 and 3.2; RFC 6750 section 5.3"}},
	{CliCertificate, Common, Std,
		"A request to an API or to the token endpoint over TLS must present a client certificate.",
		Source{standardSec, "mutual TLS; " + standardDCR + ", Authentication"}},
	{CliURLToken, Common, Std,
		"An access token must not stand in a URL.",
		Source{"RFC 9700", "section 4.3.2; RFC 6750 section 2.3"}},
	{CliURLSecret, Common, Std,
		"A client secret, a client assertion, a refresh token and an authorisation code must not be sent to the bank in a URL.",
		Source{"RFC 6749", "sections 2.3.1 and 3.2"}},
}
