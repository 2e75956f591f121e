package recording

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"obconform/harness/traffic"
)

// The shapes of one exchange a line; exchange.schema.json documents the members.
type (
	line struct {
		Version    jsontext.Value            `json:"schemaVersion"`
		Started    string                    `json:"started"`
		Ended      string                    `json:"ended"`
		Connection string                    `json:"connection"`
		Request    *lineRequest              `json:"request"`
		Response   *lineResponse             `json:"response"`
		Error      string                    `json:"error"`
		Others     map[string]jsontext.Value `json:",unknown"`
	}
	lineRequest struct {
		Method      string                    `json:"method"`
		URL         string                    `json:"url"`
		Headers     []harPair                 `json:"headers"`
		Body        *lineBody                 `json:"body"`
		Certificate jsontext.Value            `json:"certificate"`
		Others      map[string]jsontext.Value `json:",unknown"`
	}
	lineResponse struct {
		Status  int                       `json:"status"`
		Headers []harPair                 `json:"headers"`
		Body    *lineBody                 `json:"body"`
		Others  map[string]jsontext.Value `json:",unknown"`
	}
	lineBody struct {
		Text     *string                   `json:"text"`
		Encoding string                    `json:"encoding"`
		Lack     string                    `json:"lack"`
		Others   map[string]jsontext.Value `json:",unknown"`
	}
)

// lines reads one exchange after the other; they need not keep to their lines.
func (p *pipeline) lines(s *scanner) error {
	for number := 1; ; number++ {
		if _, more := s.next(); !more {
			return s.fault()
		}
		if err := p.entry(s, lineDecoder{}, number); err != nil {
			return err
		}
	}
}

// lineDecoder reads exchanges of our own format.
type lineDecoder struct{}

func (lineDecoder) decode(e entry) (traffic.Exchange, error) {
	var l line
	if err := unmarshal(e, &l); err != nil {
		return traffic.Exchange{}, err
	}
	x, problem := l.exchange()
	if problem != "" {
		return traffic.Exchange{}, &Damage{Offset: e.offset, Entry: e.number, What: "it is no exchange of this format: " + problem}
	}
	return x, nil
}

// exchange is what the line says; problem names the member that is wrong.
func (l line) exchange() (x traffic.Exchange, problem string) {
	if l.Version != nil {
		if _, err := LineFormat().VersionOf(map[string]any{"schemaVersion": json.Number(l.Version)}); err != nil {
			return x, "it " + err.Error()
		}
	}
	switch {
	case l.Request == nil:
		return x, "expected a member request"
	case l.Request.Method == "":
		return x, "request.method: expected the method"
	case l.Response != nil && (l.Response.Status < 100 || l.Response.Status > 999):
		return x, fmt.Sprintf("response.status: expected 100 to 999, got %d", l.Response.Status)
	}
	for _, object := range l.objects() {
		for name := range object.members {
			if !strings.HasPrefix(name, "_") {
				return x, fmt.Sprintf("%s%.60q: there is no such member; one of your own begins with _", object.name, name)
			}
		}
	}
	address, err := url.Parse(l.Request.URL)
	if err != nil || !address.IsAbs() || address.Host == "" {
		return x, "request.url: expected an absolute URL"
	}
	x = traffic.Exchange{Connection: l.Connection, Err: l.Error, Request: traffic.Request{Method: l.Request.Method, URL: address, Header: fields(l.Request.Headers)}}
	for _, at := range []struct {
		name, text string
		into       *time.Time
	}{{"started", l.Started, &x.Started}, {"ended", l.Ended, &x.Ended}} {
		if at.text == "" {
			continue
		}
		if *at.into, err = time.Parse(time.RFC3339Nano, at.text); err != nil {
			return x, fmt.Sprintf("%s: expected a time of RFC 3339, got %.60q", at.name, at.text)
		}
	}
	if x.Request.Body, problem = l.Request.Body.body(slices.Contains(bodiless, l.Request.Method)); problem != "" {
		return x, "request.body" + problem
	}
	if problem := l.Request.certify(&x.Request); problem != "" {
		return x, problem
	}
	if l.Response == nil {
		return x, ""
	}
	x.Response = &traffic.Response{Status: l.Response.Status, Header: fields(l.Response.Headers)}
	none := l.Response.Status == http.StatusNoContent || l.Response.Status == http.StatusNotModified || l.Request.Method == http.MethodHead
	if x.Response.Body, problem = l.Response.Body.body(none); problem != "" {
		return x, "response.body" + problem
	}
	return x, ""
}

// object is the members of an object that the format does not have.
type object struct {
	name    string
	members map[string]jsontext.Value
}

func (l line) objects() []object {
	list := []object{{"", l.Others}, {"request.", l.Request.Others}}
	if l.Request.Body != nil {
		list = append(list, object{"request.body.", l.Request.Body.Others})
	}
	if l.Response != nil {
		list = append(list, object{"response.", l.Response.Others})
		if l.Response.Body != nil {
			list = append(list, object{"response.body.", l.Response.Body.Others})
		}
	}
	return list
}

// body is what is known of a body; one that is not there was not recorded, unless
// there is none as a rule.
func (b *lineBody) body(none bool) (body traffic.Body, problem string) {
	switch {
	case b == nil && none:
		return traffic.Body{}, ""
	case b == nil:
		return traffic.Body{Lack: traffic.Unrecorded}, ""
	}
	body.Lack = traffic.Lack(b.Lack)
	if !slices.Contains([]traffic.Lack{traffic.Nothing, traffic.Unrecorded, traffic.Cut, traffic.Redacted}, body.Lack) {
		return body, fmt.Sprintf(".lack: expected unrecorded, cut or redacted, got %.60q", b.Lack)
	}
	if b.Text != nil {
		body.Bytes = []byte(*b.Text)
	}
	switch b.Encoding {
	case "":
	case "base64":
		decoded, err := base64.StdEncoding.DecodeString(string(body.Bytes))
		if err != nil {
			return body, ".text: expected base64"
		}
		body.Bytes = decoded
	default:
		return body, fmt.Sprintf(".encoding: expected base64, got %.60q", b.Encoding)
	}
	if body.Lack == traffic.Unrecorded && len(body.Bytes) > 0 {
		return body, ".text: expected none of a body that was not recorded"
	}
	if body.Lack == traffic.Nothing && replaced(body.Bytes) {
		body.Lack = traffic.Redacted
	}
	return body, ""
}

// certify reads the client certificate: text for one, null for none, and no member
// where it is not known.
func (r lineRequest) certify(into *traffic.Request) (problem string) {
	const wanted = "request.certificate: expected the certificate, DER in base64, or null for none"
	switch {
	case len(r.Certificate) == 0:
		return ""
	case r.Certificate.Kind() == 'n':
		into.CertificateKnown = true
		return ""
	case r.Certificate.Kind() != '"':
		return wanted
	}
	text, err := jsontext.AppendUnquote(nil, r.Certificate)
	if err != nil {
		return wanted
	}
	der, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(der) == 0 {
		return wanted
	}
	into.Certificate, into.CertificateKnown = der, true
	return ""
}
