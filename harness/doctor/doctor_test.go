package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The twin of all that fails below: on a sound bank every step is fine, and
// nothing but tokens is asked for.
func TestSoundTarget(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*patient{"http": plainly(t), "TLS 1.3": securely(t),
		"TLS 1.2": securely(t, func(_ *patient, settings *tls.Config) { settings.MaxVersion = tls.VersionTLS12 })} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := p.examine()
			for _, result := range report.Steps {
				overTLS := slices.Contains([]string{stepCertificate, stepTLS, stepMutual}, result.Step)
				if result.State != OK && !(overTLS && name == "http") {
					t.Errorf("%+v", result)
				}
			}
			if report.Worst() != "" || len(report.Steps) != len(steps()) {
				t.Errorf("%d steps, worst %q", len(report.Steps), report.Worst())
			}
			if name != "http" {
				report.want(t, stepTLS, OK, "", name, "the test's authority")
				report.want(t, stepMutual, OK, "", "asked for it and took it")
				report.want(t, stepCertificate, OK, "", "CN=our TPP")
			}
			for _, request := range p.asked() {
				if !strings.HasPrefix(request, "GET ") && !strings.Contains(request, "/token ") {
					t.Errorf("asked for %s", request)
				}
			}
		})
	}
}

// wrong is the smallest thing wrong, and how the step that it belongs to ends.
type wrong struct {
	name  string
	spoil func(p *patient)
	step  string
	state State
	blame Blame
	words []string
	// after is a later step that is skipped then, empty for none.
	after string
}

func (w wrong) try(t *testing.T, p *patient) {
	t.Helper()
	w.spoil(p)
	report := p.examine()
	report.want(t, w.step, w.state, w.blame, w.words...)
	if w.after != "" {
		report.want(t, w.after, Skipped, "")
	}
	for _, result := range report.Steps {
		if result.State == Failed && result.Step != w.step {
			t.Errorf("%s failed as well: %q", result.Step, result.Found)
		}
	}
	if w.blame == Configuration && w.step != stepHosts && len(p.asked()) > 0 {
		t.Errorf("asked %q", p.asked())
	}
}

func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	stated := func(claims map[string]any) func(*patient) {
		return func(p *patient) { p.secret("registration.softwareStatement", statement(t, p, claims)) }
	}
	for _, w := range []wrong{
		{"no file", func(p *patient) { p.config += "x" }, stepConfiguration, Failed, Configuration, []string{"does not exist"}, stepName},
		{"an unknown key", func(p *patient) { p.set(map[string]any{"target.baseURL": "x"}) }, stepConfiguration, Failed, Configuration, []string{"baseUrl"}, stepTLS},
		{"no such authority", func(p *patient) { p.set(map[string]any{"tls.caFile": "none.pem"}) }, stepAuthorities, Failed, Configuration, []string{"tls.caFile", "does not exist"}, stepConfiguration},
		{"a signing key that is none", func(p *patient) { p.file("signing-key.pem", "x") }, stepSigningKey, Failed, Configuration, []string{"client.signingKeyFile"}, "token for accounts"},
		{"a certificate that has ended", func(p *patient) { p.present(newAuthority(t, "a").client(-1)); p.set(map[string]any{"tls.caFile": ""}) },
			stepCertificate, Failed, Configuration, []string{"one that ended on"}, stepName},
		{"the key of another certificate", func(p *patient) {
			p.present(newAuthority(t, "a").client(90))
			p.set(map[string]any{"tls.caFile": ""})
			first, _ := os.ReadFile(filepath.Join(p.dir, "own.pem"))
			p.present(newAuthority(t, "b").client(90))
			p.set(map[string]any{"tls.caFile": ""})
			p.file("own.pem", string(first))
		}, stepCertificate, Failed, Configuration, []string{"tls.keyFile", "another one"}, stepName},
		{"a certificate that ends soon", func(p *patient) { p.present(newAuthority(t, "a").client(20)); p.set(map[string]any{"tls.caFile": ""}) },
			stepCertificate, Warning, "", []string{"ends on", "in 19 days"}, ""},
		{"a server's certificate", func(p *patient) {
			p.present(newAuthority(t, "a").issue(x509.Certificate{Subject: pkix.Name{CommonName: "x"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}))
			p.set(map[string]any{"tls.caFile": ""})
		}, stepCertificate, Warning, "", []string{"extended key usage"}, ""},
		{"a statement that is none", func(p *patient) { p.secret("registration.softwareStatement", "a.b") }, "software statement", Failed, Configuration, []string{"no JWS"}, stepName},
		{"a statement that has ended", stated(map[string]any{"exp": now - 60}), "software statement", Failed, Configuration, []string{"it ended at", "directory"}, stepName},
		{"a statement of the future", stated(map[string]any{"iat": now + 600}), "software statement", Failed, Configuration, []string{"in the future"}, stepName},
		{"a statement of another software", stated(map[string]any{"software_id": "another"}), "software statement", Failed, Configuration, []string{`"another"`, "registration.softwareId"}, stepName},
		{"another redirect URI", stated(map[string]any{"software_redirect_uris": []string{"https://other.test"}}), "software statement", Warning, "", []string{"client.redirectUri"}, ""},
		{"a statement that is not sent", func(p *patient) {
			stated(map[string]any{"exp": now - 60})(p)
			p.set(map[string]any{"registration.register": false})
		}, "software statement", Warning, "", []string{"it ended at", "not sent"}, ""},
		{"an expired statement that is not", func(p *patient) { p.secret("registration.expiredSoftwareStatement", p.credentials.SoftwareStatement) },
			"other software statements", Warning, "", []string{"expiredSoftwareStatement", "has ended"}, ""},
		{"a foreign statement of ours", func(p *patient) { p.secret("registration.foreignSoftwareStatement", p.credentials.SoftwareStatement) },
			"other software statements", Warning, "", []string{"foreignSoftwareStatement"}, ""},
	} {
		t.Run(w.name, func(t *testing.T) { t.Parallel(); w.try(t, plainly(t)) })
	}
}

