package tpp

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/pace"
)

// known is a client of a bank that has answered before.
func known(t *testing.T, b *bank, edits ...func(*config.Config)) *Client {
	t.Helper()
	c := testClient(t, b.URL, edits...)
	mustRun(t, func() { c.Token(t.Context(), contract.ScopeAccounts) })
	c.nextSpec()
	return c
}

// cutOff breaks off in mid-answer.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_, _ = out.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		_ = out.Flush()
		_ = conn.Close()
	}
}

// late answers after the time of a request.
func late(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// html is a gateway's page.
func html(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
	}
}

// What is sent again, and what never is: by method, and by what came of it. The
// second answer of each is a good one.
func TestWhatIsSentAgain(t *testing.T) {
	const get, post, deletion = contract.ListAccounts, contract.CreateAccountAccessConsent, contract.DeleteAccountAccessConsent
	routes := map[contract.OperationID]string{get: "GET " + accountsPath, post: "POST " + consentsPath, deletion: "DELETE " + consentsPath + "/"}
	good := map[contract.OperationID]http.HandlerFunc{get: reply(200, `{"Data":{}}`), post: consentReply("c1"), deletion: reply(204, "")}
	for _, c := range []struct {
		what      string
		first     http.HandlerFunc
		operation contract.OperationID
		times     int
		says      string
	}{
		{"502 to a read", reply(502, ""), get, 2, "a gateway answered: 502"},
		{"503 to a read", reply(503, ""), get, 2, "a gateway answered: 503"},
		{"504 to a read", reply(504, ""), get, 2, "a gateway answered: 504"},
		{"a lost connection at a read", hangUp, get, 2, "the connection was"},
		{"a cut-off answer to a read", cutOff, get, 2, "the answer is not whole"},
		{"503 to a creation", reply(503, ""), post, 1, ""},
		{"502 to a creation", reply(502, ""), post, 1, ""},
		{"a lost connection at a creation", hangUp, post, 1, ""},
		{"503 to a deletion", reply(503, ""), deletion, 1, ""},
		{"a lost connection at a deletion", hangUp, deletion, 1, ""},
		{"500 to a read", reply(500, oneError), get, 1, ""},
		{"a page of a gateway with 500 to a read", html(500), get, 1, ""},
		{"a page of a firewall with 403 to a read", html(403), get, 1, ""},
		{"a wrong 200 to a read", reply(200, `{"Data":1}`), get, 1, ""},
		{"no JSON to a read", reply(200, `{`), get, 1, ""},
		{"404 to a read", reply(404, ""), get, 1, ""},
		{"401 to a token that was never taken", reply(401, ""), get, 1, ""},
		{"a redirect", reply(302, "", "Location", "/"), get, 1, ""},
		{"no answer in time", late, get, 1, ""},
		{"429 to a read", reply(429, "", "Retry-After", "0"), get, 2, "429, Retry-After 0s: waited"},
		{"429 to a creation, which it refuses", reply(429, "", "Retry-After", "0"), post, 2, "429, Retry-After 0s: waited"},
		{"429 to a deletion", reply(429, "", "Retry-After", "0"), deletion, 2, "429, Retry-After 0s: waited"},
		{"429 without Retry-After", reply(429, ""), get, 2, "429, Retry-After no time: waited"},
		{"429 with a Retry-After that is none", reply(429, "", "Retry-After", "-1"), get, 2, "429, Retry-After no time: waited"},
		{"a gateway's page with 429", html(429), get, 2, "429, Retry-After no time: waited"},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := newBank(t)
			client := known(t, b, func(cfg *config.Config) {
				cfg.Timeouts.Request = config.Duration(time.Second)
				cfg.Timeouts.Connect = config.Duration(time.Second)
			})
			client.transport.DisableKeepAlives = true // or net/http itself would try a lost connection again
			b.on(routes[c.operation], inTurn(c.first, good[c.operation]))
			var answer *Answer
			mustRun(t, func() { answer = client.Call(t.Context(), c.operation, "c1", Bearer("x"), JSON(AccountsConsent())) })
			method, path, _ := strings.Cut(routes[c.operation], " ")
			requests := b.got(method, strings.TrimSuffix(path, "/"))
			if len(requests) != c.times {
				t.Fatalf("sent %d times, want %d", len(requests), c.times)
			}
			notes := strings.Join(client.spec.Notes, "; ")
			if c.times == 1 {
				if notes != "" || client.spec.Exchanges[0].Repeated != "" {
					t.Errorf("notes %q, repeated %q", notes, client.spec.Exchanges[0].Repeated)
				}
				return
			}
			if answer.Status/100 != 2 || answer.inconclusive != "" {
				t.Errorf("the answer is the first: %d, %q", answer.Status, answer.inconclusive)
			}
			if !strings.Contains(notes, c.says) || !strings.Contains(client.spec.Exchanges[0].Repeated, c.says) || client.spec.Exchanges[1].Repeated != "" {
				t.Errorf("notes %q, exchanges %+v; want %q", notes, client.spec.Exchanges, c.says)
			}
			first, second := requests[0].Header.Get(contract.HeaderInteractionID), requests[1].Header.Get(contract.HeaderInteractionID)
			if first == "" || first == second {
				t.Errorf("the interaction ids are %q and %q", first, second)
			}
		})
	}
}

