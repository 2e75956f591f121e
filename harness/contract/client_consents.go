package contract

// Clauses on the consents that a client asks for and lives by.
const (
	CliConsentPermissions ClauseID = "CLI-CONSENT-PERMISSIONS"
	CliConsentCompanions  ClauseID = "CLI-CONSENT-COMPANIONS"
	CliConsentPeriod      ClauseID = "CLI-CONSENT-PERIOD"
	CliConsentGone        ClauseID = "CLI-CONSENT-GONE"
	CliConsentDeleted     ClauseID = "CLI-CONSENT-DELETED"
	CliAccountID          ClauseID = "CLI-ACCOUNT-ID"
	CliFundsAmount        ClauseID = "CLI-FUNDS-AMOUNT"
	CliFundsAccount       ClauseID = "CLI-FUNDS-ACCOUNT"
	CliFundsConsent       ClauseID = "CLI-FUNDS-CONSENT"
)

var clientConsentClauses = []Clause{
	{CliConsentPermissions, AccountAccessConsents, Doc,
		"A consent must not ask for ReadOffers or ReadProducts, which the bank does not support; each permission should stand once.",
		Source{pageAAC, "introduction"}},
	{CliConsentCompanions, AccountAccessConsents, Std,
		"Permissions must come with their companions: ReadAccountsBasic or ReadAccountsDetail always, a level of detail with a direction of transactions, and the reverse.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{CliConsentPeriod, Common, Adv,
		"A consent should expire in the future, and its first transaction date should not lie after its last.",
		Source{standardRW, "Account Access Consents, OBReadConsent1"}},
	{CliConsentGone, Common, Std,
		"A client must not go on with a consent that it has deleted, or that the bank has shown as rejected or revoked, or that has expired.",
		Source{standardRW, "Account Access Consents and Funds Confirmation Consents, consent revocation and status"}},
	{CliConsentDeleted, Common, Adv,
		"A consent whose access has ended should be deleted at the bank.",
		Source{pageAAC, "DELETE /account-access-consents/{ConsentId}, revocation by the customer"}},
	{CliAccountID, Accounts, Doc,
		"The AccountId of a request must come from an answer of the bank's, and not be made up.",
		Source{pageAccounts, "introduction, AccountId(s) of GET /accounts"}},
	{CliFundsAmount, ConfirmationOfFunds, Doc,
		"An amount must be a string of 1 to 13 digits, a point and 1 to 5 digits, its currency a string of three capital letters.",
		Source{pageFunds, "POST /funds-confirmations, InstructedAmount"}},
	{CliFundsAccount, ConfirmationOfFunds, Adv,
		"A debtor account should be named by a published scheme, and its identification should be one of that scheme.",
		Source{standardRW, "Namespaced enumerations, OBExternalAccountIdentification4Code"}},
	{CliFundsConsent, ConfirmationOfFunds, Std,
		"A question for funds must name the consent that its token was given for.",
		Source{standardRW, "Funds Confirmations, OBFundsConfirmation1, ConsentId"}},
}

// Clauses on how often a client asks, and by which address.
const (
	CliRetryAfter      ClauseID = "CLI-RETRY-AFTER"
	CliPolling         ClauseID = "CLI-POLLING"
	CliRepeatedPost    ClauseID = "CLI-REPEATED-POST"
	CliRepeatedRefusal ClauseID = "CLI-REPEATED-REFUSAL"
	CliLinks           ClauseID = "CLI-LINKS"
)

var clientPaceClauses = []Clause{
	{CliRetryAfter, Common, Doc,
		"After a 429 the operation must not be called again with the same credential before the seconds of Retry-After are over.",
		Source{pageEach, "429 Too Many Requests, Retry-After"}},
	{CliPolling, Common, Adv,
		"A consent whose state is waited for should be read once a second at most; a few quick reads, up to five in a row, are no waiting.",
		Source{standardRW, "HTTP Status Codes, 429, and Retry-After"}},
	{CliRepeatedPost, Common, Adv,
		"A POST that succeeded should not be sent again, and one that meets server errors should not be repeated over and over without a pause.",
		Source{"RFC 9110", "section 9.2.2; " + standardRW + ", Idempotency"}},
	{CliRepeatedRefusal, Common, Adv,
		"A request that was refused with 403 should not be repeated over and over with the same credential: three refusals within a minute of one another are enough.",
		Source{"RFC 9110", "section 15.5.4"}},
	{CliLinks, Common, Adv,
		"A further page should be asked for by the link of an answer, and not by an address that the client has put together.",
		Source{standardRW, "Links and Pagination"}},
}
