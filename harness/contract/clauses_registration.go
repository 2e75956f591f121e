package contract

// Clauses on registering a client, and on reading, updating and deleting a registration.
const (
	Dcr201          ClauseID = "DCR-201"
	Dcr201Echo      ClauseID = "DCR-201-ECHO"
	Dcr201Unique    ClauseID = "DCR-201-UNIQUE"
	Dcr201Usable    ClauseID = "DCR-201-USABLE"
	Dcr400Syntax    ClauseID = "DCR-400-SYNTAX"
	Dcr400Signature ClauseID = "DCR-400-SIGNATURE"
	Dcr400Claims    ClauseID = "DCR-400-CLAIMS"
	Dcr400Time      ClauseID = "DCR-400-TIME"
	Dcr400Audience  ClauseID = "DCR-400-AUDIENCE"
	Dcr400Replay    ClauseID = "DCR-400-REPLAY"
	Dcr400Redirect  ClauseID = "DCR-400-REDIRECT"
	Dcr400SSA       ClauseID = "DCR-400-SSA"
	Dcr400Metadata  ClauseID = "DCR-400-METADATA"
	Dcr400Error     ClauseID = "DCR-400-ERROR"
	DcrGet200       ClauseID = "DCR-GET-200"
	DcrGetOther     ClauseID = "DCR-GET-OTHER"
	DcrGetAuth      ClauseID = "DCR-GET-AUTH"
	DcrPut200       ClauseID = "DCR-PUT-200"
	DcrPut400       ClauseID = "DCR-PUT-400"
	DcrPutAuth      ClauseID = "DCR-PUT-AUTH"
	DcrPutOther     ClauseID = "DCR-PUT-OTHER"
	DcrDelete204    ClauseID = "DCR-DELETE-204"
	DcrDeleteGone   ClauseID = "DCR-DELETE-GONE"
	DcrDeleteAuth   ClauseID = "DCR-DELETE-AUTH"
	DcrDeleteOther  ClauseID = "DCR-DELETE-OTHER"
)

var registrationClauses = []Clause{
	{Dcr201, DynamicRegistration, Doc,
		"A valid registration request must be answered with 201 and the registration, with client_id, and client_secret where the authentication method uses one.",
		Source{pageRegistration, "POST /register, 201"}},
	{Dcr201Echo, DynamicRegistration, Std,
		"A registration must give back what was asked for: the same redirect URIs, the same or fewer grants and scopes, the same algorithms and method or others that discovery lists.",
		Source{"RFC 7591", "section 3.2.1"}},
	{Dcr201Unique, DynamicRegistration, Std,
		"Two registrations must get two client ids.",
		Source{"RFC 7591", "section 3.2.1"}},
	{Dcr201Usable, DynamicRegistration, Doc,
		"The credentials of a new registration must obtain a client-credentials token.",
		Source{pageRegistration, "introduction"}},
	{Dcr400Syntax, DynamicRegistration, Doc,
		"A registration request that is no JWT must be refused with 400.",
		Source{pageRegistration, "POST /register, 400"}},
	{Dcr400Signature, DynamicRegistration, Std,
		"A registration request whose signature does not hold, or is none, must be refused with 400 or 401.",
		Source{standardDCR, "Request; RFC 7515"}},
	{Dcr400Claims, DynamicRegistration, Std,
		"A registration request with a required claim missing, or a claim of the wrong type, must be refused with 400.",
		Source{standardDCR, "OBClientRegistrationRequest1"}},
	{Dcr400Time, DynamicRegistration, Std,
		"A registration request that has expired, or was issued in the far future, must be refused with 400.",
		Source{"RFC 7519", "sections 4.1.4 and 4.1.6"}},
	{Dcr400Audience, DynamicRegistration, Adv,
		"A registration request made for another bank should be refused with 400.",
		Source{"RFC 7519", "section 4.1.3"}},
	{Dcr400Replay, DynamicRegistration, Adv,
		"A registration request whose jti was used before should be refused with 400.",
		Source{"RFC 7519", "section 4.1.7"}},
	{Dcr400Redirect, DynamicRegistration, Std,
		"A redirect URI that is not https, is on localhost, has a fragment, or is not in the software statement must be refused with 400.",
		Source{standardDCR, "redirect_uris"}},
	{Dcr400SSA, DynamicRegistration, Std,
		"A registration request whose software statement is missing, altered, expired, from an untrusted issuer, or of another software must be refused with 400, 401 or 403.",
		Source{"RFC 7591", "section 2.3"}},
	{Dcr400Metadata, DynamicRegistration, Std,
		"An unsupported authentication method, grant, response type or algorithm, or a scope that the statement does not grant, must be refused with 400 or replaced by a supported value.",
		Source{"RFC 7591", "sections 2 and 3.2.2"}},
	{Dcr400Error, DynamicRegistration, Adv,
		"A registration error should name its RFC 7591 code.",
		Source{"RFC 7591", "section 3.2.2"}},
	{DcrGet200, DynamicRegistration, Doc,
		"A registration that is read must be answered with 200 and the values that were registered.",
		Source{pageRegistration, "GET /register/{ClientId}, 200"}},
	{DcrGetOther, DynamicRegistration, Std,
		"Another client's registration, or an unknown one, must never be shown.",
		Source{"RFC 7592", "section 2.1"}},
	{DcrGetAuth, DynamicRegistration, Doc,
		"Reading a registration without credentials, or with wrong ones, must be refused with 401.",
		Source{pageRegistration, "GET /register/{ClientId}, 401"}},
	{DcrPut200, DynamicRegistration, Doc,
		"A registration that is updated must be answered with 200 and the new values, and keep its client_id.",
		Source{pageRegistration, "PUT /register/{ClientId}, 200"}},
	{DcrPut400, DynamicRegistration, Std,
		"An invalid update must be refused and change nothing.",
		Source{"RFC 7592", "section 2.2"}},
	{DcrPutAuth, DynamicRegistration, Doc,
		"Updating a registration without credentials, or with wrong ones, must be refused with 401 and change nothing.",
		Source{pageRegistration, "PUT /register/{ClientId}, 401"}},
	{DcrPutOther, DynamicRegistration, Std,
		"Updating another client's registration, or an unknown one, must be refused and change nothing.",
		Source{"RFC 7592", "section 2.2"}},
	{DcrDelete204, DynamicRegistration, Doc,
		"A registration that is deleted must be answered with 204 and nothing else.",
		Source{pageRegistration, "DELETE /register/{ClientId}, 204"}},
	{DcrDeleteGone, DynamicRegistration, Std,
		"A deleted registration must be gone for reading, updating, deleting and at the token endpoint.",
		Source{"RFC 7592", "section 2.3"}},
	{DcrDeleteAuth, DynamicRegistration, Doc,
		"Deleting a registration without credentials, or with wrong ones, must be refused with 401 and delete nothing.",
		Source{pageRegistration, "DELETE /register/{ClientId}, 401"}},
	{DcrDeleteOther, DynamicRegistration, Std,
		"Deleting another client's registration, or an unknown one, must be refused and delete nothing.",
		Source{"RFC 7592", "section 2.3"}},
}
