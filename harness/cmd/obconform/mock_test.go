//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The mock bank serves until a signal ends it, and what it writes down is all
// that a run needs.
func TestMock(t *testing.T) {
	t.Parallel()
	for _, served := range []struct {
		name   string
		flags  []string
		scheme string
		signal syscall.Signal
	}{
		{"http", nil, "http://127.0.0.1:", syscall.SIGTERM},
		{"https", []string{"--tls"}, "https://127.0.0.1:", syscall.SIGINT},
	} {
		t.Run(served.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "credentials")
			mock := begin(t, append([]string{"mock", "--addr", "127.0.0.1:0", "--credentials", dir}, served.flags...)...)
			config := filepath.Join(dir, "config.json")
			eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
			r := conform(t, "--config", config)
			r.wantStatus(t, 0)
			if len(r.inState("passed")) == 0 {
				t.Error("nothing passed")
			}
			mock.signal(served.signal)
			e := mock.wait(5 * time.Second)
			e.wantStatus(t, 0)
			wantText(t, e.out, config, served.scheme, served.signal.String())
			wantPrivate(t, dir)
		})
	}
}

// whole tells whether a JSON file has been written to its end.
func whole(path string) bool {
	data, err := os.ReadFile(path)
	return err == nil && strings.HasSuffix(strings.TrimSpace(string(data)), "}")
}

// wantPrivate fails the test for each file that others than its owner may read.
func wantPrivate(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s, readable by others", file.Name(), info.Mode())
		}
	}
}

// Latency is waited before every answer.
func TestMockLatency(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "credentials")
	begin(t, "mock", "--addr", "127.0.0.1:0", "--credentials", dir, "--latency", "250ms")
	config := filepath.Join(dir, "config.json")
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
	r := conform(t, "--config", config, "--label-filter", "clause:DIS-200")
	r.wantStatus(t, 0)
	least := time.Duration(r.Exchanges) * 250 * time.Millisecond
	if r.Exchanges == 0 || r.took < least {
		t.Errorf("%d exchanges took %s, expected at least %s", r.Exchanges, r.took, least)
	}
}

// An address that is taken is wrong usage.
func TestMockAtTakenAddress(t *testing.T) {
	t.Parallel()
	address, _ := countingListener(t)
	e := obconform(t, "mock", "--addr", strings.TrimPrefix(address, "http://"))
	e.wantStatus(t, 2)
	wantText(t, e.errors, "--addr", "in use")
}

// The mock bank takes the certificates of one's own authority, tells its client
// by one of them, insists on having one, and offers HTTP/2.
func TestMockWithCertificatesOfOnesOwn(t *testing.T) {
	t.Parallel()
	ca, dir := newAuthority(t, "our authority"), filepath.Join(t.TempDir(), "credentials")
	certificate := ca.client(90)
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, []byte(pemText("CERTIFICATE", ca.certificate.Raw)), 0o600); err != nil {
		t.Fatal(err)
	}
	begin(t, "mock", "--addr", "127.0.0.1:0", "--credentials", dir, "--tls", "--http2", "--client-ca", caFile, "--require-client-cert",
		"--client-subject", certificate.Leaf.Subject.String(), "--need-scope")
	s := &secured{t: t, ca: ca, config: filepath.Join(dir, "config.json")}
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(s.config) })
	s.amend(map[string]any{"client.authMethod": "tls_client_auth", "target.httpVersion": "2", "client.sendScopeOn": []string{"authorization_code"}})
	s.present(certificate)
	conformEssentially(t, s.config).wantEssential(t)

	s.present(newAuthority(t, "our authority").client(90))
	conformEssentially(t, s.config).wantStatus(t, 3)
	s.amend(map[string]any{"tls.certificateFile": "client.pem", "tls.keyFile": "client-key.pem"}) // the bank's own: another subject
	r := conform(t, "--config", s.config, "--label-filter", "clause:TOK-200")
	r.wantStatus(t, 1)
	wantText(t, r.out, `the client proved itself by tls_client_auth, with the certificate "CN=conformance-tpp`)
}

// What the flags of certificates ask for must be there.
func TestMockWithWrongCertificates(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(text, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, flags := range map[string][]string{
		"--client-ca: open":                         {"--tls", "--client-ca", file + ".missing"},
		"got an empty file":                         {"--tls", "--client-ca", file},
		"no PEM certificates":                       {"--tls", "--client-ca", text},
		"client certificates and HTTP/2 need TLS":   {"--require-client-cert"},
		"client certificates and HTTP/2 need TLS\n": {"--http2"},
	} {
		e := obconform(t, append([]string{"mock", "--addr", "127.0.0.1:0"}, flags...)...)
		e.wantStatus(t, 2)
		wantText(t, e.errors, says)
	}
}
