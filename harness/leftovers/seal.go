package leftovers

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// saltBytes is the length of the salt that each sealed secret has of its own.
const saltBytes = 16

// purpose keeps the key that is derived here from all others (RFC 5869,
// section 3.2).
const purpose = "obconform leftovers"

// Seal encrypts the secret of a registered client, so that only who has the
// configuration's signing key can delete the registration: AES-256-GCM under a
// key that HKDF-SHA256 derives from the key file's bytes. It is bound to the
// client's identifier.
func Seal(signingKey []byte, id, secret string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: documented of crypto/rand since Go 1.24
	box, err := boxOf(signingKey, salt)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal(salt, nil, []byte(secret), []byte(id))), nil
}

// Open is the secret that was sealed; the error says that it was sealed with
// another key, for another client, or not by us.
func Open(signingKey []byte, id, sealed string) (string, error) {
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(data) < saltBytes {
		return "", errors.New("what is sealed has been damaged")
	}
	box, err := boxOf(signingKey, data[:saltBytes])
	if err != nil {
		return "", err
	}
	secret, err := box.Open(nil, nil, data[saltBytes:], []byte(id))
	if err != nil {
		return "", errors.New("it was sealed with another client.signingKeyFile, or has been damaged")
	}
	return string(secret), nil
}

func boxOf(signingKey, salt []byte) (cipher.AEAD, error) {
	if len(signingKey) == 0 {
		return nil, errors.New("there is no client.signingKeyFile to seal a secret with")
	}
	key, err := hkdf.Key(sha256.New, signingKey, salt, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
