package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"obconform/harness/contract"
	"obconform/schemas"
)

// response describes one documented answer.
func response(op contract.Operation, answer contract.Answer, options Options) (object, error) {
	described := object{"description": http.StatusText(answer.Status)}
	if headers := answerHeaders(answer); len(headers) > 0 {
		described["headers"] = headers
	}
	if op.ID == contract.GetDiscovery {
		described["content"] = object{"application/json": object{"schema": discoverySchema(), "example": discoveryExample(options.Server)}}
		return described, nil
	}
	if answer.Model == "" {
		return described, nil
	}
	example, err := answerExample(op, answer, options.Server)
	if err != nil {
		return nil, err
	}
	described["content"] = object{"application/json": object{"schema": reference(answer.Model), "example": example}}
	return described, nil
}

// answerHeaders are the documented headers, required but where they are only
// advised, and those that a clause advises for the status.
func answerHeaders(answer contract.Answer) object {
	headers := object{}
	for _, documented := range answer.Headers {
		headers[documented.Name] = headerOf(documented)
	}
	switch answer.Status {
	case http.StatusUnauthorized:
		headers["WWW-Authenticate"] = object{"description": "How to authenticate (" + string(contract.ComWWWAuthenticate) + ").",
			"schema": object{"type": "string"}, "example": "Bearer"}
	case http.StatusMethodNotAllowed:
		headers["Allow"] = object{"description": "The methods that the path has (" + string(contract.ComAllow) + ").",
			"schema": object{"type": "string"}, "example": "OPTIONS"}
	}
	if strings.HasPrefix(answer.Model, "dynamicregistration/OBClientRegistration") {
		headers["Cache-Control"] = object{"description": "The answer may show a client secret (" + string(contract.ComSecrets) + ").",
			"schema": object{"type": "string"}, "example": "no-store"}
	}
	return headers
}

// headerOf describes one documented header. A signature is described by its
// media type, without an example: that would be one of another body.
func headerOf(documented contract.Header) object {
	header := object{"required": documented.Level != contract.Adv, "schema": object{"type": "string"}}
	switch documented.Name {
	case contract.HeaderInteractionID:
		header["description"] = "The id of the request, or one that the bank makes up."
		header["schema"] = object{"type": "string", "format": "uuid"}
		header["example"] = exampleID
	case contract.HeaderRetryAfter:
		header["description"] = "Seconds to wait."
		header["schema"] = object{"type": "integer", "minimum": 0}
		header["example"] = 2
	case contract.HeaderSignature:
		header["description"] = "A detached JWS of the body (RFC 7515, RFC 7797)."
		delete(header, "schema")
		header["content"] = object{"application/jose": object{"schema": object{"type": "string"}}}
	}
	return header
}

// fullest is the name of the example that shows every member.
const fullest = "fullest"

// answerExample is a valid example of the answer's model, with links of the
// operation's own address.
func answerExample(op contract.Operation, answer contract.Answer, server string) (any, error) {
	examples, err := schemas.ValidExamples(answer.Model)
	if err != nil {
		return nil, err
	}
	for _, example := range examples {
		if example.Name != fullest {
			continue
		}
		var body object
		if err := json.Unmarshal(example.Body, &body); err != nil {
			return nil, fmt.Errorf("%s: the example %q: %w", answer.Model, fullest, err)
		}
		settle(op, body)
		if _, linked := body["Links"]; linked {
			body["Links"] = object{"Self": server + basePaths[op.Group] + ownPath(op, body)}
		}
		return body, nil
	}
	return nil, fmt.Errorf("%s has no valid example %q", answer.Model, fullest)
}

// settle makes an example one of this operation: all is on one page, an account
// that is read stands alone, a new consent waits for its customer.
func settle(op contract.Operation, body object) {
	if meta, ok := body["Meta"].(object); ok {
		meta["TotalPages"] = 1
	}
	data, _ := body["Data"].(object)
	if accounts, ok := data["Account"].([]any); ok && op.HasResource() {
		data["Account"] = accounts[:1]
	}
	if _, ok := data["Status"]; ok {
		data["Status"] = "AwaitingAuthorisation"
	}
}

// ownPath is the operation's path, its parameter being the identifier of the
// resource that the body shows.
func ownPath(op contract.Operation, body object) string {
	start := strings.Index(op.Path, "{")
	if start < 0 {
		return op.Path
	}
	data, _ := body["Data"].(object)
	if accounts, ok := data["Account"].([]any); ok {
		data, _ = accounts[0].(object)
	}
	id, _ := data[strings.Trim(op.Path[start:], "{}")].(string)
	return op.Path[:start] + url.PathEscape(id)
}