// A connection that the server has closed while it was kept is no lost one, and
// net/http takes another: that is noted.
func TestASecondConnection(t *testing.T) {
	b := newBank(t)
	c := known(t, b)
	b.on("GET "+accountsPath, inTurn(hangUp, reply(200, `{"Data":{}}`)))
	mustRun(t, func() { c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200) })
	if len(c.spec.Exchanges) != 1 || len(c.spec.Notes) != 1 || !strings.Contains(c.spec.Notes[0], "ListAccounts was sent on a second connection") {
		t.Errorf("%d exchanges, notes %q", len(c.spec.Exchanges), c.spec.Notes)
	}
	mustRun(t, func() { c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200) })
	if len(c.spec.Notes) != 1 {
		t.Errorf("notes %q after a request that was sent once", c.spec.Notes)
	}
}

// A read is repeated so many times and no more; what is inconclusive then stays so.
func TestReadsAreRepeatedSomeTimes(t *testing.T) {
	for _, reads := range []int{0, 1, 3} {
		b := newBank(t)
		c := known(t, b, func(cfg *config.Config) { cfg.Retries.Reads = reads })
		b.on("GET "+accountsPath, reply(503, ""))
		mustEnd(t, "failed", []string{"inconclusive", "503"}, func() {
			c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200)
		})
		if got := len(b.got("GET", accountsPath)); got != reads+1 {
			t.Errorf("with %d repetitions it was sent %d times", reads, got)
		}
	}
}

// Pauses between repetitions double, and a Retry-After beside a 503 counts.
func TestPausesBetweenRepetitions(t *testing.T) {
	b := newBank(t)
	c := known(t, b, func(cfg *config.Config) { cfg.Retries.Pause = config.Duration(100 * time.Millisecond) })
	b.on("GET "+accountsPath, reply(503, ""))
	began := time.Now()
	c.Call(t.Context(), contract.ListAccounts, "")
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("it took %s, with pauses of 100 and 200 ms", took)
	}
	b.on("GET "+accountsPath, inTurn(reply(503, "", "Retry-After", "1"), reply(200, "{}")))
	began = time.Now()
	c.Call(t.Context(), contract.ListAccounts, "")
	if took := time.Since(began); took < time.Second {
		t.Errorf("it took %s, with a Retry-After of 1 s", took)
	}
	before := len(b.got("GET", accountsPath))
	b.on("GET "+accountsPath, reply(503, "", "Retry-After", "3600"))
	c.Call(t.Context(), contract.ListAccounts, "")
	if got := len(b.got("GET", accountsPath)) - before; got != 1 {
		t.Errorf("sent %d times to a gateway that asked for an hour", got)
	}
}

