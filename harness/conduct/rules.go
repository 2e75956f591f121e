package conduct

import "obconform/harness/contract"

// rule decides one clause. It says met or breach of the examination that it is
// given, or neither where the exchange does not decide the clause.
type rule struct {
	clause contract.ClauseID
	hold   func(*examination)
}

// requestRules judge a request by itself, and know nothing of others.
var requestRules = []rule{
	{contract.CliMethod, holdMethod},
	{contract.CliHeaderOnce, holdHeaderOnce},
	{contract.CliAuth, holdAuthorization},
	{contract.CliContentType, holdContentType},
	{contract.CliContentTypeUnused, holdContentTypeUnused},
	{contract.CliAccept, holdAccept},
	{contract.CliBody, holdBody},
	{contract.CliNoBody, holdNoBody},
	{contract.CliJSON, holdJSON},
	{contract.CliModel, holdModel},
	{contract.CliUnknownMember, holdUnknownMember},
	{contract.CliDateTime, holdDateTime},
	{contract.CliFapiDate, holdFapiDate},
	{contract.CliFapiIP, holdFapiIP},
	{contract.CliFapiID, holdFapiID},
	{contract.CliTLS, holdTLS},
	{contract.CliCertificate, holdCertificate},
	{contract.CliURLToken, holdURLToken},
	{contract.CliURLSecret, holdURLSecret},

	{contract.CliRegContentType, holdRegContentType},
	{contract.CliRegJWS, holdRegJWS},
	{contract.CliRegClaims, holdRegClaims},
	{contract.CliRegTime, holdRegTime},
	{contract.CliRegRedirect, holdRegRedirect},
	{contract.CliRegStatement, holdRegStatement},

	{contract.CliAuthzParams, holdAuthzParams},
	{contract.CliAuthzState, holdAuthzState},
	{contract.CliAuthzNonce, holdAuthzNonce},
	{contract.CliAuthzObject, holdAuthzObject},
	{contract.CliAuthzIntent, holdAuthzIntent},

	{contract.CliTokenForm, holdTokenForm},
	{contract.CliTokenParams, holdTokenParams},
	{contract.CliTokenAuth, holdTokenAuth},

	{contract.CliConsentPermissions, holdPermissions},
	{contract.CliConsentCompanions, holdCompanions},
	{contract.CliConsentPeriod, holdPeriod},
	{contract.CliFundsAmount, holdAmount},
	{contract.CliFundsAccount, holdDebtorAccount},
}

// lifeRules judge a request by what went by before it. What was not seen is not
// known, and decides nothing.
var lifeRules = []rule{
	{contract.CliFapiIDFresh, holdFapiIDFresh},

	{contract.CliRegJTI, holdRegJTI},
	{contract.CliRegOwn, holdRegOwn},
	{contract.CliRegGone, holdRegGone},

	{contract.CliAuthzScope, holdAuthzScope},
	{contract.CliAuthzRedirect, holdAuthzRedirect},
	{contract.CliAuthzFresh, holdAuthzFresh},
	{contract.CliAuthzClaims, holdAuthzClaims},

	{contract.CliTokenRegistered, holdTokenRegistered},
	{contract.CliAssertion, holdAssertion},
	{contract.CliAssertionOnce, holdAssertionOnce},
	{contract.CliCodeOnce, holdCodeOnce},
	{contract.CliCodeRedirect, holdCodeRedirect},
	{contract.CliCodeVerifier, holdCodeVerifier},
	{contract.CliStateChecked, holdStateChecked},
	{contract.CliRefreshRotated, holdRefreshRotated},
	{contract.CliTokenReuse, holdTokenReuse},

	{contract.CliTokenGrant, holdTokenGrant},
	{contract.CliTokenScope, holdTokenScope},
	{contract.CliTokenRefused, holdTokenRefused},
	{contract.CliTokenExpired, holdTokenExpired},
	{contract.CliIDTokenChecked, holdIDTokenChecked},

	{contract.CliConsentGone, holdConsentGone},
	{contract.CliConsentDeleted, holdConsentDeleted},
	{contract.CliAccountID, holdAccountID},
	{contract.CliFundsConsent, holdFundsConsent},

	{contract.CliRetryAfter, holdRetryAfter},
	{contract.CliPolling, holdPolling},
	{contract.CliRepeatedPost, holdRepeatedPost},
	{contract.CliRepeatedRefusal, holdRepeatedRefusal},
	{contract.CliLinks, holdLinks},
}

// Basis says what a clause is decided by.
type Basis string

// What a clause can be decided by.
const (
	// ByRequest is one request alone.
	ByRequest Basis = "request"
	// ByLife is what went by before the request, too.
	ByLife Basis = "life"
)

// Rule is a clause that the auditor can decide.
type Rule struct {
	Clause contract.ClauseID
	Basis  Basis
}

// Rules lists the clauses that the auditor can decide, in the order in which it
// does.
func Rules() []Rule {
	var all []Rule
	for _, r := range requestRules {
		all = append(all, Rule{r.clause, ByRequest})
	}
	for _, r := range lifeRules {
		all = append(all, Rule{r.clause, ByLife})
	}
	return all
}
