package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"obconform/harness/config"
	"obconform/harness/gate"
	"obconform/harness/testproxy"
	"obconform/harness/tpp"
)

// proxyCommand serves a recording, auditing reverse proxy, or ends one.
type proxyCommand struct {
	Serve proxyServeCommand `cmd:"" default:"withargs" help:"Stand between a client and a bank, record and judge both. This is what proxy alone does."`
	Stop  proxyStopCommand  `cmd:"" help:"End a proxy that serves, wait for its reports, and end with its exit status."`
}

type proxyStopCommand struct{ stopCommand }

// Run ends a proxy and leaves its exit status.
func (c proxyStopCommand) Run(sh *shell, status *int) error {
	return c.stop(sh, "proxy", "proxy", status)
}

type proxyServeCommand struct {
	To               string `placeholder:"URL" help:"The bank's address: scheme, host and port (default: target.baseUrl of --config)."`
	Addr             string `default:"127.0.0.1:8444" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one."`
	TLS              bool   `name:"tls" help:"Serve https, with a certificate of the proxy's own (see --credentials) or that of --tls-cert."`
	TLSCert          string `name:"tls-cert" placeholder:"FILE" help:"The proxy's certificate with its chain, PEM (with --tls)."`
	TLSKey           string `name:"tls-key" placeholder:"FILE" help:"Its key, PEM."`
	Credentials      string `placeholder:"DIR" help:"Write the authority of the proxy's own certificate there: ca.pem."`
	HTTP2            bool   `name:"http2" help:"Offer HTTP/2 to clients (with --tls), and take it from the bank."`
	ClientCA         string `name:"client-ca" placeholder:"FILE" help:"Demand a certificate of these authorities from every client, PEM (with --tls)."`
	Cert             string `placeholder:"FILE" help:"The client certificate that the proxy shows to the bank, PEM (default: that of --config)."`
	Key              string `placeholder:"FILE" help:"Its key, PEM."`
	CA               string `name:"ca" placeholder:"FILE" help:"The authorities by which the bank is verified, PEM (default: those of --config, or the system's)."`
	RewriteDiscovery bool   `help:"Make the bank's own addresses in discovery documents lead through the proxy."`
	Whole            bool   `help:"The proxy sees all that the client ever has with the bank: what it leaves behind counts."`
	servingFlags
	judgingFlags
}

// answerTimeout is how long the bank may take to begin an answer.
const answerTimeout = 2 * time.Minute

// Run serves the proxy until it is ended, and leaves the exit status of the
// verdict on both sides.
func (p proxyServeCommand) Run(sh *shell, status *int) error {
	judging, wrong := p.judging(sh, gate.Both, nil, p.line("proxy", "--to", p.To))
	judging.Conduct.Whole = p.Whole
	to, transport, unfit := p.bank(sh)
	if to != nil && leadsTo(to, p.Addr) {
		unfit = errors.Join(unfit, fmt.Errorf("--to: expected the bank's address, got %s, which is that of --addr: the proxy would ask itself", to))
	}
	options := testproxy.Options{To: to, Transport: transport, RewriteDiscovery: p.RewriteDiscovery, HTTP2: p.HTTP2}
	authority, unreadable := p.certificates(&options)
	if err := errors.Join(wrong, judging.Check(), p.checkFlags(), unfit, unreadable, p.prepareReports()); err != nil {
		return usageError{errors.Join(err, removeReports(p.Reports))}
	}
	record, err := p.record(p.Reports)
	if err != nil {
		return usageError{err}
	}
	options.Gate, options.Record = judging, orNothing(record)
	proxy, err := testproxy.Start(p.Addr, options)
	if err != nil {
		if errors.As(err, new(*net.OpError)) {
			err = fmt.Errorf("--addr: %w", err)
		}
		return usageError{errors.Join(err, removeReports(p.Reports))}
	}
	s := service{sh: sh, kind: "proxy", title: "the proxy", server: proxy, judging: p.judgingFlags, serving: p.servingFlags, record: record,
		remarks: func() []string { return nil }}
	if p.Credentials != "" {
		file, err := writeAuthority(p.Credentials, authority)
		if err != nil {
			return usageError{errors.Join(fmt.Errorf("--credentials: %w", err), s.end(), removeReports(p.Reports))}
		}
		fmt.Fprintf(sh.out, "authority of the proxy's certificate: %s\n", file)
	}
	fmt.Fprintf(sh.out, "the proxy passes on to %s\n", to)
	*status, err = s.until()
	return err
}

