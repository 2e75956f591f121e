package openapi

import "obconform/harness/contract"

const (
	endpointsTag  = "endpoints"
	tokenPath     = "/oauth2/token"
	keysPath      = "/oauth2/jwks"
	authorizePath = "/oauth2/authorize"
)

// endpoints are the token endpoint and the key set that the example of the
// discovery document names (contract, section 4, DIS and TOK). A token of this
// example opens nothing.
func endpoints() object {
	text := object{"type": "string", "minLength": 1}
	token := object{
		"operationId": string(contract.RequestToken),
		"tags":        []any{endpointsTag},
		"summary":     "An access token of the client-credentials grant.",
		"description": "Source: RFC 6749, section 4.4",
		"security":    []any{object{schemeBasic: []any{}}},
		"requestBody": object{"required": true, "content": object{"application/x-www-form-urlencoded": object{"schema": object{
			"type": "object", "required": []any{"grant_type"}, "properties": object{"grant_type": text, "scope": text}}}}},
		"responses": object{
			"200": object{"description": "OK",
				"headers": object{"Cache-Control": object{"required": true, "schema": object{"type": "string"}, "example": "no-store"}},
				"content": object{"application/json": object{
					"schema": object{"type": "object", "required": []any{"access_token", "token_type", "expires_in"},
						"properties": object{"access_token": text, "token_type": text, "expires_in": object{"type": "integer", "minimum": 1}, "scope": text}},
					"example": object{"access_token": "an-access-token-of-the-example", "token_type": "Bearer", "expires_in": 300}}}},
			"400": tokenError("Bad Request", "invalid_request"),
			"401": tokenError("Unauthorized", "invalid_client"),
		},
	}
	keys := object{
		"operationId": string(contract.GetJWKS),
		"tags":        []any{endpointsTag},
		"summary":     "The bank's public keys.",
		"description": "Source: OpenID Connect Discovery 1.0, section 3, jwks_uri",
		"security":    []any{},
		"responses": object{"200": object{"description": "OK", "content": object{"application/json": object{
			"schema":  object{"type": "object", "required": []any{"keys"}, "properties": object{"keys": object{"type": "array", "items": object{"type": "object"}}}},
			"example": object{"keys": []any{exampleKey()}}}}}},
	}
	return object{tokenPath: object{"post": token}, keysPath: object{"get": keys}}
}

// tokenError is an error answer of the token endpoint (RFC 6749, section 5.2).
func tokenError(description, code string) object {
	return object{"description": description,
		"headers": object{"WWW-Authenticate": object{"schema": object{"type": "string"}, "example": "Basic"}},
		"content": object{"application/json": object{
			"schema": object{"type": "object", "required": []any{"error"}, "properties": object{
				"error": object{"type": "string", "minLength": 1}, "error_description": object{"type": "string"}}},
			"example": object{"error": code}}}}
}

// exampleKey is the public RSA key of RFC 7517, appendix A.1, for PS256.
func exampleKey() object {
	return object{"kty": "RSA", "use": "sig", "alg": "PS256", "kid": "2011-04-29", "e": "AQAB",
		"n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
			"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91" +
			"CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}
}

// discoverySchema is what a discovery document must have (DIS-200).
func discoverySchema() object {
	address := object{"type": "string", "format": "uri", "minLength": 1}
	list := object{"type": "array", "minItems": 1, "items": object{"type": "string", "minLength": 1}}
	return object{
		"type": "object",
		"required": []any{"issuer", "authorization_endpoint", "token_endpoint", "registration_endpoint", "jwks_uri",
			"response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"},
		"properties": object{
			"issuer": address, "authorization_endpoint": address, "token_endpoint": address, "registration_endpoint": address, "jwks_uri": address,
			"response_types_supported": list, "subject_types_supported": list, "id_token_signing_alg_values_supported": list,
			"token_endpoint_auth_methods_supported": list, "grant_types_supported": list, "scopes_supported": list,
		},
	}
}

func discoveryExample(server string) object {
	algorithms := []any{"PS256"}
	return object{
		"issuer":                                           server,
		"authorization_endpoint":                           server + authorizePath,
		"token_endpoint":                                   server + tokenPath,
		"registration_endpoint":                            server + basePaths[contract.RegistrationPath] + "/register",
		"jwks_uri":                                         server + keysPath,
		"response_types_supported":                         []any{"code", "code id_token"},
		"subject_types_supported":                          []any{"public"},
		"id_token_signing_alg_values_supported":            algorithms,
		"request_object_signing_alg_values_supported":      algorithms,
		"token_endpoint_auth_signing_alg_values_supported": algorithms,
		"token_endpoint_auth_methods_supported":            []any{"client_secret_basic", "private_key_jwt", "tls_client_auth"},
		"grant_types_supported":                            []any{"client_credentials", "authorization_code", "refresh_token"},
		"scopes_supported":                                 []any{"openid", contract.ScopeAccounts, contract.ScopeFunds},
	}
}
