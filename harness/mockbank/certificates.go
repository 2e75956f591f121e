package mockbank

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// certificates is a certificate authority with one client certificate. They are
// dated by the real clock, because both ends of a handshake read that one.
type certificates struct {
	ca            *x509.Certificate
	caKey         *ecdsa.PrivateKey
	caPEM         string
	clientCertPEM string
	clientKeyPEM  string
	clientSubject string
	clients       *x509.CertPool // whose client certificates are taken
}

// certificateLifetime is far from the month before an end of which TPPs warn.
const certificateLifetime = 365 * 24 * time.Hour

func newCertificates() (*certificates, error) {
	template := certificateTemplate(pkix.Name{CommonName: "Mock Bank Test CA", Organization: []string{"Mock Bank"}})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	out := &certificates{ca: ca, caKey: key, caPEM: encodePEM("CERTIFICATE", der), clients: x509.NewCertPool()}
	out.clients.AddCert(ca)
	return out, out.addClient()
}

func (c *certificates) addClient() error {
	template := certificateTemplate(pkix.Name{
		CommonName: "conformance-tpp", OrganizationalUnit: []string{"0015800001041RbAAI"},
		Organization: []string{"OpenBanking"}, Country: []string{"GB"},
	})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	issued, err := c.issue(template)
	if err != nil {
		return fmt.Errorf("client certificate: %w", err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(issued.PrivateKey)
	if err != nil {
		return fmt.Errorf("client certificate: %w", err)
	}
	c.clientCertPEM = encodePEM("CERTIFICATE", issued.Certificate[0])
	c.clientKeyPEM = encodePEM("PRIVATE KEY", key)
	c.clientSubject = issued.Leaf.Subject.String()
	return nil
}

// serverConfig is the TLS side of a server under the given names. Certificates
// of clients are optional in the handshake: what needs one says so itself.
func (c *certificates) serverConfig(hosts ...string) (*tls.Config, error) {
	template := certificateTemplate(pkix.Name{CommonName: "mockbank"})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range append(hosts, "127.0.0.1", "::1", "localhost") {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if host != "" {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	issued, err := c.issue(template)
	if err != nil {
		return nil, fmt.Errorf("server certificate: %w", err)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{issued},
		ClientCAs:    c.clients,
		ClientAuth:   tls.VerifyClientCertIfGiven,
		MinVersion:   tls.VersionTLS12,
	}, nil
}

func (c *certificates) issue(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.ca, key.Public(), c.caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func certificateTemplate(subject pkix.Name) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      subject,
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certificateLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
