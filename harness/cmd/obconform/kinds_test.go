package main_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"obconform/harness/report/junitcheck"
)

// changes keeps what reached a bank and might have changed something there.
type changes struct {
	mu                  sync.Mutex
	registrations, rest []string
}

func (c *changes) note(x exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := x.request.Method + " " + x.request.URL.Path
	switch path := x.request.URL.Path; {
	case x.request.Method == http.MethodGet || path == tokenPath:
	case strings.HasPrefix(path, registerPath):
		c.registrations = append(c.registrations, call)
	default:
		c.rest = append(c.rest, call)
	}
}

// What a kind of target does not allow is not sent to it and 'not exercised',
// with what would allow it; and what would allow it does.
func TestKindsOfTarget(t *testing.T) {
	t.Parallel()
	plan := listed(t)
	for name, c := range map[string]struct {
		settings map[string]any
		typed    bool
		// registers and creates say what must reach the bank.
		registers, creates bool
		// says is the reason for what was left out, empty where nothing was.
		says string
	}{
		"sandbox": {map[string]any{"target.kind": "sandbox"}, false, false, true,
			"target.kind is sandbox: registrations are made, changed and deleted only with target.allowDestructive"},
		"sandbox that may break": {map[string]any{"target.kind": "sandbox", "target.allowDestructive": true}, false, true, true, ""},
		"production": {map[string]any{"target.kind": "production", "target.allowDestructive": true}, false, false, false,
			"target.kind is production: what creates or changes something is sent only with --allow-changes-on and the target's host"},
		"production, typed": {map[string]any{"target.kind": "production"}, true, false, true,
			"target.kind is production: registrations are made, changed and deleted only with target.allowDestructive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := &changes{}
			bank := behind(t, seen.note)
			args := []string{"--config", amend(t, bank.config, c.settings)}
			if c.typed {
				args = append(args, "--allow-changes-on", hostOf(t, bank.config))
			}
			r := conform(t, args...)
			r.wantStatus(t, 0)
			r.wantComplete(t, plan)
			if got := len(seen.registrations) > 0; got != c.registers {
				t.Errorf("%d requests might have changed registrations: %.3q", len(seen.registrations), seen.registrations)
			}
			if got := len(seen.rest) > 0; got != c.creates {
				t.Errorf("%d requests might have changed something else: %.3q", len(seen.rest), seen.rest)
			}
			r.wantLeftOut(t, plan, c.says, c.creates)
		})
	}
}

// wantLeftOut fails the test unless each destructive spec was left out for that
// reason, in all reports, or, without one, was not; and unless the APIs beside
// registration were tested where that was allowed.
func (c conformed) wantLeftOut(t *testing.T, plan []planned, says string, creates bool) {
	t.Helper()
	if says == "" {
		for _, spec := range c.Specs {
			if strings.Contains(spec.Reason, "target.kind") {
				t.Errorf("%q was left out: %s", spec.Name, spec.Reason)
			}
		}
		return
	}
	for _, spec := range plan {
		at := slices.IndexFunc(c.Specs, func(s specResult) bool { return s.Suite == spec.Suite && s.Name == spec.Name })
		result := c.Specs[at]
		// A spec that the configuration has nothing for does not come to it.
		without := strings.Contains(result.Reason, "registration.claims does not add it")
		if slices.Contains(spec.Labels, "destructive") && (result.State != "skipped" || result.Reason != says && !without) {
			t.Errorf("the destructive spec %q is %s because %q", spec.Name, result.State, result.Reason)
		}
	}
	wantText(t, c.out, "Not exercised", says, "DCR-201")
	left := slices.IndexFunc(c.cases, func(test junitcheck.Case) bool { return test.Result == "skipped" && test.Message == says })
	if left < 0 {
		t.Errorf("no test case of junit.xml is skipped with the reason %q", says)
	}
	for _, clause := range c.Clauses {
		switch {
		case clause.ID == "DCR-201", !creates && (clause.ID == "AAC-201" || clause.ID == "COF-FUNDS-201"):
			if clause.Verdict != "not exercised" || clause.Reason != says {
				t.Errorf("%s is %s because %q", clause.ID, clause.Verdict, clause.Reason)
			}
		case clause.ID == "AAC-201", clause.ID == "COF-FUNDS-201", clause.ID == "ACC-LIST-200" && creates, clause.ID == "TOK-200":
			if clause.Verdict != "passed" {
				t.Errorf("%s is %s because %q", clause.ID, clause.Verdict, clause.Reason)
			}
		}
	}
}

func hostOf(t *testing.T, config string) string {
	t.Helper()
	address, err := url.Parse(text(readFile(t, config), "target", "baseUrl"))
	if err != nil {
		t.Fatal(err)
	}
	return address.Host
}

// A production target whose customers have given their consent before can be
// read without creating anything.
func TestReadingInProduction(t *testing.T) {
	t.Parallel()
	seen := &changes{}
	bank := behind(t, seen.note)
	r := conform(t, "--suite", "accounts", "--config", amend(t, bank.config, map[string]any{
		"target.kind": "production", "consents.way": "codes",
	}))
	r.wantStatus(t, 0)
	if len(seen.registrations)+len(seen.rest) > 0 {
		t.Errorf("something might have been changed: %q %q", seen.registrations, seen.rest)
	}
	for _, clause := range r.Clauses {
		if clause.ID == "ACC-LIST-200" && clause.Verdict != "passed" {
			t.Errorf("ACC-LIST-200 is %s because %q", clause.Verdict, clause.Reason)
		}
	}
}

// A host that was typed for another target allows nothing: the run ends before
// its first request.
func TestAnotherHostIsTyped(t *testing.T) {
	t.Parallel()
	seen := newLedger()
	bank := behind(t, seen.note)
	amend(t, bank.config, map[string]any{"target.kind": "production"})
	e := obconform(t, "run", "--reports", t.TempDir(), "--config", bank.config, "--allow-changes-on", "127.0.0.1:1")
	e.wantStatus(t, 2)
	wantText(t, e.errors, "--allow-changes-on", "target.baseUrl", `"127.0.0.1:1"`)
	if n := seen.requests(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}
