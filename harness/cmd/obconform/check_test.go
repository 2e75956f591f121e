//go:build unix

package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/recording"
	"obconform/harness/traffic"
)

// recorded is a request that a handler has answered, as a proxy would record it.
func recorded(handler http.HandlerFunc, r *http.Request, body string) traffic.Exchange {
	x := traffic.Exchange{Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Request: traffic.Request{Method: r.Method, URL: r.URL,
		Header: r.Header.Clone(), Body: traffic.Body{Bytes: []byte(body)}}}
	x.Ended = x.Started.Add(time.Millisecond)
	w := httptest.NewRecorder()
	handler(w, r)
	x.Response = &traffic.Response{Status: w.Code, Header: w.Header(), Body: traffic.Body{Bytes: w.Body.Bytes()}}
	return x
}

// recordingOf writes a recording, and answers its path.
func recordingOf(t *testing.T, exchanges ...traffic.Exchange) string {
	t.Helper()
	var out bytes.Buffer
	w := recording.NewWriter(&out)
	for _, x := range exchanges {
		if err := w.Write(x); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "recording.ndjson")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// telling are requests that carry every canary that a client sends, each to a
// server that says it again in the answer, in every way.
func telling(t *testing.T, config string) []traffic.Exchange {
	t.Helper()
	const base = "https://bank.example"
	id := strings.TrimSpace(string(readFile(t, filepath.Join(filepath.Dir(config), "client-id.txt"))))
	c := canaries()
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id) + ":" + url.QueryEscape(c["client.secret"])))
	request := func(method, path, authorization, media, body string) *http.Request {
		r := httptest.NewRequest(method, base+path, strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Content-Type", media)
		return r
	}
	form := func(values url.Values) string {
		values.Set("scope", "openid accounts")
		return values.Encode()
	}
	const typ = "application/x-www-form-urlencoded"
	account, err := json.Marshal(map[string]any{"Data": map[string]any{"DebtorAccount": map[string]any{"SchemeName": "x", "Name": c["fixtures.debtorAccount.name"],
		"Identification": c["fixtures.debtorAccount.identification"], "SecondaryIdentification": c["fixtures.debtorAccount.secondaryIdentification"]}}})
	if err != nil {
		t.Fatal(err)
	}
	var exchanges []traffic.Exchange
	fails := failures()
	for _, name := range slices.Sorted(maps.Keys(fails)) {
		switch name {
		case "nothing, ever", "a broken status line", "no HTTP at all", "a broken header", "a broken chunk", "an unknown coding", "a reset":
			continue // no exchange that a recording has
		}
		for _, sent := range []struct{ method, path, authorization, media, body string }{
			{"POST", "/token", "Basic " + basic, typ, form(url.Values{"grant_type": {"authorization_code"}, "code": {c["consents.codes.accounts"]}})},
			{"POST", "/token", "", typ, form(url.Values{"grant_type": {"refresh_token"}, "client_id": {id}, "client_secret": {c["secondClient.secret"]}, "refresh_token": {c["consents.tokens.basic"]}})},
			{"GET", "/open-banking/v3.1/aisp/accounts", "Bearer " + c["consents.tokens.accounts"], "", ""},
			{"GET", "/open-banking/v3.1/aisp/accounts/a?access_token=" + url.QueryEscape(c["consents.tokens.detail"]), "Bearer " + c["consents.tokens.detail"], "", ""},
			{"POST", "/open-banking/v3.1/cbpii/funds-confirmation-consents", "Bearer " + c["consents.tokens.fundsConfirmations"], "application/json", string(account)},
			{"POST", "/open-banking/v3.2/register", "", "application/jose", c["registration.softwareStatement"]},
		} {
			r := request(sent.method, sent.path, sent.authorization, sent.media, sent.body)
			exchanges = append(exchanges, recorded(func(w http.ResponseWriter, r *http.Request) { fails[name](w, r, said(r)) }, r, sent.body))
		}
	}
	return exchanges
}

// Whatever a recording holds, no report and no message shows a secret: neither of
// those that the configuration names, nor, without one, of those that stand in
// the places that are meant for them.
func TestCheckShowsNoCanary(t *testing.T) {
	t.Parallel()
	config := planted(t, "http://127.0.0.1:1", func(map[string]any) {})
	file := recordingOf(t, telling(t, config)...)
	h := canaryHaystack(t, config)
	for _, flags := range [][]string{{"--config", config}, nil} {
		dir := t.TempDir()
		e := obconform(t, append([]string{"check", file, "--reports", dir, "-v", "--markdown", "always", "--code-quality", "always"}, flags...)...)
		e.wantStatus(t, 1)
		if !strings.Contains(e.out, "the bank and the client each breach") {
			t.Errorf("the verdict is not of both sides\n%s", e.out)
		}
		h.search(t, fmt.Sprintf("check %v (output)", flags), e.out+e.errors)
		if files := h.searchFiles(t, dir); files < 6 {
			t.Errorf("%d files", files)
		}
	}
}

