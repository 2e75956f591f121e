package tap_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// newProxy serves a proxy to an address, and answers its own.
func newProxy(t *testing.T, to string, change func(*tap.Proxy)) (address string, s *seen) {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	s = &seen{}
	transport := &http.Transport{DisableCompression: true}
	p := tap.Proxy{To: target, Transport: transport, Sink: s.sink}
	if change != nil {
		change(&p)
	}
	server := httptest.NewUnstartedServer(p.Handler())
	server.Config.DisableGeneralOptionsHandler = true
	server.Start()
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	return server.URL, s
}

// rawServer takes one connection, keeps what comes until a blank line and the
// body that it is told of, and answers with a text as it is.
func rawServer(t *testing.T, body int, answer string) (address string, got chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got = make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		in := bufio.NewReader(connection)
		var request strings.Builder
		for !strings.HasSuffix(request.String(), "\r\n\r\n") {
			line, err := in.ReadString('\n')
			if err != nil {
				break
			}
			request.WriteString(line)
		}
		_, _ = io.CopyN(&request, in, int64(body))
		got <- request.String()
		_, _ = io.WriteString(connection, answer)
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String(), got
}

// sendRaw writes a request as it is and reads all that comes back.
func sendRaw(t *testing.T, address, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(connection)
	if err != nil {
		t.Fatalf("%v after %q", err, data)
	}
	return string(data)
}

// fields are the lines of a header but for the first, sorted.
func fields(message string) []string {
	head, _, _ := strings.Cut(message, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")[1:]
	slices.Sort(lines)
	return lines
}

// Both ways every byte that is not of one connection passes as it is.
func TestProxyPassesBytes(t *testing.T) {
	t.Parallel()
	answer := "HTTP/1.1 201 Created\r\nContent-Length: 9\r\nContent-Encoding: odd\r\nX-Twice: 1\r\nX-Twice: 2\r\nEtag: \"e\"\r\nVia: 1.1 bank\r\nLocation: /a b\r\nConnection: close\r\n\r\n\x00\xff\r\n\"{}\"\t"
	server, got := rawServer(t, 7, answer)
	address, s := newProxy(t, "http://"+server, nil)
	request := "POST /a%2fb/../c%7e//%C3%A9/é?x=1;y=%zz&z&& HTTP/1.1\r\nHost: proxy.example\r\nConnection: close\r\nContent-Length: 7\r\n" +
		"Accept-Encoding: br\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Twice: 1\r\nX-Twice: 2\r\nx-odd_name: v\r\nAuthorization: Bearer a b\r\n\r\na=b&c;\xfe"
	back := sendRaw(t, address, request)
	sent := <-got
	if line, _, _ := strings.Cut(sent, "\r\n"); line != "POST /a%2fb/../c%7e//%C3%A9/é?x=1;y=%zz&z&& HTTP/1.1" {
		t.Errorf("the request line is %q", line)
	}
	want := []string{"Accept-Encoding: br", "Authorization: Bearer a b", "Content-Length: 7", "Forwarded: for=1.2.3.4", "Host: " + server,
		"X-Forwarded-For: 1.2.3.4", "X-Odd_name: v", "X-Twice: 1", "X-Twice: 2"}
	if lines := fields(sent); !slices.Equal(lines, want) {
		t.Errorf("the server got %q, expected %q", lines, want)
	}
	if !strings.HasSuffix(sent, "\r\n\r\na=b&c;\xfe") {
		t.Errorf("the server got %q", sent)
	}
	want = []string{"Connection: close", "Content-Encoding: odd", "Content-Length: 9", "Etag: \"e\"", "Location: /a b", "Via: 1.1 bank", "X-Twice: 1", "X-Twice: 2"}
	if lines := fields(back); !slices.Equal(lines, want) || !strings.HasPrefix(back, "HTTP/1.1 201 Created\r\n") || !strings.HasSuffix(back, "\r\n\r\n\x00\xff\r\n\"{}\"\t") {
		t.Errorf("the client got %q", back)
	}
	x := s.only(t)
	if x.Request.URL.Host != server || x.Request.URL.EscapedPath() != "/a%2fb/../c%7e//%C3%A9/%C3%A9" && x.Request.URL.Path == "" || x.Request.Header.Get("X-Forwarded-For") != "1.2.3.4" ||
		string(x.Request.Body.Bytes) != "a=b&c;\xfe" || !x.Request.Body.Whole() {
		t.Errorf("%+v", x.Request)
	}
	if x.Response.Status != 201 || x.Response.Body.Lack != traffic.Unrecorded || x.Response.Header.Get("Etag") != `"e"` {
		t.Errorf("%+v", x.Response)
	}
}

// Nothing is made up for a request or an answer that says little.
func TestProxyAddsNothing(t *testing.T) {
	t.Parallel()
	for path, answer := range map[string]string{
		"/":      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
		"//host": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"/?":     "HTTP/1.1 204 No Content\r\n\r\n",
	} {
		server, got := rawServer(t, 0, answer)
		address, _ := newProxy(t, "http://"+server, nil)
		back := sendRaw(t, address, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if sent := <-got; sent != "GET "+path+" HTTP/1.1\r\nHost: "+server+"\r\n\r\n" {
			t.Errorf("%s: the server got %q", path, sent)
		}
		if without := strings.Replace(back, "Connection: close\r\n", "", 1); without != answer {
			t.Errorf("%s: the client got %q", path, back)
		}
	}
}

// Chunks stay chunks, with their trailers, in both directions.
func TestProxyPassesTrailers(t *testing.T) {
	t.Parallel()
	var asked http.Header
	var length int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		asked, length = r.Trailer.Clone(), r.ContentLength
		w.Header().Set("Trailer", "X-After")
		_, _ = w.Write(data)
		w.Header().Set("X-After", "said")
	}))
	defer server.Close()
	address, s := newProxy(t, server.URL, nil)
	request := newRequest(t, http.MethodPost, address, io.MultiReader(strings.NewReader("a"), strings.NewReader("b")))
	request.Trailer = http.Header{"X-Asked-After": {"yes"}}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if asked.Get("X-Asked-After") != "yes" || length != -1 {
		t.Errorf("the server got %v, length %d", asked, length)
	}
	if string(body) != "ab" || response.Trailer.Get("X-After") != "said" || response.ContentLength != -1 {
		t.Errorf("the client got %q, %v, length %d", body, response.Trailer, response.ContentLength)
	}
	if x := s.only(t); string(x.Request.Body.Bytes) != "ab" || !x.Request.Body.Whole() || string(x.Response.Body.Bytes) != "ab" || !x.Response.Body.Whole() {
		t.Errorf("%+v", x)
	}
}

