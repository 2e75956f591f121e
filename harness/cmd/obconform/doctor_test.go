//go:build linux

package main_test

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// doctored is what doctor --json says.
type doctored struct {
	ExitStatus int
	Target     string
	Steps      []struct {
		Step, State, Blame string
		Found, Do          []string
	}
}

// readDoctored reads it; the status in it has to be the process's.
func readDoctored(t *testing.T, e ended) doctored {
	t.Helper()
	var said doctored
	if err := json.Unmarshal([]byte(e.out), &said); err != nil {
		t.Fatalf("%v:\n%s%s", err, e.out, e.errors)
	}
	if said.ExitStatus != e.status || len(said.Steps) < 15 {
		t.Errorf("exit status %d, %d by the report; %d steps", e.status, said.ExitStatus, len(said.Steps))
	}
	return said
}

// failed lists the steps that failed.
func (d doctored) failed() (steps []string) {
	for _, step := range d.Steps {
		if step.State == "failed" {
			steps = append(steps, step.Step)
		}
	}
	return steps
}

func TestDoctorOnTheEmbeddedBank(t *testing.T) {
	t.Parallel()
	e := obconform(t, "doctor")
	e.wantStatus(t, 0)
	wantText(t, e.out, "ok       configuration", "embedded mock bank", "ok       TLS", "ok       token for accounts", "0 failed", "(exit status 0)")
	if e.errors != "" {
		t.Error(e.errors)
	}
}

// The exit status says whose trouble it is, and nothing but tokens is asked for.
func TestDoctorsExitStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		spoil  func(*secured)
		status int
		failed string // the step, empty for none
	}{
		{"all is well", func(*secured) {}, 0, ""},
		{"PKCS#12", func(s *secured) { s.presentPKCS12(s.client, "a password of ours") }, 0, ""},
		{"tls_client_auth", func(s *secured) { s.amend(map[string]any{"client.authMethod": "tls_client_auth"}) }, 0, ""},
		{"production", func(s *secured) { s.amend(map[string]any{"target.kind": "production"}) }, 0, ""},
		{"a wrong secret", func(s *secured) { s.file("client-secret.txt", "another") }, 1, "token for accounts"},
		{"a wrong password", func(s *secured) {
			s.presentPKCS12(s.client, "a password of ours")
			s.file("password.txt", "another password")
		}, 2, "client certificate"},
		{"a foreign authority", func(s *secured) {
			s.file("ca.pem", pemText("CERTIFICATE", newAuthority(s.t, "another authority").certificate.Raw))
		}, 3, "TLS"},
		{"a client certificate that is not taken", func(s *secured) { s.present(newAuthority(s.t, "another authority").client(90)) }, 3, "client certificate at the target"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bank := secure(t, "", mockbank.Options{})
			c.spoil(bank)
			e := obconform(t, "doctor", "--config", bank.config, "--json")
			e.wantStatus(t, c.status)
			failed := readDoctored(t, e).failed()
			if c.failed == "" && len(failed) > 0 || c.failed != "" && !slices.Contains(failed, c.failed) {
				t.Errorf("failed: %q\n%s", failed, e.out)
			}
			for _, one := range bank.all() {
				if one.method != http.MethodGet && one.path != tokenPath {
					t.Errorf("asked for %s %s", one.method, one.path)
				}
			}
			if c.status == 2 && len(bank.all()) > 0 {
				t.Errorf("%d requests", len(bank.all()))
			}
		})
	}
}

// Through a proxy every step is as without it; a proxy that refuses is named.
func TestDoctorThroughAProxy(t *testing.T) {
	t.Parallel()
	bank := secure(t, "bank.test", mockbank.Options{})
	front := proxyBefore(t, bank, proxyCredentials)
	bank.file("proxy-password.txt", "a secret")
	bank.amend(map[string]any{"proxy.url": front.url(), "proxy.user": "me", "proxy.password": map[string]any{"file": "proxy-password.txt"}})
	e := obconform(t, "doctor", "--config", bank.config)
	e.wantStatus(t, 0)
	wantText(t, e.out, "connects to bank.test", "looks it up", "good for bank.test", "asked for it and took it", "0 failed")
	front.wantTunnels(3)

	bank.file("proxy-password.txt", "another secret")
	e = obconform(t, "doctor", "--config", bank.config)
	e.wantStatus(t, 3)
	wantText(t, e.out, "failed   connection", "it answered 407", "proxy.password")
	if strings.Contains(e.out+e.errors, "another secret") {
		t.Error("the proxy's password is printed")
	}
}

