package tpp

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// minPersonal is the shortest personal value that is replaced wherever it
// stands, in bytes: a shorter one would tear words apart, and where a customer
// is named it is taken out by its place anyway. Secrets have no such limit: a
// torn word is better than a secret that is written.
const minPersonal = 6

// redactor takes secrets and personal data out of what is kept. Values are
// replaced wherever they stand; personal members by where they stand, never by
// their bare name, so that an error body's Code stays readable.
type redactor struct {
	secrets *secretSet
}

func newRedactor(cfg config.Config) *redactor {
	r := &redactor{secrets: newSecretSet()}
	account := cfg.Fixtures.DebtorAccount
	r.learnPersonal("account number", account.Identification)
	r.learnPersonal("account name", account.Name)
	r.learnPersonal("roll number", account.SecondaryIdentification)
	if id, secret := cfg.Client.ID.Reveal(), cfg.Client.Secret.Reveal(); secret != "" {
		r.learn("client credentials", base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	}
	return r
}

// learn makes a secret known, in every form that it may take in a report.
func (r *redactor) learn(kind, value string) { r.secrets.learn(kind, value) }

func (r *redactor) learnPersonal(kind, value string) {
	if len(value) >= minPersonal {
		r.secrets.learn(kind, value)
	}
}

// jwt finds a compact JWS or JWE, cut off or not: it may hold personal data,
// and may be a credential.
var jwt = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){1,4}`)

// credentialParameter finds credentials in the query or the fragment of an
// address, known or not.
var credentialParameter = regexp.MustCompile(`([?&#])(` + strings.Join(secretMembers, "|") + `|code)=(\[[^\]]*\]|[^&#\s"'<>]+)`)

// text replaces every known value, every JWT, and every credential that an
// address carries.
func (r *redactor) text(s string) string {
	return unhidden(unhidden(s, "", r.whole), "", r.cutOff)
}

// unhidden redacts a text; where escapes hide something from that, the text
// without them is redacted, but for those of the characters in keep.
func unhidden(s, keep string, redact func(string) string) string {
	redacted := redact(s)
	if bare := plain(redacted, keep); bare != redacted {
		if found := redact(bare); found != bare {
			return found
		}
	}
	return redacted
}

func (r *redactor) cutOff(s string) string { return cover(s, r.secrets.find(s, enoughToTell)) }

func (r *redactor) whole(s string) string {
	spans := r.secrets.find(s, wholeOnly)
	if strings.Contains(s, "eyJ") { // regular expressions cost most of a redaction
		for _, at := range jwt.FindAllStringIndex(s, -1) {
			spans = append(spans, span{at[0], at[1], "JWT"})
		}
	}
	covered := cover(s, spans)
	if !strings.Contains(covered, "=") {
		return covered
	}
	return credentialParameter.ReplaceAllString(covered, `$1$2=[$2]`)
}

// schemeForm is an authentication scheme, as opposed to a credential that
// stands without one.
var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z-]{0,15}$`)

// header redacts a header field's value; credentials are never kept, known or
// not, but for their scheme.
func (r *redactor) header(name, value string) string {
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
		return r.text(scheme) + " [" + kind + "]"
	case "Cookie", "Set-Cookie":
		return "[cookie]"
	}
	return r.text(value)
}

// secretMembers are members whose value is a credential wherever it stands: no
// model of a resource has them. Code, in small letters, is one where credentials
// are issued or taken: an error body's Code stays readable.
var secretMembers = []string{"access_token", "refresh_token", "id_token", "client_secret",
	"registration_access_token", "software_statement", "softwareStatement", "client_assertion"}

// memberValue is the value of a JSON member, as far as it goes: a body may be
// cut off, or be no JSON any more.
const memberValue = `(\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{[^}]*\}?|[^\s",}\]\[{][^,}\]]*)`

var (
	secretMember = regexp.MustCompile(`"((?i:` + strings.Join(secretMembers, "|") + `))"` + memberValue)
	codeMember   = regexp.MustCompile(`"(code)"` + memberValue)
	// secretField is the same in a token request's form.
	secretField = regexp.MustCompile(`(^|&)(` + strings.Join(secretMembers, "|") + `|code)=([^&]+)`)
	// personalMember stands beside SchemeName in an account, or names one; error
	// bodies have none of them.
	personalMember = regexp.MustCompile(`"((?i:Identification|SecondaryIdentification|Name|Nickname|Description))"` + memberValue)
)

// body redacts a request or response body.
func (r *redactor) body(operation contract.OperationID, body []byte) string {
	op, _ := contract.Lookup(operation)
	// First the members, by the quotes around them, then the values.
	byPlace := unhidden(string(body), `"`, func(s string) string {
		s = secretMember.ReplaceAllString(s, `"$1"$2"[$1]"`)
		switch op.API {
		case contract.DynamicRegistration:
			return secretField.ReplaceAllString(codeMember.ReplaceAllString(s, `"$1"$2"[$1]"`), `$1$2=[$2]`)
		case contract.Accounts, contract.ConfirmationOfFunds:
			return personalMember.ReplaceAllString(s, `"$1"$2"[$1]"`)
		}
		return s
	})
	return strings.ToValidUTF8(r.text(byPlace), "\uFFFD")
}
