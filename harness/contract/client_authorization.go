package contract

// Clauses on what a client sends its customer's browser to the bank with.
const (
	CliAuthzParams   ClauseID = "CLI-AUTHZ-PARAMS"
	CliAuthzScope    ClauseID = "CLI-AUTHZ-SCOPE"
	CliAuthzRedirect ClauseID = "CLI-AUTHZ-REDIRECT"
	CliAuthzState    ClauseID = "CLI-AUTHZ-STATE"
	CliAuthzNonce    ClauseID = "CLI-AUTHZ-NONCE"
	CliAuthzFresh    ClauseID = "CLI-AUTHZ-FRESH"
	CliAuthzObject   ClauseID = "CLI-AUTHZ-OBJECT"
	CliAuthzClaims   ClauseID = "CLI-AUTHZ-CLAIMS"
	CliAuthzIntent   ClauseID = "CLI-AUTHZ-INTENT"
)

var clientAuthorizationClauses = []Clause{
	{CliAuthzParams, DynamicRegistration, Std,
		"An authorisation request must say client_id, redirect_uri and response_type (code or code id_token), in the query or in its request object, no parameter twice, and client_id and response_type not differently in the two.",
		Source{"OpenID Connect Core 1.0", "sections 3.1.2.1, 3.3.2.1 and 6.1"}},
	{CliAuthzScope, DynamicRegistration, Std,
		"The scope of an authorisation request must have openid, and accounts or fundsconfirmations as its consent needs.",
		Source{"OpenID Connect Core 1.0", "section 3.1.2.1; " + standardRW + ", Security & Access Control, Scopes"}},
	{CliAuthzRedirect, DynamicRegistration, Std,
		"The redirect URI of an authorisation request must be one that the client registered, character by character.",
		Source{"OpenID Connect Core 1.0", "section 3.1.2.1, redirect_uri"}},
	{CliAuthzState, DynamicRegistration, Adv,
		"An authorisation request should have a state.",
		Source{"RFC 6749", "sections 4.1.1 and 10.12"}},
	{CliAuthzNonce, DynamicRegistration, Std,
		"An authorisation request for code id_token must have a nonce; one for code should.",
		Source{"OpenID Connect Core 1.0", "sections 3.1.2.1 and 3.3.2.11"}},
	{CliAuthzFresh, DynamicRegistration, Std,
		"Two authorisation requests must not have the same state, nor the same nonce.",
		Source{"RFC 6749", "section 10.12; OpenID Connect Core 1.0 section 15.5.2"}},
	{CliAuthzObject, DynamicRegistration, Std,
		"An authorisation request must carry its parameters in a request object, a JWS in compact form signed with PS256 or ES256, with a kid in its header.",
		Source{standardSec, "request object; OpenID Connect Core 1.0 section 6.1"}},
	{CliAuthzClaims, DynamicRegistration, Std,
		"A request object must say aud, the bank's issuer, and exp, a time to come; it should say iss, which must be the client's id, and be valid for an hour at most.",
		Source{standardSec, "request object; Financial-grade API part 2 section 5.2.2; OpenID Connect Core 1.0 section 6.1"}},
	{CliAuthzIntent, DynamicRegistration, Std,
		"A request object must name its consent in the claim openbanking_intent_id, asked for as essential in the ID token or at the userinfo endpoint.",
		Source{standardSec, "request object, openbanking_intent_id"}},
}
