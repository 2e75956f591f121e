package contract

// Clauses on the discovery document and the bank's keys.
const (
	Dis200          ClauseID = "DIS-200"
	DisHTTPS        ClauseID = "DIS-HTTPS"
	DisCapabilities ClauseID = "DIS-CAPABILITIES"
	DisJWKS         ClauseID = "DIS-JWKS"
)

var discoveryClauses = []Clause{
	{Dis200, DynamicRegistration, Doc,
		"Discovery must answer 200 with a JSON object that names registration, authorisation and token endpoint, issuer and key set, and the supported response types, subject types and ID token algorithms.",
		Source{pageRegistration, "Open Banking OIDC Server; OpenID Connect Discovery 1.0 section 3"}},
	{DisHTTPS, DynamicRegistration, Std,
		"Every URL in the discovery document must be absolute and https, and the issuer must have neither query nor fragment.",
		Source{"OpenID Connect Discovery 1.0", "section 3"}},
	{DisCapabilities, DynamicRegistration, Adv,
		"The discovery document should list authentication methods, the client_credentials and authorization_code grants, and the scopes openid, accounts and fundsconfirmations.",
		Source{"OpenID Connect Discovery 1.0", "section 3"}},
	{DisJWKS, DynamicRegistration, Std,
		"The bank's key set must hold public keys only, with unique key ids, and at least one key fit for PS256.",
		Source{"OpenID Connect Discovery 1.0", "section 3, jwks_uri; RFC 7517"}},
}
