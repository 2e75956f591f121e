package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"obconform/harness/jose"
)

// checkTLS reads the transport's files and makes their paths absolute. Neither
// paths nor content are repeated: a key may have been pasted where its file
// belongs.
func (l *loader) checkTLS() {
	settings := &l.cfg.TLS
	if text := l.readNamed("tls.caFile", &settings.CAFile); text != nil {
		authorities, fault := parseCertificates(text)
		if fault != "" {
			l.breach("tls.caFile", "PEM certificates", fault)
		}
		for _, authority := range authorities {
			l.warnOfEnd("tls.caFile", "the authority", authority)
		}
	}
	switch l.checkCertificateForm() {
	case formPEM:
		l.checkPair()
	case formPKCS12:
		l.checkPKCS12()
	}
}

// checkCertificateForm is the form of the client certificate that is to be
// read, empty for none.
func (l *loader) checkCertificateForm() string {
	const key = "tls.clientCertificate"
	settings := l.cfg.TLS
	hasPair, hasPKCS12 := settings.CertificateFile != "" || settings.KeyFile != "", settings.PKCS12File != ""
	switch settings.ClientCertificate {
	case formPEM:
		if !hasPair {
			l.breach("tls.certificateFile", "a PEM file, which tls.clientCertificate pem asks for", "none")
		}
		return formPEM
	case formPKCS12:
		if !hasPKCS12 {
			l.breach("tls.pkcs12File", "a PKCS#12 file, which tls.clientCertificate pkcs12 asks for", "none")
		}
		return formPKCS12
	case "":
	default:
		l.breach(key, "pem or pkcs12", quote(settings.ClientCertificate))
		return ""
	}
	switch {
	case hasPair && hasPKCS12:
		l.breach(key, "pem or pkcs12, since tls.certificateFile and tls.pkcs12File are both given", "none")
	case hasPair:
		return formPEM
	case hasPKCS12:
		return formPKCS12
	case settings.PKCS12Password.IsSet():
		l.breach("tls.pkcs12File", "a PKCS#12 file beside tls.pkcs12Password", "none")
	}
	return ""
}

func (l *loader) checkPair() {
	settings := &l.cfg.TLS
	if settings.CertificateFile != "" && settings.KeyFile == "" {
		l.breach("tls.keyFile", "a PEM file beside tls.certificateFile", "none")
	}
	if settings.KeyFile != "" && settings.CertificateFile == "" {
		l.breach("tls.certificateFile", "a PEM file beside tls.keyFile", "none")
	}
	certificate := l.readNamed("tls.certificateFile", &settings.CertificateFile)
	key := l.readNamed("tls.keyFile", &settings.KeyFile)
	if certificate == nil || key == nil {
		return
	}
	chain, certificateFault := parseCertificates(certificate)
	keyFault := privateKeyFault(key)
	if certificateFault != "" {
		l.breach("tls.certificateFile", "PEM certificates", certificateFault)
	}
	if keyFault != "" {
		l.breach("tls.keyFile", "an unencrypted PEM private key", keyFault)
	}
	if certificateFault+keyFault != "" {
		return
	}
	if _, err := tls.X509KeyPair(certificate, key); err != nil {
		l.breach("tls.keyFile", "the private key of tls.certificateFile's first certificate", "another one")
		return
	}
	l.checkInForce("tls.certificateFile", chain)
}

func (l *loader) checkPKCS12() {
	settings := &l.cfg.TLS
	data := l.readNamed("tls.pkcs12File", &settings.PKCS12File)
	if data == nil || l.faulty("tls.pkcs12Password") {
		return
	}
	pair, err := openPKCS12(data, settings.PKCS12Password.Reveal())
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && settings.PKCS12Password.IsSet():
		l.breach("tls.pkcs12Password", "the password of tls.pkcs12File", "another one (not shown)")
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		l.breach("tls.pkcs12Password", aSecret+", the password of tls.pkcs12File", "none")
	case err != nil:
		l.breach("tls.pkcs12File", "a PKCS#12 file (DER) of one private key and its certificate", "one that cannot be used: "+err.Error())
	default:
		var chain []*x509.Certificate
		for _, der := range pair.Certificate {
			if certificate, err := x509.ParseCertificate(der); err == nil { // they were parsed before
				chain = append(chain, certificate)
			}
		}
		l.checkInForce("tls.pkcs12File", chain)
	}
}

