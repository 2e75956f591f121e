package gate

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/redact"
	"obconform/harness/traffic"
)

// maxRecorded bounds what a redacted exchange keeps of a body, in bytes.
const maxRecorded = 64 << 10

// Redacted is an exchange as it may be kept or shown: without credentials and
// personal data, by where they stand, and without the secrets of late and of the
// exchange itself, wherever they stand. The route is that of Judged.
func (j *Judge) Redacted(x traffic.Exchange, route traffic.Route) traffic.Exchange {
	j.keeping.Lock()
	defer j.keeping.Unlock()
	j.kept.note(secretsOf(x, route.Operation))
	j.kept.note(tellable(x, route.Operation))
	redactor := j.kept.redactor()
	x.Origin, x.Err = redactor.Text(x.Origin), redactor.Text(x.Err)
	x.Request.Method = redactor.Text(x.Request.Method)
	x.Request.URL = redactedURL(x.Request.URL, redactor)
	x.Request.Header = redactedHeader(x.Request.Header, redactor)
	x.Request.Body = redactedBody(route.Operation, x.Request.Body, redactor)
	if x.Response != nil {
		response := *x.Response
		response.Header = redactedHeader(response.Header, redactor)
		response.Body = redactedBody(route.Operation, response.Body, redactor)
		x.Response = &response
	}
	return x
}

// RedactedFindings are findings of Take as they may be kept or shown, with the
// exchange that they are about.
func (j *Judge) RedactedFindings(x traffic.Exchange, judged Judged) []evidence.Finding {
	j.keeping.Lock()
	defer j.keeping.Unlock()
	j.kept.note(secretsOf(x, judged.Route.Operation))
	j.kept.note(tellable(x, judged.Route.Operation))
	redactor := j.kept.redactor()
	found := slices.Clone(judged.Findings)
	for i, f := range found {
		found[i].Where, found[i].Expected, found[i].Actual = redactor.Text(f.Where), redactor.Text(f.Expected), redactor.Text(f.Actual)
	}
	return found
}

// redactedURL is an address without secrets; one that is none any more without
// them loses what stands behind its path.
func redactedURL(address *url.URL, redactor *redact.Redactor) *url.URL {
	if address == nil {
		return nil
	}
	text := address.String()
	redacted := redactor.Text(text)
	if redacted == text {
		return address
	}
	if parsed, err := url.Parse(redacted); err == nil {
		return parsed
	}
	return &url.URL{Scheme: address.Scheme, Host: address.Host, Path: "/"}
}

func redactedHeader(header http.Header, redactor *redact.Redactor) http.Header {
	kept := make(http.Header, len(header))
	for name, values := range header {
		redacted := make([]string, len(values))
		for i, value := range values {
			redacted[i] = strings.ToValidUTF8(redactor.Header(name, value), "\uFFFD")
		}
		kept[strings.ToValidUTF8(redactor.Text(name), "\uFFFD")] = redacted
	}
	return kept
}

// redactedBody redacts before it cuts, or a cut-off secret would stand at the end.
func redactedBody(operation contract.OperationID, body traffic.Body, redactor *redact.Redactor) traffic.Body {
	if len(body.Bytes) == 0 {
		return body
	}
	start := body.Bytes[:min(len(body.Bytes), 2*maxRecorded)]
	text := redactor.Body(operation, start)
	kept := traffic.Body{Bytes: []byte(text), Lack: body.Lack}
	if body.Lack == traffic.Nothing && text != string(start) {
		kept.Lack = traffic.Redacted
	}
	if len(text) > maxRecorded || len(start) < len(body.Bytes) {
		kept.Bytes, kept.Lack = []byte(strings.ToValidUTF8(text[:min(len(text), maxRecorded)], "")), traffic.Cut
	}
	return kept
}
