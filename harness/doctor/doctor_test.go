package doctor

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
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
				report.want(t, stepTLS, OK, "", name+", h2", "the test's authority")
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
		{"a statement that is not there", func(p *patient) {
			p.set(map[string]any{"registration.softwareStatement": map[string]any{"file": "none.jwt"}})
		},
			stepStatement, Failed, Configuration, []string{"registration.softwareStatement", "does not exist"}, stepConfiguration},
		{"an expired statement that is not there", func(p *patient) {
			p.set(map[string]any{"registration.expiredSoftwareStatement": map[string]any{"file": "none.jwt"}})
		}, stepStatements, Failed, Configuration, []string{"registration.expiredSoftwareStatement", "does not exist"}, stepConfiguration},
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
		{"a statement that is none", func(p *patient) { p.secret("registration.softwareStatement", "a.b") }, stepStatement, Failed, Configuration, []string{"no JWS"}, stepName},
		{"a statement that has ended", stated(map[string]any{"exp": now - 60}), stepStatement, Failed, Configuration, []string{"it ended at", "directory"}, stepName},
		{"a statement of the future", stated(map[string]any{"iat": now + 600}), stepStatement, Failed, Configuration, []string{"in the future"}, stepName},
		{"a statement in milliseconds", stated(map[string]any{"exp": (now + 3600) * 1000}), stepStatement, Failed, Configuration, []string{"exp is no date in seconds"}, stepName},
		{"a statement of another software", stated(map[string]any{"software_id": "another"}), stepStatement, Failed, Configuration, []string{`"another"`, "registration.softwareId"}, stepName},
		{"another redirect URI", stated(map[string]any{"software_redirect_uris": []string{"https://other.test"}}), stepStatement, Warning, "", []string{"client.redirectUri"}, ""},
		{"a statement that is not sent", func(p *patient) {
			stated(map[string]any{"exp": now - 60})(p)
			p.set(map[string]any{"registration.register": false})
		}, stepStatement, Warning, "", []string{"it ended at", "not sent"}, ""},
		{"an expired statement that is not", func(p *patient) { p.secret("registration.expiredSoftwareStatement", p.credentials.SoftwareStatement) },
			stepStatements, Warning, "", []string{"expiredSoftwareStatement", "has ended"}, ""},
		{"a foreign statement of ours", func(p *patient) { p.secret("registration.foreignSoftwareStatement", p.credentials.SoftwareStatement) },
			stepStatements, Warning, "", []string{"foreignSoftwareStatement"}, ""},
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
		{"a second client that is not known", func(p *patient) { p.secret("secondClient.secret", "not-its-secret") }, "second client", Failed, Target,
			[]string{"status 401", "secondClient.secret"}, ""},
		{"a token of less", edit(token, func(d map[string]any) { d["scope"] = "fundsconfirmations" }), "token for accounts", Failed, Target, []string{"without \"accounts\""}, ""},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := plainly(t)
			if w.name == "a token of less" { // which another scope's token has as well
				p.set(map[string]any{"registration.managementAuth": "basic", "secondClient": map[string]any{}})
			}
			w.try(t, p)
			if w.step == stepHosts && slices.ContainsFunc(p.asked(), func(r string) bool { return strings.Contains(r, "/token") }) {
				t.Errorf("asked %q", p.asked())
			}
		})
	}
}

// The rate of the configuration holds, and a read that had to be sent again says
// so.
func TestPatience(t *testing.T) {
	t.Parallel()
	p := plainly(t)
	p.set(map[string]any{"target.rate": map[string]any{"requestsPerSecond": 20, "burst": 1}})
	var stumbled atomic.Bool
	p.change = func(r *http.Request, answer *httptest.ResponseRecorder) {
		if strings.HasSuffix(r.URL.Path, "jwks") && !stumbled.Swap(true) {
			answer.Code = http.StatusServiceUnavailable
		}
	}
	began := time.Now()
	report := p.examine()
	least := time.Duration(len(p.asked())-1) * 50 * time.Millisecond
	if took := time.Since(began); took < least || len(p.asked()) < 8 {
		t.Errorf("%d requests within %s, want %s at least", len(p.asked()), took, least)
	}
	report.want(t, stepKeys, OK, "", "was sent again: a gateway answered: 503")
}
