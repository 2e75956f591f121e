package conduct

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
)

// CLI-TOKEN-FORM.
func holdTokenForm(e *examination) {
	if e.op.ID != contract.RequestToken {
		return
	}
	e.met()
	if e.req.Method != http.MethodPost {
		e.breach("method", http.MethodPost, quote(e.req.Method))
		return
	}
	if value, fits, known := e.media("application/x-www-form-urlencoded"); known && !fits {
		e.breach("header Content-Type", "application/x-www-form-urlencoded", quote(value))
		return
	}
	values, known := e.form()
	switch {
	case !known && e.req.Body.Whole() && !e.encoded():
		e.breach("body", "a form", "a body that is none")
	case known:
		for _, name := range sortedKeys(values) {
			if n := len(values[name]); n > 1 {
				e.breach("form "+name, "each parameter once", fmt.Sprintf("%d times", n))
			}
		}
	}
}

// CLI-TOKEN-PARAMS. Other grants have URNs for names, and may be the bank's to
// offer: what goes with them is not known.
func holdTokenParams(e *examination) {
	values, known := e.form()
	if e.op.ID != contract.RequestToken || !known || e.req.Method != http.MethodPost {
		return
	}
	grant := values.Get("grant_type")
	if e.withheld(grant) || strings.HasPrefix(grant, "urn:") {
		return
	}
	e.met()
	var needed []string
	switch grant {
	case "client_credentials":
	case "authorization_code":
		needed = []string{"code", "redirect_uri"}
	case "refresh_token":
		needed = []string{"refresh_token"}
	default:
		e.breach("form grant_type", "client_credentials, authorization_code or refresh_token", quote(grant))
	}
	for _, name := range needed {
		if values.Get(name) == "" {
			e.breach("form "+name, "the parameter, which the grant "+grant+" needs", "none")
		}
	}
}

// proof is a way in which a client proves itself at the token endpoint, by its
// name in RFC 7591 and RFC 8705; for an assertion the two that use one.
type proof string

const (
	byBasic       proof = "client_secret_basic"
	byPost        proof = "client_secret_post"
	byAssertion   proof = "private_key_jwt"
	byCertificate proof = "tls_client_auth"
)

// proofs are the ways that the request shows. A certificate shows with none of
// the others: where there is no other, it is the only one that can be meant.
func (e *examination) proofs() []proof {
	values, _ := e.form()
	var all []proof
	if e.auth.present && (e.auth.scheme == "basic" || e.auth.scheme == "") {
		all = append(all, byBasic)
	}
	if values.Get("client_secret") != "" {
		all = append(all, byPost)
	}
	if values.Get("client_assertion") != "" {
		all = append(all, byAssertion)
	}
	return all
}

// provenByCertificate tells whether a certificate is all that the client can
// prove itself by. A recorder may have left out what else there was.
func (e *examination) provenByCertificate() bool {
	_, known := e.form()
	return known && !e.recorded() && !e.auth.present && len(e.proofs()) == 0 && e.req.CertificateKnown && len(e.req.Certificate) > 0
}

// CLI-TOKEN-AUTH. A client id in the body proves nothing, so it may stand beside
// any proof. Without one a client certificate is the proof; where nobody knows
// whether there was one, or the recorder may have taken the header out, nothing
// is said.
func holdTokenAuth(e *examination) {
	values, known := e.form()
	if e.op.ID != contract.RequestToken || !known || e.req.Method != http.MethodPost {
		return
	}
	proofs := e.proofs()
	refused := e.status() == http.StatusBadRequest || e.status() == http.StatusUnauthorized
	switch {
	case len(proofs) > 1:
		e.breach("form client_id", "one way of proving itself", fmt.Sprintf("%d: %s", len(proofs), join(proofs)))
	case len(proofs) == 1 && proofs[0] == byBasic && e.auth.value != "":
		user, _, ok := basicPair(e.auth.value)
		if !ok {
			e.breach("header Authorization", "Basic, with client id and secret in Base64, parted by a colon", "Basic, with something else")
			return
		}
		if id, given := e.field("client_id"); given && id != user && !e.withheld(user) {
			e.breach("form client_id", "the client of the Authorization header", "another")
			return
		}
		e.met()
	case len(proofs) == 1:
		e.met()
	case values.Get("client_id") == "" && refused:
		e.breach("form client_id", "a client that proves itself", "no proof, and no client id")
	case e.req.CertificateKnown && len(e.req.Certificate) == 0 && refused:
		e.breach("form client_id", "a client that proves itself", "a client id alone, and no certificate")
	case e.req.CertificateKnown && len(e.req.Certificate) > 0:
		e.met()
	}
}

func join(proofs []proof) string {
	words := make([]string, len(proofs))
	for i, p := range proofs {
		words[i] = string(p)
	}
	return strings.Join(words, ", ")
}

// basicPair takes credentials of the scheme Basic apart (RFC 7617; RFC 6749
// section 2.3.1, which has both parts form-encoded).
func basicPair(value string) (user, secret string, ok bool) {
	plain, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return "", "", false
	}
	user, secret, ok = strings.Cut(string(plain), ":")
	if decoded, err := url.QueryUnescape(user); err == nil {
		user = decoded
	}
	return user, secret, ok && user != ""
}

// caller is the client that asks for a token, empty where it is not known.
func (e *examination) caller() string {
	if user, ok := e.basicUser(); ok {
		return user
	}
	if id, ok := e.field("client_id"); ok {
		return id
	}
	claims := e.assertion().Claims
	subject, _ := claims["sub"].(string)
	return subject
}

// scopesOf splits a scope into its words, sorted.
func scopesOf(scope string) []string {
	words := strings.Fields(scope)
	slices.Sort(words)
	return slices.Compact(words)
}
