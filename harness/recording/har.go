package recording

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"obconform/harness/traffic"
)

// The shapes of an entry, as far as they are read.
type (
	harEntry struct {
		Started    string      `json:"startedDateTime"`
		Time       float64     `json:"time"`
		Connection string      `json:"connection"`
		Request    harRequest  `json:"request"`
		Response   harResponse `json:"response"`
	}
	harRequest struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []harPair `json:"headers"`
		Post     *harPost  `json:"postData"`
		BodySize *float64  `json:"bodySize"`
	}
	harPost struct {
		Text     *string   `json:"text"`
		Encoding string    `json:"encoding"`
		Params   []harPair `json:"params"`
		Comment  string    `json:"comment"`
	}
	harResponse struct {
		Status   float64    `json:"status"`
		Headers  []harPair  `json:"headers"`
		Content  harContent `json:"content"`
		BodySize *float64   `json:"bodySize"`
		Error    string     `json:"_error"`
	}
	harContent struct {
		Size     *float64 `json:"size"`
		Text     *string  `json:"text"`
		Encoding string   `json:"encoding"`
		Comment  string   `json:"comment"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// harDecoder reads entries of one archive.
type harDecoder struct {
	// creator is the name of the program that wrote it.
	creator string
}

// Programs whose archives have habits.
const (
	chromium = "WebInspector"
	ours     = "obconform"
)

func (d harDecoder) decode(e entry) (traffic.Exchange, error) {
	var h harEntry
	if err := unmarshal(e, &h); err != nil {
		return traffic.Exchange{}, err
	}
	x := traffic.Exchange{Started: instant(h.Started), Connection: h.Connection, Err: h.Response.Error,
		Request: traffic.Request{Method: h.Request.Method, Header: fields(h.Request.Headers)}}
	if address, err := url.Parse(h.Request.URL); err == nil {
		x.Request.URL = address
	}
	const longest = float64(24 * time.Hour / time.Millisecond)
	if !x.Started.IsZero() && h.Time >= 0 && h.Time < longest {
		x.Ended = x.Started.Add(time.Duration(h.Time * float64(time.Millisecond)))
	}
	x.Request.Body = d.mark(requestBody(h.Request, x.Request.Header))
	d.sanitised(x.Request.Header)
	if status := int(h.Response.Status); status >= 100 && status <= 999 {
		header := fields(h.Response.Headers)
		x.Response = &traffic.Response{Status: status, Header: header, Body: d.mark(responseBody(h.Response, header))}
	}
	return x, nil
}

// sanitised marks what Chromium leaves out of an archive unless it is told not to:
// nobody can tell whether it was sent.
func (d harDecoder) sanitised(header http.Header) {
	if d.creator != chromium {
		return
	}
	for _, name := range []string{"Authorization", "Cookie"} {
		if len(header.Values(name)) == 0 {
			header[name] = []string{"[withheld]"}
		}
	}
}

// mark marks a body in which placeholders stand for values.
func (d harDecoder) mark(body traffic.Body) traffic.Body {
	if body.Lack == traffic.Nothing && (replaced(body.Bytes) || d.creator == ours && bracketed.Match(body.Bytes)) {
		body.Lack = traffic.Redacted
	}
	return body
}

// instant reads a time of ISO 8601 as archives have it; zero for any other.
func instant(text string) time.Time {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	return time.Time{}
}

// fields are the header fields, in canonical case, without HTTP/2's pseudo-fields
// and without Host. A value of several lines is several fields: browsers join
// them so.
func fields(pairs []harPair) http.Header {
	header := make(http.Header, len(pairs))
	for _, pair := range pairs {
		if strings.HasPrefix(pair.Name, ":") || strings.EqualFold(pair.Name, "Host") {
			continue
		}
		name := http.CanonicalHeaderKey(pair.Name)
		if strings.Contains(pair.Value, "\n") {
			header[name] = append(header[name], strings.Split(pair.Value, "\n")...)
			continue
		}
		header[name] = append(header[name], pair.Value)
	}
	return header
}

// bodiless are the methods of requests that have no body as a rule: where none is
// shown there was none.
var bodiless = []string{http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions, http.MethodTrace, ""}

func requestBody(r harRequest, header http.Header) traffic.Body {
	size := sizeOf(r.BodySize)
	switch {
	case r.Post != nil && r.Post.Text != nil && (*r.Post.Text != "" || len(r.Post.Params) == 0 && size <= 0):
		return text(*r.Post.Text, r.Post.Encoding, r.Post.Comment)
	case r.Post != nil && len(r.Post.Params) > 0:
		// The values are known, the text that they stood in is not.
		return traffic.Body{Bytes: form(r.Post.Params), Lack: traffic.Redacted}
	case size == 0 || header.Get("Content-Length") == "0":
		return traffic.Body{}
	case size < 0 && slices.Contains(bodiless, r.Method) && noLength(header):
		return traffic.Body{}
	}
	return traffic.Body{Lack: traffic.Unrecorded}
}

func responseBody(r harResponse, header http.Header) traffic.Body {
	size := sizeOf(r.Content.Size)
	switch {
	case r.Content.Text != nil && (*r.Content.Text != "" || size <= 0 && !lengthy(header)):
		return text(*r.Content.Text, r.Content.Encoding, r.Content.Comment)
	case size == 0 && !lengthy(header):
		return traffic.Body{}
	}
	return traffic.Body{Lack: traffic.Unrecorded}
}

// sizeOf is a size, negative where it is not known.
func sizeOf(size *float64) float64 {
	if size == nil {
		return -1
	}
	return *size
}

// noLength tells that no field announces a body.
func noLength(header http.Header) bool {
	return len(header) > 0 && header.Get("Content-Length") == "" && header.Get("Transfer-Encoding") == ""
}

// lengthy tells that the fields announce a body that is not empty.
func lengthy(header http.Header) bool {
	length := header.Get("Content-Length")
	return length != "" && strings.Trim(length, "0") != ""
}

// text is a body as an archive has it.
func text(content, encoding, comment string) traffic.Body {
	body := traffic.Body{Bytes: []byte(content)}
	if encoding == "base64" {
		decoded, err := base64.StdEncoding.DecodeString(content)
		if err != nil {
			return traffic.Body{Lack: traffic.Unrecorded}
		}
		body.Bytes = decoded
	}
	if comment == "the end of the body was not kept" {
		body.Lack = traffic.Cut
	}
	return body
}

// form is a form of these parameters.
func form(params []harPair) []byte {
	var out strings.Builder
	for i, param := range params {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(param.Name) + "=" + url.QueryEscape(param.Value))
	}
	return []byte(out.String())
}
