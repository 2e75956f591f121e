package contract

// Clauses that hold for every answer of every operation.
const (
	ComStatus           ClauseID = "COM-STATUS"
	ComBody             ClauseID = "COM-BODY"
	ComJSON             ClauseID = "COM-JSON"
	ComContentType      ClauseID = "COM-CONTENT-TYPE"
	ComEmpty            ClauseID = "COM-EMPTY"
	ComFapiPresent      ClauseID = "COM-FAPI-PRESENT"
	ComFapiEcho         ClauseID = "COM-FAPI-ECHO"
	ComFapiMint         ClauseID = "COM-FAPI-MINT"
	ComRetryAfter       ClauseID = "COM-RETRY-AFTER"
	ComDateTime         ClauseID = "COM-DATETIME"
	ComLinksSelf        ClauseID = "COM-LINKS-SELF"
	ComSignature        ClauseID = "COM-SIGNATURE"
	ComSignaturePresent ClauseID = "COM-SIGNATURE-PRESENT"
	ComMeta             ClauseID = "COM-META"
	ComOptional         ClauseID = "COM-OPTIONAL"
	ComAllow            ClauseID = "COM-ALLOW"
	ComWWWAuthenticate  ClauseID = "COM-WWW-AUTHENTICATE"
	ComErrorCode        ClauseID = "COM-ERROR-CODE"
	ComTransport        ClauseID = "COM-TRANSPORT"
	ComSecrets          ClauseID = "COM-SECRETS"
)

var commonClauses = []Clause{
	{ComStatus, Common, Doc,
		"The status of an answer must be one that the operation documents; 415 for an unsupported request type is the one exception, and a redirect is an undocumented status.",
		Source{pageEach, "Responses"}},
	{ComBody, Common, Doc,
		"Where the documentation shows a body there must be one, and it must conform to the documented model.",
		Source{pageEach, "Responses and Models"}},
	{ComJSON, Common, Std,
		"A JSON body must be exactly one RFC 8259 value: valid UTF-8, no byte-order mark, nothing after it, no member name twice in one object, no more than 64 levels deep.",
		Source{"RFC 8259", "sections 2, 4 and 8.1"}},
	{ComContentType, Common, Std,
		"An answer with a JSON body must say Content-Type application/json (a key set may say application/jwk-set+json, RFC 7517); a charset parameter may only be utf-8.",
		Source{standardRW, "Headers"}},
	{ComEmpty, Common, Doc,
		"A 204 must carry no body: no Content-Length above 0, no Transfer-Encoding, no byte after the headers.",
		Source{pageEach, "204 No Content"}},
	{ComFapiPresent, Common, Doc,
		"An answer must carry x-fapi-interaction-id exactly once, and it must be an RFC 4122 UUID.",
		Source{pageEach, "Responses, Headers"}},
	{ComFapiEcho, Common, Std,
		"An answer must play back the x-fapi-interaction-id that the request sent.",
		Source{standardRW, "Headers, x-fapi-interaction-id"}},
	{ComFapiMint, Common, Std,
		"When a request sends no x-fapi-interaction-id the bank must make one up, a different one each time.",
		Source{standardRW, "Headers, x-fapi-interaction-id"}},
	{ComRetryAfter, Common, Doc,
		"A 429 must say in Retry-After how many whole seconds to wait, not negative.",
		Source{pageEach, "429 Too Many Requests, Headers"}},
	{ComDateTime, Common, Doc,
		"Every date-time member of an answer must have a timezone.",
		Source{pageEach, "Models, ISODateTime"}},
	{ComLinksSelf, Common, Std,
		"Links.Self must be an absolute URI whose path is that of the resource; for a POST the path of the collection or of the new resource.",
		Source{standardRW, "Links"}},
	{ComSignature, Common, Std,
		"An x-jws-signature that is present must be a detached JWS over the exact body, alg PS256, with kid, b64 false and the three openbanking.org.uk members named in crit, and must verify with the bank's keys.",
		Source{standardRW, "Message signing; RFC 7515 and RFC 7797"}},
	{ComSignaturePresent, Common, Adv,
		"An answer whose documentation shows x-jws-signature should carry it.",
		Source{pageRegistration, "Responses, Headers"}},
	{ComMeta, Common, Adv,
		"An answer with Data should carry Links and Meta.",
		Source{standardRW, "Response structure"}},
	{ComOptional, Common, Adv,
		"An optional member without a value should be left out, rather than be null, an empty string or an empty object.",
		Source{standardRW, "Optional fields"}},
	{ComAllow, Common, Adv,
		"A 405 should name the allowed methods in Allow, and not the refused one.",
		Source{"RFC 9110", "section 15.5.6"}},
	{ComWWWAuthenticate, Common, Adv,
		"A 401 should carry WWW-Authenticate.",
		Source{"RFC 9110", "section 15.5.2; RFC 6750 section 3"}},
	{ComErrorCode, Common, Adv,
		"An error code in the UK.OBIE namespace should be one of the published list.",
		Source{standardRW, "Error response, namespaced codes"}},
	{ComTransport, Common, Std,
		"An answer must arrive whole: within the time and size limits, not cut off, as long as announced, in no content coding that was not asked for.",
		Source{"RFC 9112", "sections 6 and 8"}},
	{ComSecrets, Common, Std,
		"No answer may repeat a valid client secret, access token or authorisation code, except where it is issued; an answer that carries one should say Cache-Control no-store.",
		Source{"RFC 6749", "sections 5.1 and 10"}},
}
