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

const (
	scopeAccounts = "accounts"
	scopeFunds    = "fundsconfirmations"
	scopeOpenID   = "openid"
)

// operations is every method and path that the bank has.
var operations = []operation{
	{method: "GET", path: discoveryBase + "/.well-known/openid-configuration", family: discovery, handle: (*Bank).getDiscovery},
	{method: "GET", path: jwksPath, family: discovery, handle: (*Bank).getJWKS},
	{method: "POST", path: tokenPath, family: oauth, takes: formPayload, handle: (*Bank).issueToken},
	{method: "GET", path: authorizePath, family: oauth, handle: (*Bank).authorize},
	{method: "POST", path: authorizePath, family: oauth, takes: formPayload, handle: (*Bank).authorize},

	{method: "POST", path: registrationBase + "/register", family: registration, auth: clientCertificate, takes: josePayload, answers: true, handle: (*Bank).registerClient},
	{method: "GET", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, answers: true, handle: (*Bank).getClient},
	{method: "PUT", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, takes: josePayload, answers: true, handle: (*Bank).updateClient},
	{method: "DELETE", path: registrationBase + "/register/{id}", family: registration, auth: registeredClient, handle: (*Bank).deleteClient},

	{method: "POST", path: aispBase + "/account-access-consents", auth: clientCredentials, scope: scopeAccounts, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).createAccountConsent},
	{method: "GET", path: aispBase + "/account-access-consents/{id}", auth: clientCredentials, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).getAccountConsent},
	{method: "DELETE", path: aispBase + "/account-access-consents/{id}", auth: clientCredentials, scope: scopeAccounts, authDate: true, handle: (*Bank).deleteAccountConsent},
	{method: "GET", path: aispBase + "/accounts", auth: authorisationCode, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).listAccounts},
	{method: "GET", path: aispBase + "/accounts/{id}", auth: authorisationCode, scope: scopeAccounts, answers: true, authDate: true, handle: (*Bank).getAccount},

	{method: "POST", path: cbpiiBase + "/funds-confirmation-consents", auth: clientCredentials, scope: scopeFunds, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).createFundsConsent},
	{method: "GET", path: cbpiiBase + "/funds-confirmation-consents/{id}", auth: clientCredentials, scope: scopeFunds, answers: true, authDate: true, handle: (*Bank).getFundsConsent},
	{method: "DELETE", path: cbpiiBase + "/funds-confirmation-consents/{id}", auth: clientCredentials, scope: scopeFunds, authDate: true, handle: (*Bank).deleteFundsConsent},
	{method: "POST", path: cbpiiBase + "/funds-confirmations", auth: authorisationCode, scope: scopeFunds, takes: jsonPayload, answers: true, authDate: true, handle: (*Bank).confirmFunds},
}

// routed is where a request leads.
type routed struct {
	operation *operation // nil when the path has no such method
	id        string     // the value of {id}, percent-decoded
	allowed   []string   // methods of the path; empty when there is no such path
	oauth     bool       // the path is an OAuth endpoint
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
			found.operation, found.id = op, id
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
