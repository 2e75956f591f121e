package contract

// Clauses on account access consents.
const (
	Aac201                ClauseID = "AAC-201"
	Aac201Echo            ClauseID = "AAC-201-ECHO"
	Aac201Times           ClauseID = "AAC-201-TIMES"
	Aac201EveryPermission ClauseID = "AAC-201-EVERY-PERMISSION"
	Aac201Duplicate       ClauseID = "AAC-201-DUPLICATE"
	Aac400Syntax          ClauseID = "AAC-400-SYNTAX"
	Aac400Missing         ClauseID = "AAC-400-MISSING"
	Aac400Type            ClauseID = "AAC-400-TYPE"
	Aac400Empty           ClauseID = "AAC-400-EMPTY"
	Aac400Unknown         ClauseID = "AAC-400-UNKNOWN"
	Aac400Unsupported     ClauseID = "AAC-400-UNSUPPORTED"
	Aac400Accounts        ClauseID = "AAC-400-ACCOUNTS"
	Aac400Transactions    ClauseID = "AAC-400-TRANSACTIONS"
	Aac400DateTime        ClauseID = "AAC-400-DATETIME"
	Aac400Expired         ClauseID = "AAC-400-EXPIRED"
	Aac400Path            ClauseID = "AAC-400-PATH"
	AacGet200             ClauseID = "AAC-GET-200"
	AacGetUnknown         ClauseID = "AAC-GET-UNKNOWN"
	AacDelete204          ClauseID = "AAC-DELETE-204"
	AacDeleteGone         ClauseID = "AAC-DELETE-GONE"
	AacDeleteUnknown      ClauseID = "AAC-DELETE-UNKNOWN"
	AacHeaderDate         ClauseID = "AAC-HEADER-DATE"
)

var consentClauses = []Clause{
	{Aac201, AccountAccessConsents, Doc,
		"A valid consent request must be answered with 201, Status AwaitingAuthorisation and a ConsentId of its own.",
		Source{pageAAC, "POST, 201"}},
	{Aac201Echo, AccountAccessConsents, Std,
		"A new consent must give back its permissions as the same set, each date-time as the same instant, none that was not sent, and Risk as an empty object.",
		Source{standardRW, "Account Access Consents, OBReadConsentResponse1"}},
	{Aac201Times, AccountAccessConsents, Std,
		"A new consent must have been created and updated while it was being asked for, and not updated before it was created.",
		Source{standardRW, "Account Access Consents, OBReadConsentResponse1"}},
	{Aac201EveryPermission, AccountAccessConsents, Doc,
		"Each permission that the bank supports must be accepted, with its companions, and all of them together.",
		Source{pageAAC, "Permissions"}},
	{Aac201Duplicate, AccountAccessConsents, Std,
		"A Basic permission together with the Detail permission of the same kind must be accepted.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{Aac400Syntax, AccountAccessConsents, Doc,
		"A consent request that is no JSON object must be refused with 400.",
		Source{pageAAC, "POST, 400"}},
	{Aac400Missing, AccountAccessConsents, Doc,
		"A consent request without Data, Risk or Permissions must be refused with 400.",
		Source{pageAAC, "POST, 400"}},
	{Aac400Type, AccountAccessConsents, Doc,
		"A consent request with a member of the wrong type, or a Risk with members, must be refused with 400.",
		Source{pageAAC, "POST, 400"}},
	{Aac400Empty, AccountAccessConsents, Std,
		"A consent request without any permission must be refused with 400.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{Aac400Unknown, AccountAccessConsents, Std,
		"A consent request for a permission that does not exist must be refused with 400.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{Aac400Unsupported, AccountAccessConsents, Doc,
		"A consent request for ReadOffers or ReadProducts must be refused with 400.",
		Source{pageAAC, "introduction"}},
	{Aac400Accounts, AccountAccessConsents, Std,
		"A consent request with neither ReadAccountsBasic nor ReadAccountsDetail must be refused with 400.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{Aac400Transactions, AccountAccessConsents, Std,
		"A consent request for transactions without a direction, or for a direction without a level of detail, must be refused with 400.",
		Source{standardRW, "Account Access Consents, Permissions"}},
	{Aac400DateTime, AccountAccessConsents, Doc,
		"A consent request with something else than a date-time must be refused with 400; any offset and fractional seconds must be accepted.",
		Source{pageAAC, "Models, ISODateTime"}},
	{Aac400Expired, AccountAccessConsents, Adv,
		"A consent request that has already expired, or whose transaction range is upside down, should be refused with 400.",
		Source{standardRW, "Account Access Consents"}},
	{Aac400Path, AccountAccessConsents, Adv,
		"A refused consent request should be answered with the offending member in Path.",
		Source{pageAAC, "Models, OBError1"}},
	{AacGet200, AccountAccessConsents, Doc,
		"A consent that is read must be answered with 200 and the data of the answer that created it.",
		Source{pageAAC, "GET, 200"}},
	{AacGetUnknown, AccountAccessConsents, Std,
		"An unknown consent must be refused with 400, 403 or 404, and another client's consent must not be shown.",
		Source{standardRW, "Account Access Consents, status codes"}},
	{AacDelete204, AccountAccessConsents, Doc,
		"A consent that is deleted must be answered with 204 and nothing else.",
		Source{pageAAC, "DELETE, 204"}},
	{AacDeleteGone, AccountAccessConsents, Std,
		"A deleted consent must be gone: not readable, not deletable as if it were there, and its tokens must read no account.",
		Source{standardRW, "Account Access Consents, DELETE"}},
	{AacDeleteUnknown, AccountAccessConsents, Std,
		"Deleting an unknown or another client's consent must be refused and delete nothing.",
		Source{standardRW, "Account Access Consents, DELETE"}},
	{AacHeaderDate, AccountAccessConsents, Adv,
		"An x-fapi-auth-date that is no HTTP date should be refused with 400.",
		Source{pageAAC, "Headers, x-fapi-auth-date; RFC 7231 section 7.1.1.1"}},
}
