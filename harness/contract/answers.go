package contract

import "net/http"

// Response header names of the contract, section 1.
const (
	HeaderInteractionID = "x-fapi-interaction-id"
	HeaderSignature     = "x-jws-signature"
	HeaderRetryAfter    = "Retry-After"
)

const (
	pageRegistration = "Dynamic Registration v3.2"
	pageAAC          = "Account Access Consents v3.1"
	pageAccounts     = "Accounts v3.1"
	pageFunds        = "Confirmation of Funds v3.1"
	// pageEach stands for the page of the API that the answer belongs to.
	pageEach    = "the API's own documentation page"
	standardRW  = "Open Banking Read/Write v3.1.2"
	standardDCR = "Open Banking Dynamic Client Registration v3.2"
)

var operations = []Operation{
	{ID: GetDiscovery, API: DynamicRegistration, Method: http.MethodGet,
		Group: DiscoveryPath, Path: "/.well-known/openid-configuration", Token: NoToken,
		Answers:  []Answer{{Status: 200}},
		Accepted: Dis200,
		Source:   Source{pageRegistration, "Open Banking OIDC Server"}},

	registration(RegisterClient, http.MethodPost, "/register", NoToken, 201, Dcr201),
	registration(GetClient, http.MethodGet, "/register/{ClientId}", Management, 200, DcrGet200),
	registration(UpdateClient, http.MethodPut, "/register/{ClientId}", Management, 200, DcrPut200),
	registration(DeleteClient, http.MethodDelete, "/register/{ClientId}", Management, 204, DcrDelete204),

	aac(CreateAccountAccessConsent, http.MethodPost, "/account-access-consents", 201, Aac201),
	aac(GetAccountAccessConsent, http.MethodGet, "/account-access-consents/{ConsentId}", 200, AacGet200),
	aac(DeleteAccountAccessConsent, http.MethodDelete, "/account-access-consents/{ConsentId}", 204, AacDelete204),

	accounts(ListAccounts, "/accounts", AccList200),
	accounts(GetAccount, "/accounts/{AccountId}", AccGet200),

	funds(CreateFundsConfirmationConsent, http.MethodPost, "/funds-confirmation-consents", ClientCredentials, 201, CofConsent201,
		"confirmationoffunds/OBFundsConfirmationConsent1", "confirmationoffunds/OBFundsConfirmationConsentResponse1"),
	funds(GetFundsConfirmationConsent, http.MethodGet, "/funds-confirmation-consents/{ConsentId}", ClientCredentials, 200, CofConsentGet200,
		"", "confirmationoffunds/OBFundsConfirmationConsentResponse1"),
	funds(DeleteFundsConfirmationConsent, http.MethodDelete, "/funds-confirmation-consents/{ConsentId}", ClientCredentials, 204, CofConsentDelete204,
		"", ""),
	funds(CreateFundsConfirmation, http.MethodPost, "/funds-confirmations", AuthorizationCode, 201, CofFunds201,
		"confirmationoffunds/OBFundsConfirmation1", "confirmationoffunds/OBFundsConfirmationResponse1"),
}

func registration(id OperationID, method, path string, token TokenKind, success int, accepted ClauseID) Operation {
	op := Operation{ID: id, Accepted: accepted, API: DynamicRegistration, Method: method, Group: RegistrationPath, Path: path,
		Token: token, Source: Source{pageRegistration, method + " " + path}}
	if method == http.MethodPost || method == http.MethodPut {
		op.RequestModel = "dynamicregistration/OBClientRegistrationRequest1"
	}
	ok := Answer{Status: success, Headers: fapi(Doc)}
	switch id {
	case RegisterClient:
		ok.Model = "dynamicregistration/OBClientRegistration1"
		ok.Headers = append(ok.Headers, signature())
	case DeleteClient:
		ok.Headers = nil // the documentation shows no header on this 204
	default:
		ok.Model = "dynamicregistration/OBClientRegistration1Read"
	}
	op.Answers = append([]Answer{ok}, errorAnswers("dynamicregistration/OBErrorResponse1", Doc, signature())...)
	return op
}

func aac(id OperationID, method, path string, success int, accepted ClauseID) Operation {
	op := Operation{ID: id, Accepted: accepted, API: AccountAccessConsents, Method: method, Group: AccountAccessConsentsPath, Path: path,
		Token: ClientCredentials, Scope: ScopeAccounts, Source: Source{pageAAC, method + " " + path}}
	ok := Answer{Status: success, Headers: fapi(Doc)}
	if method != http.MethodDelete {
		ok.Model = "accountaccessconsents/OBReadConsentResponse1"
	}
	if method == http.MethodPost {
		op.RequestModel = "accountaccessconsents/OBReadConsent1"
	}
	op.Answers = append([]Answer{ok}, errorAnswers("accountaccessconsents/OBErrorResponse1", Doc)...)
	return op
}

func accounts(id OperationID, path string, accepted ClauseID) Operation {
	ok := Answer{Status: 200, Model: "accounts/OBReadAccount4", Headers: fapi(Doc)}
	return Operation{ID: id, Accepted: accepted, API: Accounts, Method: http.MethodGet, Group: AccountsPath, Path: path,
		Token: AuthorizationCode, Scope: ScopeAccounts,
		// The page shows the interaction id on 200 only: on errors it is std.
		Answers: append([]Answer{ok}, errorAnswers("accounts/OBErrorResponse1", Std)...),
		Source:  Source{pageAccounts, "GET " + path}}
}

func funds(id OperationID, method, path string, token TokenKind, success int, accepted ClauseID, request, response string) Operation {
	ok := Answer{Status: success, Model: response, Headers: fapi(Doc)}
	return Operation{ID: id, Accepted: accepted, API: ConfirmationOfFunds, Method: method, Group: ConfirmationOfFundsPath, Path: path,
		RequestModel: request, Token: token, Scope: ScopeFunds,
		Answers: append([]Answer{ok}, errorAnswers("confirmationoffunds/OBErrorResponse1", Doc)...),
		Source:  Source{pageFunds, method + " " + path}}
}

// errorAnswers are the eight documented refusals, the same for every operation
// but for the model of the body, the level of the interaction id, and headers
// that only answers with a body have.
func errorAnswers(model string, fapiLevel Level, withBody ...Header) []Answer {
	body := func(status int) Answer {
		return Answer{Status: status, Model: model, Headers: append(fapi(fapiLevel), withBody...)}
	}
	bare := func(status int) Answer { return Answer{Status: status, Headers: fapi(fapiLevel)} }
	tooMany := bare(429)
	tooMany.Headers = append(tooMany.Headers, Header{HeaderRetryAfter, Doc})
	return []Answer{body(400), bare(401), body(403), bare(404), bare(405), bare(406), tooMany, body(500)}
}

func fapi(level Level) []Header { return []Header{{HeaderInteractionID, level}} }

// signature is adv: a documented response header is not a required one (R10).
func signature() Header { return Header{HeaderSignature, Adv} }