// All that is wrong with a configuration is said at once, as config check says it.
func TestDoctorSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	bank := secure(t, "", mockbank.Options{})
	bank.amend(map[string]any{"tls.caFile": "none.pem", "client.signingKeyFile": "none.pem", "target.kind": "toy", "client.idd": 1})
	check, e := obconform(t, "config", "check", bank.config), obconform(t, "doctor", "--config", bank.config)
	check.wantStatus(t, 2)
	e.wantStatus(t, 2)
	problems := 0
	for _, line := range strings.Split(strings.TrimPrefix(check.errors, "obconform: "), "\n") {
		if line != "" {
			problems++
			wantText(t, e.out, line)
		}
	}
	if problems != 4 {
		t.Errorf("%d problems", problems)
	}
	obconform(t, "doctor", "--deadline", "-1s").wantStatus(t, 2)
}

// A target that says nothing is given up in time, and an interrupt ends it at once.
func TestDoctorIsBounded(t *testing.T) {
	t.Parallel()
	bank := newBank(t, "http://127.0.0.1:1", mockbank.Options{})
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	config := configure(t, "http://"+silent.Addr().String(), bank.Credentials(), nil)
	e := obconform(t, "doctor", "--config", config, "--deadline", "1s")
	e.wantStatus(t, 3)
	wantText(t, e.out, "the examination's time is over")
	if e.took > 20*time.Second {
		t.Errorf("it took %s", e.took)
	}
	p := begin(t, "doctor", "--config", config)
	conn := make(chan error, 1)
	go func() {
		for range 4 { // two of each process: whether it is there, and discovery
			if _, err := silent.Accept(); err != nil {
				conn <- err
				return
			}
		}
		conn <- nil
	}()
	if err := <-conn; err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGINT)
	e = p.wait(20 * time.Second)
	e.wantStatus(t, 130)
	wantText(t, e.out, "interrupted by interrupt", "(exit status 130)")
}

// Whatever a server says, nothing that is printed holds a secret or moves a
// terminal's cursor.
func TestDoctorShowsNoCanary(t *testing.T) {
	t.Parallel()
	fails := failures()
	names := slices.Sorted(maps.Keys(fails))
	for i, name := range names[:sample(len(names))] {
		t.Run(strings.ReplaceAll(name, ",", ""), func(t *testing.T) {
			t.Parallel()
			config := planted(t, failing(t, i%2 == 0, fails[name]), func(document map[string]any) {
				consents := document["consents"].(map[string]any)
				consents["way"] = []string{"codes", "token", "token"}[i%3]
				consents["tokenKind"] = []string{"access", "access", "refresh"}[i%3]
				// What stands for a statement is none of this software's.
				document["registration"].(map[string]any)["register"] = false
			})
			h := canaryHaystack(t, config)
			for _, flags := range [][]string{nil, {"--json"}} {
				e := obconform(t, append([]string{"doctor", "--config", config}, flags...)...)
				if e.status == 2 { // then it asked nothing that could be said again
					t.Errorf("exit status %d\n%s", e.status, e.out)
				}
				h.search(t, "doctor", e.out+e.errors)
				wantPlainText(t, e.out+e.errors)
			}
		})
	}
}

// What a bank gives as the reason of a refusal is printed as a text, and cut.
func TestDoctorPrintsNoControlCharacters(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error":"\u001b[2J\u0007gone","error_description":"\u001b]0;title\u0007` + strings.Repeat("long ", 5000) + `"}`))
	}))
	t.Cleanup(server.Close)
	config := configure(t, server.URL, newBank(t, server.URL, mockbank.Options{}).Credentials(), nil)
	e := obconform(t, "doctor", "--config", config)
	e.wantStatus(t, 1)
	wantPlainText(t, e.out+e.errors)
	wantText(t, e.out, "status 404", "target.paths.discovery")
	if len(e.out) > 8<<10 {
		t.Errorf("%d bytes", len(e.out))
	}
}