// soon is how long before its end a certificate is warned of.
const soon = 30 * 24 * time.Hour

// checkInForce asks for a client certificate that a target can accept today,
// and warns of one, or of an authority beside it, that soon cannot be.
func (l *loader) checkInForce(key string, chain []*x509.Certificate) {
	const day = "2006-01-02 15:04 MST"
	for i, certificate := range chain {
		switch {
		case i > 0:
			l.warnOfEnd(key, "the certificate in the chain", certificate)
		case l.now.After(certificate.NotAfter):
			l.breach(key, "a client certificate that is in force", "one that ended on "+certificate.NotAfter.UTC().Format(day))
		case l.now.Before(certificate.NotBefore):
			l.breach(key, "a client certificate that is in force", "one that begins on "+certificate.NotBefore.UTC().Format(day))
		default:
			l.warnOfEnd(key, "the client certificate", certificate)
		}
	}
}

// warnOfEnd warns of a certificate that ends soon, or has ended.
func (l *loader) warnOfEnd(key, what string, certificate *x509.Certificate) {
	left := certificate.NotAfter.Sub(l.now)
	if left > soon {
		return
	}
	when := fmt.Sprintf("ends on %s, in %d days", certificate.NotAfter.UTC().Format(time.DateOnly), int(left.Hours()/24))
	if left < 0 {
		when = "ended on " + certificate.NotAfter.UTC().Format(time.DateOnly)
	}
	l.warn(key, fmt.Sprintf("%s %q %s", what, certificate.Subject.String(), when))
}

// warn notes what a user should know of a key.
func (l *loader) warn(key, what string) {
	l.cfg.warnings = append(l.cfg.warnings, fmt.Sprintf("%s: %s: %s", l.origin(key), key, what))
}

// readNamed reads a file that the configuration names and makes its path
// absolute; nil where none is named or, reported, where it cannot be read.
func (l *loader) readNamed(key string, path *string) []byte {
	if *path == "" {
		return nil
	}
	resolved := l.resolve(*path)
	data, reason := readFile(resolved)
	if reason != "" {
		l.breach(key, "a readable file, its path relative to the configuration's folder", reason+": "+quote(*path))
		return nil
	}
	*path = resolved
	// An empty file was read all the same.
	return append([]byte{}, data...)
}

// privateKeyFault says what keeps the text from being a private key of TLS, of
// any kind: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017) or SEC 1 (RFC 5915).
func privateKeyFault(text []byte) string {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return "an encrypted one"
			}
			_, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			_, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return "an encrypted one"
		default: // certificates, EC PARAMETERS
			continue
		}
		if err != nil {
			return "one that cannot be parsed"
		}
		return ""
	}
	return "a file without any"
}

// checkSigningKey asks for the key where something has to be signed, and for
// its identifier where there is a key that does not have one itself.
func (l *loader) checkSigningKey() {
	client := &l.cfg.Client
	asking := ""
	switch {
	case client.AuthMethod == privateKeyJWT:
		asking = "client.authMethod " + privateKeyJWT
	case l.cfg.Consents.Way == wayHeadless:
		asking = "consents.way " + wayHeadless
	case l.registers():
		asking = "registration.register"
	}
	if client.SigningKeyFile == "" && asking != "" {
		l.breach("client.signingKeyFile", "a PEM file or a JWK, which "+asking+" asks for", "none")
	}
	named := client.SigningKeyFile != ""
	if text := l.readNamed("client.signingKeyFile", &client.SigningKeyFile); text != nil {
		key, err := jose.ParsePrivateKey(text)
		if err != nil {
			l.breach("client.signingKeyFile", jose.KeyForms, err.Error())
			return // where a kid might have been
		}
		if client.SigningKeyID == "" {
			client.SigningKeyID = key.ID
		}
	}
	if client.SigningKeyID == "" && (named || asking != "") {
		l.breach("client.signingKeyId", "the kid of client.signingKeyFile", "none")
	}
}
