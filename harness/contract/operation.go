package contract

import (
	"net/http"
	"slices"
	"strings"
)

// OperationID names one operation, for instance ListAccounts.
type OperationID string

// The 14 operations of the contract.
const (
	GetDiscovery                   OperationID = "GetDiscovery"
	RegisterClient                 OperationID = "RegisterClient"
	GetClient                      OperationID = "GetClient"
	UpdateClient                   OperationID = "UpdateClient"
	DeleteClient                   OperationID = "DeleteClient"
	CreateAccountAccessConsent     OperationID = "CreateAccountAccessConsent"
	GetAccountAccessConsent        OperationID = "GetAccountAccessConsent"
	DeleteAccountAccessConsent     OperationID = "DeleteAccountAccessConsent"
	ListAccounts                   OperationID = "ListAccounts"
	GetAccount                     OperationID = "GetAccount"
	CreateFundsConfirmationConsent OperationID = "CreateFundsConfirmationConsent"
	GetFundsConfirmationConsent    OperationID = "GetFundsConfirmationConsent"
	DeleteFundsConfirmationConsent OperationID = "DeleteFundsConfirmationConsent"
	CreateFundsConfirmation        OperationID = "CreateFundsConfirmation"
)

// The endpoints that discovery publishes. They are not documented operations
// (no status of theirs counts as a documented pair), but what they answer is
// held against COM-JSON, COM-CONTENT-TYPE, COM-TRANSPORT, COM-SECRETS and the
// DIS and TOK clauses.
const (
	RequestToken OperationID = "RequestToken"
	GetJWKS      OperationID = "GetJWKS"
	Authorize    OperationID = "Authorize"
)

// TokenKind says which credential an operation asks for.
type TokenKind string

// The credentials of the contract, section 1.
const (
	NoToken           TokenKind = "none"
	ClientCredentials TokenKind = "client credentials"
	AuthorizationCode TokenKind = "authorization code"
	// Management is the credential of GET, PUT and DELETE on a registration:
	// Bearer or Basic, as the target takes it (R1).
	Management TokenKind = "registration management"
)

// PathGroup names the base path that an operation lives under; a target's
// configuration gives the address of each.
type PathGroup string

// The path groups, with the keys that the configuration uses for them.
const (
	DiscoveryPath             PathGroup = "discovery"
	RegistrationPath          PathGroup = "registration"
	AccountAccessConsentsPath PathGroup = "accountAccessConsents"
	AccountsPath              PathGroup = "accounts"
	ConfirmationOfFundsPath   PathGroup = "confirmationOfFunds"
)

// Header is one response header that the documentation names.
type Header struct {
	Name string
	// Level is the level at which its absence is a breach.
	Level Level
}

// Answer is one documented (operation, status) pair.
type Answer struct {
	Status int
	// Model is the schema of the body, as in schemas.Layers; empty where the
	// documentation shows no body.
	Model string
	// Headers are the documented response headers.
	Headers []Header
}

// Operation is one documented operation.
type Operation struct {
	ID     OperationID
	API    API
	Method string
	Group  PathGroup
	// Path is relative to the group's base path; {…} is a path parameter.
	Path string
	// RequestModel is the schema of the request body, empty for none.
	RequestModel string
	Token        TokenKind
	// Scope is the OAuth scope that the token needs, empty for none.
	Scope   string
	Answers []Answer
	// Accepted is the clause that has a valid request answered with success.
	Accepted ClauseID
	Source   Source
}

// Success is the operation's documented success status.
func (o Operation) Success() int { return o.Answers[0].Status }

// Answer is the documented answer of that status; ok is false where the
// documentation has none.
func (o Operation) Answer(status int) (answer Answer, ok bool) {
	for _, a := range o.Answers {
		if a.Status == status {
			return a, true
		}
	}
	return Answer{}, false
}

// Documented tells a documented operation from an endpoint of discovery's.
func (o Operation) Documented() bool { return len(o.Answers) > 0 }

// HasResource says whether the path ends in a path parameter.
func (o Operation) HasResource() bool { return strings.Contains(o.Path, "{") }

// Operations lists the 14 documented operations in the contract's order.
func Operations() []Operation { return slices.Clone(operations) }

// Lookup finds an operation, documented or auxiliary, by its name.
func Lookup(id OperationID) (op Operation, ok bool) {
	for _, list := range [][]Operation{operations, auxiliary} {
		for _, o := range list {
			if o.ID == id {
				return o, true
			}
		}
	}
	return Operation{}, false
}

// Endpoints lists every operation, the documented ones in the contract's order,
// then those that discovery publishes.
func Endpoints() []Operation { return slices.Concat(operations, auxiliary) }

// ScopeAccounts and ScopeFunds are the two scopes of the contract, section 1.
const (
	ScopeAccounts = "accounts"
	ScopeFunds    = "fundsconfirmations"
)

var auxiliary = []Operation{
	{ID: RequestToken, API: DynamicRegistration, Method: http.MethodPost, Token: NoToken,
		Source: Source{"RFC 6749", "section 3.2"}},
	{ID: GetJWKS, API: DynamicRegistration, Method: http.MethodGet, Token: NoToken,
		Source: Source{"OpenID Connect Discovery 1.0", "section 3, jwks_uri"}},
	{ID: Authorize, API: DynamicRegistration, Method: http.MethodGet, Token: NoToken,
		Source: Source{"OpenID Connect Core 1.0", "section 3.1.2"}},
}
