package tpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"obconform/harness/config"
)

// proxyOf says which proxy a request goes through, nil for none: never one to
// loopback, nor to a host that is excepted. The credentials are in the address,
// where net/http looks for them. The error says that the address is none.
func proxyOf(settings config.Proxy) (func(*http.Request) (*url.URL, error), error) {
	if settings.URL == "" {
		return nil, nil
	}
	proxy, err := url.Parse(settings.URL)
	if err != nil {
		return nil, errors.New("proxy.url: it cannot be read") // its error quotes the address
	}
	if settings.User != "" {
		proxy.User = url.UserPassword(settings.User, settings.Password.Reveal())
	}
	choose := (&httpproxy.Config{HTTPSProxy: proxy.String(), NoProxy: strings.Join(settings.NoProxy, ",")}).ProxyFunc()
	return func(req *http.Request) (*url.URL, error) { return choose(req.URL) }, nil
}

// dial connects to a host and port, by a tunnel where the request goes through
// a proxy (RFC 9110, section 9.3.6).
func (c *Client) dial(ctx context.Context, req *http.Request, address string) (net.Conn, error) {
	var proxy *url.URL
	if c.transport.Proxy != nil {
		var err error
		if proxy, err = c.transport.Proxy(req); err != nil {
			return nil, err
		}
	}
	if proxy == nil {
		return c.transport.DialContext(ctx, "tcp", address)
	}
	conn, err := c.transport.DialContext(ctx, "tcp", withPort(proxy))
	if err != nil {
		return nil, err
	}
	if err := tunnel(ctx, conn, proxy, address, c.cfg.Limits.HeaderBytes); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// tunnel asks a proxy to connect to the address. The answer is read byte by
// byte, so that nothing of what the target says first is lost.
func tunnel(ctx context.Context, conn net.Conn, proxy *url.URL, address string, most int64) error {
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		ask.Header.Set("Proxy-Authorization", basic(proxy.User.Username(), password))
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	if err := ask.Write(conn); err != nil {
		return fmt.Errorf("the proxy: %w", err)
	}
	head := &byteByByte{io.LimitReader(conn, most)}
	res, err := http.ReadResponse(bufio.NewReaderSize(head, 16), ask)
	if err != nil {
		return fmt.Errorf("the proxy: %w", err)
	}
	return connected(ctx, proxy, ask, res)
}

// byteByByte gives one byte at a time, so that a reader that buffers takes no
// byte more than it needs.
type byteByByte struct{ from io.Reader }

// Read implements io.Reader.
func (b *byteByByte) Read(p []byte) (int, error) { return b.from.Read(p[:min(len(p), 1)]) }

// withPort is the host and port that an address stands for.
func withPort(address *url.URL) string {
	if address.Port() != "" {
		return address.Host
	}
	return net.JoinHostPort(address.Hostname(), map[string]string{"http": "80", "https": "443"}[address.Scheme])
}
