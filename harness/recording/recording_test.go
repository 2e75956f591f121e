package recording_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"obconform/harness/format/formattest"
	"obconform/harness/recording"
	"obconform/harness/traffic"
)

// read reads a recording to its end, or to its damage.
func read(t *testing.T, data []byte, format recording.Format) ([]traffic.Exchange, recording.Summary, error) {
	t.Helper()
	var all []traffic.Exchange
	summary, err := recording.Read(context.Background(), bytes.NewReader(data), recording.Options{Name: "a.file", Format: format, Workers: 2},
		func(exchanges []traffic.Exchange) error {
			all = append(all, exchanges...)
			return nil
		})
	if summary.Exchanges != len(all) {
		t.Errorf("%d exchanges are counted, %d came", summary.Exchanges, len(all))
	}
	return all, summary, err
}

// everyKind has exchanges with everything that the format can say.
func everyKind(t *testing.T) []traffic.Exchange {
	t.Helper()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	request := func(method string, body traffic.Body) traffic.Request {
		address, err := url.Parse("https://bank.example/open-banking/v3.1/aisp/accounts?a=b%20c")
		if err != nil {
			t.Fatal(err)
		}
		return traffic.Request{Method: method, URL: address, Header: http.Header{"Accept": {"a", "b"}, "X-Fapi-Auth-Date": {"\"quoted\" \x01\u2028"}}, Body: body}
	}
	certified := request("POST", traffic.Body{Bytes: []byte("\xff\xfe\x00"), Lack: traffic.Cut})
	certified.Certificate, certified.CertificateKnown = []byte{0x30, 0}, true
	without := request("PUT", traffic.Body{Lack: traffic.Unrecorded})
	without.CertificateKnown = true
	return []traffic.Exchange{
		{Started: noon, Ended: noon.Add(time.Second), Connection: "7", Request: request("GET", traffic.Body{}),
			Response: &traffic.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: traffic.Body{Bytes: []byte("{\"a\":\"<>&\u2028\"}")}}},
		{Request: certified, Err: "the connection was reset"},
		{Request: without, Response: &traffic.Response{Status: 204, Header: http.Header{}, Body: traffic.Body{}}},
		{Request: request("POST", traffic.Body{Bytes: []byte(`{"a":"[access token]"}`), Lack: traffic.Redacted}),
			Response: &traffic.Response{Status: 400, Header: http.Header{}, Body: traffic.Body{Lack: traffic.Unrecorded}}},
	}
}

func written(t *testing.T, exchanges []traffic.Exchange) []byte {
	t.Helper()
	var out bytes.Buffer
	w := recording.NewWriter(&out)
	for _, x := range exchanges {
		if err := w.Write(x); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	all := everyKind(t)
	got, _, err := read(t, written(t, all), recording.Auto)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].Origin = fmt.Sprintf("a.file, entry %d", i+1)
		if i >= len(got) || !reflect.DeepEqual(nilBytes(got[i]), nilBytes(all[i])) {
			t.Fatalf("exchange %d:\ngot  %+v\nwant %+v", i, got[i], all[i])
		}
	}
}

// nilBytes takes no body and an empty one for the same.
func nilBytes(x traffic.Exchange) traffic.Exchange {
	empty := func(b []byte) []byte {
		if len(b) == 0 {
			return nil
		}
		return b
	}
	x.Request.Body.Bytes = empty(x.Request.Body.Bytes)
	if x.Response != nil {
		copied := *x.Response
		copied.Body.Bytes = empty(copied.Body.Bytes)
		x.Response = &copied
	}
	return x
}