// statement is the bank's own software statement with some claims changed: its
// signature is of no interest here.
func statement(t *testing.T, p *patient, changes map[string]any) string {
	t.Helper()
	parts := strings.Split(p.credentials.SoftwareStatement, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		t.Fatal("the software statement cannot be read")
	}
	for name, value := range changes {
		claims[name] = value
	}
	if payload, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2]
}

// All problems of a configuration are told at once, each by its step.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	p := plainly(t)
	p.set(map[string]any{"tls.caFile": "none.pem", "client.signingKeyFile": "none.pem", "target.kind": "x", "consents.way": "y"})
	report := p.examine()
	report.want(t, stepAuthorities, Failed, Configuration, "tls.caFile")
	report.want(t, stepSigningKey, Failed, Configuration, "client.signingKeyFile")
	report.want(t, stepConfiguration, Failed, Configuration, "target.kind", "consents.way")
	if report.Worst() != Configuration {
		t.Errorf("worst: %q", report.Worst())
	}
}

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
		name   string
		settle func(*patient, *tls.Config)
		wrong
	}{
		{"", nil, wrong{"nothing listens", func(p *patient) { p.server.Close() }, stepConnection, Failed, Environment, []string{"nothing listens"}, stepTLS}},
		{"", nil, wrong{"another authority", func(p *patient) { p.file("ca.pem", pemText("CERTIFICATE", newAuthority(t, "another").certificate.Raw)) },
			stepTLS, Failed, Environment, []string{"not trusted", "the test's authority", "tls.caFile"}, stepDiscovery}},
		{"", func(p *patient, settings *tls.Config) {
			settings.Certificates = []tls.Certificate{p.ca.issue(x509.Certificate{DNSNames: []string{"other.test"}})}
		}, wrong{"another host", func(*patient) {}, stepTLS, Failed, Environment, []string{"not for 127.0.0.1 but for other.test"}, stepMutual}},
		{"", func(p *patient, settings *tls.Config) { settings.Certificates = []tls.Certificate{p.ca.server(-2)} },
			wrong{"a server's certificate that has ended", func(*patient) {}, stepTLS, Failed, Environment, []string{"in force from"}, stepMutual}},
		{"", func(p *patient, settings *tls.Config) { settings.Certificates = []tls.Certificate{p.ca.server(5)} },
			wrong{"a server's certificate that ends soon", func(*patient) {}, stepTLS, Warning, "", []string{"ends in 4 days"}, ""}},
		{"", func(_ *patient, settings *tls.Config) {
			settings.MinVersion, settings.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		},
			wrong{"an old TLS", func(*patient) {}, stepTLS, Failed, Environment, []string{"TLS 1.2 or later"}, stepMutual}},
		{"", nil, wrong{"a client certificate that is not taken", func(p *patient) { p.present(newAuthority(t, "another").client(90)) },
			stepMutual, Failed, Environment, []string{"did not take", "CN=our TPP"}, stepDiscovery}},
		{"", func(_ *patient, settings *tls.Config) { settings.MaxVersion = tls.VersionTLS12 },
			wrong{"a client certificate that is not taken, TLS 1.2", func(p *patient) { p.present(newAuthority(t, "another").client(90)) },
				stepMutual, Failed, Environment, []string{"did not take", "CN=our TPP"}, stepDiscovery}},
		{"", nil, wrong{"no client certificate", func(p *patient) { p.set(map[string]any{"tls": map[string]any{"caFile": "ca.pem"}}) },
			stepMutual, Failed, Environment, []string{"none is configured", "tls.certificateFile"}, stepDiscovery}},
		{"", func(_ *patient, settings *tls.Config) { settings.ClientAuth = tls.NoClientCert },
			wrong{"a proof that nobody asks for", func(p *patient) { p.set(map[string]any{"client.authMethod": "tls_client_auth"}) },
				stepMutual, Warning, "", []string{"does not ask", "mtls_endpoint_aliases"}, ""}},
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

func dated(by time.Duration) func(*patient) {
	return func(p *patient) {
		p.change = func(_ *http.Request, answer *httptest.ResponseRecorder) {
			answer.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
		}
	}
}

func TestUnfitTarget(t *testing.T) {
	t.Parallel()
	const wellKnown, token, jwks = "/openid-configuration", "/token", "jwks"
	status := func(path string, code int) func(*patient) {
		return func(p *patient) {
			p.change = func(r *http.Request, answer *httptest.ResponseRecorder) {
				if strings.HasSuffix(r.URL.Path, path) {
					answer.Code, answer.Body = code, bytes.NewBufferString("{}")
				}
			}
		}
	}
	edit := func(path string, alter func(map[string]any)) func(*patient) {
		return func(p *patient) { p.edit(path, alter) }
	}
	for _, w := range []wrong{
		{"a clock that is ahead", dated(10 * time.Minute), stepClock, Failed, Environment, []string{"ours is 9m5", "behind", "NTP"}, ""},
		{"a clock that is behind", dated(-10 * time.Minute), stepClock, Failed, Environment, []string{"ahead of"}, ""},
		{"a clock within what is allowed", dated(50 * time.Second), stepClock, OK, "", []string{"apart"}, ""},
		{"no discovery", status(wellKnown, 404), stepDiscovery, Failed, Target, []string{"404", "target.paths.discovery"}, stepKeys},
		{"a gateway", status(wellKnown, 503), stepDiscovery, Failed, Environment, []string{"a gateway answered: 503"}, stepHosts},
		{"a discovery document without the token endpoint", edit(wellKnown, func(d map[string]any) { delete(d, "token_endpoint") }),
			stepDiscovery, Failed, Target, []string{"names no token_endpoint"}, "token for accounts"},
		{"an odd discovery document", edit(wellKnown, func(d map[string]any) { delete(d, "subject_types_supported") }),
			stepDiscovery, Warning, "", []string{"DIS-200"}, ""},
		{"another way to prove oneself", edit(wellKnown, func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = []string{"tls_client_auth"} }),
			stepDiscovery, Warning, "", []string{"client.authMethod"}, ""},
		{"a discovery document that leads away", edit(wellKnown, func(d map[string]any) { d["token_endpoint"] = "https://elsewhere.test/token" }),
			stepHosts, Failed, Configuration, []string{"elsewhere.test", "target.allowedHosts", "No credential was sent"}, "token for accounts"},
		{"another host that is down", func(p *patient) {
			gone := httptest.NewServer(nil)
			gone.Close()
			p.set(map[string]any{"target.allowedHosts": []string{gone.Listener.Addr().String()}})
			p.edit(wellKnown, func(d map[string]any) { d["token_endpoint"] = gone.URL })
		}, stepHosts, Failed, Environment, []string{"nothing listens"}, "token for accounts"},
		{"no keys", edit(jwks, func(d map[string]any) { d["keys"] = []any{} }), stepKeys, Failed, Target, []string{"PS256"}, ""},
		{"a key set that is not there", status(jwks, 404), stepKeys, Failed, Target, []string{"404"}, ""},
		{"a token of less", edit(token, func(d map[string]any) { d["scope"] = "fundsconfirmations" }), "token for accounts", Failed, Target, []string{"without \"accounts\""}, ""},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := plainly(t)
			if w.name == "a token of less" { // which another scope's token has as well
				p.set(map[string]any{"registration.managementAuth": "basic"})
			}
			w.try(t, p)
			if w.step == stepHosts && slices.ContainsFunc(p.asked(), func(r string) bool { return strings.Contains(r, "/token") }) {
				t.Errorf("asked %q", p.asked())
			}
		})
	}
}
