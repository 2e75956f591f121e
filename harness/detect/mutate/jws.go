package mutate

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// claimsMark stands in a pointer between a member that is a JWS and the pointer
// into its claims.
const claimsMark = "~claims"

// isJWS recognises a JWS in compact form (RFC 7515, section 7.1), detached or
// not, by its protected header.
func isJWS(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return false
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return false
	}
	var members struct {
		Algorithm string `json:"alg"`
	}
	return json.Unmarshal(header, &members) == nil && members.Algorithm != ""
}

// claimsOf is the payload of a JWS that is not detached, as JSON.
func claimsOf(text string) (*node, []byte) {
	parts := strings.Split(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || len(payload) == 0 {
		return nil, nil
	}
	root, err := parse(payload)
	if err != nil || root.kind != isObject {
		return nil, nil
	}
	return root, payload
}

// damaged changes one character in the middle of the signature: the last one
// may hold bits that nobody reads.
func damaged(text string) string {
	at := strings.LastIndexByte(text, '.') + 1
	at += (len(text) - at) / 2
	replacement := byte('A')
	if text[at] == replacement {
		replacement = 'B'
	}
	return text[:at] + string(replacement) + text[at+1:]
}

// editTokens makes the mutation in the claims of the JWS that the steps lead
// to, and signs them anew.
func (m *Mutator) editTokens(body []byte, steps []string, claims string) ([]byte, bool) {
	root, err := parse(body)
	if err != nil || m.sign == nil {
		return nil, false
	}
	var edits []edit
	for _, s := range root.find(steps) {
		if token, ok := m.editToken(s.text, claims); ok {
			edits = append(edits, edit{s.start, s.end, quote(token)})
		}
	}
	return apply(body, edits), len(edits) > 0
}

func (m *Mutator) editToken(token, claims string) (string, bool) {
	if !isJWS(token) {
		return "", false
	}
	_, payload := claimsOf(token)
	changed, ok := m.edit(payload, steps(claims))
	if !ok {
		return "", false
	}
	head, _, _ := strings.Cut(token, ".")
	return m.signed(head, base64.RawURLEncoding.EncodeToString(changed), false)
}

// signed makes a JWS of an encoded header and a payload; of a detached one the
// payload is signed as it is (RFC 7797) and left out.
func (m *Mutator) signed(head, payload string, detached bool) (string, bool) {
	if m.sign == nil {
		return "", false
	}
	header, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return "", false
	}
	signature, can := m.sign(header, []byte(head+"."+payload))
	if detached {
		payload = ""
	}
	return head + "." + payload + "." + base64.RawURLEncoding.EncodeToString(signature), can
}

// rebody gives the answer another body, and each header that is a detached JWS
// a signature of it; without a key the header goes, as its absence says less
// than a wrong one.
func (m *Mutator) rebody(a *Answer, body []byte) {
	a.Body = body
	for name, values := range a.Header {
		for i, value := range values {
			head, rest, _ := strings.Cut(value, ".")
			if !isJWS(value) || !strings.HasPrefix(rest, ".") {
				continue
			}
			signed, can := m.signed(head, string(body), true)
			if !can {
				delete(a.Header, name)
				break
			}
			values[i] = signed
		}
	}
}

// protectedHeader is the header of a JWS, as JSON.
func protectedHeader(text string) (*node, []byte) {
	head, _, _ := strings.Cut(text, ".")
	header, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return nil, nil
	}
	root, err := parse(header)
	if err != nil || root.kind != isObject {
		return nil, nil
	}
	return root, header
}