func TestLinesAreOfTheSchema(t *testing.T) {
	t.Parallel()
	schema := formattest.Closed(t, recording.LineFormat().Schema)
	for line := range bytes.Lines(written(t, everyKind(t))) {
		if err := schema.Validate(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

const inArchive = `{"startedDateTime":"2026-03-01T12:00:00Z","time":1,"request":{"method":"GET","url":"https://bank.example/a","headers":[]},"response":{"status":200,"headers":[]}}`

const least = `{"request":{"method":"GET","url":"https://bank.example/a"}}`

func TestLinesThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		strings.Replace(least, "{", `{"schemaVersion":2,`, 1):   "it is no exchange of this format: it has schemaVersion 2; this obconform reads 1: it comes from a newer obconform",
		strings.Replace(least, "{", `{"schemaVersion":"1",`, 1): "expected a whole number",
		`{}`:                        "byte 0, in entry 1: it is no exchange of this format: expected a member request",
		least + "\n" + `{"request"`: "in entry 2: it ends within an entry",
		`{"request":{"url":"https://bank.example/a"}}`:                                                        "request.method: expected the method",
		`{"request":{"method":"GET","url":"/a"}}`:                                                             "request.url: expected an absolute URL",
		`{"request":{"method":"GET","url":"https://bank.example/a"},"respnse":{}}`:                            `"respnse": there is no such member`,
		`{"request":{"method":"GET","url":"https://bank.example/a","header":[]}}`:                             `request."header": there is no such member`,
		`{"request":{"method":"GET","url":"https://bank.example/a"},"response":{"status":20}}`:                "response.status: expected 100 to 999, got 20",
		`{"request":{"method":"GET","url":"https://bank.example/a"},"response":{"status":"200"}}`:             `expected a whole number, got a string`,
		`{"started":"noon","request":{"method":"GET","url":"https://bank.example/a"}}`:                        `started: expected a time of RFC 3339, got "noon"`,
		`{"request":{"method":"GET","url":"https://bank.example/a","body":{"text":"*","encoding":"base64"}}}`: "request.body.text: expected base64",
		`{"request":{"method":"GET","url":"https://bank.example/a","body":{"lack":"all"}}}`:                   "request.body.lack: expected unrecorded, cut or redacted",
		`{"request":{"method":"GET","url":"https://bank.example/a","certificate":1}}`:                         "request.certificate: expected the certificate",
		`{"request":{"method":"GET","url":"https://bank.example/a"},"request":{}}`:                            "duplicate",
		strings.Repeat(`{"_a":`, 20000) + "1" + strings.Repeat(`}`, 20000):                                    "no JSON: exceeded max depth",
		strings.Replace(least, "GET", "G\xffT", 1):                                                            "byte 23, in entry 1: no JSON: invalid UTF-8",
		"\xff\xfe{":  "it is UTF-16",
		"":           "it is empty",
		"[1]":        "expected an object",
		"\x1f\x8bno": "it begins as gzip and is none",
	} {
		_, _, err := read(t, []byte(text), recording.Auto)
		var damage *recording.Damage
		if !errors.As(err, &damage) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "a.file: is damaged at byte ") {
			t.Errorf("%.80s: got %v, want %q", text, err, want)
		}
	}
	if got, _, err := read(t, []byte(strings.Replace(least, "{", `{"_mine":[{}],`, 1)), recording.Auto); err != nil || len(got) != 1 {
		t.Errorf("a member of one's own: %v", err)
	}
}

func TestPackedRecordings(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, "%s\n%s\n{]", least, least)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, _, err := read(t, packed.Bytes(), recording.Auto)
	var damage *recording.Damage
	if len(got) != 2 || !errors.As(err, &damage) || !damage.Unpacked || damage.Offset != int64(2*len(least)+3) {
		t.Errorf("got %d exchanges, %v", len(got), err)
	}
	if got, _, err := read(t, packed.Bytes()[:packed.Len()-12], recording.Auto); len(got) != 2 || !errors.As(err, &damage) || !damage.Unpacked {
		t.Errorf("cut off: got %d exchanges, %v", len(got), err)
	}
}

