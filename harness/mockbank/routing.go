package mockbank

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Base paths of the documentation. Discovery, registration and the account and
// funds APIs each live under a version of their own.
const (
	discoveryBase    = "/open-banking/v3.0"
	registrationBase = "/open-banking/v3.2"
	aispBase         = "/open-banking/v3.1/aisp"
	cbpiiBase        = "/open-banking/v3.1/cbpii"

	authorizePath = "/oauth2/authorize"
	tokenPath     = "/oauth2/token"
	jwksPath      = "/oauth2/jwks"
)

// authentication is who may call an operation.
type authentication int

const (
	anybody           authentication = iota
	clientCredentials                // an access token of a client-credentials grant
	authorisationCode                // an access token of an authorization-code grant
	registeredClient                 // R1: such a token, or Basic with client id and secret
	clientCertificate                // mutual TLS, where the bank serves TLS at all
)

// payload is the kind of request body that an operation reads.
type payload int

const (
	noPayload payload = iota
	jsonPayload
	josePayload
	formPayload
)

// family decides the shape of errors and which common rules hold.
type family int

const (
	openBanking  family = iota // OBErrorResponse1
	registration               // OBErrorResponse1, signed
	discovery                  // documents nothing but success
	oauth                      // RFC 6749 section 5.2 error objects
)

// operation is one method on one path.
type operation struct {
	name     string
	method   string
	path     string // a last segment of {id} matches any one segment
	family   family
	auth     authentication
	scope    string
	takes    payload
	answers  bool // success has a body, so Accept matters
	authDate bool // x-fapi-auth-date is documented
	handle   func(*Bank, *call) answer
}

// Names of operations, those of the documentation and the bank's own.
const (
	getDiscovery         = "GetDiscovery"
	getKeys              = "GetKeys"
	issueToken           = "IssueToken"
	authorize            = "Authorize"
	registerClient       = "RegisterClient"
	getClient            = "GetClient"
	updateClient         = "UpdateClient"
	deleteClient         = "DeleteClient"
	createAccountConsent = "CreateAccountAccessConsent"
	getAccountConsent    = "GetAccountAccessConsent"
	deleteAccountConsent = "DeleteAccountAccessConsent"
	listAccounts         = "ListAccounts"
	getAccount           = "GetAccount"
	createFundsConsent   = "CreateFundsConfirmationConsent"
	getFundsConsent      = "GetFundsConfirmationConsent"
	deleteFundsConsent   = "DeleteFundsConfirmationConsent"
	confirmFunds         = "CreateFundsConfirmation"
)

const (
	scopeAccounts = "accounts"
	scopeFunds    = "fundsconfirmations"
	scopeOpenID   = "openid"
)

// operations is every method and path that the bank has.
var operations = []operation{
	{name: getDiscovery, method: "GET", path: discoveryBase + "/.well-known/openid-configuration", family: discovery, handle: (*Bank).getDiscovery},
	{name: getKeys, method: "GET", path: jwksPath, family: discovery, handle: (*Bank).getJWKS},
	{name: issueToken, method: "POST", path: tokenPath, family: oauth, takes: formPayload, handle: (*Bank).issueToken},
	{name: authorize, method: "GET", path: authorizePath, family: oauth, handle: (*Bank).authorize},
	{name: authorize, method: "POST", path: authorizePath, family: oauth, takes: formPayload, handle: (*Bank).authorize},

	{name: registerClient, method: "POST", path: registrationBase + "/register", family: registration, auth: clientCertificate, takes: josePayload, answers: true, handle: (*Bank).registerClient},
	{name: getClient, method: "GET", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, answers: true, handle: (*Bank).getClient},
	{name: updateClient, method: "PUT", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, takes: josePayload, answers: true, handle: (*Bank).updateClient},
	{name: deleteClient, method: "DELETE", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, handle: (*Bank).deleteClient},

	{name: createAccountConsent, method: "POST", path: aispBase + "/account-access-consents", auth: clientCredentials, scope: scopeAccounts, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).createAccountConsent},
	{name: getAccountConsent, method: "GET", path: aispBase + "/account-access-consents/{id}", auth: clientCredentials, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).getAccountConsent},
	{name: deleteAccountConsent, method: "DELETE", path: aispBase + "/account-access-consents/{id}", auth: clientCredentials, scope: scopeAccounts, authDate: true, handle: (*Bank).deleteAccountConsent},
	{name: listAccounts, method: "GET", path: aispBase + "/accounts", auth: authorisationCode, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).listAccounts},
	{name: getAccount, method: "GET", path: aispBase + "/accounts/{id}", auth: authorisationCode, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).getAccount},

	{name: createFundsConsent, method: "POST", path: cbpiiBase + "/funds-confirmation-consents", auth: clientCredentials, scope: scopeFunds, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).createFundsConsent},
	{name: getFundsConsent, method: "GET", path: cbpiiBase + "/funds-confirmation-consents/{id}", auth: clientCredentials, scope: scopeFunds, answers: true, authDate: true, handle: (*Bank).getFundsConsent},
	{name: deleteFundsConsent, method: "DELETE", path: cbpiiBase + "/funds-confirmation-consents/{id}", auth: clientCredentials, scope: scopeFunds, authDate: true, handle: (*Bank).deleteFundsConsent},
	{name: confirmFunds, method: "POST", path: cbpiiBase + "/funds-confirmations", auth: authorisationCode, scope: scopeFunds, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).confirmFunds},
}

// routed is where a request leads.
type routed struct {
	op      *operation // nil when the path has no such method
	id      string     // the value of {id}, percent-decoded
	allowed []string   // methods of the path; empty when there is no such path
	oauth   bool       // the path is an OAuth endpoint
}

// route finds the operation of a request. It works on the encoded path, so that
// an identifier with an encoded slash stays one identifier (ACC-GET-UNKNOWN).
func route(method string, address *url.URL) routed {
	var found routed
	for i := range operations {
		op := &operations[i]
		id, ok := matchPath(op.path, address.EscapedPath())
		if !ok {
			continue
		}
		found.allowed = append(found.allowed, op.method)
		found.oauth = op.family == oauth
		if op.method == method {
			found.op, found.id = op, id
		}
	}
	return found
}

func matchPath(pattern, path string) (id string, ok bool) {
	prefix, hasID := strings.CutSuffix(pattern, "{id}")
	if !hasID {
		return "", path == pattern
	}
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	id, err := url.PathUnescape(rest)
	return id, err == nil
}

// allowHeader lists the methods to offer in place of a refused one (COM-ALLOW).
// A provoked 405 refuses a method that the path has; where no other remains,
// OPTIONS stands in, because many clients drop an empty field.
func allowHeader(allowed []string, refused string) string {
	others := slices.DeleteFunc(slices.Clone(allowed), func(method string) bool { return method == refused })
	if len(others) == 0 {
		return http.MethodOptions
	}
	return strings.Join(others, ", ")
}
