package main_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// dripping is a bank whose every answer, after so many sound ones, comes byte
// by byte, slower than anybody can wait for, and never ends.
func dripping(t *testing.T, sound int64, settings map[string]any) (config string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	bank := newBank(t, address, mockbank.Options{})
	behind := httptest.NewServer(bank.Handler())
	t.Cleanup(behind.Close)
	target, err := url.Parse(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host }}
	var asked atomic.Int64
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= sound {
			proxy.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		dripFor(w, r, asked.Load()%2 == 0)
	})}
	go func() { _ = server.Serve(listener) }() // always an error; after Close, the expected one
	t.Cleanup(func() { _ = server.Close() })
	return amend(t, configure(t, address, bank.Credentials(), nil), settings)
}

// dripFor writes a byte every 100 ms, in the header or in the body, until the
// client is gone.
func dripFor(w http.ResponseWriter, r *http.Request, inHeader bool) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = out.WriteString("HTTP/1.1 200 OK\r\nX-Drip: ")
	if !inHeader {
		_, _ = out.WriteString("none\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
	}
	for out.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(100 * time.Millisecond):
			_, _ = out.WriteString("x")
		}
	}
}

// soon is when a run must have ended whose target is gone.
func soon() time.Duration {
	if underRace { // where everything takes longer
		return 90 * time.Second
	}
	return 30 * time.Second
}

// hasty are time limits that a test can wait for.
var hasty = map[string]any{"timeouts.connect": "1s", "timeouts.request": "1s", "timeouts.spec": "20s", "timeouts.run": "60s"}

// An answer that never ends takes no longer than a request may, from the first
// contact on or in mid-run, and the run ends with what it has seen.
func TestDrippingBank(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	for name, sound := range map[string]int64{"from the start": 0, "in mid-run": 60} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := conform(t, "--config", dripping(t, sound, hasty))
			r.wantStatus(t, 3)
			r.wantComplete(t, plan)
			if r.took > soon() {
				t.Errorf("it took %s", r.took)
			}
			wantText(t, r.out, "the target is gone: ", "time limit passed")
			if failed := r.inState("failed", "errored"); len(failed) > 0 {
				t.Errorf("judged by answers that never ended: %q", failed)
			}
			if passed := r.inState("passed"); sound > 0 && len(passed) == 0 {
				t.Error("what had passed before is lost")
			}
		})
	}
}

// A bank that answers just in time, again and again, cannot make a spec or a
// run longer than they may be.
func TestSlowBankWithinDeadlines(t *testing.T) {
	t.Parallel()
	bank, _ := slow(t, 400*time.Millisecond)
	config := amend(t, bank.config, map[string]any{"timeouts.connect": "1s", "timeouts.request": "1s", "timeouts.spec": "2s", "timeouts.run": "10s",
		"target.settleTime": "0s"})
	r := conform(t, "--config", config, "--suite", "accountaccessconsents")
	r.wantStatus(t, 3)
	if r.took > soon() {
		t.Errorf("a run of 10 s took %s", r.took)
	}
	for _, spec := range r.Specs {
		// A spec of 2 s, the request that it was in, and its cleaning up.
		if spec.Milliseconds > 12_000 {
			t.Errorf("%q took %.0f ms, and %s", spec.Name, spec.Milliseconds, spec.State)
		}
	}
}
