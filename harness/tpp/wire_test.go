package tpp

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// wireServer reads one request of each connection and then does as scripted
// with the connection, which it closes afterwards. The interaction id of the
// request replaces ID in what say writes.
func wireServer(t *testing.T, listener net.Listener, script func(say func(string), conn net.Conn)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(conn))
			if err == nil {
				id := req.Header.Get(contract.HeaderInteractionID)
				script(func(text string) { _, _ = io.WriteString(conn, strings.ReplaceAll(text, "ID", id)) }, conn)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// selfSigned is a certificate for 127.0.0.1 and, as a PEM file, the authority
// behind it.
func selfSigned(t *testing.T) (certificate tls.Certificate, caFile string) {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pemOf(server), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.TLS.Certificates[0], caFile
}

const (
	head     = "HTTP/1.1 204 No Content\r\nx-fapi-interaction-id: ID\r\n"
	hints    = "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n"
	errHead  = "HTTP/1.1 400 Bad Request\r\nx-fapi-interaction-id: ID\r\nContent-Type: application/json\r\n"
	sentence = "bytes that must not be there"
)

// wireCase is one answer to a DELETE, and what must be seen of it.
type wireCase struct {
	name   string
	script func(say func(string), conn net.Conn)
	status int
	// empty lists where COM-EMPTY is breached; inconclusive is a part of the
	// reason, where there is one.
	empty        []string
	inconclusive string
	body         string
}

func says(text string) func(func(string), net.Conn) {
	return func(say func(string), _ net.Conn) { say(text) }
}

func wireCases() []wireCase {
	keepOpen := func(text string) func(func(string), net.Conn) {
		return func(say func(string), conn net.Conn) {
			say(text)
			_, _ = conn.Read(make([]byte, 1)) // until the client ends it
		}
	}
	inTwo := func(first, second string, pause time.Duration) func(func(string), net.Conn) {
		return func(say func(string), _ net.Conn) {
			say(first)
			time.Sleep(pause)
			say(second)
		}
	}
	return []wireCase{
		{name: "plain", script: says(head + "\r\n"), status: 204},
		{name: "length zero", script: says(head + "Content-Length: 0\r\n\r\n"), status: 204},
		{name: "length and body", script: says(head + "Content-Length: 28\r\n\r\n" + sentence), status: 204, empty: []string{"body", "header Content-Length"}},
		{name: "length without body", script: says(head + "Content-Length: 28\r\n\r\n"), status: 204, empty: []string{"header Content-Length"}},
		{name: "body without length", script: says(head + "\r\n" + sentence), status: 204, empty: []string{"body"}},
		{name: "one byte", script: says(head + "\r\n\n"), status: 204, empty: []string{"body"}},
		{name: "chunked", script: says(head + "Transfer-Encoding: chunked\r\n\r\n1c\r\n" + sentence + "\r\n0\r\n\r\n"), status: 204,
			empty: []string{"body", "header Transfer-Encoding"}},
		{name: "bytes 50 ms later", script: inTwo(head+"\r\n", sentence, 50*time.Millisecond), status: 204, empty: []string{"body"}},
		{name: "header in two parts", script: inTwo(head[:30], head[30:]+"\r\n", 20*time.Millisecond), status: 204},
		{name: "kept open", script: keepOpen(head + "\r\n"), status: 204},
		{name: "kept open with bytes", script: keepOpen(head + "\r\n" + sentence), status: 204, empty: []string{"body"}},
		{name: "interim answers", script: says(hints + hints + head + "\r\n"), status: 204},
		{name: "interim answer and bytes", script: says(hints + head + "\r\n" + sentence), status: 204, empty: []string{"body"}},
		{name: "error", script: says(errHead + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(oneError), oneError)), status: 400, body: oneError},
		{name: "error, chunked", script: says(errHead + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(oneError), oneError)), status: 400, body: oneError},
		{name: "error, kept open", script: keepOpen(errHead + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(oneError), oneError)), status: 400, body: oneError},
		{name: "cut off in the header", script: says(head), inconclusive: "closed early"},
		{name: "cut off in the status line", script: says("HTTP/1.1 2"), inconclusive: "no HTTP answer"},
		{name: "nothing", script: says(""), inconclusive: "closed early"},
		{name: "an interim answer alone", script: says(hints), inconclusive: "closed early"},
		{name: "cut off in the body", script: says(errHead + "Content-Length: 500\r\n\r\n{"), inconclusive: "closed early"},
		{name: "no HTTP", script: says("SSH-2.0-OpenSSH_9\r\n\r\n"), inconclusive: "no HTTP answer"},
		{name: "a hang", script: keepOpen(head), inconclusive: "the time limit passed"},
		{name: "a huge header", script: says(head + "X-Long: " + strings.Repeat("x", 17<<10) + "\r\n\r\n"), inconclusive: "limits.headerBytes"},
		{name: "endless interim answers", script: says(strings.Repeat(hints, 1000)), inconclusive: "limits.headerBytes"},
		{name: "a huge body", script: says(errHead + "\r\n" + strings.Repeat("x", 65<<10)), inconclusive: "limit of 65536 bytes"},
	}
}