// What is spoilt within a packed recording is damage too, and what stands before
// it is read.
func TestPackedRecordingsThatAreSpoilt(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, "%s\n%s\n", least, least)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	checksum, second := bytes.Clone(packed.Bytes()), append(bytes.Clone(packed.Bytes()), "no gzip at all"...)
	checksum[len(checksum)-8] ^= 1
	block := append(bytes.Clone(packed.Bytes()[:10]), 0xff, 0xff, 0xff)
	for name, data := range map[string][]byte{"checksum": checksum, "behind it": second, "block": block} {
		got, _, err := read(t, data, recording.Auto)
		var damage *recording.Damage
		if name != "block" && len(got) != 2 || !errors.As(err, &damage) || !strings.Contains(err.Error(), "cannot be unpacked any further") {
			t.Errorf("%s: got %d exchanges, %v", name, len(got), err)
		}
	}
}

// Of a packed recording that is cut off, all that can be unpacked is read.
func TestPackedRecordingsThatAreCutOff(t *testing.T) {
	t.Parallel()
	const whole = 20
	for name, text := range map[string]string{
		"lines":   strings.Repeat(least+"\n", whole) + least[:20],
		"archive": `{"log":{"version":"1.2","entries":[` + strings.Repeat(inArchive+",", whole) + inArchive[:20],
	} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil { // without its end
			t.Fatal(err)
		}
		got, _, err := read(t, packed.Bytes(), recording.Auto)
		var damage *recording.Damage
		if len(got) != whole || !errors.As(err, &damage) || damage.Offset != int64(len(text)) {
			t.Errorf("%s: got %d exchanges, %v; want %d, and damage at byte %d", name, len(got), err, whole, len(text))
		}
	}
}

// An entry that is too long is named and passed over; one that only looks so,
// because a quote is missing, is damage.
func TestGiganticEntries(t *testing.T) {
	t.Parallel()
	huge := strings.Replace(least, "{", `{"_a":"`+strings.Repeat("x", recording.MaxEntry)+`",`, 1)
	got, summary, err := read(t, []byte(least+"\n"+huge+"\n"+least), recording.Auto)
	if err != nil || len(got) != 2 || len(summary.Oversized) != 1 || !strings.HasPrefix(summary.Oversized[0], "a.file, entry 2 (at byte 60): longer than 8 MiB") {
		t.Errorf("got %d exchanges, %q, %v", len(got), summary.Oversized, err)
	}
	open := strings.Replace(least, `"GET"`, `"GET`, 1) + "\n" + strings.Repeat(least+"\n", recording.MaxEntry/len(least)+10)
	got, _, err = read(t, []byte(open), recording.Auto)
	var damage *recording.Damage
	if len(got) != 0 || !errors.As(err, &damage) || damage.Offset > int64(len(least)) {
		t.Errorf("got %d exchanges, %v", len(got), err)
	}
}

