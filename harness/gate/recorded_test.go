package gate_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/gate"
	"obconform/harness/mockbank"
	"obconform/harness/recording"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// tape records what a client and the mock bank say to each other.
type tape struct {
	t       *testing.T
	handler http.Handler
	at      time.Time
	all     []traffic.Exchange
}

// visit has a client get a token, and create, read and delete a consent; and ask
// another host for something.
func visit(t *testing.T, options mockbank.Options) []traffic.Exchange {
	t.Helper()
	const base = "https://bank.example"
	options.BaseURL = base
	bank, err := mockbank.New(options)
	if err != nil {
		t.Fatal(err)
	}
	r := &tape{t: t, handler: bank.Handler(), at: time.Now().UTC()}
	document := r.say("GET", base+"/open-banking/v3.0/.well-known/openid-configuration", "", "", "")
	r.say("GET", document["jwks_uri"].(string), "", "", "")
	c := bank.Credentials()
	granted := r.say("POST", document["token_endpoint"].(string), "Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ClientID)+":"+url.QueryEscape(c.ClientSecret))),
		"application/x-www-form-urlencoded", "grant_type=client_credentials&scope=accounts")
	bearer := "Bearer " + granted["access_token"].(string)
	const consents = base + "/open-banking/v3.1/aisp/account-access-consents"
	created := r.say("POST", consents, bearer, "application/json", `{"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}}`)
	one := consents + "/" + created["Data"].(map[string]any)["ConsentId"].(string)
	r.say("GET", one, bearer, "", "")
	for _, wrong := range []string{"ReadEverything", "ReadNothing"} {
		r.say("POST", consents, bearer, "application/json", `{"Data":{"Permissions":["`+wrong+`"]},"Risk":{}}`)
	}
	r.say("DELETE", one, bearer, "", "")
	r.say("GET", one, bearer, "", "")
	r.say("GET", "https://cdn.example/app.js", "", "", "")
	return r.all
}

// say makes one request, and answers the members of the answer.
func (r *tape) say(method, address, authorization, media, body string) map[string]any {
	r.t.Helper()
	req := httptest.NewRequest(method, address, strings.NewReader(body))
	req.Header.Set("Accept", "application/json")
	if strings.Contains(address, "/aisp/") {
		req.Header.Set("X-Fapi-Interaction-Id", "93bac548-d2de-4546-b106-"+r.at.Format("150405.000000")[:6]+r.at.Format(".000000")[1:])
		req.Header.Set("X-Fapi-Financial-Id", "OB/2017/001")
	}
	for name, value := range map[string]string{"Authorization": authorization, "Content-Type": media} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	started := r.at
	r.at = r.at.Add(1001 * time.Millisecond)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		r.t.Fatal(err)
	}
	target, err := url.Parse(address)
	if err != nil {
		r.t.Fatal(err)
	}
	header := req.Header.Clone()
	r.all = append(r.all, traffic.Exchange{Started: started, Ended: started.Add(5 * time.Millisecond),
		Request:  traffic.Request{Method: method, URL: target, Header: header, Body: traffic.Body{Bytes: []byte(body)}},
		Response: &traffic.Response{Status: w.Code, Header: w.Result().Header, Body: traffic.Body{Bytes: answer}}})
	var members map[string]any
	_ = json.Unmarshal(answer, &members) // an answer need not have any
	return members
}

// secretText finds the values of tokens.
var secretText = regexp.MustCompile(`"(access_token|refresh_token)" ?: ?"[^"]*"`)

type pairs []map[string]string

func pairsOf(header http.Header) pairs {
	list := pairs{}
	for name, values := range header {
		for _, value := range values {
			list = append(list, map[string]string{"name": strings.ToLower(name), "value": value})
		}
	}
	return list
}

