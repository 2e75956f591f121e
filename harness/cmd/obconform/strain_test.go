package main_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"obconform/harness/report/junitcheck"
)

// mocked starts a mock bank as a process of its own and answers its
// configuration, with settings.
func mocked(t *testing.T, settings map[string]any, flags ...string) (config string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "credentials")
	begin(t, append([]string{"mock", "--addr", "127.0.0.1:0", "--credentials", dir}, flags...)...)
	config = filepath.Join(dir, "config.json")
	eventually(t, 20*time.Second, "the credentials", func() bool { return whole(config) })
	return amend(t, config, settings)
}

// repeated lists why requests were sent again.
func (r results) repeated() (reasons []string) {
	for _, spec := range r.Specs {
		for _, x := range spec.Exchanges {
			if x.Repeated != "" {
				reasons = append(reasons, x.Repeated)
			}
		}
	}
	return reasons
}

// burst are the answers to a burst.
func (r results) burst() (statuses []int) {
	for _, spec := range r.Specs {
		for _, x := range spec.Exchanges {
			if x.Burst {
				statuses = append(statuses, x.Status)
			}
		}
	}
	return statuses
}

// wantSound fails the test unless the run passed with nothing undecided.
func (c conformed) wantSound(t *testing.T) {
	t.Helper()
	c.wantStatus(t, 0)
	if odd := c.inState("failed", "errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 {
		t.Errorf("specs without a verdict, or a bad one: %q", odd)
	}
}

// A run that keeps to the bank's limit meets it in a burst alone, which is what
// that is for, with several processes.
func TestRateBudget(t *testing.T) {
	t.Parallel()
	const limit = 20
	config := mocked(t, map[string]any{"target.rate": map[string]any{"requestsPerSecond": limit / 2, "burst": 5}}, "--rate-limit", "20")
	r := conform(t, "--config", config, "--procs", "3", "--suite", "accounts")
	r.wantSound(t)
	if reasons := r.repeated(); len(reasons) > 0 {
		t.Errorf("the limit was met: %q", reasons)
	}
	burst := r.burst()
	if !slices.Contains(burst, 200) || !slices.Contains(burst, 429) || len(burst) > 15*limit {
		t.Errorf("the answers to the burst: %v", burst)
	}
	if least := time.Duration(r.Exchanges-len(burst)-5) * time.Second / (limit / 2); r.took < least {
		t.Errorf("%d exchanges took %s, expected at least %s", r.Exchanges, r.took, least)
	}
}

// A run that does not know the limit meets it and obeys: each 429 is audited
// and shown, and no spec fails for it.
func TestLimitIsObeyed(t *testing.T) {
	t.Parallel()
	r := conform(t, "--config", mocked(t, nil, "--rate-limit", "10"), "--procs", "2", "--suite", "accounts")
	r.wantSound(t)
	reasons := r.repeated()
	if len(reasons) == 0 || slices.ContainsFunc(reasons, func(why string) bool { return !strings.HasPrefix(why, "429, Retry-After 1s: waited 1s") }) {
		t.Errorf("sent again because %q", reasons)
	}
	for _, clause := range r.Clauses {
		if clause.ID == "COM-RETRY-AFTER" && clause.Verdict != "passed" {
			t.Errorf("COM-RETRY-AFTER is %s because %q", clause.Verdict, clause.Reason)
		}
	}
	for _, test := range r.cases {
		if len(test.Flaky) > 0 {
			t.Errorf("%q is flaky: %q; a 429 is an answer of the API's", test.Name, test.Flaky)
		}
	}
}

// A 429 that does not say how long to wait is a finding, of that clause alone,
// and waited for all the same.
func TestLimitWithoutRetryAfter(t *testing.T) {
	t.Parallel()
	config := mocked(t, nil, "--rate-limit", "10", "--fault", "com-retry-after-missing")
	r := conform(t, "--config", config, "--suite", "accounts")
	r.wantStatus(t, 1)
	if failed := r.withVerdict("failed"); !slices.Equal(failed, []string{"COM-RETRY-AFTER"}) {
		t.Errorf("failed: %q", failed)
	}
	if reasons := r.repeated(); len(reasons) == 0 || reasons[0] != "429, Retry-After no time: waited 500ms" {
		t.Errorf("sent again because %q", reasons)
	}
	if undecided := r.inState("inconclusive", "errored"); len(undecided) > 0 {
		t.Errorf("undecided: %q", undecided)
	}
}

// once spoils the first answer to a call, and counts the calls.
func once(calls *int, method, path string, spoil func(*reply)) func(exchange) {
	return func(x exchange) {
		if x.request.Method != method || x.request.URL.Path != path || x.request.Header.Get("Authorization") == "" {
			return
		}
		if *calls++; *calls == 1 {
			spoil(x.reply)
		}
	}
}

// unavailable is what a gateway answers while the bank is restarted.
func unavailable(a *reply) { a.bare(http.StatusServiceUnavailable) }

// A read that a gateway answers once is read again, and seen to have been.
func TestAReadIsRepeated(t *testing.T) {
	t.Parallel()
	calls := 0
	bank := behind(t, once(&calls, http.MethodGet, accountsPath, unavailable))
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantSound(t)
	if reasons := r.repeated(); !slices.Equal(reasons, []string{"a gateway answered: 503"}) {
		t.Errorf("sent again because %q", reasons)
	}
	flaky, noted := []string{}, false
	for _, test := range r.cases {
		flaky = append(flaky, test.Flaky...)
		noted = noted || strings.Contains(test.Output, "ListAccounts was sent again: a gateway answered: 503")
	}
	if !slices.Equal(flaky, []string{"a gateway answered: 503"}) || !noted {
		t.Errorf("flaky in junit.xml: %q, noted there: %t", flaky, noted)
	}
}

