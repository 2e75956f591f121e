// Package jose signs what a TPP sends (registration requests, request objects,
// client assertions) and verifies what a bank signs (ID tokens, detached
// response signatures, key sets). It also makes the broken signatures that
// negative cases need. It imports go-jose and the strict JSON gate, does no
// network I/O, and knows nothing of HTTP or of the contract's levels.
package jose

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// minimumBits is the shortest RSA key that PS256 allows (RFC 7518, section 3.5).
const minimumBits = 2048

// ParsePrivateKey reads the first RSA private key of a PEM file, PKCS#1 or
// PKCS#8. Its errors say what is wrong and never repeat the input.
func ParsePrivateKey(data []byte) (*rsa.PrivateKey, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the PEM block %s cannot be read as a key", block.Type)
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			return nil, errors.New("the private key is not an RSA key")
		}
		return private, checkSize(private)
	}
	return nil, errors.New("there is no PEM block of an unencrypted private key (PKCS#1 or PKCS#8)")
}

func checkSize(key *rsa.PrivateKey) error {
	if bits := key.N.BitLen(); bits < minimumBits {
		return fmt.Errorf("the RSA key has %d bits; PS256 needs %d", bits, minimumBits)
	}
	return nil
}

// LoadSigner makes a signer from a PEM file; the errors name the file.
func LoadSigner(file, kid string) (*Signer, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	key, err := ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", file, err)
	}
	return NewSigner(key, kid)
}
