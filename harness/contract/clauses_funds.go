package contract

// Clauses on funds confirmations.
const (
	CofFunds201           ClauseID = "COF-FUNDS-201"
	CofFunds201Echo       ClauseID = "COF-FUNDS-201-ECHO"
	CofFunds201True       ClauseID = "COF-FUNDS-201-TRUE"
	CofFunds201False      ClauseID = "COF-FUNDS-201-FALSE"
	CofFunds201Limits     ClauseID = "COF-FUNDS-201-LIMITS"
	CofFunds400Syntax     ClauseID = "COF-FUNDS-400-SYNTAX"
	CofFunds400Missing    ClauseID = "COF-FUNDS-400-MISSING"
	CofFunds400Type       ClauseID = "COF-FUNDS-400-TYPE"
	CofFunds400Length     ClauseID = "COF-FUNDS-400-LENGTH"
	CofFunds400Amount     ClauseID = "COF-FUNDS-400-AMOUNT"
	CofFunds400Currency   ClauseID = "COF-FUNDS-400-CURRENCY"
	CofFundsCurrencyMatch ClauseID = "COF-FUNDS-CURRENCY-MATCH"
	CofFundsConsent       ClauseID = "COF-FUNDS-CONSENT"
	CofFundsNotStored     ClauseID = "COF-FUNDS-NOT-STORED"
)

var fundsClauses = []Clause{
	{CofFunds201, ConfirmationOfFunds, Doc,
		"A valid funds confirmation request must be answered with 201, a FundsConfirmationId of its own, and FundsAvailable true or false.",
		Source{pageFunds, "POST /funds-confirmations, 201"}},
	{CofFunds201Echo, ConfirmationOfFunds, Std,
		"A funds confirmation must give back ConsentId, Reference and InstructedAmount as the same strings.",
		Source{standardRW, "Funds Confirmation"}},
	{CofFunds201True, ConfirmationOfFunds, Std,
		"The smallest amount must be confirmed as available.",
		Source{standardRW, "Funds Confirmation, FundsAvailable"}},
	{CofFunds201False, ConfirmationOfFunds, Std,
		"An amount far beyond the balance must be confirmed as not available.",
		Source{standardRW, "Funds Confirmation, FundsAvailable"}},
	{CofFunds201Limits, ConfirmationOfFunds, Doc,
		"The longest and the shortest values that the model allows must be accepted.",
		Source{pageFunds, "Models, OBFundsConfirmation1"}},
	{CofFunds400Syntax, ConfirmationOfFunds, Doc,
		"A funds confirmation request that is no JSON object must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmations, 400"}},
	{CofFunds400Missing, ConfirmationOfFunds, Doc,
		"A funds confirmation request without a required member must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmations, 400"}},
	{CofFunds400Type, ConfirmationOfFunds, Doc,
		"A funds confirmation request with a member of the wrong type must be refused with 400.",
		Source{pageFunds, "POST /funds-confirmations, 400"}},
	{CofFunds400Length, ConfirmationOfFunds, Doc,
		"A funds confirmation request with a value one shorter or longer than allowed must be refused with 400.",
		Source{pageFunds, "Models, OBFundsConfirmation1"}},
	{CofFunds400Amount, ConfirmationOfFunds, Doc,
		"An amount that is not one to thirteen digits, a point and one to five digits must be refused with 400.",
		Source{pageFunds, "Models, OBActiveCurrencyAndAmount"}},
	{CofFunds400Currency, ConfirmationOfFunds, Doc,
		"A currency that is not three capital letters must be refused with 400.",
		Source{pageFunds, "Models, OBActiveCurrencyAndAmount"}},
	{CofFundsCurrencyMatch, ConfirmationOfFunds, Std,
		"A currency that is not the account's must be refused with 400.",
		Source{standardRW, "Funds Confirmation, business rules"}},
	{CofFundsConsent, ConfirmationOfFunds, Std,
		"A funds confirmation with an unknown consent, with one that is not the token's, or with one that is not authorised must be refused with 400, 401 or 403.",
		Source{standardRW, "Funds Confirmation, business rules"}},
	{CofFundsNotStored, ConfirmationOfFunds, Adv,
		"Two funds confirmation requests that differ in Reference alone should get two identifiers.",
		Source{standardRW, "Funds Confirmation"}},
}
