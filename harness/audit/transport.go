package audit

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"obconform/harness/strictjson"
)

// inconclusive says why the environment answered and not the API, or "" where
// the answer can be judged (contract, section 3, 'One owner per fault').
func (a *Auditor) inconclusive(x Exchange) string {
	if x.Response == nil {
		if x.Err == nil {
			return "no answer was read"
		}
		return noAnswer(x.Err)
	}
	if reason := a.notWhole(x); reason != "" {
		return reason
	}
	status := x.Response.Status
	switch {
	case status == 502 || status == 503 || status == 504:
		return fmt.Sprintf("a gateway answered: %d", status)
	case (status == 403 || status == 429 || status >= 500) && isHTML(x.Response):
		return fmt.Sprintf("an HTML page of a gateway or firewall answered: %d", status)
	}
	return ""
}

// notWhole holds COM-TRANSPORT: an answer that did not arrive whole within the
// limits. The clause asks for an inconclusive exchange, not for a finding.
func (a *Auditor) notWhole(x Exchange) string {
	res := x.Response
	most := a.options.MaxJSONValues
	announced := res.ContentLength >= 0 && x.Request.Method != http.MethodHead && res.Status != 204 && res.Status != 304
	switch {
	case res.TooLarge:
		return fmt.Sprintf("COM-TRANSPORT: the body is larger than the limit of %d bytes", a.options.MaxResponseBytes)
	case x.Err != nil:
		return "COM-TRANSPORT: the answer is not whole: " + noAnswer(x.Err)
	case res.Truncated:
		return "COM-TRANSPORT: the answer was cut off or cannot be decoded"
	case announced && int64(len(res.RawBody)) != res.ContentLength:
		return fmt.Sprintf("COM-TRANSPORT: %d bytes were announced, %d arrived", res.ContentLength, len(res.RawBody))
	case most > 0 && strictjson.Count(res.Body) > most:
		return fmt.Sprintf("COM-TRANSPORT: the body may have more values than limits.jsonValues, %d", most)
	}
	for _, coding := range tokens(res.Header.Values("Content-Encoding")) {
		if coding != "identity" && !x.Unknown.RequestHeader && !asksFor(x.Request.Header, coding) {
			if !codingForm.MatchString(coding) {
				coding = "none that is registered"
			}
			return "COM-TRANSPORT: the body has a content coding that was not asked for: " + quote(coding)
		}
	}
	return ""
}

// codingForm is that of the registered content codings (IANA, HTTP Content
// Coding Registry). What is longer, in the place of a coding, may be anything that
// the server was told, and in other letters than anybody would look for.
var codingForm = regexp.MustCompile(`^[a-z0-9-]{1,12}$`)

// noAnswer says in plain words why nothing, or not everything, was read.
func noAnswer(err error) string {
	var network net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "the time limit passed"
	case errors.Is(err, context.Canceled):
		return "the request was cancelled"
	case errors.As(err, &dns):
		return "the host name could not be resolved"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case isTLS(err):
		return "TLS failed: " + printable(err.Error())
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection was closed early"
	}
	return "no HTTP answer could be read: " + printable(err.Error())
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verification) ||
		errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		strings.Contains(err.Error(), "tls: ") // most TLS errors of the standard library have no type
}

// isHTML recognises a page by its first tag, or by its type where the body is
// not JSON in the wrong wrapping.
func isHTML(res *Response) bool {
	start := bytes.ToLower(bytes.TrimSpace(res.Body[:min(len(res.Body), 512)]))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return true
		}
	}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return (media == "text/html" || media == "application/xhtml+xml") && len(start) > 0 && !json.Valid(res.Body)
}

// tokens splits the comma-separated values of a header, in lower case.
func tokens(values []string) []string {
	var out []string
	for _, value := range values {
		for token := range strings.SplitSeq(value, ",") {
			if token = strings.ToLower(strings.TrimSpace(token)); token != "" {
				out = append(out, token)
			}
		}
	}
	return out
}

// asksFor tells whether Accept-Encoding names the coding (RFC 9110, section
// 12.5.3); a weight of zero is not asking.
func asksFor(header http.Header, coding string) bool {
	return slices.ContainsFunc(tokens(header.Values("Accept-Encoding")), func(item string) bool {
		name, weight, _ := strings.Cut(item, ";")
		name = strings.TrimSpace(name)
		weight = strings.TrimPrefix(strings.TrimSpace(weight), "q=")
		return (name == coding || name == "*") && (weight == "" || strings.Trim(weight, "0.") != "")
	})
}
