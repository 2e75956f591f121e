package jose

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// The functions below make tokens that a bank must refuse (DCR-400-SIGNATURE).
// Each breaks exactly one thing of what SignClaims makes.

// SignWith signs with another algorithm of the same key: RS256, PS384 and so on
// of an RSA key. It refuses algorithms that the key cannot serve.
func (s *Signer) SignWith(algorithm string, claims map[string]any) (string, error) {
	payload, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	return sign(jose.SignatureAlgorithm(algorithm), s.key, s.kid, payload)
}

// SignWithForeignKey signs with a key made up for the purpose under the signer's
// own kid: the signature of someone who is not the client.
func (s *Signer) SignWithForeignKey(claims map[string]any) (string, error) {
	payload, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	foreign, err := s.foreign()
	if err != nil {
		return "", fmt.Errorf("cannot make a key: %w", err)
	}
	return sign(s.alg, foreign, s.kid, payload)
}

// SignNone makes an unsecured JWS: alg none, an empty signature (RFC 7515,
// appendix A.5).
func (s *Signer) SignNone(claims map[string]any) (string, error) {
	payload, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]any{"alg": "none", "typ": "JWT", "kid": s.kid})
	if err != nil {
		return "", err
	}
	return encode(header) + "." + encode(payload) + ".", nil
}

// SignHMACWithPublicKey signs with HS256, the key being the PEM text of the
// signer's public key: the confusion of a verifier that takes the algorithm
// from the token and the key from its store (RFC 8725, section 2.1).
func (s *Signer) SignHMACWithPublicKey(claims map[string]any) (string, error) {
	payload, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		return "", fmt.Errorf("cannot write the public key: %w", err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return sign(jose.HS256, public, s.kid, payload)
}

// Tamper replaces claims of a signed token and keeps header and signature: a
// payload altered after signing. A nil value takes the claim out. It is an
// error if that changes nothing, or if the token is not one with JSON claims.
func Tamper(token string, changes map[string]any) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("not a compact JWS")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", errors.New("the payload is not Base64url")
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var claims map[string]any
	if err := decoder.Decode(&claims); err != nil || claims == nil {
		return "", errors.New("the payload is not a JSON object")
	}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	altered, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	if encode(altered) == parts[1] {
		return "", errors.New("the changes change nothing")
	}
	return parts[0] + "." + encode(altered) + "." + parts[2], nil
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