// A creation that a gateway answers is not sent again: its spec is
// inconclusive, and what the bank may have made is remembered.
func TestACreationIsNotRepeated(t *testing.T) {
	t.Parallel()
	calls := 0
	bank := behind(t, once(&calls, http.MethodPost, consentsPath, unavailable))
	r := conform(t, "--config", bank.config, "--suite", "accountaccessconsents", "--label-filter", "section:create")
	r.wantStatus(t, 3)
	if reasons := r.repeated(); len(reasons) > 0 {
		t.Errorf("sent again because %q", reasons)
	}
	if undecided := r.inState("inconclusive"); len(undecided) != 1 {
		t.Errorf("inconclusive: %q, expected the one spec that met the gateway", undecided)
	}
	wantText(t, r.errors, "remembers 1 things left behind (now)")
}

// A wrong answer stays, however right the next one would be.
func TestAWrongAnswerIsNotRepeated(t *testing.T) {
	t.Parallel()
	calls := 0
	bank := behind(t, once(&calls, http.MethodGet, accountsPath, func(a *reply) {
		a.editData(func(data map[string]any) { data["Account"] = "none" })
	}))
	r := conform(t, "--config", bank.config, "--suite", "accounts")
	r.wantStatus(t, 1)
	if reasons := r.repeated(); len(reasons) > 0 {
		t.Errorf("sent again because %q", reasons)
	}
	if failed := r.withVerdict("failed"); !slices.Contains(failed, "COM-BODY") {
		t.Errorf("failed: %q", failed)
	}
}

// Tokens that the bank takes back in mid-run are replaced, once, and it shows.
func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	config := mocked(t, nil, "--revoke-after", "60")
	r := conform(t, "--config", config, "--suite", "accountaccessconsents", "--label-filter", "section: containsAny {permissions, body, dates}")
	r.wantSound(t)
	reasons := r.repeated()
	if !slices.Equal(reasons, []string{"401 to a token that was taken before: a new one was asked for"}) {
		t.Errorf("sent again because %q", reasons)
	}
}

// When the target goes away in mid-run, the run ends soon, says so everywhere,
// and tells nothing of the bank that it has not seen.
func TestOutage(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	config := mocked(t, nil, "--outage-after", "200")
	r := conform(t, "--config", config, "--procs", "2")
	r.wantStatus(t, 3)
	if r.took > 60*time.Second {
		t.Errorf("it took %s", r.took)
	}
	r.wantComplete(t, plan)
	r.wantCutShort(t, "the target is gone: a gateway answered: 503")
	const says = "the target is gone: a gateway answered: 503: it was not asked any more"
	wantText(t, r.out, "INCONCLUSIVE", says)
	if len(r.Trouble) != 1 || r.Trouble[0].What != says {
		t.Errorf("trouble: %+v", r.Trouble)
	}
	if !slices.ContainsFunc(r.cases, func(test junitcheck.Case) bool { return test.Result == "error" && test.Message == says }) {
		t.Error("junit.xml does not say that the target is gone")
	}
	if r.Exchanges > 230 {
		t.Errorf("%d exchanges with a bank that went away after 200", r.Exchanges)
	}
	wantText(t, r.errors, "left behind (now)")
}

// A bank that answers nothing but 429 any more counts as gone, long before the
// run's time is over.
func TestLimitWithoutEnd(t *testing.T) {
	t.Parallel()
	calls := 0
	bank := behind(t, func(x exchange) {
		if calls++; calls > 100 {
			x.reply.bare(http.StatusTooManyRequests)
			x.reply.header.Set("Retry-After", "1")
		}
	})
	config := amend(t, bank.config, map[string]any{"retries.longestWait": "2s"})
	r := conform(t, "--config", config, "--suite", "accounts", "--suite", "accountaccessconsents", "--procs", "2")
	r.wantStatus(t, 3)
	if r.took > 90*time.Second {
		t.Errorf("it took %s", r.took)
	}
	const says = "times in a row 429, Retry-After 1s: it was not asked any more"
	wantText(t, r.out, "INCONCLUSIVE", "the target is gone: it is busy without end: 5 ", says)
	if bad := r.inState("failed", "errored"); len(bad) > 0 {
		t.Errorf("a busy bank is held to be wrong by %q", bad)
	}
}

// An outage that is over soon costs what met it, and no more.
func TestShortOutage(t *testing.T) {
	t.Parallel()
	r := conform(t, "--config", mocked(t, nil, "--outage-after", "100", "--outage-length", "2"), "--suite", "accounts", "--suite", "accountaccessconsents")
	if r.status != 0 && r.status != 3 {
		t.Errorf("exit status %d", r.status)
	}
	if bad := r.inState("failed", "errored", "not run"); len(bad) > 0 || len(r.Trouble) > 0 {
		t.Errorf("an outage of two requests: %q, trouble %v", bad, r.Trouble)
	}
	// What was to be deleted may meet it too: then it stays behind, and the run says so.
	left := strings.Contains(r.errors, "left behind")
	if met := len(r.inState("inconclusive")); met > 2 || met == 0 && len(r.repeated()) == 0 && !left {
		t.Errorf("%d specs are inconclusive, sent again: %q, and nothing is left behind", met, r.repeated())
	}
}