// Where nobody has ever answered, a refused connection is not tried again, and
// a gateway some times, before the target counts as gone.
func TestFirstContact(t *testing.T) {
	c := testClient(t, "http://127.0.0.1:1")
	mustEnd(t, "failed", []string{"inconclusive"}, func() { c.Discovery(t.Context()) })
	if len(c.spec.Exchanges) != 1 || c.Gone() == "" {
		t.Errorf("%d exchanges, gone %q", len(c.spec.Exchanges), c.Gone())
	}
	b := newBank(t)
	b.on("GET "+discoveryPath, reply(503, ""))
	c = testClient(t, b.URL)
	mustEnd(t, "failed", []string{"inconclusive"}, func() { c.Discovery(t.Context()) })
	if len(c.spec.Exchanges) != 3 || c.Gone() == "" {
		t.Errorf("%d exchanges, gone %q", len(c.spec.Exchanges), c.Gone())
	}
	b.on("GET "+discoveryPath, inTurn(reply(503, ""), reply(503, ""), reply(200, "{}")))
	c = testClient(t, b.URL)
	mustRun(t, func() { c.Call(t.Context(), contract.GetDiscovery, "") })
	if c.Gone() != "" {
		t.Errorf("gone after a first contact that needed patience: %q", c.Gone())
	}
}

// A target that is gone is not waited for: five tries in a row are enough,
// whatever is left of a request's own.
func TestNoPatienceWithATargetThatIsGone(t *testing.T) {
	b := newBank(t)
	c := known(t, b, func(cfg *config.Config) { cfg.Retries.Reads = 10 })
	b.on("GET "+accountsPath, reply(503, ""))
	mustRun(t, func() { c.Call(t.Context(), contract.ListAccounts, "") })
	if got := len(b.got("GET", accountsPath)); got != pace.GoneAfter || c.Gone() == "" {
		t.Errorf("sent %d times, gone %q", got, c.Gone())
	}
}

// A 429 is audited like every answer, never fails the spec that met it, and is
// waited for no longer than the configuration says.
func TestLimits(t *testing.T) {
	b := newBank(t)
	c := known(t, b)
	b.on("GET "+accountsPath, inTurn(reply(429, ""), reply(429, "", "Retry-After", "1"), reply(200, `{"Data":{}}`)))
	began := time.Now()
	mustRun(t, func() { c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200) })
	if took := time.Since(began); took < time.Second {
		t.Errorf("it took %s, with a Retry-After of 1 s", took)
	}
	if !c.hasFinding(contract.ComRetryAfter) || !slices.Contains(c.spec.Exchanges[1].Exercised, contract.ComRetryAfter) {
		t.Errorf("findings %v, exercised %v", c.spec.Findings, c.spec.Exchanges[1].Exercised)
	}
	for _, wait := range []string{"2", "3600", "2147483648000"} {
		c.nextSpec()
		c.cfg.Retries.LongestWait = config.Duration(time.Second)
		before := len(b.got("GET", accountsPath))
		b.on("GET "+accountsPath, reply(429, "", "Retry-After", wait))
		if wait == "2147483648000" { // no number of seconds that a client could wait
			c.cfg.Retries.LongestWait = 0
		}
		mustEnd(t, "failed", []string{"inconclusive: ListAccounts: the target is busy", "retries.longestWait is "}, func() {
			c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200)
		})
		if got := len(b.got("GET", accountsPath)) - before; got != 1 || c.Gone() != "" {
			t.Errorf("Retry-After %s: sent %d times, gone %q", wait, got, c.Gone())
		}
		if c.hasFinding(contract.AccList200) {
			t.Error("a 429 is held against the spec that met it")
		}
	}
}