// archived writes the exchanges as a browser would.
func archived(t *testing.T, all []traffic.Exchange) []byte {
	t.Helper()
	type object = map[string]any
	entries := []any{}
	for _, x := range all {
		request := object{"method": x.Request.Method, "url": x.Request.URL.String(), "headers": pairsOf(x.Request.Header), "bodySize": len(x.Request.Body.Bytes)}
		if len(x.Request.Body.Bytes) > 0 {
			request["postData"] = object{"mimeType": x.Request.Header.Get("Content-Type"), "text": string(x.Request.Body.Bytes)}
		}
		entries = append(entries, object{"startedDateTime": x.Started.Format(time.RFC3339Nano), "time": float64(x.Ended.Sub(x.Started)) / 1e6, "request": request,
			"response": object{"status": x.Response.Status, "headers": pairsOf(x.Response.Header),
				"content": object{"size": len(x.Response.Body.Bytes), "text": base64.StdEncoding.EncodeToString(x.Response.Body.Bytes), "encoding": "base64"}}})
	}
	data, err := json.Marshal(object{"log": object{"version": "1.2", "creator": object{"name": "a proxy"}, "entries": entries}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func lined(t *testing.T, all []traffic.Exchange) []byte {
	t.Helper()
	var out bytes.Buffer
	w := recording.NewWriter(&out)
	for _, x := range all {
		if err := w.Write(x); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// judged has recordings judged one after the other.
func judged(t *testing.T, options gate.Options, recordings ...[]byte) report.Results {
	t.Helper()
	judge := newJudge(t, options)
	for _, data := range recordings {
		if _, err := recording.Read(context.Background(), bytes.NewReader(data), recording.Options{Name: "a recording", Workers: 2}, func(x []traffic.Exchange) error {
			judge.AddAll(x, 2)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return judge.Results(noon)
}

func verdicts(results report.Results) map[contract.ClauseID]string {
	all := map[contract.ClauseID]string{}
	for _, clause := range results.Clauses {
		all[clause.ID] = string(clause.Verdict)
	}
	return all
}

// The same traffic comes to the same, however it was recorded, and in however
// many files.
func TestEveryFormatComesToTheSame(t *testing.T) {
	t.Parallel()
	all := visit(t, mockbank.Options{Faults: []string{"com-body-consent-without-status-update"}})
	want, err := report.ResultsJSON(judged(t, gate.Options{}, lined(t, all)))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][][]byte{"a HAR": {archived(t, all)}} {
		got, err := report.ResultsJSON(judged(t, gate.Options{}, data...))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s comes to something else (%v)", name, err)
		}
	}
	whole, parted := judged(t, gate.Options{}, lined(t, all)), judged(t, gate.Options{}, archived(t, all[:4]), lined(t, all[4:]))
	for id, verdict := range verdicts(whole) {
		if got := verdicts(parted)[id]; got != verdict {
			t.Errorf("%s: %s in two files, %s in one", id, got, verdict)
		}
	}
	if verdicts(whole)[contract.ComBody] != "failed" {
		t.Errorf("the fault is not found")
	}
}

// A right bank passes, and its client is judged by what it did; what was taken
// out of a recording changes no pass into a failure.
func TestWhatIsTakenOutFailsNothing(t *testing.T) {
	t.Parallel()
	all := visit(t, mockbank.Options{})
	before := verdicts(judged(t, gate.Options{Sides: gate.Bank}, lined(t, all)))
	for id, verdict := range before {
		if verdict == "failed" || verdict == "warned" {
			t.Errorf("%s %s at a right bank", id, verdict)
		}
	}
	client := verdicts(judged(t, gate.Options{Sides: gate.Client}, lined(t, all)))
	for name, take := range map[string]func(*traffic.Exchange){
		"no bodies of answers":  func(x *traffic.Exchange) { x.Response.Body = traffic.Body{Lack: traffic.Unrecorded} },
		"no bodies of requests": func(x *traffic.Exchange) { x.Request.Body = traffic.Body{Lack: traffic.Unrecorded} },
		"bodies cut off": func(x *traffic.Exchange) {
			x.Response.Body = traffic.Body{Bytes: x.Response.Body.Bytes[:len(x.Response.Body.Bytes)/2], Lack: traffic.Cut}
			x.Request.Body = traffic.Body{Bytes: x.Request.Body.Bytes[:len(x.Request.Body.Bytes)/2], Lack: traffic.Cut}
		},
		"no fields of answers":  func(x *traffic.Exchange) { x.Response.Header = http.Header{} },
		"no fields of requests": func(x *traffic.Exchange) { x.Request.Header = http.Header{} },
		"no answers":            func(x *traffic.Exchange) { x.Response = nil },
		"no times":              func(x *traffic.Exchange) { x.Started, x.Ended = time.Time{}, time.Time{} },
		"every field withheld": func(x *traffic.Exchange) {
			for _, header := range []http.Header{x.Request.Header, x.Response.Header} {
				for name := range header {
					header[name] = []string{"<redacted>"}
				}
			}
		},
		"credentials withheld": func(x *traffic.Exchange) {
			if x.Request.Header.Get("Authorization") != "" {
				x.Request.Header.Set("Authorization", "Bearer ***")
			}
			x.Response.Body.Bytes = secretText.ReplaceAll(x.Response.Body.Bytes, []byte(`"$1":"***"`))
		},
	} {
		taken := slices.Clone(all)
		for i := range taken {
			taken[i].Request.Header = taken[i].Request.Header.Clone()
			response := *taken[i].Response
			response.Header = response.Header.Clone()
			taken[i].Response = &response
			take(&taken[i])
		}
		for _, side := range []struct {
			sides  gate.Sides
			before map[contract.ClauseID]string
		}{{gate.Bank, before}, {gate.Client, client}} {
			for id, verdict := range verdicts(judged(t, gate.Options{Sides: side.sides}, lined(t, taken))) {
				if was := side.before[id]; (verdict == "failed" || verdict == "warned") && was != verdict {
					t.Errorf("%s: %s is %s, and was %s", name, id, verdict, was)
				}
			}
		}
	}
}
