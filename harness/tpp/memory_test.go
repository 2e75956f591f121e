package tpp

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
)

// nextSpec begins another spec of the same process.
func (c *Client) nextSpec() { c.spec = newRecorder() }

func TestSharedIsMadeOnce(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	made := 0
	for range 3 {
		if got := c.shared("key", "a thing", func() any { made++; return "thing" }); got != "thing" {
			t.Errorf("got %v", got)
		}
		c.nextSpec()
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

func TestSharedFailureIsTheFirstSpecsAlone(t *testing.T) {
	b := newBank(t)
	b.on("POST /token", reply(400, `{"error":"invalid_client"}`))
	c := testClient(t, b.URL)
	mustEnd(t, "failed", []string{string(contract.Tok200), "status 400"}, func() { c.Token(t.Context(), contract.ScopeAccounts) })
	if !c.hasFinding(contract.Tok200) {
		t.Errorf("the first spec has no finding: %v", c.spec.Findings)
	}
	for range 2 {
		c.nextSpec()
		mustEnd(t, "skipped", []string{"not exercised", "client-credentials token", "first"}, func() { c.Token(t.Context(), contract.ScopeAccounts) })
		if len(c.spec.Findings) > 0 || c.spec.NotExercised == "" || len(c.spec.Exercised) > 0 {
			t.Errorf("a later spec: %+v", c.spec.Record)
		}
	}
	if n := len(b.got("POST", "/token")); n != 1 {
		t.Errorf("the token endpoint was asked %d times", n)
	}
}

func TestSharedForgetsWhatWasInconclusive(t *testing.T) {
	b := newBank(t)
	b.on("POST /token", inTurn(reply(503, ""), tokenReply("access-token-x", 300)))
	c := testClient(t, b.URL)
	mustEnd(t, "failed", []string{"inconclusive"}, func() { c.Token(t.Context(), contract.ScopeAccounts) })
	c.nextSpec()
	mustRun(t, func() {
		if got := c.Token(t.Context(), contract.ScopeAccounts); got != "access-token-x" {
			t.Errorf("got %q", got)
		}
	})
	// So it does with what could not be asked for.
	c.nextSpec()
	asked := 0
	for range 2 {
		ends(func() { c.shared("other", "it", func() any { asked++; c.NotExercised("not here"); return nil }) })
		c.nextSpec()
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestTwin(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	status, asked := 201, 0
	twin := func() {
		c.Twin("a valid request", func() {
			asked++
			c.testAnswer(t, contract.CreateAccountAccessConsent, status, "").Must(contract.Aac201, 201)
		})
	}
	mustRun(t, twin)
	mustRun(t, twin)
	if asked != 1 {
		t.Errorf("the twin was asked %d times", asked)
	}
	c, status = testClient(t, "http://127.0.0.1:1"), 400
	mustEnd(t, "failed", []string{string(contract.Aac201)}, twin)
	c.nextSpec()
	mustEnd(t, "skipped", []string{"not exercised", "a valid request"}, twin)
}

func (c *Client) hasFinding(id contract.ClauseID) bool {
	for _, f := range c.spec.Findings {
		if f.Clause == id {
			return true
		}
	}
	return false
}

func TestOutage(t *testing.T) {
	const bad, good = 503, 200
	for name, tc := range map[string]struct {
		answers []int
		gone    bool
	}{
		"the first contact fails":           {[]int{bad}, true},
		"five in a row":                     {[]int{good, bad, bad, bad, bad, bad}, true},
		"four in a row":                     {[]int{good, bad, bad, bad, bad}, false},
		"four, a good one, and four":        {[]int{good, bad, bad, bad, bad, good, bad, bad, bad, bad}, false},
		"four, a good one, and five":        {[]int{good, bad, bad, bad, bad, good, bad, bad, bad, bad, bad}, true},
		"refusals are answers of the API's": {[]int{400, 500, 404, 401, 403, 429}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBank(t)
			c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Retries.Reads = 0 })
			for i, status := range tc.answers {
				if c.Gone() != "" {
					t.Fatalf("gone before answer %d", i)
				}
				b.on("GET "+accountsPath, reply(status, `{"Data":{}}`))
				mustRun(t, func() { c.Call(t.Context(), contract.ListAccounts, "") })
			}
			if (c.Gone() != "") != tc.gone {
				t.Fatalf("gone is %q", c.Gone())
			}
			if !tc.gone {
				return
			}
			before := len(b.got("GET", ""))
			for range 2 {
				c.nextSpec()
				mustEnd(t, "failed", []string{"inconclusive: the target is gone", "503"}, func() { c.Call(t.Context(), contract.ListAccounts, "") })
				mustEnd(t, "failed", []string{"gone"}, func() { c.Token(t.Context(), contract.ScopeAccounts) })
			}
			if after := len(b.got("GET", "")); after != before {
				t.Errorf("%d more requests were sent", after-before)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answers []int
		settle  time.Duration
		// reads are the fewest and the most that fit: a machine may be slow.
		reads  [2]int
		status int
	}{
		"there at once":              {[]int{200}, 20 * time.Second, [2]int{1, 1}, 200},
		"there after a while":        {[]int{404, 200}, 20 * time.Second, [2]int{2, 2}, 200},
		"after a longer while":       {[]int{403, 400, 200}, 20 * time.Second, [2]int{3, 3}, 200},
		"never":                      {[]int{404}, 1200 * time.Millisecond, [2]int{2, 3}, 404},
		"no time to settle":          {[]int{404, 200}, 0, [2]int{1, 1}, 404},
		"a wrong answer":             {[]int{500, 200}, 20 * time.Second, [2]int{1, 1}, 500},
		"unauthorised":               {[]int{401, 200}, 20 * time.Second, [2]int{1, 1}, 401},
		"a wrong answer after a 404": {[]int{404, 500, 200}, 20 * time.Second, [2]int{2, 2}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBank(t)
			var handlers []http.HandlerFunc
			for _, status := range tc.answers {
				handlers = append(handlers, reply(status, `{"Data":{"ConsentId":"wrong"}}`))
			}
			b.on("GET "+consentsPath+"/", inTurn(handlers...))
			c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Target.SettleTime = config.Duration(tc.settle) })
			mustRun(t, func() {
				if got := c.GetNewConsent(t.Context(), contract.GetAccountAccessConsent, "c1").Status; got != tc.status {
					t.Errorf("got %d, want %d", got, tc.status)
				}
			})
			reads := len(b.got("GET", consentsPath))
			if reads < tc.reads[0] || reads > tc.reads[1] {
				t.Errorf("%d reads, want %v", reads, tc.reads)
			}
			noted := strings.Contains(strings.Join(c.spec.Notes, "\n"), fmt.Sprintf("read %d times", reads))
			if noted != (reads > 1) {
				t.Errorf("the notes are %q", c.spec.Notes)
			}
		})
	}
}
