package contract

// Clauses on a client's requests to the token endpoint.
const (
	CliTokenForm       ClauseID = "CLI-TOKEN-FORM"
	CliTokenParams     ClauseID = "CLI-TOKEN-PARAMS"
	CliTokenAuth       ClauseID = "CLI-TOKEN-AUTH"
	CliTokenRegistered ClauseID = "CLI-TOKEN-REGISTERED"
	CliAssertion       ClauseID = "CLI-ASSERTION"
	CliAssertionOnce   ClauseID = "CLI-ASSERTION-ONCE"
	CliCodeOnce        ClauseID = "CLI-CODE-ONCE"
	CliCodeRedirect    ClauseID = "CLI-CODE-REDIRECT"
	CliCodeVerifier    ClauseID = "CLI-CODE-VERIFIER"
	CliStateChecked    ClauseID = "CLI-STATE-CHECKED"
	CliRefreshRotated  ClauseID = "CLI-REFRESH-ROTATED"
	CliTokenReuse      ClauseID = "CLI-TOKEN-REUSE"
)

var clientTokenRequestClauses = []Clause{
	{CliTokenForm, DynamicRegistration, Std,
		"A token request must be a POST of a form, application/x-www-form-urlencoded, with no parameter twice.",
		Source{"RFC 6749", "section 3.2 and appendix B"}},
	{CliTokenParams, DynamicRegistration, Std,
		"A token request must say its grant_type (client_credentials, authorization_code or refresh_token) and what goes with it: code and redirect_uri, or refresh_token.",
		Source{"RFC 6749", "sections 4.1.3, 4.4.2 and 6; OpenID Connect Core 1.0 section 3.1.3.1"}},
	{CliTokenAuth, DynamicRegistration, Std,
		"A client must prove itself at the token endpoint, in one way only.",
		Source{"RFC 6749", "sections 2.3, 2.3.1 and 3.2.1"}},
	{CliTokenRegistered, DynamicRegistration, Std,
		"A token request must keep to what the client registered: its authentication method, its grant types, its scopes.",
		Source{"RFC 7591", "section 2; RFC 6749 sections 2 and 5.2"}},
	{CliAssertion, DynamicRegistration, Std,
		"A client assertion must be a JWS of another algorithm than none, with iss and sub the client's id, aud the token endpoint or the issuer, a jti, and exp, a time to come, and stand beside the client_assertion_type of a JWT; its life should be an hour at most.",
		Source{"OpenID Connect Core 1.0", "section 9; RFC 7523 sections 2.2 and 3"}},
	{CliAssertionOnce, DynamicRegistration, Std,
		"A client assertion must be used once, and two must not have the same jti.",
		Source{"OpenID Connect Core 1.0", "section 9, jti"}},
	{CliCodeOnce, DynamicRegistration, Std,
		"An authorisation code must be exchanged once.",
		Source{"RFC 6749", "section 4.1.2"}},
	{CliCodeRedirect, DynamicRegistration, Std,
		"The redirect URI of a code exchange must be that of the authorisation request, character by character.",
		Source{"RFC 6749", "section 4.1.3"}},
	{CliCodeVerifier, DynamicRegistration, Std,
		"Where the authorisation request had a code_challenge, the code exchange must have the code_verifier that belongs to it.",
		Source{"RFC 7636", "sections 4.5 and 4.6"}},
	{CliStateChecked, DynamicRegistration, Std,
		"A code that came back with another state than was sent, or with none, must not be exchanged.",
		Source{"RFC 6749", "section 10.12"}},
	{CliRefreshRotated, DynamicRegistration, Std,
		"A refresh token that was replaced by another must not be used again.",
		Source{"RFC 6749", "section 6"}},
	{CliTokenReuse, DynamicRegistration, Adv,
		"A token that is still good should be used again, rather than a new one for the same scope be asked for over and over: five at once are enough.",
		Source{"RFC 6749", "section 1.5"}},
}

// Clauses on what a client uses its tokens for.
const (
	CliTokenGrant     ClauseID = "CLI-TOKEN-GRANT"
	CliTokenScope     ClauseID = "CLI-TOKEN-SCOPE"
	CliTokenExpired   ClauseID = "CLI-TOKEN-EXPIRED"
	CliTokenRefused   ClauseID = "CLI-TOKEN-REFUSED"
	CliIDTokenChecked ClauseID = "CLI-IDTOKEN-CHECKED"
)

var clientTokenUseClauses = []Clause{
	{CliTokenGrant, Common, Doc,
		"An operation must be called with a token of the grant that its documentation asks for.",
		Source{pageEach, "introduction, access token"}},
	{CliTokenScope, Common, Std,
		"An operation must be called with a token of its scope.",
		Source{standardRW, "Security & Access Control, Scopes; RFC 6750 section 3.1"}},
	{CliTokenExpired, Common, Adv,
		"A token whose life, by the bank's word, is over should be renewed rather than used.",
		Source{"RFC 6749", "sections 1.5 and 5.1"}},
	{CliTokenRefused, Common, Adv,
		"A token that was refused with 401 should not be used again and again: three refusals in a row are enough.",
		Source{"RFC 6750", "section 3.1, invalid_token; RFC 9110 section 15.5.2"}},
	{CliIDTokenChecked, Common, Std,
		"A token that came with an ID token for another client, of another issuer, out of date or with another nonce than was sent must not be used.",
		Source{"OpenID Connect Core 1.0", "sections 3.1.3.5 and 3.1.3.7"}},
}
