package tpp

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"obconform/harness/audit"
)

// lingerFor is how long bytes after a complete answer are waited for when the
// server does not close the connection.
const lingerFor = 200 * time.Millisecond

// wireTrip makes one exchange on a connection of its own and keeps every byte
// that follows the header, up to the end of the connection: net/http hides
// what stands behind a 204 (COM-EMPTY).
func (c *Client) wireTrip(ctx context.Context, req *http.Request, deadline time.Time) (*http.Response, *audit.Wire, error) {
	conn, err := c.dialWire(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, nil, err
	}
	// After the deadline, or it would undo an end that came before it.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	req.Close = true // so that the end of the answer is the end of the connection
	if err := req.Write(conn); err != nil {
		return nil, nil, contextError(ctx, err)
	}
	res, wire, err := c.readWire(req, conn)
	return res, wire, contextError(ctx, err)
}

// contextError prefers the context's own word over the odd deadline error that
// ending a connection from outside leaves behind.
func contextError(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (c *Client) dialWire(ctx context.Context, req *http.Request) (net.Conn, error) {
	conn, err := c.dial(ctx, req, withPort(req.URL))
	if err != nil || req.URL.Scheme != "https" {
		return conn, err
	}
	tlsConfig := c.transport.TLSClientConfig.Clone()
	tlsConfig.ServerName, tlsConfig.NextProtos = req.URL.Hostname(), []string{"http/1.1"}
	secure := tls.Client(conn, tlsConfig)
	handshake, cancel := context.WithTimeout(ctx, c.transport.TLSHandshakeTimeout)
	defer cancel()
	if err := secure.HandshakeContext(handshake); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

func (c *Client) readWire(req *http.Request, conn net.Conn) (*http.Response, *audit.Wire, error) {
	limited := &io.LimitedReader{R: conn, N: c.cfg.Limits.HeaderBytes}
	var seen bytes.Buffer
	in := bufio.NewReader(io.TeeReader(limited, &seen))
	headerStart := 0
	res, err := http.ReadResponse(in, req)
	for err == nil && res.StatusCode < 200 { // 1xx are skipped (COM-STATUS)
		headerStart = seen.Len() - in.Buffered()
		res, err = http.ReadResponse(in, req)
	}
	if err != nil && limited.N <= 0 {
		return nil, nil, fmt.Errorf("the header is longer than limits.headerBytes, %d bytes", c.cfg.Limits.HeaderBytes)
	}
	if err != nil {
		return nil, nil, err
	}
	limited.N += c.cfg.Limits.ResponseBytes + 1
	headerEnd := seen.Len() - in.Buffered()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	if err := linger(conn, in); err != nil {
		return nil, nil, err
	}
	return res, &audit.Wire{HeaderBlock: bytes.Clone(seen.Bytes()[headerStart:headerEnd]), AfterHeader: bytes.Clone(seen.Bytes()[headerEnd:])}, nil
}

// linger reads on until the server closes, or says nothing for a while.
func linger(conn net.Conn, in io.Reader) error {
	if err := conn.SetReadDeadline(time.Now().Add(lingerFor)); err != nil {
		return err
	}
	// How the connection ends, even by a reset, takes nothing from an answer
	// that is complete.
	_, _ = io.Copy(io.Discard, in)
	return nil
}