// What passes is not bounded, what is kept is; and the exchange is told before
// its client sees the end.
func TestProxyBoundsWhatItKeeps(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	address, s := newProxy(t, server.URL, nil)
	long := bytes.Repeat([]byte("0123456789"), 500_000)
	response, err := http.DefaultTransport.RoundTrip(newRequest(t, http.MethodPost, address, bytes.NewReader(long)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err := io.ReadAll(response.Body); err != nil || !bytes.Equal(body, long) {
		t.Errorf("%d bytes came back, %v", len(body), err)
	}
	x := s.only(t)
	for _, kept := range []traffic.Body{x.Request.Body, x.Response.Body} {
		if kept.Lack != traffic.Cut || len(kept.Bytes) != 1<<20 {
			t.Errorf("kept: %d bytes, %q", len(kept.Bytes), kept.Lack)
		}
	}
}

// A redirect is the client's to follow.
func TestProxyFollowsNothing(t *testing.T) {
	t.Parallel()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusFound)
	}))
	defer server.Close()
	address, _ := newProxy(t, server.URL, nil)
	response, err := http.DefaultTransport.RoundTrip(newRequest(t, http.MethodGet, address, nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 302 || response.Header.Get("Location") != "http://elsewhere.invalid/" || requests != 1 {
		t.Errorf("%d, %v, %d requests", response.StatusCode, response.Header, requests)
	}
}

// What is no request for a reverse proxy is refused in so many words, and
// neither sent on nor told.
func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent on") }))
	defer server.Close()
	address, s := newProxy(t, server.URL, nil)
	for request, want := range map[string]string{
		"CONNECT bank.example:443 HTTP/1.1\r\nHost: bank.example:443\r\nConnection: close\r\n\r\n":                       "not as an HTTP proxy",
		"GET http://bank.example/x HTTP/1.1\r\nHost: bank.example\r\nConnection: close\r\n\r\n":                          "not as an HTTP proxy",
		"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nX: y\r\n\r\n": "upgrades",
	} {
		request = strings.Replace(request, "Connection: Upgrade", "Connection: Upgrade, close", 1)
		if back := sendRaw(t, address, request); !strings.HasPrefix(back, "HTTP/1.1 501 ") || !strings.Contains(back, want) {
			t.Errorf("%q: %q", request, back)
		}
	}
	if len(s.exchanges) != 0 {
		t.Errorf("told: %+v", s.exchanges)
	}
}

