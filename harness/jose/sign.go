package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// assertionLifetime is how long an assertion or request object is valid. FAPI
// asks for a short time; five minutes leaves room for clocks that differ.
const assertionLifetime = 5 * time.Minute

// Signer signs as one TPP, with one key and the algorithm that fits it: PS256
// for RSA, ES256 for P-256. It is safe for concurrent use.
type Signer struct {
	key crypto.Signer
	alg jose.SignatureAlgorithm
	kid string
	// foreign is a key of the same kind that is not the client's, made when it
	// is first used.
	foreign func() (crypto.Signer, error)
}

// NewSigner makes a signer; the key is one that ParsePrivateKey would take, the
// kid must not be empty.
func NewSigner(key crypto.Signer, kid string) (*Signer, error) {
	if key == nil || kid == "" {
		return nil, errors.New("a signer needs a key and its kid")
	}
	alg, err := algorithmOf(key)
	if err != nil {
		return nil, fmt.Errorf("the signing key: expected %s, got %w", KeyForms, err)
	}
	return &Signer{key: key, alg: alg, kid: kid, foreign: sync.OnceValues(func() (crypto.Signer, error) {
		if alg == jose.ES256 {
			return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		}
		return rsa.GenerateKey(rand.Reader, minimumBits)
	})}, nil
}

// Algorithm is what the signer signs with, by its name in RFC 7518: PS256 or
// ES256.
func (s *Signer) Algorithm() string { return string(s.alg) }

// SignClaims makes a JWT in compact form: kid, typ JWT (RFC 7519).
func (s *Signer) SignClaims(claims map[string]any) (string, error) {
	payload, err := marshalClaims(claims)
	if err != nil {
		return "", err
	}
	return s.SignPayload(payload)
}

// SignPayload signs bytes that need not be claims, nor JSON: a request whose
// signature is right and whose payload is not (DCR-400-SYNTAX).
func (s *Signer) SignPayload(payload []byte) (string, error) {
	return sign(s.alg, s.key, s.kid, payload)
}

// PublicJWKS is the public half as a JWK set, as a directory would publish it.
func (s *Signer) PublicJWKS() ([]byte, error) {
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: s.key.Public(), KeyID: s.kid, Algorithm: s.Algorithm(), Use: "sig"}}})
}

// ClientAssertion authenticates the client at the token endpoint with
// private_key_jwt (RFC 7523, section 3; OpenID Connect Core, section 9). It is
// valid for five minutes from now.
func (s *Signer) ClientAssertion(clientID, audience string, now time.Time) (string, error) {
	return s.SignClaims(map[string]any{
		"iss": clientID, "sub": clientID, "aud": audience, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
	})
}

// RequestObject signs an authorisation request (OpenID Connect Core, section 6;
// Open Banking Security Profile): the parameters of the request itself, so that
// the two cannot differ, for the bank's issuer as audience. intentClaim is the
// claim that names the consent, asked for in the ID token and at the userinfo
// endpoint. The object is valid for five minutes from now.
func (s *Signer) RequestObject(issuer string, parameters url.Values, consentID, intentClaim string, now time.Time) (string, error) {
	intent := map[string]any{intentClaim: map[string]any{"value": consentID, "essential": true}}
	claims := map[string]any{
		"iss": parameters.Get("client_id"), "aud": issuer, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
		"claims": map[string]any{"id_token": intent, "userinfo": intent},
	}
	for name := range parameters {
		if _, taken := claims[name]; taken {
			return "", fmt.Errorf("the parameter %q is a claim of the request object's own", name)
		}
		claims[name] = parameters.Get(name)
	}
	return s.SignClaims(claims)
}

func marshalClaims(claims map[string]any) ([]byte, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("claims cannot be written as JSON: %w", err)
	}
	return payload, nil
}

func sign(alg jose.SignatureAlgorithm, key any, kid string, payload []byte) (string, error) {
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("cannot sign with %s: %w", alg, err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("cannot sign with %s: %w", alg, err)
	}
	return object.CompactSerialize()
}
