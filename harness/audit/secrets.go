package audit

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/strictjson"
)

// SecretKind says what a secret is.
type SecretKind string

// The kinds of COM-SECRETS. A refresh token counts as an access token.
const (
	ClientSecret      SecretKind = "client secret"
	AccessToken       SecretKind = "access token"
	AuthorizationCode SecretKind = "authorisation code"
)

// minSecret is the shortest secret that is looked for, in bytes: anything
// shorter is found by chance in an innocent body.
const minSecret = 8

// Learn makes a secret known, to be looked for in every answer from now on.
// Values of fewer than 8 bytes are not looked for.
func (a *Auditor) Learn(kind SecretKind, value string) {
	if len(value) >= minSecret {
		a.secrets.learn(secret{kind, value})
	}
}

// holdsSecret tells whether text has a known secret in it.
func (a *Auditor) holdsSecret(text string) bool { return len(a.secrets.in(text)) > 0 }

// COM-SECRETS: the answer repeats no secret, but for a client's own in its
// registration, tokens in token answers, and the code in the authorisation
// redirect; what carries one should not be stored.
func (e *examination) searchSecrets() {
	if e.secrets.any() && !e.unknown.Body && !e.unknown.Redacted && !e.unknown.Header {
		e.decide(contract.ComSecrets)
	}
	for _, name := range slices.Sorted(maps.Keys(e.res.Header)) {
		for _, s := range e.secrets.in(e.res.Header[name]...) {
			if !e.mayCarry(s.kind, "header "+name) {
				e.leak("header "+name, s)
			}
		}
	}
	switch {
	case e.parsed:
		e.searchValue(e.body, nil)
	case !e.unreadable(e.res.Body): // in part of a body nobody can tell where a secret stands
		e.searchRaw()
	}
	e.noStore()
}

// mayCarry tells the places where the clause allows a kind of secret.
func (e *examination) mayCarry(kind SecretKind, where string) bool {
	switch e.op.ID {
	case contract.RegisterClient, contract.GetClient, contract.UpdateClient:
		return kind == ClientSecret && where == "/client_secret"
	case contract.RequestToken:
		return kind == AccessToken && (where == "/access_token" || where == "/refresh_token")
	case contract.Authorize:
		// In the body it stands for response_mode form_post.
		return kind == AuthorizationCode && (where == "header Location" || where == "body")
	}
	return false
}

func (e *examination) leak(where string, s secret) {
	e.breach(contract.ComSecrets, where, "no secret of the client's", fmt.Sprintf("the %s, %d characters, not shown", s.kind, utf8.RuneCountInString(s.value)))
}

// searchRaw searches a body that is no JSON.
func (e *examination) searchRaw() {
	for _, s := range e.secrets.in(string(e.res.Body)) {
		if !e.mayCarry(s.kind, "body") {
			e.leak("body", s)
		}
	}
}

// searchValue searches the strings and member names of a JSON body, so that no
// escape hides a secret.
func (e *examination) searchValue(value any, path []string) {
	switch v := value.(type) {
	case string:
		found := e.secrets.in(v)
		if len(found) == 0 {
			return
		}
		pointer := strictjson.Join(path...)
		for _, s := range found {
			if !e.mayCarry(s.kind, pointer) {
				e.leak(where(pointer), s)
			}
		}
	case []any:
		for i, item := range v {
			e.searchValue(item, append(path, strconv.Itoa(i)))
		}
	case map[string]any:
		for _, name := range sortedNames(v) {
			for _, s := range e.secrets.in(name) {
				e.leak(where(strictjson.Join(path...)), s)
			}
			e.searchValue(v[name], append(path, name))
		}
	}
}

// noStore is the advice of COM-SECRETS. Token answers have it in TOK-200.
func (e *examination) noStore() {
	if !e.carriesSecret() || e.unknownHeader("Cache-Control") {
		return
	}
	e.decide(contract.ComSecrets)
	if values := e.res.Header.Values("Cache-Control"); !slices.Contains(tokens(values), "no-store") {
		e.breachAt(contract.Adv, contract.ComSecrets, "header Cache-Control", "no-store, since the answer carries a secret", quoteAll(values))
	}
}

// carriesSecret tells whether the answer is one that has to carry a secret, and
// does: a registration with a secret that is not masked, a redirect with a code.
func (e *examination) carriesSecret() bool {
	switch e.op.ID {
	case contract.RegisterClient, contract.GetClient, contract.UpdateClient:
		value, _ := strictjson.Pointer(e.body, "/client_secret")
		text, _ := value.(string)
		return strings.Trim(text, "*xX#.-•") != ""
	case contract.Authorize:
		location, err := url.Parse(e.res.Header.Get("Location"))
		if err != nil {
			return false
		}
		fragment, err := url.ParseQuery(location.EscapedFragment())
		return location.Query().Get("code") != "" || err == nil && fragment.Get("code") != ""
	}
	return false
}