func TestWireShowsEveryByteAfterTheHeader(t *testing.T) {
	certificate, caFile := selfSigned(t)
	for _, scheme := range []string{"http", "https"} {
		for _, tc := range wireCases() {
			t.Run(scheme+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				listener := listen(t)
				base := scheme + "://" + listener.Addr().String()
				if scheme == "https" {
					listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
				}
				wireServer(t, listener, tc.script)
				c := testClient(t, base, func(cfg *config.Config) {
					cfg.TLS.CAFile = caFile
					cfg.Timeouts.Request = config.Duration(1500 * time.Millisecond)
				})
				start := time.Now()
				answer := c.Call(t.Context(), contract.DeleteAccountAccessConsent, "c1")
				if took := time.Since(start); took > 4*time.Second || strings.HasPrefix(tc.name, "kept open") && took > 1400*time.Millisecond {
					t.Errorf("took %s", took)
				}
				tc.check(t, c, answer)
			})
		}
	}
}

func (tc wireCase) check(t *testing.T, c *Client, answer *Answer) {
	t.Helper()
	c.detail()
	kept := c.spec.Exchanges[0]
	if tc.inconclusive != "" {
		if !strings.Contains(kept.Inconclusive, tc.inconclusive) || len(c.spec.Findings) > 0 {
			t.Errorf("inconclusive is %q, with findings %v; want %q", kept.Inconclusive, c.spec.Findings, tc.inconclusive)
		}
		return
	}
	if kept.Inconclusive != "" || answer.Status != tc.status || kept.ResponseBody != tc.body {
		t.Errorf("got %d, %q, inconclusive %q; want %d, %q", answer.Status, kept.ResponseBody, kept.Inconclusive, tc.status, tc.body)
	}
	var empty []string
	for _, f := range c.spec.Findings {
		if f.Clause == contract.ComEmpty {
			empty = append(empty, f.Where)
		} else if f.Level != contract.Adv {
			t.Errorf("an unexpected finding: %+v", f)
		}
	}
	slices.Sort(empty)
	if !slices.Equal(empty, tc.empty) {
		t.Errorf("COM-EMPTY is breached at %q, want %q", empty, tc.empty)
	}
	if decided := slices.Contains(kept.Exercised, contract.ComEmpty); decided != (tc.status == 204) {
		t.Errorf("COM-EMPTY exercised: %v", decided)
	}
}

// A deletion is seen through when its spec is interrupted, or nobody would know
// whether there is something left to delete; its own time limit still holds.
func TestWireIsSeenThroughAnInterrupt(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answers bool
		status  int
	}{{"answered late", true, 204}, {"never answered", false, 0}} {
		t.Run(tc.name, func(t *testing.T) {
			listener := listen(t)
			wireServer(t, listener, func(send func(string), conn net.Conn) {
				time.Sleep(300 * time.Millisecond)
				if tc.answers {
					send("HTTP/1.1 204 No Content\r\nx-fapi-interaction-id: " + uuid.NewString() + "\r\n\r\n")
					return
				}
				_, _ = conn.Read(make([]byte, 1))
			})
			c := testClient(t, "http://"+listener.Addr().String())
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			start := time.Now()
			answer := c.Call(ctx, contract.DeleteAccountAccessConsent, "c1")
			if took, limit := time.Since(start), time.Duration(c.cfg.Timeouts.Request)+time.Second; answer.Status != tc.status || took > limit {
				t.Errorf("status %d after %s, want %d within %s", answer.Status, took, tc.status, limit)
			}
			if reason := c.spec.Exchanges[0].Inconclusive; (reason == "") != tc.answers {
				t.Errorf("inconclusive is %q", reason)
			}
		})
	}
}

func TestWireRefusesAnUnknownCertificate(t *testing.T) {
	certificate, _ := selfSigned(t)
	listener := listen(t)
	base := "https://" + listener.Addr().String()
	wireServer(t, tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}), says(head+"\r\n"))
	c := testClient(t, base)
	answer := c.Call(t.Context(), contract.DeleteAccountAccessConsent, "c1")
	if got := c.spec.Exchanges[0].Inconclusive; answer.Status != 0 || !strings.Contains(got, "TLS failed") {
		t.Errorf("got status %d, inconclusive %q", answer.Status, got)
	}
}
