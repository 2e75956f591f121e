package recording

import (
	_ "embed" // the schema of an exchange
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"obconform/harness/format"
	"obconform/harness/traffic"
)

//go:embed exchange.schema.json
var schema []byte

// LineFormat is the format of one exchange, as one line has it. A line without a
// version is of version 1: others write them too.
func LineFormat() format.Format {
	f := format.New("exchange", "one line of exchanges.ndjson and of recordings: one HTTP exchange", slices.Clone(schema))
	f.Optional, f.ByHand = true, true
	return f
}

// Writer writes exchanges, one a line. It is not safe for concurrent use.
type Writer struct {
	out io.Writer
	// line is used again and again.
	line []byte
}

// NewWriter makes a writer that writes each line at once.
func NewWriter(out io.Writer) *Writer { return &Writer{out: out} }

// Write writes one exchange, as it is: whoever records redacts. Its origin is not
// written, since that is where it stands then. The error is the writer's.
func (w *Writer) Write(x traffic.Exchange) error {
	w.line = append(Append(w.line[:0], x), '\n')
	if _, err := w.out.Write(w.line); err != nil {
		return fmt.Errorf("writing an exchange: %w", err)
	}
	return nil
}

// Append appends one exchange as a JSON object, without a line's end.
func Append(to []byte, x traffic.Exchange) []byte {
	to = append(to, `{"schemaVersion":1,`...)
	to = appendTime(to, "started", x.Started)
	to = appendTime(to, "ended", x.Ended)
	if x.Connection != "" {
		to = append(appendText(append(to, `"connection":`...), x.Connection), ',')
	}
	to = appendText(append(to, `"request":{"method":`...), x.Request.Method)
	address := ""
	if x.Request.URL != nil {
		address = x.Request.URL.String()
	}
	to = appendText(append(to, `,"url":`...), address)
	to = appendMessage(to, x.Request.Header, x.Request.Body)
	switch {
	case len(x.Request.Certificate) > 0:
		to = append(base64.StdEncoding.AppendEncode(append(to, `,"certificate":"`...), x.Request.Certificate), '"')
	case x.Request.CertificateKnown:
		to = append(to, `,"certificate":null`...)
	}
	to = append(to, '}')
	if x.Response != nil {
		to = fmt.Appendf(to, `,"response":{"status":%d`, x.Response.Status)
		to = append(appendMessage(to, x.Response.Header, x.Response.Body), '}')
	}
	if x.Err != "" {
		to = appendText(append(to, `,"error":`...), x.Err)
	}
	return append(to, '}')
}

func appendTime(to []byte, name string, at time.Time) []byte {
	if at.IsZero() {
		return to
	}
	to = append(append(append(to, '"'), name...), `":"`...)
	return append(at.UTC().AppendFormat(to, time.RFC3339Nano), `",`...)
}

// appendText appends a JSON string; what is no UTF-8 in it is replaced.
func appendText(to []byte, text string) []byte {
	quoted, err := jsontext.AppendQuote(to, text)
	if err != nil { // it was replaced, and is complained of
		return quoted
	}
	return quoted
}

func appendMessage(to []byte, header http.Header, body traffic.Body) []byte {
	to = append(to, `,"headers":[`...)
	first := true
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if !first {
				to = append(to, ',')
			}
			first = false
			to = appendText(append(to, `{"name":`...), name)
			to = append(appendText(append(to, `,"value":`...), value), '}')
		}
	}
	to = append(to, `],"body":{`...)
	if body.Lack != traffic.Unrecorded {
		if utf8.Valid(body.Bytes) {
			to = appendText(append(to, `"text":`...), string(body.Bytes))
		} else {
			to = append(base64.StdEncoding.AppendEncode(append(to, `"encoding":"base64","text":"`...), body.Bytes), '"')
		}
	}
	if body.Lack != traffic.Nothing {
		if body.Lack != traffic.Unrecorded {
			to = append(to, ',')
		}
		to = append(append(append(to, `"lack":"`...), body.Lack...), '"')
	}
	return append(to, '}')
}
