package main_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"obconform/harness/mockbank"
)

// proxy is an HTTP proxy that knows one host by another address, asks for
// credentials, and keeps the account of what it connected to.
type proxy struct {
	t           *testing.T
	listener    net.Listener
	host, leads string // host:port that it knows, and where that is
	credentials string // value of Proxy-Authorization, empty for none

	mu       sync.Mutex
	tunnels  []string
	refusals int
}

// proxyBefore starts one that leads to the bank.
func proxyBefore(t *testing.T, bank *secured, credentials string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p := &proxy{t: t, listener: listener, host: "bank.test:443", leads: bank.server.Listener.Addr().String(), credentials: credentials}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	return p
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

// serve takes one CONNECT, and refuses all else.
func (p *proxy) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	status := p.decide(request)
	if status != "200 Connection established" {
		_, _ = io.WriteString(conn, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
		return
	}
	target, err := net.Dial("tcp", p.leads)
	if err != nil {
		return
	}
	defer func() { _ = target.Close() }()
	if _, err := io.WriteString(conn, "HTTP/1.1 "+status+"\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(target, in)
		_ = target.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, target)
}

func (p *proxy) decide(request *http.Request) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case request.Method != http.MethodConnect:
		return "405 Method Not Allowed"
	case p.credentials != "" && request.Header.Get("Proxy-Authorization") != p.credentials:
		p.refusals++
		return "407 Proxy Authentication Required"
	}
	p.tunnels = append(p.tunnels, request.Host)
	if request.Host != p.host {
		return "502 Bad Gateway"
	}
	return "200 Connection established"
}

// account is how often it connected, and refused for want of credentials.
func (p *proxy) account() (tunnels, refusals int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.tunnels), p.refusals
}

// wantTunnels fails the test unless the proxy connected to the bank, and to
// nobody else, at least so often.
func (p *proxy) wantTunnels(least int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, host := range p.tunnels {
		if host != p.host {
			p.t.Errorf("a tunnel to %s", host)
		}
	}
	if len(p.tunnels) < least {
		p.t.Errorf("%d tunnels, want at least %d", len(p.tunnels), least)
	}
}

// me and a secret, in Base64.
const proxyCredentials = "Basic bWU6YSBzZWNyZXQ="

// A bank that nothing but the proxy knows the address of is reached through it:
// deletions, which have connections of their own, as well as all else.
func TestThroughAProxy(t *testing.T) {
	t.Parallel()
	bank := secure(t, "bank.test", mockbank.Options{})
	front := proxyBefore(t, bank, proxyCredentials)
	bank.file("proxy-password.txt", "a secret")
	bank.amend(map[string]any{"proxy.url": front.url(), "proxy.user": "me", "proxy.password": map[string]any{"file": "proxy-password.txt"}})
	conformEssentially(t, bank.config).wantEssential(t)
	deletions := len(bank.to(http.MethodDelete, "/open-banking/"))
	if deletions < 3 {
		t.Errorf("%d deletions", deletions)
	}
	front.wantTunnels(deletions + 1)
	bank.wantVersions()

	bank.file("proxy-password.txt", "another secret")
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 3)
	wantText(t, r.out, "the proxy refused to connect: it answered 407")
	if strings.Contains(r.out, "another secret") {
		t.Error("the proxy's password is printed")
	}

	bank.amend(map[string]any{"proxy": map[string]any{"url": front.url(), "noProxy": []string{"bank.test"}}})
	_, before := front.account()
	r = conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 3)
	if _, refusals := front.account(); refusals != before {
		t.Error("an excepted host is asked for at the proxy")
	}
}

// The usual variables do where the configuration names no proxy.
func TestProxyOfTheEnvironment(t *testing.T) {
	bank := secure(t, "bank.test", mockbank.Options{})
	front := proxyBefore(t, bank, proxyCredentials)
	t.Setenv("HTTPS_PROXY", "http://me:a%20secret@"+front.listener.Addr().String())
	t.Setenv("NO_PROXY", "another.test")
	r := conform(t, "--config", bank.config, "--label-filter", "clause:AAC-DELETE-204")
	r.wantStatus(t, 0)
	front.wantTunnels(2)
	for _, name := range []string{"results.json", "junit.xml"} {
		if text := string(readFile(t, r.dir+"/"+name)); strings.Contains(text, "a secret") || strings.Contains(text, "a%20secret") {
			t.Errorf("%s shows the proxy's password", name)
		}
	}
	// A bank on loopback is called without it.
	local := secure(t, "", mockbank.Options{})
	opened, _ := front.account()
	conform(t, "--config", local.config, "--label-filter", "clause:AAC-DELETE-204").wantStatus(t, 0)
	if tunnels, _ := front.account(); tunnels != opened {
		t.Error("loopback was called through the proxy")
	}
}
