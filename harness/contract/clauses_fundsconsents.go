package contract

// Clauses on funds confirmation consents.
const (
	CofConsent201           ClauseID = "COF-CONSENT-201"
	CofConsent201Echo       ClauseID = "COF-CONSENT-201-ECHO"
	CofConsent201Times      ClauseID = "COF-CONSENT-201-TIMES"
	CofConsent201Limits     ClauseID = "COF-CONSENT-201-LIMITS"
	CofConsent400Syntax     ClauseID = "COF-CONSENT-400-SYNTAX"
	CofConsent400Missing    ClauseID = "COF-CONSENT-400-MISSING"
	CofConsent400Type       ClauseID = "COF-CONSENT-400-TYPE"
	CofConsent400Length     ClauseID = "COF-CONSENT-400-LENGTH"
	CofConsent400DateTime   ClauseID = "COF-CONSENT-400-DATETIME"
	CofConsent400Scheme     ClauseID = "COF-CONSENT-400-SCHEME"
	CofConsentGet200        ClauseID = "COF-CONSENT-GET-200"
	CofConsentGetUnknown    ClauseID = "COF-CONSENT-GET-UNKNOWN"
	CofConsentDelete204     ClauseID = "COF-CONSENT-DELETE-204"
	CofConsentDeleteGone    ClauseID = "COF-CONSENT-DELETE-GONE"
	CofConsentDeleteUnknown ClauseID = "COF-CONSENT-DELETE-UNKNOWN"
)

var fundsConsentClauses = []Clause{
	{CofConsent201, ConfirmationOfFunds, Doc,
		"A valid funds consent request must be answered with 201, Status AwaitingAuthorisation and a ConsentId of its own.",
		Source{pageFunds, "POST /funds-confirmation-consents, 201"}},
	{CofConsent201Echo, ConfirmationOfFunds, Std,
		"A new funds consent must give back its debtor account member by member, and its expiry as the same instant, or not at all when none was sent.",
		Source{standardRW, "Funds Confirmation Consent"}},
	{CofConsent201Times, ConfirmationOfFunds, Std,
		"A new funds consent must have been created and updated while it was being asked for, and not updated before it was created.",
		Source{standardRW, "Funds Confirmation Consent"}},
	{CofConsent201Limits, ConfirmationOfFunds, Doc,
		"The longest and the shortest values that the model allows must be accepted.",
		Source{pageFunds, "Models, OBFundsConfirmationConsent1"}},
	{CofConsent400Syntax, ConfirmationOfFunds, Doc,
		"A funds consent request that is no JSON object must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmation-consents, 400"}},
	{CofConsent400Missing, ConfirmationOfFunds, Doc,
		"A funds consent request without a required member must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmation-consents, 400"}},
	{CofConsent400Type, ConfirmationOfFunds, Doc,
		"A funds consent request with a member of the wrong type must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmation-consents, 400"}},
	{CofConsent400Length, ConfirmationOfFunds, Doc,
		"A funds consent request with a value one shorter or longer than allowed must be refused with 400.",
		Source{pageFunds, "Models, OBFundsConfirmationConsent1"}},
	{CofConsent400DateTime, ConfirmationOfFunds, Doc,
		"A funds consent request whose expiry is no date-time must be refused with 400; any offset and fractional seconds must be accepted.",
		Source{pageFunds, "Models, OBFundsConfirmationConsent1"}},
	{CofConsent400Scheme, ConfirmationOfFunds, Adv,
		"A funds consent request with an invented scheme, or an identification that is not of its scheme, should be refused with 400.",
		Source{standardRW, "Namespaced enumerations, OBExternalAccountIdentification4Code"}},
	{CofConsentGet200, ConfirmationOfFunds, Doc,
		"A funds consent that is read must be answered with 200 and the data of the answer that created it.",
		Source{pageFunds, "GET /funds-confirmation-consents/{ConsentId}, 200"}},
	{CofConsentGetUnknown, ConfirmationOfFunds, Std,
		"An unknown funds consent must be refused with 400, 403 or 404, and another client's must not be shown.",
		Source{standardRW, "Funds Confirmation Consent, status codes"}},
	{CofConsentDelete204, ConfirmationOfFunds, Doc,
		"A funds consent that is deleted must be answered with 204 and nothing else.",
		Source{pageFunds, "DELETE /funds-confirmation-consents/{ConsentId}, 204"}},
	{CofConsentDeleteGone, ConfirmationOfFunds, Std,
		"A deleted funds consent must be gone: not readable, not deletable as if it were there, and its tokens must confirm no funds.",
		Source{standardRW, "Funds Confirmation Consent, DELETE"}},
	{CofConsentDeleteUnknown, ConfirmationOfFunds, Std,
		"Deleting an unknown or another client's funds consent must be refused and delete nothing.",
		Source{standardRW, "Funds Confirmation Consent, DELETE"}},
}
