package tpp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"obconform/harness/config"
	"obconform/harness/contract"
	"obconform/harness/pace"
)

// bursting is a client that asks for accounts in bursts.
func bursting(t *testing.T, b *bank, requests int, within time.Duration, edits ...func(*config.Config)) *Client {
	t.Helper()
	return known(t, b, append(edits, func(cfg *config.Config) {
		cfg.Provoke = []config.Provocation{{Status: 429, Headers: map[string]string{"Prefer": "code=429"},
			Burst: config.Burst{Operations: []contract.OperationID{contract.ListAccounts}, Requests: requests, Within: config.Duration(within)}}}
	})...)
}

// burstOf sends a burst and holds its answer against the clause.
func burstOf(c *Client, t *testing.T) ending {
	return ends(func() {
		c.Call(t.Context(), contract.ListAccounts, "", Bearer("x"), c.Provoke(contract.ListAccounts, 429)).Must(contract.Com429Burst, 429)
	})
}

// after answers some requests one way and all others another.
func after(n int, first, then http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n--
		handler := first
		if n < 0 {
			handler = then
		}
		mu.Unlock()
		handler(w, r)
	}
}

const noAccounts = `{"Data":{"Account":[]},"Links":{"Self":"https://bank.example/open-banking/v3.1/aisp/accounts"},"Meta":{}}`

// What comes of a burst: only a refusal with 429 meets the clause, and only a
// burst of its full length and speed breaches it.
func TestBurst(t *testing.T) {
	for name, c := range map[string]struct {
		requests    int
		within      time.Duration
		answers     http.HandlerFunc
		least, most int    // requests sent
		ends        string // "" for a spec that goes on
		says        string
	}{
		"refused after ten":        {40, 2 * time.Second, after(10, reply(200, noAccounts), reply(429, "", "Retry-After", "0")), 11, 39, "", ""},
		"refused at once":          {40, 2 * time.Second, reply(429, "", "Retry-After", "0"), 1, 30, "", ""},
		"refused without a time":   {40, 2 * time.Second, reply(429, ""), 1, 30, "", ""},
		"never refused":            {20, 12 * time.Second, reply(200, noAccounts), 20, 20, "failed", "none of 20 requests within"},
		"refused with another":     {40, 2 * time.Second, after(3, reply(200, noAccounts), reply(403, oneError)), 4, 39, "failed", "status 403"},
		"answered by a fault":      {40, 2 * time.Second, after(3, reply(200, noAccounts), reply(500, oneError)), 4, 39, "failed", "status 500"},
		"too much for the gateway": {40, 2 * time.Second, after(3, reply(200, noAccounts), reply(503, "")), 4, 39, "failed", "inconclusive: ListAccounts: a gateway answered: 503"},
		"a lost connection":        {40, 2 * time.Second, after(3, reply(200, noAccounts), hangUp), 4, 39, "failed", "inconclusive: ListAccounts"},
		"never refused, and slowly": {4, time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Millisecond)
			reply(200, noAccounts)(w, r)
		}, 4, 4, "skipped", "the burst of provoke was too slow: 4 of 4 requests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBank(t)
			client := bursting(t, b, c.requests, c.within)
			client.transport.DisableKeepAlives = true // or net/http itself would try a lost connection again
			b.on("GET "+accountsPath, c.answers)
			how := burstOf(client, t)
			said := how.message + client.spec.NotExercised
			for _, f := range client.spec.Findings {
				said += f.Actual
			}
			if how.kind != c.ends || !strings.Contains(said, c.says) {
				t.Errorf("it ended %q (%s), want %q because %q", how.kind, said, c.ends, c.says)
			}
			sent := b.got("GET", accountsPath)
			if len(sent) < c.least || len(sent) > c.most {
				t.Errorf("%d requests, expected %d to %d", len(sent), c.least, c.most)
			}
			if len(client.spec.Exchanges) != len(sent) {
				t.Errorf("%d exchanges are recorded of %d", len(client.spec.Exchanges), len(sent))
			}
			ids := map[string]bool{}
			for i, x := range client.spec.Exchanges {
				ids[x.InteractionID] = true
				if !x.Burst || x.Repeated != "" || sent[i].Header.Get("Prefer") != "" {
					t.Errorf("exchange %d: %+v", i, x)
				}
			}
			if len(ids) != len(sent) {
				t.Errorf("%d interaction ids in %d requests", len(ids), len(sent))
			}
			if client.pace.Gone() != "" {
				t.Errorf("the target counts as gone: %s", client.pace.Gone())
			}
			exercised := slices.Contains(client.spec.Exercised, contract.Com429Burst)
			if want := c.ends == "" || strings.Contains(c.says, "status") || strings.Contains(c.says, "none of"); exercised != want {
				t.Errorf("exercised: %t", exercised)
			}
		})
	}
}

