package audit

import (
	"encoding/json"
	"math"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// twins are the members of OBClientRegistration1 that may be spelt either way
// (R2): as documented, and as in RFC 7591.
var twins = [][2]string{
	{"applicationType", "application_type"},
	{"idTokenSignedResponseAlg", "id_token_signed_response_alg"},
	{"requestObjectSigningAlg", "request_object_signing_alg"},
	{"responseTypes", "response_types"},
	{"softwareStatement", "software_statement"},
	{"tokenEndpointAuthMethod", "token_endpoint_auth_method"},
	{"tokenEndpointAuthSigningAlg", "token_endpoint_auth_signing_alg"},
}

// registration holds what R2 and R3 say of OBClientRegistration1 beyond what a
// schema can.
func (e *examination) registration() {
	object, ok := e.body.(map[string]any)
	if e.op.API != contract.DynamicRegistration || !ok {
		return
	}
	e.twinMembers(object)
	e.milliseconds(object)
	for _, pointer := range e.requiredBeyondModel() {
		if _, present := object[pointer[1:]]; !present {
			e.breachAt(contract.Doc, contract.ComBody, pointer, "a member, since the authentication method uses a secret", "no such member")
		}
	}
}

// COM-BODY under R2: both spellings of a member at once have the same value.
func (e *examination) twinMembers(object map[string]any) {
	for _, pair := range twins {
		documented, first := object[pair[0]]
		standard, second := object[pair[1]]
		if !first || !second || hasNoValue(pair[0], documented) || hasNoValue(pair[1], standard) {
			continue // not both, or one of them is COM-OPTIONAL's
		}
		if !sameValues(documented, standard) {
			e.breachAt(contract.Std, contract.ComBody, "/"+pair[1], "the same value as "+pair[0], e.show("/"+pair[1]))
		}
	}
}

// sameValues compares two values, arrays of strings as sets.
func sameValues(a, b any) bool {
	first, ok := a.([]any)
	second, isList := b.([]any)
	if !ok || !isList {
		return reflect.DeepEqual(a, b)
	}
	within := func(list, other []any) bool {
		return !slices.ContainsFunc(list, func(item any) bool {
			return !slices.ContainsFunc(other, func(o any) bool { return reflect.DeepEqual(item, o) })
		})
	}
	return within(first, second) && within(second, first)
}

// wholeMilliseconds are those of the years 1973 to 5138.
var wholeMilliseconds = regexp.MustCompile(`^[1-9][0-9]{11,13}$`)

// COM-BODY under R2: iat and exp are in seconds; milliseconds are advised
// against.
func (e *examination) milliseconds(object map[string]any) {
	// As seconds this is the year 5138, as milliseconds it is 1973.
	const suspicious = 1e11
	for _, name := range []string{"exp", "iat"} {
		text, isText := object[name].(string)
		if number, ok := object[name].(json.Number); ok {
			text, isText = number.String(), true
		}
		if seconds, err := strconv.ParseFloat(text, 64); isText && err == nil && seconds >= suspicious && !math.IsInf(seconds, 0) {
			var habit contract.HabitID
			if wholeMilliseconds.MatchString(text) {
				habit = contract.RegistrationMilliseconds
			}
			e.report(habit, contract.Adv, contract.ComBody, "/"+name, "seconds since 1970", "milliseconds: "+quote(text))
		}
	}
}

// requiredBeyondModel lists the members that an answer needs by its situation:
// client_secret in the answer to a registration whose authentication method
// uses one (R3). Answers to GET and PUT may leave it out.
func (e *examination) requiredBeyondModel() []string {
	if e.op.ID != contract.RegisterClient || !e.isStatus(http.StatusCreated) {
		return nil
	}
	usesSecret := []string{"client_secret_basic", "client_secret_post", "client_secret_jwt"}
	if slices.Contains(usesSecret, e.registeredMethod()) {
		return []string{"/client_secret"}
	}
	return nil
}

// registeredMethod is the client's authentication method: as the answer has it,
// else as the request asked for it, else as the target's clients have it.
func (e *examination) registeredMethod() string {
	answered, _ := e.body.(map[string]any)
	asked, _ := jose.UnverifiedClaims(string(e.req.Body))
	for _, members := range []map[string]any{answered, asked} {
		for _, name := range []string{"token_endpoint_auth_method", "tokenEndpointAuthMethod"} {
			if method, ok := members[name].(string); ok && method != "" {
				return method
			}
		}
	}
	return e.options.RegistrationMethod
}
