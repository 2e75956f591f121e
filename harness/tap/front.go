package tap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"obconform/harness/traffic"
)

// Front is the front door of a server: it lets each request through to the
// handler behind it, and hands the exchange to its sink.
type Front struct {
	// Next answers.
	Next http.Handler
	// Sink takes each exchange before the last byte of its answer leaves.
	Sink Sink
	// Origin is that of the server, by whatever name a client called it; nil for
	// what the request says.
	Origin *url.URL
}

// ServeHTTP answers as the handler behind it does, with the same bytes.
func (f Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scheme, host := schemeOf(r), r.Host
	if f.Origin != nil {
		scheme, host = f.Origin.Scheme, f.Origin.Host
	}
	seen := &sight{sink: f.Sink, exchange: traffic.Exchange{Started: time.Now(), Connection: r.RemoteAddr, Request: requestOf(r, scheme, host)}}
	// The whole request comes first, so that one which the handler refuses unread
	// is known too.
	seen.read(r)
	watched := &watchedWriter{ResponseWriter: w, sight: seen}
	var door http.ResponseWriter = watched
	if _, can := w.(http.Hijacker); can {
		door = &hijackableWriter{watched}
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			watched.lost()
			panic(panicked) // the server ends the connection
		}
		watched.end()
	}()
	f.Next.ServeHTTP(door, r)
}

// sight is one exchange while it goes by.
type sight struct {
	sink     Sink
	exchange traffic.Exchange
	told     bool
}

// read takes the request's body, as far as it is kept, and puts it back.
func (s *sight) read(r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	kept, err := io.ReadAll(io.LimitReader(r.Body, keptBody+1))
	body := traffic.Body{Bytes: kept}
	var rest io.Reader = r.Body
	switch {
	case err != nil:
		body.Lack, rest = traffic.Cut, broken{err}
	case len(kept) > keptBody:
		body.Bytes, body.Lack = kept[:keptBody], traffic.Cut
	default:
		rest = bytes.NewReader(nil)
	}
	s.exchange.Request.Body = body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(kept), rest), r.Body}
}

// broken is the rest of a body whose beginning could be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// tell hands the exchange on, once.
func (s *sight) tell() {
	if s.told {
		return
	}
	s.told, s.exchange.Ended = true, time.Now()
	s.sink(s.exchange)
}

// watchedWriter notes what is answered.
type watchedWriter struct {
	http.ResponseWriter
	sight  *sight
	status int
	header http.Header
	kept   []byte
	// announced is the length that the answer says it has; -1 for none.
	announced, written int64
	cut                bool
	taken              *hijacked
}

func (w *watchedWriter) WriteHeader(status int) {
	if w.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) begin(status int) {
	w.status, w.header, w.announced = status, w.Header().Clone(), -1
	if length, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil {
		w.announced = length
	}
}

func (w *watchedWriter) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.begin(http.StatusOK)
	}
	if room := keptBody - len(w.kept); len(data) > room {
		w.kept, w.cut = append(w.kept, data[:room]...), true
	} else {
		w.kept = append(w.kept, data...)
	}
	w.written += int64(len(data))
	if w.written == w.announced {
		w.end() // these bytes end the answer, and the client may act on it
	}
	return w.ResponseWriter.Write(data)
}

// Flush sends what was written so far.
func (w *watchedWriter) Flush() {
	// A server without it has sent everything, or buffers all.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// end hands on an exchange whose answer is whole.
func (w *watchedWriter) end() {
	if w.taken != nil {
		w.taken.read(&w.sight.exchange)
		w.sight.tell()
		return
	}
	if w.sight.told {
		return
	}
	if w.status == 0 {
		w.begin(http.StatusOK)
	}
	body := traffic.Body{Bytes: w.kept}
	if w.cut {
		body.Lack = traffic.Cut
	}
	w.sight.exchange.Response = &traffic.Response{Status: w.status, Header: w.header, Body: decoded(w.header, body)}
	w.sight.tell()
}

// lost hands on an exchange whose answer did not come, or not whole.
func (w *watchedWriter) lost() {
	if w.sight.told {
		return
	}
	w.sight.exchange.Err = "the server ended the connection"
	if w.status != 0 {
		body := traffic.Body{Bytes: w.kept, Lack: traffic.Cut}
		w.sight.exchange.Response = &traffic.Response{Status: w.status, Header: w.header, Body: decoded(w.header, body)}
	}
	w.sight.tell()
}

// hijackableWriter is one whose connection can be taken over.
type hijackableWriter struct{ *watchedWriter }

// Hijack gives the connection away; what is then written to it is kept.
func (w *hijackableWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, can := w.ResponseWriter.(http.Hijacker)
	if !can {
		return nil, nil, errors.ErrUnsupported
	}
	connection, buffer, err := hijacker.Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.taken = &hijacked{Conn: connection}
	return w.taken, bufio.NewReadWriter(buffer.Reader, bufio.NewWriter(w.taken)), nil
}

// hijacked is a connection that a handler answers on by itself.
type hijacked struct {
	net.Conn
	sent capture
}

func (h *hijacked) Write(data []byte) (int, error) {
	h.sent.add(data)
	return h.Conn.Write(data)
}

// read makes an answer of what was sent.
func (h *hijacked) read(x *traffic.Exchange) {
	in := bufio.NewReader(bytes.NewReader(h.sent.body().Bytes))
	response, err := http.ReadResponse(in, &http.Request{Method: x.Request.Method})
	if err != nil {
		x.Err = "the server took the connection over"
		return
	}
	data, err := io.ReadAll(response.Body)
	body := traffic.Body{Bytes: data}
	if err != nil {
		body.Lack = traffic.Cut
	}
	x.Response = &traffic.Response{Status: response.StatusCode, Header: response.Header, Body: decoded(response.Header, body)}
}
