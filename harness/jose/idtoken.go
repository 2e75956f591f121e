package jose

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"obconform/harness/strictjson"
)

// IDTokenExpectation is what an ID token has to agree with (TOK-IDTOKEN).
type IDTokenExpectation struct {
	Issuer   string
	ClientID string
	// Nonce is the one that the authorisation request sent, empty for none.
	Nonce string
	// Algorithms are discovery's id_token_signing_alg_values_supported.
	Algorithms []string
	Now        time.Time
	// Skew is the difference between the clocks that is allowed for.
	Skew time.Duration
}

// asymmetric are the signature algorithms that a published key can verify (RFC
// 7518, section 3.1; RFC 8037). HMAC and none never count, whatever discovery
// lists: the contract has the token verify with the bank's JWKS.
var asymmetric = []string{"PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"}

// VerifyIDToken holds an ID token against TOK-IDTOKEN (OpenID Connect Core,
// sections 2 and 3.1.3.7). The claims are those of the payload even if there
// are problems, so that a caller can go on with a flow that a finding already
// stands against; they are nil where the token cannot be read at all.
func VerifyIDToken(token string, keys KeySet, expect IDTokenExpectation) (claims map[string]any, problems []Problem) {
	jws, problems := parseCompact(token)
	if len(problems) > 0 {
		return nil, problems
	}
	payload, ok := decode(jws.payload)
	if !ok {
		return nil, []Problem{{Where: "token", Expected: "a payload in Base64url", Actual: "other characters"}}
	}
	value, faults := strictjson.Parse(payload)
	claims, isObject := value.(map[string]any)
	if len(faults) > 0 || !isObject {
		return nil, []Problem{{Where: "token", Expected: "a payload that is a strict JSON object", Actual: "something else"}}
	}
	problems = checkSignature(token, jws, keys, expect.Algorithms)
	return claims, append(problems, checkClaims(claims, expect)...)
}

func checkSignature(token string, jws compact, keys KeySet, listed []string) []Problem {
	alg := text(jws.header, "alg")
	if !slices.Contains(listed, alg) || !slices.Contains(asymmetric, alg) {
		return []Problem{{Where: "header alg", Expected: "an asymmetric algorithm that discovery lists: " + quote(strings.Join(listed, " ")), Actual: quote(alg)}}
	}
	if _, present := jws.header["crit"]; present {
		return []Problem{{Where: "header crit", Expected: "no critical extension", Actual: "some"}}
	}
	kid, present := jws.header["kid"]
	id, isString := kid.(string)
	if present && (!isString || id == "") {
		return []Problem{{Where: "header kid", Expected: "a non-empty string", Actual: "something else"}}
	}
	candidates := keys.candidates(id, alg)
	if len(candidates) == 0 {
		return []Problem{{Where: "header kid", Expected: "a key of the bank's JWKS that is fit for " + alg, Actual: "no such key: " + quote(id)}}
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return []Problem{{Where: "token", Expected: "a JWS", Actual: "one that cannot be read"}}
	}
	for _, key := range candidates {
		if _, err := parsed.Verify(key.Key); err == nil {
			return nil
		}
	}
	return []Problem{{Where: "signature", Expected: "one that verifies with the bank's JWKS", Actual: "one that does not"}}
}

// checkClaims asks for the presence of each claim before its value: a library
// that validates would pass a token without exp.
func checkClaims(claims map[string]any, expect IDTokenExpectation) []Problem {
	var problems []Problem
	add := func(claim, expected, actual string) {
		problems = append(problems, Problem{Where: "claim " + claim, Expected: expected, Actual: actual})
	}
	if iss := text(claims, "iss"); iss == "" || iss != expect.Issuer {
		add("iss", "discovery's issuer "+quote(expect.Issuer), quote(iss))
	}
	if !contains(claims["aud"], expect.ClientID) {
		add("aud", "the client id, alone or among others", "an audience without it")
	}
	if text(claims, "sub") == "" {
		add("sub", "a non-empty string", "none")
	}
	if exp, ok := instant(claims["exp"]); !ok {
		add("exp", "seconds since 1970", "none")
	} else if !expect.Now.Add(-expect.Skew).Before(exp) {
		add("exp", "a time to come", "a time that is past")
	}
	if iat, ok := instant(claims["iat"]); !ok {
		add("iat", "seconds since 1970", "none")
	} else if iat.After(expect.Now.Add(expect.Skew)) {
		add("iat", "a time that is past", "a time to come")
	}
	if expect.Nonce != "" && text(claims, "nonce") != expect.Nonce {
		add("nonce", "the nonce of the request", "another or none")
	}
	return problems
}

// contains reads aud, one string or an array of them (RFC 7519, section 4.1.3).
func contains(aud any, clientID string) bool {
	if clientID == "" {
		return false
	}
	if list, ok := aud.([]any); ok {
		return slices.Contains(list, any(clientID))
	}
	return aud == any(clientID)
}

// instant reads a NumericDate (RFC 7519, section 2), fractions cut off.
func instant(value any) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := number.Float64()
	// Beyond this, in 9999, no date of the contract can lie, and arithmetic on
	// time.Time is still exact.
	const latest = 253402300799
	if err != nil || seconds < 0 {
		return time.Time{}, false
	}
	return time.Unix(int64(min(seconds, latest)), 0), true
}
