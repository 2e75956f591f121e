package tap_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/tap"
	"obconform/harness/traffic"
)

// seen gathers what a sink takes.
type seen struct {
	mu        sync.Mutex
	exchanges []traffic.Exchange
}

func (s *seen) sink(x traffic.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = append(s.exchanges, x)
}

func (s *seen) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.exchanges)
}

// only is the one exchange that there must be. It is waited for: a client may
// have its answer before the exchange is handed over.
func (s *seen) only(t *testing.T) traffic.Exchange {
	t.Helper()
	for began := time.Now(); s.count() == 0 && time.Since(began) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.exchanges) != 1 {
		t.Fatalf("%d exchanges, expected one", len(s.exchanges))
	}
	return s.exchanges[0]
}

// through asks a handler behind a front for one thing.
func through(t *testing.T, handler http.HandlerFunc, request *http.Request) (x traffic.Exchange, response *http.Response, body []byte) {
	t.Helper()
	s := &seen{}
	server := httptest.NewServer(tap.Front{Next: handler, Sink: s.sink})
	t.Cleanup(server.Close)
	request.URL.Scheme, request.URL.Host = "http", server.Listener.Addr().String()
	response, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return s.only(t), nil, nil
	}
	defer func() { _ = response.Body.Close() }()
	body, _ = io.ReadAll(response.Body) // a body cut off is what some tests want
	return s.only(t), response, body
}

func newRequest(t *testing.T, method, address string, body io.Reader) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// All that was said is in the exchange, and all of it arrived.
func TestFront(t *testing.T) {
	t.Parallel()
	request := newRequest(t, http.MethodPost, "http://x/a%2Fb?c=d;e&f", strings.NewReader("asked"))
	request.Header.Set("X-Asked", "1")
	request.Header.Add("X-Asked", "2")
	var got string
	x, response, body := through(t, func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = string(data)
		w.Header().Set("X-Said", "1")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "ans")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "wered")
	}, request)
	if got != "asked" || response.StatusCode != 201 || string(body) != "answered" {
		t.Errorf("the handler read %q, the client %d %q", got, response.StatusCode, body)
	}
	if x.Request.Method != "POST" || x.Request.URL.String() != "http://x/a%2Fb?c=d;e&f" || string(x.Request.Body.Bytes) != "asked" ||
		!x.Request.Body.Whole() || strings.Join(x.Request.Header["X-Asked"], ",") != "1,2" || x.Request.CertificateKnown || x.Request.Certificate != nil {
		t.Errorf("request: %+v", x.Request)
	}
	if x.Response.Status != 201 || string(x.Response.Body.Bytes) != "answered" || !x.Response.Body.Whole() || x.Response.Header.Get("X-Said") != "1" {
		t.Errorf("response: %+v", x.Response)
	}
	if x.Started.IsZero() || x.Ended.Before(x.Started) || x.Connection == "" || x.Err != "" {
		t.Errorf("%+v", x)
	}
}

// The exchange is known before its client can act on the answer, however the
// answer is written.
func TestFrontTellsFirst(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), 100_000)
	for name, handler := range map[string]http.HandlerFunc{
		"nothing":      func(http.ResponseWriter, *http.Request) {},
		"a status":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"a short body": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") },
		"a long body":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(long) },
		"an announced one": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(long)))
			_, _ = w.Write(long)
		},
	} {
		request := newRequest(t, http.MethodGet, "http://x/", nil)
		if x, response, _ := through(t, handler, request); x.Response == nil || response == nil || x.Response.Status != response.StatusCode {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

// What is kept of a body is bounded, what passes is not.
func TestFrontBoundsWhatItKeeps(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("0123456789"), 150_000)
	var got int
	x, _, body := through(t, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = len(data)
		_, _ = w.Write(data)
	}, newRequest(t, http.MethodPost, "http://x/", bytes.NewReader(long)))
	if got != len(long) || !bytes.Equal(body, long) {
		t.Errorf("%d bytes came, %d went back", got, len(body))
	}
	for _, kept := range []traffic.Body{x.Request.Body, x.Response.Body} {
		if kept.Lack != traffic.Cut || len(kept.Bytes) != 1<<20 {
			t.Errorf("kept: %d bytes, %q", len(kept.Bytes), kept.Lack)
		}
	}
}

// A request that its handler does not read is known all the same.
func TestFrontReadsForItself(t *testing.T) {
	t.Parallel()
	x, _, _ := through(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnsupportedMediaType) },
		newRequest(t, http.MethodPost, "http://x/", strings.NewReader("unread")))
	if string(x.Request.Body.Bytes) != "unread" || !x.Request.Body.Whole() {
		t.Errorf("%+v", x.Request.Body)
	}
}

