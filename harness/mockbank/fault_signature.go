package mockbank

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Members of a detached signature's protected header.
const (
	signedAt     = "http://openbanking.org.uk/iat"
	signedBy     = "http://openbanking.org.uk/iss"
	trustAnchor  = "http://openbanking.org.uk/tan"
	anHour       = 3600 // seconds
	unencodedB64 = "b64"
)

// seal is a detached signature that is about to be made.
type seal struct {
	header  object
	payload []byte
	key     *rsa.PrivateKey
	scheme  func(key *rsa.PrivateKey, digest []byte) ([]byte, error)
	encoded bool // the payload is signed in Base64url
}

// signatureFaults break the rules of x-jws-signature.
func signatureFaults() []fault {
	signed, refused := at(201, registerClient), at(400, registerClient)
	return []fault{
		{Fault{"com-signature-of-another-body", "COM-SIGNATURE", "The signature of a registration is of other bytes than those sent."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { s.payload = append(s.payload, ' ') })}},
		{Fault{"com-signature-of-another-refusal", "COM-SIGNATURE", "The signature of a refused registration is of other bytes than those sent."},
			deviation{distort: resealed(refused, func(_ *Bank, s *seal) { s.payload = s.payload[1:] })}},
		{Fault{"com-signature-by-another-key", "COM-SIGNATURE", "A registration is signed with a key that is not published."},
			deviation{distort: resealed(signed, func(b *Bank, s *seal) { s.key = b.keys.tpp.private })}},
		{Fault{"com-signature-without-kid", "COM-SIGNATURE", "The signature of a registration does not name its key."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { delete(s.header, "kid") })}},
		{Fault{"com-signature-unknown-kid", "COM-SIGNATURE", "The signature of a registration names a key that is not published."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { s.header["kid"] = "another" })}},
		{Fault{"com-signature-rs256", "COM-SIGNATURE", "A registration is signed with RS256."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { s.header["alg"], s.scheme = "RS256", signPKCS1 })}},
		{Fault{"com-signature-of-encoded-body", "COM-SIGNATURE", "A registration is signed with b64 true."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { s.header[unencodedB64], s.encoded = true, true })}},
		{Fault{"com-signature-from-the-future", "COM-SIGNATURE", "The signature of a registration is dated an hour ahead."},
			deviation{distort: resealed(signed, func(b *Bank, s *seal) { s.header[signedAt] = b.now().Unix() + anHour })}},
		{Fault{"com-signature-without-date", "COM-SIGNATURE", "The signature of a registration has no date."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { delete(s.header, signedAt) })}},
		{Fault{"com-signature-without-issuer", "COM-SIGNATURE", "The signature of a registration does not say whose it is."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { delete(s.header, signedBy) })}},
		{Fault{"com-signature-without-trust-anchor", "COM-SIGNATURE", "The signature of a registration names no trust anchor."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { delete(s.header, trustAnchor) })}},
		{Fault{"com-signature-crit-incomplete", "COM-SIGNATURE", "The critical members of a registration's signature leave out the trust anchor."},
			deviation{distort: resealed(signed, func(_ *Bank, s *seal) { s.header["crit"] = []string{unencodedB64, signedAt, signedBy} })}},
		{Fault{"com-signature-not-detached", "COM-SIGNATURE", "The signature of a registration carries the body with it."},
			deviation{distort: resending(signed, func(_ *call, out *response) bool {
				attached := "." + base64.RawURLEncoding.EncodeToString(out.body) + "."
				out.header.Set(signatureHeader, strings.Replace(out.header.Get(signatureHeader), "..", attached, 1))
				return true
			})}},
		{Fault{"com-signature-garbled", "COM-SIGNATURE", "The signature of a registration is no JWS."},
			deviation{distort: resending(signed, func(_ *call, out *response) bool {
				out.header.Set(signatureHeader, "signed")
				return true
			})}},
		{Fault{"com-signature-present-missing-on-registration", "COM-SIGNATURE-PRESENT", "A registration is not signed."},
			deviation{distort: unsealed(signed)}},
		{Fault{"com-signature-present-missing-on-refusal", "COM-SIGNATURE-PRESENT", "A refused registration is not signed."},
			deviation{distort: unsealed(refused)}},
	}
}

func unsealed(where spot) distortion {
	return resending(where, func(_ *call, out *response) bool {
		out.header.Del(signatureHeader)
		return true
	})
}

// resealed signs the body once more, after a change.
func resealed(where spot, change func(b *Bank, s *seal)) distortion {
	return func(b *Bank, c *call, out *response) bool {
		if !where.covers(c, out.status) {
			return false
		}
		s := seal{
			header: protectedHeader(out.header.Get(signatureHeader)), payload: append([]byte(nil), out.body...),
			key: b.keys.bank.private, scheme: signPSS,
		}
		change(b, &s)
		text, err := s.detached()
		out.header.Set(signatureHeader, text)
		return err == nil
	}
}

// detached makes the signature by hand: go-jose would not make a wrong one.
func (s seal) detached() (string, error) {
	header, err := json.Marshal(s.header)
	if err != nil {
		return "", err
	}
	protected := base64.RawURLEncoding.EncodeToString(header)
	payload := s.payload
	if s.encoded {
		payload = []byte(base64.RawURLEncoding.EncodeToString(payload))
	}
	digest := sha256.Sum256(append([]byte(protected+"."), payload...))
	signature, err := s.scheme(s.key, digest[:])
	return protected + ".." + base64.RawURLEncoding.EncodeToString(signature), err
}

func signPSS(key *rsa.PrivateKey, digest []byte) ([]byte, error) {
	return rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}

func signPKCS1(key *rsa.PrivateKey, digest []byte) ([]byte, error) {
	return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest)
}
