package jose

import (
	"encoding/base64"
	"strings"

	"obconform/harness/strictjson"
)

// compact is a JWS in compact form (RFC 7515, section 7.1), taken apart but
// not verified.
type compact struct {
	// protected and payload are the encoded parts, as they were signed.
	protected, payload string
	header             map[string]any
	signature          []byte
}

// maxToken bounds what is taken apart, in bytes: far above any token of the
// contract, far below what would cost time.
const maxToken = 64 << 10

// parseCompact takes a token apart strictly: three parts, Base64url without
// padding, line breaks or stray bits, a header that is a strict JSON object.
func parseCompact(token string) (compact, []Problem) {
	refuse := func(expected, actual string) (compact, []Problem) {
		return compact{}, []Problem{{Where: "token", Expected: expected, Actual: actual}}
	}
	if len(token) > maxToken {
		return refuse("a JWS of reasonable size", "one of more than 64 KiB")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return refuse("a JWS of three parts", "another number of parts")
	}
	protected, ok := decode(parts[0])
	if !ok {
		return refuse("a header in Base64url", "other characters")
	}
	signature, ok := decode(parts[2])
	if !ok {
		return refuse("a signature in Base64url", "other characters")
	}
	value, faults := strictjson.Parse(protected)
	header, isObject := value.(map[string]any)
	if len(faults) > 0 || !isObject {
		return refuse("a header that is a strict JSON object", "something else")
	}
	return compact{protected: parts[0], payload: parts[1], header: header, signature: signature}, nil
}

// decode reads Base64url strictly (RFC 7515, section 2). The standard library
// skips line breaks, so they are refused first.
func decode(part string) ([]byte, bool) {
	if strings.ContainsAny(part, "\r\n") {
		return nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return data, err == nil
}

// text is a header or claim that should be a string: "" for anything else.
func text(members map[string]any, name string) string {
	s, _ := members[name].(string)
	return s
}

// UnverifiedClaims reads the claims of a token of our own making; ok is false
// where it is no JWS with a JSON object in it. Nothing received from the other
// side may be read this way.
func UnverifiedClaims(token string) (claims map[string]any, ok bool) {
	jws, problems := parseCompact(token)
	if len(problems) > 0 {
		return nil, false
	}
	payload, ok := decode(jws.payload)
	if !ok {
		return nil, false
	}
	value, _ := strictjson.Parse(payload)
	claims, ok = value.(map[string]any)
	return claims, ok
}

// Unverified is a JOSE header and the claims under it, as they stand there.
type Unverified struct {
	Header, Claims map[string]any
}

// Peek takes a JWT apart without verifying it, for whoever judges how it is made
// and has no key: an observer of what others send. The problems say why it is no
// JWS in compact form over a strict JSON object; then the result is empty.
func Peek(token string) (Unverified, []Problem) {
	jws, problems := parseCompact(token)
	if len(problems) > 0 {
		return Unverified{}, problems
	}
	payload, ok := decode(jws.payload)
	if !ok {
		return Unverified{}, []Problem{{Where: "token", Expected: "a payload in Base64url", Actual: "other characters"}}
	}
	value, faults := strictjson.Parse(payload)
	claims, isObject := value.(map[string]any)
	if len(faults) > 0 || !isObject {
		return Unverified{}, []Problem{{Where: "token", Expected: "a payload that is a strict JSON object", Actual: "something else"}}
	}
	return Unverified{Header: jws.header, Claims: claims}, nil
}
