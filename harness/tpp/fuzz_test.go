package tpp

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"obconform/harness/contract"
	"obconform/harness/pace"
)

// script is a connection to a server that says those bytes, whatever it is asked.
type script struct{ said *bytes.Reader }

func (s script) Read(p []byte) (int, error)     { return s.said.Read(p) }
func (script) Write(p []byte) (int, error)      { return len(p), nil }
func (script) Close() error                     { return nil }
func (script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (script) SetDeadline(time.Time) error      { return nil }
func (script) SetReadDeadline(time.Time) error  { return nil }
func (script) SetWriteDeadline(time.Time) error { return nil }

// Whatever a server says, an exchange with it ends, is judged or inconclusive,
// and leaves a record that can be written down.
func FuzzServer(f *testing.F) {
	c := testClient(f, "http://127.0.0.1:1")
	c.transport.DisableKeepAlives = true
	var zipped bytes.Buffer
	in := gzip.NewWriter(&zipped)
	_, _ = in.Write([]byte(`{"access_token":"secret-token-0001"}`)) // into memory
	_ = in.Close()
	for _, said := range []string{
		"", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n{}", "HTTP/1.1 302 Found\r\nLocation: //[::1%25/?code=secret-code-0001#code=x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Jws-Signature: a..b\r\n\r\n",
		"HTTP/1.1 429 \r\nRetry-After: 99999999999999999999\r\nX-Fapi-Interaction-Id: \x1b]0;x\x07\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + zipped.String(),
		"HTTP/1.1 201 Created\r\n\r\n" + `{"client_id":"x","client_secret":"secret-value-0001","redirect_uris":[null]}`,
		"HTTP/1.1 200 OK\r\n\r\n" + `{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB","d":"secret"}]}`,
	} {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return script{bytes.NewReader(said)}, nil
		}
		c.nextSpec()
		for _, id := range []contract.OperationID{contract.ListAccounts, contract.DeleteAccountAccessConsent,
			contract.RequestToken, contract.RegisterClient, contract.GetJWKS, contract.Authorize} {
			operation, _ := contract.Lookup(id)
			r := c.build(operation, "http://127.0.0.1:1/x", nil)
			address, err := url.Parse(r.url)
			if err != nil {
				t.Fatal(err)
			}
			c.pace, c.astray = pace.NewKeeper(pace.Budget{}), ""
			ends(func() { c.once(t.Context(), r, address) })
		}
		written := c.dump(t)
		if !utf8.ValidString(written) || !json.Valid([]byte(written)) {
			t.Errorf("the record is no JSON: %q", written)
		}
		if len(c.spec.Exchanges) == 0 || strings.Contains(written, "\x1b") {
			t.Errorf("%d exchanges are recorded: %q", len(c.spec.Exchanges), written)
		}
	})
}
