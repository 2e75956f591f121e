package contract

// Clauses on a client's registration.
const (
	CliRegContentType ClauseID = "CLI-REG-CONTENT-TYPE"
	CliRegJWS         ClauseID = "CLI-REG-JWS"
	CliRegClaims      ClauseID = "CLI-REG-CLAIMS"
	CliRegTime        ClauseID = "CLI-REG-TIME"
	CliRegJTI         ClauseID = "CLI-REG-JTI"
	CliRegRedirect    ClauseID = "CLI-REG-REDIRECT"
	CliRegStatement   ClauseID = "CLI-REG-STATEMENT"
	CliRegOwn         ClauseID = "CLI-REG-OWN"
	CliRegGone        ClauseID = "CLI-REG-GONE"
)

var clientRegistrationClauses = []Clause{
	{CliRegContentType, DynamicRegistration, Doc,
		"A registration request must be sent as application/jose (application/jwt where the bank takes it).",
		Source{pageRegistration, "POST /register, Content-Type"}},
	{CliRegJWS, DynamicRegistration, Std,
		"A registration request must be a JWS in compact form over a JSON object, signed with PS256 or ES256, with a kid in its header.",
		Source{standardDCR, "POST /register; RFC 7515 sections 3.1 and 4.1"}},
	{CliRegClaims, DynamicRegistration, Doc,
		"The claims of a registration request must conform to the model: those required, their types, values and lengths; tls_client_auth_subject_dn where the method is tls_client_auth.",
		Source{pageRegistration, "POST /register, body, which refers to " + standardDCR + ", OBClientRegistrationRequest1"}},
	{CliRegTime, DynamicRegistration, Std,
		"A registration request must be sent while it is in force: its exp to come, its iat not in the future and before exp.",
		Source{standardDCR, "OBClientRegistrationRequest1, iat and exp; RFC 7519 sections 4.1.4 and 4.1.6"}},
	{CliRegJTI, DynamicRegistration, Std,
		"Two registration requests must not have the same jti.",
		Source{"RFC 7519", "section 4.1.7"}},
	{CliRegRedirect, DynamicRegistration, Std,
		"Every redirect URI of a registration must be https, not on localhost, without a fragment, and one of the software statement's where that lists them.",
		Source{standardDCR, "OBClientRegistrationRequest1, redirect_uris; RFC 6749 section 3.1.2"}},
	{CliRegStatement, DynamicRegistration, Std,
		"software_id must be that of the software statement, and so must iss where the Open Banking directory issued it.",
		Source{standardDCR, "OBClientRegistrationRequest1, software_id and iss"}},
	{CliRegOwn, DynamicRegistration, Std,
		"A client must read, update and delete its own registration only: the credential must be that of the client in the path.",
		Source{standardDCR, "GET, PUT and DELETE /register/{ClientId}"}},
	{CliRegGone, DynamicRegistration, Std,
		"A client must not go on with a registration that it has deleted.",
		Source{standardDCR, "DELETE /register/{ClientId}; RFC 7592 section 2.3"}},
}