// A request that breaks off is handed on as far as it came, and its handler sees
// that it breaks off.
func TestFrontSeesARequestBreakOff(t *testing.T) {
	t.Parallel()
	s, got := &seen{}, make(chan error, 1)
	server := httptest.NewServer(tap.Front{Sink: s.sink, Next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		got <- err
	})})
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	_ = connection.(*net.TCPConn).CloseWrite()
	if err := <-got; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the handler got %v", err)
	}
	server.Close()
	if x := s.only(t); string(x.Request.Body.Bytes) != "half" || x.Request.Body.Lack != traffic.Cut {
		t.Errorf("%+v", x.Request.Body)
	}
}

// Content codings are undone, within bounds; others are not known.
func TestFrontDecodes(t *testing.T) {
	t.Parallel()
	zipped := func(text []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(text)
		_ = w.Close()
		return out.Bytes()
	}
	plain := zipped([]byte("plain"))
	for _, c := range []struct {
		coding string
		body   []byte
		want   string
		lack   traffic.Lack
	}{
		{"gzip", plain, "plain", traffic.Nothing},
		{"GZIP", plain, "plain", traffic.Nothing},
		{"identity", []byte("same"), "same", traffic.Nothing},
		{"br", []byte("?"), "", traffic.Unrecorded},
		{"gzip", []byte("no gzip"), "", traffic.Unrecorded},
		{"gzip", plain[:len(plain)-4], "plain", traffic.Cut},
		{"gzip", zipped(make([]byte, 2<<20)), string(make([]byte, 1<<20)), traffic.Cut},
	} {
		x, _, body := through(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", c.coding)
			_, _ = w.Write(c.body)
		}, newRequest(t, http.MethodGet, "http://x/", nil))
		if !bytes.Equal(body, c.body) {
			t.Errorf("%s: the client got %q", c.coding, body)
		}
		if got := x.Response.Body; string(got.Bytes) != c.want || got.Lack != c.lack {
			t.Errorf("%s: %d bytes, %q, expected %d, %q", c.coding, len(got.Bytes), got.Lack, len(c.want), c.lack)
		}
	}
}

// A handler that ends the connection leaves an exchange without an answer, or
// with half of one.
func TestFrontSeesAnAnswerBreakOff(t *testing.T) {
	t.Parallel()
	x, response, _ := through(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, newRequest(t, http.MethodGet, "http://x/", nil))
	if response != nil || x.Response != nil || x.Err == "" {
		t.Errorf("%+v", x)
	}
	x, _, body := through(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}, newRequest(t, http.MethodGet, "http://x/", nil))
	if string(body) != "half" || x.Response == nil || string(x.Response.Body.Bytes) != "half" || x.Response.Body.Lack != traffic.Cut || x.Err == "" {
		t.Errorf("%+v, and the client got %q", x, body)
	}
}

// A handler that takes the connection over is listened to.
func TestFrontSeesATakenConnection(t *testing.T) {
	t.Parallel()
	takeOver := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, buffer, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(buffer, text)
			_ = buffer.Flush()
			_ = connection.Close()
		}
	}
	x, response, _ := through(t, takeOver("HTTP/1.1 403 No\r\nX-Said: 1\r\nContent-Length: 2\r\n\r\n{}"), newRequest(t, http.MethodGet, "http://x/", nil))
	if response == nil || response.StatusCode != 403 || x.Response == nil || x.Response.Status != 403 || x.Response.Header.Get("X-Said") != "1" || string(x.Response.Body.Bytes) != "{}" {
		t.Errorf("%+v, %+v", response, x)
	}
	if x, _, _ := through(t, takeOver("nonsense"), newRequest(t, http.MethodGet, "http://x/", nil)); x.Response != nil || x.Err == "" {
		t.Errorf("%+v", x)
	}
}

// Over TLS the address is https, and the client's certificate is known.
func TestFrontKnowsTheCertificate(t *testing.T) {
	t.Parallel()
	s := &seen{}
	server := httptest.NewUnstartedServer(tap.Front{Next: http.NotFoundHandler(), Sink: s.sink})
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	own := server.TLS.Certificates[0]
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{own}}}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(newRequest(t, http.MethodGet, server.URL+"/x", nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	x := s.only(t)
	if response.ProtoMajor != 2 || x.Request.URL.String() != server.URL+"/x" || !x.Request.CertificateKnown || !bytes.Equal(x.Request.Certificate, own.Certificate[0]) || x.Response.Status != 404 {
		t.Errorf("%s, %+v", response.Proto, x)
	}
}
