package tpp

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// answeringProxy takes one CONNECT per connection and answers as it is told.
func answeringProxy(t *testing.T, answer string) (address string, asked chan *http.Request) {
	t.Helper()
	listener := listen(t)
	asked = make(chan *http.Request, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				request, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				asked <- request
				_, _ = io.WriteString(conn, answer)
				_, _ = io.Copy(io.Discard, conn)
			}()
		}
	}()
	return listener.Addr().String(), asked
}

func through(address string) func(*config.Config) {
	return func(cfg *config.Config) {
		cfg.Proxy = config.Proxy{URL: "http://" + address, User: "me", Password: config.Literal("password", "se:cret")}
		cfg.Target.Kind = config.Mock
	}
}

// Both kinds of connection ask the proxy in the same way, and take anything but
// 200 for a refusal.
func TestTheProxyIsAskedAndMayRefuse(t *testing.T) {
	for answer, want := range map[string]string{
		"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n":                     "the proxy refused to connect: it answered 407",
		"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno":                "the proxy refused to connect: it answered 502",
		"HTTP/1.1 204 No Content\r\n\r\n":                                        "the proxy refused to connect: it answered 204",
		"SSH-2.0-OpenSSH_9\r\n\r\n":                                              "no HTTP answer",
		"HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 64<<10) + "\r\n\r\n": "",
	} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			address, asked := answeringProxy(t, answer)
			c := testClient(t, "https://bank.test", through(address))
			operation := contract.GetAccountAccessConsent
			if method == http.MethodDelete {
				operation = contract.DeleteAccountAccessConsent
			}
			start := time.Now()
			if got := c.Call(t.Context(), operation, "c1").inconclusive; got == "" || !strings.Contains(got, want) {
				t.Errorf("%s, %.40q: inconclusive %q, want %q", method, answer, got, want)
			} else if strings.Contains(got, "se:cret") || strings.Contains(c.dump(t), "se:cret") {
				t.Errorf("%s, %.40q: the password is kept", method, answer)
			}
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("%s, %.40q: took %s", method, answer, took)
			}
			request := <-asked
			if request.Method != http.MethodConnect || request.Host != "bank.test:443" || request.Header.Get("Proxy-Authorization") != "Basic bWU6c2U6Y3JldA==" {
				t.Errorf("%s: the proxy was asked %s %s, %v", method, request.Method, request.Host, request.Header)
			}
		}
	}
}

// What the target says right behind the proxy's answer is not lost.
func TestTheTunnelBeginsBehindTheProxysAnswer(t *testing.T) {
	ours, theirs := net.Pipe()
	defer func() { _ = ours.Close() }()
	go func() {
		defer func() { _ = theirs.Close() }()
		if _, err := http.ReadRequest(bufio.NewReader(theirs)); err == nil {
			_, _ = io.WriteString(theirs, "HTTP/1.1 200 OK\r\nVia: a\r\n\r\nHTTP/1.1 204")
		}
	}()
	proxy := mustURL(t, "http://proxy.test")
	if err := tunnel(t.Context(), ours, proxy, "bank.test:443", 1<<10); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(ours); err != nil || string(rest) != "HTTP/1.1 204" {
		t.Errorf("the tunnel begins with %q (%v)", rest, err)
	}
}

// A proxy that says nothing is waited for as long as a request may take.
func TestASilentProxy(t *testing.T) {
	address, _ := answeringProxy(t, "")
	for _, operation := range []contract.OperationID{contract.GetAccountAccessConsent, contract.DeleteAccountAccessConsent} {
		c := testClient(t, "https://bank.test", through(address), func(cfg *config.Config) {
			cfg.Timeouts.Request = config.Duration(300 * time.Millisecond)
		})
		start := time.Now()
		got := c.Call(t.Context(), operation, "c1").inconclusive
		if took := time.Since(start); !strings.Contains(got, "time limit") || took > 3*time.Second {
			t.Errorf("%s: inconclusive %q after %s", operation, got, took)
		}
	}
}

func TestWhatGoesByProxy(t *testing.T) {
	by, err := proxyOf(config.Proxy{URL: "http://proxy.test:3128", NoProxy: []string{".in.test", "10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"https://bank.test/": true, "https://bank.test:8443/": true, "https://11.0.0.1/": true,
		"https://a.in.test/": false, "https://10.1.2.3/": false, "https://127.0.0.1:1/": false, "https://localhost/": false, "https://[::1]/": false,
	} {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if proxy, err := by(request); err != nil || (proxy != nil) != want {
			t.Errorf("%s: by %v (%v)", address, proxy, err)
		}
	}
	if none, err := proxyOf(config.Proxy{}); none != nil || err != nil {
		t.Error("a proxy out of nothing")
	}
}