// A server that is not there, breaks off or switches protocols is told apart
// from one that answers.
func TestProxyWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	address, s := newProxy(t, gone.URL, nil)
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	x := s.only(t)
	if response.StatusCode != 502 || !strings.Contains(string(body), "obconform proxy: the bank cannot be reached") || x.Response != nil || !strings.Contains(x.Err, "cannot be reached") {
		t.Errorf("%d %q, %+v", response.StatusCode, body, x)
	}

	server, _ := rawServer(t, 0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
	address, s = newProxy(t, "http://"+server, nil)
	response, err = http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	body, err = io.ReadAll(response.Body)
	_ = response.Body.Close()
	x = s.only(t)
	if err == nil || string(body) != "half" || x.Err == "" || x.Response == nil || x.Response.Body.Lack != traffic.Cut || string(x.Response.Body.Bytes) != "half" {
		t.Errorf("%q, %v, %+v", body, err, x)
	}

	server, _ = rawServer(t, 0, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	address, s = newProxy(t, "http://"+server, nil)
	response, err = http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if x = s.only(t); response.StatusCode != 502 || x.Response != nil {
		t.Errorf("%d, %+v", response.StatusCode, x)
	}
}

// A client that leaves before the answer is no fault of the bank's.
func TestProxyWhoseClientLeaves(t *testing.T) {
	t.Parallel()
	entered, left := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		close(left)
	}))
	defer server.Close()
	address, s := newProxy(t, server.URL, nil)
	connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	_ = connection.Close()
	<-left
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		n := len(s.exchanges)
		s.mu.Unlock()
		if n > 0 || time.Now().After(end) {
			break
		}
	}
	if x := s.only(t); x.Response != nil || x.Err != "the client went away" {
		t.Errorf("%+v", x)
	}
}

// A discovery document leads through the proxy where that is asked for, but for
// the issuer and for other hosts; the sink sees it as it came.
func TestProxyRewritesDiscovery(t *testing.T) {
	t.Parallel()
	var document string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, document)
	}))
	defer server.Close()
	escaped := strings.ReplaceAll(server.URL, "/", `\/`)
	document = fmt.Sprintf(`{"issuer": %[1]q, "token_endpoint" : "%[1]s/token","jwks_uri":"%[2]s\/jwks","authorization_endpoint":"%[1]s?x","userinfo_endpoint":"%[1]s",`+
		`"other":"%[1]s0/x","elsewhere":"https://elsewhere.example/x","mtls_endpoint_aliases":{"token_endpoint":"%[1]s/mtls"},"list":["%[1]s/kept"]}`, server.URL, escaped)
	origin, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	address, s := newProxy(t, server.URL, func(p *tap.Proxy) { p.Rewrite = tap.NewDiscovery(origin) })
	const path = "/open-banking/v3.0/.well-known/openid-configuration"
	response, err := http.Get(address + path)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	want := fmt.Sprintf(`{"issuer": %[1]q, "token_endpoint" : "%[2]s/token","jwks_uri":"%[2]s\/jwks","authorization_endpoint":"%[2]s?x","userinfo_endpoint":"%[2]s",`+
		`"other":"%[1]s0/x","elsewhere":"https://elsewhere.example/x","mtls_endpoint_aliases":{"token_endpoint":"%[2]s/mtls"},"list":["%[1]s/kept"]}`, server.URL, address)
	if err != nil || string(body) != want {
		t.Errorf("%v\n%s, expected\n%s", err, body, want)
	}
	if x := s.only(t); string(x.Response.Body.Bytes) != document || !x.Response.Body.Whole() {
		t.Errorf("the sink saw %s", x.Response.Body.Bytes)
	}
	// Another path's answer, and that of a proxy that was not asked, stay.
	response, err = http.Get(address + "/other")
	if err != nil {
		t.Fatal(err)
	}
	body, _ = io.ReadAll(response.Body)
	_ = response.Body.Close()
	if string(body) != document {
		t.Errorf("another document was changed: %s", body)
	}
}

// Whether a client has no certificate is known where one was asked for.
func TestProxyAndCertificates(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, asks := range []bool{true, false} {
		address, s := newProxy(t, server.URL, func(p *tap.Proxy) { p.AsksCertificates = asks })
		response, err := (&http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}).RoundTrip(newRequest(t, http.MethodGet, address, nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if x := s.only(t); x.Request.CertificateKnown != asks {
			t.Errorf("asked %t, known %t", asks, x.Request.CertificateKnown)
		}
	}
}
