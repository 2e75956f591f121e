package mockbank

import "github.com/go-jose/go-jose/v4"

// strongAuthentication is the only authentication context that the bank offers.
const strongAuthentication = "urn:openbanking:psd2:sca"

const (
	responseTypeCode   = "code"
	responseTypeHybrid = "code id_token"
)

// providerMetadata is the document of OpenID Connect Discovery 1.0, section 3.
type providerMetadata struct {
	Issuer                     string   `json:"issuer"`
	AuthorizationEndpoint      string   `json:"authorization_endpoint"`
	TokenEndpoint              string   `json:"token_endpoint"`
	JWKSURI                    string   `json:"jwks_uri"`
	RegistrationEndpoint       string   `json:"registration_endpoint"`
	ScopesSupported            []string `json:"scopes_supported"`
	ResponseTypesSupported     []string `json:"response_types_supported"`
	ResponseModesSupported     []string `json:"response_modes_supported"`
	GrantTypesSupported        []string `json:"grant_types_supported"`
	ACRValuesSupported         []string `json:"acr_values_supported"`
	SubjectTypesSupported      []string `json:"subject_types_supported"`
	IDTokenAlgs                []string `json:"id_token_signing_alg_values_supported"`
	RequestObjectAlgs          []string `json:"request_object_signing_alg_values_supported"`
	AuthMethodsSupported       []string `json:"token_endpoint_auth_methods_supported"`
	AuthAlgs                   []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	ClaimsSupported            []string `json:"claims_supported"`
	ClaimsParameterSupported   bool     `json:"claims_parameter_supported"`
	RequestParameterSupported  bool     `json:"request_parameter_supported"`
	RequestURIParamSupported   bool     `json:"request_uri_parameter_supported"`
	RequireRequestRegistration bool     `json:"require_request_uri_registration"`
}

// Endpoints are the addresses that are documented nowhere but in discovery.
type Endpoints struct{ Authorization, Token, Keys string }

// Endpoints returns them, at the address that the bank has at the time of the
// call.
func (b *Bank) Endpoints() Endpoints {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Endpoints{Authorization: b.base + authorizePath, Token: b.base + tokenPath, Keys: b.base + jwksPath}
}

// getDiscovery publishes what a client needs to find everything else (DIS-200).
func (b *Bank) getDiscovery(*call) answer {
	return ok(providerMetadata{
		Issuer:                    b.issuer(),
		AuthorizationEndpoint:     b.base + authorizePath,
		TokenEndpoint:             b.base + tokenPath,
		JWKSURI:                   b.base + jwksPath,
		RegistrationEndpoint:      b.base + registrationBase + "/register",
		ScopesSupported:           []string{scopeOpenID, scopeAccounts, scopeFunds},
		ResponseTypesSupported:    []string{responseTypeCode, responseTypeHybrid},
		ResponseModesSupported:    []string{"query", "fragment"},
		GrantTypesSupported:       []string{grantAuthorizationCode, grantClientCredentials, grantRefreshToken},
		ACRValuesSupported:        []string{strongAuthentication},
		SubjectTypesSupported:     []string{"public"},
		IDTokenAlgs:               []string{string(jose.PS256)},
		RequestObjectAlgs:         algorithmNames(),
		AuthMethodsSupported:      b.authMethods(),
		AuthAlgs:                  algorithmNames(),
		ClaimsSupported:           []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "openbanking_intent_id"},
		ClaimsParameterSupported:  true,
		RequestParameterSupported: true,
	})
}
