// Package har writes the exchanges of a run that explain its failures as one
// HTTP archive (HAR 1.2), which the developer tools of browsers open. Members
// of ours begin with an underscore, as the format asks for. It imports the
// reports' results and nothing that sends or judges.
package har

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"obconform/harness/evidence"
	"obconform/harness/report"
)

// maxDetail bounds the headers and bodies of the archive, in bytes.
const maxDetail = 8 << 20

// unknown is the format's word for a size or a time that was not measured.
const unknown = -1

// The shapes of an archive.
type (
	archive struct {
		Log logDocument `json:"log"`
	}
	logDocument struct {
		Version string  `json:"version"`
		Creator creator `json:"creator"`
		Pages   []page  `json:"pages"`
		Entries []entry `json:"entries"`
	}
	creator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	page struct {
		Started time.Time `json:"startedDateTime"`
		ID      string    `json:"id"`
		Title   string    `json:"title"`
		Timings struct{}  `json:"pageTimings"`
	}
	entry struct {
		Page      string    `json:"pageref"`
		Started   time.Time `json:"startedDateTime"`
		Time      float64   `json:"time"`
		Request   request   `json:"request"`
		Response  response  `json:"response"`
		Cache     struct{}  `json:"cache"`
		Timings   timings   `json:"timings"`
		Comment   string    `json:"comment,omitempty"`
		Operation string    `json:"_operation"`
		Clauses   []string  `json:"_clauses"`
	}
	request struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		Version     string    `json:"httpVersion"`
		Cookies     []pair    `json:"cookies"`
		Headers     []pair    `json:"headers"`
		Query       []pair    `json:"queryString"`
		Post        *postData `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	postData struct {
		MIME    string `json:"mimeType"`
		Params  []pair `json:"params"`
		Text    string `json:"text"`
		Comment string `json:"comment,omitempty"`
	}
	response struct {
		Status      int     `json:"status"`
		StatusText  string  `json:"statusText"`
		Version     string  `json:"httpVersion"`
		Cookies     []pair  `json:"cookies"`
		Headers     []pair  `json:"headers"`
		Content     content `json:"content"`
		Redirect    string  `json:"redirectURL"`
		HeadersSize int     `json:"headersSize"`
		BodySize    int     `json:"bodySize"`
		Error       string  `json:"_error,omitempty"`
	}
	content struct {
		Size    int    `json:"size"`
		MIME    string `json:"mimeType"`
		Text    string `json:"text"`
		Comment string `json:"comment,omitempty"`
	}
	pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	timings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// Render writes the archive: a page for each spec that has evidence, with its
// exchanges, the oldest first.
func Render(results report.Results) ([]byte, error) {
	log := logDocument{Version: "1.2", Creator: creator{"obconform", report.Line(results.Tool, 100)}, Pages: []page{}, Entries: []entry{}}
	detailed := results.Detailed(maxDetail)
	for i, spec := range results.Specs {
		if !spec.HasEvidence() {
			continue
		}
		id := strings.TrimSuffix(report.EvidenceName(spec.Suite, spec.Name), ".json")
		log.Pages = append(log.Pages, page{Started: spec.Record.Exchanges[0].Started.UTC(), ID: id, Title: fmt.Sprintf("%s: %s", spec.Suite, spec.Name)})
		for exchange, x := range spec.Record.Exchanges {
			e := entryOf(x, detailed[i][exchange])
			e.Page, e.Clauses = id, breached(spec, exchange)
			log.Entries = append(log.Entries, e)
		}
	}
	slices.SortStableFunc(log.Pages, func(a, b page) int { return a.Started.Compare(b.Started) })
	slices.SortStableFunc(log.Entries, func(a, b entry) int { return a.Started.Compare(b.Started) })
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(archive{log}); err != nil {
		return nil, fmt.Errorf("writing the HTTP archive: %w", err)
	}
	return report.EscapeJSON(out.Bytes()), nil
}

// breached are the clauses that the exchange shows a breach of.
func breached(spec report.SpecVerdict, exchange int) []string {
	clauses := []string{}
	for _, f := range spec.Record.Findings {
		if f.Exchange == exchange && !slices.Contains(clauses, string(f.Clause)) {
			clauses = append(clauses, string(f.Clause))
		}
	}
	return clauses
}

const version = "HTTP/1.1" // what we send, and all that we offer

func entryOf(x evidence.Exchange, detailed bool) entry {
	spent := max(float64(x.Duration)/float64(time.Millisecond), 0)
	e := entry{Started: x.Started.UTC(), Time: spent, Operation: string(x.Operation), Timings: timings{0, spent, 0},
		Request: request{Method: x.Method, URL: address(x.URL), Version: version, Cookies: []pair{}, Headers: []pair{}, Query: query(x.URL),
			HeadersSize: unknown, BodySize: x.RequestBytes},
		Response: response{Status: x.Status, StatusText: http.StatusText(x.Status), Version: version, Cookies: []pair{}, Headers: []pair{},
			Content: content{Size: x.ResponseBytes}, HeadersSize: unknown, BodySize: unknown, Error: x.Inconclusive}}
	if !detailed {
		e.Comment = "headers and bodies were left out for room"
		return e
	}
	e.Request.Headers, e.Response.Headers = pairs(x.RequestHeaders), pairs(x.ResponseHeaders)
	e.Response.Content.MIME, e.Response.Redirect = value(x.ResponseHeaders, "Content-Type"), value(x.ResponseHeaders, "Location")
	e.Response.Content.Text, e.Response.Content.Comment = x.ResponseBody, cut(x.ResponseCut)
	if x.RequestBody != "" {
		e.Request.Post = &postData{MIME: value(x.RequestHeaders, "Content-Type"), Params: []pair{}, Text: x.RequestBody, Comment: cut(x.RequestCut)}
	}
	return e
}

func cut(is bool) string {
	if is {
		return "the end of the body was not kept"
	}
	return ""
}

func pairs(lines []evidence.HeaderLine) []pair {
	list := []pair{}
	for _, line := range lines {
		list = append(list, pair(line))
	}
	return list
}

// value is that of the first header field of the name, empty for none.
func value(lines []evidence.HeaderLine, name string) string {
	for _, line := range lines {
		if strings.EqualFold(line.Name, name) {
			return line.Value
		}
	}
	return ""
}

// address is the URL as RFC 3986 writes one: what may not stand in it, the
// brackets of what was redacted among it, is percent-encoded.
func address(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		scheme, rest = "", text
	} else {
		scheme += "://"
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host, rest = rest[:end], rest[end:]
	} else {
		rest = ""
	}
	var out strings.Builder
	for i := range len(rest) {
		hex := rest[i] == '%' && i+2 < len(rest) && isHex(rest[i+1]) && isHex(rest[i+2])
		if letter := rest[i]; hex || letter != '%' && strings.IndexByte(allowed, letter) >= 0 {
			out.WriteByte(letter)
		} else {
			fmt.Fprintf(&out, "%%%02X", letter)
		}
	}
	return scheme + host + out.String()
}

// allowed is what may stand behind the host (RFC 3986 section 3.3 to 3.5).
const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?@!$&'()*+,;="

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// query are the parameters of an address, in their order.
func query(address string) []pair {
	list := []pair{}
	_, text, _ := strings.Cut(address, "?")
	text, _, _ = strings.Cut(text, "#")
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, pair{unescaped(name), unescaped(value)})
	}
	return list
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
