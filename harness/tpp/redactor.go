package tpp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// minSecret is the shortest value that is replaced wherever it stands; a
// shorter one would tear words apart.
const minSecret = 6

// redactor takes secrets and personal data out of what is kept. Values are
// replaced wherever they stand; personal members by where they stand, never by
// their bare name, so that an error body's Code stays readable.
type redactor struct {
	names    map[string]string // value -> what stands in its place
	values   []string          // longest first
	replacer *strings.Replacer
}

func newRedactor(cfg config.Config) *redactor {
	r := &redactor{names: map[string]string{}}
	account := cfg.Fixtures.DebtorAccount
	r.learn("account number", account.Identification)
	r.learn("account name", account.Name)
	r.learn("roll number", account.SecondaryIdentification)
	if id, secret := cfg.Client.ID.Reveal(), cfg.Client.Secret.Reveal(); secret != "" {
		r.learn("client credentials", base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	}
	return r
}

// learn makes a value known, in every form that it may take in a report.
func (r *redactor) learn(kind, value string) {
	if len(value) < minSecret || r.names[value] != "" {
		return
	}
	escaped, _ := json.Marshal(value)
	forms := []string{value, url.QueryEscape(value), url.PathEscape(value), strings.Trim(string(escaped), `"`),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value))}
	for _, form := range forms {
		r.names[form] = "[" + kind + "]"
	}
	r.values = r.values[:0]
	for form := range r.names {
		r.values = append(r.values, form)
	}
	slices.SortFunc(r.values, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	r.replacer = nil
}

// jwt finds a compact JWS or JWE: it may hold personal data, and may be a
// credential.
var jwt = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){1,3}`)

// text replaces every known value and every JWT.
func (r *redactor) text(s string) string {
	if r.replacer == nil {
		pairs := make([]string, 0, 2*len(r.values))
		for _, value := range r.values {
			pairs = append(pairs, value, r.names[value])
		}
		r.replacer = strings.NewReplacer(pairs...)
	}
	return jwt.ReplaceAllString(r.replacer.Replace(s), "[JWT]")
}

// header redacts a header field's value; credentials are never kept, known or
// not, but for their scheme.
func (r *redactor) header(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization":
		scheme, rest, _ := strings.Cut(value, " ")
		if redacted := r.text(rest); redacted != rest {
			return scheme + " " + redacted
		}
		return scheme + " [credential]"
	case "Cookie", "Set-Cookie":
		return "[cookie]"
	}
	return r.text(value)
}

// secretMembers are members whose value is a credential wherever the three
// endpoints that issue or take credentials show it.
var secretMembers = []string{"access_token", "refresh_token", "id_token", "client_secret",
	"registration_access_token", "software_statement", "softwareStatement", "client_assertion", "code"}

// secretMember finds such members even in a body that is no JSON any more: a
// string cut off in its middle still counts.
var secretMember = regexp.MustCompile(`"(` + strings.Join(secretMembers, "|") + `)"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)`)

// personalMembers stand beside SchemeName in an account, and in accounts alone.
var personalMember = regexp.MustCompile(`"(Identification|SecondaryIdentification|Name|Nickname|Description)"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)`)

// body redacts a request or response body.
func (r *redactor) body(operation contract.OperationID, body []byte) string {
	text := r.text(string(body))
	op, _ := contract.Lookup(operation)
	switch op.API {
	case contract.DynamicRegistration:
		text = secretMember.ReplaceAllString(text, `"$1"$2"[$1]"`)
	case contract.Accounts, contract.ConfirmationOfFunds:
		text = personalMember.ReplaceAllString(text, `"$1"$2"[$1]"`)
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
