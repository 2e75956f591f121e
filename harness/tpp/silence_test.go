package tpp

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/pace"
)

const (
	hardly = 300 * time.Millisecond // for what is not answered
	enough = 3 * time.Second        // for what is, by a machine that is busy
)

// reads has that many specs read accounts, each request within a time.
func reads(t *testing.T, c *Client, within time.Duration, times int) {
	t.Helper()
	c.cfg.Timeouts.Request = config.Duration(within)
	for range times {
		c.nextSpec()
		ends(func() { c.Call(t.Context(), contract.ListAccounts, "").Must(contract.AccList200, 200) })
	}
}

// A target that has let two requests run out of their time is called three times
// more, and counts as gone when it does not answer that either.
func TestASilentTargetIsGoneSoon(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	c := known(t, b)
	b.on("GET "+accountsPath, late)
	b.on("GET "+discoveryPath, late)
	before := len(b.got("GET", discoveryPath))
	reads(t, c, hardly, 1)
	if called := len(b.got("GET", discoveryPath)) - before; called > 0 || c.Gone() != "" {
		t.Fatalf("after one time-out it was called %d times, gone %q", called, c.Gone())
	}
	reads(t, c, hardly, 3)
	called := len(b.got("GET", discoveryPath)) - before
	if asked := len(b.got("GET", accountsPath)); asked != mostSilent || called != pace.GoneAfter-mostSilent || !strings.Contains(c.Gone(), "time") {
		t.Errorf("%d requests, %d calls, gone %q", asked, called, c.Gone())
	}
}

// One that answers is there, however it answers: then only as many time-outs
// mean that it is gone, and what it answered proves nothing of what hangs.
func TestASilentTargetThatAnswers(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{"the document": reply(200, "{}"), "an error": reply(500, oneError), "a gateway": reply(503, "")} {
		b := newBank(t)
		c := known(t, b)
		b.on("GET "+accountsPath, late)
		b.on("GET "+discoveryPath, answer)
		before := len(b.got("GET", discoveryPath))
		reads(t, c, hardly, mostSilent-1)
		reads(t, c, enough, 1)
		if called := len(b.got("GET", discoveryPath)) - before; called != 1 || c.Gone() != "" {
			t.Errorf("%s: called %d times, gone %q", name, called, c.Gone())
		}
		if notes := strings.Join(c.spec.Notes, "; "); !strings.Contains(notes, "fell silent") || len(c.spec.Exchanges) != 2 {
			t.Errorf("%s: notes %q, %d exchanges", name, notes, len(c.spec.Exchanges))
		}
		reads(t, c, hardly, pace.GoneAfter-mostSilent)
		if asked := len(b.got("GET", accountsPath)); asked != pace.GoneAfter || c.Gone() == "" {
			t.Errorf("%s: %d time-outs, gone %q", name, asked, c.Gone())
		}
	}
}

// An answer in between, or another failure, begins anew.
func TestSilenceThatIsBroken(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]http.HandlerFunc{"an answer": reply(200, "{}"), "a gateway": reply(503, "")} {
		b := newBank(t)
		c := known(t, b)
		c.cfg.Retries.Reads = 0
		b.on("GET "+accountsPath, inTurn(late, between, late))
		before := len(b.got("GET", discoveryPath))
		reads(t, c, hardly, 1)
		reads(t, c, 10*enough, 1)
		reads(t, c, hardly, 1)
		if called := len(b.got("GET", discoveryPath)) - before; called > 0 || c.Gone() != "" {
			t.Errorf("%s: called %d times, gone %q", name, called, c.Gone())
		}
	}
}
