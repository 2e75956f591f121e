package audit

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/jose"
	"obconform/harness/strictjson"
)

// required is one member that a discovery document has to have.
type required struct {
	name  string
	level contract.Level
}

// Only registration_endpoint is on the documentation's page; the rest is
// OpenID Connect Discovery 1.0, section 3.
var (
	requiredAddresses = []required{
		{"registration_endpoint", contract.Doc}, {"issuer", contract.Std},
		{"authorization_endpoint", contract.Std}, {"token_endpoint", contract.Std}, {"jwks_uri", contract.Std},
	}
	requiredLists = []required{
		{"response_types_supported", contract.Std}, {"subject_types_supported", contract.Std},
		{"id_token_signing_alg_values_supported", contract.Std},
	}
)

// DIS-200: the discovery document is an object with the URLs and lists that a
// client needs. Another status than 200 is COM-STATUS's.
func (e *examination) discovery() {
	if e.op.ID != contract.GetDiscovery || !e.isStatus(http.StatusOK) {
		return
	}
	if e.unreadable(e.res.Body) {
		return
	}
	if len(e.res.Body) == 0 {
		e.breach(contract.Dis200, "body", "a JSON object", "no body")
	}
	if !e.parsed {
		return
	}
	e.decide(contract.Dis200)
	object, ok := e.body.(map[string]any)
	if !ok {
		e.breach(contract.Dis200, "body", "a JSON object", outline(e.body))
		return
	}
	for _, member := range requiredAddresses {
		if text, ok := object[member.name].(string); !ok || text == "" {
			e.breachAt(member.level, contract.Dis200, "/"+member.name, "a URL", e.show("/"+member.name))
		}
	}
	for _, member := range requiredLists {
		if !isListOfText(object[member.name]) {
			e.breachAt(member.level, contract.Dis200, "/"+member.name, "an array of at least one string", e.show("/"+member.name))
		}
	}
	e.addresses(object, "")
	e.capabilities(object)
	e.valuelessMetadata(object)
}

// COM-OPTIONAL for discovery, which has no model: what DIS-200 and
// DIS-CAPABILITIES ask for is theirs.
func (e *examination) valuelessMetadata(object map[string]any) {
	e.decide(contract.ComOptional)
	for _, name := range sortedNames(object) {
		if hasNoValue(name, object[name]) && !slices.Contains(neededMetadata(), name) {
			e.breach(contract.ComOptional, strictjson.Join(name), "no such member, since it has no value", noValueWords(object[name]))
		}
	}
}

// neededMetadata are the members that the contract asks a discovery document for.
func neededMetadata() []string {
	names := []string{"token_endpoint_auth_methods_supported", "grant_types_supported", "scopes_supported"}
	for _, member := range slices.Concat(requiredAddresses, requiredLists) {
		names = append(names, member.name)
	}
	return names
}

func isListOfText(value any) bool {
	list, ok := value.([]any)
	return ok && len(list) > 0 && !slices.ContainsFunc(list, func(item any) bool {
		text, ok := item.(string)
		return !ok || text == ""
	})
}

// DIS-HTTPS: every URL is absolute and https, http only on loopback; the issuer
// has neither query nor fragment. Aliases for mutual TLS (RFC 8705, section 5)
// are URLs too.
func (e *examination) addresses(object map[string]any, under string) {
	for _, name := range sortedNames(object) {
		if aliases, ok := object[name].(map[string]any); ok && name == "mtls_endpoint_aliases" {
			e.addresses(aliases, "/"+name)
		}
		text, ok := object[name].(string)
		if !ok || text == "" || !namesURL(name) {
			continue
		}
		e.decide(contract.DisHTTPS)
		pointer := under + strictjson.Join(name)
		address, err := url.Parse(text)
		switch {
		case err != nil || !isSafe(address) || !uriCharacters.MatchString(text):
			e.breach(contract.DisHTTPS, pointer, "an absolute https URL", e.show(pointer))
		case name == "issuer" && (strings.Contains(text, "?") || strings.Contains(text, "#")):
			e.breach(contract.DisHTTPS, pointer, "a URL without query or fragment", e.show(pointer))
		}
	}
}

// uriCharacters are those of RFC 3986, section 2; url.Parse lets others pass.
var uriCharacters = regexp.MustCompile(`^[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+$`)

func namesURL(name string) bool {
	return name == "issuer" || strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_uri") ||
		name == "service_documentation" || name == "check_session_iframe"
}

func isSafe(address *url.URL) bool {
	if address.Hostname() == "" {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	loopback := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return address.Scheme == "https" || address.Scheme == "http" && loopback
}

// DIS-CAPABILITIES: the document lists what this contract makes use of.
func (e *examination) capabilities(object map[string]any) {
	e.decide(contract.DisCapabilities)
	if !isListOfText(object["token_endpoint_auth_methods_supported"]) {
		e.breach(contract.DisCapabilities, "/token_endpoint_auth_methods_supported", "an array of at least one string", e.show("/token_endpoint_auth_methods_supported"))
	}
	for _, want := range []struct {
		name   string
		values []string
	}{
		{"grant_types_supported", []string{"client_credentials", "authorization_code"}},
		{"scopes_supported", []string{"openid", contract.ScopeAccounts, contract.ScopeFunds}},
	} {
		list, _ := object[want.name].([]any)
		for _, value := range want.values {
			if !slices.Contains(list, any(value)) {
				e.breach(contract.DisCapabilities, "/"+want.name, "a list with "+value, e.show("/"+want.name))
			}
		}
	}
}

// DIS-JWKS: jwks_uri answers a set of public keys, unique kids, one at least
// fit for PS256.
func (e *examination) keySet() {
	if e.op.ID != contract.GetJWKS {
		return
	}
	switch {
	case !e.isStatus(http.StatusOK):
		e.breach(contract.DisJWKS, "status", "200", fmt.Sprint(e.res.Status))
	case e.unreadable(e.res.Body):
	case len(e.res.Body) == 0:
		e.breach(contract.DisJWKS, "body", "a JWK set", "no body")
	case e.parsed:
		e.decide(contract.DisJWKS)
		_, problems := jose.ParseJWKS(e.res.Body)
		for _, problem := range problems {
			e.breach(contract.DisJWKS, where(problem.Where), problem.Expected, problem.Actual)
		}
	}
}