// checkFlags finds all that is wrong with the flags of the command itself.
func (p proxyServeCommand) checkFlags() error {
	wrong := []error{p.checkServing()}
	complain := func(format string, arguments ...any) { wrong = append(wrong, fmt.Errorf(format, arguments...)) }
	if _, _, err := net.SplitHostPort(p.Addr); err != nil {
		complain("--addr: expected HOST:PORT: %w", err)
	}
	if p.Reports == "" {
		complain("--reports: expected a folder, got an empty name")
	}
	if (p.TLSCert == "") != (p.TLSKey == "") {
		complain("--tls-cert and --tls-key: expected both or neither")
	}
	if (p.Cert == "") != (p.Key == "") {
		complain("--cert and --key: expected both or neither")
	}
	if !p.TLS && (p.TLSCert != "" || p.ClientCA != "" || p.HTTP2 || p.Credentials != "") {
		complain("--tls-cert, --client-ca, --http2 and --credentials: expected --tls beside them")
	}
	if p.TLSCert != "" && p.Credentials != "" {
		complain("--credentials: there is no authority to write beside --tls-cert")
	}
	return errors.Join(wrong...)
}

// bank is where requests go, and what takes them there.
func (p proxyServeCommand) bank(sh *shell) (*url.URL, http.RoundTripper, error) {
	cfg := config.Default()
	if p.ConfigFile != "" {
		loaded, err := config.Load(p.ConfigFile, sh.environ)
		if err != nil {
			return nil, nil, nil // judging has said it already
		}
		cfg = loaded
	}
	address := p.To
	if address == "" {
		address = cfg.Target.BaseURL
	}
	to, err := originOf(address)
	if p.Cert != "" {
		cfg.TLS.CertificateFile, cfg.TLS.KeyFile, cfg.TLS.ClientCertificate, cfg.TLS.PKCS12File = p.Cert, p.Key, "", ""
	}
	if p.CA != "" {
		cfg.TLS.CAFile = p.CA
	}
	if cfg.Target.HTTPVersion = "1.1"; p.HTTP2 {
		cfg.Target.HTTPVersion = "auto"
	}
	transport, unfit := tpp.NewTransport(cfg)
	if err := errors.Join(err, unfit); err != nil {
		return nil, nil, err
	}
	const connections = 1024
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = connections, connections
	transport.ResponseHeaderTimeout = answerTimeout
	return to, transport, nil
}

// originOf is an address that has a scheme and a host, and nothing else: paths
// pass through the proxy as they are.
func originOf(address string) (*url.URL, error) {
	to, err := url.Parse(address)
	switch {
	case address == "":
		return nil, errors.New("--to: expected the bank's address, as https://sandbox.example, or a --config that names it")
	case err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http" || to.User != nil || to.RawQuery != "" || to.Fragment != "":
		return nil, fmt.Errorf("--to: expected an address as https://sandbox.example, got %q", address)
	case to.Path != "" && to.Path != "/":
		return nil, fmt.Errorf("--to: expected no path, since paths pass as they are, got %q", address)
	case to.Scheme == "http" && !loopback(to.Hostname()):
		return nil, fmt.Errorf("--to: expected https, got %q: plain http is for loopback alone", address)
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host}, nil
}

// leadsTo tells whether an origin is that of a listener: of the same port, and of
// the same host by name, or on this machine as the listener is.
func leadsTo(to *url.URL, addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	toPort := to.Port()
	if toPort == "" {
		toPort = map[string]string{"http": "80", "https": "443"}[to.Scheme]
	}
	if err != nil || port != toPort {
		return false
	}
	ip := net.ParseIP(host)
	anywhere := host == "" || ip != nil && ip.IsUnspecified()
	return strings.EqualFold(host, to.Hostname()) || loopback(to.Hostname()) && (anywhere || loopback(host))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// certificates are those of the proxy's side of the clients; authority is that of
// the proxy's own certificate, in PEM.
func (p proxyServeCommand) certificates(options *testproxy.Options) (authority string, err error) {
	if !p.TLS {
		return "", nil
	}
	var wrong error
	if p.ClientCA != "" {
		text, err := os.ReadFile(p.ClientCA)
		options.ClientCA = x509.NewCertPool()
		if err == nil && !options.ClientCA.AppendCertsFromPEM(text) {
			err = fmt.Errorf("%s: expected PEM certificates", p.ClientCA)
		}
		if err != nil {
			wrong = fmt.Errorf("--client-ca: %w", err)
		}
	}
	if p.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(p.TLSCert, p.TLSKey)
		if err != nil {
			return "", errors.Join(wrong, fmt.Errorf("--tls-cert and --tls-key: %w", err))
		}
		options.Certificate = &pair
		return "", wrong
	}
	host, _, _ := net.SplitHostPort(p.Addr) // checkFlags says where it is wrong
	options.Certificate, authority, err = testproxy.OwnCertificate(host)
	return authority, errors.Join(wrong, err)
}

func writeAuthority(dir, authority string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "ca.pem")
	return file, os.WriteFile(file, []byte(authority), 0o600)
}