// refusal is a right refusal, or one with another interaction id.
func refusal(echo string) traffic.Exchange {
	const id = "c6a1b3c2-0000-4000-8000-000000000001"
	r := httptest.NewRequest("GET", "https://bank.example/open-banking/v3.1/aisp/accounts/a1", nil)
	r.Header = http.Header{"Authorization": {"Bearer abcdefghijklmnop"}, "X-Fapi-Interaction-Id": {id}}
	return recorded(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Fapi-Interaction-Id", echo)
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"Code":"403","Message":"no","Errors":[{"ErrorCode":"UK.OBIE.Resource.ConsentMismatch","Message":"no"}]}`)
	}, r, "")
}

func TestCheckEndsAsWhatItFound(t *testing.T) {
	t.Parallel()
	const id, other = "c6a1b3c2-0000-4000-8000-000000000001", "c6a1b3c2-0000-4000-8000-000000000002"
	right, wrong := recordingOf(t, refusal(id)), recordingOf(t, refusal(id), refusal(other))
	elsewhere := refusal(id)
	elsewhere.Request.URL = &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}
	cut := filepath.Join(t.TempDir(), "cut.ndjson")
	data := readFile(t, wrong)
	if err := os.WriteFile(cut, data[:len(data)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		status int
		says   string
		args   []string
	}{
		"right":              {0, "PASSED", []string{right, "--sides", "bank"}},
		"wrong":              {1, "the bank breaches at least one clause", []string{wrong, "--sides", "bank"}},
		"wrong, and waived":  {0, "1 waived", []string{wrong, "--sides", "bank", "--waivers", waiverOf(t, "COM-FAPI-ECHO")}},
		"only a part judged": {1, "the client never deleted its consent: no DeleteAccountAccessConsent went by", []string{right, "--sides", "bank", "--require", "COM-STATUS,DeleteAccountAccessConsent"}},
		"nothing to judge":   {3, "no clause was put to the test", []string{recordingOf(t, elsewhere)}},
		"cut off":            {2, fmt.Sprintf("is damaged at byte %d, in entry 2: it ends within an entry", len(data)-20), []string{cut, "--sides", "bank"}},
		"cut off, and wrong": {2, "the bank breaches at least one clause; 1 recording damaged", []string{cut, wrong, "--sides", "bank"}},
		"no such file":       {2, "nosuch.har", []string{right, "nosuch.har"}},
		"an unknown clause":  {2, `expected a clause or an operation, got "NO-SUCH"`, []string{right, "--require", "NO-SUCH"}},
		"all at once":        {2, "--profile", []string{right, "nosuch.har", "--profile", "x", "--fail-on", "y", "--token-endpoint", "z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := obconform(t, append([]string{"check", "--reports", dir}, c.args...)...)
			e.wantStatus(t, c.status)
			if !strings.Contains(strings.Join(strings.Fields(e.out+e.errors), " "), c.says) {
				t.Errorf("it does not say %q:\n%s%s", c.says, e.out, e.errors)
			}
			_, err := os.Stat(filepath.Join(dir, "results.json"))
			judged := c.status != 2 || strings.Contains(name, "cut off")
			if judged != (err == nil) {
				t.Errorf("reports of it: %v", err)
			}
			if name == "all at once" {
				for _, part := range []string{"nosuch.har", "--fail-on", "--token-endpoint"} {
					if !strings.Contains(e.errors, part) {
						t.Errorf("nothing is said of %s: %s", part, e.errors)
					}
				}
			}
		})
	}
}

// waiverOf is a file that waives a clause.
func waiverOf(t *testing.T, clause string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waivers.json")
	text := fmt.Sprintf(`[{"clause":%q,"reason":"known","ticket":"OB-1","expires":%q}]`, clause, time.Now().AddDate(0, 1, 0).Format("2006-01-02"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What a run of the suites records as its evidence can be judged again: its
// requests are known, its secrets are not, and nothing fails for that.
func TestCheckOfOurOwnEvidence(t *testing.T) {
	t.Parallel()
	bank := behind(t, func(x exchange) {
		if strings.HasSuffix(x.request.URL.Path, "/accounts") && x.status == http.StatusOK {
			x.header.Set("x-fapi-interaction-id", "c6a1b3c2-0000-4000-8000-000000000001")
		}
	})
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 1)
	if e := obconform(t, "check", filepath.Join(r.dir, "evidence.har"), "--reports", r.dir); e.status != 2 || !strings.Contains(e.errors, "it would be removed") {
		t.Errorf("reports into the folder of the recording: status %d, %s", e.status, e.errors)
	}
	dir := t.TempDir()
	e := obconform(t, "check", filepath.Join(r.dir, "evidence.har"), "--sides", "bank", "--reports", dir)
	e.wantStatus(t, 1)
	var found results
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "results.json")), &found); err != nil {
		t.Fatal(err)
	}
	for _, clause := range found.Clauses {
		if clause.Verdict == "failed" && clause.ID != "COM-FAPI-ECHO" {
			t.Errorf("%s fails, which the run did not find", clause.ID)
		}
	}
}
