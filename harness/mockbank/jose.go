package mockbank

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// keyBits is the size of RSA keys, the smallest that Open Banking's security
// profile permits.
const keyBits = 2048

// signingKey is an RSA key with its identifier, the RFC 7638 thumbprint.
type signingKey struct {
	private *rsa.PrivateKey
	id      string
}

// curveKey is a key on P-256, which signs ES256, with its thumbprint.
type curveKey struct {
	private *ecdsa.PrivateKey
	id      string
}

// Keys are the keys of a bank's world: the bank's own, the directory's, and the
// TPP's two, one for each algorithm. They may be shared between banks to save
// the time of making them.
type Keys struct {
	bank, directory, tpp signingKey
	tppCurve             curveKey
}

// GenerateKeys makes a new set of keys, RSA 2048 and P-256. It returns the error
// of the random source, should it fail.
func GenerateKeys() (*Keys, error) {
	keys := &Keys{}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate keys: %w", err)
	}
	if keys.tppCurve.id, err = thumbprint(private.Public()); err != nil {
		return nil, fmt.Errorf("generate keys: %w", err)
	}
	keys.tppCurve.private = private
	targets := []*signingKey{&keys.bank, &keys.directory, &keys.tpp}
	failures := make([]error, len(targets))
	var group sync.WaitGroup
	for i, target := range targets {
		group.Go(func() { *target, failures[i] = newSigningKey() })
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, fmt.Errorf("generate keys: %w", err)
	}
	return keys, nil
}

// Sign signs the input with the bank's own key, PS256 (RFC 7518, section 3.5),
// for whoever forges an answer of the bank and wants it to verify. It answers
// false for a protected header that names another key.
func (k *Keys) Sign(header, input []byte) (signature []byte, can bool) {
	members, err := parseObject(header)
	if err != nil || members["kid"] != k.bank.id {
		return nil, false
	}
	digest := sha256.Sum256(input)
	signature, err = rsa.SignPSS(rand.Reader, k.bank.private, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	return signature, err == nil
}

func newSigningKey() (signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return signingKey{}, err
	}
	id, err := thumbprint(private.Public())
	return signingKey{private: private, id: id}, err
}

func thumbprint(public crypto.PublicKey) (string, error) {
	key := jose.JSONWebKey{Key: public}
	print, err := key.Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(print), err
}

// public is the key as it is published.
func (k curveKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(jose.ES256), Use: "sig"}
}

// public is the key as it is published.
func (k signingKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(jose.PS256), Use: "sig"}
}

// jwt signs claims as a compact JWS with PS256.
func (k signingKey) jwt(claims any) (string, error) {
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", k.id)
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := k.sign(payload, options)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func (k signingKey) sign(payload []byte, options *jose.SignerOptions) (*jose.JSONWebSignature, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: k.private}, options)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signed, nil
}

func (b *Bank) signJWT(claims any) (string, error) { return b.keys.bank.jwt(claims) }

// signDetached makes the x-jws-signature of a body: a detached JWS over the
// unencoded bytes (RFC 7797) with the header of Open Banking's message signing
// profile (COM-SIGNATURE).
func (b *Bank) signDetached(body []byte) (string, error) {
	const claim = "http://openbanking.org.uk/"
	options := (&jose.SignerOptions{}).
		WithHeader("kid", b.keys.bank.id).
		WithBase64(false).
		WithHeader(claim+"iat", b.now().Unix()).
		WithHeader(claim+"iss", "CN=mockbank,OU=Mock ASPSP,O=OpenBanking,C=GB").
		WithHeader(claim+"tan", "openbanking.org.uk").
		WithCritical(claim+"iat", claim+"iss", claim+"tan")
	signed, err := b.keys.bank.sign(body, options)
	if err != nil {
		return "", err
	}
	return signed.DetachedCompactSerialize()
}

// getJWKS publishes the bank's verification keys (DIS-JWKS).
func (b *Bank) getJWKS(*call) answer {
	return ok(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{b.keys.bank.public()}})
}

// keySet finds verification keys, RSA or P-256, by their identifier.
type keySet map[string]crypto.PublicKey

// clientAlgorithms are what clients may sign with (FAPI 1.0 part 2, section 8.6).
var clientAlgorithms = []jose.SignatureAlgorithm{jose.PS256, jose.ES256}

// algorithmNames lists them as metadata does.
func algorithmNames() []string {
	names := make([]string, len(clientAlgorithms))
	for i, algorithm := range clientAlgorithms {
		names[i] = string(algorithm)
	}
	return names
}

// compactJWS is a signed token, its claims readable but not yet to be trusted.
type compactJWS struct {
	signature *jose.JSONWebSignature
	claims    map[string]any
}

var (
	errNotCompact = errors.New("not a compact JWS with PS256 or ES256")
	errNotClaims  = errors.New("the payload is not a JSON object")
)

// parseCompact reads a compact JWS, PS256 or ES256. It returns errNotCompact or
// errNotClaims.
func parseCompact(text string) (*compactJWS, error) {
	for part := range strings.SplitSeq(text, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return nil, errNotCompact
		}
	}
	signature, err := jose.ParseSignedCompact(text, clientAlgorithms)
	if err != nil {
		return nil, errNotCompact
	}
	claims, err := parseObject(signature.UnsafePayloadWithoutVerification())
	if err != nil {
		return nil, errNotClaims
	}
	return &compactJWS{signature: signature, claims: claims}, nil
}

// keyID is the kid of the header.
func (j *compactJWS) keyID() string { return j.signature.Signatures[0].Header.KeyID }

// algorithm is the alg of the header.
func (j *compactJWS) algorithm() string { return j.signature.Signatures[0].Header.Algorithm }

// verifies checks the signature with the key that the header names.
func (j *compactJWS) verifies(keys keySet) bool {
	key, ok := keys[j.keyID()]
	if !ok {
		return false
	}
	_, err := j.signature.Verify(key)
	return err == nil
}

// idTokenClaims are the claims that all ID tokens of the bank share. The subject
// is the consent, as Open Banking's security profile has it.
func (b *Bank) idTokenClaims(clientID, consentID, nonce string) map[string]any {
	const lifetime = 600 // seconds
	now := b.now().Unix()
	claims := map[string]any{
		"iss": b.issuer(), "aud": clientID, "sub": consentID,
		"iat": now, "exp": now + lifetime, "auth_time": now,
		"acr":                   strongAuthentication,
		"openbanking_intent_id": consentID,
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return claims
}

// leftHalfHash is at_hash, c_hash and s_hash for PS256 (OpenID Connect Core
// 3.1.3.6): the left half of SHA-256, in Base64url.
func leftHalfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