// What the bank says in the last answer of a burst is audited like any other.
func TestBurstIsAudited(t *testing.T) {
	b := newBank(t)
	c := bursting(t, b, 40, 2*time.Second)
	b.on("GET "+accountsPath, after(2, reply(200, noAccounts), reply(429, "")))
	if how := burstOf(c, t); how.kind != "" {
		t.Fatalf("it ended %q: %s", how.kind, how.message)
	}
	if len(c.spec.Findings) == 0 || c.spec.Findings[0].Clause != contract.ComRetryAfter {
		t.Errorf("findings %+v", c.spec.Findings)
	}
}

// A burst is bounded: operations that it does not name are provoked by headers,
// where there are any, and production is left in peace.
func TestWhereThereIsNoBurst(t *testing.T) {
	b := newBank(t)
	b.on("GET "+accountsPath+"/", reply(429, "", "Retry-After", "0"))
	c := bursting(t, b, 40, 2*time.Second)
	mustRun(t, func() {
		c.Call(t.Context(), contract.GetAccount, "a1", c.Provoke(contract.GetAccount, 429)).Must(contract.Com429Burst, 429)
	})
	if sent := b.got("GET", accountsPath); len(sent) != 1 || sent[0].Header.Get("Prefer") != "code=429" {
		t.Errorf("%d requests", len(sent))
	}
	c.cfg.Provoke[0].Headers = nil
	mustEnd(t, "skipped", []string{"the burst of provoke for 429 does not name the operation"}, func() { c.Provoke(contract.GetAccount, 429) })
	c.cfg.Target.Kind = config.Production
	mustEnd(t, "skipped", []string{"--allow-changes-on"}, func() { c.Provoke(contract.ListAccounts, 429) })
	AllowingChanges(c)
	mustRun(t, func() { c.Provoke(contract.ListAccounts, 429) })
}

// watched is a pace that writes down what it is asked.
type watched struct {
	*pace.Keeper
	mu     sync.Mutex
	waits  int
	pauses []time.Duration
}

func (w *watched) Wait(ctx context.Context) error {
	w.mu.Lock()
	w.waits++
	w.mu.Unlock()
	return w.Keeper.Wait(ctx)
}

func (w *watched) Pause(wait time.Duration) {
	w.mu.Lock()
	w.pauses = append(w.pauses, wait)
	w.mu.Unlock()
	w.Keeper.Pause(wait)
}

// A burst is not slowed by the run's rate and takes nothing from it. Meanwhile
// everybody else waits, and then as long as the refusal asks for, within bounds.
func TestBurstAndTheOthers(t *testing.T) {
	for retryAfter, pause := range map[string]time.Duration{"2": 2 * time.Second, "3600": time.Minute} {
		b := newBank(t)
		c := bursting(t, b, 40, 2*time.Second)
		seen := &watched{Keeper: pace.NewKeeper(pace.Budget{PerSecond: 0.01, Burst: 2})} // of which the burst is to leave one
		c.pace = seen
		b.on("GET "+accountsPath, after(10, reply(200, noAccounts), reply(429, "", "Retry-After", retryAfter)))
		if how := burstOf(c, t); how.kind != "" {
			t.Fatalf("it ended %q: %s", how.kind, how.message)
		}
		if seen.waits != 1 {
			t.Errorf("%d requests were taken from the rate", seen.waits)
		}
		if len(seen.pauses) < 2 || seen.pauses[0] != hush || seen.pauses[len(seen.pauses)-1] != pause {
			t.Errorf("the others wait %v, expected %s at last", seen.pauses, pause)
		}
		if left := seen.Reserve(); left > time.Minute+time.Second {
			t.Errorf("the next request has to wait %s", left)
		}
	}
}

// A spec that is interrupted ends its burst.
func TestInterruptedBurst(t *testing.T) {
	b := newBank(t)
	c := bursting(t, b, 100, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	b.on("GET "+accountsPath, after(3, reply(200, noAccounts), func(w http.ResponseWriter, r *http.Request) {
		cancel()
		late(w, r)
	}))
	how := ends(func() {
		c.Call(ctx, contract.ListAccounts, "", Bearer("x"), c.Provoke(contract.ListAccounts, 429)).Must(contract.Com429Burst, 429)
	})
	if how.kind != "failed" || !strings.Contains(how.message, "inconclusive") || len(b.got("GET", accountsPath)) > 10 {
		t.Errorf("it ended %q (%s) after %d requests", how.kind, how.message, len(b.got("GET", accountsPath)))
	}
	if note := fmt.Sprint(c.spec.Notes); !strings.Contains(note, "to be refused with 429") {
		t.Errorf("notes %s", note)
	}
}
