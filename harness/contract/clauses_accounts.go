package contract

// Clauses on accounts.
const (
	AccList200      ClauseID = "ACC-LIST-200"
	AccListStable   ClauseID = "ACC-LIST-STABLE"
	AccListBasic    ClauseID = "ACC-LIST-BASIC"
	AccListDetail   ClauseID = "ACC-LIST-DETAIL"
	AccListPages    ClauseID = "ACC-LIST-PAGES"
	AccListCurrency ClauseID = "ACC-LIST-CURRENCY"
	AccGet200       ClauseID = "ACC-GET-200"
	AccGetUnknown   ClauseID = "ACC-GET-UNKNOWN"
	AccGetForeign   ClauseID = "ACC-GET-FOREIGN"
	Acc403Consent   ClauseID = "ACC-403-CONSENT"
	AccHeaders      ClauseID = "ACC-HEADERS"
)

var accountsClauses = []Clause{
	{AccList200, Accounts, Doc,
		"The list of accounts must be answered with 200, the accounts of the consent, each with an AccountId of its own.",
		Source{pageAccounts, "GET /accounts, 200"}},
	{AccListStable, Accounts, Std,
		"AccountIds must be the same from call to call.",
		Source{standardRW, "Accounts, AccountId is immutable"}},
	{AccListBasic, Accounts, Std,
		"A consent with ReadAccountsBasic alone must show no account number.",
		Source{standardRW, "Accounts, Permission codes"}},
	{AccListDetail, Accounts, Std,
		"A consent with ReadAccountsDetail must show every account's number, well formed for its scheme.",
		Source{standardRW, "Accounts, Permission codes"}},
	{AccListPages, Accounts, Std,
		"The links of a list must lead where they say, TotalPages must be the number of pages, and no account may be lost or doubled between them.",
		Source{standardRW, "Pagination"}},
	{AccListCurrency, Accounts, Std,
		"The Currency of an account must be an ISO 4217 code.",
		Source{standardRW, "Accounts, ActiveOrHistoricCurrencyCode"}},
	{AccGet200, Accounts, Doc,
		"Each listed account must be answered with 200, alone, and as it stands in the list.",
		Source{pageAccounts, "GET /accounts/{AccountId}, 200"}},
	{AccGetUnknown, Accounts, Std,
		"An unknown account, or an identifier that cannot be one, must be refused with 400, 403 or 404.",
		Source{standardRW, "Accounts, status codes"}},
	{AccGetForeign, Accounts, Std,
		"An account that the consent does not cover must be refused.",
		Source{standardRW, "Accounts, status codes"}},
	{Acc403Consent, Accounts, Std,
		"A consent that is deleted, rejected, revoked, expired or without permission to read accounts must give access to none.",
		Source{standardRW, "Account Access Consents, status"}},
	{AccHeaders, Accounts, Doc,
		"The optional request headers must change nothing in the answer.",
		Source{pageAccounts, "GET /accounts, headers"}},
}
