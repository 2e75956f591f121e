package openapi

import (
	"strings"

	"obconform/harness/contract"
	"obconform/schemas"
)

// exampleID is the interaction id of every example, request and answer.
const exampleID = "93bac548-d2de-4546-b106-880a5018460d"

// parameters are the documented request headers, and the path's parameter.
// Accept, Authorization and Content-Type are none in OpenAPI: they follow from
// the answers, the security and the request body.
func parameters(op contract.Operation) []any {
	var list []any
	if start := strings.Index(op.Path, "{"); start >= 0 {
		name := strings.Trim(op.Path[start:], "{}")
		list = append(list, object{"name": name, "in": "path", "required": true,
			"schema": object{"type": "string", "minLength": 1}, "example": exampleID})
	}
	if op.API != contract.DynamicRegistration {
		list = append(list,
			optionalHeader("x-fapi-auth-date", "When the customer last logged in with the client, an HTTP date.", "Sun, 10 Sep 2017 19:43:31 UTC"),
			optionalHeader("x-fapi-customer-ip-address", "The customer's address, when they are logged in with the client.", "203.0.113.24"))
	}
	if op.ID != contract.GetDiscovery {
		list = append(list, optionalHeader(contract.HeaderInteractionID, "An RFC 4122 UUID that the answer plays back.", exampleID))
	}
	return list
}

func optionalHeader(name, description, example string) object {
	return object{"name": name, "in": "header", "required": false, "description": description,
		"schema": object{"type": "string"}, "example": example}
}

// compactJWS is a JWS in compact serialisation (RFC 7515, section 7.1).
const compactJWS = `^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`

// requestBody is the body that the operation documents. A registration is a
// JWT of the claims that the model describes.
func requestBody(op contract.Operation) (object, error) {
	model := reference(op.RequestModel)
	if op.API == contract.DynamicRegistration {
		media := object{"schema": object{"type": "string", "pattern": compactJWS,
			"contentMediaType": "application/jwt", "contentSchema": model}}
		return object{"required": true, "content": object{"application/jose": media, "application/jwt": media}}, nil
	}
	examples, err := schemas.ValidExamples(op.RequestModel)
	if err != nil {
		return nil, err
	}
	shown := object{}
	for _, example := range examples {
		shown[example.Name] = object{"value": example.Body}
	}
	return object{"required": true, "content": object{"application/json": object{"schema": model, "examples": named(shown)}}}, nil
}

// named writes the names of examples as OpenAPI wants them: no spaces, and so
// on.
func named(examples object) object {
	renamed := object{}
	for name, example := range examples {
		renamed[strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, name)] = example
	}
	return renamed
}

// The names of the security schemes.
const (
	schemeClient     = "ClientCredentials"
	schemeCode       = "AuthorizationCode"
	schemeBasic      = "ClientSecret"
	schemeMutualTLS  = "MutualTLS"
	discoveryAddress = "/open-banking/v3.0/.well-known/openid-configuration"
)

// security is what the operation asks for (contract, section 1).
func security(op contract.Operation) []any {
	scopes := []any{}
	if op.Scope != "" {
		scopes = append(scopes, op.Scope)
	}
	switch op.Token {
	case contract.ClientCredentials:
		return []any{object{schemeClient: scopes}}
	case contract.AuthorizationCode:
		return []any{object{schemeCode: scopes}}
	case contract.Management: // R1
		return []any{object{schemeClient: scopes}, object{schemeBasic: []any{}}}
	}
	if op.ID == contract.RegisterClient {
		return []any{object{schemeMutualTLS: []any{}}}
	}
	return []any{}
}

func securitySchemes(server string) object {
	token := func(grant string) object {
		return object{"type": "openIdConnect", "openIdConnectUrl": server + discoveryAddress,
			"description": "An access token of the " + grant + " grant, from the token endpoint that the discovery document names."}
	}
	return object{
		schemeClient: token("client-credentials"),
		schemeCode:   token("authorization-code"),
		schemeBasic: object{"type": "http", "scheme": "basic",
			"description": "client_id and client_secret, where the bank manages registrations in that way (R1)."},
		schemeMutualTLS: object{"type": "mutualTLS", "description": "A client certificate that the directory issued."},
	}
}
