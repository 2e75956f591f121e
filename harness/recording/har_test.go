package recording_test

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"obconform/harness/recording"
	"obconform/harness/traffic"
)

// exchanges reads an archive of the test data.
func exchanges(t *testing.T, name string) []traffic.Exchange {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := read(t, data, recording.Auto)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// seen is what of an exchange a case names; nothing else is compared.
type seen struct {
	method, url     string
	started         string
	took            time.Duration
	connection, err string
	request         http.Header
	requestBody     traffic.Body
	status          int
	response        http.Header
	responseBody    traffic.Body
}

func seenOf(x traffic.Exchange) seen {
	s := seen{method: x.Request.Method, url: x.Request.URL.String(), connection: x.Connection, err: x.Err, request: x.Request.Header, requestBody: x.Request.Body}
	if !x.Started.IsZero() {
		s.started, s.took = x.Started.UTC().Format(time.RFC3339Nano), x.Ended.Sub(x.Started).Truncate(time.Microsecond)
	}
	if x.Response != nil {
		s.status, s.response, s.responseBody = x.Response.Status, x.Response.Header, x.Response.Body
	}
	for _, body := range []*traffic.Body{&s.requestBody, &s.responseBody} {
		if len(body.Bytes) == 0 {
			body.Bytes = nil
		}
	}
	return s
}

func body(text string, lack traffic.Lack) traffic.Body {
	b := traffic.Body{Lack: lack}
	if text != "" {
		b.Bytes = []byte(text)
	}
	return b
}

// Archives of browsers and proxies, each with the habits of the program that
// wrote it.
func TestArchivesOfOthers(t *testing.T) {
	t.Parallel()
	withheld := []string{"[withheld]"}
	const id = "93bac548-d2de-4546-b106-880a5018460d"
	for name, want := range map[string][]seen{
		"chromium.har": {
			{method: "GET", url: "https://bank.example/open-banking/v3.1/aisp/accounts", started: "2026-03-01T12:00:00.125Z", took: 41274 * time.Microsecond, connection: "443",
				request: http.Header{"Accept": {"application/json"}, "X-Fapi-Interaction-Id": {id}, "Authorization": withheld, "Cookie": withheld}, status: 200,
				response:     http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Set-Cookie": {"a=1; Secure", "b=2; Secure"}, "X-Fapi-Interaction-Id": {id}},
				responseBody: body(`{"Data":{}}`, "")},
			{method: "POST", url: "https://bank.example/token", started: "2026-03-01T12:00:01Z", took: 12500 * time.Microsecond, err: "net::ERR_CONNECTION_RESET",
				request: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": withheld, "Cookie": withheld}, requestBody: body("grant_type=client_credentials", "")},
			{method: "GET", url: "https://app.example/logo.png", started: "2026-03-01T12:00:01.1Z", took: time.Millisecond, request: http.Header{"Accept": {"image/*"}, "Authorization": withheld, "Cookie": withheld},
				status: 200, response: http.Header{"Content-Type": {"image/png"}}, responseBody: body("\x89PN", "")},
			{method: "GET", url: "https://bank.example/open-banking/v3.1/aisp/accounts/a1", started: "2026-03-01T12:00:02Z", took: 9 * time.Millisecond,
				request: http.Header{"Accept": {"application/json"}, "Authorization": withheld, "Cookie": withheld}, status: 200, response: http.Header{"Content-Type": {"application/json"}},
				responseBody: body("", traffic.Unrecorded)},
		},
		"mitmproxy.har": {
			{method: "POST", url: "https://bank.example/token", started: "2026-03-01T12:00:00.125431Z", took: 41270 * time.Microsecond, connection: "6d1c0d3e-52ef-4b6d-a3f4-1c37a1c6a0d5",
				request:     http.Header{"Authorization": {"Basic Y2xpZW50OnNlY3JldA=="}, "Content-Type": {"application/x-www-form-urlencoded"}, "Content-Length": {"44"}},
				requestBody: body("grant_type=client_credentials&scope=accounts", ""), status: 200,
				response: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, responseBody: body(`{"access_token":"abc"}`, "")},
			{method: "DELETE", url: "https://bank.example/open-banking/v3.1/aisp/account-access-consents/c1", started: "2026-03-01T12:00:01Z", took: 3500 * time.Microsecond,
				request: http.Header{"Authorization": {"Bearer abc"}}, status: 204, response: http.Header{"X-Fapi-Interaction-Id": {id}}},
			{method: "GET", url: "https://bank.example/x", started: "2026-03-01T12:00:02Z", took: 3500 * time.Microsecond, request: http.Header{}, status: 200,
				response: http.Header{"Content-Length": {"12"}}, responseBody: body("", traffic.Unrecorded)},
		},
		"charles.har": {
			{method: "POST", url: "https://bank.example/open-banking/v3.1/aisp/account-access-consents", started: "2026-03-01T12:00:00.125Z", took: 41 * time.Millisecond,
				request: http.Header{"Content-Type": {"application/json"}, "Content-Length": {"20"}}, requestBody: body(`{"Data":{},"Risk":{}}`, ""), status: 201,
				response: http.Header{"Content-Type": {"application/json"}}, responseBody: body(`{"Data":{}}`, "")},
			{method: "POST", url: "https://bank.example/token", started: "2026-03-01T12:00:01Z", took: 2 * time.Millisecond,
				request: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, requestBody: body("grant_type=authorization_code&code=a+b%26c", traffic.Redacted)},
			{method: "PUT", url: "https://bank.example/open-banking/v3.2/register/c", request: http.Header{"Authorization": {"Bearer ***"}}, requestBody: body("", traffic.Unrecorded),
				status: 200, response: http.Header{}, responseBody: body(`{"client_secret":"***","scopes":["accounts"]}`, traffic.Redacted)},
		},
	} {
		got := exchanges(t, name)
		if len(got) != len(want) {
			t.Errorf("%s: %d exchanges, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if seen := seenOf(got[i]); !reflect.DeepEqual(seen, want[i]) {
				t.Errorf("%s, entry %d:\ngot  %+v\nwant %+v", name, i+1, seen, want[i])
			}
		}
	}
}

// A body is redacted where a placeholder stands for a value, and not where
// something only looks a little like one.
func TestPlaceholdersInBodies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]traffic.Lack{
		`{"a":"***"}`: traffic.Redacted, `{"a":"[access token]"}`: traffic.Redacted, `{"a":["REDACTED"]}`: traffic.Redacted, `code=%5Bcode%5D&a=b`: traffic.Redacted,
		`{"a":["b"]}`: traffic.Nothing, `{"[a]":"b"}`: traffic.Nothing, `{"a":"[b] c"}`: traffic.Nothing, `{"a":"<b>c"}`: traffic.Nothing, `{"secret":"b"}`: traffic.Nothing, `a=b&c=d`: traffic.Nothing,
	} {
		x := everyKind(t)[0]
		x.Response.Body.Bytes = []byte(text)
		got, _, err := read(t, written(t, []traffic.Exchange{x}), recording.Auto)
		if err != nil || got[0].Response.Body.Lack != want {
			t.Errorf("%s: %q, want %q; %v", text, got[0].Response.Body.Lack, want, err)
		}
	}
}

func TestArchivesThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"log":{"version":"1.2"}}`: "a.file: is damaged at byte 24: it is no HAR 1.2: its log has no entries",
		`{"_a":1}`:                  "a.file: is damaged at byte 8: it is no HAR 1.2: it has no log",
		`{"log":[]}`:                "a.file: is damaged at byte 7: the log: expected an object",
		`{"log":{"entries":{}}}`:    "a.file: is damaged at byte 18: expected '[' in the entries",
		`{"log":{"entries":[1]}}`:   "a.file: is damaged at byte 19, in entry 1: expected an object, got '1'",
		`{"log":{"entries":[{"request":{"method":7}}]}}`: `a.file: is damaged at byte 40, in entry 1: "/request/method": expected a string, got a number`,
		`{"log":{"entries":[]}} {}`:                      "a.file: is damaged at byte 23: expected the end behind the archive, got '{'",
		`{"log":{"creator":{"name":[]},"entries":[]}}`:   `a.file: is damaged at byte 26: "/name": expected a string, got a list`,
	} {
		if _, _, err := read(t, []byte(text), recording.Auto); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
	if got, _, err := read(t, []byte(`{"log":{"entries":[]}}`), recording.Auto); err != nil || len(got) != 0 {
		t.Errorf("an empty archive: %v", err)
	}
	// The user's word goes before what it looks like.
	if _, _, err := read(t, []byte(`{"log":{"entries":[]}}`), recording.NDJSON); err == nil {
		t.Error("an archive is read as one exchange a line")
	}
}