// A spec whose time is over before a wait is does not begin it.
func TestNoTimeToWait(t *testing.T) {
	b := newBank(t)
	c := known(t, b)
	b.on("GET "+accountsPath, reply(429, "", "Retry-After", "30"))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	began := time.Now()
	mustEnd(t, "failed", []string{"the spec's time is over before that"}, func() {
		c.Call(ctx, contract.ListAccounts, "").Must(contract.AccList200, 200)
	})
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it waited %s", took)
	}
	c.cfg.Timeouts.Spec = config.Duration(10 * time.Second)
	c.nextSpec()
	mustEnd(t, "failed", []string{"the spec's time is over before that"}, func() {
		c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200)
	})
	AtPace(pace.NewKeeper(pace.Budget{PerSecond: 0.01, Burst: 1}))(c)
	mustRun(t, func() { _ = c.pace.Wait(t.Context()) })
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	c.nextSpec()
	mustEnd(t, "failed", []string{"inconclusive", "time was over before ListAccounts could be sent"}, func() { c.Call(short, contract.ListAccounts, "") })
}

// A 429 without end is not obeyed for ever.
func TestEndlessLimit(t *testing.T) {
	b := newBank(t)
	c := known(t, b)
	b.on("GET "+accountsPath, reply(429, "", "Retry-After", "0"))
	mustEnd(t, "failed", []string{"the target is busy: 21 times 429"}, func() {
		c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200)
	})
}

// A target that answers nothing but 429 for as long as a request is patient is
// gone: nothing more is sent to it.
func TestALimitWithoutEndIsAnOutage(t *testing.T) {
	b := newBank(t)
	c := known(t, b, func(cfg *config.Config) { cfg.Retries.LongestWait = config.Duration(time.Second) })
	b.on("GET "+accountsPath, reply(429, "", "Retry-After", "3600"))
	for i := range pace.GoneAfter + 2 {
		c.nextSpec()
		says := "the target is busy: 429, Retry-After 1h0m0s, and retries.longestWait is 1s"
		if i >= pace.GoneAfter-1 {
			says = "the target is gone: it is busy without end: 5 times in a row 429, Retry-After 1h0m0s"
		}
		mustEnd(t, "failed", []string{"inconclusive", says}, func() {
			c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200)
		})
	}
	if sent := len(b.got("GET", accountsPath)); sent != pace.GoneAfter {
		t.Errorf("%d requests", sent)
	}
}

// What a spec provokes it gets, and at once.
func TestProvokedAnswersAreNotRepeated(t *testing.T) {
	for _, status := range []int{429, 500, 401} {
		b := newBank(t)
		c := known(t, b, func(cfg *config.Config) {
			cfg.Provoke = []config.Provocation{{Status: status, Headers: map[string]string{"Prefer": "x"}}}
		})
		b.on("GET "+consentsPath+"/", inTurn(reply(200, "{}"), reply(status, oneError, "Retry-After", "1")))
		mustRun(t, func() {
			c.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1") // the token is taken
			c.GetConsent(t.Context(), contract.GetAccountAccessConsent, "c1", c.Provoke(contract.GetAccountAccessConsent, status)).Must(contract.Com429Burst, status)
		})
		if got := len(b.got("GET", consentsPath)); got != 2 {
			t.Errorf("%d: sent %d times", status, got)
		}
	}
}

// A limit that a provoking request meets is no answer to what it provokes.
func TestAProvokingRequestMeetsALimit(t *testing.T) {
	b := newBank(t)
	c := known(t, b, func(cfg *config.Config) {
		cfg.Provoke = []config.Provocation{{Status: 500, Headers: map[string]string{"Prefer": "x"}}}
	})
	b.on("GET "+accountsPath, inTurn(reply(429, "", "Retry-After", "0"), reply(500, oneError)))
	mustRun(t, func() {
		c.Call(t.Context(), contract.ListAccounts, "", c.Provoke(contract.ListAccounts, 500)).Must(contract.Com500Fault, 500)
	})
}

// The rate is kept by every request of the client, tokens and all.
func TestRate(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL, func(cfg *config.Config) { cfg.Target.Rate = config.Rate{RequestsPerSecond: 20, Burst: 2} })
	began := time.Now()
	for range 8 {
		c.Call(t.Context(), contract.ListAccounts, "")
	}
	c.Token(t.Context(), contract.ScopeAccounts) // with discovery and its keys three requests
	if took, least := time.Since(began), (11-2)*time.Second/20; took < least {
		t.Errorf("%s, expected at least %s", took, least)
	}
}