func TestStops(t *testing.T) {
	t.Parallel()
	many := strings.NewReader(strings.Repeat(least+"\n", 100000))
	enough := errors.New("enough")
	if _, err := recording.Read(context.Background(), many, recording.Options{}, func([]traffic.Exchange) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	count := 0
	_, err := recording.Read(ctx, strings.NewReader(strings.Repeat(least+"\n", 100000)), recording.Options{}, func(x []traffic.Exchange) error {
		count += len(x)
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || count == 0 || count == 100000 {
		t.Errorf("got %d exchanges, %v", count, err)
	}
	broken := errors.New("broken")
	got, err := 0, error(nil)
	_, err = recording.Read(context.Background(), &failing{strings.NewReader(least + "\n" + least), broken}, recording.Options{}, func(x []traffic.Exchange) error {
		got += len(x)
		return nil
	})
	if !errors.Is(err, broken) || got == 0 {
		t.Errorf("got %d exchanges, %v", got, err)
	}
}

// failing fails where the text ends.
type failing struct {
	text *strings.Reader
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.text.Read(p)
	if err != nil {
		return n, f.err
	}
	return n, nil
}

// Wherever a recording is cut off or damaged, all exchanges before that are read,
// and the place is named.
func TestDamageAtEveryByte(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"har": []byte(smallHAR), "ndjson": written(t, everyKind(t)[:3])} {
		whole, _, err := read(t, data, recording.Auto)
		if err != nil || len(whole) != 3 {
			t.Fatalf("%s: %d exchanges, %v", name, len(whole), err)
		}
		ends := entryEnds(t, data, name)
		for i := range data {
			before := 0
			for _, end := range ends {
				if end <= i {
					before++
				}
			}
			got, _, err := read(t, data[:i], recording.Auto)
			var damage *recording.Damage
			atEnd := name == "ndjson" && (json.Valid(data[:i]) || i > 0 && (data[i-1] == '\n' || data[i] == '\n'))
			switch {
			case len(got) != before:
				t.Errorf("%s cut off at %d: %d exchanges, want %d", name, i, len(got), before)
			case !atEnd && (!errors.As(err, &damage) || damage.Offset != int64(i)):
				t.Errorf("%s cut off at %d: %v", name, i, err)
			case atEnd && err != nil:
				t.Errorf("%s cut off at %d, behind an exchange: %v", name, i, err)
			}
			for _, b := range []byte{0, '\n'} {
				damaged := bytes.Clone(data)
				damaged[i] = b
				got, _, err = read(t, damaged, recording.Auto)
				if b == '\n' && err == nil {
					continue // a space may stand there
				}
				if !errors.As(err, &damage) || b != '\n' && damage.Offset > int64(i)+1 || len(got) < before {
					t.Errorf("%s with %#x at %d: %d exchanges, want %d; %v", name, b, i, len(got), before, err)
				}
			}
		}
	}
}

// entryEnds are the offsets behind each exchange.
func entryEnds(t *testing.T, data []byte, format string) []int {
	t.Helper()
	var ends []int
	if format == "ndjson" {
		at := 0
		for line := range bytes.Lines(data) {
			at += len(line)
			ends = append(ends, at-1)
		}
		return ends
	}
	for _, mark := range []string{`"marks the first end"}`, `"marks the second end"}`, `"marks the third end"}`} {
		at := bytes.Index(data, []byte(mark))
		if at < 0 {
			t.Fatalf("no %s", mark)
		}
		ends = append(ends, at+len(mark))
	}
	return ends
}

const smallHAR = `{"_ours":{"a":[1]},"log":{"version":"1.2","creator":{"name":"c","version":"1"},"pages":[{"id":"a\\\"b"}],
"entries":[
{"startedDateTime":"2026-03-01T12:00:00Z","time":1.5,"request":{"method":"GET","url":"https://bank.example/a","headers":[{"name":"a","value":"b"}]},
 "response":{"status":200,"headers":[],"content":{"size":2,"text":"{}"}},"_end":"marks the first end"},
{"request":{"method":"POST","url":"https://bank.example/b","postData":{"mimeType":"x","text":"\\u00e9{[\\\"]}"}},"response":{"status":0},"_end":"marks the second end"}
, {"request":{"method":"GET","url":"https://bank.example/c"},"response":{"status":204},"_end":"marks the third end"} ],"comment":"c"}}`

// FuzzRead reads bytes of anybody's: whatever they are, it comes to an end, and
// what is wrong with them has a place in them.
func FuzzRead(f *testing.F) {
	f.Add([]byte(smallHAR))
	f.Add([]byte(least + "\n" + least))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("\xef\xbb\xbf{\"log\":{\"entries\":[{}]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range recording.Formats() {
			_, err := recording.Read(context.Background(), bytes.NewReader(data), recording.Options{Name: "a.file", Format: format, Workers: 2}, func([]traffic.Exchange) error { return nil })
			var damage *recording.Damage
			if err != nil && (!errors.As(err, &damage) || damage.Offset < 0 || !damage.Unpacked && damage.Offset > int64(len(data))) {
				t.Errorf("%q: %v", data, err)
			}
		}
	})
}

// A reader that has no more for now keeps nobody from stopping.
func TestStopsWhileWaiting(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.WriteString(out, strings.Repeat(least+"\n", 200)) // a reader that is gone is not our business
	}()
	count := 0
	_, err := recording.Read(ctx, in, recording.Options{Workers: 2}, func(x []traffic.Exchange) error {
		count += len(x)
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || count == 0 {
		t.Errorf("%d exchanges, %v", count, err)
	}
}
