package gate_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"obconform/harness/conduct"
	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/gate"
	"obconform/harness/report"
	"obconform/harness/traffic"
)

// What is kept of an exchange has none of its secrets, wherever they stand, and
// the exchange itself stays as it was.
func TestRedacted(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Client, Secrets: map[string][]string{"client secret": {"the-secret-of-the-client"}}})
	const token = "the-token-of-the-client"
	x := refused(func(x *traffic.Exchange) {
		x.Request.Header.Set("X-Token", token)
		x.Request.Header.Set("X-Secret", "the-secret-of-the-client")
		x.Request.Header.Set("X-Bytes", "\xff")
		x.Request.URL, _ = url.Parse(base + "/accounts/a1?access_token=other&t=" + token + "&code=c")
		x.Request.Body.Bytes = []byte(`{"any":"` + token + `"}`)
		x.Response.Body.Bytes = []byte(`{"Data":{"Account":[{"Identification":"12345678","Nickname":"mine"}],"Odd":"` + token + `"}}`)
		x.Response.Header.Set("Set-Cookie", "session=1")
		x.Err = "broke off at " + token
	})
	before := fmt.Sprintf("%+v %+v %s %s", x.Request.Header, x.Response.Header, x.Request.Body.Bytes, x.Response.Body.Bytes)
	kept := judge.Redacted(x, traffic.Route{Operation: contract.GetAccount, Resource: "a1"})
	shown := fmt.Sprintf("%s %s %v %v %s %s", kept.Request.URL, kept.Err, kept.Request.Header, kept.Response.Header, kept.Request.Body.Bytes, kept.Response.Body.Bytes)
	for _, secret := range []string{token, "the-secret-of-the-client", "12345678", "mine", "session=1", "=other", "code=c", "\xff"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is kept in %s", secret, shown)
		}
	}
	if kept.Request.Body.Lack != traffic.Redacted || kept.Response.Body.Lack != traffic.Redacted || kept.Response.Status != 403 || kept.Request.Header.Get("X-Fapi-Interaction-Id") == "" {
		t.Errorf("%+v", kept)
	}
	if after := fmt.Sprintf("%+v %+v %s %s", x.Request.Header, x.Response.Header, x.Request.Body.Bytes, x.Response.Body.Bytes); after != before {
		t.Errorf("the exchange is now %s", after)
	}
}

// What has no secret is kept as it is; what is not known stays so.
func TestRedactedKeepsTheRest(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Client})
	x := refused(func(x *traffic.Exchange) { x.Request.Body = traffic.Body{Lack: traffic.Unrecorded} })
	kept := judge.Redacted(x, traffic.Route{Operation: contract.GetAccount})
	if !bytes.Equal(kept.Response.Body.Bytes, x.Response.Body.Bytes) || !kept.Response.Body.Whole() || kept.Request.Body.Lack != traffic.Unrecorded ||
		kept.Request.URL.String() != x.Request.URL.String() || kept.Request.Header.Get("Authorization") != "Bearer [access token]" {
		t.Errorf("%+v", kept)
	}
	if none := judge.Redacted(traffic.Exchange{}, traffic.Route{}); none.Response != nil || none.Request.URL != nil {
		t.Errorf("%+v", none)
	}
}

// A long body is cut after it was redacted.
func TestRedactedCuts(t *testing.T) {
	t.Parallel()
	judge := newJudge(t, gate.Options{Sides: gate.Client})
	const token = "the-token-of-the-client"
	for _, before := range []int{64<<10 - 5, 128<<10 - 5, 200 << 10} {
		x := refused(func(x *traffic.Exchange) {
			x.Response.Body.Bytes = []byte(strings.Repeat("é", before/2) + token + strings.Repeat("y", 10_000))
			x.Response.Header = http.Header{}
		})
		kept := judge.Redacted(x, traffic.Route{Operation: contract.GetAccount}).Response.Body
		if kept.Lack != traffic.Cut || len(kept.Bytes) > 64<<10 || bytes.Contains(kept.Bytes, []byte(token[:8])) {
			t.Errorf("%d: %d bytes, %q", before, len(kept.Bytes), kept.Lack)
		}
	}
}

// What was not judged makes a pass an uncertain one, is said, and what never went
// by is not found missing.
func TestLoseIsNoPass(t *testing.T) {
	t.Parallel()
	clause := contract.ClientClauses()[0].ID
	missing := watcher{result: conduct.Result{Exercised: []contract.ClauseID{clause}},
		end: conduct.Result{Exercised: []contract.ClauseID{clause}, Findings: []evidence.Finding{{Clause: clause, Where: "end", Expected: "a deletion", Actual: "none", Exchange: -1}}}}
	for lost, want := range map[int]report.Outcome{0: report.OutcomeFailed, 2: report.OutcomeInconclusive} {
		judge := newJudge(t, gate.Options{Sides: gate.Client, Observer: missing})
		judge.Add(refused())
		judge.Lose(lost)
		results := judge.Results(noon)
		if results.Outcome != want || results.Exchanges != 1+lost {
			t.Errorf("%d lost: %s, %d exchanges", lost, results.Outcome, results.Exchanges)
		}
		if said := len(results.Trouble) == 1 && results.Trouble[0].What == "2 of 3 exchanges were not judged, because judging fell behind"; said != (lost > 0) {
			t.Errorf("%d lost: %+v", lost, results.Trouble)
		}
	}
}

// What is taken is judged as what is added, and its findings can be shown.
func TestTake(t *testing.T) {
	t.Parallel()
	const token = "the-token-of-the-client"
	clause := contract.ClientClauses()[0].ID
	found := watcher{result: conduct.Result{Exercised: []contract.ClauseID{clause}, Findings: []evidence.Finding{{Clause: clause, Where: "header", Expected: "none", Actual: token, Exchange: -1}}}}
	taken, added := newJudge(t, gate.Options{Sides: gate.Client, Observer: found}), newJudge(t, gate.Options{Sides: gate.Client, Observer: found})
	judged, told := taken.Take(refused()), added.Add(refused())
	shown := taken.RedactedFindings(refused(), judged)
	if len(shown) != 1 || shown[0] != told.Findings[0] || strings.Contains(shown[0].Actual, token) || judged.Route != told.Route {
		t.Errorf("%+v, %+v, added %+v", judged, shown, told)
	}
	if results := taken.Results(noon); results.Outcome != report.OutcomeFailed || strings.Contains(fmt.Sprintf("%+v", results), token) {
		t.Errorf("%s: %+v", results.Outcome, results)
	}
}
