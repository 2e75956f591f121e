package config

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// checkTLS reads the transport's files and makes their paths absolute. Neither
// paths nor content are repeated: a key may have been pasted where its file
// belongs.
func (l *loader) checkTLS() {
	settings := &l.cfg.TLS
	if authorities := l.readNamed("tls.caFile", &settings.CAFile); authorities != nil {
		if fault := certificateFault(authorities); fault != "" {
			l.breach("tls.caFile", "PEM certificates", fault)
		}
	}
	hasCertificate, hasKey := settings.CertificateFile != "", settings.KeyFile != ""
	if hasCertificate && !hasKey {
		l.breach("tls.keyFile", "a PEM file beside tls.certificateFile", "none")
	}
	if hasKey && !hasCertificate {
		l.breach("tls.certificateFile", "a PEM file beside tls.keyFile", "none")
	}
	certificate := l.readNamed("tls.certificateFile", &settings.CertificateFile)
	key := l.readNamed("tls.keyFile", &settings.KeyFile)
	if certificate == nil || key == nil {
		return
	}
	certificateFault, keyFault := certificateFault(certificate), privateKeyFault(key)
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
	}
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

// certificateFault says what keeps the text from being PEM certificates.
func certificateFault(text []byte) string {
	found := false
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "a certificate that cannot be parsed"
		}
		found = true
	}
	if !found {
		return "a file without any"
	}
	return ""
}

// privateKeyFault says what keeps the text from being a private key of any kind.
func privateKeyFault(text []byte) string {
	_, fault := parsePrivateKey(text)
	return fault
}

// parsePrivateKey reads the first private key of a PEM file: PKCS#8 (RFC 5208),
// PKCS#1 (RFC 8017) or SEC 1 (RFC 5915).
func parsePrivateKey(text []byte) (key any, fault string) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, "an encrypted one"
			}
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, "an encrypted one"
		default: // certificates, EC PARAMETERS
			continue
		}
		if err != nil {
			return nil, "one that cannot be parsed"
		}
		return key, ""
	}
	return nil, "a file without any"
}

// leastKeyBits is the shortest RSA key for PS256 (RFC 7518 section 3.5).
const leastKeyBits = 2048

// checkSigningKey asks for the key where something has to be signed, and for
// its identifier where there is a key.
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
		l.breach("client.signingKeyFile", "a PEM file, which "+asking+" asks for", "none")
	}
	if client.SigningKeyID == "" && (client.SigningKeyFile != "" || asking != "") {
		l.breach("client.signingKeyId", "the kid of client.signingKeyFile", "none")
	}
	text := l.readNamed("client.signingKeyFile", &client.SigningKeyFile)
	if text == nil {
		return
	}
	const expected = "an unencrypted PEM private key, PKCS#1 or PKCS#8, RSA of at least 2048 bits"
	key, fault := parsePrivateKey(text)
	if fault != "" {
		l.breach("client.signingKeyFile", expected, fault)
		return
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < leastKeyBits {
			l.breach("client.signingKeyFile", expected, fmt.Sprintf("RSA of %d bits", key.N.BitLen()))
		}
	default:
		l.breach("client.signingKeyFile", expected, "a key of another kind")
	}
}
