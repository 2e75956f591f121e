package contract

// Clauses on the token endpoint.
const (
	Tok200            ClauseID = "TOK-200"
	TokSecret         ClauseID = "TOK-SECRET"
	TokGrant          ClauseID = "TOK-GRANT"
	TokScope          ClauseID = "TOK-SCOPE"
	TokCode           ClauseID = "TOK-CODE"
	TokCodeOnce       ClauseID = "TOK-CODE-ONCE"
	TokCodeRedirect   ClauseID = "TOK-CODE-REDIRECT"
	TokIDToken        ClauseID = "TOK-IDTOKEN"
	TokIDTokenConsent ClauseID = "TOK-IDTOKEN-CONSENT"
	TokError          ClauseID = "TOK-ERROR"
)

var tokenClauses = []Clause{
	{Tok200, DynamicRegistration, Std,
		"A valid client-credentials request must be answered with 200 and a bearer token, its lifetime in seconds, and Cache-Control no-store.",
		Source{"RFC 6749", "sections 4.4.3 and 5.1"}},
	{TokSecret, DynamicRegistration, Std,
		"A wrong secret or an unknown client must be refused with 401 invalid_client (400 where the credentials were in the body), naming the scheme in WWW-Authenticate where Basic was used.",
		Source{"RFC 6749", "section 5.2"}},
	{TokGrant, DynamicRegistration, Std,
		"An unknown grant must be refused with 400 unsupported_grant_type, a missing one with 400 invalid_request.",
		Source{"RFC 6749", "section 5.2"}},
	{TokScope, DynamicRegistration, Std,
		"A scope that was never registered must be refused with 400 invalid_scope, or be narrowed and the granted scope named.",
		Source{"RFC 6749", "sections 3.3 and 5.2"}},
	{TokCode, DynamicRegistration, Std,
		"A valid authorisation code with its redirect URI must be answered with 200, an access token and an ID token.",
		Source{"OpenID Connect Core 1.0", "section 3.1.3.3"}},
	{TokCodeOnce, DynamicRegistration, Std,
		"An authorisation code that was used must be refused the second time with 400 invalid_grant.",
		Source{"RFC 6749", "sections 4.1.2 and 5.2"}},
	{TokCodeRedirect, DynamicRegistration, Std,
		"A code with another redirect URI, a made-up code, and another client's code must be refused with 400 invalid_grant.",
		Source{"RFC 6749", "sections 4.1.3 and 5.2"}},
	{TokIDToken, DynamicRegistration, Std,
		"The ID token must be a JWS by an algorithm that discovery lists, verify with the bank's keys, name issuer, client and subject, be in date, and play back the nonce.",
		Source{"OpenID Connect Core 1.0", "sections 2 and 3.1.3.7"}},
	{TokIDTokenConsent, DynamicRegistration, Doc,
		"The ID token must carry the consent's identifier.",
		Source{pageAAC, "introduction, sandbox consents"}},
	{TokError, DynamicRegistration, Std,
		"An error of the token endpoint must be a JSON object whose error member is a registered code.",
		Source{"RFC 6749", "section 5.2"}},
}
