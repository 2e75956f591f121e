package conduct

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// CLI-REG-CONTENT-TYPE.
func holdRegContentType(e *examination) {
	if !e.isRegistration() || len(e.req.Body.Bytes) == 0 && e.req.Body.Whole() {
		return
	}
	switch value, fits, known := e.media("application/jose", "application/jwt"); {
	case !known:
	case !fits:
		e.breach("header Content-Type", "application/jose, or application/jwt", quote(value))
	default:
		e.met()
	}
}

// CLI-REG-JWS.
func holdRegJWS(e *examination) {
	request, ok := e.registration()
	switch {
	case ok:
		e.signed(request)
	case len(e.jwtProblems) > 0:
		e.breach("body", e.jwtProblems[0].Expected, e.jwtProblems[0].Actual)
	}
}

// algorithms are those that the bank's profile leaves to a client's signatures.
var algorithms = []string{"PS256", "ES256"}

// signed holds the header of a JWS to the algorithms, and wants a kid.
func (e *examination) signed(token jose.Unverified) {
	e.met()
	if alg, _ := token.Header["alg"].(string); !slices.Contains(algorithms, alg) {
		e.breach("jose alg", strings.Join(algorithms, " or "), quote(alg))
	}
	if kid, _ := token.Header["kid"].(string); kid == "" {
		e.breach("jose kid", "the identifier of the key", "none")
	}
}

// CLI-REG-CLAIMS. The bank's documentation has software identifiers as UUIDs, the
// standard as Base62: both are taken (R3). Grants beyond the documented ones have
// URNs for names, and may be the bank's to offer.
func holdRegClaims(e *examination) {
	request, ok := e.registration()
	if !ok {
		return
	}
	e.met()
	claims := request.Claims
	for _, v := range validate(e.models[e.op.RequestModel], claims, false) {
		value, _ := claims[strings.TrimPrefix(v.Pointer, "/")].(string)
		switch {
		case (v.Pointer == "/iss" || v.Pointer == "/software_id") && v.Keyword == "pattern" && isUUID(value):
		case strings.HasPrefix(v.Pointer, "/redirect_uris/") && v.Keyword == "format": // CLI-REG-REDIRECT has it
		case strings.HasPrefix(v.Pointer, "/grant_types/") && v.Keyword == "enum" && strings.Contains(v.Actual, "urn:"):
		default:
			e.breachOf(v, claims)
		}
	}
	_, subject := claims["tls_client_auth_subject_dn"]
	if claims["token_endpoint_auth_method"] == "tls_client_auth" && !subject {
		e.breachAt(contract.Std, "/tls_client_auth_subject_dn", "the subject of the certificate, since the method is tls_client_auth", "no such claim")
	}
}

// numericDate is a claim that is a time (RFC 7519, section 2).
func numericDate(value any) (at time.Time, ok bool) {
	number, ok := value.(json.Number)
	if !ok {
		return at, false
	}
	seconds, err := number.Float64()
	const latest = 253402300799 // in the year 9999
	if err != nil || seconds < 0 || seconds > latest {
		return at, false
	}
	return time.Unix(int64(seconds), 0), true
}

// CLI-REG-TIME.
func holdRegTime(e *examination) {
	request, ok := e.registration()
	if !ok || e.started.IsZero() {
		return
	}
	expires, ends := numericDate(request.Claims["exp"])
	issued, begins := numericDate(request.Claims["iat"])
	if ends {
		e.met()
		if !expires.After(e.started.Add(-e.options.ClockSkew)) {
			e.breach("claim exp", "a time to come", "a time that is past")
		}
	}
	if begins {
		e.met()
		if issued.After(e.started.Add(e.options.ClockSkew)) {
			e.breach("claim iat", "a time that is past", "a time to come")
		}
		if ends && issued.After(expires) && expires.After(e.started.Add(-e.options.ClockSkew)) {
			e.breach("claim iat", "a time before exp", "a later one")
		}
	}
}

// texts are the strings of a claim that is a list, or one string.
func texts(value any) []string {
	if text, ok := value.(string); ok {
		return []string{text}
	}
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// statement is the software statement's claims; ok is false where they cannot be
// read.
func statement(claims map[string]any) (said map[string]any, ok bool) {
	text, _ := claims["software_statement"].(string)
	token, problems := jose.Peek(text)
	return token.Claims, len(problems) == 0
}

// scheme-less or local redirect URIs are for applications on the customer's own
// machine.
var loopbackHost = regexp.MustCompile(`(?i)^(localhost|.*\.localhost|127\.[0-9.]+|::1)$`)

// CLI-REG-REDIRECT. An application for phones may have a scheme of its own.
func holdRegRedirect(e *examination) {
	request, ok := e.registration()
	uris := texts(request.Claims["redirect_uris"])
	if !ok || len(uris) == 0 {
		return
	}
	said, readable := statement(request.Claims)
	master := texts(said["software_redirect_uris"])
	const where = "/redirect_uris"
	e.met()
	for _, uri := range uris {
		address, err := url.Parse(uri)
		native := request.Claims["application_type"] == "mobile"
		switch {
		case err != nil || !address.IsAbs():
			e.breach(where, "absolute URIs", quote(uri))
		case strings.Contains(uri, "#"):
			e.breach(where, "URIs without a fragment", quote(uri))
		case !native && (address.Scheme != "https" || address.Host == ""):
			e.breach(where, "https URIs", quote(uri))
		case !native && loopbackHost.MatchString(address.Hostname()):
			e.breach(where, "URIs that are not on localhost", quote(uri))
		case readable && len(master) > 0 && !slices.Contains(master, uri):
			e.breach(where, "URIs of the software statement", quote(uri))
		}
	}
}

// CLI-REG-STATEMENT.
func holdRegStatement(e *examination) {
	request, ok := e.registration()
	if !ok {
		return
	}
	said, readable := statement(request.Claims)
	of, _ := said["software_id"].(string)
	if !readable || of == "" {
		return
	}
	if id, given := request.Claims["software_id"].(string); given {
		e.met()
		if id != of {
			e.breach("claim software_id", "that of the software statement, "+quote(of), quote(id))
		}
	}
	if issuer, _ := request.Claims["iss"].(string); said["iss"] == "OpenBanking Ltd" && issuer != "" {
		e.met()
		if issuer != of {
			e.breach("claim iss", "the software_id of the statement, "+quote(of), quote(issuer))
		}
	}
}

// basicUser is the client id of an Authorization by Basic, as RFC 6749 section
// 2.3.1 has it written, and whether the header can be read.
func (e *examination) basicUser() (user string, ok bool) {
	if e.auth.scheme != "basic" || e.auth.value == "" {
		return "", false
	}
	user, _, ok = basicPair(e.auth.value)
	return user, ok && !e.withheld(user)
}
