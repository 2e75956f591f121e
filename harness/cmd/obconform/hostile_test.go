//go:build linux

package main_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"obconform/harness/mockbank"
)

// fault is one way in which a server is hostile to whoever asks it.
type fault struct {
	name string
	// answer answers one request on its connection, which is closed behind it.
	answer func(conn net.Conn)
	// status is the exit status of a run that meets it.
	status int
}

// What a hostile server does to the connection once it has read a request. Each
// ends when the client goes away.
func faults() []fault {
	return []fault{
		{"resets the connection", func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }, 3},
		{"closes the connection", func(net.Conn) {}, 3},
		{"hangs", hang, 3},
		{"hangs behind its header", func(conn net.Conn) { say(conn, ok+"Content-Length: 100\r\n\r\n"); hang(conn) }, 3},
		{"drips its header, a byte per second", func(conn net.Conn) { drip(conn, ok+"Content-Length: 2\r\n\r\n{}") }, 3},
		{"drips its body, a byte per second", func(conn net.Conn) { say(conn, ok+"Content-Length: 100\r\n\r\n"); drip(conn, strings.Repeat(" ", 100)) }, 3},
		{"cuts its body short", func(conn net.Conn) { say(conn, ok+"Content-Length: 100\r\n\r\n{\"Data\":") }, 3},
		{"cuts its chunks short", func(conn net.Conn) { say(conn, ok+"Transfer-Encoding: chunked\r\n\r\n64\r\n{\"Data\":") }, 3},
		{"sends 1 GB", func(conn net.Conn) {
			say(conn, ok+"Content-Length: 1073741824\r\n\r\n")
			pour(conn, spaces(1<<16), 1<<14)
		}, 3},
		{"sends 1 GB in chunks", func(conn net.Conn) {
			say(conn, ok+"Transfer-Encoding: chunked\r\n\r\n")
			pour(conn, append(append([]byte("10000\r\n"), spaces(1<<16)...), "\r\n"...), 1<<14)
		}, 3},
		{"sends a gzip bomb of 1 GB", func(conn net.Conn) {
			bomb := bytes.Repeat(zipped(1<<24), 1<<6)
			say(conn, fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", ok, len(bomb), bomb))
		}, 3},
		{"sends a million headers", func(conn net.Conn) {
			say(conn, ok)
			pour(conn, []byte(strings.Repeat("X-Header: of many\r\n", 1000)), 1000)
		}, 3},
		{"sends a header of 10 MB", func(conn net.Conn) { say(conn, ok+"X-Header: "); pour(conn, spaces(1<<16), 160) }, 3},
		{"says 100 Continue for ever", func(conn net.Conn) {
			pour(conn, []byte(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000)), 1<<30)
		}, 3},
		{"speaks no HTTP", func(conn net.Conn) { say(conn, strings.Repeat("\x00\x1b]0;title\x07\xff", 1000)) }, 3},
		{"sends deeply nested arrays", func(conn net.Conn) { sayWhole(conn, strings.Repeat("[", 1<<14)) }, 1},
		{"sends a million nested arrays", func(conn net.Conn) { sayWhole(conn, strings.Repeat("[", 1<<20)) }, 3},
		{"sends deeply nested objects", func(conn net.Conn) { sayWhole(conn, strings.Repeat(`{"Data":`, 1<<14)) }, 1},
		{"sends thousands of doubled names", func(conn net.Conn) { sayWhole(conn, "["+strings.Repeat(`{"":1,"":1},`, 1<<12)+"1]") }, 1},
		{"sends millions of numbers", func(conn net.Conn) { sayWhole(conn, "["+strings.Repeat("1,", 4<<20-8)+"1]") }, 3},
		{"sends millions of objects", func(conn net.Conn) { sayWhole(conn, `{"Data":{"Account":[`+strings.Repeat("{},", 8<<20/3-20)+"{}]}}") }, 3},
		{"sends all the findings that it can", func(conn net.Conn) { sayWhole(conn, `{"Data":{"Account":[`+strings.Repeat("{},", 1_990)+"{}]}}") }, 1},
		{"sends names of megabytes", func(conn net.Conn) {
			sayWhole(conn, `{"`+strings.Repeat("n", 4<<20)+`":{`+strings.Repeat(`"m":1,`, 1000)+`"m":1}}`)
		}, 1},
		{"sends bytes that are no UTF-8", func(conn net.Conn) { sayWhole(conn, `{"Data":"`+strings.Repeat("\xff\xc0\x80", 1<<10)+`"}`) }, 1},
		{"sends control characters", func(conn net.Conn) {
			sayWhole(conn, `{"Data":{"Account":[]},"`+"\x1b[2J\x00\x07\x9b\u202e"+`":"]]>&#0;<script>"}`)
		}, 1},
		{"sends control characters in its header", func(conn net.Conn) {
			say(conn, "HTTP/1.1 200 \x1b[2J\r\nContent-Type: application/json\r\nX-Fapi-Interaction-Id: \x1b]0;title\x07\u202e]]>\r\nContent-Length: 2\r\n\r\n{}")
		}, 3},
		{"redirects in a circle", func(conn net.Conn) {
			say(conn, "HTTP/1.1 302 Found\r\nLocation: /open-banking/v3.1/aisp/accounts\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}, 1},
	}
}

// ok begins an answer.
const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"

func sayWhole(conn net.Conn, body string) {
	say(conn, fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(body), body))
}

// say writes a text; a client that has gone is what it is for.
func say(conn net.Conn, text string) { _, _ = io.WriteString(conn, text) }

// pour writes the same again and again, until the client has had enough.
func pour(conn net.Conn, block []byte, times int) {
	for range times {
		if _, err := conn.Write(block); err != nil {
			return
		}
	}
}

func drip(conn net.Conn, text string) {
	for i := range len(text) {
		if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// hang waits until the client goes away.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func spaces(n int) []byte { return bytes.Repeat([]byte(" "), n) }

// zipped is one gzip member of so many spaces; members can stand in a row.
func zipped(n int) []byte {
	var out bytes.Buffer
	in := gzip.NewWriter(&out)
	_, _ = in.Write(spaces(n)) // into memory
	_ = in.Close()
	return out.Bytes()
}

// hostileBank is a sound mock bank whose server turns hostile in mid-run: every
// request but a deletion then meets the fault.
type hostileBank struct {
	address string
	// turned says that it is hostile, by now.
	turned   atomic.Bool
	asked    atomic.Int64
	attacked atomic.Int64
	ledger   *ledger
	bank     http.Handler
	answer   func(net.Conn)
	// stop ends the server with all its connections.
	stop func()
}

// soundRequests is how many requests are answered as a bank should.
const soundRequests = 12

func startHostile(t *testing.T, answer func(net.Conn)) (*hostileBank, mockbank.Credentials) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hostileBank{address: "http://" + listener.Addr().String(), ledger: newLedger(), answer: answer}
	bank := newBank(t, h.address, mockbank.Options{})
	h.bank = bank.Handler()
	var connections sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			connections.Go(func() {
				defer func() { _ = conn.Close() }()
				h.converse(conn)
			})
		}
	})
	h.stop = func() {
		_ = listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for conn := range open {
			_ = conn.Close()
		}
	}
	t.Cleanup(func() {
		h.stop()
		connections.Wait()
	})
	return h, bank.Credentials()
}

