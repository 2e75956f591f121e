package mockbank

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// notYetThere takes a consent that was just made for one that does not exist: one
// in four, told by its identifier, which is enough to be prepared for and leaves
// a run short.
func notYetThere(b *Bank, c *call) bool {
	if !c.is(getAccountConsent, getFundsConsent) {
		return false
	}
	consent := b.grantOf(c.id)
	fresh := consent != nil && strings.ContainsAny(consent.id[:1], "0123") && b.now().Sub(consent.created) < settling
	if fresh {
		c.id = uuid.Nil.String()
	}
	return fresh
}

// refusedFor runs a change on refusals whose first error has a code.
func refusedFor(code string, change misanswering) misanswering {
	return func(b *Bank, c *call, a *answer) bool {
		refused, ok := a.body.(errorResponse)
		return ok && len(refused.Errors) > 0 && refused.Errors[0].ErrorCode == code && change(b, c, a)
	}
}

func unapprovedIsForbidden(_ *Bank, _ *call, a *answer) bool {
	refused, ok := a.body.(errorResponse)
	if !ok || refused.Code != unapprovedSoftwareStatement {
		return false
	}
	a.status = http.StatusForbidden
	return true
}

// withoutUnknownScopes drops scopes that nobody registers, where others remain.
func withoutUnknownScopes(_ *Bank, _ *call, form url.Values) bool {
	asked := strings.Fields(form.Get("scope"))
	known := slices.DeleteFunc(slices.Clone(asked), func(scope string) bool {
		return !slices.Contains([]string{scopeOpenID, scopeAccounts, scopeFunds}, scope)
	})
	if form.Get("grant_type") != grantClientCredentials || len(known) == 0 || len(known) == len(asked) {
		return false
	}
	form.Set("scope", strings.Join(known, " "))
	return true
}

// inSnakeCase spells members as RFC 7591 does, and has its dates as numbers.
func inSnakeCase(body object) bool {
	if _, registered := body["client_id"]; !registered {
		return false
	}
	for camel, snake := range map[string]string{
		"tokenEndpointAuthMethod": "token_endpoint_auth_method", "responseTypes": "response_types",
		"softwareStatement": "software_statement", "applicationType": "application_type",
		"idTokenSignedResponseAlg": "id_token_signed_response_alg", "requestObjectSigningAlg": "request_object_signing_alg",
		"tokenEndpointAuthSigningAlg": "token_endpoint_auth_signing_alg",
	} {
		if value, given := body[camel]; given {
			body[snake] = value
			delete(body, camel)
		}
	}
	for _, name := range []string{"iat", "exp"} {
		if text, ok := body[name].(string); ok {
			body[name] = json.Number(text)
		}
	}
	return true
}

func reversedScope(body object) bool {
	text, _ := body["scope"].(string)
	scopes := strings.Fields(text)
	if len(scopes) < 2 {
		return false
	}
	slices.Reverse(scopes)
	body["scope"] = strings.Join(scopes, " ")
	return true
}

// expanded adds the Basic code that each Detail code implies.
func expanded(made *accountConsent) bool {
	asked := len(made.permissions)
	for _, code := range slices.Clone(made.permissions) {
		implied, detail := strings.CutSuffix(code, "Detail")
		if implied += "Basic"; detail && slices.Contains(supportedPermissions, implied) {
			made.permissions = unique(append(slices.Clone(made.permissions), implied))
		}
	}
	return len(made.permissions) > asked
}

func withoutErrorID(_ *Bank, _ *call, a *answer) bool {
	if _, refused := a.body.(errorResponse); !refused {
		return false
	}
	return drop(a.object(), "Id")
}

// withBody explains refusals that are documented without a body.
func withBody(_ *Bank, c *call, a *answer) bool {
	explained := []int{401, 404, 405, 406, 429}
	if a.body != nil || c.oauth || !slices.Contains(explained, a.status) {
		return false
	}
	body := refusal(a.status, http.StatusText(a.status), problem{code: "MockBank.Refused", message: "The request is refused."})
	a.body = body.body
	return true
}

// extended adds members that no model knows to successes, whose models are open.
func extended(_ *Bank, c *call, a *answer) bool {
	if a.status >= http.StatusBadRequest || c.is(getKeys) {
		return false
	}
	body := a.object()
	if body == nil {
		return false
	}
	body["x_mockbank"] = object{"Version": 1, "Hints": []string{"none"}}
	if data, ok := body["Data"].(object); ok {
		data["MockbankNote"] = "permissive"
		eachOf(data["Account"], func(account object) bool { account["MockbankBranch"] = "Leeds"; return true })
	}
	return true
}

// rezoned writes every date-time of a body in another zone, as the same instant.
func rezoned(value any) bool {
	zone := time.FixedZone("", int((5*time.Hour + 30*time.Minute).Seconds()))
	const layout = "2006-01-02T15:04:05.000000000-07:00"
	changed := false
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			changed = rezoned(element) || changed
		}
	case object:
		for name, member := range value {
			text, isText := member.(string)
			instant, err := time.Parse(time.RFC3339, text)
			if isText && err == nil && strings.HasSuffix(name, "DateTime") {
				value[name], changed = instant.In(zone).Format(layout), true
				continue
			}
			changed = rezoned(member) || changed
		}
	}
	return changed
}

// backwards is an object whose members are written in the reverse of their
// alphabetical order.
type backwards object

// MarshalJSON writes the members, last letter first.
func (o backwards) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	separator := "{"
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(o))) {
		member, err := marshal(o[name])
		if err != nil {
			return nil, err
		}
		label, err := marshal(name)
		if err != nil {
			return nil, err
		}
		out.WriteString(separator + string(label) + ": " + string(member))
		separator = ", "
	}
	if separator == "{" {
		out.WriteString(separator)
	}
	out.WriteString("}")
	return out.Bytes(), nil
}

func inAnotherOrder(_ *Bank, c *call, a *answer) bool {
	body := a.object()
	if body == nil || c.is(getKeys) {
		return false
	}
	a.body = turned(body)
	return true
}

// turned turns every object in a value round.
func turned(value any) any {
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			value[i] = turned(element)
		}
	case object:
		for name, member := range value {
			value[name] = turned(member)
		}
		return backwards(value)
	}
	return value
}

// compressed applies gzip where the request accepts it.
func compressed(c *call, out *response) bool {
	if len(out.body) == 0 || !strings.Contains(c.request.Header.Get("Accept-Encoding"), "gzip") {
		return false
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write(out.body)
	if err != nil || writer.Close() != nil {
		return false // a buffer does not fail
	}
	out.body = packed.Bytes()
	out.header.Set("Content-Encoding", "gzip")
	out.header.Set("Vary", "Accept-Encoding")
	return true
}

// recased writes header names in small letters and capitals, but for those that
// net/http looks up by their usual form.
func recased(_ *call, out *response) bool {
	renamed := http.Header{}
	for name, values := range out.header {
		if strings.HasPrefix(name, "Content-") {
			renamed[name] = values
			continue
		}
		small := strings.ToLower(name)
		renamed[small[:1]+strings.ToUpper(small[1:])] = values
	}
	out.header = renamed
	return true
}
