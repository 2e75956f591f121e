// Package redact takes secrets and personal data out of what is kept. It owns
// where credentials and personal members stand in headers, addresses and bodies,
// and in which forms a known value may be written.
//
// It imports the contract's vocabulary and nothing else of ours: what is secret
// in a configuration, or in an exchange, is its callers' to say.
package redact

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// Redactor replaces known values wherever they stand, and credentials and
// personal members, known or not, by where they stand: never by their bare name,
// so that an error body's Code stays readable. It is not safe for concurrent use.
type Redactor struct {
	secrets *secretSet
}

// New makes a redactor that knows no value yet.
func New() *Redactor { return &Redactor{secrets: newSecretSet()} }

// Learn makes a value known, in every form that it may take in a report; kind is
// what then stands in its place, in brackets. Of two kinds the first one stays.
// An empty value is none.
func (r *Redactor) Learn(kind, value string) { r.secrets.learn(kind, value) }

// Names lists what can stand in the place of a value: the names that are always
// known, and the kinds that were learnt.
func (r *Redactor) Names() []string {
	names := append(slices.Clone(secretParameters), "Identification", "SecondaryIdentification", "Name", "Nickname", "Description",
		"credential", "cookie", "JWT")
	for _, name := range r.secrets.names {
		names = append(names, name)
	}
	return names
}

// jwt finds a compact JWS or JWE, cut off or not: it may hold personal data,
// and may be a credential.
var jwt = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){1,4}`)

// Text replaces every known value, every JWT, and every credential that an
// address carries.
func (r *Redactor) Text(s string) string {
	return unhidden(unhidden(s, "", r.whole), "", r.cutOff)
}

// unhidden redacts a text; where escapes hide something from that, the text
// without them is redacted, but for those of the characters in keep.
func unhidden(s, keep string, redact func(string) string) string {
	redacted := redact(s)
	if bare := Plain(redacted, keep); bare != redacted {
		if found := redact(bare); found != bare {
			return found
		}
	}
	return redacted
}

func (r *Redactor) cutOff(s string) string { return cover(s, r.secrets.find(s, enoughToTell)) }

func (r *Redactor) whole(s string) string {
	spans := r.secrets.find(s, wholeOnly)
	if strings.Contains(s, "eyJ") { // regular expressions cost most of a redaction
		for _, at := range jwt.FindAllStringIndex(s, -1) {
			spans = append(spans, span{at[0], at[1], "JWT"})
		}
	}
	return parameters.redact(cover(s, spans))
}

// schemeForm is an authentication scheme, as opposed to a credential that
// stands without one.
var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z-]{0,15}$`)

// Header redacts a header field's value; credentials are never kept, known or
// not, but for their scheme.
func (r *Redactor) Header(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization":
		scheme, credential, found := strings.Cut(value, " ")
		if !found || !schemeForm.MatchString(scheme) {
			return "[credential]"
		}
		kind := "credential"
		if known := r.secrets.names[credential]; known != "" {
			kind = known
		}
		return r.Text(scheme) + " [" + kind + "]"
	case "Cookie", "Set-Cookie":
		return "[cookie]"
	}
	if namesSecret(name) {
		return "[credential]"
	}
	return r.Text(value)
}

// secretWords are in the names of header fields that people make for credentials
// of their own.
var secretWords = []string{"authorization", "api-key", "apikey", "token", "secret", "password"}

// namesSecret tells whether a header field is one for a credential, by its name.
func namesSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}

// secretMembers are members whose value is a credential wherever it stands: no
// model of a resource has them. Code, in small letters, is one where credentials
// are issued or taken: an error body's Code stays readable.
var secretMembers = []string{"access_token", "refresh_token", "id_token", "client_secret",
	"registration_access_token", "software_statement", "softwareStatement", "client_assertion", "password"}

// secretParameters are credentials in a form, or in the query or the fragment of
// an address.
var secretParameters = append(slices.Clone(secretMembers), "code", "token")

var (
	secretMember = members(secretMembers...)
	codeMember   = exactly("code")
	// personalMember stands beside SchemeName in an account, or names one; error
	// bodies have none of them.
	personalMember = members("Identification", "SecondaryIdentification", "Name", "Nickname", "Description")
	// parameters are credentials in the query or the fragment of an address, known
	// or not.
	parameters = parameterNames(secretParameters)
)

// Body redacts a request or response body of an operation; the result is valid
// UTF-8.
func (r *Redactor) Body(operation contract.OperationID, body []byte) string {
	op, _ := contract.Lookup(operation)
	// First the members, by the quotes around them, then the values.
	byPlace := unhidden(string(body), `"`, func(s string) string {
		s = secretMember.redact(s)
		switch op.API {
		case "": // it may be a token request too, to an address that nobody has named
			return parameters.redactForm(s)
		case contract.DynamicRegistration:
			return parameters.redactForm(codeMember.redact(s))
		case contract.Accounts, contract.ConfirmationOfFunds:
			return personalMember.redact(s)
		}
		return s
	})
	return strings.ToValidUTF8(r.Text(byPlace), "\uFFFD")
}
