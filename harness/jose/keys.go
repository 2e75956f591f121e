// Package jose signs what a TPP sends (registration requests, request objects,
// client assertions) and verifies what a bank signs (ID tokens, detached
// response signatures, key sets). It also makes the broken signatures that
// negative cases need. It imports go-jose and the strict JSON gate, does no
// network I/O, and knows nothing of HTTP or of the contract's levels.
package jose

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/go-jose/go-jose/v4"
)

// minimumBits is the shortest RSA key that PS256 allows (RFC 7518, section 3.5).
const minimumBits = 2048

// KeyForms says what ParsePrivateKey takes, for messages to a user.
const KeyForms = "an unencrypted private key in PEM (PKCS#1, PKCS#8) or a JWK: RSA of at least 2048 bits, or EC on the curve P-256"

// PrivateKey is a key to sign with, and the identifier that it came with.
type PrivateKey struct {
	// Signer is an *rsa.PrivateKey of at least 2048 bits, which signs PS256, or
	// an *ecdsa.PrivateKey on P-256, which signs ES256.
	Signer crypto.Signer
	// ID is the kid of a JWK; empty for PEM, which has no place for one.
	ID string
}

// ParsePrivateKey reads a private key: a JWK (RFC 7517), or the first private
// key of a PEM file, PKCS#1, PKCS#8 or SEC 1. Its errors complete the sentence
// "expected KeyForms, got ..." and never repeat the input.
func ParsePrivateKey(data []byte) (PrivateKey, error) {
	key, err := parseEncoded(data)
	if err != nil {
		return PrivateKey{}, err
	}
	_, err = algorithmOf(key.Signer)
	return key, err
}

func parseEncoded(data []byte) (PrivateKey, error) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return parseJWK(data)
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return PrivateKey{}, errEncrypted
			}
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return PrivateKey{}, errEncrypted
		default: // certificates, EC PARAMETERS
			continue
		}
		signer, ok := key.(crypto.Signer)
		if err != nil || !ok {
			return PrivateKey{}, fmt.Errorf("a PEM block %s that cannot be parsed", block.Type)
		}
		return PrivateKey{Signer: signer}, nil
	}
	return PrivateKey{}, errors.New("a file without any")
}

var errEncrypted = errors.New("an encrypted one")

// parseJWK reads one key; its own alg and use, where it has them, must allow
// what the key is for.
func parseJWK(data []byte) (PrivateKey, error) {
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(data); err != nil {
		return PrivateKey{}, errors.New("JSON that is no JWK") // its error may quote the key
	}
	signer, ok := key.Key.(crypto.Signer)
	if !ok || key.IsPublic() {
		return PrivateKey{}, errors.New("a JWK that is not the private half of a key pair")
	}
	algorithm, err := algorithmOf(signer)
	if err == nil && key.Algorithm != "" && key.Algorithm != string(algorithm) || key.Use != "" && key.Use != "sig" {
		err = fmt.Errorf("a JWK for another use than to sign %s", algorithm)
	}
	return PrivateKey{Signer: signer, ID: key.KeyID}, err
}

// algorithmOf is what a key signs with: Open Banking's security profile allows
// PS256 and ES256 (FAPI 1.0 part 2, section 8.6).
func algorithmOf(key crypto.Signer) (jose.SignatureAlgorithm, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < minimumBits {
			return "", fmt.Errorf("RSA of %d bits", bits)
		}
		return jose.PS256, nil
	case *ecdsa.PrivateKey:
		if key.Curve != elliptic.P256() {
			return "", fmt.Errorf("EC on the curve %s", key.Curve.Params().Name)
		}
		return jose.ES256, nil
	}
	return "", errors.New("a key of another kind")
}

// LoadSigner makes a signer from a file with a PEM key or a JWK; the errors
// name the file.
func LoadSigner(file, kid string) (*Signer, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	key, err := ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: expected %s, got %w", file, KeyForms, err)
	}
	return NewSigner(key.Signer, kid)
}
