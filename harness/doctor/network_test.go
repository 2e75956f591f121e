package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHostName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		state State
		blame Blame
		word  string
	}{
		{nil, OK, "", "bank.test is 192.0.2.1"},
		{&net.DNSError{IsNotFound: true}, Failed, Environment, "no such host"},
		{&net.DNSError{IsTimeout: true}, Failed, Environment, "does not answer in time"},
	} {
		p := plainly(t)
		p.set(map[string]any{"target.baseUrl": "https://bank.test"})
		e := newExamination(p.config, nil)
		e.lookup = func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, c.err }
		e.configuration(context.Background())
		f := e.hostName(context.Background())
		if f.state != c.state || f.blame != c.blame || !strings.Contains(f.found[0], c.word) {
			t.Errorf("%v: %+v", c.err, f)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settle func(*patient, *tls.Config)
		wrong
	}{
		{nil, wrong{"nothing listens", func(p *patient) { p.server.Close() }, stepConnection, Failed, Environment, []string{"nothing listens"}, stepTLS}},
		{nil, wrong{"another authority", func(p *patient) { p.file("ca.pem", pemText("CERTIFICATE", newAuthority(t, "another").certificate.Raw)) },
			stepTLS, Failed, Environment, []string{"not trusted", "the test's authority", "tls.caFile"}, stepDiscovery}},
		{func(p *patient, settings *tls.Config) {
			settings.Certificates = []tls.Certificate{p.ca.issue(x509.Certificate{DNSNames: []string{"other.test"}})}
		}, wrong{"another host", func(*patient) {}, stepTLS, Failed, Environment, []string{"not for 127.0.0.1 but for other.test"}, stepMutual}},
		{func(p *patient, settings *tls.Config) { settings.Certificates = []tls.Certificate{p.ca.server(-2)} },
			wrong{"a server's certificate that has ended", func(*patient) {}, stepTLS, Failed, Environment, []string{"in force from"}, stepMutual}},
		{func(p *patient, settings *tls.Config) { settings.Certificates = []tls.Certificate{p.ca.server(5)} },
			wrong{"a server's certificate that ends soon", func(*patient) {}, stepTLS, Warning, "", []string{"ends in 4 days"}, ""}},
		{func(_ *patient, settings *tls.Config) {
			settings.MinVersion, settings.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		},
			wrong{"an old TLS", func(*patient) {}, stepTLS, Failed, Environment, []string{"TLS 1.2 or later"}, stepMutual}},
		{func(p *patient, _ *tls.Config) { p.http1 = true }, wrong{"HTTP/2 that is not spoken", func(p *patient) { p.set(map[string]any{"target.httpVersion": "2"}) },
			stepTLS, Failed, Environment, []string{"target.httpVersion"}, stepMutual}},
		{nil, wrong{"a client certificate that is not taken", func(p *patient) { p.present(newAuthority(t, "another").client(90)) },
			stepMutual, Failed, Environment, []string{"did not take", "CN=our TPP"}, stepDiscovery}},
		{func(_ *patient, settings *tls.Config) { settings.MaxVersion = tls.VersionTLS12 },
			wrong{"a client certificate that is not taken, TLS 1.2", func(p *patient) { p.present(newAuthority(t, "another").client(90)) },
				stepMutual, Failed, Environment, []string{"did not take", "CN=our TPP"}, stepDiscovery}},
		{nil, wrong{"no client certificate", func(p *patient) { p.set(map[string]any{"tls": map[string]any{"caFile": "ca.pem"}}) },
			stepMutual, Failed, Environment, []string{"none is configured", "tls.certificateFile"}, stepDiscovery}},
		{func(_ *patient, settings *tls.Config) { settings.ClientAuth = tls.NoClientCert },
			wrong{"a proof that nobody asks for", func(p *patient) { p.set(map[string]any{"client.authMethod": "tls_client_auth"}) },
				stepHosts, Warning, "", []string{"does not ask", "mtls_endpoint_aliases"}, ""}},
	} {
		t.Run(c.wrong.name, func(t *testing.T) {
			t.Parallel()
			var settle []func(*patient, *tls.Config)
			if c.settle != nil {
				settle = append(settle, c.settle)
			}
			p := securely(t, settle...)
			if c.wrong.name == "a proof that nobody asks for" {
				c.spoil(p)
				p.examine().want(t, c.step, c.state, c.blame, c.words...) // the bank then refuses tokens
				return
			}
			c.try(t, p)
		})
	}
	t.Run("no TLS at all", func(t *testing.T) {
		t.Parallel()
		p := plainly(t)
		p.set(map[string]any{"target.baseUrl": "https://" + p.server.Listener.Addr().String()})
		p.examine().want(t, stepTLS, Failed, Environment, "does not speak TLS")
	})
	t.Run("no word on HTTP/2", func(t *testing.T) {
		t.Parallel()
		p := securely(t)
		mute, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{p.ca.server(90)}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = mute.Close() })
		go func() {
			for {
				conn, err := mute.Accept()
				if err != nil {
					return
				}
				go func() { _, _ = io.Copy(io.Discard, conn); _ = conn.Close() }()
			}
		}()
		p.set(map[string]any{"target.baseUrl": "https://" + mute.Addr().String(), "target.httpVersion": "2"})
		p.examine().want(t, stepTLS, Failed, Environment, "does not offer HTTP/2", "target.httpVersion")
	})
	t.Run("silence", func(t *testing.T) {
		t.Parallel()
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = silent.Close() })
		p := plainly(t)
		p.set(map[string]any{"target.baseUrl": "https://" + silent.Addr().String(), "timeouts.connect": "200ms"})
		p.examine().want(t, stepTLS, Failed, Environment, "timeouts.connect")
	})
}

// A host of its own for mutual TLS is looked at like the first: it asks for the
// certificate, and takes it or not.
func TestHostForMutualTLS(t *testing.T) {
	t.Parallel()
	for name, foreign := range map[string]bool{"taken": false, "not taken": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := securely(t, func(_ *patient, settings *tls.Config) { settings.ClientAuth = tls.NoClientCert })
			second := httptest.NewUnstartedServer(http.NotFoundHandler())
			second.Config.ErrorLog = p.server.Config.ErrorLog
			second.TLS = &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: p.ca.pool(),
				Certificates: []tls.Certificate{p.ca.server(90)}}
			second.StartTLS()
			t.Cleanup(second.Close)
			if foreign {
				p.present(newAuthority(t, "another").client(90))
			}
			p.set(map[string]any{"target.allowedHosts": []string{second.Listener.Addr().String()}, "client.authMethod": "tls_client_auth"})
			p.edit("/openid-configuration", func(d map[string]any) {
				d["mtls_endpoint_aliases"] = map[string]any{"token_endpoint": second.URL + "/token"}
			})
			report := p.examine()
			report.want(t, stepMutual, OK, "", "does not ask for one")
			if foreign {
				report.want(t, stepHosts, Failed, Environment, second.Listener.Addr().String()+" did not take", "CN=our TPP")
				return
			}
			report.want(t, stepHosts, OK, "", second.Listener.Addr().String()+" asked for it and took it")
			report.want(t, stepAccountsToken, Failed, Target, "status 404") // that host has no endpoint
		})
	}
}
