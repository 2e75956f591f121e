package tpp

import (
	"bytes"
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// serveFrames answers every request on an HTTP/2 connection with the header
// fields and, if there is one, a DATA frame behind them, as no ordinary server
// would behind a 204.
func serveFrames(conn net.Conn, body string, fields ...string) {
	defer func() { _ = conn.Close() }()
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := conn.Read(preface); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	if framer.WriteSettings() != nil {
		return
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		headers, ok := frame.(*http2.HeadersFrame)
		if !ok {
			continue
		}
		var block bytes.Buffer
		encoder := hpack.NewEncoder(&block)
		for i := 0; i+1 < len(fields); i += 2 {
			_ = encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}) // a buffer does not fail
		}
		_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: headers.StreamID, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: body == ""})
		if body != "" {
			_ = framer.WriteData(headers.StreamID, true, []byte(body))
		}
	}
}

// Over HTTP/2 alone a deletion has no wire of its own, but the frames say what
// stands behind the header.
func TestDeletionsOverHTTP2(t *testing.T) {
	certificate, caFile := selfSigned(t)
	for name, c := range map[string]struct {
		body   string
		fields []string
		empty  []string
	}{
		"plain":           {"", nil, nil},
		"a body":          {"x", nil, []string{"body"}},
		"a body's length": {"xy", []string{"content-length", "2"}, []string{"body", "header Content-Length"}},
	} {
		t.Run(name, func(t *testing.T) {
			listener := tls.NewListener(listen(t), &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}})
			t.Cleanup(func() { _ = listener.Close() })
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go serveFrames(conn, c.body, append([]string{":status", "204"}, c.fields...)...)
				}
			}()
			b := testClient(t, "https://"+listener.Addr().String(), func(cfg *config.Config) {
				cfg.TLS.CAFile, cfg.Target.HTTPVersion = caFile, "2"
			})
			answer := b.Call(t.Context(), contract.DeleteAccountAccessConsent, "c1")
			if answer.Status != 204 || !slices.Contains(b.spec.Exchanges[0].Exercised, contract.ComEmpty) {
				t.Fatalf("%d, inconclusive %q: COM-EMPTY was not put to the test", answer.Status, answer.inconclusive)
			}
			var empty []string
			for _, f := range b.spec.Findings {
				if f.Clause == contract.ComEmpty {
					empty = append(empty, f.Where)
				}
			}
			if strings.Join(empty, ",") != strings.Join(c.empty, ",") {
				t.Errorf("COM-EMPTY is breached at %q, want %q", empty, c.empty)
			}
		})
	}
}
