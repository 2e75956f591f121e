package tpp

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// Call sends one request of an operation and answers what came back, audited.
// The resource is the last path segment of operations that have one.
func (c *Client) Call(ctx context.Context, id contract.OperationID, resource string, edits ...Edit) *Answer {
	operation, known := contract.Lookup(id)
	if !known {
		panic("tpp: no operation " + string(id))
	}
	return c.send(ctx, c.build(operation, c.address(operation, resource), edits))
}

// once makes the exchange, has it audited and records it. It does not judge:
// that is the spec's and the auditor's business.
func (c *Client) once(ctx context.Context, r *request, target *url.URL) *Answer {
	c.awaitTurn(ctx, r)
	name := c.announce(r)
	return c.take(name, r, c.trip(ctx, r, target))
}

// awaitTurn returns when the target may be asked. It ends the spec when the
// target is gone, or when the spec's time is over before that.
func (c *Client) awaitTurn(ctx context.Context, r *request) {
	if gone := c.Gone(); gone != "" && !c.lastTry {
		c.inconclusiveSpec("the target is gone: " + gone)
	}
	if c.astray != "" {
		c.inconclusiveSpec(c.astray)
	}
	if c.pace.Wait(ctx) != nil {
		c.inconclusiveSpec("the spec's time was over before " + string(r.operation.ID) + " could be sent: the target is asked no faster")
	}
}

// take has what came back audited, and records it.
func (c *Client) take(name string, r *request, x audit.Exchange) *Answer {
	c.learnFrom(x)
	result := c.auditor.Check(x)
	// It may quote the server, and is said in more places than this spec's.
	result.Inconclusive = c.redactor.Text(result.Inconclusive)
	answer := &Answer{client: c, operation: r.operation, Body: result.Body, lost: connectionLost(x.Err), late: ranOut(x.Err),
		Started: x.Started, Ended: x.Ended, inconclusive: result.Inconclusive, findings: result.Findings}
	answer.bearer, _ = strings.CutPrefix(r.header.Get("Authorization"), "Bearer ")
	if x.Response != nil {
		answer.Status, answer.Header, answer.raw = x.Response.Status, x.Response.Header, x.Response.Body
	}
	c.account(name, r, answer)
	answer.index = c.record(x, result)
	c.noticeAstray(answer)
	c.forsaken = c.forsaken || c.lastTry && result.Inconclusive != ""
	if c.resent.Swap(0) > 0 {
		c.note("%s was sent on a second connection: the server had closed the first", r.operation.ID)
	}
	return answer
}

// forbidden says why an address must not be called (R14): it comes from the
// bank, and what is sent there may carry a credential. Empty if it may be.
func (c *Client) forbidden(target *url.URL) string {
	if reason := insecure(target); reason != "" {
		return reason
	}
	host := target.Host
	if target.Scheme == "http" && target.Port() == "" {
		host += ":80" // a host without port stands for https
	}
	if !c.cfg.HostAllowed(host) {
		return host + ", which is neither target.baseUrl's host nor in target.allowedHosts"
	}
	return ""
}

// insecure says why an address must not be called whatever its host; empty if
// it may be.
func insecure(target *url.URL) string {
	ip := net.ParseIP(target.Hostname())
	loopback := strings.EqualFold(target.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
	if target.Scheme != "https" && (target.Scheme != "http" || !loopback) {
		return fmt.Sprintf("%s://%s, which is not https (http is for loopback alone)", target.Scheme, target.Host)
	}
	return ""
}

// trip makes the exchange within its deadline and returns it raw.
func (c *Client) trip(ctx context.Context, r *request, target *url.URL) (x audit.Exchange) {
	if r.createsOrDeletes() {
		// Behind an answer that was not read, nobody knows what is left to delete.
		ctx = context.WithoutCancel(ctx)
	}
	deadline := time.Now().Add(time.Duration(c.cfg.Timeouts.Request))
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	header := r.header.Clone()
	if _, set := header["User-Agent"]; !set {
		header.Set("User-Agent", "obconform")
	}
	x = audit.Exchange{Operation: r.operation.ID, Request: audit.Request{
		Method: r.method, URL: target, Header: header, Body: r.body, Form: r.form,
		InteractionID: r.header.Get(contract.HeaderInteractionID)}}
	x.Started = c.now()
	defer func() { x.Ended = c.now() }()
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		x.Err = err
		return x
	}
	if len(r.body) == 0 {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	req.Header = header.Clone()
	var res *http.Response
	var wire *audit.Wire
	if r.method == http.MethodDelete && r.operation.Documented() && c.cfg.Target.HTTPVersion != "2" {
		res, wire, err = c.wireTrip(ctx, req, deadline)
	} else {
		// The transport itself, not a client around it: that one reads where a
		// redirect leads to, even if it does not follow.
		res, err = c.transport.RoundTrip(c.watchConnections(req))
	}
	if err != nil {
		x.Err = err
		return x
	}
	defer func() { _ = res.Body.Close() }()
	x.Response, x.Err = c.readResponse(res, wire)
	if res.ProtoMajor == 2 && res.StatusCode == http.StatusNoContent && x.Err == nil {
		x.Response.Wire = framed(res.Header, x.Response.RawBody)
	}
	x.Ended = c.now()
	return x
}

// framed is an answer over HTTP/2 as its frames had it: there net/http hides
// nothing of what stands behind a header (COM-EMPTY).
func framed(header http.Header, body []byte) *audit.Wire {
	var block bytes.Buffer
	_ = header.Write(&block) // a buffer does not fail
	return &audit.Wire{HeaderBlock: block.Bytes(), AfterHeader: body}
}

// watchConnections notes where net/http takes another connection because the
// server had closed the one that it kept (RFC 9110, section 9.2.2): what has
// been sent twice must be seen.
func (c *Client) watchConnections(req *http.Request) *http.Request {
	var taken atomic.Int32
	return req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if taken.Add(1) > 1 {
			c.resent.Add(1)
		}
	}}))
}

// readResponse reads at most one byte more than the limit, and undoes gzip,
// which every request asks for, within the same limit.
func (c *Client) readResponse(res *http.Response, wire *audit.Wire) (*audit.Response, error) {
	limit := c.cfg.Limits.ResponseBytes
	raw, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	response := &audit.Response{Status: res.StatusCode, Header: res.Header, RawBody: raw, Body: raw,
		ContentLength: res.ContentLength, Truncated: err != nil, TooLarge: int64(len(raw)) > limit, Wire: wire}
	if err != nil || response.TooLarge {
		return response, err
	}
	if strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip") && len(raw) > 0 {
		plain, err := unzip(raw, limit)
		if err != nil {
			response.Truncated = true
			return response, fmt.Errorf("the gzip body cannot be decoded: %w", err)
		}
		response.Body, response.TooLarge = plain, int64(len(plain)) > limit
	}
	return response, nil
}

func unzip(data []byte, limit int64) ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(in, limit+1))
}
