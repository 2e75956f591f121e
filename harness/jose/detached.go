package jose

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The three Open Banking members of a message signature's header.
const (
	headerIssuedAt    = "http://openbanking.org.uk/iat"
	headerIssuer      = "http://openbanking.org.uk/iss"
	headerTrustAnchor = "http://openbanking.org.uk/tan"
)

// critical are the members that crit has to name, no more and no fewer.
var critical = []string{"b64", headerIssuedAt, headerIssuer, headerTrustAnchor}

// VerifyDetached holds a detached JWS (RFC 7797, empty middle part) over body
// against COM-SIGNATURE. The body is the exact bytes after content decoding.
// It is verified here and not by go-jose, which refuses every crit member that
// it does not implement itself.
func VerifyDetached(signature string, body []byte, keys KeySet, now time.Time, skew time.Duration) []Problem {
	jws, problems := parseCompact(signature)
	if len(problems) > 0 {
		return problems
	}
	if jws.payload != "" {
		return []Problem{{Where: "token", Expected: "an empty middle part", Actual: "a payload"}}
	}
	problems = checkDetachedHeader(jws.header, now, skew)
	if text(jws.header, "alg") != string(jose.PS256) {
		return problems // no other algorithm is ever tried
	}
	kid := text(jws.header, "kid")
	candidates := slices.DeleteFunc(keys.candidates(kid, string(jose.PS256)), func(k jose.JSONWebKey) bool { return !fitForPS256(k) })
	switch {
	case kid == "": // reported with the header
	case len(candidates) == 0:
		problems = append(problems, Problem{Where: "header kid", Expected: "a key of the bank's JWKS that is fit for PS256", Actual: "no such key: " + quote(kid)})
	case !slices.ContainsFunc(candidates, func(k jose.JSONWebKey) bool { return verifyPS256(k, jws, body) }):
		problems = append(problems, Problem{Where: "signature", Expected: "one that verifies over the exact bytes of the body", Actual: "one that does not"})
	}
	return problems
}

// verifyPS256 is RSASSA-PSS with SHA-256 and a salt of the hash's length (RFC
// 7518, section 3.5).
func verifyPS256(key jose.JSONWebKey, jws compact, body []byte) bool {
	public, ok := key.Key.(*rsa.PublicKey)
	if !ok {
		return false
	}
	input := append([]byte(jws.protected), '.')
	if jws.header["b64"] == any(false) {
		input = append(input, body...)
	} else {
		// A header without b64 is a breach of its own; whether the signature is
		// right is then the question of RFC 7515.
		input = base64.RawURLEncoding.AppendEncode(input, body)
	}
	digest := sha256.Sum256(input)
	return rsa.VerifyPSS(public, crypto.SHA256, digest[:], jws.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
}

func checkDetachedHeader(header map[string]any, now time.Time, skew time.Duration) []Problem {
	var problems []Problem
	add := func(member, expected, actual string) {
		problems = append(problems, Problem{Where: "header " + member, Expected: expected, Actual: actual})
	}
	if alg := text(header, "alg"); alg != string(jose.PS256) {
		add("alg", string(jose.PS256), quote(alg))
	}
	if text(header, "kid") == "" {
		add("kid", "a non-empty string", "none")
	}
	if header["b64"] != any(false) {
		add("b64", "false", "another value or none")
	}
	if !namesCritical(header["crit"]) {
		add("crit", "b64 and the three Open Banking members, each once, and no other", "another list or none")
	}
	if iat, ok := instant(header[headerIssuedAt]); !ok {
		add(headerIssuedAt, "seconds since 1970", "none")
	} else if iat.After(now.Add(skew)) {
		add(headerIssuedAt, "a time that is past", "a time to come")
	}
	for _, member := range []string{headerIssuer, headerTrustAnchor} {
		if text(header, member) == "" {
			add(member, "a non-empty string", "none")
		}
	}
	return problems
}

func namesCritical(crit any) bool {
	list, ok := crit.([]any)
	if !ok || len(list) != len(critical) {
		return false
	}
	for _, name := range critical {
		if !slices.Contains(list, any(name)) {
			return false
		}
	}
	return true
}
