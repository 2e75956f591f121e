//go:build linux

package main_test

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// A server whose certificate is another host's is not asked for anything, and
// gets nothing to read.
func TestCertificateOfAnotherHost(t *testing.T) {
	t.Parallel()
	asked := false
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // that we hang up is what is wanted
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	// The certificate is of 127.0.0.1 and example.com.
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	wantUnreached(t, address, ca, "certificate", "localhost")
	if asked {
		t.Error("a request was sent all the same")
	}
}

// A server that agrees to HTTP/2 and then only says goodbye.
func TestGoAway(t *testing.T) {
	t.Parallel()
	made := httptest.NewUnstartedServer(nil)
	made.EnableHTTP2 = true
	made.StartTLS() // for its certificate
	t.Cleanup(made.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: made.TLS.Certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go goAway(conn)
		}
	}()
	wantUnreached(t, "https://"+listener.Addr().String(), ca)
}

// goAway sends an empty SETTINGS frame and a GOAWAY frame (RFC 9113, sections 6.5
// and 6.8) that takes no stream.
func goAway(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // of a connection that is open
	say(conn, "\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	say(conn, "\x00\x00\x08\x07\x00\x00\x00\x00\x00"+"\x00\x00\x00\x00\x00\x00\x00\x00")
	hang(conn)
}

// wantUnreached runs against a server that nobody can have an answer from: it
// ends soon, and says so with those words.
func wantUnreached(t *testing.T, address, ca string, words ...string) {
	t.Helper()
	plan := listed(t)
	credentials := newBank(t, address, mockbank.Options{}).Credentials()
	config := configure(t, address, credentials, map[string]any{"timeouts": hostileTimes, "tls": map[string]any{"caFile": ca}})
	dir := t.TempDir()
	p := begin(t, "run", "--config", config, "--reports", dir)
	memory := p.watchMemory()
	e := p.wait(30 * time.Second)
	t.Logf("| %s | %.1f s | %d MB | %d |", t.Name(), e.took.Seconds(), memory()>>20, e.status)
	e.wantStatus(t, 3)
	wantText(t, e.out, words...)
	r := readReports(t, dir)
	r.wantComplete(t, plan)
	if passed := r.inState("passed"); len(passed) > 0 {
		t.Errorf("%d specs passed", len(passed))
	}
}

// A server that dies in mid-run, and with it all that was made there: what was
// seen is reported, what could not be deleted is told.
func TestServerThatDies(t *testing.T) {
	t.Parallel()
	sections := []string{"--suite", "accounts", "--label-filter", "section: containsAny {list, get}"}
	plan := listed(t, sections...)
	var h *hostileBank
	h, credentials := startHostile(t, func(net.Conn) { h.stop() })
	config := configure(t, h.address, credentials, map[string]any{"timeouts": hostileTimes})
	dir := t.TempDir()
	p := begin(t, append([]string{"run", "--config", config, "--reports", dir, "--seed", "1"}, sections...)...)
	memory := p.watchMemory()
	e := p.wait(30 * time.Second)
	t.Logf("| dies in mid-run | %.1f s | %d MB | %d |", e.took.Seconds(), memory()>>20, e.status)
	e.wantStatus(t, 3)
	r := readReports(t, dir)
	r.wantComplete(t, plan)
	if len(r.inState("passed")) == 0 || len(r.inState("not run")) == 0 {
		t.Errorf("%d specs passed and %d were not run, expected some of each", len(r.inState("passed")), len(r.inState("not run")))
	}
	h.ledger.mu.Lock()
	created := len(h.ledger.created)
	h.ledger.mu.Unlock()
	if left := h.ledger.left(); created == 0 || len(left) == 0 {
		t.Fatalf("%d resources were created, %d are left", created, len(left))
	}
	told := e.errors + e.out + string(readFile(t, filepath.Join(dir, "results.json")))
	wantText(t, told, "could not delete")
}