// converse answers the requests of one connection, until one is attacked.
func (h *hostileBank) converse(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		sent, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		if h.asked.Add(1) > soundRequests {
			h.turned.Store(true)
		}
		if h.turned.Load() && request.Method != http.MethodDelete {
			h.attacked.Add(1)
			h.answer(conn)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(sent))
		recorded := httptest.NewRecorder()
		h.bank.ServeHTTP(recorded, request)
		h.ledger.note(exchange{reply: &reply{status: recorded.Code, header: recorded.Header(), body: recorded.Body.Bytes()}, request: request, sent: sent})
		answer := recorded.Result()
		answer.ContentLength = int64(recorded.Body.Len())
		answer.Close = request.Close
		if answer.Write(conn) != nil || request.Close {
			return
		}
	}
}

// hostileTimes are short, so that a server that hangs is soon found out.
var hostileTimes = map[string]any{"connect": "1s", "request": "2s", "spec": "10s", "run": "60s"}

// mostMemory is what no process of a run may take, in bytes.
const mostMemory = 200 << 20

// A server that turns hostile costs a run neither its memory, nor its time, nor
// its reports, and what was created is deleted where the server still lets it.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	sections := []string{"--suite", "accounts", "--label-filter", "section: containsAny {list, get}"}
	plan := listed(t, sections...)
	all := faults()
	for _, f := range all[:sample(len(all))] {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			h, credentials := startHostile(t, f.answer)
			config := configure(t, h.address, credentials, map[string]any{"timeouts": hostileTimes})
			dir := t.TempDir()
			p := begin(t, append([]string{"run", "--config", config, "--reports", dir, "--seed", "1"}, sections...)...)
			memoryOf := p.watchMemory()
			e := p.wait(70 * time.Second)
			memory := memoryOf()
			t.Logf("| %s | %.1f s | %d MB | %d |", f.name, e.took.Seconds(), memory>>20, e.status)
			e.wantStatus(t, f.status)
			if memory > mostMemory && !underRace {
				t.Errorf("it took %d MB of memory, expected at most %d MB", memory>>20, mostMemory>>20)
			}
			r := readReports(t, dir)
			r.wantComplete(t, plan)
			wantPlainText(t, e.out+e.errors)
			if h.attacked.Load() == 0 {
				t.Error("it was never hostile")
			}
			h.ledger.wantTidy(t)
		})
	}
}

// wantPlainText fails the test for a character that a terminal would obey.
func wantPlainText(t *testing.T, printed string) {
	t.Helper()
	for _, r := range printed {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u202e' {
			t.Errorf("a control character %q was printed", r)
			return
		}
	}
}
