package config

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"

	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// The forms of a client certificate.
const (
	formPEM    = "pem"
	formPKCS12 = "pkcs12"
)

// form is the form of the client certificate that counts, empty for none.
func (t TLS) form() string {
	switch {
	case t.ClientCertificate != "":
		return t.ClientCertificate
	case t.CertificateFile != "":
		return formPEM
	case t.PKCS12File != "":
		return formPKCS12
	}
	return ""
}

// Certificate reads the client certificate with its key and the chain that came
// with it; nil where none is configured. The error names the key whose file
// cannot be used.
func (t TLS) Certificate() (*tls.Certificate, error) {
	switch t.form() {
	case formPEM:
		pair, err := tls.LoadX509KeyPair(t.CertificateFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.certificateFile and tls.keyFile: %w", err)
		}
		return &pair, nil
	case formPKCS12:
		data, err := os.ReadFile(t.PKCS12File)
		if err != nil {
			return nil, fmt.Errorf("tls.pkcs12File: %w", err)
		}
		pair, err := openPKCS12(data, t.PKCS12Password.Reveal())
		if err != nil {
			return nil, fmt.Errorf("tls.pkcs12File: %w", err)
		}
		return pair, nil
	}
	return nil, nil
}

// Authorities reads the certificates to trust; nil, which stands for the
// system's, where none are configured.
func (t TLS) Authorities() (*x509.CertPool, error) {
	if t.CAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.CAFile)
	if err != nil {
		return nil, fmt.Errorf("tls.caFile: %w", err)
	}
	authorities, fault := parseCertificates(text)
	if fault != "" {
		return nil, fmt.Errorf("tls.caFile: %s: expected PEM certificates, got %s", t.CAFile, fault)
	}
	pool := x509.NewCertPool()
	for _, authority := range authorities {
		pool.AddCert(authority)
	}
	return pool, nil
}

// openPKCS12 takes the key and its certificate out of a file; the other
// certificates are the chain, wherever they stand.
func openPKCS12(data []byte, password string) (*tls.Certificate, error) {
	key, first, others, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("a key that cannot sign")
	}
	chain := append([]*x509.Certificate{first}, others...)
	leaf := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return belongs(signer, c) })
	if leaf < 0 {
		return nil, errors.New("a key without its certificate")
	}
	pair := &tls.Certificate{PrivateKey: key, Leaf: chain[leaf], Certificate: [][]byte{chain[leaf].Raw}}
	for i, certificate := range chain {
		if i != leaf {
			pair.Certificate = append(pair.Certificate, certificate.Raw)
		}
	}
	return pair, nil
}

// belongs says whether a certificate is for that key.
func belongs(key crypto.Signer, certificate *x509.Certificate) bool {
	public, ok := certificate.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(key.Public())
}

// parseCertificates reads the certificates of a PEM file; fault says what keeps
// the text from being that.
func parseCertificates(text []byte) (certificates []*x509.Certificate, fault string) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, "a certificate that cannot be parsed"
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) == 0 {
		return nil, "a file without any"
	}
	return certificates, ""
}
